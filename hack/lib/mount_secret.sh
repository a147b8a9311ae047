#!/usr/bin/env bash
# Plays the kubelet for one Secret volume: keeps files in step with a Secret, by the same swap of a `..data` link.
#
# Usage: mount_secret.sh FOLDER SECRET SECONDS KEY...
# The cluster and the namespace come from $KUBECONFIG. Looks every SECONDS, and runs until it is stopped.
set -euo pipefail

folder=$1 secret=$2 seconds=$3
shift 3
shown=''

# mount_version FOLDER: puts the values of $data there, and then in the place of what was shown, all at once.
mount_version() {
  local key before
  for key in "${keys[@]}"; do
    jq --join-output --arg key "$key" '.[$key]' <<<"$data" | base64 --decode >"$1/$key"
  done
  chmod 0755 "$1"
  before=$(readlink "$folder/..data" || true)
  ln --symbolic "${1##*/}" "$folder/..data_tmp"
  mv --no-target-directory "$folder/..data_tmp" "$folder/..data"
  for key in "${keys[@]}"; do
    [[ -e "$folder/$key" ]] || ln --symbolic "..data/$key" "$folder/$key"
  done
  [[ -z "$before" ]] || rm --recursive --force -- "${folder:?}/$before"
}

keys=("$@")
mkdir -p "$folder"
while true; do
  # Nothing is changed while the API cannot be read or a key is missing, as with the kubelet.
  if data=$(kubectl get secret "$secret" --output=json \
    | jq --compact-output --exit-status '.data // {} | if all($ARGS.positional[] as $key | .[$key]; . != null)
        then . else null end' --args "${keys[@]}"); then
    if [[ "$data" != "$shown" ]]; then
      mount_version "$(mktemp --directory "$folder/..XXXXXXXX")"
      shown=$data
    fi
  fi
  sleep "$seconds"
done
