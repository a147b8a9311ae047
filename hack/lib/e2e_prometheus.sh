# A real Prometheus that scrapes webhook, refresher and API server and evaluates the alerts. Sourced by hack/e2e.sh.
# Needs the functions of hack/e2e.sh, and its cluster.
# shellcheck shell=bash
# jq programs are full of $variables of their own.
# shellcheck disable=SC2016,SC2154

# check_prometheus WEBHOOK_URL [REFRESHER_URL...]: the addresses of their metrics, http://127.0.0.1:PORT/metrics.
check_prometheus() {
  step "A real Prometheus"
  prometheus_tools=$ROOT/.cache/tools
  extract_program prometheus /usr/bin/prometheus "$prometheus_tools"
  extract_program prometheus /usr/bin/promtool "$prometheus_tools"
  check_scrapes "$@"
  start_prometheus "$@"
  if ! wait_until 30 targets_are_up "$(($# + 1))"; then
    not_ok "it scrapes the API server and all $# processes" "$(prometheus_api targets '' \
      | jq -r '.data.activeTargets[] | "\(.scrapeUrl) \(.health) \(.lastError)"')"
    return
  fi
  ok "it scrapes the API server and all $# processes"
  check_series "$@"
  check_rules
  check_failed_calls
  stop_process prometheus
}

# check_scrapes URL...: as promtool reads them.
check_scrapes() {
  local url output
  for url in "$@"; do
    output=$(curl --silent --fail --max-time 5 --noproxy '*' "$url" | "$prometheus_tools/promtool" check metrics 2>&1) \
      || output="exit code $?: $output"
    check_equal "promtool has nothing to say about $url" '' "$output"
  done
}

