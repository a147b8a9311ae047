#!/usr/bin/env bash
# An agent in a real pod outlives its token, several times: a real control plane and node (hack/cluster.sh up --node), the
# webhook and the refresher as pods from their images, real git and gh against a server that takes only tokens which are
# good at that moment.
#
# Usage: hack/e2e-node.sh
#   KELOS_WEBHOOK_BINARY, KELOS_REFRESHER_BINARY, KELOS_TOKEN_BINARY  the programs to test, linked with
#                           --static-swift-stdlib; without one, a release build of it is made
#   KELOS_SKIP_NODE=1       skips it all, which also happens without root or a kubelet
#   KELOS_RESULTS_FILE      where the totals line goes too
#   KELOS_KEEP_CLUSTER=1    leaves the cluster up; one that was up before is always left up
# shellcheck disable=SC2016
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/checks.sh
. "$ROOT/hack/lib/checks.sh"
# shellcheck source=lib/pki.sh
. "$ROOT/hack/lib/pki.sh"
# shellcheck source=lib/kube.sh
. "$ROOT/hack/lib/kube.sh"
# shellcheck source=lib/image.sh
. "$ROOT/hack/lib/image.sh"
# shellcheck source=lib/node.sh
. "$ROOT/hack/lib/node.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"
# shellcheck source=lib/product.sh
. "$ROOT/hack/lib/product.sh"
# shellcheck source=lib/node_product.sh
. "$ROOT/hack/lib/node_product.sh"
# shellcheck source=lib/github_app.sh
. "$ROOT/hack/lib/github_app.sh"
# shellcheck source=lib/e2e_check.sh
. "$ROOT/hack/lib/e2e_check.sh"

NAMESPACE=kelos-token-node-$$
AGENT_IMAGE=localhost/kelos-token/agent:test
TASK=keep-pushing
TOKEN_SECRET=$TASK-github-token

# GitHub's tokens live an hour, and are renewed five minutes before their end. The margin has room for the kubelet, which
# follows a Secret within seconds, and for a call that began with the old token.
TOKEN_LIFE=90
REFRESH_MARGIN=30
# Three lives and a little.
AGENT_SECONDS=280

# why_not: prints what this machine lacks; fails where it lacks nothing.
why_not() {
  local source
  if [[ -n "${KELOS_SKIP_NODE:-}" ]]; then
    printf 'KELOS_SKIP_NODE is set\n'
  elif ((EUID != 0)); then
    printf 'a node needs root\n'
  elif ! source=$(kube_assets_source); then
    printf 'there is no Kubernetes here: see hack/cluster.sh and hack/build-kube.sh\n'
  elif [[ ! -x "$source/kubelet" && ! -r "$source/kubelet.xz" ]]; then
    printf 'there is no kubelet in %s\n' "$source"
  else
    return 1
  fi
}

# start_internet: a proxy, behind which github.com and api.github.com are the sandbox's, with one repository.
start_internet() {
  local port folder=$KELOS_RUN_DIR/repositories pki=$KELOS_RUN_DIR/pki
  free_port port
  proxy=127.0.0.1:$port
  mkdir -p "$pki" "$folder/octo-org"
  pki_ca "$pki" kelos-token-test-github 1
  pki_leaf "$pki" "$pki/github" /CN=github.com serverAuth 1 DNS:github.com,DNS:api.github.com
  authority=$pki/ca.crt
  create_repository "$folder/octo-org/hello.git"
  start_process internet /usr/bin/python3 -B "$ROOT/Tests/Freshness/github_of_node.py" --repositories "$folder" \
    --certificate "$pki/github.crt" --key "$pki/github.key" --sandbox "$github_address" --port "$port" \
    --log "$KELOS_RUN_DIR/requests"
  wait_for_process internet 10 port_answers "$port"
}

# create_repository FOLDER: with one commit on main, for there to be something to clone.
create_repository() {
  local tree
  git init --quiet --bare --initial-branch=main "$1"
  git -C "$1" config http.receivepack true
  tree=$(git -C "$1" hash-object -t tree -w --stdin </dev/null)
  git -C "$1" update-ref refs/heads/main \
    "$(git -C "$1" -c user.name=test -c user.email=test@example.com commit-tree -m 'Begin' "$tree")"
}

