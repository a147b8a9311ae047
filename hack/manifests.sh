#!/usr/bin/env bash
# Writes what is generated of the manifests: manifests/install.yaml and manifests/monitoring/prometheusrule.yaml.
#
# Usage: hack/manifests.sh [--check]
#   --check  writes nothing: shows what would change, exit code 1 when something would
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/generated.sh
. "$ROOT/hack/lib/generated.sh"

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

main() {
  parse_check "$@"
  ensure_packages diffutils python3 python3-yaml
  require_components
  generate install_manifest manifests/install.yaml
  generate prometheus_rule manifests/monitoring/prometheusrule.yaml
  finish_generating
}

main "$@"
