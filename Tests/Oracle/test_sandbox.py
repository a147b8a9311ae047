"""kelos-token sandbox, driven by kubectl, curl and openssl.

The binary is KELOS_TOKEN_BINARY, else .build/debug/kelos-token.
"""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent
BINARY = os.environ.get("KELOS_TOKEN_BINARY") or str(ROOT / ".build" / "debug" / "kelos-token")
LONGEST = 60

pytestmark = pytest.mark.skipif(not os.path.exists(BINARY), reason=f"{BINARY} is not built")
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="there is no kubectl here")
needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")

SAMPLES = {
    "Pod": ("v1", {"containers": [{"name": "c", "image": "i", "env": [{"name": "A", "value": "1"}]}]}),
    "Job": ("batch/v1", {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}}),
    "StatefulSet": ("apps/v1", {"replicas": 1, "serviceName": "s", "selector": {}, "template": {}}),
    "Lease": ("coordination.k8s.io/v1", {"holderIdentity": "a", "leaseDurationSeconds": 15}),
    "Task": ("kelos.dev/v1alpha1", {"type": "claude-code", "prompt": "p"}),
    "Workspace": ("kelos.dev/v1alpha2", {"repo": "https://github.com/o/r"}),
    "WorkerPool": ("kelos.dev/v1alpha2", {"replicas": 1}),
    "Session": ("kelos.dev/v1alpha2", {"type": "claude-code"}),
}


class Sandbox:
    def __init__(self, folder, *arguments):
        self.kubeconfig = folder / "kubeconfig"
        self.authority = folder / "ca.pem"
        self.process = subprocess.Popen(
            [BINARY, "sandbox", "--kubeconfig", self.kubeconfig, "--ca-file", self.authority, *arguments],
            stdout=subprocess.PIPE, text=True)
        self.kubernetes = self.process.stdout.readline().split()[-1]
        self.github = self.process.stdout.readline().split()[-1]
        self.token = json.loads(self.kubeconfig.read_text())["users"][0]["user"]["token"]

    def kubectl(self, *arguments, text=None, expect=0):
        done = subprocess.run(
            ["kubectl", "--kubeconfig", self.kubeconfig, "--cache-dir", self.kubeconfig.parent / "cache", *arguments],
            input=text, capture_output=True, text=True, timeout=LONGEST)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def curl(self, url, *arguments, token=None):
        done = subprocess.run(
            ["curl", "-sS", "--cacert", self.authority, "-H", f"Authorization: Bearer {token or self.token}",
             "-w", "\n%{http_code}", *arguments, url], capture_output=True, text=True, timeout=LONGEST)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body, done.returncode

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LONGEST) == 0
        self.process.stdout.close()


@pytest.fixture
def sandbox(tmp_path):
    made = Sandbox(tmp_path, "--token-lifetime", "60s")
    yield made
    made.stop()


def manifest(kind, name="one"):
    version, spec = SAMPLES[kind]
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}


@needs_kubectl
@pytest.mark.parametrize("kind", SAMPLES)
def test_kubectl_applies_patches_and_deletes_every_kind(sandbox, kind):
    wanted = manifest(kind)
    assert "created" in sandbox.kubectl("apply", "-f", "-", text=json.dumps(wanted))
    assert "unchanged" in sandbox.kubectl("apply", "-f", "-", text=json.dumps(wanted))
    wanted["metadata"]["labels"] = {"a": "b"}
    assert "configured" in sandbox.kubectl("apply", "-f", "-", text=json.dumps(wanted))
    sandbox.kubectl("annotate", kind, "one", "note=x")
    sandbox.kubectl("patch", kind, "one", "--type=json", "-p", '[{"op": "add", "path": "/spec/extra", "value": 1}]')
    seen = json.loads(sandbox.kubectl("get", kind, "-l", "a=b", "-o", "json"))["items"][0]
    assert seen["metadata"]["annotations"]["note"] == "x"
    assert seen["spec"] == {**wanted["spec"], "extra": 1}
    assert "deleted" in sandbox.kubectl("delete", kind, "one")
    assert "NotFound" in sandbox.kubectl("get", kind, "one", expect=1)


@needs_kubectl
def test_kubectl_creates_secrets_and_namespaces_in_its_binary_form(sandbox):
    sandbox.kubectl("create", "namespace", "team")
    sandbox.kubectl("-n", "team", "create", "secret", "generic", "s", "--from-literal=k=v", "--from-literal=empty=")
    seen = json.loads(sandbox.kubectl("-n", "team", "get", "secret", "s", "-o", "json"))
    assert seen["data"] == {"k": base64.b64encode(b"v").decode(), "empty": ""}
    assert seen["type"] == "Opaque"
    assert "already exists" in sandbox.kubectl(
        "-n", "team", "create", "secret", "generic", "s", expect=1)


