# Pods that run without the token's file, against the real API server: counted by the refresher that leads, and told to
# their Task. Sourced by hack/e2e.sh. Needs the functions of hack/e2e.sh, product.sh and e2e_refresher.sh.
# jq programs are full of $variables of their own.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2154

# missed_task NAME WORKSPACE: a Task whose pod runs, as far as the API server can know without a node. The webhook is not
# registered yet.
missed_task() {
  task_object "$1" "$2"
  task_pod "$1" | jq '{apiVersion: "batch/v1", kind: "Job", metadata: {name: .metadata.name},
    spec: {template: {metadata: {labels: .metadata.labels}, spec: .spec}}}' | controlled_by Task "$1"
  wait_until 30 job_pod "$1" || die "the Job $1 became no pod within 30 s"
  set_running "$(job_pod "$1")"
}

# job_pod JOB: the name of its pod.
job_pod() {
  kube get pods --selector "job-name=$1" -o json | jq --raw-output --exit-status '.items[0].metadata.name'
}

# set_running POD: as its node would. kubectl writes statuses from 1.24 on only.
set_running() {
  local path=/api/v1/namespaces/$NAMESPACE/pods/$1
  kube_ctl get --raw "$path" | jq '.status.phase = "Running"' \
    | kube_ctl replace --raw "$path/status" -f - >/dev/null
}

# The pod is older than the webhook's registration; the leader looks ten seconds after it has begun to lead.
check_missed_pod() {
  step "A pod from before the webhook"
  local pod
  pod=$(job_pod missed)
  check_equal "it lacks the token's file" '[]' "$(stored_pod "$pod" | wiring token_volumes)"
  check "the leader counts it" wait_until 30 missed_pods_are 1
  check "its Task has an Event" wait_until 10 missed_task_has_event
  check_equal "a warning, which names the pod and what it lacks" \
    "[\"Warning\",1,\"Pod $pod runs without the GitHub token's file, or without a part of what goes with it: the webhook was not asked when it was created. That cannot be mended in a pod that exists; delete the pod to have it made anew. Secret nightly-github-token, containers kelos-agent\"]" \
    "$(missed_events | jq -c '.[0] | [.type, .count, .message]')"
  check_equal "nobody else has one" '["Task/missed"]' \
    "$(missed_events | jq -c 'map("\(.involvedObject.kind)/\(.involvedObject.name)")')"
  kube delete pod "$pod" --grace-period=0 --force >/dev/null 2>&1
  check "the Job makes another, which is wired" wait_until 30 missed_job_has_wired_pod
}

# After check_failover: there have been new leaders, and each has looked.
check_no_missed_pod() {
  step "When the pod was made anew"
  set_running "$(job_pod missed)"
  check "a leader that looks counts none" wait_until 30 missed_pods_are 0
  check_equal "and tells of none" 1 "$(missed_events | jq length)"
}

# missed_pods_are NUMBER: by the leader; the other counts none.
missed_pods_are() {
  [[ "$(curl --silent --max-time 5 --noproxy '*' "$metrics_of_refresher_1" "$metrics_of_refresher_2" \
    | awk '$1 == "kelos_token_missed_pods" { sum += $2 } END { print sum + 0 }')" == "$1" ]]
}

missed_events() {
  kube get events -o json | jq '[.items[] | select(.reason == "GitHubTokenNotInjected")]'
}

missed_task_has_event() {
  missed_events | jq --exit-status 'length > 0'
}

missed_job_has_wired_pod() {
  [[ "$(stored_pod "$(job_pod missed)" | wiring mounted)" == '["kelos-agent"]' ]]
}
