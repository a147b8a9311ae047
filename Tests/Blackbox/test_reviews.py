"""What the webhook decides, over both protocols, judged by the rules of the API server."""

import copy
import json
import os
import subprocess

import pytest
from reviews import (
    TOKEN_FILE, TOKEN_MOUNT, TOKEN_VOLUME, captured, container, containers_of, encoded, opted_in_pod, plain_pod, pod,
    review, task_pod, token_env, verdict, without_own_additions, KELOS_LABELS,
)

CANARY = "canary-9f8e7d6c"


def env_of(each):
    return {entry["name"]: entry for entry in each.get("env") or []}


def mounts_of(each):
    return {mount["mountPath"]: mount for mount in each.get("volumeMounts") or []}


def wired(made):
    return {name for name, each in containers_of(made).items() if TOKEN_MOUNT in mounts_of(each)}


def assert_wired(each):
    """The mount, the file's path and the git wiring are there, and the git variables count right."""
    mount = mounts_of(each)[TOKEN_MOUNT]
    assert mount == {"name": TOKEN_VOLUME, "mountPath": TOKEN_MOUNT, "readOnly": True}
    env = env_of(each)
    assert env["KELOS_GITHUB_TOKEN_FILE"] == {"name": "KELOS_GITHUB_TOKEN_FILE", "value": TOKEN_FILE}
    count = int(env["GIT_CONFIG_COUNT"]["value"])
    for kind in ("KEY", "VALUE"):
        assert {name for name in env if name.startswith(f"GIT_CONFIG_{kind}_")} == {
            f"GIT_CONFIG_{kind}_{index}" for index in range(count)}
    assert len(env) == len(each["env"]), "no variable is there twice"


def assert_nothing_more(judge, sent, patched):
    """The second round of the API server changes nothing, however often it comes."""
    again = judge(review(patched))
    assert again.allowed and again.operations is None


# Captured from a real API server

def test_captured_task_pod_is_wired_on_exactly_the_containers_with_the_token(judge, captured_reviews):
    body, sent = captured("task-pod-before-token-file.json")
    result = judge(sent, body)
    original = sent["request"]["object"]
    patched = result.applied_to(original)
    assert result.allowed
    assert wired(patched) == {"kelos-agent", "git-clone", "branch-setup"}
    for name in wired(patched):
        assert_wired(containers_of(patched)[name])
    volume = [each for each in patched["spec"]["volumes"] if each["name"] == TOKEN_VOLUME]
    assert volume == [{"name": TOKEN_VOLUME, "secret": {
        "secretName": "fix-flaky-ci-github-token", "optional": True,
        "items": [{"key": "GITHUB_TOKEN", "path": "GITHUB_TOKEN"}]}}]
    assert without_own_additions(patched, original) == original
    assert result.response["auditAnnotations"]
    assert_nothing_more(judge, sent, patched)


@pytest.mark.parametrize("name", [
    "task-pod-without-secret.json", "task-pod-already-wired.json", "plain-pod-delete.json"])
def test_captured_review_is_allowed_without_patch(judge, captured_reviews, name):
    body, sent = captured(name)
    result = judge(sent, body)
    assert result.allowed and result.operations is None


def test_captured_workerpool_pod_gets_only_the_missing_variable(judge, captured_reviews):
    body, sent = captured("workerpool-pod-partly-wired.json")
    result = judge(sent, body)
    original = sent["request"]["object"]
    expected = copy.deepcopy(original)
    clone = containers_of(expected)["git-clone"]
    clone["env"].append({"name": "KELOS_GITHUB_TOKEN_FILE", "value": TOKEN_FILE})
    assert result.applied_to(original) == expected
    assert_nothing_more(judge, sent, expected)


@pytest.mark.parametrize("name", ["task-v1alpha2.json", "task-v1alpha1-with-overrides.json"])
def test_captured_task_sent_to_the_pod_path_is_allowed_without_patch(judge, captured_reviews, name):
    body, sent = captured(name)
    result = judge(sent, body)
    assert result.allowed and result.operations is None


