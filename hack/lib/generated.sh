# Files of the repository that a script writes, or with --check compares with what it would write. Sourced, never run.
# Needs output.sh, and ROOT, the repository.
# shellcheck shell=bash

# parse_check ARGUMENT...: the script's own; prints its help where that is asked for.
parse_check() {
  check='' stale=()
  case ${1:-} in
    '') ;;
    --check) check=yes ;;
    -h | --help)
      print_usage "$0"
      exit 0
      ;;
    *) die "unknown option '$1'" "$0 --help lists them" ;;
  esac
  work=$(mktemp -d)
  trap 'rm -rf -- "$work"' EXIT
}

# render FOLDER: under manifests/, as kubectl would apply it.
render() {
  kubectl kustomize "$ROOT/manifests/$1"
}

require_components() {
  command -v kubectl >/dev/null || die "kubectl is not on PATH" "install one that knows kustomize's components, such as 1.32"
  render overlays/default >/dev/null \
    || die "this kubectl does not render manifests/overlays/default" "Debian's 1.20 is too old for it; 1.32 is not"
}

# generate COMMAND FILE: FILE is relative to the repository.
generate() {
  "$1" >"$work/new"
  if [[ -z "$check" ]]; then
    cmp -s "$work/new" "$ROOT/$2" && return
    cp "$work/new" "$ROOT/$2"
    note "wrote $2"
  elif ! diff -u --label "$2" --label "$2, as it would be" "$ROOT/$2" "$work/new"; then
    stale+=("$2")
  fi
}

# finish_generating: fails when a file was out of date.
finish_generating() {
  ((${#stale[@]} == 0)) || die "out of date: ${stale[*]}" "run ${0##"$ROOT"/} and commit what it wrote"
}
