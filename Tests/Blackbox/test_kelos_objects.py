"""Kelos objects at /mutate-kelos-dev: let through or refused, never changed."""

import copy
import json

import pytest
from kelos_objects import BAD, GOOD, PATH, PLACES, REFUSED, VERSIONS, kelos_object, kelos_review
from reviews import captured, encoded, plain_pod, review, task_pod, verdict
from test_mutations import at, paths_of

TASK = PLACES[1]
ODD_VALUES = [None, "", "kelos-x", -1.5e300, True, [], [None, "x", [], {}], {}, {"name": "workspace"}]


@pytest.fixture
def judge(client):
    """Posts a review about a Kelos object and gives the checked verdict: there is never a patch."""

    def post(sent, body=None):
        status, fields, answer = client.request(PATH, body=encoded(sent) if body is None else body)
        assert status == 200, answer
        assert fields["content-type"] == "application/json"
        result = verdict(answer, sent)
        assert result.operations is None
        return result

    return post


def refused_fields(result):
    return [cause["field"] for cause in result.status["details"]["causes"]]


# What is refused

@pytest.mark.parametrize("name", ["task-v1alpha2.json", "task-v1alpha1-with-overrides.json"])
def test_captured_tasks_are_let_through(judge, captured_reviews, name):
    body, sent = captured(name)
    result = judge(sent, body)
    assert result.allowed and "warnings" not in result.response


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
def test_every_violation_is_in_one_answer(judge, place, version):
    result = judge(kelos_review(place, kelos_object(place, BAD, version), version=version))
    assert not result.allowed
    status = result.status
    assert (status["status"], status["code"], status["reason"]) == ("Failure", 422, "Invalid")
    details = status["details"]
    assert (details["name"], details["group"], details["kind"]) == ("fix-1", "kelos.dev", place[0])
    assert [(cause["field"], cause["reason"]) for cause in details["causes"]] == [
        (f"{place[2]}.podOverrides.{field}", cause) for field, cause in REFUSED]
    listed = ", ".join(f"{cause['field']}: {cause['message']}" for cause in details["causes"])
    assert status["message"] == f'{place[0]}.kelos.dev "fix-1" is invalid: [{listed}]'


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
def test_what_keeps_to_the_rules_is_let_through_in_silence(judge, place, version):
    result = judge(kelos_review(place, kelos_object(place, GOOD, version), version=version))
    assert result.allowed and "warnings" not in result.response
    assert result.response["auditAnnotations"] == {"reason": "within-rules"}


def test_one_violation_stands_alone_in_the_message(judge):
    result = judge(kelos_review(TASK, kelos_object(TASK, {"volumes": [{"name": "a"}, {"name": "kelos-x"}]})))
    assert result.status["message"] == (
        'Task.kelos.dev "fix-1" is invalid: spec.worker.podOverrides.volumes[1].name: Invalid value: "kelos-x": '
        'uses the reserved "kelos-" volume name prefix; give the volume another name')
    assert result.response["auditAnnotations"] == {"reason": "reserved-volume"}


def test_what_does_no_harm_is_a_warning(judge):
    overrides = {"env": [{"name": "KELOS_SETUP_COMMAND", "value": "[]"}, {"name": "GITHUB_TOKEN", "value": "x"}],
                 "volumes": [{"name": "cache"}], "volumeMounts": [{"name": "cache", "mountPath": "/kelos"}],
                 "extraContainers": [{"name": "db", "volumeMounts": [
                     {"name": "cache", "mountPath": "/kelos/github-token"}]}]}  # fmt: skip
    result = judge(kelos_review(TASK, kelos_object(TASK, overrides)))
    assert result.allowed
    assert [warning.split(": ")[0] for warning in result.response["warnings"]] == [
        f"spec.worker.podOverrides.{field}" for field in (
            "volumeMounts[0].mountPath", "extraContainers[0].volumeMounts[0].mountPath", "env[0].name", "env[1].name")]


