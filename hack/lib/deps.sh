# What the scripts need from the machine: Debian packages and a Swift toolchain. Sourced, never run.
# Needs output.sh.
# shellcheck shell=bash

# What `swift build` links and fetches with.
# shellcheck disable=SC2034
KELOS_BUILD_PACKAGES=(ca-certificates git libcurl4-openssl-dev libnghttp2-dev libssl-dev pkg-config)

# Debian's first build with the rapid-reset and CONTINUATION-flood defences that the webhook switches on.
KELOS_NGHTTP2_FLOOR=1.52.0-1+deb12u3

# as_root COMMAND...: directly when root, else through sudo.
as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "'$*' needs root" "run this script as root, or install sudo"
  fi
}

package_installed() {
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# update_package_lists: once, however many scripts one command starts.
update_package_lists() {
  [[ -z "${KELOS_APT_UPDATED:-}" ]] || return 0
  as_root apt-get update -qq
  export KELOS_APT_UPDATED=1
}

# ensure_packages NAME...: installs the missing ones, says which, and touches nothing when all are there.
ensure_packages() {
  local name missing=()
  for name in "$@"; do
    package_installed "$name" || missing+=("$name")
  done
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null \
    || die "these Debian packages are missing: ${missing[*]}" "this is not Debian: install what they hold, by hand"
  step "Installing from Debian: ${missing[*]}"
  update_package_lists
  # Daemons that come with a package (etcd, nghttpd) must not start by themselves: policy-rc.d says no.
  local policy=/usr/sbin/policy-rc.d
  local added=''
  if [[ ! -e "$policy" ]]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 0755 "$policy"
    added=yes
  fi
  local failed=''
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || failed=yes
  [[ -z "$added" ]] || as_root rm -f "$policy"
  [[ -z "$failed" ]] || die "apt-get could not install: ${missing[*]}"
}

download_package() {
  (cd "$2" && apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "$1")
}

# extract_program PACKAGE PATH FOLDER: one program out of a Debian package that is better not installed, because it would
# bring a service to the machine.
extract_program() {
  local target=$3/${2##*/} work
  [[ ! -x "$target" ]] || return 0
  step "Taking ${2##*/} out of Debian's package $1"
  work=$(mktemp -d)
  if ! download_package "$1" "$work" 2>/dev/null; then
    update_package_lists
    download_package "$1" "$work"
  fi
  mkdir -p "$3"
  dpkg-deb --fsys-tarfile "$work"/*.deb | tar --extract --to-stdout ".$2" >"$target.new"
  chmod 0755 "$target.new"
  mv -f "$target.new" "$target"
  rm -rf -- "$work"
}

# install_python_program PACKAGE==VERSION FOLDER: a program from PyPI, in an environment of its own.
install_python_program() {
  local name=${1%%==*}
  [[ "$("$2/bin/$name" --version 2>/dev/null)" != *"${1##*==}"* ]] || return 0
  ensure_packages python3-venv
  step "Installing from PyPI: $1"
  rm -rf -- "$2"
  /usr/bin/python3 -m venv "$2"
  "$2/bin/pip" install --quiet --disable-pip-version-check "$1"
}

# require_nghttp2: refuses a libnghttp2 without the defences; a newer one is welcome.
require_nghttp2() {
  local installed
  installed=$(dpkg-query -W -f='${Version}' libnghttp2-dev 2>/dev/null) || die "libnghttp2-dev is not installed"
  dpkg --compare-versions "$installed" ge "$KELOS_NGHTTP2_FLOOR" \
    || die "libnghttp2-dev $installed lacks the HTTP/2 flood defences; $KELOS_NGHTTP2_FLOOR or newer is needed" \
      "it is in Debian 12's security updates: apt-get update && apt-get install libnghttp2-dev"
}

# require_swift: a Swift of at least 6.2 on PATH.
require_swift() {
  command -v swift >/dev/null \
    || die "swift is not on PATH" "install Swift 6.3 for Debian 12 from https://www.swift.org/install/linux"
  local version
  version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -n 1)
  if [[ -z "$version" ]] || ! dpkg --compare-versions "$version" ge 6.2; then
    die "Swift ${version:-of an unknown version} is too old" "install Swift 6.3 from https://www.swift.org/install/linux"
  fi
}

# ensure_build_dependencies: everything that `swift build` needs.
ensure_build_dependencies() {
  ensure_packages "${KELOS_BUILD_PACKAGES[@]}"
  require_nghttp2
  require_swift
}
