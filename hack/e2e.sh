#!/usr/bin/env bash
# The webhook and the refresher against a real Kubernetes control plane (hack/cluster.sh): what is stored, what is
# refused, what a rolled certificate and a restart do to applies that are under way, how tokens rotate for minutes, what
# becomes of that when the leader dies, that each right of the refresher is needed (Tests/Rights), and whether any apply
# notices that the refresher rotates a certificate authority.
#
# Usage: hack/e2e.sh
#   KELOS_WEBHOOK_BINARY, KELOS_REFRESHER_BINARY, KELOS_TOKEN_BINARY  the programs to test; without one, a release build
#                           of it is made
#   KELOS_ROTATION_SECONDS  for how long tokens are watched (300)
#   KELOS_RESULTS_FILE      where the totals line goes too
#   KELOS_KEEP_CLUSTER=1    leaves the cluster up; one that was up before is always left up
# jq programs are full of $variables of their own.
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
# shellcheck source=lib/runners.sh
. "$ROOT/hack/lib/runners.sh"
# shellcheck source=lib/kube.sh
. "$ROOT/hack/lib/kube.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"
# shellcheck source=lib/product.sh
. "$ROOT/hack/lib/product.sh"
# shellcheck source=lib/e2e_load.sh
. "$ROOT/hack/lib/e2e_load.sh"
# shellcheck source=lib/e2e_kelos.sh
. "$ROOT/hack/lib/e2e_kelos.sh"
# shellcheck source=lib/e2e_refresher.sh
. "$ROOT/hack/lib/e2e_refresher.sh"
# shellcheck source=lib/e2e_missed.sh
. "$ROOT/hack/lib/e2e_missed.sh"
# shellcheck source=lib/e2e_certificates.sh
. "$ROOT/hack/lib/e2e_certificates.sh"
# shellcheck source=lib/e2e_manifests.sh
. "$ROOT/hack/lib/e2e_manifests.sh"
# shellcheck source=lib/e2e_prometheus.sh
. "$ROOT/hack/lib/e2e_prometheus.sh"
# shellcheck source=lib/e2e_check.sh
. "$ROOT/hack/lib/e2e_check.sh"

NAMESPACE=kelos-token-e2e-$$
# Planted where the webhook sees it; nothing of a pod may reach a log.
CANARY=canary-$$-$RANDOM$RANDOM
WIRED='["git-clone","branch-setup","kelos-agent"]'

wiring() {
  jq --compact-output -L "$ROOT/hack/lib" "${@:2}" "include \"wiring\"; $1"
}

stored_pod() {
  kube get pod "$1" -o json
}

# pod NAME LABELS ANNOTATIONS [VOLUMES]: a pod with two containers, one of which has the token in its environment.
pod() {
  jq --null-input --arg name "$1" --argjson labels "$2" --argjson annotations "$3" --argjson volumes "${4:-[]}" \
    --arg canary "$CANARY" '{apiVersion: "v1", kind: "Pod",
      metadata: {name: $name, labels: $labels, annotations: $annotations},
      spec: {restartPolicy: "Never", volumes: $volumes, containers: [
        {name: "kelos-agent", image: "example.invalid/agent:1", env: [
          {name: "AGENT_KEY", value: $canary},
          {name: "GITHUB_TOKEN", valueFrom: {secretKeyRef: {name: "nightly-github-token", key: "GITHUB_TOKEN"}}}]},
        {name: "postgres", image: "postgres:16"}]}}'
}

# task_pod NAME [VOLUMES]: as Kelos labels a Task's.
task_pod() {
  pod "$1" '{"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"}' \
    "{\"example.com/note\": \"$CANARY\"}" "${@:2}"
}

