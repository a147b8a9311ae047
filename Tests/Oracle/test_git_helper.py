"""Real git with the environment that a patched container gets: the token is read anew, for one host only."""

import base64
import json
import shutil
import subprocess

import core_probe
import jsonpatch
import pytest

FILE = "/kelos/github-token/GITHUB_TOKEN"
SHELLS = {"dash": ["dash"], "bash": ["bash", "--posix"], "busybox": ["busybox", "sh"]}


def patched_environment(host=None, present=()):
    """The container's literal variables after the patch, as the kubelet expands them."""
    env = [{"name": "GITHUB_TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "GITHUB_TOKEN"}}}, *present]
    if host is not None:
        env.append({"name": "GH_HOST", "value": host})
    pod = {
        "metadata": {"labels": {"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"}},
        "spec": {"containers": [{"name": "kelos-agent", "env": env}]},
    }
    request = {"uid": "u", "kind": {"group": "", "version": "v1", "kind": "Pod"}, "operation": "CREATE", "object": pod}
    review = {"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request}
    answer = core_probe.ask("review", [json.dumps(review).encode()])[0].partition(b"\n")[2]
    patch = json.loads(base64.b64decode(json.loads(answer)["response"]["patch"]))
    entries = jsonpatch.apply_patch(pod, patch)["spec"]["containers"][0]["env"]
    literal = {entry["name"]: entry["value"] for entry in entries if "value" in entry}
    # Nothing may be left for Kubernetes to expand; `$$(` is its way to write `$(`.
    assert all("$(" not in value.replace("$$(", "") for value in literal.values())
    return {name: value.replace("$$(", "$(") for name, value in literal.items()}


class Git:
    """A git with the container's environment, and the container's file at a path of the test's own."""

    def __init__(self, folder, **patch):
        self.folder = folder
        self.file = folder / "mount" / "GITHUB_TOKEN"
        self.file.parent.mkdir()
        home = folder / "home"
        home.mkdir()
        self.environment = {
            name: value.replace(FILE, str(self.file)) for name, value in patched_environment(**patch).items()
        }
        self.environment |= {
            "HOME": str(home), "PATH": "/usr/bin:/bin", "GIT_TERMINAL_PROMPT": "0", "GIT_CONFIG_NOSYSTEM": "1",
            "LC_ALL": "C",
        }  # fmt: skip

    def run(self, *arguments, given=None, **more):
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, env=self.environment | more, input=given, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def fill(self, url, **more):
        """What git would log in with: a pair, or None."""
        done = self.run("-c", "core.askPass=false", "credential", "fill", given=f"url={url}\n\n", **more)
        if done.returncode != 0:
            return None
        found = dict(line.split("=", 1) for line in done.stdout.splitlines() if line)
        return found.get("username"), found.get("password")


@pytest.fixture
def git(tmp_path):
    return Git(tmp_path)


def test_the_file_is_read_at_every_call(git):
    git.file.write_text("ghs_first")
    assert git.fill("https://github.com/o/r.git", GITHUB_TOKEN="ghs_old") == ("x-access-token", "ghs_first")
    git.file.write_text("ghs_second\n")
    assert git.fill("https://github.com/o/r.git", GITHUB_TOKEN="ghs_old") == ("x-access-token", "ghs_second")


def test_long_tokens_with_dots_and_dashes_come_through(git):
    token = "ghs_123_" + "aB-_." * 100 + "%s\\n$x`'\""
    git.file.write_text(token + "\n")
    assert git.fill("https://github.com/o/r") == ("x-access-token", token)


def test_without_file_the_variable_is_used(git):
    assert git.fill("https://github.com/o/r", GITHUB_TOKEN="ghs_env") == ("x-access-token", "ghs_env")
    git.file.write_text("")
    assert git.fill("https://github.com/o/r", GITHUB_TOKEN="ghs_env") == ("x-access-token", "ghs_env")
    git.file.write_text("\n")
    assert git.fill("https://github.com/o/r", GITHUB_TOKEN="ghs_env") == ("x-access-token", "ghs_env")


def test_without_any_token_git_asks_as_it_would(git):
    assert git.fill("https://github.com/o/r") is None


def test_another_host_gets_nothing(git):
    git.file.write_text("ghs_secret")
    for url in ["https://gitlab.com/o/r", "https://github.com.evil.example/o", "https://evil.example/github.com",
                "http://github.com/o/r", "https://github.com:8443/o/r", "https://api.github.com/x"]:  # fmt: skip
        assert git.fill(url, GITHUB_TOKEN="ghs_env") is None


def test_a_username_in_the_url_wins(git):
    git.file.write_text("ghs_t")
    assert git.fill("https://someone@github.com/o/r") == ("someone", "ghs_t")


def test_configured_helpers_are_overruled_for_the_host_only(git):
    git.run("init", "-q")
    stored = "!f() { echo username=u; echo password=stored; }; f"
    git.run("config", "credential.helper", stored)
    git.run("config", "--global", "credential.https://github.com.helper", stored)
    git.file.write_text("ghs_t")
    assert git.fill("https://github.com/o/r") == ("x-access-token", "ghs_t")
    assert git.fill("https://gitlab.com/o/r") == ("u", "stored")


def test_storing_and_erasing_are_ignored(git):
    git.file.write_text("ghs_t")
    given = "protocol=https\nhost=github.com\nusername=x-access-token\npassword=ghs_t\n\n"
    for action in ("approve", "reject"):
        done = git.run("credential", action, given=given)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert git.file.read_text() == "ghs_t"


def test_an_enterprise_host_gets_the_token_and_github_does_not(tmp_path):
    git = Git(tmp_path, host="WWW.GHES.example:8443")
    git.file.write_text("ghs_t")
    assert git.fill("https://ghes.example:8443/o/r") == ("x-access-token", "ghs_t")
    assert git.fill("https://github.com/o/r") is None


def test_settings_that_were_there_stay(tmp_path):
    present = [
        {"name": "GIT_CONFIG_COUNT", "value": "1"},
        {"name": "GIT_CONFIG_KEY_0", "value": "user.name"},
        {"name": "GIT_CONFIG_VALUE_0", "value": "An Agent"},
        {"name": "GIT_CONFIG_KEY_1", "value": "dead.entry"},
    ]
    git = Git(tmp_path, present=present)
    git.file.write_text("ghs_t")
    assert git.environment["GIT_CONFIG_COUNT"] == "4"
    assert git.run("config", "user.name").stdout == "An Agent\n"
    assert git.run("config", "dead.entry").returncode == 1
    assert git.fill("https://github.com/o/r") == ("x-access-token", "ghs_t")


@pytest.mark.parametrize("shell", SHELLS)
def test_the_helper_means_the_same_to_every_shell(git, shell):
    if not shutil.which(SHELLS[shell][0]):
        pytest.skip(f"no {shell} here")
    text = git.environment["GIT_CONFIG_VALUE_1"]
    assert text.startswith("!")

    def run(action, **more):
        done = subprocess.run(
            [*SHELLS[shell], "-c", f"{text[1:]} {action}"], env={"PATH": "/nowhere"} | more, text=True,
            executable=shutil.which(SHELLS[shell][0]), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert run("get") == ""
    assert run("get", GITHUB_TOKEN="env") == "password=env\n"
    git.file.write_text("file\\n-%s")
    assert run("get", GITHUB_TOKEN="env") == "password=file\\n-%s\n"
    git.file.write_text("first\nsecond\n")
    assert run("get") == "password=first\n"
    assert run("store") == run("erase") == run("") == ""
