# Kelos objects at kubectl apply: what is refused and warned of, word for word, and what is never in the way. Sourced by
# hack/e2e.sh, whose functions it needs. Kelos itself is not there: its kinds are, by hack/kelos-crds.yaml.
# shellcheck shell=bash

KELOS_CRDS=$ROOT/hack/kelos-crds.yaml
KELOS_BAD_OVERRIDES='{"volumes": [{"name": "cache", "emptyDir": {}}, {"name": "kelos-cache", "emptyDir": {}}],
  "volumeMounts": [{"name": "cache", "mountPath": "/kelos/github-token/"}],
  "extraContainers": [{"name": "git-clone", "image": "g"}, {"name": "db", "image": "d"}],
  "extraInitContainers": [{"name": "db", "image": "d"}]}'
KELOS_GOOD_OVERRIDES='{"volumes": [{"name": "cache", "emptyDir": {}}],
  "volumeMounts": [{"name": "cache", "mountPath": "/cache"}], "extraContainers": [{"name": "db", "image": "d"}]}'

# kelos_object KIND NAME HOLDER OVERRIDES [VERSION]: HOLDER is where podOverrides stands, such as spec.worker.
kelos_object() {
  jq --null-input --arg kind "$1" --arg name "$2" --arg holder "$3" --argjson overrides "$4" --arg version "${5:-v1alpha2}" \
    '{apiVersion: "kelos.dev/\($version)", kind: $kind, metadata: {name: $name}, spec: {prompt: "fix it"}}
     | setpath($holder / "." + ["podOverrides"]; $overrides)'
}

# refusal KIND NAME HOLDER: what kubectl prints about the bad overrides.
refusal() {
  local at=$3.podOverrides
  cat <<TEXT
The $1 "$2" is invalid: 
* $at.volumes[1].name: Invalid value: "kelos-cache": uses the reserved "kelos-" volume name prefix; give the volume another name
* $at.extraContainers[0].name: Invalid value: "git-clone": is the name of an init container that Kelos adds; give the container another name
* $at.extraInitContainers[0].name: Duplicate value: "db": extraContainers[1] has the same name; rename one
* $at.volumeMounts[0].mountPath: Invalid value: "/kelos/github-token/": /kelos/github-token and what is below it is reserved for the GitHub token; mount this volume elsewhere
TEXT
}

# kelos_fails COMMAND...: prints what a command says that must fail; a success is told apart from every message.
kelos_fails() {
  if "$@" 2>&1; then
    printf '(it was accepted)\n'
  fi
}

kelos_apply() {
  kube apply -f - "$@"
}

# store_kelos_objects: with nobody there to refuse them.
store_kelos_objects() {
  on_exit clean_kelos_objects
  kube_ctl apply -f "$KELOS_CRDS" >/dev/null
  kube_ctl wait --for=condition=Established --timeout=60s -f "$KELOS_CRDS" >/dev/null
  wait_until 30 kelos_kinds_are_served || die "the kinds of $KELOS_CRDS are not served"
  kelos_object Task stored-before spec.worker "$KELOS_BAD_OVERRIDES" | jq '.metadata.finalizers = ["example.com/hold"]' \
    | kelos_apply >/dev/null
  kelos_object WorkerPool stored-before spec.worker "$KELOS_BAD_OVERRIDES" | jq '.spec.replicas = 2' | kelos_apply >/dev/null
}

kelos_kinds_are_served() {
  kube get tasks.kelos.dev,taskspawners.kelos.dev,workerpools.kelos.dev,sessions.kelos.dev,sessionspawners.kelos.dev
}

clean_kelos_objects() {
  kube patch task.kelos.dev stored-before --type=merge -p '{"metadata": {"finalizers": null}}'
  kube_ctl delete -f "$KELOS_CRDS" --ignore-not-found --wait=false
} >/dev/null 2>&1

check_kelos_objects() {
  step "Kelos objects at kubectl apply"
  check_kelos_refusals
  check_kelos_acceptance
  check_kelos_warnings
  check_kelos_updates
  check_kelos_stored_before
  check_kelos_other_version
  check_kelos_fails_open
}

