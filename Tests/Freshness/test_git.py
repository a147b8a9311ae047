"""Real git over HTTPS in a container whose environment is what the webhook made it, while the token changes."""

import os

import pytest
from conftest import SECRET

URL = "https://github.com/o/r.git"
AUTHOR = "git config --global user.name Agent; git config --global user.email agent@example.com\n"
STORED = "!f() { test \"$1\" = get && echo username=bob && echo password=stored; }; f"


def with_credentials(seen):
    return [one for one in seen if one.password is not None]


def passwords(seen):
    """In the order of their first use."""
    return list(dict.fromkeys(one.password for one in with_credentials(seen)))


def given_a_history(container):
    container.run(
        AUTHOR + f"git clone -q {URL} seed && cd seed && git commit -q --allow-empty -m seed && git push -q origin HEAD:main")


@pytest.mark.parametrize("host", [None, "ghes.example", "GHES.example:8443", "acme.ghe.com"])
def test_one_process_tree_outlives_its_token(world, host):
    agent = world.start(env=[{"name": "GH_HOST", "value": host}] if host else [])
    name = (host or "github.com").lower()
    agent.run(AUTHOR + f"git clone https://{name}/o/r.git work")
    commit = "cd work; git commit -q --allow-empty -m {0} && git push -q origin HEAD:main && git fetch -q && git pull -q origin main"
    agent.run(commit.format("one"))
    assert passwords(world.internet.take()) == ["ghs_first"]

    long = "ghs_12345_" + "aB3-_" * 80 + "." + "c" * 60 + "." + "d-_" * 15
    for token in ("ghs_second", long, "ghs_fourth"):
        # Secrets that people make with `echo` end in a newline.
        world.rotate(token, token + "\n")
        agent.run(commit.format(token[-10:]))
        seen = world.internet.take()
        assert passwords(seen) == [token]
        assert {one.username for one in with_credentials(seen)} == {"x-access-token"}
        assert {one.host for one in seen} == {name}
        assert agent.says('echo "$GITHUB_TOKEN"') == "ghs_first"
    subjects = world.git("-C", world.repositories / "o/r.git", "log", "--format=%s", "main").splitlines()
    assert subjects == ["ghs_fourth", long[-10:], "ghs_second"[-10:], "one"]


def test_a_clone_that_began_before_a_rotation_is_not_the_end(world):
    """The token that git asked for first is refused: the next command has the next one."""
    agent = world.start()
    world.token = "ghs_unseen"
    assert agent.run(f"git ls-remote {URL}", check=False).returncode == 128
    world.rotate("ghs_unseen")
    agent.run(f"git ls-remote {URL}")


def test_a_username_in_the_url_wins(world):
    agent = world.start()
    world.rotate("ghs_second")
    agent.run("git ls-remote https://someone@github.com/o/r.git")
    seen = world.internet.take()
    assert seen[-1].username == "someone" and seen[-1].password == "ghs_second"
    assert {one.username for one in seen} <= {None, "someone"}


@pytest.mark.parametrize("url", ["https://GitHub.com/o/r.git", "https://github.com:443/o/r.git", "https://github.com/o/r"])
def test_a_url_is_github_s_however_it_is_written(world, url):
    world.git("clone", "-q", "--bare", world.repositories / "o/r.git", world.repositories / "o/r")
    agent = world.start()
    agent.run(f"git ls-remote {url}")
    assert passwords(world.internet.take()) == ["ghs_first"]


def test_another_host_never_gets_the_token(world):
    world.hosts["github.com"].moved["/o/away.git/info/refs"] = "https://gitlab.example/o/r.git/info/refs"
    agent = world.start()
    given_a_history(agent)
    agent.run(
        "cd seed && git config -f .gitmodules submodule.x.path x"
        " && git config -f .gitmodules submodule.x.url https://gitlab.example/o/s.git"
        " && git add .gitmodules && git update-index --add --cacheinfo 160000,$(git rev-parse HEAD),x"
        " && git commit -q -m submodule && git push -q origin HEAD:main")
    world.internet.take()
    for script in (
        "git ls-remote https://gitlab.example/o/r.git",
        "git ls-remote https://x-access-token@gitlab.example/o/r.git",
        "git ls-remote https://github.com/o/away.git",
        f"git clone -q --recurse-submodules {URL} again",
        "git -c url.https://gitlab.example/.insteadOf=https://github.com/ ls-remote https://github.com/o/r.git",
    ):
        assert agent.run(script, check=False).returncode != 0
    seen = world.internet.take()
    assert sum(one.host == "gitlab.example" for one in seen) >= 5
    assert not [one for one in seen if one.host == "gitlab.example" and one.password]
    enterprise = world.start(env=[{"name": "GH_HOST", "value": "ghes.example"}])
    for host in ("github.com", "ghes.example:8443", "acme.ghe.com"):
        assert enterprise.run(f"git ls-remote https://{host}/o/r.git", check=False).returncode == 128
    assert not with_credentials(world.internet.take())


