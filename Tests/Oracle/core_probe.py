"""Drives the CoreProbe executable: documents in, answers out."""

import os
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT.parent / "shared" / "fixtures" / "admission-reviews"


def find():
    """The probe's path: KELOS_CORE_PROBE, else the newest build under .build; skips the test without one."""
    named = os.environ.get("KELOS_CORE_PROBE")
    if named:
        return named
    built = [ROOT / ".build" / kind / "CoreProbe" for kind in ("debug", "release")]
    built = [path for path in built if path.exists()]
    if not built:
        pytest.skip("no CoreProbe: set KELOS_CORE_PROBE or run swift build --product CoreProbe")
    return str(max(built, key=lambda path: path.stat().st_mtime))


def ask(mode, documents):
    """One answer, as bytes, for each document."""
    asked = b"".join(struct.pack("<I", len(document)) + document for document in documents)
    done = subprocess.run([find(), mode], input=asked, stdout=subprocess.PIPE, check=True)
    answers, place = [], 0
    while place < len(done.stdout):
        (length,) = struct.unpack_from("<I", done.stdout, place)
        answers.append(done.stdout[place + 4 : place + 4 + length])
        place += 4 + length
    assert len(answers) == len(documents)
    return answers
