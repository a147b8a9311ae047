# `kelos-token check` on a real cluster: nothing to say where all is well, and each broken link by its name.
# Sourced, never run. Needs checks.sh, kube.sh and product.sh.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154

# look_at_installation: what the command says is then in $report, its exit code in $report_code.
look_at_installation() {
  report_code=0
  report=$("$KELOS_TOKEN_BINARY" check --kubeconfig="$KELOS_CLUSTER_DIR/kubeconfig" --namespace="$NAMESPACE" \
    --output=json) || report_code=$?
}

# not_well [LINK...]: those links, or all, that are not ok; a line each.
not_well() {
  jq --raw-output '.checks[] | select(.verdict != "ok" and (($ARGS.positional | length == 0) or (.check | IN($ARGS.positional[]))))
    | "\(.verdict) \(.check): \(.message)"' --args "$@" <<<"$report"
}

# link_of NAME: its verdict, message, mend and details in one line.
link_of() {
  jq --raw-output --arg name "$1" '[.checks[] | select(.check == $name)
    | "\(.verdict): \(.message) - \(.mend // "") - \(.details // [] | join("; "))"] | join(" | ")' <<<"$report"
}

# check_whole_installation: with webhook and refresher as Deployments and a Task that runs.
check_whole_installation() {
  step "kelos-token check"
  look_at_installation
  check_equal "it finds no link that is not ok" '' "$(not_well)"
  check_equal "and ends with 0" 0 "$report_code"
  check "it has looked at Lease, rights, tokens and pods" jq --exit-status \
    '[.checks[].check] | contains(["probe-pod", "leader", "refresher-access", "secrets", "secret-sources", "pods"])' \
    <<<"$report"
}

# check_broken_links: breaks the registration in earnest, and mends it. Needs a webhook that is registered, and task_pod.
check_broken_links() {
  step "kelos-token check, and what is broken"
  local about_webhook=(api-server clock configuration selectors ca-bundle certificate-names certificate-expiry probe-pod
    reserved-name)
  look_at_installation
  check_equal "the webhook that is up is well" '' "$(not_well "${about_webhook[@]}" leader)"

  kube_ctl get mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" --output=json \
    | jq 'del(.metadata.resourceVersion, .metadata.uid)' >"$KELOS_RUN_DIR/registered.json"
  jq --arg other "$(base64 --wrap=0 <"$KELOS_CLUSTER_DIR/pki/ca.crt")" '.webhooks[].clientConfig.caBundle = $other' \
    "$KELOS_RUN_DIR/registered.json" | kube_ctl replace --filename=- >/dev/null
  check "with another CA in the registration, ca-bundle and the pod on trial fail" wait_until 20 links_fail ca-bundle probe-pod
  look_at_installation
  check_equal "and the command ends with 1" 1 "$report_code"
  check_contains "it says what to do" "put the CA that signed it into the caBundle" "$(link_of ca-bundle)"

  kube_ctl delete mutatingwebhookconfiguration "$KELOS_WEBHOOK_CONFIGURATION" >/dev/null
  check "without a registration, that fails" wait_until 20 links_fail configuration
  wait_until 20 webhook_is_not_called || warn "the API server still calls the webhook"
  task_pod missed | kube apply --filename=- >/dev/null
  kube_ctl create --filename="$KELOS_RUN_DIR/registered.json" >/dev/null
  wait_until 30 webhook_is_called || warn "the API server does not call the webhook again"
  look_at_installation
  check_equal "with it, the webhook is well again" '' "$(not_well "${about_webhook[@]}")"
  check_contains "a pod that was created in between is named" "$NAMESPACE/missed: kelos-agent" "$(link_of pods)"
  kube delete pod missed --wait=false >/dev/null
}

links_fail() {
  look_at_installation
  local name
  for name in "$@"; do
    [[ "$(link_of "$name")" == failed:* ]] || return 1
  done
}

webhook_is_not_called() {
  ! webhook_is_called
}
