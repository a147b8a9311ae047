"""The refresher against the sandbox: tokens, leadership, probes, metrics, stopping, and what it never says."""

import base64
import datetime
import re
import signal
import socket
import subprocess

import pytest
from disclosure import disclosures
from refresher_process import ENVIRONMENT, Refresher
from reviews import task_pod
from waiting import eventually

EXPIRY = "kelos_token_expiration_timestamp_seconds"
FAST_ELECTION = {
    "leader_elect_lease_duration": "3s", "leader_elect_renew_deadline": "2s", "leader_elect_retry_period": "500ms"}


@pytest.fixture
def program(refresher_executable):
    return refresher_executable


@pytest.fixture
def start(start_refresher):
    return start_refresher


def run(program, *arguments, environment=None):
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=30,
        env={**ENVIRONMENT, **(environment or {})}, stdin=subprocess.DEVNULL)
    assert not disclosures((done.stdout + done.stderr).encode())
    return done.returncode, done.stdout, done.stderr


# The command line

def test_help_names_every_flag(program):
    code, text, _ = run(program, "--help")
    assert code == 0
    for flag in ("kubeconfig", "context", "namespace", "secret-selector", "github-api-base-url", "allow-github-host",
                 "github-ca-file", "refresh-margin", "verify-tokens", "dry-run", "once", "graceful-shutdown-timeout",
                 "leader-elect", "leader-elect-lease-duration", "leader-elect-renew-deadline",
                 "leader-elect-retry-period", "leader-elect-lease-namespace", "leader-elect-lease-name",
                 "metrics-bind-address", "health-probe-bind-address", "zap-log-level", "verbosity", "zap-encoder",
                 "zap-time-encoding", "version", "help"):
        assert re.search(rf"--{flag}[ ,\n]", text), flag


def test_version_names_the_libraries(program):
    code, text, _ = run(program, "--version")
    assert code == 0
    assert re.fullmatch(r"kelos-token-refresher \S+ \(curl [\d.]+, openssl [\d.]+\w*, swift [\d.]+\)\n", text)


@pytest.mark.parametrize("arguments", [
    ["--nonsense"], ["--refresh-margin=10"], ["--leader-elect-lease-duration=1s"], ["--metrics-bind-address=x"],
    ["--github-api-base-url=http://example.com"], ["positional"]])
def test_usage_errors_exit_with_64(program, arguments):
    code, text, told = run(program, *arguments)
    assert (code, text) == (64, "") and told.startswith("Error: ")


def test_a_missing_kubeconfig_is_named(program):
    code, _, told = run(program, "--kubeconfig=/nowhere")
    assert code == 1 and '"error":"Cannot read the kubeconfig /nowhere"' in told


def test_a_kubeconfig_in_yaml_is_refused_with_the_command_that_converts_it(program, tmp_path):
    (tmp_path / "config").write_text("apiVersion: v1\nkind: Config\n")
    code, _, told = run(program, f"--kubeconfig={tmp_path / 'config'}")
    assert code == 1 and "kubectl config view --raw --minify --output=json" in told


def test_without_any_way_to_a_cluster_it_says_where_it_looked(program):
    code, _, told = run(program, environment={"HOME": ""})
    assert code == 1 and "neither --kubeconfig, KUBECONFIG nor HOME is set" in told


def test_an_address_in_use_is_an_error(program, sandbox):
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        code, _, told = run(
            program, f"--kubeconfig={sandbox.kubeconfig}", f"--metrics-bind-address={address}",
            "--health-probe-bind-address=0")
    assert code == 1 and address in told


# Refreshing

def test_a_secret_without_token_gets_one_that_works(sandbox, start):
    sandbox.add_secret()
    refresher = start()
    token = eventually(sandbox.github_token, "the Secret holds a token")
    assert sandbox.is_accepted(token)
    annotations = sandbox.secret()["metadata"]["annotations"]
    expiry = datetime.datetime.fromisoformat(annotations["kelos.dev/token-expires-at"].replace("Z", "+00:00"))
    line = eventually(lambda: refresher.messages("Refreshed a token"), "the refresh is in the log")[0]
    assert line["level"] == "info" and line["namespace"] == "default" and line["secret"] == "token"
    assert line["expiresAt"] == annotations["kelos.dev/token-expires-at"]
    metrics = refresher.metrics()
    assert metrics.value(EXPIRY, namespace="default", secret="token") == expiry.timestamp()
    assert metrics.value("kelos_token_secrets", state="fresh") == 1
    assert metrics.value("kelos_token_refresh_total", result="success") == 1
    assert metrics.value(
        "kelos_github_api_requests_total", method="POST", status_code="201", resource="access_tokens") == 1


def test_a_token_is_replaced_before_it_expires_and_the_old_one_still_works_then(start_sandbox, start):
    sandbox = start_sandbox(token_lifetime="8s")
    sandbox.add_secret()
    start(of=sandbox, refresh_margin="5s")
    first = eventually(sandbox.github_token, "the Secret holds a token")

    def replaced():
        token = sandbox.github_token()
        return token != first and token

    second = eventually(replaced, "another token", 10)
    assert sandbox.is_accepted(first) and sandbox.is_accepted(second)


