#!/usr/bin/env bash
# Makes a CA and the serving certificate of kelos-token-webhook: P-256, for the names of its Service and for loopback.
#
# Usage: certs/generate.sh [options]
#   --out DIR          where ca.crt, ca.key, tls.crt and tls.key go (certs/out)
#   --days N           how long the serving certificate lives (365); a new CA lives ten years
#   --service NAME     the Service's name (kelos-token-webhook)
#   --namespace NAME   the Service's namespace (kelos-token-system)
#   --keep-ca          sign with the CA that is there; make one only when there is none
#   --swap             write tls.crt and tls.key the way the kubelet writes a Secret volume: behind a symbolic link
#                      that is replaced in one step
#   --quiet            print nothing but errors
set -euo pipefail

HERE=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../hack/lib/output.sh
. "$HERE/../hack/lib/output.sh"
# shellcheck source=../hack/lib/pki.sh
. "$HERE/../hack/lib/pki.sh"

CA_DAYS=3650

parse_arguments() {
  out=$HERE/out days=365 service=kelos-token-webhook namespace=kelos-token-system keep_ca='' swap='' quiet=''
  while (($#)); do
    case $1 in
      --out | --days | --service | --namespace)
        (($# > 1)) || die "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      --out=* | --days=* | --service=* | --namespace=*)
        local name=${1%%=*}
        printf -v "${name#--}" '%s' "${1#*=}"
        ;;
      --keep-ca) keep_ca=yes ;;
      --swap) swap=yes ;;
      --quiet) quiet=yes ;;
      -h | --help)
        print_usage "${BASH_SOURCE[0]}"
        exit 0
        ;;
      *) die "unknown option '$1'" "certs/generate.sh --help lists them" ;;
    esac
    shift
  done
  [[ "$days" =~ ^[1-9][0-9]{0,4}$ ]] || die "--days wants a whole number of days, got '$days'"
  local label='^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$'
  [[ "$service" =~ $label ]] || die "--service wants a DNS label, got '$service'"
  [[ "$namespace" =~ $label ]] || die "--namespace wants a DNS label, got '$namespace'"
  [[ -n "$out" ]] || die "--out wants a folder"
}

# The key and the certificate are renamed into place, so that a reader never sees half a file. The pair changes in two
# steps; the webhook keeps its old pair while the two do not match. --swap changes both in one step.
install_pair() {
  if [[ -z "$swap" ]]; then
    mv -f "$work/tls.key" "$out/tls.key"
    mv -f "$work/tls.crt" "$out/tls.crt"
    return
  fi
  local old generation
  old=$(readlink "$out/..data" || true)
  generation=$(mktemp -d "$out/..$(date -u +%Y_%m_%d_%H_%M_%S).XXXXXX")
  chmod 0755 "$generation"
  mv "$work/tls.key" "$work/tls.crt" "$generation/"
  ln -s "${generation##*/}" "$out/..data_tmp"
  mv -fT "$out/..data_tmp" "$out/..data"
  local name
  for name in tls.crt tls.key; do
    [[ "$(readlink "$out/$name" || true)" == "..data/$name" ]] && continue
    ln -sfT "..data/$name" "$out/$name"
  done
  [[ -z "$old" ]] || rm -rf -- "${out:?}/$old"
}

report() {
  step "Certificates in $out"
  note "CA:      $(openssl x509 -in "$out/ca.crt" -noout -enddate | cut -d= -f2)"
  note "serving: $(openssl x509 -in "$out/tls.crt" -noout -enddate | cut -d= -f2), for"
  note "         $names"
  cat <<TEXT

The Secret that the Deployment mounts:
  kubectl -n $namespace create secret tls $service-cert --cert=$out/tls.crt --key=$out/tls.key

The caBundle of the MutatingWebhookConfiguration, which the API server checks the webhook's certificate with:
  base64 -w0 <$out/ca.crt
TEXT
}

main() {
  parse_arguments "$@"
  command -v openssl >/dev/null || die "openssl is not installed" "apt-get install openssl"
  mkdir -p "$out"
  out=$(cd -- "$out" && pwd)
  # In the target folder, so that the last step is a rename.
  work=$(mktemp -d "$out/.new.XXXXXX")
  trap 'rm -rf -- "$work"' EXIT

  if [[ -n "$keep_ca" && -s "$out/ca.crt" && -s "$out/ca.key" ]]; then
    pki_lives_for "$out/ca.crt" "$days" \
      || die "the CA in $out expires before a certificate of $days days would" "leave out --keep-ca, or lower --days"
    cp -p "$out/ca.crt" "$out/ca.key" "$work/"
  else
    pki_ca "$work" "$service CA" "$CA_DAYS"
  fi

  local host=$service.$namespace.svc
  names="DNS:$host,DNS:$host.cluster.local,DNS:$service.$namespace,DNS:$service,DNS:localhost,IP:127.0.0.1,IP:::1"
  # A common name holds 64 characters at most; clients look at the subject alternative names only.
  pki_leaf "$work" "$work/tls" "/CN=${host:0:64}" serverAuth "$days" "$names"

  mv -f "$work/ca.key" "$out/ca.key"
  mv -f "$work/ca.crt" "$out/ca.crt"
  install_pair
  [[ -n "$quiet" ]] || report
}

main "$@"
