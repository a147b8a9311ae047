# The product's programs beside a test cluster: started, registered and allowed what the manifests allow them.
# Sourced, never run. Needs output.sh, deps.sh, processes.sh and kube.sh, and NAMESPACE, where a test has its objects.
# jq programs are full of $variables of their own.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154

KELOS_SYSTEM_NAMESPACE=kelos-token-system
KELOS_WEBHOOK_CONFIGURATION=kelos-token-webhook

kube() {
  kube_ctl --namespace "$NAMESPACE" "$@"
}

# start_test_cluster [OPTION...]: with hack/cluster.sh's options; one that was up before is left up.
start_test_cluster() {
  ensure_packages "${KELOS_CLUSTER_PACKAGES[@]}"
  if ! "$ROOT/hack/cluster.sh" status >/dev/null && [[ -z "${KELOS_KEEP_CLUSTER:-}" ]]; then
    on_exit "$ROOT/hack/cluster.sh" down
  fi
  # Before that: an API server waits for those who watch it.
  on_exit stop_all_processes
  "$ROOT/hack/cluster.sh" up "$@"
  kube_ctl delete mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --ignore-not-found >/dev/null
  on_exit clean_test_cluster
  kube_ctl create namespace "$NAMESPACE" >/dev/null
  # Up to 1.23 a pod is refused until the namespace's service account has its token.
  wait_until 30 namespace_accepts_pods || die "the new namespace accepted no pod within 30 s"
}

clean_test_cluster() {
  # The configuration first: with the webhook gone it would refuse what the namespace's end still creates.
  kube_ctl delete mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --ignore-not-found
  kube_ctl delete namespace "$NAMESPACE" "$KELOS_SYSTEM_NAMESPACE" --ignore-not-found --wait=false
} >/dev/null 2>&1

namespace_accepts_pods() {
  probe_pod '{}' | kube create --dry-run=server -f -
}

# probe_pod LABELS
probe_pod() {
  jq --null-input --argjson labels "$1" '{apiVersion: "v1", kind: "Pod", metadata: {name: "probe", labels: $labels},
    spec: {containers: [{name: "kelos-agent", image: "example.invalid/agent:1", env: [
      {name: "GITHUB_TOKEN", valueFrom: {secretKeyRef: {name: "probe-github-token", key: "GITHUB_TOKEN"}}}]}]}}'
}

# start_webhook NAME: on $webhook_port with the pair in $certificates, with ports of its own for health and metrics.
start_webhook() {
  local health metrics
  free_port health
  free_port metrics
  start_process "$1" "$KELOS_WEBHOOK_BINARY" --webhook-bind-address="127.0.0.1:$webhook_port" \
    --tls-cert-file="$certificates/tls.crt" --tls-private-key-file="$certificates/tls.key" \
    --health-probe-bind-address="127.0.0.1:$health" --metrics-bind-address="127.0.0.1:$metrics" \
    --shutdown-delay=1s --graceful-shutdown-timeout=10s --zap-log-level=debug --zap-encoder=json
  wait_for_process "$1" 20 http_ok "http://127.0.0.1:$health/readyz"
  metrics_url=http://127.0.0.1:$metrics/metrics
}

# register_webhook: the manifest as it ships, but called by URL on loopback.
register_webhook() {
  kube_ctl create --dry-run=client -f "$ROOT/manifests/base/mutatingwebhookconfiguration.yaml" -o json \
    | jq --arg url "https://127.0.0.1:$webhook_port" --arg ca "$(base64 -w0 <"$certificates/ca.crt")" \
      '.webhooks[] |= (.clientConfig = {url: ($url + .clientConfig.service.path), caBundle: $ca})' \
    | kube_ctl apply -f - >/dev/null
  if ! wait_until 30 webhook_is_called; then
    "$ROOT/hack/cluster.sh" status || true
    process_log webhook
    die "the API server does not call the webhook, or it gets no patch"
  fi
}

