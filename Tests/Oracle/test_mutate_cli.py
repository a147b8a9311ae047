"""kelos-token mutate, from outside: its output read by PyYAML, its patches applied by jsonpatch.

The binary is KELOS_TOKEN_BINARY, else .build/debug/kelos-token.
"""

import copy
import json
import os
import pathlib
import subprocess

import jsonpatch
import pytest
import yaml

import quoted_yaml

ROOT = pathlib.Path(__file__).parent.parent.parent
BINARY = os.environ.get("KELOS_TOKEN_BINARY") or str(ROOT / ".build" / "debug" / "kelos-token")
REVIEWS = ROOT.parent / "shared" / "fixtures" / "admission-reviews"

pytestmark = pytest.mark.skipif(not os.path.exists(BINARY), reason=f"{BINARY} is not built")

TASK_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "fix-1",
        "labels": {"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"},
        "annotations": {"example.com/note": "yes", "example.com/json": '{"a": [1, "2"]}'},
    },
    "spec": {
        "futureField": {"kept": [1, 2.5, None, True]},
        "initContainers": [
            {"name": "git-clone", "image": "git", "env": [{"name": "GITHUB_TOKEN", "valueFrom": {
                "secretKeyRef": {"name": "fix-1-github-token", "key": "GITHUB_TOKEN"}}}]},
            {"name": "user-setup", "image": "busybox", "command": ["sh", "-c", "set -e\necho 'x: y' # no comment\n"]},
        ],
        "containers": [
            {"name": "kelos-agent", "image": "agent:1.0", "args": ["1e3", "0x1f", "null", "", " x ", "12:30:45"],
             "env": [{"name": "PORT", "value": "8080"}, {"name": "GITHUB_TOKEN", "valueFrom": {
                 "secretKeyRef": {"name": "fix-1-github-token", "key": "GITHUB_TOKEN"}}}]},
        ],
    },
}
PLAIN_POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "plain"}, "spec": {"containers": [{"name": "a"}]}}
REFUSED_POD = copy.deepcopy(TASK_POD)
REFUSED_POD["spec"]["volumes"] = [{"name": "kelos-github-token", "emptyDir": {}}]


def job(pod):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "work", "namespace": "team"},
            "spec": {"backoffLimit": 0, "template": {"metadata": pod["metadata"], "spec": pod["spec"]}}}