def test_a_refusal_has_its_warnings_too(judge):
    overrides = {**BAD, "env": [{"name": "KELOS_MODEL"}]}
    result = judge(kelos_review(TASK, kelos_object(TASK, overrides)))
    assert not result.allowed and len(result.response["warnings"]) == 1


# What is asked

@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_version_and_uid_are_echoed(judge, version):
    sent = kelos_review(TASK, kelos_object(TASK, BAD), uid='any "text"')
    assert not judge({**sent, "apiVersion": f"admission.k8s.io/{version}"}).allowed


def test_dry_run_is_judged_like_any_other(judge):
    sent = kelos_review(TASK, kelos_object(TASK, BAD), uid="the-same")
    assert judge(sent).response == judge({**sent, "request": {**sent["request"], "dryRun": True}}).response


@pytest.mark.parametrize("change", [
    {"operation": "DELETE", "object": None, "oldObject": kelos_object(TASK, BAD)}, {"operation": "CONNECT"},
    {"object": None}, {"subResource": "status"}, {"subResource": "status", "operation": "UPDATE"},
    {"kind": {"group": "kelos.dev", "version": "v1alpha2", "kind": "Workspace"}},
    {"kind": {"group": "tekton.dev", "version": "v1", "kind": "Task"}},
    {"kind": {"group": "", "version": "v1", "kind": "Pod"}}], ids=lambda change: "-".join(map(str, change)))
def test_everything_else_is_allowed(judge, change):
    sent = kelos_review(TASK, kelos_object(TASK, BAD))
    sent["request"].update(change)
    result = judge(sent)
    assert result.allowed and "warnings" not in result.response and "auditAnnotations" not in result.response


def test_a_version_of_the_future_is_checked_for_what_is_there(judge):
    assert not judge(kelos_review(TASK, kelos_object(TASK, BAD, "v2"), version="v2")).allowed


def test_each_path_has_its_own_rules(client):
    pod, task = review(task_pod()), kelos_review(TASK, kelos_object(TASK, BAD))
    assert verdict(client.request(PATH, encoded(pod))[2], pod).operations is None
    assert verdict(client.request(body=encoded(task))[2], task).allowed


# Updates

DELETING = {"deletionTimestamp": "2026-11-23T17:18:21Z", "deletionGracePeriodSeconds": 0}
CHANGES = {
    "finalizers": {"finalizers": ["kelos.dev/finalizer"]},
    "labels": {"labels": {"team": "a"}},
    "annotations": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
    "owner": {"ownerReferences": [{"kind": "TaskSpawner", "name": "nightly"}]}}  # fmt: skip


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
@pytest.mark.parametrize("change", sorted(CHANGES))
def test_metadata_of_what_was_stored_may_change(judge, place, change):
    plain, changed = kelos_object(place, BAD), kelos_object(place, BAD, **CHANGES[change])
    for old, new in ((plain, changed), (changed, plain)):
        result = judge(kelos_review(place, new, old))
        assert result.allowed and result.response["auditAnnotations"] == {"reason": "unchanged-overrides"}
        assert "warnings" not in result.response


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
def test_other_fields_of_what_was_stored_may_change(judge, place):
    old, new = kelos_object(place, BAD), kelos_object(place, BAD)
    new["spec"]["suspend"], new["status"] = True, {"phase": "Running"}
    assert judge(kelos_review(place, new, old)).allowed


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
def test_what_is_being_deleted_may_change(judge, place):
    old = kelos_object(place, GOOD, **DELETING, finalizers=["f"])
    result = judge(kelos_review(place, kelos_object(place, BAD, **DELETING), old))
    assert result.allowed and result.response["auditAnnotations"] == {"reason": "deleting"}


