# Applies that go on while the webhook's certificate is rolled and its process is replaced. Sourced by hack/e2e.sh.
# Needs the functions of hack/e2e.sh, and its webhook_port and certificates.
# shellcheck shell=bash
# shellcheck disable=SC2154

# Side by side, so that several connections of the API server are in use.
KELOS_LOAD_WORKERS=3
# Before, during and after each event.
KELOS_LOAD_MINIMUM=90

# load_worker NUMBER: applies pods while the file load.go is there; one line each, `ok NAME` or `failed NAME` and why.
load_worker() {
  local count=0 name output
  while [[ -e "$KELOS_RUN_DIR/load.go" ]]; do
    count=$((count + 1))
    name=load-$1-$count
    if output=$(task_pod "$name" | kube apply --validate=false -f - 2>&1); then
      printf 'ok %s\n' "$name"
    else
      printf 'failed %s: %s\n' "$name" "${output//$'\n'/ }"
    fi >>"$KELOS_RUN_DIR/load.$1"
  done
}

applies_so_far() {
  cat "$KELOS_RUN_DIR"/load.[0-9]* 2>/dev/null | wc -l
}

applies_reached() {
  (($(applies_so_far) >= $1))
}

# let_applies_pass NUMBER: that many more.
let_applies_pass() {
  wait_until 120 applies_reached "$(($(applies_so_far) + $1))" || warn "applies are slow: $(applies_so_far) so far"
}

served_certificate() {
  openssl s_client -connect "127.0.0.1:$webhook_port" -CAfile "$certificates/ca.crt" -verify_return_error \
    </dev/null 2>/dev/null | openssl x509 -noout -serial
}

serves_certificate() {
  [[ "$(served_certificate)" == "$1" ]]
}

roll_certificate() {
  "$ROOT/certs/generate.sh" --quiet --swap --keep-ca --out "$certificates"
  local serial
  serial=$(openssl x509 -in "$certificates/tls.crt" -noout -serial)
  check "the rolled certificate is served without a restart" wait_until 30 serves_certificate "$serial"
}

# replace_webhook OLD NEW: the new process listens beside the old one before the old one is told to end.
replace_webhook() {
  local old_pid status=0
  old_pid=$(process_pid "$1")
  start_webhook "$2"
  signal_process "$1" TERM
  check "the old process drains and ends within 15 s" wait_until 15 process_gone "$1"
  wait "$old_pid" || status=$?
  check_equal "with exit code 0" 0 "$status"
}

check_load() {
  step "Applies while the certificate is rolled and the webhook is restarted"
  local number workers=()
  touch "$KELOS_RUN_DIR/load.go"
  for ((number = 1; number <= KELOS_LOAD_WORKERS; number++)); do
    load_worker "$number" &
    workers+=($!)
  done
  let_applies_pass 10
  roll_certificate
  let_applies_pass 10
  roll_certificate
  let_applies_pass 10
  replace_webhook webhook webhook-second
  let_applies_pass 10
  replace_webhook webhook-second webhook-third
  let_applies_pass 10
  wait_until 120 applies_reached "$KELOS_LOAD_MINIMUM" || true
  rm "$KELOS_RUN_DIR/load.go"
  wait "${workers[@]}" || true

  local all failed
  all=$(applies_so_far)
  failed=$(cat "$KELOS_RUN_DIR"/load.[0-9]* | grep -v '^ok ' || true)
  check "at least $KELOS_LOAD_MINIMUM applies were made ($all)" test "$all" -ge "$KELOS_LOAD_MINIMUM"
  check_equal "none of the $all applies failed" '' "$failed"
  check_equal "each of their pods is wired" "$all" "$(kube get pods -o json \
    | wiring '[.items[] | select(.metadata.name | startswith("load-")) | select(mounted == ["kelos-agent"])] | length')"
}