@pytest.mark.parametrize("key", ["credential.helper", "credential.https://github.com.helper",
                                 "credential.https://github.com/o.helper", "credential.https://github.com/o/r.git.helper"])  # fmt: skip
@pytest.mark.parametrize("place", ["system", "global", "repository"])
def test_helpers_of_files_are_overruled_for_github_alone(world, key, place):
    image = {}
    if place == "system":
        world.git("config", "--file", world.folder / "gitconfig", key, STORED)
        image["/etc/gitconfig"] = world.folder / "gitconfig"
    agent = world.start(image=image)
    scope = {"system": "--system", "global": "--global", "repository": "--local"}[place]
    agent.run(f"git init -q work && cd work && git remote add origin {URL}")
    if place != "system":
        agent.run(f"cd work && git config {scope} '{key}' '{STORED}'")
    assert "bob" in agent.says(f"cd work && git config {scope} '{key}'")
    world.rotate("ghs_second")
    agent.run("cd work && git ls-remote origin")
    assert passwords(world.internet.take()) == ["ghs_second"]
    other = agent.run("cd work && git ls-remote https://gitlab.example/o/r.git", check=False)
    assert (other.returncode == 0) == (key == "credential.helper")
    assert passwords(world.internet.take()) == (["stored"] if key == "credential.helper" else [])


def test_a_user_name_of_files_is_overruled_for_github(world):
    agent = world.start()
    agent.run("git config --global credential.username bob; git config --global credential.https://github.com/o.username al")
    agent.run(f"git ls-remote {URL}")
    assert {one.username for one in with_credentials(world.internet.take())} == {"x-access-token"}


def test_nothing_is_written_down(world):
    """Neither by helpers that would, nor by ours."""
    agent = world.start()
    agent.run(AUTHOR + "git config --global credential.helper store; git config --global --add credential.helper cache")
    given_a_history(agent)
    agent.run("cd seed && git fetch -q")
    assert agent.run("grep -rl ghs_ /home/agent /tmp", check=False).stdout == ""
    agent.run("test ! -e ~/.git-credentials && test ! -e ~/.cache && test ! -e ~/.git-credential-cache")
    # For another host the helper does what it is there for.
    agent.run("printf 'protocol=https\\nhost=gitlab.example\\nusername=bob\\npassword=stored\\n\\n' | git credential approve")
    agent.run("git ls-remote https://gitlab.example/o/r.git && grep -q bob:stored ~/.git-credentials")


def test_without_the_file_the_variable_serves(world):
    agent = world.start()
    agent.run(f"git ls-remote {URL}")
    data = world.secrets["agent-token"].pop("GITHUB_TOKEN")
    world.nodes[0].sync()
    assert agent.says("ls /kelos/github-token") == ""
    agent.run(f"git ls-remote {URL}")
    world.token = "ghs_second"
    assert agent.run(f"git ls-remote {URL}", check=False).returncode == 128
    world.rotate("ghs_second")
    world.internet.take()
    agent.run(f"git ls-remote {URL}")
    assert passwords(world.internet.take()) == ["ghs_second"]
    assert data == b"ghs_first"


@pytest.mark.parametrize("stored", ["", "\n"])
def test_an_empty_file_is_no_token(world, stored):
    agent = world.start()
    world.rotate("ghs_first", stored)
    agent.run(f"git ls-remote {URL}")
    assert passwords(world.internet.take()) == ["ghs_first"]


def test_without_any_secret_the_pod_runs_and_git_says_what_it_would(world):
    world.secrets.clear()
    agent = world.start()
    done = agent.run(f"git ls-remote {URL}", check=False)
    assert done.returncode == 128 and "could not read Password" in done.stderr
    assert not with_credentials(world.internet.take())
    world.secrets["agent-token"] = {}
    world.rotate("ghs_late")
    agent.run(f"git ls-remote {URL}")


def test_settings_of_the_pod_s_own_are_continued(world):
    agent = world.start(env=[
        {"name": "GIT_CONFIG_COUNT", "value": "2"},
        {"name": "GIT_CONFIG_KEY_0", "value": "user.name"}, {"name": "GIT_CONFIG_VALUE_0", "value": "From the pod"},
        {"name": "GIT_CONFIG_KEY_1", "value": "user.email"}, {"name": "GIT_CONFIG_VALUE_1", "value": "pod@example.com"},
    ])  # fmt: skip
    world.rotate("ghs_second")
    agent.run(f"git clone -q {URL} work && cd work && git commit -q --allow-empty -m x && git push -q origin HEAD:main")
    assert passwords(world.internet.take()) == ["ghs_second"]
    assert world.git("-C", world.repositories / "o/r.git", "log", "--format=%an %ae", "main") == "From the pod pod@example.com"


