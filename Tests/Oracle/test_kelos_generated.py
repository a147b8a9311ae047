"""Generated Kelos objects, judged by the core and by the rules written down once more in kelos_rules."""

import json
import random

import core_probe
import kelos_rules

OBJECTS = 16_000
BATCH = 4_000

VOLUMES = ["cache", "data", "workspace", "kelos-x", "kelos-github-token", "worker-runner", "kelos", "\u00e9", "", None, 7]
CONTAINERS = ["db", "redis", "git-clone", "branch-setup", "skills-install", "kelos-agent", "inject-worker-runner",
              "claude-code", "kelosx", "", None, {}]  # fmt: skip
PATHS = ["/cache", "/workspace", "/kelos", "/kelos/", "/kelos/github-token", "/kelos/github-token/", "kelos/github-token",
         "//kelos/./github-token/a", "/kelos/github-token/..", "/kelos/github-tokens", "/kelos/bin", "/kelos/bin/.",
         "/kelos/bin/x", "/", "..", "/x/../kelos/github-token", "", None, 1]  # fmt: skip
VARIABLES = sorted(kelos_rules.DROPPED) + ["PATH", "KELOS_X", "kelos_model", "", None, []]
NONSENSE = [None, True, 1, 1.5, "text", [], {}, [None, "x", [], {}]]


def sometimes(rng, value):
    return rng.choice(NONSENSE) if rng.random() < 0.03 else value


def mount(rng):
    made = {"name": rng.choice(VOLUMES[:6] + ["kelos-github-token"] * 3), "mountPath": rng.choice(PATHS)}
    if rng.random() < 0.2:
        made[rng.choice(["subPath", "subPathExpr"])] = rng.choice(["x", "", None])
    return sometimes(rng, made)


def token(rng):
    reference = {"name": "s", "key": "GITHUB_TOKEN"}
    if rng.random() < 0.2:
        reference[rng.choice(["name", "key"])] = rng.choice(["", None, 1])
    return {"name": "GITHUB_TOKEN", **rng.choice([{"value": "x"}, {"valueFrom": {"secretKeyRef": reference}}, {}])}


def container(rng):
    made = {"name": rng.choice(CONTAINERS), "image": "i"}
    if rng.random() < 0.1:
        del made["name"]
    if rng.random() < 0.5:
        made["env"] = sometimes(rng, [token(rng) for _ in range(rng.randrange(3))])
    if rng.random() < 0.6:
        made["volumeMounts"] = sometimes(rng, [mount(rng) for _ in range(rng.randrange(4))])
    return sometimes(rng, made)


def overrides(rng):
    made = {}
    for key, one, most in [
        ("volumes", lambda: sometimes(rng, {"name": rng.choice(VOLUMES), "emptyDir": {}}), 5),
        ("volumeMounts", lambda: mount(rng), 4),
        ("env", lambda: sometimes(rng, {"name": rng.choice(VARIABLES), "value": "v"}), 3),
        ("extraContainers", lambda: container(rng), 4),
        ("extraInitContainers", lambda: container(rng), 4),
    ]:
        if rng.random() < 0.6:
            made[key] = sometimes(rng, [one() for _ in range(rng.randrange(most))])
    return sometimes(rng, made)


def holder(rng):
    made = {}
    if rng.random() < 0.8:
        made["podOverrides"] = overrides(rng)
    if rng.random() < 0.6:
        made["credentials"] = rng.choice([{"type": "none"}, {"type": "api-key"}, None, "none"])
    return made


def kelos_object(rng, kind):
    inner = holder(rng)
    if rng.random() < 0.7:
        inner["worker"] = sometimes(rng, holder(rng))
    template = kelos_rules.TEMPLATES[kind]
    spec = {template: sometimes(rng, inner)} if template else inner
    return {"apiVersion": "kelos.dev/v1alpha2", "kind": kind, "metadata": {"name": "o"}, "spec": sometimes(rng, spec)}


def shuffled(rng, value):
    """The same value, its keys in another order."""
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {key: shuffled(rng, value[key]) for key in keys}
    return [shuffled(rng, each) for each in value] if isinstance(value, list) else value


def mutated(rng, value):
    """The value with something else at one place, or what it was."""
    if isinstance(value, dict) and value:
        key = rng.choice(list(value))
        return {**value, key: mutated(rng, value[key])}
    if isinstance(value, list) and value:
        index = rng.randrange(len(value))
        return value[:index] + [mutated(rng, value[index])] + value[index + 1 :]
    return rng.choice([value, value, "changed", None])


def review(rng, kind, made, old):
    version = rng.choice(["v1alpha1", "v1alpha2"])
    asked = {
        "kind": "AdmissionReview",
        "apiVersion": "admission.k8s.io/" + rng.choice(["v1", "v1beta1"]),
        "request": {
            "uid": "u", "kind": {"group": "kelos.dev", "version": version, "kind": kind}, "name": "o",
            "operation": "CREATE" if old is None else "UPDATE", "object": made, "oldObject": old}}  # fmt: skip
    return json.dumps(asked, ensure_ascii=rng.random() < 0.5, indent=rng.choice([None, 1])).encode()


def case(rng):
    kind = rng.choice(sorted(kelos_rules.TEMPLATES))
    made = kelos_object(rng, kind)
    old = rng.choice([None, None, "same", "near", "other"])
    if old == "same":
        old = shuffled(rng, made)
    elif old == "near":
        old = mutated(rng, shuffled(rng, made))
    elif old == "other":
        old = kelos_object(rng, kind)
    return kind, made, old


def test_generated_objects_are_judged_as_the_rules_say():
    rng = random.Random(20261123)
    refusals = passes = warnings = 0
    for _ in range(OBJECTS // BATCH):
        cases = [case(rng) for _ in range(BATCH)]
        answers = core_probe.ask("kelos", [review(rng, *each) for each in cases])
        for (kind, made, old), answer in zip(cases, answers):
            decision, _, text = answer.partition(b"\n")
            response = json.loads(text)["response"]
            refused, warned = kelos_rules.judge(kind, made, old)
            context = json.dumps([kind, made, old])
            causes = response.get("status", {}).get("details", {}).get("causes", [])
            assert [(each["field"], each["reason"]) for each in sorted(causes, key=lambda each: each["field"])] == sorted(
                refused), context
            assert response["allowed"] == (not refused) and "patch" not in response
            assert decision.startswith(b"refused" if refused else b"skipped")
            fields = {each.split(": ")[0] for each in response.get("warnings", [])}
            assert fields == set(warned), context
            for each in causes:
                assert f"{each['field']}: {each['message']}" in response["status"]["message"]
            refusals, passes, warnings = refusals + bool(refused), passes + (not refused), warnings + bool(warned)
    assert min(refusals, passes, warnings) > OBJECTS // 10, (refusals, passes, warnings)


def test_objects_that_stay_the_same_are_let_through_however_they_are_written():
    rng = random.Random(42)
    cases = []
    for _ in range(BATCH):
        kind = rng.choice(sorted(kelos_rules.TEMPLATES))
        made = kelos_object(rng, kind)
        cases.append((kind, made, shuffled(rng, {**made, "metadata": {"finalizers": ["f"]}})))
    for answer in core_probe.ask("kelos", [review(rng, *each) for each in cases]):
        response = json.loads(answer.partition(b"\n")[2])["response"]
        assert response["allowed"] and "warnings" not in response
