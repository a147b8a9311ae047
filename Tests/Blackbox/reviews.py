"""AdmissionReviews of our own making, and what an API server demands of the answers."""

import base64
import copy
import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

import jsonpatch

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("KELOS_SHARED", ROOT.parent / "shared"))
CAPTURED = SHARED / "fixtures" / "admission-reviews"

TOKEN_VOLUME = "kelos-github-token"
TOKEN_MOUNT = "/kelos/github-token"
TOKEN_FILE = TOKEN_MOUNT + "/GITHUB_TOKEN"

# What an API server keeps of warnings (apiserver endpoints/filters/warning.go).
WARNING_RUNES = 256
WARNINGS_RUNES = 4096


def token_env(secret, name="GITHUB_TOKEN", key="GITHUB_TOKEN"):
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def container(name, env=(), mounts=(), **more):
    return {"name": name, "image": f"registry.invalid/{name}:1", "env": list(env),
            "volumeMounts": list(mounts), "resources": {}, "imagePullPolicy": "IfNotPresent", **more}


def pod(containers, init_containers=(), labels=None, annotations=None, volumes=None, **spec):
    made = {"kind": "Pod", "apiVersion": "v1",
            "metadata": {"generateName": "blackbox-", "namespace": "team-a", "labels": labels or {}},
            "spec": {"containers": list(containers), "restartPolicy": "Never", **spec}, "status": {}}
    if annotations:
        made["metadata"]["annotations"] = annotations
    if init_containers:
        made["spec"]["initContainers"] = list(init_containers)
    if volumes is not None:
        made["spec"]["volumes"] = volumes
    return made


KELOS_LABELS = {"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task",
                "kelos.dev/name": "kelos", "kelos.dev/task": "blackbox"}


def task_pod(secret="blackbox-github-token", filler_bytes=0, **spec):
    """A pod shaped like a Kelos Task's from before token files: three containers with the token, two without."""
    workspace = {"name": "workspace", "mountPath": "/workspace"}
    made = pod(
        [container("kelos-agent", [{"name": "KELOS_BRANCH", "value": "main"}, token_env(secret),
                                   token_env(secret, "GH_TOKEN")], [workspace]),
         container("database", [{"name": "DATABASE_USER", "value": "test"}])],
        [container("git-clone", [token_env(secret), token_env(secret, "GH_TOKEN")], [workspace]),
         container("branch-setup", [token_env(secret)], [workspace]),
         container("cache", restartPolicy="Always")],
        labels=dict(KELOS_LABELS), volumes=[{"name": "workspace", "emptyDir": {}}], **spec)
    if filler_bytes:
        made["metadata"]["annotations"] = {"example.com/filler": "x" * filler_bytes}
    return made


def opted_in_pod(secret="team-token", **more):
    return pod([container("main")], labels={"kelos.dev/github-token": "enabled"},
               annotations={"kelos.dev/github-token-secret": secret}, **more)


def plain_pod():
    return pod([container("main")], labels={"app": "plain"})


def review(made, operation="CREATE", uid=None, version="v1", namespace="team-a", **request):
    """The review that an API server would post for `made`."""
    kind = {"group": "", "version": "v1", "kind": "Pod"}
    resource = {"group": "", "version": "v1", "resource": "pods"}
    return {"kind": "AdmissionReview", "apiVersion": f"admission.k8s.io/{version}",
            "request": {"uid": uid or str(uuid.uuid4()), "kind": kind, "resource": resource, "requestKind": kind,
                        "requestResource": resource, "namespace": namespace, "operation": operation,
                        "userInfo": {"username": "system:serviceaccount:kube-system:job-controller"},
                        "object": made, "oldObject": None, "dryRun": False,
                        "options": {"kind": "CreateOptions", "apiVersion": "meta.k8s.io/v1"}, **request}}


def encoded(value):
    """JSON as Go writes it: no spaces, UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def ten_kilobyte_review(uid=None):
    return encoded(review(task_pod(filler_bytes=6500), uid=uid))


@dataclass
class Verdict:
    """A checked response: what the API server would make of it."""

    response: dict
    operations: list | None

    @property
    def allowed(self):
        return self.response["allowed"]

    @property
    def status(self):
        return self.response["status"]

    def applied_to(self, made):
        """The object after the patch, by an independent JSON Patch implementation; the input is left alone."""
        patched = copy.deepcopy(made)
        return jsonpatch.apply_patch(patched, self.operations) if self.operations is not None else patched


def verdict(body, sent):
    """Checks the rules of the API server's VerifyAdmissionResponse, then gives the verdict."""
    answer = json.loads(body)
    assert answer["kind"] == "AdmissionReview"
    assert answer["apiVersion"] == sent["apiVersion"]
    assert set(answer) == {"kind", "apiVersion", "response"}, "no request is sent back"
    response = answer["response"]
    assert response["uid"] == sent["request"]["uid"]
    assert isinstance(response["allowed"], bool)
    assert ("patch" in response) == ("patchType" in response), "patch if and only if patchType"
    operations = None
    if "patch" in response:
        assert response["allowed"] and response["patchType"] == "JSONPatch"
        operations = json.loads(base64.b64decode(response["patch"], validate=True))
        assert operations, "an empty patch is no patch"
        assert {operation["op"] for operation in operations} <= {"add", "replace"}
    for key, value in response.get("auditAnnotations", {}).items():
        assert isinstance(key, str) and isinstance(value, str)
    _check_warnings(response.get("warnings", []))
    return Verdict(response, operations)


def _check_warnings(warnings):
    assert all(0 < len(warning) <= WARNING_RUNES for warning in warnings)
    assert sum(map(len, warnings)) <= WARNINGS_RUNES
    assert all(character.isprintable() for warning in warnings for character in warning)
    assert len(warnings) == len(set(warnings))


def captured(name):
    """A captured review as bytes and as a value."""
    body = (CAPTURED / name).read_bytes()
    return body, json.loads(body)


def containers_of(made):
    """Every container by name."""
    return {each["name"]: each for list_name in ("initContainers", "containers")
            for each in made["spec"].get(list_name, [])}


OWN_ENV_NAMES = {"KELOS_GITHUB_TOKEN_FILE", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN"}


def is_own_env(name):
    return name in OWN_ENV_NAMES or name.startswith("GIT_CONFIG_")


def without_own_additions(patched, original):
    """`patched` without what the webhook may add at the ends of lists; equal to `original` when it did nothing else."""
    bare = copy.deepcopy(patched)
    for each in containers_of(bare).values():
        before = containers_of(original)[each["name"]]
        _cut(each, before, "env", lambda added: is_own_env(added["name"]))
        _cut(each, before, "volumeMounts", lambda added: added["mountPath"] == TOKEN_MOUNT)
    _cut(bare["spec"], original["spec"], "volumes", lambda added: added["name"] == TOKEN_VOLUME)
    return bare


def _cut(holder, before, name, is_own):
    if name not in holder:
        return
    kept = len(before.get(name) or [])
    added = holder[name][kept:]
    assert all(is_own(each) for each in added), f"foreign additions to {name}: {added}"
    holder[name] = holder[name][:kept]
    if name not in before:
        del holder[name]
    elif before[name] is None:
        holder[name] = None
