# A cluster like a reader's, for README's blocks that install: with cert-manager's kinds, but not cert-manager itself.
# Sourced by the first of these blocks, and by nothing else.
# shellcheck shell=bash

hack/cluster.sh up
export KUBECONFIG=$PWD/.cache/cluster/kubeconfig PATH=$PWD/.build/release:$PATH
kubectl apply -f hack/peer-crds.yaml
kubectl wait --for=condition=Established --timeout=30s -f hack/peer-crds.yaml
kubectl create namespace team-a
# Until 1.20 a PodDisruptionBudget is policy/v1beta1.
if ! kubectl get --raw /apis/policy/v1 >/dev/null 2>&1; then
  grep --recursive --files-with-matches 'policy/v1$' manifests | xargs sed --in-place 's,policy/v1$,policy/v1beta1,'
fi
