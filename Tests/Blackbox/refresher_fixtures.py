"""Fixtures: sandboxes, and refreshers that work against them; all are stopped with the test."""

import pytest
from refresher_process import Refresher, Sandbox, refresher_binary, sandbox_binary


@pytest.fixture(scope="session")
def refresher_executable():
    path = refresher_binary()
    if path is None:
        pytest.skip("no kelos-token-refresher: set KELOS_REFRESHER_BINARY or run swift build")
    return path


@pytest.fixture
def start_sandbox(tmp_path):
    path = sandbox_binary()
    if path is None:
        pytest.skip("no kelos-token: set KELOS_TOKEN_BINARY or run swift build")
    started = []

    def start(**more):
        started.append(Sandbox(path, tmp_path / f"sandbox-{len(started)}", **more))
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture
def sandbox(start_sandbox):
    return start_sandbox()


@pytest.fixture
def start_refresher(refresher_executable, sandbox, tmp_path):
    """Starts refreshers; every one is stopped with the test, before the sandbox is."""
    started = []

    def start(wait=True, of=None, **more):
        made = Refresher(refresher_executable, tmp_path / f"refresher-{len(started)}", of or sandbox, **more)
        started.append(made)
        return made.wait_until_ready() if wait else made

    yield start
    for each in started:
        each.stop()
