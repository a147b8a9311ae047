#!/bin/sh
# The agent of hack/e2e-node.sh, which its image has as Kelos's entry point. It works with GitHub for longer than a token
# lives: commits, pushes, and asks the API, every few seconds, and ends at the first call that is refused.
#
# Usage: kelos_entrypoint.sh SECONDS
set -eu

seconds=$1
# Nobody is here to be asked for a password.
export GIT_TERMINAL_PROMPT=0
git config --global user.name agent
git config --global user.email agent@example.com

started=$(date +%s)
elapsed=0 rounds=0 tokens=0 last=
while [ "$elapsed" -lt "$seconds" ]; do
  git commit --quiet --allow-empty --message "Step $((rounds + 1))"
  git push --quiet origin "HEAD:$KELOS_BRANCH"
  gh api repos/octo-org/hello --jq .full_name >/dev/null
  rounds=$((rounds + 1))
  token=$(sha256sum <"${KELOS_GITHUB_TOKEN_FILE:-/dev/null}")
  if [ "$token" != "$last" ]; then
    tokens=$((tokens + 1)) last=$token
    echo "after $elapsed s: $rounds pushes and gh calls; token $tokens"
  fi
  sleep 3
  elapsed=$(($(date +%s) - started))
done
echo "after $elapsed s: $rounds pushes and gh calls; done"

# The token that this process was started with has long expired. Without the wiring, that is the one in use.
if GIT_CONFIG_COUNT=0 git ls-remote https://github.com/octo-org/world.git 2>/dev/null; then
  echo "git without the wiring was not refused"
  exit 1
fi
if /usr/bin/gh api repos/octo-org/world >/dev/null 2>&1; then
  echo "gh without the wrapper was not refused"
  exit 1
fi
echo "without the token file both are refused"