def run(*arguments, text=None, expect=0):
    done = subprocess.run([BINARY, *arguments], input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == expect, done.stderr
    return done


def mutate(documents, *arguments, expect=0):
    text = quoted_yaml.dump_all(documents) if isinstance(documents, list) else documents
    return run("mutate", "-f", "-", *arguments, text=text, expect=expect)


def patches(documents):
    return [json.loads(line) for line in mutate(documents, "-o", "patch").stdout.splitlines()]


def keys_in_order(value):
    if isinstance(value, dict):
        return [(key, keys_in_order(inner)) for key, inner in value.items()]
    return [keys_in_order(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("document", [TASK_POD, job(TASK_POD), PLAIN_POD], ids=["pod", "job", "plain"])
@pytest.mark.parametrize("output", ["yaml", "json"])
def test_output_is_the_input_with_the_patch_applied(document, output):
    [patch] = patches([document])
    expected = jsonpatch.apply_patch(document, patch)
    printed = mutate([document], "-o", output).stdout
    found = yaml.safe_load(printed) if output == "yaml" else json.loads(printed)
    assert keys_in_order(found) == keys_in_order(expected)


def test_task_pod_gets_volume_mounts_and_env_on_the_right_containers():
    pod = yaml.safe_load(mutate([TASK_POD]).stdout)
    assert [volume["name"] for volume in pod["spec"]["volumes"]] == ["kelos-github-token"]
    wired = {c["name"] for kind in ("initContainers", "containers") for c in pod["spec"][kind] if "volumeMounts" in c}
    assert wired == {"git-clone", "kelos-agent"}
    names = [entry["name"] for entry in pod["spec"]["containers"][0]["env"]]
    assert names[:2] == ["PORT", "GITHUB_TOKEN"] and "KELOS_GITHUB_TOKEN_FILE" in names


@pytest.mark.parametrize("document", [TASK_POD, job(TASK_POD)], ids=["pod", "job"])
def test_second_run_adds_nothing(document):
    once = mutate([document])
    twice = mutate(once.stdout)
    assert twice.stdout == once.stdout
    assert "nothing to do: already-wired" in twice.stderr
    assert patches(once.stdout) == [[]]


def test_documents_stay_in_order_and_each_is_explained():
    done = mutate([TASK_POD, PLAIN_POD, job(TASK_POD), {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}}])
    assert [d["kind"] for d in yaml.safe_load_all(done.stdout)] == ["Pod", "Pod", "Job", "Secret"]
    lines = done.stderr.splitlines()
    assert lines[0] == "pod/fix-1: patched: token of Secret fix-1-github-token for git-clone, kelos-agent"
    assert lines[1].startswith("pod/plain: nothing to do: not-selected: ")
    assert lines[2].startswith("job/work: patched: ")
    assert lines[3].startswith("secret/s: nothing to do: not-a-pod: ")


def test_a_list_is_patched_in_place():
    document = {"apiVersion": "v1", "kind": "List", "items": [PLAIN_POD, TASK_POD]}
    [patch] = patches([document])
    assert patch and all(operation["path"].startswith("/items/1/spec/") for operation in patch)
    assert yaml.safe_load(mutate([document]).stdout) == jsonpatch.apply_patch(document, patch)


def test_json_comes_back_as_json():
    done = mutate(json.dumps(TASK_POD) + json.dumps(PLAIN_POD))
    decoder, documents, rest = json.JSONDecoder(), [], done.stdout
    while rest.strip():
        document, end = decoder.raw_decode(rest.lstrip())
        documents.append(document["metadata"]["name"])
        rest = rest.lstrip()[end:]
    assert documents == ["fix-1", "plain"]


def test_diff_turns_the_old_yaml_into_the_new(tmp_path):
    before = mutate([PLAIN_POD | {"spec": TASK_POD["spec"]}], "-o", "yaml").stdout
    document = yaml.safe_load(before)
    document["metadata"] = TASK_POD["metadata"]
    before = quoted_yaml.dump_all([document])
    normal = tmp_path / "pod.yaml"
    normal.write_text(mutate([document | {"kind": "Nothing"}]).stdout.replace("kind: Nothing", "kind: Pod"))
    diff = mutate(before, "-o", "diff").stdout
    assert diff.startswith("--- pod/fix-1\n+++ pod/fix-1 (with the token)\n@@ ")
    subprocess.run(["patch", "--silent", str(normal)], input=diff, text=True, check=True, timeout=60)
    assert normal.read_text() == mutate(before).stdout
    assert mutate([PLAIN_POD], "-o", "diff").stdout == ""


def test_a_refused_object_is_explained_and_left_out():
    done = mutate([REFUSED_POD, PLAIN_POD], expect=1)
    assert [d["metadata"]["name"] for d in yaml.safe_load_all(done.stdout)] == ["plain"]
    lines = done.stderr.splitlines()
    assert lines[0] == "pod/fix-1: refused:"
    assert lines[1].startswith('  spec.volumes[0].name: Forbidden: the volume name "kelos-github-token" is reserved')


def task(name, overrides, version="v1alpha2"):
    return {"apiVersion": f"kelos.dev/{version}", "kind": "Task", "metadata": {"name": name},
            "spec": {"type": "codex", "worker": {"podOverrides": overrides}}}


def test_kelos_objects_are_checked_beside_pods():
    good = task("good", {"volumes": [{"name": "cache", "emptyDir": {}}], "env": [{"name": "KELOS_SETUP_COMMAND"}]})
    bad = task("bad", {"volumes": [{"name": "workspace"}, {"name": "a"}, {"name": "a"}]}, "v1alpha1")
    done = mutate([TASK_POD, good, bad, PLAIN_POD], expect=1)
    printed = list(yaml.safe_load_all(done.stdout))
    assert [each["metadata"]["name"] for each in printed] == ["fix-1", "good", "plain"]
    assert printed[1] == good
    lines = done.stderr.splitlines()
    assert lines[1:6] == [
        "task/good: nothing to do: within-rules: Nothing in it uses a name or a path that is reserved.",
        "Warning: task/good: spec.worker.podOverrides.env[0].name: Kelos drops \"KELOS_SETUP_COMMAND\" always; "
        "the Workspace's setupCommand is the place for it",
        "task/bad: refused:",
        "  spec.worker.podOverrides.volumes[0].name: Invalid value: \"workspace\": is a Kelos-reserved volume name; "
        "give the volume another name",
        "  spec.worker.podOverrides.volumes[2].name: Duplicate value: \"a\": volumes[1] has the same name; rename one",
    ]
    assert mutate([good]).stdout == mutate(mutate([good]).stdout).stdout
    assert [json.loads(line) for line in mutate([good], "-o", "patch").stdout.splitlines()] == [[]]
    assert mutate([good], "-o", "diff").stdout == ""


def test_several_files_and_one_that_is_broken(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.yaml"
    good.write_text(json.dumps(TASK_POD))
    bad.write_text("a: 1\n---\npassword: [hunter2\nb: 2\n")
    done = run("mutate", "-f", str(good), "-f", str(bad), "-f", str(tmp_path / "absent"), "-f", str(tmp_path), expect=1)
    assert json.loads(done.stdout)["metadata"]["name"] == "fix-1"
    assert done.stderr.splitlines()[:3] == [
        f"error: {bad}: document 2, line 4: did not find expected ',' or ']'",
        f"error: {tmp_path}/absent: does not exist",
        f"error: {tmp_path}: is a directory; name its files",
    ]
    assert "hunter2" not in done.stderr + done.stdout


def test_namespace_is_that_of_objects_without_one():
    assert "excluded-namespace" in mutate([TASK_POD], "-n", "kube-system").stderr
    assert "patched" in mutate([job(TASK_POD)], "--namespace=kube-system").stderr


def test_warnings_look_like_kubectls():
    pod = copy.deepcopy(PLAIN_POD)
    pod["metadata"]["labels"] = {"kelos.dev/github-token": "enabled"}
    warnings = [line for line in mutate([pod]).stderr.splitlines() if line.startswith("Warning: pod/plain: ")]
    assert len(warnings) == 1 and "kelos.dev/github-token-secret" in warnings[0]


@pytest.mark.parametrize("arguments", [[], ["-f"], ["-f", "x", "-o", "xml"], ["-f", "-", "-f", "-"], ["--nope"]])
def test_wrong_usage_exits_64(arguments):
    done = run("mutate", *arguments, expect=64)
    assert done.stdout == "" and "Usage: kelos-token mutate" in done.stderr


def test_version_and_completion():
    assert run("--version").stdout == run("version").stdout
    assert run("version").stdout.startswith("kelos-token 0.1.0 (Swift 6")
    for shell in ("bash", "zsh", "fish"):
        assert "mutate" in run("completion", shell).stdout
    run("completion", "tcsh", expect=64)


@pytest.mark.skipif(not REVIEWS.is_dir(), reason="../shared/fixtures is not there")
@pytest.mark.parametrize("file,patched", [
    ("task-pod-before-token-file.json", True), ("task-pod-without-secret.json", False),
    ("task-pod-already-wired.json", False), ("workerpool-pod-partly-wired.json", True),
])
def test_captured_pods_are_treated_as_the_webhook_treats_them(file, patched):
    request = json.loads((REVIEWS / file).read_text())["request"]
    pod = {"apiVersion": "v1", "kind": "Pod"} | request["object"]
    [patch] = patches(json.dumps(pod))
    assert bool(patch) == patched
    expected = jsonpatch.apply_patch(pod, patch)
    assert json.loads(mutate(json.dumps(pod), "-o", "json").stdout) == expected
    assert yaml.safe_load(mutate(json.dumps(pod), "-o", "yaml").stdout) == yaml.safe_load(json.dumps(expected))
    assert patches(json.dumps(expected)) == [[]]
