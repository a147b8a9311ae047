#!/usr/bin/env bash
# A Kubernetes control plane for tests: etcd, kube-apiserver and kube-controller-manager on loopback; on demand with a
# node that runs pods: containerd and kubelet.
#
# Usage: hack/cluster.sh up [--node]|down|status
#   up      starts what is not running, waits until Jobs can become pods, prints the kubeconfig's path
#           --node: a node named 127.0.0.1 too, for pods with `nodeName: 127.0.0.1` and `hostNetwork: true`; needs root
#   down    stops everything and removes its data; the unpacked programs stay
#   status  prints the health of each component; exit code 3 when one is not well
#
# State is in $KELOS_CLUSTER_DIR (.cache/cluster): kubeconfig, pki/, run/ (pid files and logs), bin/, node/.
# The programs come from $KUBEBUILDER_ASSETS, else from ../shared/kube-assets, else from a build of
# Debian's source package (hack/build-kube.sh, some minutes, once). There is no scheduler.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/pki.sh
. "$ROOT/hack/lib/pki.sh"
# shellcheck source=lib/kube.sh
. "$ROOT/hack/lib/kube.sh"
# shellcheck source=lib/image.sh
. "$ROOT/hack/lib/image.sh"
# shellcheck source=lib/node.sh
. "$ROOT/hack/lib/node.sh"

# In the order in which they start; `down` goes the other way.
COMPONENTS=(etcd kube-apiserver kube-controller-manager)

pki=$KELOS_CLUSTER_DIR/pki
KELOS_RUN_DIR=$KELOS_CLUSTER_DIR/run

make_pki() {
  mkdir -p "$pki"
  chmod 0700 "$pki"
  # Long enough for any test, short enough that a forgotten cluster locks itself.
  local days=30
  pki_ca "$pki" kelos-token-test-cluster "$days"
  pki_leaf "$pki" "$pki/etcd" /CN=etcd serverAuth,clientAuth "$days" IP:127.0.0.1,DNS:localhost
  pki_leaf "$pki" "$pki/etcd-client" /CN=kube-apiserver clientAuth "$days"
  pki_leaf "$pki" "$pki/apiserver" /CN=kube-apiserver serverAuth "$days" \
    IP:127.0.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,IP:10.0.0.1
  pki_leaf "$pki" "$pki/admin" /O=system:masters/CN=kubernetes-admin clientAuth "$days"
  pki_leaf "$pki" "$pki/controller-manager" /CN=system:kube-controller-manager clientAuth "$days"
  pki_leaf "$pki" "$pki/node" "/O=system:nodes/CN=system:node:$KELOS_NODE_NAME" clientAuth "$days"
  pki_leaf "$pki" "$pki/kubelet" /CN=kubelet serverAuth "$days" "IP:$KELOS_NODE_NAME"
  pki_leaf "$pki" "$pki/kubelet-client" /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth "$days"
  pki_key "$pki/service-accounts.key"
  run_openssl pkey -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub"
}

# choose_ports: written down for `up` to find them again, and for others to read.
choose_ports() {
  local etcd_port etcd_peer_port apiserver_port controller_manager_port kubelet_port kubelet_healthz_port
  free_port etcd_port
  free_port etcd_peer_port
  free_port apiserver_port
  free_port controller_manager_port
  free_port kubelet_port
  free_port kubelet_healthz_port
  printf '%s\n' "etcd_port=$etcd_port" "etcd_peer_port=$etcd_peer_port" "apiserver_port=$apiserver_port" \
    "controller_manager_port=$controller_manager_port" "kubelet_port=$kubelet_port" \
    "kubelet_healthz_port=$kubelet_healthz_port" >"$KELOS_CLUSTER_DIR/ports"
}

# write_kubeconfig FILE USER: self-contained, so that it can be copied anywhere.
write_kubeconfig() {
  (umask 077 && cat >"$1") <<YAML
apiVersion: v1
kind: Config
current-context: kelos-token-test
contexts:
  - name: kelos-token-test
    context: {cluster: kelos-token-test, user: $2, namespace: default}
clusters:
  - name: kelos-token-test
    cluster:
      server: https://127.0.0.1:$apiserver_port
      certificate-authority-data: $(base64 -w0 <"$pki/ca.crt")
users:
  - name: $2
    user:
      client-certificate-data: $(base64 -w0 <"$pki/$2.crt")
      client-key-data: $(base64 -w0 <"$pki/$2.key")
YAML
}