# Which pods

def test_task_pod_is_wired_and_nothing_else_changes(judge):
    original = task_pod()
    result = judge(review(original))
    patched = result.applied_to(original)
    assert wired(patched) == {"kelos-agent", "git-clone", "branch-setup"}
    for name in wired(patched):
        assert_wired(containers_of(patched)[name])
    assert env_of(containers_of(patched)["branch-setup"])["GH_TOKEN"]["valueFrom"]["secretKeyRef"] == {
        "name": "blackbox-github-token", "key": "GITHUB_TOKEN", "optional": True}
    assert without_own_additions(patched, original) == original
    assert_nothing_more(judge, review(original), patched)


@pytest.mark.parametrize("component", ["task", "session", "worker"])
def test_every_kelos_component_with_an_agent_is_wired(judge, component):
    original = task_pod()
    original["metadata"]["labels"]["kelos.dev/component"] = component
    assert judge(review(original)).operations


@pytest.mark.parametrize("label,value", [
    ("kelos.dev/component", "spawner"), ("kelos.dev/component", "ghproxy"), ("kelos.dev/managed-by", "somebody-else"),
    ("kelos.dev/github-token", "disabled")])
def test_pod_with_another_label_is_left_alone(judge, label, value):
    original = task_pod()
    original["metadata"]["labels"][label] = value
    result = judge(review(original))
    assert result.allowed and result.operations is None


def test_opted_in_pod_without_token_is_wired_in_every_container(judge):
    original = opted_in_pod()
    original["spec"]["initContainers"] = [container("prepare"), container("proxy", restartPolicy="Always")]
    patched = judge(review(original)).applied_to(original)
    assert wired(patched) == {"main", "prepare", "proxy"}
    for each in containers_of(patched).values():
        assert_wired(each)
        assert env_of(each)["GITHUB_TOKEN"]["valueFrom"]["secretKeyRef"] == {
            "name": "team-token", "key": "GITHUB_TOKEN", "optional": True}
    assert_nothing_more(judge, review(original), patched)


def test_annotation_chooses_the_containers_of_an_opted_in_pod(judge):
    original = opted_in_pod()
    original["spec"]["containers"] += [container("second"), container("third")]
    original["metadata"]["annotations"]["kelos.dev/github-token-containers"] = "second, third"
    assert wired(judge(review(original)).applied_to(original)) == {"second", "third"}


def test_opted_in_pod_without_any_secret_is_left_alone(judge):
    original = pod([container("main")], labels={"kelos.dev/github-token": "enabled"})
    result = judge(review(original))
    assert result.allowed and result.operations is None


def test_plain_pod_is_left_alone(judge):
    result = judge(review(plain_pod()))
    assert result.allowed and result.operations is None


def test_namespace_kube_system_and_mirror_pods_are_left_alone(judge):
    assert judge(review(task_pod(), namespace="kube-system")).operations is None
    mirror = task_pod()
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "0123456789abcdef"}
    assert judge(review(mirror)).operations is None


@pytest.mark.parametrize("leave_out", ["volumes", "env", "volumeMounts"])
@pytest.mark.parametrize("as_null", [False, True])
def test_patch_applies_where_a_list_is_absent_or_null(judge, leave_out, as_null):
    original = opted_in_pod(volumes=[])
    holder = original["spec"] if leave_out == "volumes" else original["spec"]["containers"][0]
    del holder[leave_out]
    if as_null:
        holder[leave_out] = None
    patched = judge(review(original)).applied_to(original)
    assert_wired(containers_of(patched)["main"])
    assert [each["name"] for each in patched["spec"]["volumes"]] == [TOKEN_VOLUME]


def test_unknown_fields_and_odd_names_survive(judge):
    original = task_pod()
    original["metadata"]["labels"]["example.com/a~b"] = "c/d"
    original["spec"]["fieldOfTheFuture"] = {"deep": [1, 2.50, {"é": None}], "big": 12345678901234567890}
    original["spec"]["containers"][0]["x~y/z"] = [True, False, "\u2028", "\U0001f600"]
    patched = judge(review(original)).applied_to(original)
    assert wired(patched)
    assert without_own_additions(patched, original) == original


