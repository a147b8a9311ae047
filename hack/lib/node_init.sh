#!/usr/bin/env bash
# The first process of the test node; hack/cluster.sh starts it in a mount and a PID namespace of its own. It gives the
# node a root directory with the machine's programs and configuration, read-only, and the node's own /var and /run. So
# kubelet and containerd work at their usual paths, meet nobody else's, and leave nothing when this process ends.
#
# Usage: node_init.sh FOLDER KUBELET NAME LOGS
set -euo pipefail

folder=$1 kubelet=$2 name=$3 logs=$4
root=$folder/root

exec 3>>"$logs/containerd.log" 4>>"$logs/kubelet.log"

mount -t tmpfs -o mode=0755 node "$root"
cd "$root"
mkdir dev etc machine node proc run sys tmp usr var

# bind_read_only SOURCE TARGET
bind_read_only() {
  mount --bind "$1" "$2"
  mount -o remount,bind,ro "$2"
}

for path in usr etc; do
  bind_read_only "/$path" "$path"
done
# Links into /usr on most systems.
for path in /bin /sbin /lib /lib32 /lib64; do
  if [[ -L $path ]]; then
    cp -P "$path" .
  elif [[ -d $path ]]; then
    mkdir ".$path"
    bind_read_only "$path" ".$path"
  fi
done
touch kubelet
bind_read_only "$kubelet" kubelet
mount --bind "$folder" node
mount --bind "$folder/var" var
mount --bind "$folder/run" run
mount --rbind /dev dev
mount --rbind /sys sys
mount -t proc proc proc
ln -s /run var/run 2>/dev/null || true

# The kubelet sets these for the whole machine where they differ; here it finds them as it wants them.
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  file=${setting%=*}
  file=run/${file//\//.}
  printf '%s\n' "${setting#*=}" >"$file"
  mount --bind "$file" "proc/sys/${setting%=*}"
done

pivot_root . machine
cd /
umount --lazy /machine
rmdir /machine

containerd --config /node/containerd.toml >&3 2>&1 3>&- 4>&- &
until ctr version >/dev/null 2>&1; do
  # Ends this script when containerd has ended.
  kill -0 $!
  sleep 0.1
done

# Until 1.26 kubelet has to be told that the runtime is not Docker; the flag is gone afterwards.
arguments=()
[[ "$(/kubelet --help 2>/dev/null)" != *' --container-runtime string'* ]] || arguments+=(--container-runtime=remote)
/kubelet --config=/node/kubelet.yaml --kubeconfig=/node/kubeconfig --hostname-override="$name" \
  --container-runtime-endpoint=unix:///run/containerd/containerd.sock "${arguments[@]}" >&4 2>&1 3>&- 4>&- &

# A node with one of the two is none.
wait -n
