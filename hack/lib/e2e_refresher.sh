# The refresher against the real API server: tokens that live for seconds rotate for minutes in Secrets like Kelos's, and
# two replicas lose their leader in three ways. Sourced by hack/e2e.sh.
# Needs the functions of hack/e2e.sh and of product.sh, and Kelos's kinds.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154

# Seconds. GitHub's tokens live an hour, and are renewed five minutes before their end.
KELOS_TOKEN_LIFE=75
KELOS_REFRESH_MARGIN=36
# What is held against the Secrets: six seconds of the margin are for a machine that does much else at the same time.
KELOS_LEAST_LIFE=30
# For how long the rotation is watched.
KELOS_ROTATION_SECONDS=${KELOS_ROTATION_SECONDS:-300}
# client-go's defaults, which are ours: the Lease's life and the pause between two tries, with its jitter.
KELOS_LEASE_SECONDS=15
KELOS_RETRY_SECONDS=3

LEASE=kelos-token-refresher

# mints: how many tokens GitHub has given.
mints() {
  curl --silent --max-time 5 --noproxy '*' --cacert "$KELOS_RUN_DIR/github-ca.crt" "$github_api/sandbox/minted" \
    | jq '[.. | numbers] | add // 0'
}

# controlled_by KIND NAME: adds that object as the controller of the object on stdin, and creates it.
controlled_by() {
  local uid
  uid=$(kube get "$1" "$2" --output=jsonpath='{.metadata.uid}')
  jq --arg kind "$1" --arg owner "$2" --arg uid "$uid" '.metadata.ownerReferences = [
    {apiVersion: "kelos.dev/v1alpha1", kind: $kind, name: $owner, uid: $uid, controller: true}]' \
    | kube create --filename=- >/dev/null
}

# owned KIND NAME SECRET ANNOTATIONS: a Secret as Kelos derives it, controlled by that object.
owned() {
  jq --null-input --arg name "$3" --argjson annotations "$4" '{apiVersion: "v1", kind: "Secret",
    metadata: {name: $name, annotations: $annotations}, stringData: {GITHUB_TOKEN: "not-a-token-of-github"}}' \
    | controlled_by "$1" "$2"
}

# workload KIND NAME SPEC: a Job or a StatefulSet.
workload() {
  jq --null-input --arg kind "$1" --arg name "$2" --argjson spec "$3" '{kind: $kind, metadata: {name: $name},
    apiVersion: {Job: "batch/v1", StatefulSet: "apps/v1"}[$kind], spec: ($spec * {template: {
      metadata: {labels: {"kelos.dev/name": $name}}, spec: {containers: [{name: "agent", image: "example.invalid/a:1"}]}}})}'
}

task_object() {
  kube create --filename=- >/dev/null <<TASK
apiVersion: kelos.dev/v1alpha1
kind: Task
metadata: {name: $1}
spec: {type: claude-code, prompt: "Rename a thing", credentials: {type: none}, workspaceRef: {name: $2}}
TASK
}

# task NAME WORKSPACE PARALLELISM: a Task and the Job that Kelos makes of it; with no parallelism it is over at once.
task() {
  task_object "$1" "$2"
  workload Job "$1" "{\"completions\": $3, \"parallelism\": $3, \"template\": {\"spec\": {\"restartPolicy\": \"Never\"}}}" \
    | controlled_by Task "$1"
}

workspace() {
  kube create --filename=- >/dev/null <<WORKSPACE
apiVersion: kelos.dev/v1alpha2
kind: Workspace
metadata: {name: $1}
spec: {repo: "$github_api/example-org/parser.git", secretRef: {name: $2}}
WORKSPACE
}

# in_seconds NUMBER: that moment, as the annotation has it.
in_seconds() {
  date --utc --date="$1 seconds" +%Y-%m-%dT%H:%M:%SZ
}

create_scene() {
  local annotated
  # Due soon, but not before the scene stands and the refreshers run, for which a slow machine takes ten seconds. A
  # Session's fingerprint is Kelos's, and no business of anybody else.
  annotated=$(jq --null-input --compact-output --arg soon "$(in_seconds "$KELOS_TOKEN_LIFE")" \
    '{"kelos.dev/github-app-secret": "github-app", "kelos.dev/token-expires-at": $soon,
      "kelos.dev/github-token-mint-fingerprint": "0a1b2c"}')
  kube create secret generic own-pat --from-literal=GITHUB_TOKEN="$CANARY-pat" >/dev/null
  workspace with-app github-app
  workspace with-pat own-pat
  task running with-app 1
  task finished with-app 0
  task unannotated with-app 1
  task with-pat with-pat 1
  kube create --filename=- >/dev/null <<'SESSION'
apiVersion: kelos.dev/v1alpha2
kind: Session
metadata: {name: pairing}
spec: {worker: {type: claude-code, workspaceRef: {name: with-app}}}
SESSION
  workload StatefulSet pairing '{"serviceName": "pairing", "selector": {"matchLabels": {"kelos.dev/name": "pairing"}}}' \
    | controlled_by Session pairing
  owned Task running running-github-token "$annotated"
  owned Task finished finished-github-token "$annotated"
  owned Task unannotated unannotated-github-token '{}'
  owned Task with-pat with-pat-github-token '{}'
  owned Session pairing pairing-session-github-token "$annotated"
  missed_task missed with-app
  # Nobody's: refreshed for as long as it is there. Without a token and an expiry, it gets both.
  kube create --filename=- >/dev/null <<'SECRET'
apiVersion: v1
kind: Secret
metadata: {name: standalone, annotations: {kelos.dev/github-app-secret: github-app}}
SECRET
}

