"""The suite's own judges are strict: each refuses what it is there to refuse."""

import base64
import json

import pytest
from exposition import Exposition
from reviews import review, task_pod, verdict, without_own_additions

GOOD = """\
# HELP a_total Things.
# TYPE a_total counter
a_total{b="c"} 1
# HELP d_seconds Times.
# TYPE d_seconds histogram
d_seconds_bucket{le="0.1"} 1
d_seconds_bucket{le="+Inf"} 2
d_seconds_sum 1.5
d_seconds_count 2
"""

BAD = {
    "no-line-feed": (GOOD, GOOD[:-1]),
    "no-help": ("# HELP a_total Things.\n", ""),
    "no-type": ("# TYPE a_total counter\n", ""),
    "type-twice": ("# TYPE a_total counter\n", "# TYPE a_total counter\n" * 2),
    "not-contiguous": ("d_seconds_count 2\n", "d_seconds_count 2\n# HELP a_total Again.\n"),
    "counter-without-total": ("a_total", "a"),
    "sample-twice": ('a_total{b="c"} 1\n', 'a_total{b="c"} 1\n' * 2),
    "foreign-sample": ('a_total{b="c"} 1\n', 'b_total{b="c"} 1\n'),
    "not-cumulative": ('{le="0.1"} 1', '{le="0.1"} 3'),
    "infinity-is-not-the-count": ("d_seconds_count 2", "d_seconds_count 3"),
    "no-infinity": ('d_seconds_bucket{le="+Inf"} 2\n', ""),
    "no-sum": ("d_seconds_sum 1.5\n", ""),
    "blank-line": ("# HELP d", "\n# HELP d"),
    "bad-number": ("1.5", "1,5"),
    "bad-label": ('{b="c"}', '{b=c}'),
    "label-twice": ('{b="c"}', '{b="c",b="d"}'),
}


def test_good_exposition_is_read():
    metrics = Exposition(GOOD)
    assert metrics.value("a_total", b="c") == 1 and metrics.total("d_seconds_bucket") == 3


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_exposition_is_refused(name):
    before, after = BAD[name]
    assert before in GOOD
    with pytest.raises((AssertionError, KeyError)):
        Exposition(GOOD.replace(before, after))


SENT = review(task_pod(), uid="u")
PATCH = base64.b64encode(b'[{"op":"add","path":"/a","value":1}]').decode()


def response(**changes):
    made = {"uid": "u", "allowed": True, "patchType": "JSONPatch", "patch": PATCH, **changes}
    kept = {key: value for key, value in made.items() if value is not None}
    return json.dumps({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "response": kept}).encode()


def test_good_response_is_accepted():
    assert verdict(response(), SENT).operations == [{"op": "add", "path": "/a", "value": 1}]
    assert verdict(response(patch=None, patchType=None), SENT).operations is None


@pytest.mark.parametrize("changes", [
    {"uid": "v"}, {"allowed": 1}, {"patchType": None}, {"patch": None}, {"patch": base64.b64encode(b"[]").decode()},
    {"allowed": False}, {"patchType": "MergePatch"}, {"warnings": ["a" * 257]}, {"warnings": ["a\nb"]},
    {"warnings": ["a", "a"]}, {"warnings": [""]}, {"auditAnnotations": {"a": 1}},
    {"patch": base64.b64encode(b'[{"op":"remove","path":"/a"}]').decode()}], ids=str)
def test_bad_response_is_refused(changes):
    with pytest.raises(AssertionError):
        verdict(response(**changes), SENT)


def test_foreign_changes_are_not_taken_for_our_own():
    original = task_pod()
    for change in (lambda made: made["spec"]["volumes"].append({"name": "other"}),
                   lambda made: made["spec"]["containers"][0]["env"].append({"name": "OTHER", "value": "1"})):
        changed = json.loads(json.dumps(original))
        change(changed)
        with pytest.raises(AssertionError):
            without_own_additions(changed, original)
    changed = json.loads(json.dumps(original))
    changed["spec"]["containers"][0]["image"] = "other"
    assert without_own_additions(changed, original) != original
