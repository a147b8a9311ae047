#!/usr/bin/env bash
# Writes what is generated of the manifests: manifests/install.yaml, manifests/monitoring/prometheusrule.yaml, and the
# table of rights in the README.
#
# Usage: hack/manifests.sh [--check]
#   --check  writes nothing: shows what would change, exit code 1 when something would
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"

# render FOLDER: under manifests/, as kubectl would apply it.
render() {
  kubectl kustomize "$ROOT/manifests/$1"
}

require_components() {
  command -v kubectl >/dev/null || die "kubectl is not on PATH" "install one that knows kustomize's components, such as 1.32"
  render overlays/default >/dev/null \
    || die "this kubectl does not render manifests/overlays/default" "Debian's 1.20 is too old for it; 1.32 is not"
}

install_manifest() {
  cat <<'TEXT'
# Webhook and refresher in one file; cert-manager must be in the cluster:
#   kubectl apply --server-side -f install.yaml
# Made by hack/manifests.sh from manifests/overlays/default: edit that.
TEXT
  render overlays/default
}

prometheus_rule() {
  cat <<'TEXT'
# Made by hack/manifests.sh from rules.yaml: edit that.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: kelos-token
  labels:
    app.kubernetes.io/name: kelos-token
    app.kubernetes.io/part-of: kelos-token
spec:
TEXT
  sed -n '/^groups:/,$ { s/^\(.\)/  \1/; p }' "$ROOT/manifests/monitoring/rules.yaml"
}

readme() {
  /usr/bin/python3 -B "$ROOT/hack/lib/rights_table.py" <(render overlays/default) <"$ROOT/README.md"
}

# generate COMMAND FILE: FILE is relative to the repository.
generate() {
  "$1" >"$work/new"
  if [[ -z "$check" ]]; then
    cmp -s "$work/new" "$ROOT/$2" && return
    cp "$work/new" "$ROOT/$2"
    note "wrote $2"
  elif ! diff -u --label "$2" --label "$2, as it would be" "$ROOT/$2" "$work/new"; then
    stale+=("$2")
  fi
}

main() {
  check='' stale=()
  case ${1:-} in
    '') ;;
    --check) check=yes ;;
    -h | --help)
      print_usage "${BASH_SOURCE[0]}"
      return
      ;;
    *) die "unknown option '$1'" "hack/manifests.sh --help lists them" ;;
  esac
  ensure_packages diffutils python3 python3-yaml
  require_components
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
  generate install_manifest manifests/install.yaml
  generate prometheus_rule manifests/monitoring/prometheusrule.yaml
  generate readme README.md
  ((${#stale[@]} == 0)) || die "out of date: ${stale[*]}" "run hack/manifests.sh and commit what it wrote"
}

main "$@"