# create_task: what a user applies, then what Kelos's controller makes of it: a Secret with a token, and a Job.
create_task() {
  local key=$KELOS_RUN_DIR/app.key answer owner
  task_objects >"$KELOS_RUN_DIR/task.json"
  jq 'select(.kind != "Job")' "$KELOS_RUN_DIR/task.json" | kube apply --filename=- >/dev/null
  owner=$(kube get tasks.kelos.dev "$TASK" --output=json | jq '[{apiVersion, kind, name: .metadata.name,
    uid: .metadata.uid, controller: true, blockOwnerDeletion: true}]')
  (umask 077 && kube get secret github-app --output=json | jq -r '.data.privateKey | @base64d' >"$key")
  answer=$(HTTPS_PROXY=http://$proxy mint_token "$authority" 12345 67890 "$key")
  jq --arg name "$TOKEN_SECRET" --argjson owner "$owner" '{apiVersion: "v1", kind: "Secret",
    metadata: {name: $name, ownerReferences: $owner, annotations: {"kelos.dev/github-app-secret": "github-app",
      "kelos.dev/token-expires-at": .expires_at}}, stringData: {GITHUB_TOKEN: .token}}' <<<"$answer" \
    | kube create --filename=- >/dev/null
  jq --argjson owner "$owner" 'select(.kind == "Job") | .metadata.ownerReferences = $owner' "$KELOS_RUN_DIR/task.json" \
    | kube create --filename=- >/dev/null
}

# task_objects: hack/lib/node_task.yaml for this run's proxy, one JSON object after the other.
task_objects() {
  sed "s/proxy\.invalid/$proxy/" "$ROOT/hack/lib/node_task.yaml" \
    | kube create --dry-run=client --filename=- --output=json \
    | jq --arg seconds "$AGENT_SECONDS" '(.items? // [.])[]
      | if .kind == "Job" then .spec.template.spec.containers[0].args = [$seconds] else . end'
}

task_pod() {
  kube get pods --selector "job-name=$TASK" --output=json | jq --exit-status '.items[0]'
}

pod_log() {
  kube logs --container "$1" "job/$TASK" 2>&1
}

agent_is_running() {
  task_pod | jq --exit-status '.status.containerStatuses[0].state.running'
}

job_has_ended() {
  kube get job "$TASK" --output=json | jq --exit-status '.status | (.succeeded // 0) + (.failed // 0) > 0'
}

wait_for_agent() {
  wait_until 60 agent_is_running && return
  kube describe pods
  pod_log git-clone || true
  die "the agent did not start within 60 s"
}

watch_agent() {
  step "The agent pushes and calls gh for $AGENT_SECONDS s; tokens live $TOKEN_LIFE s"
  local lines=0 log ended=''
  local deadline=$((SECONDS + AGENT_SECONDS + 60))
  until [[ -n "$ended" ]]; do
    if job_has_ended >/dev/null || ((SECONDS > deadline)); then ended=yes; fi
    log=$(pod_log kelos-agent | tail -n "+$((lines + 1))")
    if [[ -n "$log" ]]; then
      lines=$((lines + $(wc -l <<<"$log")))
      printf '%s\n' "$log" | sed 's/^/    /'
    fi
    sleep 1
  done
}

# What the agent asked for, apart from its last two calls; `all` has those and what was minted.
requests() {
  jq --slurp --raw-output '. as $all | map(select(.what != "mint" and (.path | contains("octo-org/hello")))) | '"$1" \
    "$KELOS_RUN_DIR/requests"
}