check_kelos_refusals() {
  local kind holder version
  kelos_object Task nightly spec.worker "$KELOS_BAD_OVERRIDES" | kelos_fails kelos_apply | sed 's/^/    /'
  while read -r kind holder; do
    for version in v1alpha1 v1alpha2; do
      check_equal "a $kind of $version with $holder.podOverrides that break four rules is refused, word for word" \
        "$(refusal "$kind" bad "$holder")" \
        "$(kelos_object "$kind" bad "$holder" "$KELOS_BAD_OVERRIDES" "$version" | kelos_fails kelos_apply)"
    done
  done <<'PLACES'
Task spec.worker
Task spec
TaskSpawner spec.taskTemplate.worker
TaskSpawner spec.taskTemplate
WorkerPool spec.worker
Session spec.worker
SessionSpawner spec.sessionTemplate.worker
PLACES
  check_equal "with --dry-run=server the same" "$(refusal Task bad spec.worker)" \
    "$(kelos_object Task bad spec.worker "$KELOS_BAD_OVERRIDES" | kelos_fails kelos_apply --dry-run=server)"
  check_equal "and with kubectl create" "$(refusal Task bad spec.worker)" \
    "$(kelos_object Task bad spec.worker "$KELOS_BAD_OVERRIDES" | kelos_fails kube create -f -)"
  check_equal "nothing of it is stored" '' "$(kube get tasks,taskspawners,workerpools,sessions,sessionspawners -o json \
    | jq -r '.items[].metadata.name | select(startswith("bad"))')"

  local status
  status=$(kelos_object Task bad spec.worker "$KELOS_BAD_OVERRIDES" \
    | api_post "/apis/kelos.dev/v1alpha2/namespaces/$NAMESPACE/tasks")
  check_equal "the API server answers 422 with group, kind, name and causes" \
    '[422,"Invalid","kelos.dev","Task","bad",["FieldValueInvalid","FieldValueInvalid","FieldValueDuplicate","FieldValueInvalid"]]' \
    "$(jq -c '[.code, .reason, .details.group, .details.kind, .details.name, [.details.causes[].reason]]' <<<"$status")"
  check_contains "and names the webhook" \
    'admission webhook "kelos-objects.github-token.kelos.dev" denied the request: Task.kelos.dev "bad" is invalid: [spec.worker.' \
    "$(jq -r .message <<<"$status")"
}

check_kelos_acceptance() {
  local given version
  for version in v1alpha1 v1alpha2; do
    given=$(kelos_object Task "good-$version" spec.worker "$KELOS_GOOD_OVERRIDES" "$version")
    check_equal "a Task of $version that keeps to the rules is accepted without a word" \
      "task.kelos.dev/good-$version created" "$(kelos_apply 2>&1 <<<"$given")"
    check_equal "and stored as it was given" "$(jq -cS .spec <<<"$given")" \
      "$(kube get task "good-$version" -o json | jq -cS .spec)"
  done
}

check_kelos_warnings() {
  local given expected
  given=$(kelos_object Task warned spec.worker '{"env": [{"name": "KELOS_SETUP_COMMAND", "value": "[]"},
    {"name": "GITHUB_TOKEN", "value": "x"}], "volumes": [{"name": "cache", "emptyDir": {}}],
    "volumeMounts": [{"name": "cache", "mountPath": "/kelos"}]}')
  expected='Warning: spec.worker.podOverrides.volumeMounts[0].mountPath: "/kelos" lies above /kelos/github-token, where the GitHub token is mounted
Warning: spec.worker.podOverrides.env[0].name: Kelos drops "KELOS_SETUP_COMMAND" always; the Workspace'\''s setupCommand is the place for it
Warning: spec.worker.podOverrides.env[1].name: Kelos drops "GITHUB_TOKEN" when it sets it itself, because the Workspace has a secretRef'
  check_equal "what does no harm is warned of, with --dry-run=server" \
    "$expected"$'\n'"task.kelos.dev/warned created (server dry run)" \
    "$(kelos_apply --dry-run=server 2>&1 <<<"$given")"
  check_equal "and when it is created" "$expected"$'\n'"task.kelos.dev/warned created" \
    "$(kelos_apply 2>&1 <<<"$given")"
  check_equal "a label on it is warned of no more" "task.kelos.dev/warned labeled" "$(kube label task warned team=a 2>&1)"
}

check_kelos_updates() {
  check_equal "a change that breaks rules is refused, word for word" "$(refusal Task good-v1alpha2 spec.worker)" \
    "$(kelos_object Task good-v1alpha2 spec.worker "$KELOS_BAD_OVERRIDES" | kelos_fails kelos_apply)"
  check_equal "with --dry-run=server the same" "$(refusal Task good-v1alpha2 spec.worker)" \
    "$(kelos_object Task good-v1alpha2 spec.worker "$KELOS_BAD_OVERRIDES" | kelos_fails kelos_apply --dry-run=server)"
  check_contains "a change that claims to be a deletion gets past the rules, but not past the API server" \
    'metadata.deletionTimestamp: Invalid value' \
    "$(kelos_fails kube patch task good-v1alpha2 --type=merge --patch "$(jq -c '{metadata: {
      deletionTimestamp: "2026-01-01T00:00:00Z"}, spec: {worker: {podOverrides: .}}}' <<<"$KELOS_BAD_OVERRIDES")")"
  check_equal "so it is stored as it was" "$(jq -cS . <<<"$KELOS_GOOD_OVERRIDES")" \
    "$(kube get task good-v1alpha2 -o json | jq -cS .spec.worker.podOverrides)"
}

