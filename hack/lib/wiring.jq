# How a pod carries the GitHub token: what hack/e2e.sh asks of a stored pod.

def all_containers: (.spec.initContainers // [])[], .spec.containers[];

# The names of the containers that the volume is mounted in, with the right path and read-only.
def mounted: [all_containers
  | select(any(.volumeMounts[]?; . == {name: "kelos-github-token", readOnly: true, mountPath: "/kelos/github-token"}))
  | .name];

# The names of the containers that are told where the file is.
def told: [all_containers
  | select(any(.env[]?; . == {name: "KELOS_GITHUB_TOKEN_FILE", value: "/kelos/github-token/GITHUB_TOKEN"}))
  | .name];

# Null where there is no such variable; an empty value is stored as no value at all.
def env_value($name): [.env[]? | select(.name == $name) | .value // ""] | last;

# The names of the containers whose git asks the file: a complete GIT_CONFIG_* list with a helper for the host.
def git_wired($host): [all_containers
  | select(env_value("GIT_CONFIG_COUNT") != null)
  | . as $container
  | [range(env_value("GIT_CONFIG_COUNT") | tonumber) as $n
    | {key: env_value("GIT_CONFIG_KEY_\($n)"), value: env_value("GIT_CONFIG_VALUE_\($n)")}]
  | select(all(.[]; .key != null and .value != null))
  | select(any(.[]; .key == "credential.https://\($host).helper" and (.value | contains("KELOS_GITHUB_TOKEN_FILE")
      or contains("/kelos/github-token/GITHUB_TOKEN"))))
  | select(any(.[]; .key == "credential.https://\($host).username" and .value == "x-access-token"))
  | $container.name];

# A pod's containers without the mount that the API server adds for the service account.
def own_containers: [all_containers
  | if .volumeMounts then .volumeMounts |= map(select(.mountPath != "/var/run/secrets/kubernetes.io/serviceaccount"))
    else . end
  | if .volumeMounts == [] then del(.volumeMounts) else . end];

# The same without what the webhook adds.
def without_wiring: own_containers | map(
  (if .volumeMounts then .volumeMounts |= map(select(.name != "kelos-github-token")) else . end)
  | (if .volumeMounts == [] then del(.volumeMounts) else . end)
  | (if .env then .env |= map(select(.name | test("^(KELOS_GITHUB_TOKEN_FILE|GH_TOKEN|GITHUB_TOKEN|GIT_CONFIG_.*)$") | not))
    else . end)
  | (if .env == [] then del(.env) else . end));

# Env that the template had comes first and unchanged.
def keeps_env($template): [.[] | .name as $name | {name, env: (.env // [])}
  | ($template[] | select(.name == $name) | .env // []) as $before
  | .env[:($before | length)] == $before] | all;

def token_volumes: [.spec.volumes[]? | select(.name == "kelos-github-token")];

# A pod without what differs between any two pods.
def comparable: {metadata: (.metadata | del(.name, .uid, .resourceVersion, .creationTimestamp, .managedFields, .selfLink)),
  spec};
