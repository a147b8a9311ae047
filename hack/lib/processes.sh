# Background processes with a pid file and a log, waiting with a deadline, and cleaning up. Sourced, never run.
# Needs output.sh. A process NAME lives as DIR/NAME.pid and DIR/NAME.log, where DIR is $KELOS_RUN_DIR.
# shellcheck shell=bash

KELOS_EXIT_COMMANDS=()

# on_exit COMMAND...: run when the script ends, however it ends; the last one given runs first.
on_exit() {
  KELOS_EXIT_COMMANDS+=("$(printf '%q ' "$@")")
  trap run_exit_commands EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

run_exit_commands() {
  local status=$?
  # A second Ctrl-C must not leave the cleaning half done.
  trap '' INT TERM
  trap - EXIT
  set +e
  local index
  for ((index = ${#KELOS_EXIT_COMMANDS[@]} - 1; index >= 0; index--)); do
    eval "${KELOS_EXIT_COMMANDS[index]}"
  done
  exit "$status"
}

# make_run_dir: a fresh $KELOS_RUN_DIR whose processes are stopped, and which is removed, at exit.
make_run_dir() {
  KELOS_RUN_DIR=$(mktemp -d "${TMPDIR:-/tmp}/kelos-token.XXXXXX")
  on_exit remove_run_dir
}

remove_run_dir() {
  stop_all_processes
  rm -rf -- "$KELOS_RUN_DIR"
}

# pid_identity PID: its start time, which tells it from a later process with the same number; empty when it is gone.
pid_identity() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  # The command's name may hold spaces and parentheses: count the fields after the last one.
  stat=${stat##*) }
  local fields
  read -ra fields <<<"$stat"
  [[ "${fields[0]}" == Z ]] || printf '%s' "${fields[19]}"
}

# start_process NAME COMMAND...: in a session of its own, so that Ctrl-C reaches the script only.
start_process() {
  local name=$1
  shift
  mkdir -p "$KELOS_RUN_DIR"
  setsid "$@" </dev/null >>"$KELOS_RUN_DIR/$name.log" 2>&1 9>&- &
  local pid=$!
  printf '%s %s\n' "$pid" "$(pid_identity "$pid")" >"$KELOS_RUN_DIR/$name.pid"
}

# process_pid NAME: prints the pid of a running process; fails when it does not run.
process_pid() {
  local pid identity
  read -r pid identity 2>/dev/null <"$KELOS_RUN_DIR/$1.pid" || return 1
  [[ -n "$identity" && "$(pid_identity "$pid")" == "$identity" ]] || return 1
  printf '%s\n' "$pid"
}

process_running() {
  process_pid "$1" >/dev/null
}

process_gone() {
  ! process_running "$1"
}

# process_log NAME [LINES]: the end of its log, for an error message.
process_log() {
  tail -n "${2:-20}" "$KELOS_RUN_DIR/$1.log" 2>/dev/null | sed 's/^/    | /'
}

# signal_process NAME SIGNAL
signal_process() {
  local pid
  pid=$(process_pid "$1") || return 0
  kill "-$2" "$pid" 2>/dev/null || true
}

# stop_process NAME [SECONDS]: TERM, then KILL after that many seconds (10).
stop_process() {
  local name=$1
  if process_running "$name"; then
    signal_process "$name" TERM
    if ! wait_until "${2:-10}" process_gone "$name"; then
      warn "$name did not stop within ${2:-10} s: killing it"
      signal_process "$name" KILL
      wait_until 5 process_gone "$name" || true
    fi
  fi
  rm -f "$KELOS_RUN_DIR/$name.pid"
}

stop_all_processes() {
  local file
  for file in "$KELOS_RUN_DIR"/*.pid; do
    [[ -e "$file" ]] || continue
    file=${file##*/}
    stop_process "${file%.pid}"
  done
}

# wait_until SECONDS COMMAND...: polls ten times a second; fails at the deadline. COMMAND runs at least once.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# wait_for_process NAME SECONDS COMMAND...: as wait_until, but dies with the log's end when the process ends first.
wait_for_process() {
  local name=$1 seconds=$2
  shift 2
  if ! wait_until "$seconds" answers_or_gone "$name" "$@"; then
    process_log "$name" >&2
    die "$name was not ready within $seconds s"
  fi
  if process_gone "$name"; then
    process_log "$name" >&2
    die "$name ended before it was ready"
  fi
}

answers_or_gone() {
  process_gone "$1" || "${@:2}"
}

# port_answers PORT: something on loopback accepts connections there.
port_answers() {
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# free_port VARIABLE: sets it to a loopback port that nothing listens on and that was not given before, below the
# kernel's range for outgoing connections.
free_port() {
  local candidate
  for _ in {1..200}; do
    candidate=$((20000 + RANDOM % 12000))
    [[ " ${KELOS_PORTS_GIVEN:-} " != *" $candidate "* ]] || continue
    ! port_answers "$candidate" || continue
    KELOS_PORTS_GIVEN="${KELOS_PORTS_GIVEN:-} $candidate"
    printf -v "$1" '%s' "$candidate"
    return
  done
  die "no free port was found on loopback"
}

# http_ok URL: curl is content (2xx) within two seconds. Extra arguments go to curl.
http_ok() {
  curl --silent --fail --output /dev/null --max-time 2 --noproxy '*' "$@"
}
