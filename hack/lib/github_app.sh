# A GitHub App's first token, as Kelos's controller mints it when a Task starts. Sourced, never run. Needs output.sh.
# shellcheck shell=bash

base64url() {
  base64 --wrap=0 | tr '+/' '-_' | tr -d '='
}

# mint_token AUTHORITY APP INSTALLATION KEY: prints api.github.com's answer, {"token": ..., "expires_at": ...}. AUTHORITY and KEY
# are files; $HTTPS_PROXY counts.
mint_token() {
  local authority=$1 app=$2 installation=$3 key=$4 now claims signature
  printf -v now '%(%s)T' -1
  claims=$(printf '{"alg":"RS256","typ":"JWT"}' | base64url).$(
    printf '{"iss":"%s","iat":%d,"exp":%d}' "$app" $((now - 60)) $((now + 540)) | base64url
  )
  signature=$(printf '%s' "$claims" | openssl dgst -sha256 -sign "$key" | base64url)
  # The assertion is a credential: it comes by a file descriptor, not by the command line.
  curl --silent --show-error --fail --max-time 10 --cacert "$authority" --request POST \
    --header @<(printf 'Authorization: Bearer %s.%s\n' "$claims" "$signature") \
    "https://api.github.com/app/installations/$installation/access_tokens"
}