def test_a_secret_that_is_gone_takes_its_series_away(sandbox, start):
    sandbox.add_secret()
    refresher = start()
    series = {"namespace": "default", "secret": "token"}
    eventually(lambda: refresher.metrics().total(EXPIRY, **series), "the Secret has its series")
    sandbox.remove_secret()
    eventually(lambda: not refresher.metrics().total(EXPIRY, **series), "the series is gone")
    assert refresher.metrics().value("kelos_token_releases_total", reason="deleted") == 1


def test_other_namespaces_are_left_alone_when_one_is_named(sandbox, start):
    sandbox.call("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "other"}})
    source = sandbox.secret("github-app")
    sandbox.call("POST", "/api/v1/namespaces/other/secrets",
                 {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "github-app"}, "data": source["data"]})
    sandbox.add_secret(namespace="other")
    sandbox.add_secret()
    refresher = start(namespace="other")
    eventually(lambda: sandbox.github_token(namespace="other"), "the named namespace has its token")
    eventually(lambda: refresher.messages("Refreshed a token"), "the refresh is in the log")
    assert sandbox.github_token() is None
    assert not refresher.metrics().total(EXPIRY, namespace="default", secret="token")


def test_a_host_that_nobody_allowed_is_never_called_and_the_flag_is_named(sandbox, start):
    sandbox.add_secret(annotations={"kelos.dev/github-api-url": "https://ghe.example.com/api/v3"})
    refresher = start()
    line = eventually(lambda: refresher.messages("Failed to refresh"), "the failure is in the log")[0]
    assert line["level"] == "error" and line["cause"] == "untrusted_host"
    assert "--allow-github-host=ghe.example.com" in line["error"]
    metrics = refresher.metrics()
    assert metrics.value("kelos_token_secrets", state="blocked") == 1
    assert metrics.value("kelos_token_refresh_failures_total", **{"class": "permanent", "cause": "untrusted_host"}) == 1


def test_a_dry_run_says_what_it_would_do_and_writes_nothing(sandbox, start):
    before = sandbox.add_secret()
    refresher = start(dry_run="true")
    eventually(lambda: refresher.messages("Would refresh a token"), "it says so")
    assert sandbox.secret() == before and sandbox.lease() is None
    assert refresher.metrics().value(
        "kelos_github_api_requests_total", method="POST", status_code="201", resource="access_tokens") == 0


# Pods

def test_a_pod_without_the_file_is_counted_logged_and_told_of(sandbox, start):
    for name, phase in [("missed", "Running"), ("finished", "Succeeded")]:
        pod = task_pod() | {"status": {"phase": phase}}
        pod["metadata"] |= {"name": name, "namespace": "default"}
        assert sandbox.call("POST", "/api/v1/namespaces/default/pods", pod)[0] == 201
    refresher = start()
    assert refresher.metrics().value("kelos_token_missed_pods") == 0
    eventually(lambda: refresher.metrics().value("kelos_token_missed_pods") == 1, "the pod is counted", 20, every=0.1)
    (line,) = refresher.messages("A pod runs without the token's file")
    assert (line["namespace"], line["pod"], line["secret"], line["containers"]) == (
        "default", "missed", "blackbox-github-token", "git-clone,branch-setup,kelos-agent")
    events = sandbox.call("GET", "/api/v1/namespaces/default/events")[1]["items"]
    assert [(event["reason"], event["involvedObject"]["name"]) for event in events] == [
        ("GitHubTokenNotInjected", "missed")]


# Once

def test_once_refreshes_what_is_due_and_ends(program, sandbox, tmp_path):
    sandbox.add_secret()
    refresher = Refresher(program, tmp_path, sandbox, once="true")
    assert refresher.exit_code(20) == 0, refresher.log_text()
    assert sandbox.is_accepted(sandbox.github_token()) and sandbox.lease() is None
    line = refresher.messages("Made one pass")[0]
    assert (line["refreshed"], line["failed"], line["complete"]) == (1, 0, True)


def test_once_fails_when_something_was_left_undone(program, sandbox, tmp_path):
    sandbox.add_secret()
    sandbox.inject({"path": "/access_tokens", "status": 404, "count": 100}, github=True)
    refresher = Refresher(program, tmp_path, sandbox, once="true")
    assert refresher.exit_code(20) == 1
    assert refresher.messages("Made one pass")[0]["failed"] == 1


# Probes and metrics

def test_probes_name_their_checks(start):
    refresher = start()
    assert refresher.health("/readyz?verbose")[2] == b"[+]informer-sync ok\nhealthz check passed\n"
    for path in ("/healthz", "/livez"):
        assert refresher.health(path + "?verbose")[2] == b"[+]tasks ok\nhealthz check passed\n"