def test_existing_git_configuration_is_continued(judge):
    original = task_pod()
    containers_of(original)["kelos-agent"]["env"] += [
        {"name": "GIT_CONFIG_COUNT", "value": "1"}, {"name": "GIT_CONFIG_KEY_0", "value": "user.name"},
        {"name": "GIT_CONFIG_VALUE_0", "value": "Robot"}]
    patched = judge(review(original)).applied_to(original)
    env = env_of(containers_of(patched)["kelos-agent"])
    assert_wired(containers_of(patched)["kelos-agent"])
    assert int(env["GIT_CONFIG_COUNT"]["value"]) > 1
    assert (env["GIT_CONFIG_KEY_0"]["value"], env["GIT_CONFIG_VALUE_0"]["value"]) == ("user.name", "Robot")
    assert_nothing_more(judge, review(original), patched)


def test_another_value_of_the_file_variable_is_replaced_with_a_warning(judge):
    original = task_pod()
    containers_of(original)["kelos-agent"]["env"].append({"name": "KELOS_GITHUB_TOKEN_FILE", "value": "/elsewhere"})
    result = judge(review(original))
    assert_wired(containers_of(result.applied_to(original))["kelos-agent"])
    assert any("KELOS_GITHUB_TOKEN_FILE" in warning for warning in result.response["warnings"])


def test_git_reads_the_file_and_falls_back_to_the_variable(judge, tmp_path):
    original = task_pod()
    agent = containers_of(judge(review(original)).applied_to(original))["kelos-agent"]
    token = tmp_path / "GITHUB_TOKEN"
    git_env = {entry["name"]: entry["value"].replace(TOKEN_FILE, str(token))
               for entry in agent["env"] if "value" in entry}
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GIT_TERMINAL_PROMPT": "0",
                   "GITHUB_TOKEN": "from-variable", **git_env}

    def fill():
        done = subprocess.run(["git", "credential", "fill"], input=b"protocol=https\nhost=github.com\n\n",
                              env=environment, cwd=tmp_path, capture_output=True, timeout=10)
        return dict(line.split("=", 1) for line in done.stdout.decode().splitlines())

    assert fill() == {"protocol": "https", "host": "github.com", "username": "x-access-token",
                      "password": "from-variable"}
    token.write_text("first-token")
    assert fill()["password"] == "first-token"
    token.write_text("second-token")
    assert fill()["password"] == "second-token"


# Refusals

def test_refusal_lists_every_violation(judge):
    original = task_pod()
    original["spec"]["volumes"] += [{"name": TOKEN_VOLUME, "emptyDir": {}}, {"name": "foreign", "emptyDir": {}}]
    containers_of(original)["kelos-agent"]["volumeMounts"].append(
        {"name": "foreign", "mountPath": TOKEN_MOUNT + "/below"})
    containers_of(original)["git-clone"]["volumeMounts"].append({"name": "foreign", "mountPath": TOKEN_MOUNT})
    result = judge(review(original))
    assert not result.allowed and result.operations is None
    status = result.status
    assert (status["code"], status["reason"]) == (422, "Invalid")
    fields = {cause["field"] for cause in status["details"]["causes"]}
    assert fields == {"spec.volumes[1].name", "spec.containers[0].volumeMounts[1].mountPath",
                      "spec.initContainers[0].volumeMounts[1].mountPath"}
    for cause in status["details"]["causes"]:
        assert cause["field"] in status["message"] and cause["message"] and cause["reason"]
    assert "\n" not in status["message"]


def test_mount_above_the_tokens_is_only_a_warning(judge):
    original = task_pod()
    original["spec"]["volumes"].append({"name": "foreign", "emptyDir": {}})
    containers_of(original)["kelos-agent"]["volumeMounts"].append({"name": "foreign", "mountPath": "/kelos"})
    result = judge(review(original))
    assert result.allowed and result.operations
    assert any("/kelos" in warning for warning in result.response["warnings"])