@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]}-{place[2]}")
@pytest.mark.parametrize("before", [GOOD, {}, None], ids=["good", "empty", "absent"])
def test_violations_that_an_update_brings_are_refused(judge, place, before):
    old = kelos_object(place, before)
    result = judge(kelos_review(place, kelos_object(place, BAD, finalizers=["f"]), old))
    assert refused_fields(result) == [f"{place[2]}.podOverrides.{field}" for field, _ in REFUSED]


def test_violations_in_overrides_that_change_are_refused_with_the_old_ones(judge):
    new = {**BAD, "labels": {"team": "b"}}
    assert len(refused_fields(judge(kelos_review(TASK, kelos_object(TASK, new), kelos_object(TASK, BAD))))) == len(REFUSED)
    assert judge(kelos_review(TASK, kelos_object(TASK, GOOD), kelos_object(TASK, BAD))).allowed


def test_a_new_object_cannot_claim_to_be_deleted(judge):
    assert not judge(kelos_review(TASK, kelos_object(TASK, BAD, **DELETING))).allowed


def test_key_order_whitespace_and_escapes_are_no_change(judge):
    old = json.dumps(kelos_object(TASK, BAD), indent=2).replace("kelos-cache", "\\u006belos-cache")
    backwards = {key: BAD[key] for key in reversed(BAD)}
    sent = kelos_review(TASK, kelos_object(TASK, backwards), {"marker": 1})
    body = json.dumps(sent).replace('{"marker": 1}', old).encode()
    assert judge(sent, body).response["auditAnnotations"] == {"reason": "unchanged-overrides"}


# The outcome table

@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
def test_wrong_method_is_405(client, method):
    status, fields, _ = client.request(PATH, method=method)
    assert status == 405 and fields["allow"] == "POST"


def test_other_content_type_is_415_and_no_review_is_400(client):
    assert client.request(PATH, b"{}", content_type="text/plain")[0] == 415
    for body in (b"", b"{", b"[]", b"{}", encoded(kelos_review(TASK, {}, old=[]))):
        status, _, text = client.request(PATH, body)
        assert status == 400 and text.count(b"\n") == 1


@pytest.mark.parametrize("path", [PATH + "/", PATH + "s", "/mutate-kelos-dev-v1alpha2-task", "/mutate--kelos-dev"])
def test_other_paths_are_404(client, path):
    status, _, body = client.request(path, encoded(kelos_review(TASK, kelos_object(TASK, BAD))))
    assert status == 404 and PATH.encode() in body


# Hostile

@pytest.mark.parametrize("overrides,least", [(GOOD, 10), (BAD, 300)], ids=["good", "bad"])
def test_any_value_may_be_another_one_or_missing(make_client, webhook, overrides, least):
    client = make_client(webhook)
    sound = kelos_review(TASK, kelos_object(TASK, overrides), kelos_object(TASK, {}))
    refused = 0
    for path in paths_of(sound):
        if path in (("kind",), ("apiVersion",), ("request",), ("request", "uid")):
            continue
        for odd in [*ODD_VALUES, "missing"]:
            bent = copy.deepcopy(sound)
            if odd == "missing":
                del at(bent, path[:-1])[path[-1]]
            else:
                at(bent, path[:-1])[path[-1]] = odd
            status, _, body = client.request(PATH, encoded(bent))
            assert status in (200, 400), path
            if status == 200:
                refused += not verdict(body, bent).allowed
    assert refused >= least


@pytest.mark.parametrize("shape", ["[" * 500 + "]" * 500, '{"podOverrides":' * 400 + "1" + "}" * 400])
def test_deep_nesting_is_answered(judge, shape):
    sent = kelos_review(TASK, {"marker": 1})
    body = json.dumps(sent).replace('{"marker": 1}', '{"spec":{"podOverrides":%s,"worker":%s}}' % (shape, shape))
    assert judge(sent, body.encode()).allowed