def test_without_an_api_server_it_lives_and_is_not_ready(sandbox, start):
    sandbox.inject({"method": "GET", "path": "/secrets", "status": 503, "count": 1000})
    refresher = start(wait=False).wait_until_listening()
    eventually(lambda: refresher.messages("Failed to list or watch"), "the failure is in the log")
    assert refresher.health("/livez")[0] == 200
    assert refresher.health("/readyz/informer-sync")[0] == 500
    assert refresher.metrics().value("kelos_token_watch_failures_total") >= 1


def test_the_exposition_is_valid_and_complete_before_anything_happened(start):
    metrics = start().metrics()
    for name in ("workqueue_depth", "controller_runtime_reconcile_total", "rest_client_requests_total",
                 "leader_election_master_status", "kelos_github_api_requests_total", "kelos_token_refresh_total",
                 "kelos_token_secrets", "kelos_token_watch_restarts_total", "kelos_token_build_info",
                 "process_resident_memory_bytes"):
        assert name in metrics.types, name


# Leading

def test_a_standby_is_ready_and_takes_over_as_soon_as_the_leader_has_left(sandbox, start):
    first = start(**FAST_ELECTION)
    eventually(first.is_leading, "the first leads")
    second = start(**FAST_ELECTION)
    assert not second.is_leading()
    first.signal()
    assert first.exit_code() == 0
    eventually(second.is_leading, "the second leads", 5)
    sandbox.add_secret()
    eventually(sandbox.github_token, "the second refreshes")


def test_a_leader_that_was_killed_is_followed_when_its_lease_has_run_out(sandbox, start):
    first = start(**FAST_ELECTION)
    eventually(first.is_leading, "the first leads")
    second = start(**FAST_ELECTION)
    first.process.kill()
    eventually(second.is_leading, "the second leads", 10)


def test_the_lease_carries_the_pods_name_in_the_pods_namespace(sandbox, start):
    refresher = start(environment={"POD_NAME": "refresher-7d", "POD_NAMESPACE": "kube-system"})
    eventually(refresher.is_leading, "it leads")
    assert sandbox.lease() is None
    assert re.fullmatch(r"refresher-7d_[0-9a-f-]{36}", sandbox.lease(namespace="kube-system")["holderIdentity"])


# Stopping

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_a_clean_stop_that_gives_the_lease_back(sandbox, start, number):
    refresher = start()
    eventually(refresher.is_leading, "it leads")
    assert sandbox.lease()["holderIdentity"]
    refresher.signal(number)
    assert refresher.exit_code() == 0
    assert not sandbox.lease().get("holderIdentity")
    assert refresher.messages()[-1]["msg"] == "Stopped"


def test_a_signal_during_the_start_is_a_clean_stop(start):
    for _ in range(5):
        refresher = start(wait=False).wait_until_listening()
        refresher.signal()
        assert refresher.exit_code(5) == 0


def stalled_stop(sandbox, start):
    """A refresher that has been told to stop, while GitHub and the Lease hang."""
    sandbox.add_secret()
    sandbox.inject({"path": "/access_tokens", "ending": "stall", "count": 100}, github=True)
    refresher = start(graceful_shutdown_timeout="1s")
    eventually(refresher.is_leading, "it leads")
    sandbox.inject({"path": "/leases/", "ending": "stall", "count": 100})
    refresher.signal()
    eventually(lambda: refresher.messages("Shutting down"), "it is stopping")
    return refresher


def test_a_stop_that_hangs_is_cut_at_the_timeout(sandbox, start):
    refresher = stalled_stop(sandbox, start)
    assert refresher.exit_code(5) == 0
    assert refresher.messages("Cutting what is under way")


def test_a_second_signal_exits_at_once(sandbox, start):
    refresher = stalled_stop(sandbox, start)
    refresher.signal()
    assert refresher.exit_code(5) == 1
    assert refresher.messages("Exiting at once after a second signal")


# What it never says

def test_no_credential_is_ever_told(sandbox, start):
    # Half of what is left is waited after a failure.
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=8)
    sandbox.add_secret(
        data={"GITHUB_TOKEN": "ghs_Canary1Canary1Canary1Canary1Canary1Can", "other": "Canary2"},
        annotations={"kelos.dev/token-expires-at": soon.strftime("%Y-%m-%dT%H:%M:%SZ")})
    sandbox.add_secret("blocked", annotations={
        "kelos.dev/github-api-url": "https://user:Canary3@ghe.example.com", "example.com/note": "Canary4"})
    sandbox.inject({"path": "/access_tokens", "status": 500, "body": '{"message":"ghs_Canary5Canary5Canary5"}'},
                   github=True)
    refresher = start()
    eventually(lambda: refresher.messages("Failed to refresh"), "a failure is in the log")
    eventually(lambda: refresher.messages("Refreshed a token"), "a refresh is in the log", 15)
    refresher.admin(refresher.metrics_port, "/Canary6")
    said = refresher.log_text() + refresher.admin(refresher.metrics_port, "/metrics")[2].decode()
    key = base64.b64decode(sandbox.secret("github-app")["data"]["privateKey"]).decode().splitlines()[2]
    for secret in ("canary", "ghs_", "eyj", sandbox.token.lower(), sandbox.github_token().lower(), key.lower()):
        assert secret not in said.lower(), secret[:8]
