# The webhook and the refresher on the test node: the images of hack/image.sh in the pods of the manifests' Deployments.
# Sourced, never run. Needs what hack/e2e-node.sh has sourced.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154

kube_system() {
  kube_ctl --namespace "$KELOS_SYSTEM_NAMESPACE" "$@"
}

# load_product_images: makes them, prints their sizes and gives them to the node's containerd.
load_product_images() {
  local name images=$KELOS_RUN_DIR/images
  KELOS_WEBHOOK_BINARY=$KELOS_WEBHOOK_BINARY KELOS_REFRESHER_BINARY=$KELOS_REFRESHER_BINARY \
    "$ROOT/hack/image.sh" --out "$images"
  for name in kelos-token-webhook kelos-token-refresher; do
    node_import "$images/$name.tar"
  done
}

# prepare_namespace: what the manifests have there. Pods of this node have no network of their own and use the machine's,
# which the manifests' pod security level does not allow.
prepare_namespace() {
  apply_rights
  kube_ctl label --overwrite namespace "$KELOS_SYSTEM_NAMESPACE" \
    pod-security.kubernetes.io/enforce=privileged pod-security.kubernetes.io/warn=privileged >/dev/null
}

# deploy FILE MESSAGE CHANGES [OPTION...]: a manifest's Deployment with one replica, on the test node and on loopback.
# CHANGES is a jq filter for its pod's spec, with OPTIONs of jq. MESSAGE is what the program logs once it serves.
deploy() {
  local file=$1 message=$2 changes=$3 health metrics name
  free_port health
  free_port metrics
  kube_ctl create --dry-run=client --filename="$ROOT/manifests/base/$file" --output=json \
    | jq '.spec.replicas = 1 | .spec.template.spec |= (
        .hostNetwork = true | .nodeName = $node | .containers[0] |= (
          .imagePullPolicy = "Never"
          | .ports |= map(.containerPort = ({health: $health, metrics: $metrics}[.name] // .containerPort))
          | .args += ["--health-probe-bind-address=127.0.0.1:\($health)",
              "--metrics-bind-address=127.0.0.1:\($metrics)", "--zap-log-level=debug"])
        | '"$changes)" --arg node "$KELOS_NODE_NAME" --argjson health "$health" --argjson metrics "$metrics" "${@:4}" \
      >"$KELOS_RUN_DIR/deployment.json"
  kube_ctl apply --filename="$KELOS_RUN_DIR/deployment.json" >/dev/null
  name=$(jq -r .metadata.name "$KELOS_RUN_DIR/deployment.json")
  if ! kube_system rollout status "deployment/$name" --timeout=60s >/dev/null; then
    kube_system describe pods
    kube_system logs "deployment/$name" || true
    die "$name did not become ready within 60 s"
  fi
  note "$name serves $(start_milliseconds "$name" "$message") ms after its container was made"
}

product_pod() {
  kube_system get pods --output=json \
    | jq --exit-status --arg name "$1-" '[.items[] | select(.metadata.name | startswith($name))] | .[0]'
}

# start_milliseconds DEPLOYMENT MESSAGE: from containerd's record of the container to the log line with that message.
start_milliseconds() {
  local container made served
  container=$(product_pod "$1" | jq -r '.status.containerStatuses[0].containerID | sub(".*//"; "")')
  made=$(node_ctr containers info "$container" | jq -r .CreatedAt)
  served=$(kube_system logs --timestamps "deployment/$1" | grep --max-count=1 --fixed-strings "\"msg\":\"$2\"")
  printf '%d\n' $((($(date --date="${served%% *}" +%s%N) - $(date --date="$made" +%s%N)) / 1000000))
}

# deploy_webhook: on $webhook_port with the pair in $certificates.
deploy_webhook() {
  kube_system create secret tls kelos-token-webhook-cert \
    --cert="$certificates/tls.crt" --key="$certificates/tls.key" >/dev/null
  deploy deployment.yaml Serving '.containers[0] |= (
      .args += ["--webhook-bind-address=127.0.0.1:\($port)"]
      | .ports |= map(if .name == "webhook-server" then .containerPort = $port else . end))' --argjson port "$webhook_port"
}

# deploy_refresher AUTHORITY OPTION...: it is told where the API server is, as there is no network for Services. GitHub is
# behind $proxy, with a certificate from the AUTHORITY.
deploy_refresher() {
  local server environment
  server=$(kube_ctl config view --minify --output=jsonpath='{.clusters[0].cluster.server}')
  kube_system create configmap github-authority --from-file=ca.crt="$1" >/dev/null
  environment=$(jq --null-input --arg proxy "http://$proxy" --arg server "$server" '
    {HTTPS_PROXY: $proxy, NO_PROXY: "127.0.0.1"}
      + ($server | capture("//(?<KUBERNETES_SERVICE_HOST>.*):(?<KUBERNETES_SERVICE_PORT>.*)"))')
  deploy refresher/deployment.yaml "Refreshing tokens" '
    .volumes += [{name: "github-authority", configMap: {name: "github-authority"}}]
    | .containers[0] |= (
      .volumeMounts += [{name: "github-authority", mountPath: "/etc/github"}]
      | .env += ($environment | to_entries | map({name: .key, value}))
      | .args += ["--github-ca-file=/etc/github/ca.crt"] + $ARGS.positional)' \
    --argjson environment "$environment" --args -- "${@:2}"
}

# check_product_pods: they ran the images that were made, without a restart. Their logs go beside those of processes.
check_product_pods() {
  local name pod layout
  for name in kelos-token-webhook kelos-token-refresher; do
    pod=$(product_pod "$name")
    layout=$KELOS_RUN_DIR/images/$name
    check_equal "$name was never restarted" 'true 0' \
      "$(jq -r '.status.containerStatuses[0] | "\(.ready) \(.restartCount)"' <<<"$pod")"
    check_equal "and ran from the image that was made" "$(image_config_digest "$layout")" \
      "$(jq -r '.status.containerStatuses[0].imageID | sub(".*@"; "")' <<<"$pod")"
    kube_system logs "deployment/$name" >"$KELOS_RUN_DIR/$name.log"
  done
}

# image_config_digest LAYOUT: what Kubernetes knows an image by that came from no registry.
image_config_digest() {
  local manifest
  manifest=$(jq -r '.manifests[0].digest' "$1/index.json")
  jq -r .config.digest "$1/blobs/${manifest/://}"
}
