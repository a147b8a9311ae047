#!/usr/bin/env bash
# Measures the webhook: CPU per review and resident memory over HTTP/1.1 keep-alive and HTTP/2, beside Debian's nghttpd
# receiving the same body; and the refresher with 10,000 Secrets of the sandbox. All in one run on this machine.
#
# Usage: hack/bench.sh [--requests N] [--size BYTES]
#   --requests N   reviews per run (60000)
#   --size BYTES   size of the review (10240)
#
# One event loop serves; h2load of Debian's nghttp2-client asks, from the other cores. CPU is the server's own user and
# system time, from /proc, so it does not depend on how fast the client is. Compare ratios, not microseconds: the
# machine's speed is in both sides of a ratio.
set -euo pipefail

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=lib/output.sh
. "$ROOT/hack/lib/output.sh"
# shellcheck source=lib/deps.sh
. "$ROOT/hack/lib/deps.sh"
# shellcheck source=lib/processes.sh
. "$ROOT/hack/lib/processes.sh"
# shellcheck source=lib/programs.sh
. "$ROOT/hack/lib/programs.sh"
# shellcheck source=lib/bench_refresher.sh
. "$ROOT/hack/lib/bench_refresher.sh"

requests=60000
size=10240
while (($#)); do
  case $1 in
    --requests | --size)
      [[ "${2:-}" =~ ^[1-9][0-9]*$ ]] || die "$1 wants a whole number above 0"
      printf -v "${1#--}" '%s' "$2"
      shift
      ;;
    -h | --help)
      print_usage "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *) die "unknown option '$1'" "hack/bench.sh --help lists them" ;;
  esac
  shift
done

# cpu_ticks NAME: user and system time of a process, in clock ticks.
cpu_ticks() {
  local fields stat
  stat=$(<"/proc/$(process_pid "$1")/stat")
  read -ra fields <<<"${stat##*) }"
  printf '%s\n' "$((fields[11] + fields[12]))"
}

# memory_kib NAME FIELD: VmRSS is now, VmHWM the most so far.
memory_kib() {
  awk -v field="$2:" '$1 == field { print $2 }' "/proc/$(process_pid "$1")/status"
}

megabytes() {
  awk -v kib="$1" 'BEGIN { printf "%.1f MB", kib * 1024 / 1e6 }'
}

# microseconds TICKS REQUESTS
microseconds() {
  awk -v ticks="$1" -v hz="$(getconf CLK_TCK)" -v n="$2" 'BEGIN { printf "%.1f", ticks / hz / n * 1e6 }'
}

ratio() {
  awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'
}

# load NAME URL H2LOAD-ARGUMENT...: sends the review; sets `cost` to the server's CPU microseconds per request and
# `speed` to requests per second. Every answer must be a 2xx.
load() {
  local name=$1 url=$2 before after report
  shift 2
  h2load "$@" -n 2000 -t 1 -d "$review" -H 'content-type: application/json' "$url" >/dev/null
  before=$(cpu_ticks "$name")
  report=$(h2load "$@" -n "$requests" -t 1 -d "$review" -H 'content-type: application/json' "$url")
  after=$(cpu_ticks "$name")
  grep -q "status codes: $requests 2xx" <<<"$report" || die "not every request was answered 2xx:" "$report"
  cost=$(microseconds "$((after - before))" "$requests")
  speed=$(sed -nE 's/^finished in .*, ([0-9.]+) req\/s.*/\1/p' <<<"$report")
}

row() {
  printf '%-46s %12s %14s\n' "$@"
}

ensure_build_dependencies
ensure_packages curl jq nghttp2-client nghttp2-server openssl python3 python3-yaml
step "Building in release mode"
for product in kelos-token-webhook kelos-token-refresher kelos-token; do
  swift build --package-path "$ROOT" "${KELOS_RELEASE[@]}" --product "$product" 2>&1 | tail -n 1
done
programs=$(swift build --package-path "$ROOT" "${KELOS_RELEASE[@]}" --show-bin-path)
webhook=$programs/kelos-token-webhook

make_run_dir
review=$KELOS_RUN_DIR/review.json
/usr/bin/python3 "$ROOT/hack/lib/review.py" "$ROOT/manifests/samples/task-job.yaml" --size "$size" >"$review"
"$ROOT/certs/generate.sh" --quiet --out "$KELOS_RUN_DIR/certs"
mkdir "$KELOS_RUN_DIR/www"
printf 'ok\n' >"$KELOS_RUN_DIR/www/mutate"
port='' health_port='' reference_port=''
free_port port
free_port health_port
free_port reference_port

step "Starting"
started=$(date +%s%N)
start_process webhook "$webhook" --webhook-bind-address="127.0.0.1:$port" --metrics-bind-address=0 \
  --health-probe-bind-address="127.0.0.1:$health_port" --event-loops=1 --shutdown-delay=0s \
  --tls-cert-file="$KELOS_RUN_DIR/certs/tls.crt" --tls-private-key-file="$KELOS_RUN_DIR/certs/tls.key"
until curl --silent --fail --output /dev/null "http://127.0.0.1:$health_port/readyz"; do
  process_running webhook || {
    process_log webhook >&2
    die "the webhook ended"
  }
done
note "ready after $((($(date +%s%N) - started) / 1000000)) ms, the asking by curl included"
start_process nghttpd nghttpd --address=127.0.0.1 -d "$KELOS_RUN_DIR/www" "$reference_port" \
  "$KELOS_RUN_DIR/certs/tls.key" "$KELOS_RUN_DIR/certs/tls.crt"
wait_for_process nghttpd 10 port_answers "$reference_port"

# What start-up needed is dropped after two seconds; the first probe of its own port follows after five.
sleep 6
idle=$(memory_kib webhook VmRSS)
url="https://127.0.0.1:$port/mutate--v1-pod"
step "Loading: $requests reviews of $(stat -c %s "$review") bytes each"
load webhook "$url" --h1 -c 16
h1_cost=$cost h1_speed=$speed
load webhook "$url" -c 4 -m 4
h2_cost=$cost h2_speed=$speed
loaded=$(memory_kib webhook VmRSS)
peak=$(memory_kib webhook VmHWM)
load nghttpd "https://127.0.0.1:$reference_port/mutate" -c 4 -m 4
reference_cost=$cost reference_speed=$speed

stop_process webhook
stop_process nghttpd
bench_refresher

step "Result (one event loop, TLS 1.3, ECDSA P-256)"
row '' 'CPU/request' 'requests/s'
row 'webhook, HTTP/1.1 keep-alive, 16 connections' "$h1_cost us" "$h1_speed"
row 'webhook, HTTP/2, 4 connections of 4 streams' "$h2_cost us" "$h2_speed"
row 'nghttpd, HTTP/2, same body, nothing decided' "$reference_cost us" "$reference_speed"
row 'webhook over HTTP/1.1 : nghttpd' "$(ratio "$h1_cost" "$reference_cost")" ''
row 'webhook over HTTP/2 : nghttpd' "$(ratio "$h2_cost" "$reference_cost")" ''
printf 'resident memory: %s idle, %s under load, %s at most, start-up included\n' "$(megabytes "$idle")" \
  "$(megabytes "$loaded")" "$(megabytes "$peak")"
printf '%s\n' "$refresher_result"