# The envelope

@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_version_and_uid_are_echoed(judge, version):
    assert judge(review(task_pod(), version=version, uid="0f0f-any text/%20 \"quoted\"")).operations


@pytest.mark.parametrize("path", ["/mutate--v1-pod", "/mutate-v1-pod", "/mutate--v1-pod?timeout=10s"])
def test_both_paths_serve_with_and_without_the_timeout_query(client, path):
    sent = review(task_pod())
    status, _, body = client.request(path, encoded(sent))
    assert status == 200 and verdict(body, sent).operations


@pytest.mark.parametrize("change", [
    {"operation": "UPDATE", "oldObject": task_pod()}, {"operation": "CONNECT", "object": None},
    {"operation": "DELETE", "object": None, "oldObject": task_pod()}, {"object": None},
    {"subResource": "ephemeralcontainers"}, {"subResource": "exec", "operation": "CONNECT"}],
    ids=lambda change: "-".join(map(str, (change.get("operation", "CREATE"), change.get("subResource", "pod")))))
def test_other_operations_and_subresources_are_allowed_without_patch(judge, change):
    sent = review(task_pod())
    sent["request"].update(change)
    result = judge(sent)
    assert result.allowed and result.operations is None


def test_dry_run_is_judged_like_any_other(judge):
    original = task_pod()
    assert judge(review(original, dryRun=True)).operations == judge(review(original)).operations


def test_key_order_whitespace_and_escapes_change_nothing(judge):
    original = task_pod()
    sent = review(original)
    backwards = {key: sent[key] for key in reversed(sent)}
    backwards["request"] = {key: sent["request"][key] for key in reversed(sent["request"])}
    spread = json.dumps(backwards, indent=3).replace("\n", "\r\n").encode()
    escaped = encoded(sent).replace(b'"GITHUB_TOKEN"', b'"\\u0047ITHUB_TOKEN"').replace(b'"spec"', b'"sp\\u0065c"')
    expected = judge(sent).operations
    assert judge(sent, spread).operations == expected
    assert judge(sent, escaped).operations == expected


# Bodies that are no review

SEED = encoded(review(task_pod()))
NO_REVIEW = {
    "empty": b"",
    "spaces": b"  \r\n",
    "a-word": CANARY.encode(),
    "a-string": b'"' + CANARY.encode() + b'"',
    "a-number": b"1",
    "null": b"null",
    "a-list": b'["' + CANARY.encode() + b'"]',
    "an-empty-object": b"{}",
    "another-kind": encoded({"kind": CANARY, "apiVersion": "v1"}),
    "another-group": encoded({**review(task_pod()), "apiVersion": f"{CANARY}/v1"}),
    "another-version": encoded({**review(task_pod()), "apiVersion": "admission.k8s.io/v2"}),
    "request-missing": encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1"}),
    "request-null": encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": None}),
    "request-a-string": encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": CANARY}),
    "uid-missing": encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
                            "request": {"operation": CANARY}}),
    "byte-order-mark": b"\xef\xbb\xbf" + SEED,
    "trailing-garbage": SEED + CANARY.encode(),
    "two-documents": SEED + SEED,
    "trailing-comma": SEED[:-1] + b",}",
    "single-quotes": SEED.replace(b'"', b"'"),
    "comment": b"/* " + CANARY.encode() + b" */" + SEED,
    "raw-control": SEED.replace(b"blackbox", b"black\x01box"),
    "nul": SEED.replace(b"blackbox", b"black\x00box"),
    "bad-utf8": SEED.replace(b"blackbox", b"black\xffbox"),
    "overlong-utf8": SEED.replace(b"blackbox", b"black\xc0\xafbox"),
    "utf8-surrogate": SEED.replace(b"blackbox", b"black\xed\xa0\x80box"),
    "bad-escape": SEED.replace(b"blackbox", b"black\\xbox"),
    "leading-zero": SEED.replace(b"false", b"01"),
    "nan": SEED.replace(b"false", b"NaN"),
    "plus": SEED.replace(b"false", b"+1"),
    "utf16": SEED.decode().encode("utf-16"),
    "deep-lists": b"[" * 100_000,
    "deep-objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "binary": bytes(range(256)) * 8,
}


