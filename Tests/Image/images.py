"""hack/image.sh, run with the programs that the other tests run."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

NAMES = ["kelos-token-webhook", "kelos-token-refresher"]


def built_programs():
    """The programs' variables for hack/image.sh; skips the test without such as ship."""
    found = {}
    for variable, name in zip(["KELOS_WEBHOOK_BINARY", "KELOS_REFRESHER_BINARY"], NAMES):
        path = Path(os.environ.get(variable) or ROOT / ".build" / "release" / name)
        if not os.access(path, os.X_OK):
            pytest.skip(f"no {name}: set {variable} or run swift build -c release --static-swift-stdlib")
        if "libswiftCore.so" in subprocess.run(["readelf", "-d", path], capture_output=True, text=True).stdout:
            pytest.skip(f"{path} needs Swift's libraries: build it with --static-swift-stdlib")
        found[variable] = str(path)
    return found


def make_images(folder, *options, **environment):
    done = subprocess.run(
        [ROOT / "hack" / "image.sh", "--out", folder, *options], capture_output=True, text=True, timeout=300,
        env=os.environ | built_programs() | environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
