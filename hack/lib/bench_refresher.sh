# The refresher with many Secrets: how long until it knows them all, what it takes up, what it costs to wait. Sourced by
# hack/bench.sh; needs its functions, and its folder of programs.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154

KELOS_BENCH_SECRETS=${KELOS_BENCH_SECRETS:-10000}

# many_secrets NUMBER: annotated Secrets like those that Kelos derives for Tasks, whose tokens are good for hours.
many_secrets() {
  jq --null-input --compact-output --argjson count "$1" --arg expiry "$(date --utc --date='1 day' +%Y-%m-%dT%H:%M:%SZ)" '
    range($count) | tostring as $number | {apiVersion: "v1", kind: "Secret", type: "Opaque",
      metadata: {name: "task-\($number)-github-token", namespace: "agents-\((. % 20) | tostring)",
        labels: {"kelos.dev/name": "kelos", "kelos.dev/managed-by": "kelos-controller"},
        annotations: {"kelos.dev/github-app-secret": "github-app", "kelos.dev/token-expires-at": $expiry,
          "kelos.dev/github-api-url": "https://api.github.com"},
        ownerReferences: [{apiVersion: "kelos.dev/v1alpha1", kind: "Task", name: "task-\($number)",
          uid: "00000000-0000-4000-8000-\($number)", controller: true, blockOwnerDeletion: true}]},
      data: {GITHUB_TOKEN: ("ghs_0123456789012345678901234567890123456" | @base64)}}'
}

bench_refresher() {
  step "Making $KELOS_BENCH_SECRETS Secrets"
  local kubernetes='' github='' health='' metrics=''
  free_port kubernetes
  free_port github
  free_port health
  free_port metrics
  many_secrets "$KELOS_BENCH_SECRETS" >"$KELOS_RUN_DIR/state.json"
  start_process sandbox "$programs/kelos-token" sandbox --kubernetes-address="127.0.0.1:$kubernetes" \
    --github-address="127.0.0.1:$github" --state="$KELOS_RUN_DIR/state.json" --kubeconfig="$KELOS_RUN_DIR/kubeconfig"
  wait_for_process sandbox 120 test -s "$KELOS_RUN_DIR/kubeconfig"

  step "Starting the refresher"
  local started ready
  started=$(date +%s%N)
  start_process refresher "$programs/kelos-token-refresher" --kubeconfig="$KELOS_RUN_DIR/kubeconfig" \
    --leader-elect-lease-namespace=default --health-probe-bind-address="127.0.0.1:$health" \
    --metrics-bind-address="127.0.0.1:$metrics"
  until curl --silent --fail --output /dev/null "http://127.0.0.1:$health/readyz"; do
    process_running refresher || {
      process_log refresher >&2
      die "the refresher ended"
    }
  done
  ready=$((($(date +%s%N) - started) / 1000000))
  local cpu
  cpu=$(cpu_ticks refresher)
  local managed
  managed=$(curl --silent --fail "http://127.0.0.1:$metrics/metrics" \
    | grep -c '^kelos_token_expiration_timestamp_seconds{' || true)
  ((managed == KELOS_BENCH_SECRETS)) || die "the refresher knows $managed of $KELOS_BENCH_SECRETS Secrets"

  local seconds=30 before after
  sleep 5
  before=$(cpu_ticks refresher)
  sleep "$seconds"
  after=$(cpu_ticks refresher)
  refresher_result=$(printf 'refresher, %s Secrets: known after %s ms (%s ms of CPU), resident %s (%s at most), idle %s %% of a core' \
    "$managed" "$ready" "$((cpu * 1000 / $(getconf CLK_TCK)))" "$(megabytes "$(memory_kib refresher VmRSS)")" \
    "$(megabytes "$(memory_kib refresher VmHWM)")" \
    "$(awk -v ticks="$((after - before))" -v hz="$(getconf CLK_TCK)" -v s="$seconds" \
      'BEGIN { printf "%.2f", ticks / hz / s * 100 }')")
  stop_process refresher
  stop_process sandbox
}
