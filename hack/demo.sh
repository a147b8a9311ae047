#!/usr/bin/env bash
# Shows what kelos-token does, without a cluster: a sandbox plays the Kubernetes API and GitHub, whose tokens live for
# seconds here. The webhook wires a Task's pod and refuses a bad one; the refresher renews the token in its Secret; a
# process whose environment was fixed at its start goes on talking to GitHub by the token file.
#
# Usage: hack/demo.sh
#
# On a fresh Debian 12 with Swift it installs what is missing and builds first; once built it takes about half a minute.
# Everything stays on loopback and is cleaned up.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"

if (($#)); then
  print_usage "${BASH_SOURCE[0]}"
  [[ "$1" == -h || "$1" == --help ]]
  exit
fi

job=$ROOT/manifests/samples/task-job.yaml
# GitHub's live an hour, and are renewed five minutes before their end.
life=16s margin=8s
webhook_metrics='' refresher_metrics=''

# task_pod NAME: the pod that the Job's controller would make.
task_pod() {
  kubectl create --dry-run=client --filename "$job" --output json \
    | jq --arg name "$1" '.spec.template | {apiVersion: "v1", kind: "Pod"} + . | .metadata.name = $name'
}

http_get() {
  curl --silent --show-error --fail --max-time 5 --noproxy '*' "$@"
}

build() {
  ensure_build_dependencies
  ensure_packages curl diffutils jq openssl python3 python3-yaml
  command -v kubectl >/dev/null || ensure_packages kubernetes-client
  step "Building (some minutes the first time)"
  local name options=(--package-path "$ROOT" "${KELOS_RELEASE[@]}")
  for name in kelos-token-webhook kelos-token-refresher kelos-token; do
    swift build "${options[@]}" --product "$name" 2>&1 | tail -n 1
  done
  PATH=$(swift build "${options[@]}" --show-bin-path):$PATH
}

start_sandbox() {
  step "Starting the sandbox: a Kubernetes API, and a GitHub whose tokens live for $life"
  local kubernetes='' github=''
  free_port kubernetes
  free_port github
  authority=$KELOS_RUN_DIR/sandbox-ca.crt
  export KUBECONFIG=$KELOS_RUN_DIR/kubeconfig
  start_process sandbox kelos-token sandbox --kubernetes-address="127.0.0.1:$kubernetes" \
    --github-address="127.0.0.1:$github" --token-lifetime="$life" --kubeconfig="$KUBECONFIG" --ca-file="$authority"
  wait_for_process sandbox 10 kubectl get namespaces
  github_api=https://127.0.0.1:$github
  note "$(kubectl get secret github-app)"
}

start_webhook() {
  step "Starting the webhook and registering it"
  "$ROOT/certs/generate.sh" --quiet --out "$KELOS_RUN_DIR/certs"
  local port='' health=''
  free_port port
  free_port health
  free_port webhook_metrics
  start_process webhook kelos-token-webhook --webhook-bind-address="127.0.0.1:$port" --shutdown-delay=0s \
    --health-probe-bind-address="127.0.0.1:$health" --metrics-bind-address="127.0.0.1:$webhook_metrics" \
    --tls-cert-file="$KELOS_RUN_DIR/certs/tls.crt" --tls-private-key-file="$KELOS_RUN_DIR/certs/tls.key" \
    --zap-encoder=console
  wait_for_process webhook 10 http_ok "http://127.0.0.1:$health/readyz"
  note "$(kelos-token-webhook --version)"
  kubectl create --dry-run=client --filename "$ROOT/manifests/base/mutatingwebhookconfiguration.yaml" --output json \
    | jq --arg url "https://127.0.0.1:$port" --arg ca "$(base64 --wrap=0 <"$KELOS_RUN_DIR/certs/ca.crt")" \
      '.webhooks[] |= (.clientConfig = {url: ($url + .clientConfig.service.path), caBundle: $ca})' \
    | kubectl create --filename -
}

show_pod() {
  step "A Task's pod, as it was created and as it is stored"
  task_pod upgrade-parser-x7k2p | kubectl create --filename -
  kubectl get pod upgrade-parser-x7k2p --output json >"$KELOS_RUN_DIR/stored.json"
  diff --unified=2 --label 'pod as it was created' --label 'pod as it is stored' \
    <(task_pod upgrade-parser-x7k2p | /usr/bin/python3 "$ROOT/hack/lib/as_yaml.py") \
    <(/usr/bin/python3 "$ROOT/hack/lib/as_yaml.py" <"$KELOS_RUN_DIR/stored.json") || true
}

show_refusal() {
  step "A pod that uses a reserved name is refused"
  task_pod upgrade-parser-bad \
    | jq '.spec.volumes += [{name: "kelos-github-token", secret: {secretName: "somebody-elses"}}]' \
    | kubectl create --filename - 2>&1 | fold --spaces --width=110 || true
}

start_refresher() {
  step "The Task's token Secret names its GitHub App, and the refresher starts"
  kubectl create --filename - <<'SECRET'
apiVersion: v1
kind: Secret
metadata:
  name: upgrade-parser-github-token
  annotations:
    kelos.dev/github-app-secret: github-app
SECRET
  local health=''
  free_port health
  free_port refresher_metrics
  start_process refresher kelos-token-refresher --github-api-base-url="$github_api" --github-ca-file="$authority" \
    --refresh-margin="$margin" --leader-elect-lease-namespace=default --zap-encoder=console \
    --health-probe-bind-address="127.0.0.1:$health" --metrics-bind-address="127.0.0.1:$refresher_metrics"
  wait_for_process refresher 10 http_ok "http://127.0.0.1:$health/readyz"
  note "$(kelos-token-refresher --version)"
}

show_rotation() {
  step "In the pod: \$GITHUB_TOKEN stays as it was at the start, the file follows the Secret"
  local folder=$KELOS_RUN_DIR/github-token
  start_process kubelet "$ROOT/hack/lib/mount_secret.sh" "$folder" upgrade-parser-github-token 1 GITHUB_TOKEN
  wait_for_process kubelet 20 test -s "$folder/GITHUB_TOKEN"
  # As the kubelet does: the variable is read from the Secret once, when the container starts.
  GITHUB_TOKEN=$(<"$folder/GITHUB_TOKEN") KELOS_GITHUB_TOKEN_FILE=$folder/GITHUB_TOKEN \
    "$ROOT/hack/lib/agent_view.sh" "$github_api" "$authority" 9 3
  kubectl get secret upgrade-parser-github-token --output json \
    | jq -r '.metadata.annotations | to_entries[] | "    \(.key): \(.value)"'
  kubectl get events --output json \
    | jq -r '.items[] | select(.involvedObject.kind == "Secret") | "    \(.count)x \(.reason): \(.message)"'
}

show_metrics() {
  step "What Prometheus scrapes"
  http_get "http://127.0.0.1:$webhook_metrics/metrics" \
    | grep -E '^(kelos_token_mutations_total|controller_runtime_webhook_requests_total).* [1-9]'
  http_get "http://127.0.0.1:$refresher_metrics/metrics" \
    | grep -E '^(kelos_token_refresh_total|kelos_github_api_requests_total|leader_election).* [1-9]|^kelos_token_expir'
}

show_logs() {
  local name
  # The refresher first, while it can still give its Lease back; then the sandbox, which holds connections to the webhook.
  stop_process refresher
  stop_process sandbox
  for name in webhook refresher; do
    step "The $name's log"
    stop_process "$name"
    cat "$KELOS_RUN_DIR/$name.log"
  done
}

main() {
  make_run_dir
  build
  start_sandbox
  start_webhook
  show_pod
  show_refusal
  start_refresher
  show_rotation
  show_metrics
  show_logs
}

main
