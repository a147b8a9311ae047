#!/usr/bin/env bash
# Everything that can be said about the sources without running them: swift format, shellcheck, shfmt, yamllint, the
# layers, and the house rules that a compiler does not hold.
#
# Usage: hack/lint.sh
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"

failed=()

# lint NAME COMMAND...: goes on after a failure, so that one run shows them all.
lint() {
  local name=$1
  shift
  step "$name"
  "$@" || failed+=("$name")
}

# Tracked files, and new ones that git does not ignore.
files() {
  git -C "$ROOT" ls-files --cached --others --exclude-standard -- "$@" | sort -u
}

main() {
  if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    print_usage "${BASH_SOURCE[0]}"
    return
  fi
  ensure_packages git python3 shellcheck shfmt yamllint
  require_swift
  cd "$ROOT"
  local scripts
  mapfile -t scripts < <(files '*.sh' .ci/run hack/gh)
  lint "swift format" swift format lint --strict --recursive Package.swift Sources Tests
  lint "shellcheck" shellcheck "${scripts[@]}"
  lint "shfmt" shfmt -d -i 2 -ci -bn "${scripts[@]}"
  lint "yamllint" yamllint --strict .
  lint "layers" "$ROOT/hack/check-layers.sh"
  lint "house rules" "$ROOT/hack/check-unsafe.sh"
  ((${#failed[@]} == 0)) || die "lint failed: ${failed[*]}"
  step "lint is clean"
}

main "$@"