check_job() {
  step "A Job like a Kelos Task's"
  kube apply -f "$ROOT/manifests/samples/github-token.yaml" -f "$ROOT/manifests/samples/task-job.yaml" >/dev/null
  wait_until 60 job_has_pod || {
    not_ok "the Job became a pod" "$(kube get events)"
    return
  }
  local job name stored viewed template
  job=$(kube get job upgrade-parser -o json)
  name=$(kube get pods --selector job-name=upgrade-parser -o json | jq -r '.items[0].metadata.name')
  stored=$(etcd_get "/registry/pods/$NAMESPACE/$name")
  viewed=$(stored_pod "$name")
  template=$(jq '.spec.template' <<<"$job" | wiring own_containers)

  check_equal "etcd has the key of the Job's pod" "/registry/pods/$NAMESPACE/$name" \
    "$(etcd_get "/registry/pods/$NAMESPACE/$name" --keys-only | head -n 1)"
  check_equal "the API server shows the spec that etcd has" "$(jq -cS .spec <<<"$stored")" "$(jq -cS .spec <<<"$viewed")"
  check_equal "the stored pod has the volume, optional, with the Secret's one key" \
    '[{"name":"kelos-github-token","secret":{"secretName":"upgrade-parser-github-token","items":[{"key":"GITHUB_TOKEN","path":"GITHUB_TOKEN"}],"defaultMode":420,"optional":true}}]' \
    "$(wiring token_volumes <<<"$stored")"
  check_equal "the mount is in exactly the containers that had the token" "$WIRED" "$(wiring mounted <<<"$stored")"
  check_equal "KELOS_GITHUB_TOKEN_FILE is in exactly these" "$WIRED" "$(wiring told <<<"$stored")"
  check_equal "git asks the file in exactly these" "$WIRED" "$(wiring 'git_wired("github.com")' <<<"$stored")"
  check_equal "no other container knows the volume or the wiring's variables" '["warm-cache","postgres"]' \
    "$(wiring "[all_containers | select(tostring | test(\"kelos-github-token|KELOS_GITHUB|GIT_CONFIG\") | not) | .name]" <<<"$stored")"
  check_equal "the other containers are byte for byte the template's" \
    "$(jq -c --argjson wired "$WIRED" 'map(select(.name | IN($wired[]) | not))' <<<"$template")" \
    "$(wiring 'own_containers | map(select(.name | IN($wired[]) | not))' --argjson wired "$WIRED" <<<"$viewed")"
  check_equal "without the wiring, every container is byte for byte the template's" \
    "$(jq '.spec.template' <<<"$job" | wiring without_wiring)" "$(wiring without_wiring <<<"$viewed")"
  check_equal "the template's environment comes first, unchanged" true \
    "$(wiring 'own_containers | keeps_env($template)' --argjson template "$template" <<<"$viewed")"

  local audited
  audited=$(jq -c --arg namespace "$NAMESPACE" 'select(.objectRef.namespace == $namespace)
    | select(.user.username == "system:serviceaccount:kube-system:job-controller") | .annotations
    | select(has("kelos-pods.github-token.kelos.dev/secret"))' \
    "$KELOS_CLUSTER_DIR/run/audit.log")
  check_contains "the audit log says that this webhook changed it" \
    '"configuration":"kelos-token-webhook","webhook":"kelos-pods.github-token.kelos.dev","mutated":true' \
    "$(jq -r '.[]' <<<"$audited")"
  check_equal "and which Secret went to which containers" 'upgrade-parser-github-token git-clone,branch-setup,kelos-agent' \
    "$(jq -r '"\(.["kelos-pods.github-token.kelos.dev/secret"]) \(.["kelos-pods.github-token.kelos.dev/containers"])"' \
      <<<"$audited")"

  # Without the Job's own labels: its controller would take the pod for one too many.
  jq '{apiVersion, kind, spec, metadata: {name: "again",
    labels: (.metadata.labels | with_entries(select(.key | startswith("kelos.dev/"))))}}' <<<"$viewed" \
    | kube apply -f - >/dev/null
  check_equal "a pod that is wired already is left as it is" "$(jq -c .spec <<<"$viewed")" \
    "$(stored_pod again | jq -c .spec)"
}

job_has_pod() {
  kube get pods --selector job-name=upgrade-parser -o json | jq -e '.items | length > 0'
}

# etcd_get KEY [OPTION...]
etcd_get() {
  local pki=$KELOS_CLUSTER_DIR/pki port
  port=$(sed -n 's/^etcd_port=//p' "$KELOS_CLUSTER_DIR/ports")
  ETCDCTL_API=3 etcdctl --endpoints="https://127.0.0.1:$port" --cacert="$pki/ca.crt" --cert="$pki/etcd-client.crt" \
    --key="$pki/etcd-client.key" get --print-value-only="$([[ $# -gt 1 ]] && echo false || echo true)" "$@"
}

check_refusal() {
  step "A pod with a foreign volume of the reserved name"
  local message refused status
  refused=$(task_pod foreign '[{"name": "scratch", "emptyDir": {}}, {"name": "kelos-github-token", "emptyDir": {}}]')
  if message=$(kube apply -f - <<<"$refused" 2>&1); then
    not_ok "it is refused" "$message"
    return
  fi
  printf '    %s\n' "$message"
  check_contains "kubectl says which pod is invalid" 'The Pod "foreign" is invalid:' "$message"
  check_contains "the message names the field" 'spec.volumes[1].name' "$message"
  check_contains "the message says that the volume's name is reserved" '"kelos-github-token" is reserved' "$message"
  check_contains "the message says what to do" 'give it another name' "$message"
  check "it is not stored" pod_is_absent foreign

  status=$(api_post "/api/v1/namespaces/$NAMESPACE/pods" <<<"$refused")
  check_equal "the API server answers 422 with the field as a cause" '[422,"Invalid",["spec.volumes[1].name"]]' \
    "$(jq -c '[.code, .reason, [.details.causes[].field]]' <<<"$status")"
  check_contains "and names the webhook" 'admission webhook "kelos-pods.github-token.kelos.dev" denied the request: ' \
    "$(jq -r .message <<<"$status")"
}

# api_post PATH: what the API server answers to the JSON on stdin, unlike kubectl's rendering of it.
api_post() {
  local pki=$KELOS_CLUSTER_DIR/pki port
  port=$(sed -n 's/^apiserver_port=//p' "$KELOS_CLUSTER_DIR/ports")
  curl --silent --max-time 10 --noproxy '*' --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" \
    --header 'Content-Type: application/json' --data-binary @- "https://127.0.0.1:$port$1"
}

pod_is_absent() {
  ! kube get pod "$1"
}

check_untouched() {
  step "Pods that are none of its business"
  pod plain-after '{"app": "plain"}' '{}' | kube apply -f - >/dev/null
  check_equal "a plain pod is stored as it was before the webhook was registered" "$plain_before" \
    "$(stored_pod plain-after | wiring comparable | sed 's/plain-after/plain/g')"
  check_equal "the API server did not ask the webhook about it" '' \
    "$(jq -r 'select(.objectRef.name == "plain-after") | .annotations // {} | keys[]
      | select(contains("webhook"))' "$KELOS_CLUSTER_DIR/run/audit.log")"
  task_pod opted-out | jq '.metadata.labels["kelos.dev/github-token"] = "disabled"' | kube apply -f - >/dev/null
  check_equal "a Task's pod with the label kelos.dev/github-token=disabled is left alone" '[]' \
    "$(stored_pod opted-out | wiring token_volumes)"
}

check_dry_run() {
  step "kubectl apply --dry-run=server"
  local shown
  shown=$(kube apply --dry-run=server -f "$ROOT/manifests/samples/opted-in-pod.yaml" -o json)
  check_equal "it shows the pod as it would be stored" '["report"]' "$(wiring mounted <<<"$shown")"
  check "and stores nothing" pod_is_absent nightly-report
}

check_opted_in() {
  step "A pod that opts in by label and annotations"
  kube apply -f "$ROOT/manifests/samples/opted-in-pod.yaml" >/dev/null
  local stored
  stored=$(stored_pod nightly-report)
  check_equal "its volume is the annotation's Secret" upgrade-parser-github-token \
    "$(wiring token_volumes <<<"$stored" | jq -r '.[0].secret.secretName')"
  check_equal "the named container alone is wired" '["report"] ["report"] ["report"]' \
    "$(wiring mounted <<<"$stored") $(wiring told <<<"$stored") $(wiring 'git_wired("github.com")' <<<"$stored")"
  check_equal "it got the token's fallbacks" '["GITHUB_TOKEN","GH_TOKEN"]' \
    "$(jq -c '[.spec.containers[0].env[] | select(.valueFrom.secretKeyRef.optional == true) | .name]
      | sort_by(. != "GITHUB_TOKEN")' <<<"$stored")"
}

check_metrics_and_logs() {
  step "What the webhook tells about itself"
  local metrics
  metrics=$(curl --silent --max-time 5 --noproxy '*' "$metrics_url")
  check "controller_runtime_webhook_requests_total counts answers with code 200" \
    grep -E '^controller_runtime_webhook_requests_total\{[^}]*code="200"[^}]*\} [1-9]' <<<"$metrics"
  check "kelos_token_ metrics are there" grep -E '^kelos_token_[a-z_]+(\{.*\})? [0-9]' <<<"$metrics"
  local log
  for log in "$KELOS_RUN_DIR"/webhook*.log; do
    check "${log##*/} tells of requests" grep -E '"requestID"' "$log"
    check_told "$log"
    check_equal "nothing of a pod's environment or annotations is in ${log##*/}" 0 "$(grep -c "$CANARY" "$log")"
  done
  check_equal "nor in the metrics" 0 "$(grep -c "$CANARY" <<<"$metrics")"
}

# check_rights: Tests/Rights, before there is a refresher that would look after the Secrets of these tests too.
check_rights() {
  KELOS_TEST_KUBECONFIG=$KELOS_CLUSTER_DIR/kubeconfig KELOS_REFRESHER_BINARY=$KELOS_REFRESHER_BINARY \
    KELOS_WEBHOOK_BINARY=$KELOS_WEBHOOK_BINARY KELOS_TOKEN_BINARY=$KELOS_TOKEN_BINARY run_python_tests Rights
}

main() {
  (($# == 0)) || {
    print_usage "${BASH_SOURCE[0]}"
    [[ "$1" == -h || "$1" == --help ]] && exit 0 || exit 64
  }
  make_run_dir
  find_program KELOS_WEBHOOK_BINARY kelos-token-webhook
  find_program KELOS_REFRESHER_BINARY kelos-token-refresher
  find_program KELOS_TOKEN_BINARY kelos-token
  ensure_packages etcd-client python3-pytest python3-yaml
  # shellcheck disable=SC2119
  start_test_cluster
  pod plain '{"app": "plain"}' '{}' | kube apply -f - >/dev/null
  plain_before=$(stored_pod plain | wiring comparable)
  store_kelos_objects
  check_rights

  start_rotation
  step "Starting the webhook"
  certificates=$KELOS_RUN_DIR/certificates
  "$ROOT/certs/generate.sh" --quiet --swap --out "$certificates"
  free_port webhook_port
  start_webhook webhook
  register_webhook
  note "https://127.0.0.1:$webhook_port"

  check_job
  check_refusal
  check_untouched
  check_dry_run
  check_opted_in
  check_missed_pod
  check_kelos_objects
  check_manifests
  check_broken_links
  check_load
  check_metrics_and_logs
  check_prometheus "$metrics_url" "$metrics_of_refresher_1" "$metrics_of_refresher_2"
  check_rotation
  check_failover
  check_no_missed_pod
  check_refresher_hygiene
  check_certificates
  finish_checks
}

main "$@"
