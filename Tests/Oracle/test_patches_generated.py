"""Every patch applies, a second round adds none, and nothing is touched but what is ours."""

import base64
import copy
import json
import random

import core_probe
import jsonpatch

PODS = 24_000
BATCH = 4_000

VOLUME = "kelos-github-token"
WRAPPER = "kelos-gh-wrapper"
WRAPPER_PATH = "/usr/local/bin/gh"
SCRIPT_ANNOTATION = "kelos.dev/gh-wrapper-script"
SCRIPT = (core_probe.ROOT / "hack" / "gh").read_text()
WRAPPER_VOLUME = {
    "name": WRAPPER,
    "downwardAPI": {
        "items": [{"path": "gh", "fieldRef": {"fieldPath": f"metadata.annotations['{SCRIPT_ANNOTATION}']"}, "mode": 0o755}]
    },
}
WRAPPER_MOUNT = {"name": WRAPPER, "mountPath": WRAPPER_PATH, "subPath": "gh", "readOnly": True}
MANAGED = "kelos.dev/managed-by"
SECRETS = ["task-a-github-token", "task-b", "pat"]
NAMES = ["kelos-agent", "git-clone", "branch-setup", "side", "db", "x" * 63, "a/b~c", "\u00e9"]
PATHS = [
    "/workspace", "/kelos/github-token", "/kelos/github-token/", "//kelos/./github-token", "kelos/github-token",
    "/kelos/x/../github-token", "/kelos/github-token/sub", "/kelos", "/kelos/bin", "/kelos/github-tokens", "/", "",
    "/kelos/github-token/..", "..", "/a/../..//kelos/github-token/x/..",
]  # fmt: skip
FILE = "/kelos/github-token/GITHUB_TOKEN"
HOSTS = ["github.com", "GitHub.com", "www.github.com", "ghes.example", "GHES.example:8443", "acme.ghe.com", "", "$(H)",
         "bad host", "a" * 64, "host:99999"]  # fmt: skip
COUNTS = ["0", "1", "2", "1000", "1001", "", "x", "-1", "01", "$(N)", "99999999999999999999"]


def clean(path):
    """Go's path.Clean of a path that the kubelet has made absolute."""
    parts = []
    for part in path.split("/"):
        if part == "..":
            parts[-1:] = []
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def maybe(rng, chance, make):
    return make() if rng.random() < chance else None


def secret_env(rng, name):
    reference = {"name": rng.choice(SECRETS), "key": rng.choice(["GITHUB_TOKEN", "GITHUB_TOKEN", "token"])}
    broken = rng.random()
    if broken < 0.05:
        del reference[rng.choice(["name", "key"])]
    elif broken < 0.08:
        reference[rng.choice(["name", "key"])] = rng.choice(["", None])
    return {"name": name, "valueFrom": {"secretKeyRef": reference}}