# start_replica NAME
start_replica() {
  start_refresher "$1" --github-api-base-url="$github_api" --github-ca-file="$KELOS_RUN_DIR/github-ca.crt" \
    --refresh-margin="${KELOS_REFRESH_MARGIN}s"
}

# write_beside: somebody else who writes the same Secret twice a second, as often as the file beside.go is there.
write_beside() {
  local count=0
  while [[ -e "$KELOS_RUN_DIR/beside.go" ]]; do
    count=$((count + 1))
    kube annotate --overwrite secret standalone "example.com/counter=$count" >/dev/null
    printf '%s\n' "$count" >"$KELOS_RUN_DIR/beside.count"
    sleep 0.5
  done
}

start_rotation() {
  step "The refresher: tokens that live $KELOS_TOKEN_LIFE s, renewed $KELOS_REFRESH_MARGIN s before their end"
  start_github "$KELOS_TOKEN_LIFE"
  github_api=https://$github_address
  allow_refresher
  create_scene
  start_audit "$KELOS_LEAST_LIFE"
  touch "$KELOS_RUN_DIR/beside.go"
  write_beside &
  start_replica refresher-1
  start_replica refresher-2
  rotation_began=$SECONDS
}

# audited FILTER: of the report that is written when the audit ends.
audited() {
  jq --compact-output "$1" "$KELOS_RUN_DIR/audit.json"
}

# start_audit MARGIN: returns when every Secret of the scene has been seen once.
start_audit() {
  KUBECONFIG=$KELOS_CLUSTER_DIR/kubeconfig start_process audit /usr/bin/python3 "$ROOT/hack/lib/secret_audit.py" \
    "$NAMESPACE" "$1" "$KELOS_RUN_DIR/audit.json"
  wait_for_process audit 20 audit_sees_the_scene
}

# The API server lists by name, and this is the last of them.
audit_sees_the_scene() {
  grep --quiet '^with-pat-github-token$' "$KELOS_RUN_DIR/audit.json.names"
}

end_audit() {
  stop_process audit
  [[ -s "$KELOS_RUN_DIR/audit.json" ]] || die "the audit left no report" "$(process_log audit)"
}

check_rotation() {
  step "What $KELOS_ROTATION_SECONDS s of rotation have shown"
  while ((SECONDS < rotation_began + KELOS_ROTATION_SECONDS)); do sleep 1; done
  rm "$KELOS_RUN_DIR/beside.go"
  wait_until 10 counter_is_kept || true
  end_audit
  audited '.secrets | to_entries[] | select(.value.tokens > 1)
    | "\(.key): \(.value.tokens) tokens, replaced with \(.value.least | floor) s left or more"' | tr -d '"' \
    | while IFS= read -r line; do note "$line"; done
  check_equal "no token had less life left than $KELOS_LEAST_LIFE s, no expiry went backwards, nothing else changed" '[]' \
    "$(audited .problems)"
  # Each is kept for two thirds of its life at most.
  local least=$((KELOS_ROTATION_SECONDS / KELOS_TOKEN_LIFE + 1))
  check_equal "the Secrets in use rotated, at least $least tokens each" \
    '["pairing-session-github-token","running-github-token","standalone"]' \
    "$(audited "[.secrets | to_entries[] | select(.value.tokens >= $least) | .key] | sort")"
  check_equal "a finished Job's Secret, a PAT and the App's own Secret were left alone" \
    '["finished-github-token","github-app","own-pat","with-pat-github-token"]' \
    "$(audited '[.secrets | to_entries[] | select(.value.tokens == 1 and (.key | test("^default-token|^upgrade-parser|^unannotated") | not))
      | .key] | sort')"
  check_equal "a Secret of a Task without annotations was adopted, and names its source" github-app \
    "$(kube get secret unannotated-github-token -o json | jq -r '.metadata.annotations["kelos.dev/github-app-secret"]')"
  check_equal "and kept its token, which is good for an hour from when Kelos made it" 1 \
    "$(audited '.secrets["unannotated-github-token"].tokens')"
  check_equal "the mint fingerprint of a Session is still there" 0a1b2c \
    "$(kube get secret pairing-session-github-token -o json \
      | jq -r '.metadata.annotations["kelos.dev/github-token-mint-fingerprint"]')"
  check_equal "what somebody else wrote at the same time is kept" "$(<"$KELOS_RUN_DIR/beside.count")" \
    "$(audited '.secrets.standalone.counter' | tr -d '"')"
  check_equal "its Task and its Secret have the Event that tells it" '["Secret/running-github-token","Task/running"]' \
    "$(kube get events -o json | jq -c '[.items[] | select(.reason == "GitHubTokenRefreshed").involvedObject
      | select(.name | startswith("running")) | "\(.kind)/\(.name)"] | unique')"
  check_equal "GitHub minted one token for each change" "$(audited '[.secrets[].tokens - 1] | add')" "$(mints)"
}