@needs_kubectl
def test_kubectl_watches(sandbox):
    watching = subprocess.Popen(
        ["kubectl", "--kubeconfig", sandbox.kubeconfig, "get", "secrets", "--watch", "--output-watch-events",
         "--request-timeout", f"{LONGEST}s"],
        stdout=subprocess.PIPE, text=True)
    try:
        assert watching.stdout.readline().split() == ["EVENT", "NAME", "AGE"]
        first = watching.stdout.readline()
        sandbox.kubectl("create", "secret", "generic", "s")
        lines = [first, watching.stdout.readline()]
        sandbox.kubectl("label", "secret", "s", "a=b")
        lines.append(watching.stdout.readline())
        sandbox.kubectl("delete", "secret", "s")
        lines.append(watching.stdout.readline())
    finally:
        watching.kill()
        watching.wait(LONGEST)
        watching.stdout.close()
    assert [line.split()[:2] for line in lines] == [
        ["ADDED", "github-app"], ["ADDED", "s"], ["MODIFIED", "s"], ["DELETED", "s"]]


@needs_curl
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_curl_reads_a_watch_that_ends_in_time(sandbox, version):
    status, body, code = sandbox.curl(
        sandbox.kubernetes + "/api/v1/secrets?watch=true&timeoutSeconds=1&allowWatchBookmarks=true", version,
        "-H", "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
    events = [json.loads(line) for line in body.splitlines()]
    assert (status, code) == (200, 0)
    assert [event["type"] for event in events] == ["ADDED", "BOOKMARK"]
    assert events[0]["object"]["kind"] == "PartialObjectMetadata"
    assert "data" not in events[0]["object"]


@needs_curl
@pytest.mark.parametrize("version", ["--http1.1", "--http2"])
def test_faults_reach_the_wire(sandbox, version):
    def inject(*faults):
        assert sandbox.curl(
            sandbox.kubernetes + "/sandbox/faults", "-X", "POST", "-d", json.dumps(faults))[0] == 200

    target = sandbox.kubernetes + "/api/v1/secrets"
    inject({"status": 409, "reason": "Conflict"})
    assert sandbox.curl(target, version)[0] == 409
    inject({"ending": "abort"})
    assert sandbox.curl(target, version)[::2] in ((0, 52), (0, 92))
    inject({"cut": 5, "ending": "abort"})
    status, body, code = sandbox.curl(target, version)
    if version == "--http2":
        # curl may drop what came in one read with the reset.
        assert code == 92 and body in ("", '{"kin')
    else:
        assert (status, body) == (200, '{"kin') and code in (18, 56)
    inject({"ending": "stall"})
    assert sandbox.curl(target, version, "--max-time", "0.5")[2] == 28
    inject({"delayMilliseconds": 50})
    assert sandbox.curl(target, version)[::2] == (200, 0)
    inject({"path": "/secrets", "watch": True, "watchError": 410})
    assert json.loads(sandbox.curl(target + "?watch=true", version)[1])["object"]["code"] == 410


@needs_curl
def test_an_app_secret_mints_a_token(sandbox, tmp_path):
    secret = json.loads(sandbox.curl(sandbox.kubernetes + "/api/v1/namespaces/default/secrets/github-app")[1])
    data = {name: base64.b64decode(value).decode() for name, value in secret["data"].items()}
    key = tmp_path / "key.pem"
    key.write_text(data["privateKey"])

    def part(value):
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    now = int(time.time())
    claims = {"iss": data["appID"], "iat": now - 60, "exp": now + 540}
    message = part(b'{"alg":"RS256"}') + "." + part(json.dumps(claims).encode())
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", key], input=message.encode(), capture_output=True, check=True).stdout
    status, body, _ = sandbox.curl(
        f"{sandbox.github}/app/installations/{data['installationID']}/access_tokens", "-X", "POST",
        token=f"{message}.{part(signature)}")
    assert status == 201
    assert sandbox.curl(sandbox.github + "/installation/repositories", token=json.loads(body)["token"])[0] == 200
    assert sandbox.curl(sandbox.github + "/installation/repositories", token="ghs_other")[0] == 401


def test_a_state_file_and_a_fault_file_are_read(tmp_path):
    key = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, text=True, check=True).stdout
    app = {"apiVersion": "sandbox.kelos.dev/v1", "kind": "GitHubApp",
           "spec": {"appID": 7, "key": key, "installations": [{"id": 8, "account": "o", "repositories": ["r"]}]}}
    state = tmp_path / "state.yaml"
    faults = tmp_path / "faults.json"
    faults.write_text(json.dumps({"kubernetes": [{"status": 503, "method": "GET", "path": "/tasks"}]}))
    state.write_text("---\n".join(json.dumps(document) + "\n" for document in (
        app, dict(manifest("Task"), metadata={"name": "t", "namespace": "elsewhere"}))))
    made = Sandbox(tmp_path, "--state", state, "--faults", faults)
    try:
        target = made.kubernetes + "/apis/kelos.dev/v1alpha2/namespaces/elsewhere/tasks/t"
        assert made.curl(target)[0] == 503
        assert made.curl(target)[0] == 200
        assert made.curl(made.kubernetes + "/api/v1/namespaces/default/secrets/github-app")[0] == 404
    finally:
        made.stop()


def test_a_bad_state_file_is_an_error_without_its_text(tmp_path):
    state = tmp_path / "state.yaml"
    state.write_text("kind: GitHubApp\nspec: {appID: 7, key: hunter2}\n")
    done = subprocess.run(
        [BINARY, "sandbox", "--state", state, "--kubeconfig", tmp_path / "k"], capture_output=True, text=True,
        timeout=LONGEST)
    assert done.returncode == 1
    assert done.stderr == "error: the key of GitHubApp 7 is no PEM key\n"