def test_remotes_over_ssh_are_left_alone(world):
    agent = world.start()
    agent.run('printf \'#!/bin/sh\\necho "$@" >>/home/agent/ssh.log\\nexit 1\\n\' >/home/agent/ssh; chmod 755 /home/agent/ssh')
    for url in ("git@github.com:o/r.git", "ssh://git@github.com/o/r.git"):
        done = agent.run(f"GIT_SSH_COMMAND=/home/agent/ssh GIT_TRACE=1 git ls-remote {url}", check=False)
        assert done.returncode != 0 and "/kelos/github-token" not in done.stderr
    assert [line.split()[-2:] for line in agent.says("cat ssh.log").splitlines()] == [
        ["git-upload-pack", "'o/r.git'"], ["git-upload-pack", "'/o/r.git'"]]
    assert world.internet.take() == []
    # Who rewrites them to HTTPS has the token.
    agent.run("git config --global url.https://github.com/.insteadOf git@github.com:; git ls-remote git@github.com:o/r.git")
    assert passwords(world.internet.take()) == ["ghs_first"]


def test_submodules_have_the_token_too(world):
    agent = world.start()
    given_a_history(agent)
    agent.run(
        "git clone -q https://github.com/o/s.git outer && cd outer"
        f" && git submodule -q add {URL} inner && git commit -qm inner && git push -q origin HEAD:main")
    world.internet.take()
    world.rotate("ghs_second")
    agent.run(
        "git clone -q --recurse-submodules https://github.com/o/s.git again && cd again && git fetch -q --recurse-submodules"
        " && git submodule -q update --remote && git pull -q --recurse-submodules && test -e inner/.git")
    seen = world.internet.take()
    assert passwords(seen) == ["ghs_second"]
    assert any(one.path.startswith("/o/r.git/") for one in with_credentials(seen))


def test_whoever_asks_git_for_credentials_gets_the_present_ones(world):
    """As git-lfs, gh and language tools do. What they tell back is not written down, and is no error."""
    agent = world.start()
    for token in ("ghs_first", "ghs_second"):
        world.rotate(token, token + "\n")
        for question in ("protocol=https\\nhost=github.com\\n", "protocol=https\\nhost=github.com\\npath=o/r.git\\n",
                         "url=https://github.com/o/r.git\\n", "capability[]=authtype\\nprotocol=https\\nhost=github.com\\n"):
            pair = f"protocol=https\nhost=github.com\nusername=x-access-token\npassword={token}\n"
            answer = agent.run(f"printf '{question}\\n' | git credential fill").stdout
            assert [line for line in answer.splitlines(True) if not line.startswith("path=")] == pair.splitlines(True)
            for action in ("approve", "reject"):
                done = agent.run(f"printf '%s\\n' '{pair}' | git credential {action}")
                assert (done.stdout, done.stderr) == ("", "")
    assert agent.says("find ~ -type f") == ""


def test_git_lfs_stores_and_fetches_with_the_present_token(world):
    agent = world.start()
    agent.run(AUTHOR + f"git lfs install --skip-repo && git clone -q {URL} work && cd work && git lfs track '*.bin'")
    world.rotate("ghs_second", "ghs_second\n")
    world.internet.take()
    agent.run("cd work && echo large >a.bin && git add . && git commit -qm a && git push -q origin HEAD:main")
    world.rotate("ghs_third")
    agent.run(f"git clone -q {URL} again && grep -q large again/a.bin")
    large = [one for one in with_credentials(world.internet.take()) if "lfs" in one.path]
    assert [one.method for one in large if one.password == "ghs_second"].count("PUT") == 1
    assert passwords(large) == ["ghs_second", "ghs_third"]
    assert list(world.internet.large_files.values()) == [b"large\n"]


def test_the_token_is_on_no_command_line(world):
    agent = world.start()
    world.rotate("ghs_second")
    done = agent.run(f"GIT_TRACE=1 GIT_TRACE_CURL=1 git ls-remote {URL}")
    assert "run_command: " in done.stderr and "test -r /kelos/github-token" in done.stderr
    assert "ghs_" not in done.stderr


def test_a_token_in_the_remote_s_url_is_not_followed(world):
    """git does not ask for what the URL says: README tells image authors so."""
    agent = world.start()
    agent.run("git ls-remote https://x-access-token:$GITHUB_TOKEN@github.com/o/r.git")
    world.rotate("ghs_second")
    done = agent.run("git ls-remote https://x-access-token:$GITHUB_TOKEN@github.com/o/r.git", check=False)
    assert done.returncode == 128 and "Authentication failed" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's files are kept from the agent")
def test_a_file_that_the_agent_may_not_read_is_no_token_and_no_noise(world):
    agent = world.start(volumes=[{"name": "kelos-github-token", "secret": {"secretName": SECRET, "defaultMode": 0o400}}])
    assert agent.run("cat /kelos/github-token/GITHUB_TOKEN", check=False).returncode == 1
    assert agent.run(f"git ls-remote {URL}").stderr == ""
    assert passwords(world.internet.take()) == ["ghs_first"]
