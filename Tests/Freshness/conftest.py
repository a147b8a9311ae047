"""A pod as the webhook patches it, on a small node, beside a GitHub whose token changes."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from github_front import Host, Internet
from sandbox_github import SandboxGitHub
from small_node import LONGEST, Node

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "Tests" / "Blackbox"))
from certificates import Authority  # noqa: E402

SECRET = "agent-token"
KEY = "GITHUB_TOKEN"


def kelos_token():
    """KELOS_TOKEN_BINARY, else the newest build; skips the test without one."""
    named = os.environ.get("KELOS_TOKEN_BINARY")
    built = [Path(named)] if named else [ROOT / ".build" / kind / "kelos-token" for kind in ("debug", "release")]
    built = [path for path in built if os.access(path, os.X_OK)]
    if not built:
        pytest.skip("no kelos-token: set KELOS_TOKEN_BINARY or run swift build --product kelos-token")
    return max(built, key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def bubblewrap():
    probe = ["bwrap", "--ro-bind", "/", "/", "--unshare-pid", "true"]
    if not shutil.which("bwrap") or subprocess.run(probe, capture_output=True, timeout=LONGEST).returncode != 0:
        pytest.skip("bubblewrap (bwrap) is missing, or may not make namespaces here")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    made = Authority(tmp_path_factory.mktemp("authority"), "freshness")
    names = ["github.com", "api.github.com", "ghes.example", "acme.ghe.com", "api.acme.ghe.com", "gitlab.example"]
    made.leaf = made.issue("freshness", names=names)
    return made


class World:
    """GitHub's present token, its repositories, and the pod that works with them."""

    def __init__(self, folder, authority):
        self.folder = folder
        self.authority = authority
        self.repositories = folder / "repositories"
        self.token = None
        self.nodes = []
        self.secrets = {SECRET: {}}
        self.rotate("ghs_first")
        others = Host(accepts=lambda username, password: (username, password) == ("bob", "stored"))
        gitHub = Host(accepts=lambda _, password: password == self.token)
        self.hosts = {name: gitHub for name in ("github.com", "ghes.example", "ghes.example:8443", "acme.ghe.com")}
        self.hosts["gitlab.example"] = others
        self.internet = Internet(self.hosts, self.repositories, authority.leaf)
        for name in ("o/r.git", "o/s.git"):
            self.git("init", "-q", "--bare", "-b", "main", self.repositories / name)
            self.git("-C", self.repositories / name, "config", "http.receivepack", "true")

    def git(self, *arguments):
        done = subprocess.run(
            ["git", *map(str, arguments)], capture_output=True, text=True, timeout=LONGEST,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "GIT_CONFIG_NOSYSTEM": "1"})  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def rotate(self, token, stored=None):
        """GitHub knows `token` and no other; the Secret holds it, and the kubelet has seen that."""
        self.token = token
        self.secrets[SECRET][KEY] = (token if stored is None else stored).encode()
        for node in self.nodes:
            node.sync()

    def pod(self, env=(), labels=None, annotations=None, **spec):
        """A pod that asks for the token, as the webhook answers it."""
        trust = [
            {"name": "HTTPS_PROXY", "value": self.internet.proxy},
            {"name": "GIT_SSL_CAINFO", "value": "/etc/ca.pem"}, {"name": "SSL_CERT_FILE", "value": "/etc/ca.pem"},
        ]  # fmt: skip
        pod = {
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": "agent", "labels": {"kelos.dev/github-token": "enabled"} | (labels or {}),
                "annotations": {"kelos.dev/github-token-secret": SECRET} | (annotations or {}),
            },
            "spec": {"containers": [{"name": "agent", "image": "i", "env": [*trust, *env]}]} | spec,
        }  # fmt: skip
        done = subprocess.run(
            [kelos_token(), "mutate", "-f", "-", "-o", "json"], input=json.dumps(copy.deepcopy(pod)), text=True,
            capture_output=True, timeout=LONGEST)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, image=None, **pod):
        """A container of a fresh pod, with this authority in its image."""
        node = Node(self.pod(**pod), self.secrets, self.folder / f"node-{len(self.nodes)}")
        self.nodes.append(node)
        return node.start("agent", {"/etc/ca.pem": self.authority.pair.certificate} | (image or {}))

    def stop(self):
        for node in self.nodes:
            node.stop()
        self.internet.stop()


@pytest.fixture
def world(tmp_path, authority, bubblewrap):
    made = World(tmp_path, authority)
    yield made
    made.stop()


class GitHub:
    """The sandbox's tokens in the world's Secret. The one before is revoked, as if it had expired."""

    def __init__(self, world, sandbox):
        self.world = world
        self.sandbox = sandbox
        self.rotate()
        world.hosts["api.github.com"] = Host(api=sandbox.address)
        for name in ("ghes.example", "ghes.example:8443"):
            world.hosts[name].api = sandbox.address

    def rotate(self):
        before = self.world.token
        token = self.sandbox.mint()
        self.world.rotate(token)
        if before != "ghs_first":
            self.sandbox.revoke(before)
        return token

    def tokens(self, host):
        """Those that a host was shown since the last call, as it got them."""
        seen = self.world.internet.take()
        return {one.password for one in seen if one.host == host}


@pytest.fixture
def github(world, tmp_path):
    if not shutil.which("gh", path="/usr/bin"):
        pytest.skip("there is no /usr/bin/gh here")
    sandbox = SandboxGitHub(kelos_token(), tmp_path / "sandbox")
    yield GitHub(world, sandbox)
    sandbox.stop()
