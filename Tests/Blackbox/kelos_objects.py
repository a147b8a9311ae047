"""Kelos objects of our own making, and the reviews that an API server would post for them."""

import copy

from reviews import review

PATH = "/mutate-kelos-dev"
VERSIONS = ["v1alpha1", "v1alpha2"]

# Kind, resource, and where podOverrides stand.
PLACES = [
    ("Task", "tasks", "spec"), ("Task", "tasks", "spec.worker"), ("WorkerPool", "workerpools", "spec.worker"),
    ("Session", "sessions", "spec.worker"), ("TaskSpawner", "taskspawners", "spec.taskTemplate"),
    ("TaskSpawner", "taskspawners", "spec.taskTemplate.worker"),
    ("SessionSpawner", "sessionspawners", "spec.sessionTemplate.worker")]  # fmt: skip

GOOD = {
    "labels": {"team": "a"},
    "env": [{"name": "HTTPS_PROXY", "value": "http://proxy:3128"}],
    "volumes": [{"name": "cache", "emptyDir": {}}],
    "volumeMounts": [{"name": "cache", "mountPath": "/cache"}, {"name": "workspace", "mountPath": "/also"},
                     {"name": "kelos-plugin", "mountPath": "/plugins"}],
    "extraContainers": [{"name": "claude-code", "image": "c"}],
    "extraInitContainers": [{"name": "redis", "image": "redis:7", "restartPolicy": "Always", "volumeMounts": [
        {"name": "kelos-github-token", "mountPath": "/kelos/github-token"}]}]}  # fmt: skip

BAD = {
    "volumes": [{"name": "cache", "emptyDir": {}}, {"name": "kelos-cache", "emptyDir": {}},
                {"name": "workspace", "emptyDir": {}}, {"name": "cache", "emptyDir": {}}],
    "volumeMounts": [{"name": "cache", "mountPath": "/kelos/github-token/"}],
    "extraContainers": [{"name": "kelos-db", "image": "d"}, {"name": "db", "image": "d"}],
    "extraInitContainers": [{"name": "git-clone", "image": "g"}, {"name": "db", "image": "d"}]}  # fmt: skip

# What is refused of it, in order: the field below podOverrides, and the cause.
REFUSED = [
    ("volumes[1].name", "FieldValueInvalid"), ("volumes[2].name", "FieldValueInvalid"),
    ("volumes[3].name", "FieldValueDuplicate"), ("extraContainers[0].name", "FieldValueInvalid"),
    ("extraInitContainers[0].name", "FieldValueInvalid"), ("extraInitContainers[1].name", "FieldValueDuplicate"),
    ("volumeMounts[0].mountPath", "FieldValueInvalid")]  # fmt: skip


def kelos_object(place, overrides, version="v1alpha2", **metadata):
    kind, _, holder = place
    made = {"type": "claude-code", "podOverrides": copy.deepcopy(overrides)}
    for key in reversed(holder.split(".")):
        made = {key: made}
    return {"apiVersion": f"kelos.dev/{version}", "kind": kind,
            "metadata": {"name": "fix-1", "namespace": "team-a", **metadata}, **made}


def kelos_review(place, made, old=None, version="v1alpha2", **request):
    kind, plural, _ = place
    named = {"group": "kelos.dev", "version": version, "kind": kind}
    resource = {"group": "kelos.dev", "version": version, "resource": plural}
    return review(made, **{
        "operation": "CREATE" if old is None else "UPDATE", "kind": named, "requestKind": named, "resource": resource,
        "requestResource": resource, "name": "fix-1", "oldObject": old, **request})
