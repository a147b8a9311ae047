#!/usr/bin/env bash
# Builds and runs the tests: Swift's, the oracles and the black-box tests in Python, and, where the programs of a
# Kubernetes control plane are found, the README's code blocks and hack/e2e.sh.
#
# Usage: hack/test.sh [--filter PATTERN]
#   --filter PATTERN      only tests whose name matches; neither builds for release nor runs hack/e2e.sh
#   KELOS_SKIP_E2E=1      leaves hack/e2e.sh to the caller
#   KELOS_WEBHOOK_BINARY  the kelos-token-webhook to test; without it, a release build is made
#   KELOS_REFRESHER_BINARY  the kelos-token-refresher to test, likewise
#   KELOS_RESULTS_FILE    where the totals line goes too
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/checks.sh
. "$ROOT/hack/lib/checks.sh"
# shellcheck source=lib/runners.sh
. "$ROOT/hack/lib/runners.sh"
# shellcheck source=lib/kube.sh
. "$ROOT/hack/lib/kube.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"

# Of Swift's, in their one process.
TESTS_AT_ONCE=$((2 * $(nproc)))

parse_arguments() {
  filter=''
  while (($#)); do
    case $1 in
      --filter)
        filter=${2:?--filter wants a pattern}
        shift
        ;;
      --filter=*) filter=${1#*=} ;;
      -h | --help)
        print_usage "${BASH_SOURCE[0]}"
        exit 0
        ;;
      *) die "unknown option '$1'" "hack/test.sh --help lists them" ;;
    esac
    shift
  done
}

run_swift_tests() {
  step "Building the Swift tests"
  swift build --build-tests
  step "Running the Swift tests"
  local status=0 arguments=(--skip-build --parallel --xunit-output "$KELOS_RUN_DIR/swift.xml")
  [[ -z "$filter" ]] || arguments+=(--filter "$filter")
  # Swift Testing begins all tests at once: a thousand of them, many with threads of their own, leave servers and peers no
  # turn within their deadlines.
  export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=$TESTS_AT_ONCE
  # The lines about tests that start are thousands; they matter only after a crash.
  timeout "$LONGEST_RUN" swift test "${arguments[@]}" 2>&1 | tee "$KELOS_RUN_DIR/swift.log" \
    | grep --line-buffered -v '^◇' || status=${PIPESTATUS[0]}
  ((status == 0)) || tail -n 20 "$KELOS_RUN_DIR/swift.log"
  # Swift Testing's results are in a file beside the one that was asked for, which is XCTest's.
  count_report "Swift tests" "$status" "$KELOS_RUN_DIR/swift-swift-testing.xml"
}

# build_products: what the tests in Python run, as it ships.
build_products() {
  step "Building what the other tests run"
  local product configuration=("${KELOS_RELEASE[@]}")
  # With a filter the debug build is there already.
  [[ -z "$filter" ]] || configuration=()
  for product in kelos-token-webhook kelos-token-refresher kelos-token CoreProbe; do
    swift build "${configuration[@]}" --product "$product"
  done
  local folder
  folder=$(swift build "${configuration[@]}" --show-bin-path)
  export KELOS_WEBHOOK_BINARY=${KELOS_WEBHOOK_BINARY:-$folder/kelos-token-webhook}
  export KELOS_REFRESHER_BINARY=${KELOS_REFRESHER_BINARY:-$folder/kelos-token-refresher}
  export KELOS_TOKEN_BINARY=$folder/kelos-token
  export KELOS_CORE_PROBE=$folder/CoreProbe
}

run_e2e() {
  [[ -z "$filter" && -z "${KELOS_SKIP_E2E:-}" ]] || return 0
  step "Running hack/e2e.sh"
  if ! kube_assets_source >/dev/null; then
    KELOS_SKIPPED=$((KELOS_SKIPPED + 1))
    note "skipped: there is no kube-apiserver here"
    note "set KUBEBUILDER_ASSETS to a folder with kube-apiserver and kube-controller-manager, or run hack/build-kube.sh"
    return
  fi
  local results=$KELOS_RUN_DIR/e2e
  KELOS_RESULTS_FILE=$results "$ROOT/hack/e2e.sh" || true
  add_totals "$results" hack/e2e.sh
}

main() {
  parse_arguments "$@"
  ensure_build_dependencies
  ensure_packages binutils bubblewrap busybox curl diffutils gh git git-lfs jq nghttp2-client openssl patch python3 python3-h2 \
    python3-hpack python3-hyperframe python3-hypothesis python3-jsonpatch python3-pytest python3-yaml
  local tools=$ROOT/.cache/tools
  command -v promtool >/dev/null || extract_program prometheus /usr/bin/promtool "$tools"
  PATH=$PATH:$tools
  install_python_program kubernetes-validate==1.37.0 "$ROOT/.cache/kubernetes-validate" \
    || warn "kubernetes-validate could not be installed: the manifests are not held against Kubernetes' schemas"
  make_run_dir
  cd "$ROOT"
  run_swift_tests
  build_products
  run_python_tests Oracle "$filter"
  run_python_tests Manifests "$filter"
  run_python_tests Image "$filter"
  run_python_tests Freshness "$filter"
  run_python_tests Blackbox "$filter"
  run_python_tests Readme "$filter"
  run_e2e
  finish_checks
}

main "$@"
