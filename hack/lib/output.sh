# Steps, notes and errors on the terminal. Sourced, never run.
# shellcheck shell=bash
# shellcheck disable=SC2034

if [[ -t 1 && -z "${NO_COLOR:-}" && "${TERM:-dumb}" != dumb ]]; then
  KELOS_BOLD=$'\e[1m' KELOS_RED=$'\e[31m' KELOS_GREEN=$'\e[32m' KELOS_DIM=$'\e[2m' KELOS_PLAIN=$'\e[0m'
else
  KELOS_BOLD='' KELOS_RED='' KELOS_GREEN='' KELOS_DIM='' KELOS_PLAIN=''
fi

# step TEXT: a heading.
step() {
  printf '%s==> %s%s\n' "$KELOS_BOLD" "$*" "$KELOS_PLAIN"
}

# note TEXT: a detail under the current step.
note() {
  printf '%s    %s%s\n' "$KELOS_DIM" "$*" "$KELOS_PLAIN"
}

# warn TEXT: on stderr, the script goes on.
warn() {
  printf '%swarning: %s%s\n' "$KELOS_RED" "$*" "$KELOS_PLAIN" >&2
}

# die TEXT...: one line each on stderr, then exit 1.
die() {
  printf '%serror: %s%s\n' "$KELOS_RED" "$1" "$KELOS_PLAIN" >&2
  shift
  local line
  for line in "$@"; do
    printf '       %s\n' "$line" >&2
  done
  exit 1
}

# print_usage FILE: the comment block under the script's first line is its help.
print_usage() {
  awk 'NR == 1 { next } /^#/ { sub(/^# ?/, ""); print; next } { exit }' "$1"
}
