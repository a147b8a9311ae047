#!/usr/bin/env bash
# A process in a pod whose $GITHUB_TOKEN was set when it started: asks GitHub with it and with the token file, again and
# again, and prints what GitHub says to each.
#
# Usage: agent_view.sh API CA-FILE ROUNDS SECONDS   (with $GITHUB_TOKEN and $KELOS_GITHUB_TOKEN_FILE)
set -euo pipefail

api=$1 authority=$2 rounds=$3 seconds=$4
started=$SECONDS

# ask: GitHub's status for the token on stdin, which must not be in argv.
ask() {
  curl --silent --output /dev/null --max-time 5 --noproxy '*' --cacert "$authority" --write-out '%{http_code}' \
    --header @<(printf 'authorization: Bearer %s\n' "$(cat)") "$api/installation/repositories"
}

# shown: enough of a token on stdin to tell it from another.
shown() {
  sha256sum | cut --characters=1-6
}

printf '    %-7s  %-32s  %s\n' second "the environment's token" "the file's token"
for ((round = 0; round < rounds; round++)); do
  printf '    %5d s  sha256 %s…  GitHub says %s  sha256 %s…  GitHub says %s\n' "$((SECONDS - started))" \
    "$(printf %s "$GITHUB_TOKEN" | shown)" "$(printf %s "$GITHUB_TOKEN" | ask)" \
    "$(shown <"$KELOS_GITHUB_TOKEN_FILE")" "$(ask <"$KELOS_GITHUB_TOKEN_FILE")"
  sleep "$seconds"
done
