#!/usr/bin/env bash
# Writes what is generated of the README: the tables of flags, metrics, log keys, labels, annotations, reasons and
# rights. They come from the programs, the sources, the lists that tests hold against the programs, and
# manifests/overlays/default, and stand between marked comments.
#
# Usage: hack/readme.sh [--check]
#   --check  writes nothing: shows what would change, exit code 1 when something would
#   KELOS_WEBHOOK_BINARY, KELOS_REFRESHER_BINARY, KELOS_TOKEN_BINARY  the programs to ask; without one, a release build
#            of it is made
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"
# shellcheck source=lib/generated.sh
. "$ROOT/hack/lib/generated.sh"

readme() {
  /usr/bin/python3 -B "$ROOT/hack/lib/readme/tables.py" "$ROOT" <(render overlays/default) \
    <(render overlays/managed-certificates) "$KELOS_WEBHOOK_BINARY" "$KELOS_REFRESHER_BINARY" "$KELOS_TOKEN_BINARY" \
    <"$ROOT/README.md"
}

main() {
  parse_check "$@"
  ensure_packages diffutils python3 python3-yaml
  require_components
  find_program KELOS_WEBHOOK_BINARY kelos-token-webhook
  find_program KELOS_REFRESHER_BINARY kelos-token-refresher
  find_program KELOS_TOKEN_BINARY kelos-token
  generate readme README.md
  finish_generating
}

main "$@"
