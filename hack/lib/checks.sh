# Checks that print `ok - ...` / `not ok - ...`, and the totals of several runners. Sourced, never run.
# Needs output.sh.
# shellcheck shell=bash

KELOS_PASSED=0
KELOS_FAILED=0
KELOS_SKIPPED=0

ok() {
  KELOS_PASSED=$((KELOS_PASSED + 1))
  printf '%sok%s - %s\n' "$KELOS_GREEN" "$KELOS_PLAIN" "$*"
}

# not_ok TEXT [DETAIL]: the detail is printed below, indented.
not_ok() {
  KELOS_FAILED=$((KELOS_FAILED + 1))
  printf '%snot ok%s - %s\n' "$KELOS_RED" "$KELOS_PLAIN" "$1"
  [[ -z "${2:-}" ]] || printf '    | %s\n' "${2//$'\n'/$'\n'    | }"
}

# check TEXT COMMAND...: ok when the command succeeds; its output is shown when it does not.
check() {
  local text=$1 output
  shift
  if output=$("$@" 2>&1); then
    ok "$text"
  else
    not_ok "$text" "${output:-$(printf '%q ' "$@")failed}"
  fi
}

# check_equal TEXT EXPECTED ACTUAL
check_equal() {
  if [[ "$2" == "$3" ]]; then
    ok "$1"
  else
    not_ok "$1" "expected: $2"$'\n'"actual:   $3"
  fi
}

# check_contains TEXT NEEDLE HAYSTACK
check_contains() {
  if [[ "$3" == *"$2"* ]]; then
    ok "$1"
  else
    not_ok "$1" "looked for: $2"$'\n'"in: $3"
  fi
}

# check_told LOG: the rules for log lines are kept (Tests/Blackbox/log_lines.py), and no credential is told.
check_told() {
  local name=${1##*/} tools
  tools=$(dirname -- "${BASH_SOURCE[0]}")/../../Tests/Blackbox
  check "$name has lines" test -s "$1"
  check "every line of $name is one JSON object with known keys" /usr/bin/python3 -B "$tools/log_lines.py" "$1"
  check "no line of $name tells a credential" /usr/bin/python3 -B "$tools/disclosure.py" "$1"
}

# totals_line: `N passed, N failed`, and `, N skipped` where there are any.
totals_line() {
  printf '%d passed, %d failed' "$KELOS_PASSED" "$KELOS_FAILED"
  ((KELOS_SKIPPED == 0)) || printf ', %d skipped' "$KELOS_SKIPPED"
  printf '\n'
}

# finish_checks: prints the totals last, writes them to $KELOS_RESULTS_FILE too, and fails when a check did,
# or when there was none at all.
finish_checks() {
  if [[ -n "${KELOS_RESULTS_FILE:-}" ]]; then
    totals_line >"$KELOS_RESULTS_FILE"
  fi
  totals_line
  ((KELOS_FAILED == 0 && KELOS_PASSED > 0))
}

# add_totals FILE NAME: adds another runner's totals; a runner that left none has failed once.
add_totals() {
  local line=''
  [[ ! -r "$1" ]] || line=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1 || true)
  if [[ "$line" =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed(,\ ([0-9]+)\ skipped)? ]]; then
    KELOS_PASSED=$((KELOS_PASSED + BASH_REMATCH[1]))
    KELOS_FAILED=$((KELOS_FAILED + BASH_REMATCH[2]))
    KELOS_SKIPPED=$((KELOS_SKIPPED + ${BASH_REMATCH[4]:-0}))
  else
    not_ok "$2 ended before it had totals"
  fi
}
