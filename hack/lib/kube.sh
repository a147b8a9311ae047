# The programs of a real Kubernetes: where they come from, and kubectl against the test cluster. Sourced, never run.
# Needs output.sh and deps.sh, and ROOT, the repository.
# shellcheck shell=bash

KELOS_CLUSTER_DIR=${KELOS_CLUSTER_DIR:-$ROOT/.cache/cluster}
# Relative to the caller's folder, not to wherever a script goes later.
[[ "$KELOS_CLUSTER_DIR" == /* ]] || KELOS_CLUSTER_DIR=$PWD/$KELOS_CLUSTER_DIR

# shellcheck disable=SC2034
KELOS_CLUSTER_PACKAGES=(curl jq openssl xz-utils)

# What an API server and its controllers need; etcd and kubectl come from Debian when nobody brings them.
KELOS_KUBE_PROGRAMS=(kube-apiserver kube-controller-manager)

# kube_assets_source: prints where the control plane's programs are, or fails when they would have to be built.
# The set comes from one place: an API server and a controller manager of different versions do not go together.
kube_assets_source() {
  local name built=$ROOT/.cache/kube
  if [[ -n "${KUBEBUILDER_ASSETS:-}" ]]; then
    for name in "${KELOS_KUBE_PROGRAMS[@]}"; do
      [[ -x "$KUBEBUILDER_ASSETS/$name" ]] \
        || die "KUBEBUILDER_ASSETS ($KUBEBUILDER_ASSETS) has no $name" \
          "put one of the API server's version beside it, or unset KUBEBUILDER_ASSETS"
    done
    printf '%s\n' "$KUBEBUILDER_ASSETS"
    return
  fi
  local folder
  for folder in "$ROOT/../shared/kube-assets" "$built"; do
    for name in "${KELOS_KUBE_PROGRAMS[@]}"; do
      [[ -x "$folder/$name" || -r "$folder/$name.xz" ]] || continue 2
    done
    printf '%s\n' "$folder"
    return
  done
  return 1
}

# find_kube_programs: makes every program available to kube_program, unpacking or building what must be.
find_kube_programs() {
  local source name
  if ! source=$(kube_assets_source); then
    [[ -z "${KUBEBUILDER_ASSETS:-}" ]] || exit 1
    "$ROOT/hack/build-kube.sh" "$ROOT/.cache/kube"
    source=$ROOT/.cache/kube
  fi
  KELOS_KUBE_SOURCE=$source
  for name in "${KELOS_KUBE_PROGRAMS[@]}"; do
    unpack_kube_program "$name"
  done
  [[ -x "$source/etcd" ]] || ensure_packages etcd-server
  [[ -x "$source/kubectl" ]] || command -v kubectl >/dev/null || ensure_packages kubernetes-client
}

# unpack_kube_program NAME: from its .xz into the cluster's bin/, once for each version of the archive.
unpack_kube_program() {
  local archive=$KELOS_KUBE_SOURCE/$1.xz target=$KELOS_CLUSTER_DIR/bin/$1
  [[ ! -x "$KELOS_KUBE_SOURCE/$1" && -r "$archive" ]] || return 0
  [[ ! "$target" -nt "$archive" ]] || return 0
  mkdir -p "${target%/*}"
  note "unpacking $1"
  xz --decompress --stdout "$archive" >"$target.new"
  chmod 0755 "$target.new"
  mend_kube_apiserver "$target.new"
  mv -f "$target.new" "$target"
}

# mend_kube_apiserver FILE: changes eleven bytes of one known build, and nothing of any other file.
# That build dies whenever json-iterator writes a map: its reflect2 of 2018 calls the map iterator of Go 1.19 with an
# argument too few. Custom resources, a webhook's patches and Events all come to that. (*frozenConfig).Marshal of
# json-iterator goes on as encoding/json.Marshal instead, which takes the same value and gives the same bytes.
# A build by hack/build-kube.sh has reflect2 corrected and needs none of this.
mend_kube_apiserver() {
  local broken=a0791f2f6a9290bac38d30b8d5a0ec07fe0d9fae12bd74bcec30a6f562789087 entry=0x45cf00
  [[ "$(sha256sum <"$1")" == "$broken"* ]] || return 0
  note "this kube-apiserver crashes when it writes maps as JSON: it is given Go's own writer"
  # The value moves up by the receiver's register: mov rax,rbx; mov rbx,rcx; jmp encoding/json.Marshal.
  printf '\x48\x89\xd8\x48\x89\xcb\xe9\xd5\xb3\xef\xff' \
    | dd of="$1" bs=1 seek="$((entry))" conv=notrunc status=none
}

# kube_program NAME: prints the program's path.
kube_program() {
  local folder
  for folder in "$KELOS_KUBE_SOURCE" "$KELOS_CLUSTER_DIR/bin"; do
    if [[ -x "$folder/$1" ]]; then
      printf '%s\n' "$folder/$1"
      return
    fi
  done
  command -v "$1" || die "$1 was not found"
}

# kube_ctl ARGUMENTS...: kubectl against the test cluster, whatever the user's own configuration says.
kube_ctl() {
  local program=kubectl
  [[ ! -x "${KUBEBUILDER_ASSETS:-/nonexistent}/kubectl" ]] || program=$KUBEBUILDER_ASSETS/kubectl
  KUBECONFIG=$KELOS_CLUSTER_DIR/kubeconfig "$program" --cache-dir="$KELOS_CLUSTER_DIR/kubectl-cache" "$@"
}
