"""README's page for image authors: its examples are run, its matrix is held against the program."""

import json
import re
import subprocess

import pytest
from conftest import ROOT, SECRET, kelos_token
from small_node import LONGEST

PAGE = re.search(r"\n## For image authors\n(.*?)\n## ", (ROOT / "README.md").read_text(), re.S)[1]


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.S | re.M)


def mutate(text):
    done = subprocess.run(
        [kelos_token(), "mutate", "-f", "-", "-o", "json"], input=text, capture_output=True, text=True, timeout=LONGEST)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def got(container):
    """What a container was given: f for the file and its variable, t for a token variable, g for git, w for the wrapper."""
    mounts = [mount["name"] for mount in container.get("volumeMounts", [])]
    env = [entry["name"] for entry in container.get("env", [])]
    signs = {"f": "kelos-github-token" in mounts and "KELOS_GITHUB_TOKEN_FILE" in env, "t": "GH_TOKEN" in env,
             "g": "GIT_CONFIG_COUNT" in env, "w": "kelos-gh-wrapper" in mounts}  # fmt: skip
    return "".join(sign for sign, holds in signs.items() if holds)


KELOS = {"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"}
ENABLED = {"kelos.dev/github-token": "enabled"}
TOKEN = {"name": "GITHUB_TOKEN", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": "GITHUB_TOKEN"}}}
WANTS = {"name": "wants", "env": [TOKEN]}
MOUNTED = WANTS | {"name": "mounted", "volumeMounts": [{"name": "kelos-github-token", "mountPath": "/kelos/github-token"}]}
PLAIN = {"name": "plain"}
NAMED = {"kelos.dev/github-token-secret": SECRET}
LISTED = {"kelos.dev/github-token-containers": "plain"}


@pytest.mark.parametrize("wrapper", [False, True])
@pytest.mark.parametrize(
    ("labels", "annotations", "containers", "expected"),
    [
        (KELOS, {}, [WANTS, MOUNTED, PLAIN], ["ftgw", "ftw", ""]),
        (ENABLED, {}, [WANTS, PLAIN], ["ftgw", ""]),
        (ENABLED, LISTED, [WANTS, PLAIN], ["ftgw", "ftgw"]),
        (ENABLED, NAMED, [PLAIN, {"name": "other"}], ["ftgw", "ftgw"]),
        (ENABLED, NAMED | LISTED, [PLAIN, {"name": "other"}], ["ftgw", ""]),
        ({}, NAMED, [WANTS], [""]),
        (KELOS | {"kelos.dev/github-token": "disabled"}, {}, [WANTS], [""]),
    ],
)
def test_the_matrix(wrapper, labels, annotations, containers, expected):
    if wrapper:
        labels = labels | {"kelos.dev/gh-wrapper": "enabled"}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": labels, "annotations": annotations},
           "spec": {"containers": containers}}  # fmt: skip
    if MOUNTED in containers:
        pod["spec"]["volumes"] = [{"name": "kelos-github-token", "secret": {"secretName": SECRET}}]
    seen = [got(container) for container in mutate(json.dumps(pod))["spec"]["containers"]]
    assert seen == [signs if wrapper else signs.replace("w", "") for signs in expected]


def test_the_examples_follow_the_token(github):
    [manifest] = blocks("yaml")
    container = mutate(manifest)["spec"]["containers"][0]
    assert got(container) == "ftgw"
    agent = github.world.start()
    request, credentials = blocks("sh")
    [program] = blocks("python")
    for _ in range(2):
        assert [one["name"] for one in json.loads(agent.says(request))["repositories"]] == ["r", "s"]
        assert agent.says(f"/usr/bin/python3 - <<'END'\n{program}END") == "200"
        assert f"password={github.world.token}\n" in agent.run(credentials).stdout
        assert github.tokens("api.github.com") == {github.world.token}
        github.rotate()


def test_the_script_for_images_is_where_the_example_has_it():
    [line] = blocks("dockerfile")
    assert (ROOT / line.split()[2]).is_file()
