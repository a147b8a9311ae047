# A Kubernetes node for tests: containerd and kubelet in namespaces of their own (node_init.sh), on loopback only.
# Sourced, never run. Needs output.sh, deps.sh, processes.sh, kube.sh and image.sh, and to start a node hack/cluster.sh's
# keys, ports and kubeconfigs.
# shellcheck shell=bash
# shellcheck disable=SC2154

# As upstream's local-up-cluster.sh names its node: a name that is an address needs no DNS and no network interface,
# and the API server finds the kubelet by it.
KELOS_NODE_NAME=127.0.0.1
KELOS_PAUSE_IMAGE=localhost/kelos-token/pause:test

# Everything that the node writes; what it sees as /node, /var and /run.
node_folder=$KELOS_CLUSTER_DIR/node

# require_node: says what this machine lacks for a node before anything is started.
require_node() {
  ((EUID == 0)) || die "a node needs root: kubelet and containerd mount, and make cgroups" \
    "run this script as root, or without --node for the control plane alone"
  local packages=(containernetworking-plugins)
  # Docker's containerd serves as well, and Debian's would replace it.
  command -v containerd >/dev/null && command -v ctr >/dev/null || packages+=(containerd)
  command -v runc >/dev/null || packages+=(runc)
  ensure_packages "${packages[@]}"
  unpack_kube_program kubelet
  (kube_program kubelet >/dev/null 2>&1) \
    || die "there is no kubelet in $KELOS_KUBE_SOURCE" "put one of the API server's version there"
  unshare --mount --pid --fork true 2>/dev/null \
    || die "this machine allows no mount and PID namespaces, which a node lives in" \
      "in a container, run it privileged"
  [[ -d /sys/fs/cgroup/memory || -e /sys/fs/cgroup/cgroup.controllers ]] \
    || die "no cgroups are mounted at /sys/fs/cgroup, where runc puts containers"
}

write_containerd_config() {
  local plugins=/usr/lib/cni
  [[ -x $plugins/loopback ]] || plugins=/opt/cni/bin
  cat >"$node_folder/containerd.toml" <<TOML
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$KELOS_PAUSE_IMAGE"
  # Without CAP_SYS_RESOURCE runc cannot lower oom_score_adj, and says only "can't get final child's PID from pipe".
  restrict_oom_score_adj = true
  # A profile would stay in the kernel when the node is gone.
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$plugins"
    conf_dir = "/node/cni"
TOML
  mkdir -p "$node_folder/cni"
  # Kubelet wants a network to be Ready. This one gives a pod no address, so pods use the machine's.
  printf '%s\n' '{"cniVersion": "0.4.0", "name": "loopback", "plugins": [{"type": "loopback"}]}' \
    >"$node_folder/cni/10-loopback.conflist"
}

# Images and pods stay however full the disk is. `resolvConf` empty means no DNS: there is only loopback.
write_kubelet_config() {
  cat >"$node_folder/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $kubelet_port
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: $kubelet_healthz_port
authentication:
  anonymous: {enabled: false}
  webhook: {enabled: false}
  x509: {clientCAFile: /node/pki/ca.crt}
authorization: {mode: Webhook}
tlsCertFile: /node/pki/kubelet.crt
tlsPrivateKeyFile: /node/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failSwapOn: false
makeIPTablesUtilChains: false
oomScoreAdj: 0
resolvConf: ""
syncFrequency: 5s
evictionHard: {memory.available: 1Mi}
imageGCHighThresholdPercent: 100
volumePluginDir: /var/lib/kubelet/volume-plugins
YAML
}

# start_node: one process, whose end is the end of everything on the node.
start_node() {
  local kubelet
  kubelet=$(kube_program kubelet)
  mkdir -p "$node_folder"/{pki,root,run,var/lib,var/log}
  cp "$pki"/{ca.crt,kubelet.crt,kubelet.key} "$node_folder/pki"
  write_kubeconfig "$node_folder/kubeconfig" node
  write_containerd_config
  write_kubelet_config
  [[ "$(</proc/filesystems)" == *overlay* ]] || modprobe overlay || true
  start_process node unshare --mount --propagation=private --pid --fork --kill-child=KILL \
    "$ROOT/hack/lib/node_init.sh" "$node_folder" "$kubelet" "$KELOS_NODE_NAME" "$KELOS_RUN_DIR"
  wait_for_process node 30 node_ctr version
  build_pause_image "$node_folder/pause.tar" "$KELOS_PAUSE_IMAGE"
  node_import "$node_folder/pause.tar"
}

node_healthy() {
  http_ok "http://127.0.0.1:$kubelet_healthz_port/healthz" \
    && kube_ctl get node "$KELOS_NODE_NAME" -o json \
    | jq -e '.status.conditions[] | select(.type == "Ready") | .status == "True"'
}

# stop_node: the first process's end ends all others in its PID namespace, and the mounts go with the last of them.
stop_node() {
  local pid children=''
  if pid=$(process_pid node); then
    read -r children <"/proc/$pid/task/$pid/children" || true
    # Without its child, unshare ends by itself; were it killed first, nobody would know when the others have ended.
    kill -KILL "${children:-$pid}" 2>/dev/null || true
    wait_until 15 process_gone node || warn "the node (pid $pid) does not end"
  fi
  rm -f "$KELOS_RUN_DIR/node.pid"
  [[ -d "$node_folder" ]] || return 0
  wait_until 10 remove_node_cgroups || warn "some cgroups of the node's containers remain below /sys/fs/cgroup/*/k8s.io"
  # Where its first process was killed by somebody else, the last ones may still be ending.
  wait_until 10 rm -rf -- "$node_folder" || die "$node_folder cannot be removed"
}

# remove_node_cgroups: containerd names a container's cgroup after it, and keeps a folder for each container.
remove_node_cgroups() {
  local folder hierarchy left=0
  for folder in "$node_folder"/run/containerd/io.containerd.runtime.v2.task/k8s.io/*/; do
    folder=${folder%/}
    for hierarchy in /sys/fs/cgroup{,/*}/k8s.io; do
      [[ -d "$hierarchy/${folder##*/}" ]] || continue
      find "$hierarchy/${folder##*/}" -depth -type d -exec rmdir {} + || left=1
    done
  done
  # Another cluster may have containers there.
  rmdir /sys/fs/cgroup{,/*}/k8s.io 2>/dev/null || true
  return "$left"
}

# node_ctr ARGUMENTS...: containerd's own client, in the namespace that kubelet's containers live in.
node_ctr() {
  local pid
  pid=$(KELOS_RUN_DIR=$KELOS_CLUSTER_DIR/run process_pid node) || return 1
  nsenter --target "$pid" --mount ctr --namespace k8s.io "$@"
}

# node_import ARCHIVE: an image of lib/image.sh; pods name it with imagePullPolicy Never.
node_import() {
  local output
  output=$(node_ctr images import - <"$1" 2>&1) || die "containerd refused the image ${1##*/}" "$output"
}
