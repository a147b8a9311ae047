#!/usr/bin/env bash
# Builds kube-apiserver, kube-controller-manager and kubelet from Debian's source package, for hack/cluster.sh where nobody
# brings them: some minutes, 2 GB of disk while it runs, once.
#
# Usage: hack/build-kube.sh [FOLDER]
#   FOLDER  where the programs go (.cache/kube)
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"

PROGRAMS=(kube-apiserver kube-controller-manager kubelet)

# bookworm_mirror: the mirror of Debian 12 that apt is set up with.
bookworm_mirror() {
  local found
  # shellcheck disable=SC2016
  found=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Identifier: Packages' 2>/dev/null \
    | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
  [[ -n "$found" ]] || die "apt knows no mirror of Debian 12 (bookworm main)" "add one to its sources, then apt-get update"
  printf '%s\n' "$found"
}

# fetch_source: apt checks the signature; its lists are private, so that the machine's own sources stay as they are.
fetch_source() {
  local mirror
  mirror=$(bookworm_mirror)
  mkdir -p "$work/lists/partial" "$work/source"
  printf 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s bookworm main\n' "$mirror" \
    >"$work/sources.list"
  local options=(-o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/nonexistent
    -o "Dir::State::lists=$work/lists" -o Dir::Cache::srcpkgcache= -o Dir::Cache::pkgcache=
    -o "APT::Sandbox::User=$(id -un)")
  apt-get "${options[@]}" -qq update
  (cd "$work/source" && apt-get "${options[@]}" -qq source --download-only kubernetes)
}

unpack_source() {
  mkdir -p "$tree"
  local archive=("$work"/source/kubernetes_*.orig.tar.gz)
  tar --extract --gzip --file "${archive[0]}" --directory "$tree" --strip-components=1
}

# The vendored reflect2 calls runtime functions by the signatures of Go before 1.18; since then the iterator of a map is
# the caller's, handed over as a third argument. Without it the API server dies at the first JSON patch of a webhook.
mend_reflect2() {
  local folder=$tree/vendor/github.com/modern-go/reflect2
  sed -i 's|^func mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer) \*hiter$|func mapiterinit(rtype unsafe.Pointer, m unsafe.Pointer, it *hiter)|
    s|^\t// rest fields are ignored$|\t_ [6]unsafe.Pointer; _ uintptr; _ [8]uint8; _, _ uintptr|' "$folder/unsafe_link.go"
  sed -i 's|^\treturn &UnsafeMapIterator{$|\tit := new(hiter); mapiterinit(type2.rtype, *(*unsafe.Pointer)(obj), it)\n&|
    s|mapiterinit(type2.rtype, \*(\*unsafe.Pointer)(obj)),$|it,|' "$folder/unsafe_map.go"
  if ! grep -q 'it \*hiter)$' "$folder/unsafe_link.go" || ! grep -q 'hiter: *it,$' "$folder/unsafe_map.go"; then
    die "the source is not the one that this script knows how to correct"
  fi
}

build_programs() {
  local program what=()
  for program in "${PROGRAMS[@]}"; do
    what+=("cmd/$program")
  done
  (cd "$tree" && env -u GOFLAGS GOPATH="$work/go" GO111MODULE=off GOCACHE="$work/gocache" KUBE_GIT_VERSION=v1.20.2 \
    make all GOLDFLAGS='-s -w' WHAT="${what[*]}")
}

main() {
  if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    print_usage "${BASH_SOURCE[0]}"
    return
  fi
  local target=${1:-$ROOT/.cache/kube}
  ensure_packages golang-go make rsync
  mkdir -p "$target"
  work=$(mktemp -d "$target/build.XXXXXX")
  on_exit rm -rf -- "$work"
  tree=$work/go/src/k8s.io/kubernetes
  step "Fetching Debian's source of Kubernetes"
  fetch_source
  unpack_source
  mend_reflect2
  step "Building ${PROGRAMS[*]}"
  build_programs
  local program
  for program in "${PROGRAMS[@]}"; do
    install -m 0755 "$tree/_output/bin/$program" "$target/$program"
  done
  step "They are in $target"
}

main "$@"