def test_a_hundred_thousand_violations_make_a_short_answer(start_webhook, make_client):
    server = start_webhook(event_loops="1")
    client = make_client(server)
    sent = kelos_review(TASK, {"marker": 1})
    volumes = ",".join('{"name":"kelos-%d"}' % index for index in range(150_000))
    containers = ",".join('{"name":"c%d"}' % (index // 2) for index in range(100_000))
    text = '{"spec":{"podOverrides":{"volumes":[%s],"extraContainers":[%s]}}}' % (volumes, containers)
    body = json.dumps(sent).replace('{"marker": 1}', text).encode()
    status, _, answer = client.request(PATH, body)
    assert status == 200 and len(answer) < 60_000
    result = verdict(answer, sent)
    assert len(refused_fields(result)) == 100
    assert result.status["message"].endswith(", and 199900 more]")
    assert server.resident_bytes() < 64 * 1024 * 1024


def test_an_update_with_huge_maps_in_another_order_is_answered(make_client, webhook):
    keys = [f"k{index}" for index in range(60_000)]
    old, new = ({"labels": {key: "v" for key in order}} for order in (keys, list(reversed(keys))))
    sent = kelos_review(TASK, kelos_object(TASK, {**BAD, **new}), kelos_object(TASK, {**BAD, **old}))
    status, _, body = make_client(webhook).request(PATH, encoded(sent))
    assert status == 200 and not verdict(body, sent).allowed


# What operators see

def test_reviews_are_counted_under_their_own_path(start_webhook, make_client):
    server = start_webhook()
    before = server.metrics()
    requests = "controller_runtime_webhook_requests_total"
    assert before.value(requests, webhook=PATH, code="200") == 0
    client = make_client(server)
    client.request(PATH, encoded(kelos_review(TASK, kelos_object(TASK, BAD))))
    client.request(PATH, encoded(kelos_review(TASK, kelos_object(TASK, GOOD))))
    client.request(PATH, encoded(kelos_review(TASK, kelos_object(TASK, BAD), kelos_object(TASK, BAD))))
    client.request(PATH, encoded(review(plain_pod())))
    client.request(PATH, b"{")
    client.request(PATH, method="GET")
    after = server.metrics()
    assert set(after.samples) == set(before.samples), "every series is there from the start"
    assert after.value(requests, webhook=PATH, code="200") == 4
    assert after.value(requests, webhook=PATH, code="400") == 1
    assert after.value(requests, webhook=PATH, code="405") == 1
    assert after.value("controller_runtime_webhook_latency_seconds_count", webhook=PATH) == 5
    assert after.total(requests, webhook="/mutate--v1-pod") == 0
    for result, reason in [("refused", "reserved-volume"), ("skipped", "within-rules"),
                           ("skipped", "unchanged-overrides"), ("skipped", "not-a-kelos-object"),
                           ("error", "malformed-review")]:  # fmt: skip
        assert after.value("kelos_token_mutations_total", result=result, reason=reason) == 1


def test_nothing_of_an_object_reaches_log_or_metrics(start_webhook, make_client):
    server = start_webhook(zap_log_level="9")
    made = kelos_object(TASK, {**BAD, "env": [{"name": "PASSWORD", "value": "Canary1"}]}, labels={"a": "Canary2"})
    made["spec"]["prompt"] = "Canary3"
    made["spec"]["worker"]["podOverrides"]["volumes"][0]["name"] = "kelos-Canary4"
    status, _, body = make_client(server).request(PATH, encoded(kelos_review(TASK, made, uid="uid-1", dryRun=True)))
    assert status == 200 and b"Canary1" not in body and b"Canary2" not in body and b"Canary3" not in body
    [line] = [line for line in server.log_lines() if line.get("requestID") == "uid-1"]
    assert {key: line[key] for key in ("msg", "kind", "namespace", "name", "result", "reason", "dryRun")} == {
        "msg": "Reviewed object", "kind": "Task", "namespace": "team-a", "name": "fix-1", "result": "refused",
        "reason": "reserved-volume", "dryRun": "true"}
    text = server.admin(server.metrics_port, "/metrics")[2].decode()
    assert "canary" not in (server.log_text() + text).lower()