# target URL: as Prometheus wants it, host and port.
target() {
  local address=${1#http://}
  printf '%s' "${address%/metrics}"
}

# start_prometheus WEBHOOK_URL [REFRESHER_URL...]: labelled as components/prometheus
# has it in a cluster.
start_prometheus() {
  local folder=$KELOS_RUN_DIR/prometheus pki=$KELOS_CLUSTER_DIR/pki apiserver url
  free_port prometheus_port
  apiserver=$(sed -n 's/^apiserver_port=//p' "$KELOS_CLUSTER_DIR/ports")
  mkdir -p "$folder"
  {
    cat <<YAML
global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: ["$ROOT/manifests/monitoring/rules.yaml"]
scrape_configs:
  - job_name: kube-apiserver
    scheme: https
    tls_config: {ca_file: "$pki/ca.crt", cert_file: "$pki/admin.crt", key_file: "$pki/admin.key"}
    static_configs: [{targets: ["127.0.0.1:$apiserver"]}]
  - job_name: kelos-token-webhook
    honor_labels: true
    static_configs: [{targets: ["$(target "$1")"], labels: {namespace: kelos-token-system}}]
YAML
    shift
    (($# == 0)) || printf '  - job_name: kelos-token-refresher\n    honor_labels: true\n    static_configs:\n'
    for url in "$@"; do
      printf '      - {targets: ["%s"], labels: {namespace: kelos-token-system}}\n' "$(target "$url")"
    done
  } >"$folder/prometheus.yaml"
  check "promtool accepts the configuration with the rules" \
    "$prometheus_tools/promtool" check config "$folder/prometheus.yaml"
  start_process prometheus "$prometheus_tools/prometheus" --config.file="$folder/prometheus.yaml" \
    --storage.tsdb.path="$folder/data" --web.listen-address="127.0.0.1:$prometheus_port" --log.level=warn
  wait_for_process prometheus 30 http_ok "http://127.0.0.1:$prometheus_port/-/ready"
}

# prometheus_api PATH QUERY: an answer of /api/v1.
prometheus_api() {
  curl --silent --max-time 5 --noproxy '*' --get --data-urlencode "query=$2" "http://127.0.0.1:$prometheus_port/api/v1/$1"
}

targets_are_up() {
  prometheus_api targets '' | jq -e --argjson count "$1" \
    '[.data.activeTargets[] | select(.health == "up")] | length == $count'
}

# value QUERY: of the one sample that the query has; empty when it has none.
value() {
  prometheus_api query "$1" | jq -r '.data.result[0].value[1] // empty'
}

has_value() {
  [[ "$(value "$1")" == "$2" ]]
}

# check_value TEXT EXPECTED QUERY: within some scrapes.
check_value() {
  wait_until 20 has_value "$3" "$2" || true
  check_equal "$1" "$2" "$(value "$3")"
}

# check_series WEBHOOK_URL [REFRESHER_URL...]
check_series() {
  check_value "the webhook counts pods that it patched" 1 'sum(kelos_token_mutations_total{result="patched"}) > bool 0'
  check_value "the API server counts calls of the same webhook" 1 \
    'sum(apiserver_admission_webhook_admission_duration_seconds_count{name=~".+[.]github-token[.]kelos[.]dev"}) > bool 0'
  check_value "the certificate has months left" 1 \
    'min(kelos_token_certificate_expiration_timestamp_seconds - time()) > bool 30 * 86400'
  if (($# > 1)); then
    check_value "one refresher leads" 1 'sum(leader_election_master_status{name="kelos-token-refresher"})'
    check_value "tokens have an expiry, under the namespace and the name of their Secret" 1 \
      'count(kelos_token_expiration_timestamp_seconds{namespace!="kelos-token-system", secret!=""}) > bool 0'
    check_value "tokens were refreshed" 1 'sum(kelos_token_refresh_total{result="success"}) > bool 0'
    check_equal "every metric of ours that alerts and dashboard name is there" '' "$(unknown_metrics)"
  fi
}

# unknown_metrics: what is named and not scraped. An API server shows its own only after the first event of the kind.
unknown_metrics() {
  /usr/bin/python3 -B "$ROOT/hack/lib/promql.py" "$ROOT/manifests/monitoring/rules.yaml" \
    "$ROOT/manifests/monitoring/dashboard.json" | grep -v '^apiserver_' | sort >"$KELOS_RUN_DIR/prometheus/named"
  prometheus_api label/__name__/values '' | jq -r '.data[]' | sort >"$KELOS_RUN_DIR/prometheus/scraped"
  comm -23 "$KELOS_RUN_DIR/prometheus/named" "$KELOS_RUN_DIR/prometheus/scraped"
}

# rules_are FILTER: of every rule; FILTER is a jq condition.
rules_are() {
  prometheus_api rules '' | jq -e "[.data.groups[].rules[] | $1] | length > 0 and all"
}

check_rules() {
  wait_until 20 rules_are '.health != "unknown"' || true
  check_equal "every alert is evaluated without an error" '[]' "$(prometheus_api rules '' \
    | jq -c '[.data.groups[].rules[] | select(.health != "ok") | {name, health, lastError}]')"
  check_equal "these are all alerts of the rule file" \
    "$(grep -c '^ *- alert:' "$ROOT/manifests/monitoring/rules.yaml")" \
    "$(prometheus_api rules '' | jq '[.data.groups[].rules[]] | length')"
}

# check_failed_calls: a webhook of ours that nobody answers for, in earnest.
check_failed_calls() {
  local port
  free_port port
  on_exit kube_ctl delete mutatingwebhookconfiguration kelos-token-unreachable --ignore-not-found
  kube_ctl create --dry-run=client -f "$ROOT/manifests/base/mutatingwebhookconfiguration.yaml" -o json \
    | jq --arg url "https://127.0.0.1:$port/mutate--v1-pod" '.metadata.name = "kelos-token-unreachable"
      | .webhooks |= [.[0] | .name = "unreachable.github-token.kelos.dev" | .clientConfig = {url: $url}
        | .objectSelector = {matchLabels: {"kelos-token-e2e": "unreachable"}}]' | kube_ctl apply -f - >/dev/null
  check "pods that the API server refuses for want of the webhook make KelosTokenInjectionsFailing pending" \
    wait_until 30 refused_pod_is_noticed
  kube_ctl delete mutatingwebhookconfiguration kelos-token-unreachable >/dev/null
}

refused_pod_is_noticed() {
  pod unreachable '{"kelos-token-e2e": "unreachable"}' '{}' | kube create --dry-run=server -f - >/dev/null 2>&1
  prometheus_api alerts '' | jq -e '.data.alerts[] | select(.labels.alertname == "KelosTokenInjectionsFailing")
    | select(.labels.name == "unreachable.github-token.kelos.dev")'
}
