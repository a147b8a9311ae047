# Certificates that the refresher makes and rotates while pods are applied: two webhooks, one of which is behind with its
# files, called one after the other for each pod; in the middle the leader is killed. Sourced by hack/e2e.sh.
# Needs the functions of hack/e2e.sh, of e2e_load.sh and of product.sh.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034,SC2154

# Seconds. In production ten years, three months and two minutes.
KELOS_CA_LIFE=210
KELOS_LEAF_LIFE=60
KELOS_SETTLE_TIME=8
# How long the second webhook's files are behind at most; a kubelet may be 90 s.
KELOS_SECRET_LAG=6

CA_SECRET=kelos-token-webhook-ca
LEAF_SECRET=kelos-token-webhook-cert

system_secret() {
  kube_ctl --namespace "$KELOS_SYSTEM_NAMESPACE" get secret "$1" --output=json
}

# mount_leaf NAME SECONDS: the leaf's Secret as files in $KELOS_RUN_DIR/NAME, at most so far behind.
mount_leaf() {
  KUBECONFIG=$KELOS_RUN_DIR/system.kubeconfig PATH=${KUBEBUILDER_ASSETS:+$KUBEBUILDER_ASSETS:}$PATH \
    start_process "mount-$1" "$ROOT/hack/lib/mount_secret.sh" "$KELOS_RUN_DIR/$1" "$LEAF_SECRET" "$2" \
    tls.crt tls.key ca.crt
}

# start_mounted_webhook NAME PORT
start_mounted_webhook() {
  local webhook_port=$2 certificates=$KELOS_RUN_DIR/$1
  start_webhook "$1"
}

# register_pair: the manifest's first webhook twice, on two ports, and no bundle.
register_pair() {
  kube_ctl create --dry-run=client -f "$ROOT/manifests/base/mutatingwebhookconfiguration.yaml" -o json \
    | jq --arg prompt "https://127.0.0.1:$prompt_port" --arg late "https://127.0.0.1:$late_port" '.webhooks[0] as $pods
      | .webhooks = [
          ($pods | .name = "prompt.certificates.kelos.dev" | .clientConfig = {url: ($prompt + "/mutate--v1-pod")}),
          ($pods | .name = "late.certificates.kelos.dev" | .clientConfig = {url: ($late + "/mutate--v1-pod")})]' \
    | kube_ctl apply -f - >/dev/null
}

# bundled: how many certificates each webhook's bundle holds.
bundled() {
  kube_ctl get mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --output=json \
    | jq -c '[.webhooks[].clientConfig.caBundle // "" | @base64d | [scan("BEGIN CERTIFICATE")] | length]'
}

# start_certifier NAME: with an election that is soon over, because leaves do not live long.
start_certifier() {
  start_refresher "$1" --namespace="$KELOS_SYSTEM_NAMESPACE" --manage-webhook-certificates \
    --webhook-ca-lifetime="${KELOS_CA_LIFE}s" --webhook-certificate-lifetime="${KELOS_LEAF_LIFE}s" \
    --webhook-certificate-settle-time="${KELOS_SETTLE_TIME}s" --leader-elect-lease-duration=6s \
    --leader-elect-renew-deadline=4s --leader-elect-retry-period=1s
}

# certificate_steps TEXT: how often the refreshers have logged that.
certificate_steps() {
  cat "$KELOS_RUN_DIR"/certifier-[12].log | grep -c -F "\"$1\""
}

# is_between_authorities: the next one is in the bundles, and not used yet.
is_between_authorities() {
  (($(certificate_steps "Made the webhook's next certificate authority") > 0)) && [[ "$(bundled)" == '[2,2]' ]]
}

# steps_reached LEAVES AUTHORITIES: so many leaves made, and so many authorities forgotten; then nothing is left to do.
steps_reached() {
  (($(certificate_steps 'Made a certificate for the webhook') >= $1)) \
    && (($(certificate_steps 'Forgot a certificate authority that no webhook needs any more') >= $2)) \
    && [[ "$(bundled)" == '[1,1]' ]]
}

# served_on PORT FILE: what is served there, verified as the API server does with the CA in FILE.
served_on() {
  openssl s_client -connect "127.0.0.1:$1" -CAfile "$2" -verify_return_error -verify_ip 127.0.0.1 </dev/null 2>/dev/null \
    | openssl x509 -noout -serial
}

# failed_calls: calls of the two webhooks that failed, as the API server counts them.
failed_calls() {
  kube_ctl get --raw /metrics | awk '/^apiserver_admission_webhook_(rejection_count|fail_open_count)\{.*certificates\.kelos\.dev/ { sum += $NF }
    END { print sum + 0 }'
}