counter_is_kept() {
  [[ "$(kube get secret standalone -o json | jq -r '.metadata.annotations["example.com/counter"]')" == "$(<"$KELOS_RUN_DIR/beside.count")" ]]
}

# leader: the name of the process that holds the Lease.
leader() {
  kube_ctl --namespace "$KELOS_SYSTEM_NAMESPACE" get lease "$LEASE" --output=json \
    | jq --raw-output '.spec.holderIdentity // "" | split("_")[0]'
}

leader_is() {
  [[ "$(leader)" == "$1" ]]
}

other_refresher() {
  case $1 in
    refresher-1) echo refresher-2 ;;
    refresher-2) echo refresher-1 ;;
  esac
}

# check_takeover TEXT SECONDS NAME: the Lease is NAME's within that time.
check_takeover() {
  local began=$SECONDS
  if wait_until "$2" leader_is "$3"; then
    ok "$1 (after about $((SECONDS - began)) s)"
  else
    not_ok "$1" "the Lease is still held by '$(leader)' after $2 s"
  fi
}

check_failover() {
  local first second longest=$((KELOS_LEASE_SECONDS + KELOS_RETRY_SECONDS))
  start_audit 1
  local minted_before
  minted_before=$(mints)

  first=$(leader)
  second=$(other_refresher "$first")
  step "kill -9 of the leader, $first"
  signal_process "$first" KILL
  check_takeover "the other takes over within the Lease's life and a try" "$longest" "$second"
  start_replica "$first"

  step "SIGTERM of the leader, $second"
  stop_process "$second" 20
  check_takeover "it gives the Lease back, and the other takes it at its next try" "$KELOS_RETRY_SECONDS" "$first"
  start_replica "$second"

  step "SIGSTOP of the leader, $first, and SIGCONT after 20 s"
  signal_process "$first" STOP
  check_takeover "the other takes over meanwhile" "$longest" "$second"
  sleep 5
  signal_process "$first" CONT
  sleep "$((KELOS_RETRY_SECONDS * 2))"
  check "the one that woke up does not take the Lease back" leader_is "$second"
  local metrics=metrics_of_${first//-/_}
  check "and knows that it does not lead" \
    grep -E '^leader_election_master_status\{[^}]*\} 0$' <(curl --silent --max-time 5 --noproxy '*' "${!metrics}")

  # One more token for each Secret, so that a write of the wrong one would show.
  sleep "$KELOS_TOKEN_LIFE"
  end_audit
  check_equal "no Secret went backwards, and none lost its token" '[]' "$(audited .problems)"
  local changes minted
  changes=$(audited '[.secrets[].tokens - 1] | add')
  minted=$(($(mints) - minted_before))
  check "at most one mint for each lost leader was in vain ($minted mints, $changes changes)" \
    test "$minted" -ge "$changes" -a "$minted" -le "$((changes + 3))"
}

check_refresher_hygiene() {
  step "What the refreshers tell about themselves"
  local log metrics
  metrics=$(
    curl --silent --max-time 5 --noproxy '*' "$metrics_of_refresher_1"
    curl --silent --max-time 5 --noproxy '*' "$metrics_of_refresher_2"
  )
  check "refreshes are counted" grep -E '^kelos_token_refresh_total\{[^}]*\} [1-9]' <<<"$metrics"
  check "the expiry of each managed Secret is there" \
    grep -E '^kelos_token_expiration_timestamp_seconds\{[^}]*secret="standalone"[^}]*\} [1-9]' <<<"$metrics"
  local key pat token
  key=$(kube get secret github-app -o json | jq -r '.data.privateKey | @base64d' | sed -n 3p)
  token=$(kube get secret standalone -o json | jq -r '.data.GITHUB_TOKEN | @base64d')
  pat=$CANARY-pat
  for log in "$KELOS_RUN_DIR"/refresher-*.log; do
    check_told "$log"
    check_equal "no key, token or PAT is in ${log##*/}" 0 "$(grep -c -F -e "$key" -e "$token" -e ghs_ -e "$pat" "$log")"
  done
  check_equal "nor in the metrics" 0 "$(grep -c -F -e "$key" -e "$token" -e ghs_ -e "$pat" <<<"$metrics")"
}