check_agent() {
  step "What GitHub saw"
  requests 'group_by(.token) | sort_by(.[0].time)[] | .[0].token as $token
    | ($all[] | select(.what == "mint" and .token == $token) | .time) as $minted
    | "token \($token): used from second \(.[0].time - $minted | floor) to \(.[-1].time - $minted | floor) of its life, for "
      + "\(map(select(.what == "push")) | length) pushes and \(map(select(.what == "api")) | length) gh calls"' \
    | while IFS= read -r line; do note "$line"; done
  local pushes calls tokens log
  pushes=$(requests 'map(select(.what == "push" and .status == 200)) | length')
  calls=$(requests 'map(select(.what == "api" and .status == 200)) | length')
  tokens=$(requests 'map(.token) | unique | length')
  note "$pushes pushes and $calls gh calls on $tokens tokens"
  log=$(pod_log kelos-agent)
  check_contains "the agent came to its end, after three lives of a token" \
    "$pushes pushes and gh calls; done" "$log"
  check_equal "gh was called as often as was pushed" "$pushes" "$calls"
  check_equal "the repository has a commit of each push" "$pushes" \
    "$(git -C "$KELOS_RUN_DIR/repositories/octo-org/hello.git" rev-list --count main..agent/keep-pushing)"
  check "it was a push every five seconds at least ($pushes)" test "$pushes" -ge "$((AGENT_SECONDS / 5))"
  check "it took more tokens than three lives have ($tokens)" test "$tokens" -ge 4
  # The kubelet's delay, and the agent's own, count as well.
  check "no token was used in the last ten seconds of its life" test "$(requests '[group_by(.token)[] | .[0].token as $token
    | .[-1].time - ($all[] | select(.what == "mint" and .token == $token) | .time)] | max | ceil')" -le $((TOKEN_LIFE - 10))
  check_equal "no call was refused" 0 "$(requests 'map(select(.status != 200)) | length')"
  check_contains "the token that its environment had at the start is long refused" \
    "without the token file both are refused" "$log"
  check_equal "and that by the same server" '[401,401]' \
    "$(requests '$all | map(select(.path | contains("octo-org/world")) | .status) | tojson')"

  local pod
  pod=$(task_pod)
  check_equal "nothing in the pod was restarted" '[0,0]' \
    "$(jq -c '[.status | .initContainerStatuses[], .containerStatuses[] | .restartCount]' <<<"$pod")"
  check_equal "the Job made one pod and succeeded" '1 1' \
    "$(kube get job "$TASK" -o json | jq -r '"\(.status.succeeded) \(.status.succeeded + (.status.failed // 0))"')"
}

check_end() {
  step "The Task is over: its Secret is left alone"
  local secret due
  secret=$(kube get secret "$TOKEN_SECRET" --output=json)
  due=$(jq -r --argjson margin "$REFRESH_MARGIN" '.metadata.annotations["kelos.dev/token-expires-at"]
    | sub("\\.[0-9]+"; "") | fromdate - $margin' <<<"$secret")
  # Until well behind the moment at which a Task that runs would get a new one.
  while (($(date +%s) < due + 5)); do sleep 1; done
  check_equal "no token is minted for it any more" "$(jq -r .metadata.resourceVersion <<<"$secret")" \
    "$(kube get secret "$TOKEN_SECRET" --output=json | jq -r .metadata.resourceVersion)"
}

check_hygiene() {
  step "What all of them have written"
  local log key
  key=$(sed -n 3p "$KELOS_RUN_DIR/app.key")
  pod_log git-clone >"$KELOS_RUN_DIR/git-clone.log"
  pod_log kelos-agent >"$KELOS_RUN_DIR/kelos-agent.log"
  for log in "$KELOS_RUN_DIR"/*.log "$KELOS_CLUSTER_DIR"/run/{kubelet,containerd,kube-apiserver}.log; do
    check_equal "no token and no key is in ${log##*/}" 0 "$(grep -c -F -e ghs_ -e "$key" "$log")"
  done
  for log in "$KELOS_RUN_DIR"/kelos-token-{webhook,refresher}.log; do
    check_told "$log"
  done
}

main() {
  (($# == 0)) || {
    print_usage "${BASH_SOURCE[0]}"
    [[ "$1" == -h || "$1" == --help ]] && exit 0 || exit 64
  }
  local reason
  if reason=$(why_not); then
    step "hack/e2e-node.sh is skipped: $reason"
    KELOS_SKIPPED=1
    [[ -z "${KELOS_RESULTS_FILE:-}" ]] || totals_line >"$KELOS_RESULTS_FILE"
    totals_line
    return
  fi
  make_run_dir
  ensure_packages git python3
  find_program KELOS_WEBHOOK_BINARY kelos-token-webhook
  find_program KELOS_REFRESHER_BINARY kelos-token-refresher
  find_program KELOS_TOKEN_BINARY kelos-token
  start_test_cluster --node
  kube_ctl apply --filename="$ROOT/hack/kelos-crds.yaml" >/dev/null
  wait_until 30 kube get tasks.kelos.dev,workspaces.kelos.dev || die "the API server does not serve Kelos's kinds"

  step "Making the images"
  load_product_images
  step "Starting GitHub, the webhook and the refresher"
  start_github "$TOKEN_LIFE" --github-plain-http
  start_internet
  build_agent_image "$KELOS_RUN_DIR/agent.tar" "$AGENT_IMAGE" "$ROOT/hack/lib/node_agent.sh" "$authority"
  node_import "$KELOS_RUN_DIR/agent.tar"
  certificates=$KELOS_RUN_DIR/certificates
  "$ROOT/certs/generate.sh" --quiet --out "$certificates"
  free_port webhook_port
  prepare_namespace
  deploy_webhook
  register_webhook
  deploy_refresher "$authority" --refresh-margin="${REFRESH_MARGIN}s"

  create_task
  wait_for_agent
  check_whole_installation
  watch_agent
  check_agent
  check_end
  check_product_pods
  check_hygiene
  finish_checks
}

main "$@"
