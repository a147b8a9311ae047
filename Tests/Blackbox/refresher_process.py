"""The refresher, and the sandbox with a Kubernetes API and a GitHub that it works against."""

import base64
import json
import os
import ssl
import subprocess

import disclosure
import program
from api_client import APIClient
from program import Program, flags
from waiting import eventually

# Nothing of the machine's own leads anywhere else.
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent"}


def refresher_binary():
    return program.binary("kelos-token-refresher", "KELOS_REFRESHER_BINARY")


def sandbox_binary():
    return program.binary("kelos-token", "KELOS_TOKEN_BINARY")


class Refresher(Program):
    """One running refresher. Flags are keyword arguments: `refresh_margin="1s"` becomes `--refresh-margin=1s`."""

    DEFAULTS = {
        "metrics_bind_address": "127.0.0.1:0",
        "health_probe_bind_address": "127.0.0.1:0",
        "graceful_shutdown_timeout": "5s",
        "zap_log_level": "9",
    }

    def __init__(self, executable, directory, sandbox, environment=None, **more):
        self.sandbox = sandbox
        settings = {**self.DEFAULTS, **sandbox.flags, **more}
        super().__init__(
            [executable, *flags({name: value for name, value in settings.items() if value is not None})],
            directory / "refresher.log", environment={**ENVIRONMENT, **(environment or {})})

    def wait_until_listening(self):
        ports = eventually(
            lambda: self.named_in_log("Refreshing tokens", metrics="metrics", health="health"), "it has started", 10)
        self.metrics_port, self.health_port = ports["metrics"], ports["health"]
        return self

    def wait_until_ready(self):
        self.wait_until_listening()
        eventually(lambda: self.health("/readyz")[0] == 200, "readyz is 200", 10)
        return self

    def collect(self, is_running):
        """Also every Event, and every Secret's contents, while the API is there to ask."""
        super().collect(is_running)
        try:
            for kind in ("/api/v1/events", "/apis/events.k8s.io/v1/events"):
                self.told[kind] = json.dumps(self.sandbox.call("GET", kind)[1], ensure_ascii=False).encode()
            self.secrets += disclosure.secret_values(self.sandbox.call("GET", "/api/v1/secrets")[1].get("items", []))
        except (OSError, ValueError):
            pass  # Stopped, or spoilt by a fault script.

    def messages(self, start=""):
        """The log lines whose message begins so."""
        return [line for line in self.log_lines() if line["msg"].startswith(start)]

    def is_leading(self):
        return self.metrics().value("leader_election_master_status", name="kelos-token-refresher") == 1


class Sandbox:
    """A running `kelos-token sandbox`, and a client of both its APIs."""

    def __init__(self, executable, directory, **more):
        directory.mkdir(parents=True, exist_ok=True)
        self.kubeconfig, self.authority = directory / "kubeconfig", directory / "ca.pem"
        self.process = subprocess.Popen(
            [executable, "sandbox", *flags({"kubeconfig": self.kubeconfig, "ca_file": self.authority, **more})],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.kubernetes = self.process.stdout.readline().split()[-1]
        self.github = self.process.stdout.readline().split()[-1]
        self.client = APIClient(ssl.create_default_context(cafile=self.authority))
        self.token = json.loads(self.kubeconfig.read_text())["users"][0]["user"]["token"]

    @property
    def flags(self):
        """What leads a refresher here."""
        return {"kubeconfig": self.kubeconfig, "github_api_base_url": self.github, "github_ca_file": self.authority}

    def stop(self):
        self.process.terminate()
        try:
            assert self.process.wait(timeout=10) == 0
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def call(self, method, target, body=None, token=None, kind="application/json"):
        """Status and JSON of an answer; targets that begin with / are the Kubernetes API's."""
        url = self.kubernetes + target if target.startswith("/") else target
        return self.client.call(method, url, body, token or self.token, kind)

    def inject(self, *faults, github=False):
        """Spoils the next answers, see Sources/Sandbox/Faults/Fault.swift."""
        status, _ = self.call("POST", (self.github if github else "") + "/sandbox/faults", list(faults))
        assert status == 200

    def add_secret(self, name="token", namespace="default", annotations=None, data=None):
        """A Secret to be refreshed with the default App."""
        annotations = {"kelos.dev/github-app-secret": "github-app"} | (annotations or {})
        secret = {
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "annotations": annotations},
            "data": {key: base64.b64encode(value.encode()).decode() for key, value in (data or {}).items()}}
        status, made = self.call("POST", f"/api/v1/namespaces/{namespace}/secrets", secret)
        assert status == 201, made
        return made

    def secret(self, name="token", namespace="default"):
        status, found = self.call("GET", f"/api/v1/namespaces/{namespace}/secrets/{name}")
        assert status == 200, found
        return found

    def github_token(self, name="token", namespace="default"):
        """The token in a Secret, or None."""
        text = self.secret(name, namespace).get("data", {}).get("GITHUB_TOKEN")
        return text and base64.b64decode(text).decode()

    def remove_secret(self, name="token", namespace="default"):
        assert self.call("DELETE", f"/api/v1/namespaces/{namespace}/secrets/{name}")[0] == 200

    def is_accepted(self, token):
        """Whether GitHub knows the token."""
        return self.call("GET", self.github + "/installation/repositories", token=token)[0] == 200

    def lease(self, name="kelos-token-refresher", namespace="default"):
        status, found = self.call("GET", f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{name}")
        return found["spec"] if status == 200 else None
