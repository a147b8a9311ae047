"""Reviews bent out of shape, each value in turn and by seeded chance: always an answer, and every patch applies."""

import copy
import json
import random

import jsonpatch
import pytest
from reviews import container, encoded, opted_in_pod, review, task_pod, token_env, verdict

ODD_VALUES = [None, "", -1.5e300, True, [], [None], [{}], {"a": None}]


def paths_of(value, path=()):
    """Every place in a JSON value, the root left out."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from paths_of(child, (*path, key))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def rich_pod():
    made = task_pod()
    secret = "blackbox-github-token"
    made["metadata"]["annotations"] = {
        "kelos.dev/github-token-secret": secret, "kelos.dev/github-token-containers": "a"}
    made["spec"]["volumes"].append({"name": "kelos-github-token", "secret": {
        "secretName": secret, "optional": True, "items": [{"key": "GITHUB_TOKEN", "path": "GITHUB_TOKEN"}]}})
    agent = made["spec"]["containers"][0]
    agent["env"] += [{"name": "GIT_CONFIG_COUNT", "value": "1"}, {"name": "GIT_CONFIG_KEY_0", "value": "a.b"},
                     {"name": "GIT_CONFIG_VALUE_0", "value": "c"}, {"name": "GH_HOST", "value": "ghes.example"}]
    agent["volumeMounts"].append({"name": "kelos-github-token", "mountPath": "/kelos/github-token", "readOnly": True})
    return made


SEEDS = {"task": task_pod, "rich": rich_pod, "opted-in": opted_in_pod}


def ask(client, sent):
    """The verdict; None when the review was refused as malformed."""
    status, _, body = client.request(body=encoded(sent))
    assert status in (200, 400), status
    return verdict(body, sent) if status == 200 else None


def assert_sound(client, sent):
    """A patch applies, and the patched object needs no other one. Says whether there was a patch."""
    result = ask(client, sent)
    if result is None or result.operations is None:
        return False
    original = sent["request"]["object"]
    patched = jsonpatch.apply_patch(copy.deepcopy(original), result.operations)
    again = ask(client, {**sent, "request": {**sent["request"], "object": patched}})
    assert again is not None and again.operations is None
    return True


@pytest.mark.parametrize("seed", sorted(SEEDS))
def test_any_value_may_be_another_one(make_client, webhook, seed):
    client, sound = make_client(webhook), review(SEEDS[seed]())
    patched = 0
    for path in paths_of(sound):
        if path in (("kind",), ("apiVersion",), ("request", "uid")):
            continue
        for odd in ODD_VALUES:
            bent = copy.deepcopy(sound)
            at(bent, path[:-1])[path[-1]] = odd
            if isinstance(bent.get("request"), dict):
                patched += assert_sound(client, bent)
            else:
                assert client.request(body=encoded(bent))[0] == 400
    assert patched > 50


@pytest.mark.parametrize("seed", sorted(SEEDS))
def test_any_value_may_be_missing(make_client, webhook, seed):
    client, sound = make_client(webhook), review(SEEDS[seed]())
    patched = 0
    for path in paths_of(sound):
        if path in (("kind",), ("apiVersion",), ("request", "uid"), ("request",)):
            continue
        bent = copy.deepcopy(sound)
        del at(bent, path[:-1])[path[-1]]
        patched += assert_sound(client, bent)
    assert patched > 10


def test_any_key_may_be_there_twice(make_client, webhook):
    """The last one counts for Go's decoder; whatever counts here, the answer stays an answer."""
    client, body = make_client(webhook), encoded(review(task_pod(), uid="twice"))
    for position in [index for index, byte in enumerate(body) if byte == ord("{") and body[index + 1] != ord("}")]:
        doubled = body[:position + 1] + b'"spec":null,"name":"a","env":[],"object":{},' + body[position + 1:]
        status, _, answer = client.request(body=doubled)
        assert status == 400 or json.loads(answer)["response"]["uid"] == "twice"


def test_any_byte_may_be_another_one(make_client, webhook):
    chance, client = random.Random(20), make_client(webhook)
    body = encoded(review(rich_pod(), uid="bytes"))
    for _ in range(1500):
        bent = bytearray(body)
        for _ in range(chance.choice((1, 1, 2, 5))):
            position = chance.randrange(len(bent))
            kind = chance.randrange(3)
            if kind == 0:
                bent[position] = chance.randrange(256)
            elif kind == 1:
                del bent[position:position + chance.randrange(1, 40)]
            else:
                bent[position:position] = chance.choice((b'"', b"\\", b"{", b"]", b",", b"\\u12", b"\x00", b"\xf4\x90"))
        status, fields, answer = client.request(body=bytes(bent))
        assert status in (200, 400)
        try:
            json.loads(bytes(bent).decode())
        except ValueError:
            assert status == 400, bytes(bent)
        assert fields["content-type"] == "application/json" if status == 200 else answer.count(b"\n") == 1


@pytest.mark.parametrize("count", [0, 1, 200])
def test_any_number_of_containers_is_wired(make_client, webhook, count):
    made = task_pod()
    made["spec"]["containers"] = [container(f"c-{index}", [token_env("a")]) for index in range(count)]
    assert assert_sound(make_client(webhook), review(made))
