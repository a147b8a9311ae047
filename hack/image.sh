#!/usr/bin/env bash
# Makes the container images kelos-token-webhook and kelos-token-refresher with Debian's tools, without Docker and
# without a registry. Each holds its program and the files that it needs to run: no shell and no package manager, and it
# runs as the user 65532. The same programs on the same Debian give the same digest.
#
# Usage: hack/image.sh [--out FOLDER] [--unpacked]
#   --out FOLDER  where they go (.cache/image): NAME is an OCI image layout, NAME.tar the same in one file, which is an
#                 archive for `docker load` as well
#   --unpacked    no images, but the files of their layers: NAME/libraries and NAME/program; hack/Dockerfile copies them
#   KELOS_WEBHOOK_BINARY, KELOS_REFRESHER_BINARY  programs that are linked with --static-swift-stdlib; without one, a
#                 release build of it is made
#   SOURCE_DATE_EPOCH  when the images were made, in seconds; without it, when the last commit was
set -euo pipefail
# Modes go into the layers' digests.
umask 022

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/image.sh
. "$ROOT/hack/lib/image.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"

# The user `nonroot` of many images, and what the manifests' pods run as.
IMAGE_USER=65532:65532

parse_arguments() {
  out=$ROOT/.cache/image
  unpacked=''
  while (($#)); do
    case $1 in
      --out)
        out=${2:?--out wants a folder}
        shift
        ;;
      --out=*) out=${1#*=} ;;
      --unpacked) unpacked=yes ;;
      -h | --help)
        print_usage "${BASH_SOURCE[0]}"
        exit 0
        ;;
      *) die "unknown option '$1'" "hack/image.sh --help lists them" ;;
    esac
    shift
  done
}

# program_layer FOLDER PROGRAM NAME: the program without what only a debugger reads, which is half of it.
program_layer() {
  mkdir -p "$1/usr/bin"
  strip --strip-all -o "$1/usr/bin/$3" "$2"
  chmod 0755 "$1/usr/bin/$3"
}

# libraries_layer FOLDER PROGRAM: what a program loads from Debian, and what tells scanners which packages that is.
libraries_layer() {
  image_root "$1"
  image_libraries "$1" "$2"
  [[ "$(find "$1" -name 'libswift*')" == '' ]] || die "$2 loads Swift's libraries" "build it with --static-swift-stdlib"
  local packages
  packages=$(packages_of "$1")
  # shellcheck disable=SC2086
  add_packages "$1" $packages
  cp --parents /usr/lib/os-release "$1"
  ln -s ../usr/lib/os-release "$1/etc/os-release"
}

# packages_of FOLDER: the Debian packages that its libraries are from. dpkg knows a file by the path that its package
# says, with or without /usr.
packages_of() {
  local library found
  while read -r library; do
    found=$(dpkg-query --search "$library" "/usr$library" 2>/dev/null) || [[ -n "$found" ]] \
      || die "no Debian package has $library" "the image is made of Debian's libraries only"
    printf '%s\n' "${found%%:*}"
  done < <(find "$1/usr" -name '*.so*' -printf '/%P\n') | sort --unique
}

# add_packages FOLDER PACKAGE...: dpkg's record of each, in the place where scanners look in images without dpkg, and its
# licences, which must go with it.
add_packages() {
  local package
  mkdir -p "$1/var/lib/dpkg/status.d"
  for package in "${@:2}"; do
    dpkg-query --status "$package" >"$1/var/lib/dpkg/status.d/$package"
    cp --dereference --parents "/usr/share/doc/$package/copyright" "$1"
  done
}

