"""The programs run in their images' root file systems alone."""

import base64
import http.client
import json
from pathlib import Path

import pytest
import reviews
from certificates import Authority, Pair
from contained import Contained
from name_server import A, NameServer
from refresher_process import Refresher, Sandbox, sandbox_binary
from waiting import eventually
from webhook_process import Webhook

# Of the sandbox's certificate. localhost is no good: libcurl knows it by itself.
GITHUB = "github.sandbox"


@pytest.fixture
def contained(roots, tmp_path):
    return lambda name: Contained(roots[name], name, tmp_path)


def test_it_says_its_version(image, contained):
    done = contained(image.name).run("--version")
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.startswith(f"{image.name} ")


def test_it_explains_a_wrong_flag(image, contained):
    done = contained(image.name).run("--nonsense")
    assert done.returncode == 64 and "Error: " in done.stderr


# The webhook

@pytest.fixture
def webhook(contained, tmp_path):
    started = []

    def start(**more):
        inside = contained("kelos-token-webhook")
        authority = Authority(tmp_path / "authority")
        pair = authority.issue()
        served = Pair(inside.add("/etc/kelos-token/tls/tls.crt", pair.certificate.read_bytes()),
                      inside.add("/etc/kelos-token/tls/tls.key", pair.key.read_bytes()))
        started.append(Webhook(inside.script, tmp_path, served, authority, **more))
        return started[-1].wait_until_ready()

    yield start
    for each in started:
        each.stop()


def test_the_webhook_serves_reviews(webhook):
    server = webhook()
    connection = http.client.HTTPSConnection("localhost", server.port, context=server.client_context(), timeout=10)
    connection.request("POST", "/mutate--v1-pod", json.dumps(reviews.review(reviews.task_pod())),
                       {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())["response"]
    connection.close()
    assert answer["allowed"] and b"kelos-github-token" in base64.b64decode(answer["patch"])


def test_the_webhook_runs_as_the_images_user_without_a_capability(webhook):
    server = webhook()
    status = dict(line.split(":\t", 1) for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines())
    assert status["Uid"].split() == ["65532"] * 4 and status["Gid"].split() == ["65532"] * 4
    assert status["Groups"].strip() == "" and int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0


# The refresher

@pytest.fixture
def sandbox(tmp_path):
    if sandbox_binary() is None:
        pytest.skip("no kelos-token: set KELOS_TOKEN_BINARY or run swift build")
    made = Sandbox(sandbox_binary(), tmp_path / "sandbox")
    yield made
    made.stop()


@pytest.fixture
def refresher(contained, sandbox, tmp_path):
    """Starts one that has to find GitHub and the Kubernetes API by name."""
    inside, started = contained("kelos-token-refresher"), []

    def start(files):
        for path, content in files.items():
            inside.add(path, content)
        kubeconfig = sandbox.kubeconfig.read_text().replace("127.0.0.1", GITHUB)
        started.append(Refresher(
            inside.script, tmp_path, sandbox,
            kubeconfig=inside.add("/etc/kelos-token/kubeconfig", kubeconfig),
            github_ca_file=inside.add("/etc/kelos-token/github.pem", sandbox.authority.read_bytes()),
            github_api_base_url=sandbox.github.replace("127.0.0.1", GITHUB)))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def test_the_refresher_finds_names_in_etc_hosts(refresher, sandbox):
    sandbox.add_secret()
    refresher({"/etc/hosts": f"127.0.0.1 localhost\n127.0.0.1 {GITHUB}\n"})
    assert sandbox.is_accepted(eventually(sandbox.github_token, "the Secret holds a token", 20))


def test_the_refresher_finds_names_by_dns(refresher, sandbox):
    sandbox.add_secret()
    server = NameServer(GITHUB)
    try:
        refresher({"/etc/hosts": "127.0.0.1 localhost\n", "/etc/resolv.conf": f"nameserver {server.address}\n"})
        assert sandbox.is_accepted(eventually(sandbox.github_token, "the Secret holds a token", 20))
    finally:
        server.stop()
    assert (server.question, A) in server.asked


def test_the_refresher_names_a_host_that_does_not_exist(refresher, sandbox):
    started = refresher({"/etc/hosts": "127.0.0.1 localhost\n", "/etc/resolv.conf": "nameserver 127.0.0.1\n"})
    eventually(
        lambda: any(line.get("error", "").endswith("Couldn't resolve host name") for line in started.log_lines()),
        "the log names the problem", 20)
