# Every overlay and component, dry-run on a real API server. Sourced by hack/e2e.sh.
# Needs output.sh, checks.sh, kube.sh and jq, and KELOS_RUN_DIR.
# shellcheck shell=bash

check_manifests() {
  step "The manifests on this API server"
  local folder=$KELOS_RUN_DIR/manifests name
  cp -r "$ROOT/manifests" "$folder"
  rm -rf -- "$folder/components/self-signed/tls"
  "$ROOT/certs/generate.sh" --quiet --out "$folder/components/self-signed/tls"
  kube_ctl apply -f "$ROOT/hack/peer-crds.yaml" >/dev/null
  check "cert-manager's and the Prometheus operator's kinds are served" kube_ctl wait --for=condition=Established \
    --timeout=30s -f "$ROOT/hack/peer-crds.yaml"
  kube_ctl apply -f "$ROOT/manifests/base/namespace.yaml" >/dev/null
  # What components/namespaced-rbac names as an example.
  kube_ctl create namespace team-a --dry-run=client -o yaml | kube_ctl apply -f - >/dev/null
  # The one component that no overlay has.
  mkdir "$folder/overlays/with-prometheus"
  printf '%s\n' 'resources: [../../base]' 'components: [../../components/prometheus]' \
    >"$folder/overlays/with-prometheus/kustomization.yaml"
  for name in "$folder"/overlays/*/ "$folder/monitoring"; do
    name=${name%/}
    check_dry_run_of "${name#"$folder"/}" "$(kube_ctl kustomize "$name")"
  done
  check_dry_run_of install.yaml "$(<"$folder/install.yaml")"
  kube_ctl delete -f "$ROOT/hack/peer-crds.yaml" >/dev/null
  kube_ctl delete namespace team-a --wait=false >/dev/null
}

# check_dry_run_of NAME YAML: each object is validated by its schema and accepted.
check_dry_run_of() {
  local rendered=$2 output
  if ! kube_ctl get --raw /apis/policy/v1 >/dev/null 2>&1; then
    # Until 1.20 a PodDisruptionBudget is policy/v1beta1.
    rendered=${rendered//apiVersion: policy\/v1/apiVersion: policy/v1beta1}
  fi
  if output=$(kube_ctl apply --dry-run=server --validate=true -f - <<<"$rendered" 2>&1); then
    check_equal "a server-side dry run accepts every object of $1" "$(grep -c '^kind:' <<<"$rendered")" \
      "$(grep -c 'server dry run' <<<"$output")"
  else
    not_ok "a server-side dry run accepts every object of $1" "$output"
  fi
}
