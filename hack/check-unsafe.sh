#!/usr/bin/env bash
# Checks what the compiler does not: a reason above each unchecked Sendable, the length of files, no sleeping in tests.
#
# Usage: hack/check-unsafe.sh
# Prints file:line, the rule and what is wrong; exit code 1 when something is.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"

main() {
  if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    print_usage "${BASH_SOURCE[0]}"
    return
  fi
  ensure_packages python3
  /usr/bin/python3 -B "$ROOT/hack/lint/check_unsafe.py" "$ROOT"
}

main "$@"
