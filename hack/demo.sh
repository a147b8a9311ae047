#!/usr/bin/env bash
# Shows what kelos-token does, without a cluster: starts the webhook, posts a Task's pod to it as the Kubernetes API
# server would, and prints the pod before and after, a refused pod, and the metrics.
#
# Usage: hack/demo.sh
#
# On a fresh Debian 12 with Swift it installs what is missing and builds first; once built it takes seconds. Everything
# stays on loopback and is cleaned up.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"

if (($#)); then
  print_usage "${BASH_SOURCE[0]}"
  [[ "$1" == -h || "$1" == --help ]]
  exit
fi

job=$ROOT/manifests/samples/task-job.yaml

# post REVIEW: sends it as the API server does, and prints the answer.
post() {
  curl --silent --show-error --fail --max-time 5 --noproxy '*' --cacert "$KELOS_RUN_DIR/certs/ca.crt" \
    --header 'content-type: application/json' --data-binary "@$1" \
    "https://127.0.0.1:$port/mutate--v1-pod?timeout=5s"
}

webhook_is_ready() {
  http_ok "http://127.0.0.1:$health_port/readyz"
}

ensure_build_dependencies
ensure_packages curl diffutils jq openssl python3 python3-jsonpatch python3-yaml
step "Building (some minutes the first time)"
swift build --package-path "$ROOT" -c release --static-swift-stdlib --product kelos-token-webhook 2>&1 | tail -n 1
webhook=$(swift build --package-path "$ROOT" -c release --static-swift-stdlib --show-bin-path)/kelos-token-webhook

make_run_dir
step "Making a CA and the webhook's certificate"
"$ROOT/certs/generate.sh" --quiet --out "$KELOS_RUN_DIR/certs"

step "Starting the webhook"
port='' health_port='' metrics_port=''
free_port port
free_port health_port
free_port metrics_port
start_process webhook "$webhook" --webhook-bind-address="127.0.0.1:$port" --shutdown-delay=0s \
  --health-probe-bind-address="127.0.0.1:$health_port" --metrics-bind-address="127.0.0.1:$metrics_port" \
  --tls-cert-file="$KELOS_RUN_DIR/certs/tls.crt" --tls-private-key-file="$KELOS_RUN_DIR/certs/tls.key" \
  --zap-encoder=console
wait_for_process webhook 10 webhook_is_ready
note "$("$webhook" --version)"

step "A Task's pod is created: the API server asks the webhook"
/usr/bin/python3 "$ROOT/hack/lib/review.py" "$job" >"$KELOS_RUN_DIR/review.json"
post "$KELOS_RUN_DIR/review.json" >"$KELOS_RUN_DIR/answer.json"
note "allowed: $(jq .response.allowed "$KELOS_RUN_DIR/answer.json"), \
patch: $(jq -r '.response.patch | @base64d | fromjson | length' "$KELOS_RUN_DIR/answer.json") operations"

step "The pod before and after"
/usr/bin/python3 "$ROOT/hack/lib/patched_pod.py" "$KELOS_RUN_DIR/review.json" "$KELOS_RUN_DIR/answer.json" \
  "$KELOS_RUN_DIR/before.yaml" "$KELOS_RUN_DIR/after.yaml"
diff --unified=2 --label 'pod as it was created' --label 'pod as it is stored' \
  "$KELOS_RUN_DIR/before.yaml" "$KELOS_RUN_DIR/after.yaml" || true

step "Asked again about the result, it has nothing to add"
jq --slurpfile after "$KELOS_RUN_DIR/after.json" '.request.object = $after[0]' "$KELOS_RUN_DIR/review.json" \
  >"$KELOS_RUN_DIR/second.json"
post "$KELOS_RUN_DIR/second.json" | jq --compact-output .response

step "A pod that uses a reserved name is refused"
/usr/bin/python3 "$ROOT/hack/lib/review.py" "$job" --volume kelos-github-token=somebody-elses >"$KELOS_RUN_DIR/bad.json"
post "$KELOS_RUN_DIR/bad.json" | jq -r '.response.status | "\(.code) \(.reason): \(.message)"' | fold --spaces --width=110

step "What Prometheus scrapes"
curl --silent --noproxy '*' "http://127.0.0.1:$metrics_port/metrics" \
  | grep -E '^(kelos_token_mutations_total|controller_runtime_webhook_requests_total).* [1-9]|^kelos_token_certificate_exp'

step "The webhook's log"
stop_process webhook
cat "$KELOS_RUN_DIR/webhook.log"
