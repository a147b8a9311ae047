"""The README's generated tables are what the programs, the sources and the manifests say."""

import os
import re
import shutil
import subprocess

import pytest
import repository
import session
from blocks import README, ROOT


def check(root):
    return subprocess.run(
        [root / "hack" / "readme.sh", "--check"], capture_output=True, text=True, timeout=120,
        env=os.environ | {variable: str(session.built(product)) for product, variable in session.PROGRAMS.items()})


@pytest.fixture
def programs():
    if not all(map(session.built, session.PROGRAMS)):
        pytest.skip("the programs are not built: hack/test.sh builds them")
    if not repository.kubectl():
        pytest.skip("no kubectl that renders components, as 1.32 does")


@pytest.fixture
def copy(programs, tmp_path):
    """What hack/readme.sh reads."""
    for name in ("hack", "manifests", "Sources", "Tests/TelemetryTests/Golden", "Tests/Blackbox"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(README, tmp_path)
    return tmp_path


def test_nothing_is_out_of_date(programs):
    done = check(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def replace(path, pattern, text):
    before = path.read_text()
    after = re.sub(pattern, text, before, count=1, flags=re.M)
    assert after != before
    path.write_text(after)


@pytest.mark.parametrize(
    ("file", "pattern", "text", "shown"),
    [
        ("README.md", r"^(\| `--refresh-margin` \| `)5m", r"\g<1>6m", "-| `--refresh-margin` | `6m`"),
        ("README.md", r"^\| `--max-connections` .*\n", "", "+| `--max-connections` | `1024`"),
        ("Sources/kelos-token-refresher/Options.swift", r'(flag: "--once", default: )false', r"\1true",
         "+| `--once` | `true`"),
        ("Sources/TokenInjection/TokenNames.swift", r"kelos\.dev/gh-wrapper\"", 'kelos.dev/gh"', "+| `kelos.dev/gh` |"),
        ("Sources/TokenInjection/SkipReason.swift", r"Everything is in place already", "It is wired",
         "+| `already-wired` | It is wired."),
        ("Tests/TelemetryTests/Golden/webhook-metrics.txt", r"(# HELP kelos_token_open_connections ).*", r"\1Open.",
         "+| `kelos_token_open_connections` | gauge | | webhook | Open. |"),
        ("Tests/Blackbox/log_fields.py", r'("retryAfter": ").*"', r'\1later"', "+| `retryAfter` | later |"),
        ("manifests/base/refresher/clusterrole.yaml", r"verbs: \[get, list, watch, patch\]", "verbs: [get]",
         "+| `kelos-token-refresher` | all namespaces | `secrets` | get |"),
    ],
)  # fmt: skip
def test_the_check_notices(copy, file, pattern, text, shown):
    replace(copy / file, pattern, text)
    done = check(copy)
    assert done.returncode == 1
    assert shown in done.stdout and "out of date: README.md" in done.stderr


def test_a_table_without_a_place_is_noticed(copy):
    replace(copy / "README.md", r"<!-- metrics: made by hack/readme\.sh -->", "")
    done = check(copy)
    assert done.returncode != 0 and "README.md has places for" in done.stderr