check_certificates() {
  step "Certificates by the refresher: leaves for $KELOS_LEAF_LIFE s, authorities for $KELOS_CA_LIFE s"
  local name
  # One leads, and it is to be the one that makes certificates.
  for name in refresher-1 refresher-2; do
    stop_process "$name" 20
  done
  kube_ctl delete mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --ignore-not-found >/dev/null
  allow_refresher overlays/managed-certificates
  kube_ctl config view --raw --minify --flatten --output=json \
    | jq --arg namespace "$KELOS_SYSTEM_NAMESPACE" '.contexts[0].context.namespace = $namespace' \
      >"$KELOS_RUN_DIR/system.kubeconfig"
  free_port prompt_port
  free_port late_port
  register_pair
  start_certifier certifier-1
  mount_leaf prompt 1
  mount_leaf late "$KELOS_SECRET_LAG"
  # No kubelet starts a container whose Secret is not there.
  check "the Secret is mounted within 40 s of an empty cluster" \
    wait_until 40 test -s "$KELOS_RUN_DIR/prompt/tls.crt" -a -s "$KELOS_RUN_DIR/late/tls.crt"
  start_mounted_webhook prompt "$prompt_port"
  start_mounted_webhook late "$late_port"
  check "the API server calls both webhooks" wait_until 30 webhook_is_called
  check_equal "the leaf's Secret is of the kind that pods mount" kubernetes.io/tls \
    "$(system_secret "$LEAF_SECRET" | jq -r .type)"
  local first_ca
  first_ca=$(system_secret "$CA_SECRET" | jq -r '.data["ca.crt"]')

  check_rotations_under_load
  check_rotated "$first_ca"
}

check_rotations_under_load() {
  local number workers=() before
  before=$(failed_calls)
  touch "$KELOS_RUN_DIR/load.go"
  # Beside those of e2e_load.sh, whose pods are still there.
  for number in 11 12; do
    load_worker "$number" &
    workers+=($!)
  done
  start_certifier certifier-2
  check "an authority is followed by another within its life" wait_until "$KELOS_CA_LIFE" is_between_authorities
  # Whoever leads next knows nothing but what is in the cluster.
  signal_process certifier-1 KILL
  # The first leaf, two in its place, and one of the next authority.
  check "the next leader ends what the killed one began; four leaves are made or more" \
    wait_until "$((KELOS_LEAF_LIFE * 2))" steps_reached 4 1
  rm "$KELOS_RUN_DIR/load.go"
  wait "${workers[@]}" || true

  local all failed
  all=$(cat "$KELOS_RUN_DIR"/load.1[12] | wc -l)
  failed=$(grep -h -v '^ok ' "$KELOS_RUN_DIR"/load.1[12] || true)
  check "at least $KELOS_LOAD_MINIMUM applies were made meanwhile ($all)" test "$all" -ge "$KELOS_LOAD_MINIMUM"
  check_equal "none of the $all applies failed" '' "$failed"
  check_equal "each of their pods is wired" "$all" "$(kube get pods -o json \
    | wiring '[.items[] | select(.metadata.name | test("^load-1[12]-")) | select(mounted == ["kelos-agent"])] | length')"
  check_equal "the API server counts no failed call" "$before" "$(failed_calls)"
}

# check_rotated FIRST_CA: what is there after a rotation.
check_rotated() {
  local ca=$KELOS_RUN_DIR/certifier-ca.crt port metrics
  system_secret "$CA_SECRET" | jq -r '.data["ca.crt"]' | base64 --decode >"$ca"
  check "another authority signs" test "$1" != "$(base64 -w0 <"$ca")"
  check_equal "each bundle holds it and nothing else" "[\"$(base64 -w0 <"$ca")\",\"$(base64 -w0 <"$ca")\"]" \
    "$(kube_ctl get mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --output=json \
      | jq -c '[.webhooks[].clientConfig.caBundle]')"
  check_equal "its Secret keeps one key" '["ca.crt","ca.key"]' "$(system_secret "$CA_SECRET" | jq -c '.data | keys')"
  for port in "$prompt_port" "$late_port"; do
    check "openssl verifies what port $port serves by that authority" served_on "$port" "$ca"
  done
  metrics=$(curl --silent --max-time 5 --noproxy '*' "$metrics_of_certifier_2")
  check "the refresher counts leaves and authorities" \
    test "$(grep -c -E '^kelos_token_webhook_certificate_rotations_total\{certificate="(ca|leaf)"\} [1-9]' <<<"$metrics")" = 2
  check "and no failure" grep -E '^kelos_token_webhook_certificate_failures_total 0$' <<<"$metrics"
  local key
  key=$(system_secret "$CA_SECRET" | jq -r '.data["ca.key"] | @base64d' | sed -n 2p)
  check_equal "no key is in their logs or metrics" 0 \
    "$(cat "$KELOS_RUN_DIR"/certifier-[12].log - <<<"$metrics" | grep -c -F -e 'PRIVATE KEY' -e "$key")"
}
