"""The API server, a GitHub, and the runs of all tests that were asked for, side by side."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parents[1]
sys.path += [str(TESTS / "Blackbox"), str(TESTS / "Manifests")]
import repository  # noqa: E402
from cluster import Cluster  # noqa: E402
from program import binary  # noqa: E402
from refresher_process import Sandbox, sandbox_binary  # noqa: E402

# Most of its time a run waits.
AT_ONCE = 6
# Seconds. A token is kept for a quarter of its life: the second one comes when an Event about the first may be counted
# up.
TOKEN_LIFE = 44


@dataclass(frozen=True)
class World:
    """What all runs share."""

    cluster: Cluster
    github: Sandbox
    folders: object

    def folder(self, name):
        return self.folders.mktemp(name.replace("/", "-"), numbered=True)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    kubeconfig = os.environ.get("KELOS_TEST_KUBECONFIG")
    if not kubeconfig:
        pytest.skip("no test cluster: hack/e2e.sh has one, or set KELOS_TEST_KUBECONFIG to what hack/cluster.sh made")
    made = Cluster(kubeconfig, tmp_path_factory.mktemp("cluster"))
    added = made.add_kelos()
    yield made
    for each in added:
        made.delete(each)


@pytest.fixture(scope="session")
def github(tmp_path_factory):
    path = sandbox_binary()
    if path is None:
        pytest.skip("no kelos-token: set KELOS_TOKEN_BINARY or run swift build")
    made = Sandbox(path, tmp_path_factory.mktemp("github"), token_lifetime=f"{TOKEN_LIFE}s")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def world(cluster, github, tmp_path_factory):
    return World(cluster, github, tmp_path_factory)


@pytest.fixture(scope="session")
def runs(request, world):
    pool = ThreadPoolExecutor(AT_ONCE)
    try:
        yield {item.nodeid: pool.submit(item.callspec.params["run"], world) for item in request.session.items
               if "run" in getattr(getattr(item, "callspec", None), "params", ())}
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.fixture
def outcome(request, runs):
    """What came of the test's run."""
    return runs[request.node.nodeid].result()


@pytest.fixture(scope="session", autouse=True)
def removed_copies():
    yield
    repository.remove_copies()