# The audit log tells which webhooks the API server called for a pod and whether they changed it.
write_audit_policy() {
  cat >"$KELOS_CLUSTER_DIR/audit-policy.yaml" <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    verbs: [create]
    resources: [{group: "", resources: [pods]}]
  - level: None
YAML
}

start_etcd() {
  start_process etcd "$(kube_program etcd)" --name=default --data-dir="$KELOS_CLUSTER_DIR/etcd" \
    --listen-client-urls="https://127.0.0.1:$etcd_port" --advertise-client-urls="https://127.0.0.1:$etcd_port" \
    --listen-peer-urls="http://127.0.0.1:$etcd_peer_port" \
    --initial-advertise-peer-urls="http://127.0.0.1:$etcd_peer_port" \
    --initial-cluster="default=http://127.0.0.1:$etcd_peer_port" \
    --cert-file="$pki/etcd.crt" --key-file="$pki/etcd.key" --client-cert-auth --trusted-ca-file="$pki/ca.crt"
}

etcd_healthy() {
  http_ok --cacert "$pki/ca.crt" --cert "$pki/etcd-client.crt" --key "$pki/etcd-client.key" \
    "https://127.0.0.1:$etcd_port/health"
}

# Objects are stored as JSON, so that a test can read from etcd what the cluster really keeps.
start_kube-apiserver() {
  start_process kube-apiserver "$(kube_program kube-apiserver)" \
    --etcd-servers="https://127.0.0.1:$etcd_port" --etcd-cafile="$pki/ca.crt" \
    --etcd-certfile="$pki/etcd-client.crt" --etcd-keyfile="$pki/etcd-client.key" \
    --storage-media-type=application/json \
    --bind-address=127.0.0.1 --secure-port="$apiserver_port" \
    --advertise-address=127.0.0.1 --endpoint-reconciler-type=none \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" --client-ca-file="$pki/ca.crt" \
    --service-account-key-file="$pki/service-accounts.pub" \
    --service-account-signing-key-file="$pki/service-accounts.key" \
    --service-account-issuer=https://kubernetes.default.svc \
    --kubelet-client-certificate="$pki/kubelet-client.crt" --kubelet-client-key="$pki/kubelet-client.key" \
    --kubelet-certificate-authority="$pki/ca.crt" --enable-admission-plugins=NodeRestriction \
    --authorization-mode=Node,RBAC --service-cluster-ip-range=10.0.0.0/24 \
    --audit-policy-file="$KELOS_CLUSTER_DIR/audit-policy.yaml" --audit-log-path="$KELOS_RUN_DIR/audit.log"
}

kube-apiserver_healthy() {
  http_ok --cacert "$pki/ca.crt" --cert "$pki/admin.crt" --key "$pki/admin.key" \
    "https://127.0.0.1:$apiserver_port/readyz"
}

start_kube-controller-manager() {
  local program help arguments=()
  program=$(kube_program kube-controller-manager)
  # Until 1.23 an unencrypted port is open by default, always the same one; the flag is gone afterwards.
  help=$("$program" --help 2>/dev/null)
  [[ "$help" != *' --port int'* ]] || arguments+=(--port=0)
  start_process kube-controller-manager "$program" --kubeconfig="$KELOS_CLUSTER_DIR/controller-manager.kubeconfig" \
    --bind-address=127.0.0.1 --secure-port="$controller_manager_port" "${arguments[@]}" \
    --service-account-private-key-file="$pki/service-accounts.key" --root-ca-file="$pki/ca.crt" \
    --use-service-account-credentials --leader-elect=false
}

# Its certificate is one that it made for itself at start.
kube-controller-manager_healthy() {
  http_ok --insecure "https://127.0.0.1:$controller_manager_port/healthz"
}

default_service_account_ready() {
  local account
  account=$(kube_ctl get serviceaccount default --namespace default -o json) || return 1
  # Up to 1.23 a pod is refused until its service account has a token Secret.
  [[ "$(kube_ctl get --raw /version | jq '.minor | sub("[^0-9].*"; "") | tonumber < 24')" == false ]] \
    || jq -e '.secrets | length > 0' <<<"$account"
}

