"""Strings through kelos-token mutate: whatever they hold, PyYAML and the CLI agree on them in both directions."""

import json
import os
import pathlib
import subprocess

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import quoted_yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
BINARY = os.environ.get("KELOS_TOKEN_BINARY") or str(ROOT / ".build" / "debug" / "kelos-token")

pytestmark = pytest.mark.skipif(not os.path.exists(BINARY), reason=f"{BINARY} is not built")

# A byte order mark at a string's start is taken off by the YAML library the CLI reads with.
SPECIAL = ["", " ", "\n", "\t", ":", ": ", " #", "- ", "---", "...", "? ", '"', "'", "\\", "{", "[", ",", "&a", "*a", "!", "|",
           ">", "%", "@", "`", "=", "<<", "~", "null", "true", "No", "on", "y", "0", "1.5", "1e3", "0x1f", "0o7", "1_0", "1:30",
           "2026-01-02", ".inf", "é", "😀", "\x00", "\x1b", "\r", "\x85", "\u2028", "$(X)"]
TEXT = st.one_of(
    st.lists(st.sampled_from(SPECIAL), max_size=5).map("".join),
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\ufeff"), max_size=30),
)
NUMBER = st.one_of(st.integers(-(2**63), 2**64 - 1), st.floats(allow_nan=False, allow_infinity=False))
VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=40,
)


def mutate(text, output):
    done = subprocess.run([BINARY, "mutate", "-f", "-", "-o", output], input=text.encode(), capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


def holder(value):
    return {"apiVersion": "v1", "kind": "ConfigMap", "data": value}


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(VALUE, min_size=1, max_size=10))
def test_written_yaml_is_read_alike_by_pyyaml(values):
    document = holder(values)
    assert yaml.safe_load(mutate(json.dumps(document), "yaml")) == document


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.lists(VALUE, min_size=1, max_size=10), st.booleans(), st.sampled_from(["'", '"', "|", ">"]))
def test_yaml_of_pyyaml_is_read_alike(values, flow, style):
    document = holder(values)
    text = quoted_yaml.dump_all([document], style, default_flow_style=flow, width=40)
    assert json.loads(mutate(text, "json")) == document
