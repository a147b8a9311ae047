"""The expositions of webhook and refresher, judged by others: promtool's linter and a parser of its own.

The files under test are the golden expositions that TelemetryTests compares byte for byte. promtool is taken from
PROMTOOL or the PATH (Debian's package `prometheus` has it); without it that one test is skipped.
"""

import math
import os
import pathlib
import re
import shutil
import subprocess

import pytest

FOLDER = pathlib.Path(__file__).parent.parent / "TelemetryTests" / "Golden"
SAMPLE = re.compile(r'^([a-z_:][a-z0-9_:]*)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)')


@pytest.fixture(params=["webhook", "refresher"])
def golden(request):
    return FOLDER / f"{request.param}-metrics.txt"


def samples(golden):
    found = []
    for line in golden.read_text().splitlines():
        if line.startswith("#"):
            continue
        match = SAMPLE.match(line)
        assert match, line
        name, labels, value = match.groups()
        pairs = LABEL.findall(labels or "")
        assert ",".join(f'{key}="{text}"' for key, text in pairs) == (labels or ""), line
        found.append((name, tuple(pairs), float(value)))
    return found


def test_promtool_has_nothing_to_say(golden):
    promtool = os.environ.get("PROMTOOL") or shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool not found: install Debian's package prometheus or set PROMTOOL")
    done = subprocess.run([promtool, "check", "metrics"], input=golden.read_bytes(), capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_families_are_contiguous_and_described_once(golden):
    text = golden.read_text()
    assert text.endswith("\n") and "\n\n" not in text
    helps = re.findall(r"^# HELP (\S+) \S", text, re.M)
    types = re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.M)
    assert helps == types == sorted(set(helps))
    current = None
    for line in text.splitlines():
        if line.startswith("# HELP"):
            current = line.split()[2]
        elif not line.startswith("#"):
            name = re.match(r"[a-z0-9_]+", line).group()
            assert name in (current, f"{current}_bucket", f"{current}_sum", f"{current}_count")


def test_no_series_appears_twice(golden):
    keys = [(name, labels) for name, labels, _ in samples(golden)]
    assert len(keys) == len(set(keys))


def test_histograms_are_cumulative_and_complete(golden):
    buckets, counts = {}, {}
    for name, labels, value in samples(golden):
        if name.endswith("_bucket"):
            series = tuple(pair for pair in labels if pair[0] != "le")
            bound = dict(labels)["le"].replace("+Inf", "inf")
            buckets.setdefault((name[:-7], series), []).append((float(bound), value))
        elif name.endswith("_count"):
            counts[(name[:-6], labels)] = value
    assert buckets.keys() == counts.keys() and buckets
    for series, values in buckets.items():
        bounds, cumulative = zip(*values)
        assert list(bounds) == sorted(bounds) and math.isinf(bounds[-1])
        assert list(cumulative) == sorted(cumulative)
        assert cumulative[-1] == counts[series] > 0


@pytest.mark.parametrize("golden, family", [
    ("webhook", "controller_runtime_webhook_latency_seconds"), ("refresher", "workqueue_queue_duration_seconds"),
    ("refresher", "workqueue_work_duration_seconds")], indirect=["golden"])
def test_controller_runtime_buckets_are_the_repeated_product(golden, family):
    bound, expected = 10e-9, []
    for _ in range(12):
        expected.append(bound)
        bound *= 10
    found = [
        float(dict(labels)["le"])
        for name, labels, _ in samples(golden)
        if name == f"{family}_bucket" and dict(labels)["le"] != "+Inf"
    ]
    assert found == expected
    assert 'le="9.999999999999999e-06"' in golden.read_text()
