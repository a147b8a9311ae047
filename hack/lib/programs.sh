# The product's programs, built as they ship. Sourced, never run. Needs output.sh and deps.sh.
# shellcheck shell=bash

# Swift's own libraries go into the program: an image has no Swift. Tests run what ships.
# shellcheck disable=SC2034
KELOS_RELEASE=(-c release --static-swift-stdlib)

# find_program VARIABLE PRODUCT: sets the variable to a release build, unless it names a program already.
find_program() {
  if [[ -z "${!1:-}" ]]; then
    ensure_build_dependencies
    step "Building $2"
    (cd "$ROOT" && swift build "${KELOS_RELEASE[@]}" --product "$2")
    printf -v "$1" '%s' "$(cd "$ROOT" && swift build "${KELOS_RELEASE[@]}" --show-bin-path)/$2"
  fi
  [[ -x "${!1}" ]] || die "there is no program at ${!1}"
}