# add_network_files FOLDER: for a program that calls others by name over TLS. The C library itself reads hosts and asks
# DNS. This machine's own authorities, which an administrator may have added, are nobody else's: only Debian's go in.
add_network_files() {
  printf 'hosts: files dns\n' >"$1/etc/nsswitch.conf"
  mkdir -p "$1/etc/ssl/certs"
  LC_ALL=C cat /usr/share/ca-certificates/mozilla/*.crt >"$1/etc/ssl/certs/ca-certificates.crt"
  add_packages "$1" ca-certificates
}

# source_labels: what is known of the sources; in a copy without git, nothing.
source_labels() {
  local revision
  revision=$(git -C "$ROOT" rev-parse --verify HEAD 2>/dev/null) || revision=''
  if [[ -n "$revision" && -n "$(git -C "$ROOT" status --porcelain --untracked-files=no)" ]]; then revision+=-dirty; fi
  jq --null-input --arg revision "$revision" '
    if $revision == "" then {} else {"org.opencontainers.image.revision": $revision} end'
}

# run_configuration NAME DESCRIPTION PROGRAM PORT...
run_configuration() {
  local version
  version=$("$3" --version | cut -d' ' -f2)
  jq --null-input --compact-output --arg name "$1" --arg description "$2" --arg version "$version" \
    --arg user "$IMAGE_USER" --argjson more "$(source_labels)" --argjson created "$SOURCE_DATE_EPOCH" '{
      User: $user, WorkingDir: "/", Env: ["PATH=/usr/bin"], Entrypoint: ["/usr/bin/" + $name],
      ExposedPorts: [$ARGS.positional[] | {"\(.)/tcp": {}}] | add,
      Labels: ({"org.opencontainers.image.title": $name, "org.opencontainers.image.description": $description,
        "org.opencontainers.image.version": $version,
        "org.opencontainers.image.created": ($created | todate)} + $more)}' \
    --args "${@:4}"
}

# make_image NAME PROGRAM DESCRIPTION PORT...
make_image() {
  local name=$1 program=$2 description=$3 work=$KELOS_RUN_DIR/$1
  libraries_layer "$work/libraries" "$program"
  [[ "$name" != *-refresher ]] || add_network_files "$work/libraries"
  program_layer "$work/program" "$program" "$name"
  rm -rf -- "${out:?}/$name" "$out/$name.tar"
  if [[ -n "$unpacked" ]]; then
    mv "$work" "$out/$name"
    return
  fi
  image_layout "$work/layout" "$name:latest" \
    "$(run_configuration "$name" "$description" "$work/program/usr/bin/$name" "${@:4}")" \
    "$work/libraries" "$work/program"
  mv "$work/layout" "$out/$name"
  image_archive "$out/$name" "$out/$name.tar"
  describe_image "$name" "$work"
}

# describe_image NAME LAYERS: digest and sizes.
describe_image() {
  local manifest layer index=0 size total=0 names=(libraries program)
  manifest=$(jq --raw-output '.manifests[0].digest' "$out/$1/index.json")
  step "$1:latest $manifest"
  while read -r size layer; do
    note "$(printf '%-9s %8s packed, %8s unpacked  %s' "${names[index]}" "$(human "$size")" \
      "$(human "$(du --bytes --summarize "$2/${names[index]}" | cut -f1)")" "$layer")"
    total=$((total + size))
    index=$((index + 1))
  done < <(jq --raw-output '.layers[] | "\(.size) \(.digest)"' "$out/$1/blobs/sha256/${manifest#sha256:}")
  note "$(printf '%-9s %8s packed, %8s unpacked' image "$(human "$total")" \
    "$(human "$(du --bytes --summarize --total "$2/libraries" "$2/program" | tail -n 1 | cut -f1)")")"
}

human() {
  numfmt --to=iec-i --suffix=B --format=%.1f "$1"
}

main() {
  parse_arguments "$@"
  ensure_packages binutils ca-certificates jq
  find_program KELOS_WEBHOOK_BINARY kelos-token-webhook
  find_program KELOS_REFRESHER_BINARY kelos-token-refresher
  : "${SOURCE_DATE_EPOCH:=$(git -C "$ROOT" log -1 --format=%ct 2>/dev/null || echo 0)}"
  make_run_dir
  mkdir -p "$out"
  make_image kelos-token-webhook "$KELOS_WEBHOOK_BINARY" \
    "Admission webhook that gives Kubernetes pods GitHub tokens that never go stale" 9443 8081 8080
  make_image kelos-token-refresher "$KELOS_REFRESHER_BINARY" \
    "Worker that renews GitHub App tokens in Kubernetes Secrets before they expire" 8081 8080
  step "They are in ${out#"$PWD"/}"
}

main "$@"