prepare() {
  mkdir -p "$KELOS_CLUSTER_DIR" "$KELOS_RUN_DIR"
  if [[ ! -e "$KELOS_CLUSTER_DIR/kubeconfig" ]]; then
    rm -rf -- "$pki" "$KELOS_CLUSTER_DIR/etcd" "$KELOS_RUN_DIR"
    make_pki
    choose_ports
    load_ports
    write_audit_policy
    write_kubeconfig "$KELOS_CLUSTER_DIR/controller-manager.kubeconfig" controller-manager
    write_kubeconfig "$KELOS_CLUSTER_DIR/kubeconfig" admin
  fi
  load_ports
}

load_ports() {
  local name value
  while IFS='=' read -r name value; do
    case $name in
      etcd_port | etcd_peer_port | apiserver_port | controller_manager_port | kubelet_port | kubelet_healthz_port)
        printf -v "$name" '%s' "$value"
        ;;
    esac
  done <"$KELOS_CLUSTER_DIR/ports"
}

# start_component NAME: unless it runs and is well.
start_component() {
  ! process_running "$1" || ! "$1_healthy" >/dev/null || return 0
  step "Starting $1"
  stop_component "$1"
  "start_$1"
  wait_for_process "$1" 60 "$1_healthy"
}

# stop_component NAME [SECONDS]
stop_component() {
  if [[ "$1" == node ]]; then
    stop_node
  else
    stop_process "$@"
  fi
}

# exists: something was started here and not taken down.
exists() {
  [[ -e "$KELOS_CLUSTER_DIR/ports" && -e "$KELOS_CLUSTER_DIR/kubeconfig" ]]
}

up() {
  ensure_packages "${KELOS_CLUSTER_PACKAGES[@]}"
  find_kube_programs
  [[ "${1:-}" != --node ]] || require_node
  local existed='' component
  ! exists || existed=yes
  prepare
  for component in "${COMPONENTS[@]}"; do
    start_component "$component"
  done
  wait_until 60 default_service_account_ready \
    || die "the namespace 'default' got no service account within 60 s" "see $KELOS_RUN_DIR/kube-controller-manager.log"
  [[ "${1:-}" != --node ]] || start_component node
  note "Kubernetes $(kube_ctl get --raw /version | jq -r .gitVersion) is ${existed:+still }up"
  printf 'export KUBECONFIG=%q\n' "$KELOS_CLUSTER_DIR/kubeconfig"
}

# The logs and the unpacked programs stay; the next `up` starts from nothing.
down() {
  stop_component node
  local index
  for ((index = ${#COMPONENTS[@]} - 1; index >= 0; index--)); do
    stop_component "${COMPONENTS[index]}" 15
  done
  rm -rf -- "$pki" "$KELOS_CLUSTER_DIR"/{etcd,ports,kubeconfig,controller-manager.kubeconfig,audit-policy.yaml}
  note "the cluster is down"
}

status() {
  if ! exists; then
    printf 'there is no cluster in %s\n' "$KELOS_CLUSTER_DIR"
    return 3
  fi
  load_ports
  local component pid code=0 components=("${COMPONENTS[@]}")
  [[ ! -d "$node_folder" ]] || components+=(node)
  for component in "${components[@]}"; do
    if ! pid=$(process_pid "$component"); then
      printf '%-24s not running\n' "$component"
      code=3
    elif "${component}_healthy" >/dev/null; then
      printf '%-24s healthy (pid %s)\n' "$component" "$pid"
    else
      printf '%-24s running, not healthy (pid %s)\n' "$component" "$pid"
      code=3
    fi
  done
  printf '%-24s %s\n' kubeconfig "$KELOS_CLUSTER_DIR/kubeconfig"
  return "$code"
}

main() {
  case ${1:-} in
    up | down)
      [[ $# == 1 || "$*" == 'up --node' ]] || die "'$1' does not know '${*:2}'" "see hack/cluster.sh --help"
      mkdir -p "$KELOS_CLUSTER_DIR"
      # One `up` or `down` at a time; started processes do not inherit descriptor 9.
      exec 9>"$KELOS_CLUSTER_DIR/lock"
      flock 9
      "$@"
      ;;
    status) status ;;
    -h | --help) print_usage "${BASH_SOURCE[0]}" ;;
    *)
      print_usage "${BASH_SOURCE[0]}" >&2
      exit 64
      ;;
  esac
}

main "$@"
