#!/usr/bin/env bash
# Plays the kubelet for one Secret volume: keeps a file in step with a Secret, by the same swap of a `..data` link.
#
# Usage: mount_secret.sh FOLDER SECRET KEY SECONDS   (kubectl's target comes from $KUBECONFIG; runs until it is stopped)
set -euo pipefail

folder=$1 secret=$2 key=$3 seconds=$4
shown=''

mkdir -p "$folder"
while true; do
  # Nothing is changed while the API cannot be read, as with the kubelet.
  if data=$(kubectl get secret "$secret" --output=json | jq --raw-output --arg key "$key" '.data[$key] // empty'); then
    if [[ -n "$data" && "$data" != "$shown" ]]; then
      version=$(mktemp --directory "$folder/..XXXXXXXX")
      base64 --decode <<<"$data" >"$version/$key"
      chmod 0755 "$version"
      before=$(readlink "$folder/..data" || true)
      ln --symbolic "${version##*/}" "$folder/..data_tmp"
      mv --no-target-directory "$folder/..data_tmp" "$folder/..data"
      [[ -e "$folder/$key" ]] || ln --symbolic "..data/$key" "$folder/$key"
      [[ -z "$before" ]] || rm --recursive --force -- "${folder:?}/$before"
      shown=$data
    fi
  fi
  sleep "$seconds"
done