@pytest.mark.parametrize("name", sorted(NO_REVIEW))
def test_body_that_is_no_review_is_400_and_echoes_nothing(client, name):
    status, fields, body = client.request(body=NO_REVIEW[name])
    assert status == 400
    assert fields["content-type"].startswith("text/plain")
    text = body.decode("ascii")
    assert text.endswith("\n") and text.count("\n") == 1 and 5 < len(text) < 200
    assert CANARY not in text and "black" not in text and "kelos-agent" not in text


def test_truncation_at_any_byte_is_400(client):
    for length in range(1, len(SEED), max(1, len(SEED) // 150)):
        assert client.request(body=SEED[:length])[0] == 400, length


# The outcome table

@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_wrong_method_is_405_and_says_what_is_allowed(client, method):
    status, fields, body = client.request(method=method)
    assert status == 405
    assert fields["allow"] == "POST"
    assert body == b"" if method == "HEAD" else body.count(b"\n") == 1


@pytest.mark.parametrize("path", [
    "/", "/mutate", "/mutate--v1-pod/", "/mutate--v1-pods", "//mutate--v1-pod", "/mutate--v1-po%64", "/metrics",
    "/healthz", "/mutate--v1-pod/../mutate--v1-pod"])
def test_unknown_path_is_404(client, path):
    status, fields, body = client.request(path, encoded(review(task_pod())))
    assert status == 404
    assert fields["content-type"].startswith("text/plain") and body.count(b"\n") == 1


@pytest.mark.parametrize("content_type", [
    None, "", "text/plain", "application/jsonp", "application/yaml", "application/vnd.kubernetes.protobuf",
    "application/json-patch+json"])
def test_other_content_type_is_415(client, content_type):
    status, fields, _ = client.request(body=encoded(review(task_pod())), content_type=content_type)
    assert status == 415
    assert fields["content-type"].startswith("text/plain")


@pytest.mark.parametrize("content_type", [
    "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json;charset=UTF-8"])
def test_json_content_type_is_taken_whatever_its_case_and_parameters(client, content_type):
    assert client.request(body=encoded(review(task_pod())), content_type=content_type)[0] == 200


def test_compressed_body_is_415(client):
    status, _, _ = client.request(body=encoded(review(task_pod())), content_encoding="gzip")
    assert status == 415


def test_limit_of_the_body_is_exact(start_webhook, make_client):
    server = start_webhook(max_request_bytes="20000")
    body = encoded(review(task_pod()))
    for kind in ("http1", "http2"):
        fitting = body + b" " * (20_000 - len(body))
        assert make_client(server, kind).request(body=fitting)[0] == 200
        status, fields, _ = make_client(server, kind).request(body=fitting + b" ")
        assert status == 413 and fields["content-type"].startswith("text/plain")


def test_seven_mebibytes_are_judged(client):
    original = task_pod()
    original["metadata"]["annotations"] = {"example.com/big": "\\u00e9\n" * 400_000}
    sent = review(original, oldObject=None)
    body = encoded(sent)
    status, _, answer = client.request(body=body + b" " * (7 * 1024 * 1024 - len(body)))
    assert status == 200
    assert wired(verdict(answer, sent).applied_to(original)) == {"kelos-agent", "git-clone", "branch-setup"}


def test_token_key_of_the_secret_is_followed(judge):
    original = pod([container("kelos-agent", [token_env("own-secret", key="pat")])], labels=KELOS_LABELS)
    patched = judge(review(original)).applied_to(original)
    assert patched["spec"]["volumes"][-1]["secret"] == {
        "secretName": "own-secret", "items": [{"key": "pat", "path": "GITHUB_TOKEN"}], "optional": True}
