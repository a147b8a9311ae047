"""The captured reviews of a real API server give what their README says."""

import base64
import copy
import json

import core_probe
import jsonpatch
import pytest

EXPECTED = {
    "task-pod-before-token-file.json": ("patched", "injected"),
    "task-pod-without-secret.json": ("skipped", "no-token-secret"),
    "task-pod-already-wired.json": ("skipped", "already-wired"),
    "workerpool-pod-partly-wired.json": ("patched", "injected"),
    "task-v1alpha2.json": ("skipped", "not-a-pod"),
    "task-v1alpha1-with-overrides.json": ("skipped", "not-a-pod"),
    "plain-pod-delete.json": ("skipped", "not-create"),
}


def fixture(name):
    path = core_probe.FIXTURES / name
    if not path.exists():
        pytest.skip("the shared fixtures are not there")
    return path.read_bytes()


def decide(body):
    decision, _, answer = core_probe.ask("review", [body])[0].partition(b"\n")
    return tuple(decision.decode().split(" ")), answer


def operations(answer):
    return json.loads(base64.b64decode(json.loads(answer)["response"]["patch"]))


@pytest.mark.parametrize("name", EXPECTED)
def test_decision_and_envelope(name):
    body = fixture(name)
    decision, answer = decide(body)
    assert decision == EXPECTED[name]
    review, asked = json.loads(answer), json.loads(body)
    assert (review["kind"], review["apiVersion"]) == ("AdmissionReview", "admission.k8s.io/v1")
    response = review["response"]
    assert response["uid"] == asked["request"]["uid"] and response["allowed"] is True
    assert set(response) - {"auditAnnotations"} == (
        {"uid", "allowed", "patch", "patchType"} if decision[0] == "patched" else {"uid", "allowed"}
    )


def test_version_is_echoed():
    body = fixture("task-pod-before-token-file.json").replace(b"admission.k8s.io/v1", b"admission.k8s.io/v1beta1", 1)
    assert json.loads(decide(body)[1])["apiVersion"] == "admission.k8s.io/v1beta1"


def test_unwired_pod_gets_volume_mounts_environment_and_git():
    body = json.loads(fixture("task-pod-before-token-file.json"))
    _, answer = decide(json.dumps(body).encode())
    before = body["request"]["object"]
    after = jsonpatch.apply_patch(copy.deepcopy(before), operations(answer))
    assert after["spec"]["volumes"][-1] == {
        "name": "kelos-github-token",
        "secret": {
            "secretName": "fix-flaky-ci-github-token",
            "items": [{"key": "GITHUB_TOKEN", "path": "GITHUB_TOKEN"}],
            "optional": True,
        },
    }
    wired = []
    for field in ("initContainers", "containers"):
        for old, new in zip(before["spec"][field], after["spec"][field]):
            if old == new:
                continue
            wired.append(new["name"])
            assert new["volumeMounts"] == old["volumeMounts"] + [
                {"name": "kelos-github-token", "mountPath": "/kelos/github-token", "readOnly": True}
            ]
            added = new["env"][len(old["env"]) :]
            assert new["env"][: len(old["env"])] == old["env"]
            assert [entry["name"] for entry in added] == [
                "KELOS_GITHUB_TOKEN_FILE", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0",
                "GIT_CONFIG_KEY_1", "GIT_CONFIG_VALUE_1", "GIT_CONFIG_KEY_2", "GIT_CONFIG_VALUE_2",
            ]  # fmt: skip
            assert added[0]["value"] == "/kelos/github-token/GITHUB_TOKEN" and added[1]["value"] == "3"
    assert wired == ["git-clone", "branch-setup", "kelos-agent"]
    body["request"]["object"] = after
    assert decide(json.dumps(body).encode())[0] == ("skipped", "already-wired")


def test_partly_wired_pod_gets_the_one_variable_it_lacks():
    _, answer = decide(fixture("workerpool-pod-partly-wired.json"))
    assert operations(answer) == [
        {
            "op": "add",
            "path": "/spec/initContainers/1/env/-",
            "value": {"name": "KELOS_GITHUB_TOKEN_FILE", "value": "/kelos/github-token/GITHUB_TOKEN"},
        }
    ]


@pytest.mark.parametrize("name", EXPECTED)
def test_a_cut_review_is_malformed(name):
    body = fixture(name).rstrip()
    cuts = [body[:length] for length in range(len(body))]
    for cut, answer in zip(cuts, core_probe.ask("review", cuts)):
        assert answer.startswith(b"malformed\nThe body is not JSON: "), len(cut)
        assert answer.count(b"\n") == 1 and len(answer) < 120
