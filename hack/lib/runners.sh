# Test runners that leave a report, and the sum of what those say. Sourced, never run.
# Needs output.sh, checks.sh and KELOS_RUN_DIR, and ROOT, the repository.
# shellcheck shell=bash

# A test that hangs must not hang whoever waits for the result.
LONGEST_RUN=1800

# count_report NAME STATUS FILE...: adds the reports' totals. A runner that fails although its report knows of no
# failure, because it crashed or was stopped, has failed once.
count_report() {
  local name=$1 status=$2 before=$KELOS_FAILED
  shift 2
  /usr/bin/python3 -B "$ROOT/hack/lib/junit_totals.py" "$@" >"$KELOS_RUN_DIR/totals"
  note "$name: $(<"$KELOS_RUN_DIR/totals")"
  add_totals "$KELOS_RUN_DIR/totals" "$name"
  if ((status != 0 && KELOS_FAILED == before)); then
    not_ok "$name ended with exit code $status"
  fi
}

# run_python_tests FOLDER [PATTERN]: of Tests/; with a pattern, those whose names match.
run_python_tests() {
  [[ -d "$ROOT/Tests/$1" ]] || return 0
  step "Running Tests/$1"
  local status=0 report=$KELOS_RUN_DIR/$1.xml filter=${2:-}
  local arguments=(-q -p no:cacheprovider -rs "--junitxml=$report")
  [[ -z "$filter" ]] || arguments+=(-k "$filter")
  PYTHONDONTWRITEBYTECODE=1 timeout "$LONGEST_RUN" \
    /usr/bin/python3 -m pytest "${arguments[@]}" "$ROOT/Tests/$1" || status=$?
  # 5: no test has such a name.
  [[ -z "$filter" || $status != 5 ]] || return 0
  count_report "Tests/$1" "$status" "$report"
}