def env_list(rng):
    shape = rng.random()
    if shape < 0.15:
        return ABSENT
    if shape < 0.2:
        return None
    entries = []
    for _ in range(rng.choice([0, 1, 2, 4, 8])):
        entries.append(
            rng.choice(
                [
                    lambda: secret_env(rng, "GITHUB_TOKEN"),
                    lambda: secret_env(rng, rng.choice(["GH_TOKEN", "GH_ENTERPRISE_TOKEN", "OTHER"])),
                    lambda: {"name": "GITHUB_TOKEN", "value": "literal"},
                    lambda: {"name": "KELOS_GITHUB_TOKEN_FILE", "value": rng.choice([FILE, FILE, "/elsewhere", ""])},
                    lambda: {"name": "KELOS_GITHUB_TOKEN_FILE", "valueFrom": {"fieldRef": {"fieldPath": "x"}}},
                    lambda: {"name": "GH_HOST", "value": rng.choice(HOSTS)},
                    lambda: {"name": "GH_HOST", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                    lambda: {"name": "GIT_CONFIG_COUNT", "value": rng.choice(COUNTS)},
                    lambda: {"name": f"GIT_CONFIG_KEY_{rng.randrange(5)}", "value": "core.x"},
                    lambda: {"name": f"GIT_CONFIG_VALUE_{rng.randrange(5)}", "value": "y"},
                    lambda: {"name": "PLAIN", "value": "v", "future~/field": {"a": [1, 1e3, 1.50]}},
                    lambda: {"name": "NOVALUE"},
                    lambda: {},
                ]
            )()
        )
    return entries


ABSENT = object()


def put(target, key, value):
    if value is not ABSENT:
        target[key] = value


def mounts(rng):
    shape = rng.random()
    if shape < 0.2:
        return ABSENT
    if shape < 0.25:
        return None
    found = []
    if rng.random() < 0.08:
        found.append(rng.choice([WRAPPER_MOUNT, WRAPPER_MOUNT, {"name": "other", "mountPath": rng.choice(
            [WRAPPER_PATH, "/usr/local//bin/gh/", "/usr/local/bin", "usr", "/usr/local/bin/gh/x", "/usr/local/bin/ghx"])}]))
    for _ in range(rng.choice([0, 1, 2, 3])):
        if rng.random() < 0.75:
            path = rng.choice(PATHS[-3:] + ["/workspace"] * 9)
            mount = {"name": rng.choice(["workspace", "other"]), "mountPath": path}
        else:
            mount = {"name": rng.choice([VOLUME, VOLUME, "other"]), "mountPath": rng.choice(PATHS)}
        if rng.random() < (0.2 if mount["name"].startswith("kelos") else 0.05):
            mount[rng.choice(["subPath", "subPathExpr"])] = rng.choice(["", "x", None])
        found.append(mount)
    return found


def container(rng, name):
    made = {"name": name, "image": "i", "resources": {}}
    if rng.random() < 0.3:
        made["restartPolicy"] = "Always"
    if rng.random() < 0.2:
        made["future/field~x"] = [None, {"deep": [1.0, 1e10]}]
    put(made, "env", env_list(rng))
    put(made, "volumeMounts", mounts(rng))
    return made


def volumes(rng):
    shape = rng.random()
    if shape < 0.15:
        return ABSENT
    if shape < 0.2:
        return None
    found = [{"name": "workspace", "emptyDir": {}}][: rng.randrange(2)]
    kind = rng.random()
    if kind < 0.25:
        secret = {"secretName": rng.choice(SECRETS), "optional": True}
        item = {"key": rng.choice(["GITHUB_TOKEN", "token"]), "path": rng.choice(["GITHUB_TOKEN"] * 4 + ["other"])}
        put(secret, "items", rng.choice([ABSENT, None, [], [item], [item]]))
        found.append({"name": "kelos-github-token", "secret": secret})
    elif kind < 0.28:
        found.append({"name": "kelos-github-token", "emptyDir": {}})
    elif kind < 0.3:
        found.append({"name": "kelos-gh-wrapper", "emptyDir": {}})
    elif kind < 0.4:
        # The API server's defaults come with it.
        made = copy.deepcopy(WRAPPER_VOLUME)
        made["downwardAPI"]["defaultMode"] = 0o644
        made["downwardAPI"]["items"][0]["fieldRef"]["apiVersion"] = "v1"
        found.append(made)
    return found


def pod(rng):
    names = rng.sample(NAMES, len(NAMES))
    inits = [container(rng, names[i]) for i in range(rng.choice([0, 0, 1, 2]))]
    apps = [container(rng, names[4 + i]) for i in range(rng.choice([1, 1, 2, 3]))]
    labels = rng.choice(
        [
            {MANAGED: "kelos-controller", "kelos.dev/component": rng.choice(["task", "session", "worker"])},
            {"kelos.dev/github-token": "enabled"},
            {MANAGED: "kelos-controller", "kelos.dev/component": "spawner"},
            {MANAGED: "kelos-controller", "kelos.dev/component": "task", "kelos.dev/github-token": "disabled"},
        ]
        if rng.random() < 0.2
        else [
            {MANAGED: "kelos-controller", "kelos.dev/component": "task"},
            {"kelos.dev/github-token": "enabled"},
        ]
    )
    if rng.random() < 0.3:
        labels = labels | {"kelos.dev/gh-wrapper": rng.choice(["enabled"] * 9 + ["disabled"])}
    metadata = {"name": "p", "labels": labels, "managedFields": [{"fieldsV1": {'k:{"name":"a"}': {}, "f:x/y~z": {}}}]}
    annotations = {}
    if rng.random() < 0.3:
        impossible = ["", "Bad_Name", "-a", "a..b", "a" * 254]
        annotations["kelos.dev/github-token-secret"] = rng.choice(SECRETS * 5 + ["ok.name"] + impossible)
    if rng.random() < 0.15:
        lists = ["", ",", names[4], f" {names[4]} ,nobody", "nobody", '"\x07']
        annotations["kelos.dev/github-token-containers"] = rng.choice(lists)
    if rng.random() < 0.02:
        annotations["kubernetes.io/config.mirror"] = "x"
    if rng.random() < 0.1:
        annotations[SCRIPT_ANNOTATION] = rng.choice([SCRIPT, SCRIPT, SCRIPT[:-1], "", None])
    if annotations or rng.random() < 0.5:
        metadata["annotations"] = annotations
    spec = {}
    put(spec, "initContainers", inits if inits else rng.choice([ABSENT, None, []]))
    spec["containers"] = apps
    put(spec, "volumes", volumes(rng))
    spec["unknownField"] = {"$(X)": ["\u2028", 1e3]}
    return {"kind": "Pod", "apiVersion": "v1", "metadata": metadata, "spec": spec, "status": {}}


def review(pod_object):
    request = {
        "uid": "u-1", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "namespace": "team-a",
        "operation": "CREATE", "object": pod_object, "oldObject": None, "dryRun": False,
    }  # fmt: skip
    return {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}


def decide(pods):
    """The response of each pod's review, and its decision."""
    bodies = [json.dumps(review(p), ensure_ascii=False).encode("utf-8") for p in pods]
    found = []
    for answer in core_probe.ask("review", bodies):
        decision, _, body = answer.partition(b"\n")
        assert not decision.startswith(b"malformed"), answer
        result, reason = decision.decode().split(" ")
        found.append((result, reason, json.loads(body.decode("utf-8"))["response"]))
    return found


def patched(pod_object, response):
    operations = json.loads(base64.b64decode(response["patch"], validate=True))
    assert operations
    return jsonpatch.apply_patch(copy.deepcopy(pod_object), operations), operations


def last(entries, name):
    found = [entry for entry in entries or [] if entry.get("name") == name]
    return found[-1] if found else None


def check_shape(response):
    """What the API server demands of an answer."""
    assert response["uid"] == "u-1"
    assert ("patch" in response) == ("patchType" in response)
    warnings = response.get("warnings", [])
    assert sum(map(len, warnings)) <= 4096 and len(set(warnings)) == len(warnings)
    for warning in warnings:
        assert len(warning) <= 256 and all(char >= " " and char != "\x7f" for char in warning)
    for key, value in response.get("auditAnnotations", {}).items():
        assert key.isalpha() and isinstance(value, str)
    if not response["allowed"]:
        status = response["status"]
        assert (status["code"], status["reason"], status["status"]) == (422, "Invalid", "Failure")
        causes = status["details"]["causes"]
        assert causes
        for cause in causes:
            assert cause["field"] in status["message"] and cause["message"] in status["message"]


OURS = {"GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN", "KELOS_GITHUB_TOKEN_FILE", "GIT_CONFIG_COUNT"}


def is_ours(name):
    return name in OURS or name.startswith(("GIT_CONFIG_KEY_", "GIT_CONFIG_VALUE_"))


def check_difference(before, after):
    """Taking out of `after` what is ours gives `before`; nothing moved, nothing vanished."""
    before, after = copy.deepcopy(before), copy.deepcopy(after)
    wrapped = before["metadata"]["labels"].get("kelos.dev/gh-wrapper") == "enabled"
    old_notes, new_notes = before["metadata"].pop("annotations", {}), after["metadata"].pop("annotations", {})
    assert new_notes == (old_notes | {SCRIPT_ANNOTATION: SCRIPT} if wrapped else old_notes)
    old, new = before["spec"], after["spec"]
    old_volumes, new_volumes = old.pop("volumes", None) or [], new.pop("volumes", None) or []
    assert new_volumes[: len(old_volumes)] == old_volumes
    added = new_volumes[len(old_volumes) :]
    names = [volume["name"] for volume in added]
    assert names in ([], [VOLUME]) or (wrapped and names in ([WRAPPER], [VOLUME, WRAPPER]))
    assert (WRAPPER in [volume["name"] for volume in new_volumes]) or not wrapped
    for volume in added:
        if volume["name"] == WRAPPER:
            assert volume == WRAPPER_VOLUME
            continue
        assert set(volume) == {"name", "secret"} and volume["secret"]["optional"] is True
        assert [item["path"] for item in volume["secret"]["items"]] == ["GITHUB_TOKEN"]
    for field in ("initContainers", "containers"):
        olds, news = old.get(field) or [], new.get(field) or []
        assert len(olds) == len(news)
        for one, other in zip(olds, news):
            if one == other:
                continue
            old_env, new_env = one.pop("env", None) or [], other.pop("env", None) or []
            for index, entry in enumerate(old_env):
                if new_env[index] != entry:
                    # Replaced in place: the same name, and one that we own.
                    assert new_env[index]["name"] == entry["name"] != "GITHUB_TOKEN" and is_ours(entry["name"])
                    assert not entry["name"].startswith("GH_")
            old_names = {entry.get("name") for entry in old_env}
            for entry in new_env[len(old_env) :]:
                assert is_ours(entry["name"]) and entry["name"] not in old_names
                reference = entry.get("valueFrom", {}).get("secretKeyRef")
                assert ("value" in entry) != bool(reference)
                assert not reference or reference["optional"] is True
            old_mounts, new_mounts = one.pop("volumeMounts", None) or [], other.pop("volumeMounts", None) or []
            assert new_mounts[: len(old_mounts)] == old_mounts
            token = {"name": VOLUME, "mountPath": "/kelos/github-token", "readOnly": True}
            possible = ([], [token], [WRAPPER_MOUNT], [token, WRAPPER_MOUNT]) if wrapped else ([], [token])
            assert new_mounts[len(old_mounts) :] in possible
            assert one == other
    # Absent, null and empty lists may have become lists; all else is equal.
    assert before == after


def check_wired(after, changed):
    """A changed container has all it needs."""
    spec = after["spec"]
    volume = last(spec["volumes"], "kelos-github-token")
    secret = volume["secret"]
    for one in (spec.get("initContainers") or []) + spec["containers"]:
        if one["name"] not in changed:
            continue
        env = one["env"]
        assert last(env, "KELOS_GITHUB_TOKEN_FILE")["value"] == FILE
        mounted = [m for m in one["volumeMounts"] if m.get("mountPath")]
        at_path = [m for m in mounted if clean(m["mountPath"]) == "/kelos/github-token"]
        assert [m["name"] for m in at_path] and all(m["name"] == "kelos-github-token" for m in at_path)
        assert last(env, "GITHUB_TOKEN")
        if after["metadata"]["labels"].get("kelos.dev/gh-wrapper") == "enabled":
            assert [m for m in mounted if clean(m["mountPath"]) == WRAPPER_PATH] == [WRAPPER_MOUNT]
        count = last(env, "GIT_CONFIG_COUNT")
        if count and count.get("value", "").isdigit() and int(count["value"]) >= 3:
            keys = [last(env, f"GIT_CONFIG_KEY_{n}") for n in range(int(count["value"]) - 3, int(count["value"]))]
            if all(keys) and "credential." in keys[0]["value"]:
                host = keys[0]["value"][len("credential.") : -len(".helper")]
                assert [k["value"] for k in keys] == [f"credential.{host}.helper"] * 2 + [f"credential.{host}.username"]
        assert secret["secretName"]


def test_generated_pods():
    rng = random.Random(1196)
    seen = {}
    total = 0
    while total < PODS:
        pods = [pod(rng) for _ in range(BATCH)]
        total += len(pods)
        again = []
        for before, (result, reason, response) in zip(pods, decide(pods)):
            seen[result, reason] = seen.get((result, reason), 0) + 1
            check_shape(response)
            assert response["allowed"] == (result != "refused")
            assert ("patch" in response) == (result == "patched")
            if result != "patched":
                continue
            after, operations = patched(before, response)
            assert all(operation["op"] in ("add", "replace") for operation in operations)
            check_difference(before, after)
            check_wired(after, response["auditAnnotations"]["containers"].split(","))
            again.append(after)
        for result, reason, response in decide(again):
            assert (result, reason) == ("skipped", "already-wired"), response
            assert "patch" not in response
            seen[result, reason] = seen.get((result, reason), 0) + 1
    assert total >= 20_000
    wanted = ["patched injected"]
    wanted += ["skipped " + reason for reason in ("already-wired", "no-token-secret", "not-selected", "opted-out")]
    wanted += ["skipped mirror-pod", "skipped no-containers", "refused reserved-volume", "refused mount-collision"]
    wanted += ["refused sub-path-mount", "refused invalid-annotation"]
    for decision in wanted:
        assert seen.get(tuple(decision.split(" ")), 0) >= 20, (decision, seen)
    assert seen["patched", "injected"] > total / 5


def test_wrong_types_never_give_a_patch_that_does_not_apply():
    """What the API server would never send: any field of a pod replaced by something of another type."""
    rng = random.Random(2)
    pods = []
    for _ in range(6_000):
        made = pod(rng)
        for _ in range(rng.choice([1, 1, 2])):
            spot = made
            while True:
                keys = list(spot) if isinstance(spot, dict) else range(len(spot))
                if not keys:
                    break
                key = rng.choice(list(keys))
                if isinstance(spot[key], (dict, list)) and spot[key] and rng.random() < 0.75:
                    spot = spot[key]
                    continue
                spot[key] = rng.choice([None, 0, "", "x", [], {}, True, [None], {"name": None}, [[]], 1.5])
                break
        pods.append(made)
    results = set()
    again = []
    for before, (result, _, response) in zip(pods, decide(pods)):
        results.add(result)
        check_shape(response)
        if result == "patched":
            again.append(patched(before, response)[0])
    assert results == {"patched", "skipped", "refused"}
    assert all(result == "skipped" for result, _, _ in decide(again))
