#!/usr/bin/env bash
# Checks that imports follow Package.swift and the layers, and that the pure core stays pure.
#
# Usage: hack/check-layers.sh
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
  require_swift
  ensure_packages python3
  local described
  described=$(mktemp)
  # shellcheck disable=SC2064
  trap "rm -f '$described'" EXIT
  swift package --package-path "$ROOT" dump-package >"$described"
  /usr/bin/python3 -B "$ROOT/hack/lint/check_layers.py" "$ROOT" "$described"
}

main "$@"