check_kelos_stored_before() {
  check_equal "a Task that was stored before the webhook was there can be annotated" \
    "task.kelos.dev/stored-before annotated" "$(kube annotate task stored-before example.com/note=x 2>&1)"
  check_equal "it can get another finalizer" "task.kelos.dev/stored-before patched" \
    "$(kube patch task stored-before --type=json \
      -p '[{"op": "add", "path": "/metadata/finalizers/-", "value": "example.com/second"}]' 2>&1)"
  check_equal "its status can be written" Running "$(kelos_set_status stored-before Running)"
  check_equal "a WorkerPool of that time can be scaled" "workerpool.kelos.dev/stored-before patched" \
    "$(kube patch workerpool stored-before --type=merge -p '{"spec": {"replicas": 0}}' 2>&1)"
  check_contains "its overrides cannot be changed unless they are mended" \
    '* spec.worker.podOverrides.volumes[1].name: Invalid value: "kelos-cache": ' \
    "$(kelos_fails kube patch workerpool stored-before --type=merge \
      -p '{"spec": {"worker": {"podOverrides": {"labels": {"team": "a"}}}}}')"
  check_equal "and can be mended" "workerpool.kelos.dev/stored-before patched" \
    "$(kube patch workerpool stored-before --type=json -p "[{\"op\": \"replace\", \"path\": \"/spec/worker/podOverrides\",
      \"value\": $KELOS_GOOD_OVERRIDES}]" 2>&1)"

  kube delete task stored-before --wait=false >/dev/null
  check "the Task, deleted, waits for its finalizers" kelos_is_deleting stored-before
  check_equal "while it does, anything about it can be changed" "task.kelos.dev/stored-before patched" \
    "$(kube patch task stored-before --type=merge -p '{"spec": {"worker": {"podOverrides": {"labels": {"team": "a"}}}}}' 2>&1)"
  check_equal "its finalizers can be removed" "task.kelos.dev/stored-before patched" \
    "$(kube patch task stored-before --type=merge -p '{"metadata": {"finalizers": null}}' 2>&1)"
  check "and then it is gone" wait_until 10 kelos_is_gone stored-before
}

# kelos_set_status NAME PHASE: prints the phase that is stored then. kubectl writes statuses from 1.24 on only.
kelos_set_status() {
  local path=/apis/kelos.dev/v1alpha2/namespaces/$NAMESPACE/tasks/$1
  kube_ctl get --raw "$path" | jq --arg phase "$2" '.status.phase = $phase' \
    | kube_ctl replace --raw "$path/status" -f - | jq -r .status.phase
}

kelos_is_deleting() {
  kube get task "$1" -o json | jq -e '.metadata.deletionTimestamp != null'
}

kelos_is_gone() {
  ! kube get task "$1"
}

# A version that the webhook's rules do not list is converted to one that they do.
check_kelos_other_version() {
  kube_ctl create --dry-run=client -f "$KELOS_CRDS" -o json | jq -s '.[] | select(.kind == "List") // {items: [.]} | .items[]
    | select(.spec.names.kind == "Task") | .spec.versions += [.spec.versions[1] | .name = "v1alpha3"]' \
    | kube_ctl apply -f - >/dev/null
  if ! wait_until 30 kube_ctl get --raw "/apis/kelos.dev/v1alpha3/namespaces/$NAMESPACE/tasks"; then
    not_ok "a further version of Task is served"
    return
  fi
  check "a Task of a version that the rules do not list is refused too" \
    wait_until 20 kelos_is_refused Task spec.worker v1alpha3
}

# kelos_is_refused KIND HOLDER VERSION: kubectl's own knowledge of versions is some minutes old, so it is not asked.
kelos_is_refused() {
  kelos_object "$1" bad "$2" "$KELOS_BAD_OVERRIDES" "$3" \
    | api_post "/apis/kelos.dev/$3/namespaces/$NAMESPACE/tasks?dryRun=All" \
    | jq -e '.code == 422 and (.message | contains("kelos-objects.github-token.kelos.dev"))'
}

check_kelos_fails_open() {
  signal_process webhook STOP
  check_equal "while the webhook hangs, Kelos can still write finalizers" "task.kelos.dev/good-v1alpha1 patched" \
    "$(kube patch task good-v1alpha1 --type=merge -p '{"metadata": {"finalizers": []}, "spec": {"prompt": "again"}}' 2>&1)"
  signal_process webhook CONT
}