# The API server learns of a configuration by watching: a moment passes.
webhook_is_called() {
  probe_pod '{"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"}' \
    | kube create --dry-run=server -f - -o json | jq -e '[.spec.volumes[].name] | index("kelos-github-token")'
}

# start_github SECONDS [OPTION...]: the sandbox's GitHub, whose tokens live that long, at $github_address; in the cluster, the
# Secret of its App.
start_github() {
  local life=$1 kubernetes github
  shift
  free_port kubernetes
  free_port github
  start_process github "$KELOS_TOKEN_BINARY" sandbox --kubernetes-address="127.0.0.1:$kubernetes" \
    --github-address="127.0.0.1:$github" --token-lifetime="${life}s" \
    --kubeconfig="$KELOS_RUN_DIR/sandbox.kubeconfig" --ca-file="$KELOS_RUN_DIR/github-ca.crt" "$@"
  github_address=127.0.0.1:$github
  wait_for_process github 10 test -s "$KELOS_RUN_DIR/sandbox.kubeconfig"
  # The sandbox makes up an App; its credentials move to the real API server.
  kube_ctl --kubeconfig "$KELOS_RUN_DIR/sandbox.kubeconfig" get secret github-app --output=json \
    | jq '{apiVersion, kind, type, data, metadata: {name: "github-app"}}' | kube apply --filename=- >/dev/null
}

# apply_rights [FOLDER]: the namespace, service accounts and roles of the manifests in that folder (base).
apply_rights() {
  kube_ctl kustomize "$ROOT/manifests/${1:-base}" \
    | awk 'BEGIN { RS = ORS = "---\n" } /(^|\n)kind: (Namespace|ServiceAccount|(Cluster)?Role(Binding)?)\n/' \
    | kube_ctl apply --filename=- >/dev/null
  # From 1.21 on the API server does this itself, and the manifests' selectors count on it.
  local name
  for name in kube-system "$KELOS_SYSTEM_NAMESPACE"; do
    kube_ctl label --overwrite namespace "$name" "kubernetes.io/metadata.name=$name" >/dev/null
  done
  wait_until 30 service_account_has_token || die "the refresher's service account got no token within 30 s"
}

# allow_refresher [FOLDER]: what the manifests grant, to the service account that the refreshers then are.
allow_refresher() {
  apply_rights "$@"
  service_account_token >"$KELOS_RUN_DIR/refresher.token"
  kube_ctl config view --raw --minify --flatten --output=json \
    | jq --arg file "$KELOS_RUN_DIR/refresher.token" '.users[0].user = {tokenFile: $file}' \
      >"$KELOS_RUN_DIR/refresher.kubeconfig"
}

# From 1.24 on a token is asked for; before that the API server makes one.
service_account_token() {
  kube_ctl --namespace "$KELOS_SYSTEM_NAMESPACE" create token kelos-token-refresher --duration=1h 2>/dev/null \
    || kube_ctl --namespace "$KELOS_SYSTEM_NAMESPACE" get secrets --output=json | jq --raw-output --exit-status '.items[]
      | select(.metadata.annotations["kubernetes.io/service-account.name"] == "kelos-token-refresher")
      | .data.token | @base64d'
}

service_account_has_token() {
  service_account_token | grep --quiet .
}

# start_refresher NAME OPTION...: as the service account of allow_refresher; where GitHub is, is the caller's to say.
start_refresher() {
  local name=$1 health metrics
  shift
  free_port health
  free_port metrics
  printf -v "metrics_of_${name//-/_}" '%s' "http://127.0.0.1:$metrics/metrics"
  POD_NAME=$name POD_NAMESPACE=$KELOS_SYSTEM_NAMESPACE start_process "$name" "$KELOS_REFRESHER_BINARY" \
    --kubeconfig="$KELOS_RUN_DIR/refresher.kubeconfig" "$@" \
    --health-probe-bind-address="127.0.0.1:$health" --metrics-bind-address="127.0.0.1:$metrics" \
    --zap-log-level=debug --zap-encoder=json
  wait_for_process "$name" 20 http_ok "http://127.0.0.1:$health/readyz"
}
