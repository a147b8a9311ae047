"""Debian's gh behind the injected wrapper, against the GitHub of `kelos-token sandbox`, while the token changes."""

import pytest
from conftest import ROOT

WRAPPER = {"kelos.dev/gh-wrapper": "enabled"}
STUB = "#!/bin/sh\nprintf '%s|' \"$GH_TOKEN\" \"$GH_ENTERPRISE_TOKEN\" \"$@\"\nexit 3\n"

CALLS = {
    "gh api repos/o/r --jq .full_name": "o/r",
    "gh repo view o/r --json nameWithOwner --jq .nameWithOwner": "o/r",
    "gh api graphql -f query='query{viewer{login}}' --jq .data.viewer.login": "app-7[bot]",
    "gh pr list --repo o/r": "",
}


def start(github, host=None, **more):
    env = [{"name": "GH_HOST", "value": host}] if host else []
    return github.world.start(env=env + more.pop("env", []), labels=WRAPPER, **more)


@pytest.mark.parametrize(
    ("host", "api"),
    [(None, "api.github.com"), ("ghes.example", "ghes.example"), ("ghes.example:8443", "ghes.example:8443")],
)
def test_every_call_has_the_present_token(github, host, api):
    agent = start(github, host)
    stale = github.world.token
    for _ in range(3):
        for call, expected in CALLS.items():
            assert agent.says(call) == expected, call
            assert github.tokens(api) == {github.world.token}
        name, variable = (host, "GH_ENTERPRISE_TOKEN") if host else ("github.com", "GH_TOKEN")
        assert agent.says(f"gh auth token --hostname {name}") == github.world.token
        # Without a host named, gh would try $GITHUB_TOKEN at github.com as well.
        status = agent.says(f"gh auth status --hostname {name} 2>&1")
        assert f"Logged in to {name} as app-7[bot] ({variable})" in status
        assert github.tokens(api) == {github.world.token}
        github.rotate()
    assert agent.says('echo "$GITHUB_TOKEN"') == stale != github.world.token
    # Without the wrapper the same gh in the same container is refused.
    done = agent.run("/usr/bin/gh api repos/o/r", check=False)
    assert done.returncode == 1 and "HTTP 401" in done.stderr
    assert github.tokens(api) == {stale}
    assert agent.run("grep -rl ghs_ /home/agent /tmp", check=False).stdout == ""


def test_git_and_gh_go_together(github):
    agent = start(github)
    github.rotate()
    agent.run(
        "git config --global user.name A; git config --global user.email a@example.com; gh auth setup-git"
        " && gh repo clone o/r work -- -q && cd work && git commit -q --allow-empty -m x && git push -q origin HEAD:main")
    # gh has made itself git's helper in ~/.gitconfig. It is not asked, so it matters not that its token may be another.
    assert "auth git-credential" in agent.says("cat ~/.gitconfig")
    assert github.tokens("github.com") == {None, github.world.token}
    github.rotate()
    agent.run("cd work && git fetch -q && gh repo view --json name")


def test_the_exit_status_and_the_refusals_of_gh_come_through(github):
    agent = start(github)
    for call, status, text in (
        ("gh api user", 1, "Resource not accessible by integration (HTTP 403)"), ("gh api repos/o/none", 1, "HTTP 404"),
        ("gh nonsense", 1, 'unknown command "nonsense"'), ("gh api --no-such-flag", 1, "unknown flag"),
    ):  # fmt: skip
        done = agent.run(call, check=False)
        assert done.returncode == status and text in done.stderr


def test_the_mounted_script_is_hack_gh(github):
    agent = start(github)
    assert agent.run("cat /usr/local/bin/gh").stdout == (ROOT / "hack" / "gh").read_text()
    assert agent.says("stat -L -c %a /usr/local/bin/gh") == "755"
    assert agent.run("echo x >>/usr/local/bin/gh", check=False).returncode != 0


def test_another_gh_of_the_image_gets_the_variable_of_the_host(github):
    """Of a gh that is too new, or too old, to be tried here."""
    stub = github.world.folder / "gh"
    stub.write_text(STUB)
    stub.chmod(0o755)
    path = {"name": "PATH", "value": "/usr/local/bin:/opt/gh:/usr/bin:/bin"}
    for host, variable in ((None, 0), ("acme.ghe.com", 0), ("ghes.example", 1)):
        agent = start(github, host, env=[path], image={"/opt/gh/gh": stub})
        done = agent.run("gh pr view 'a b'", check=False)
        github.rotate()
        told = agent.run("gh pr view 'a b'", check=False).stdout.split("|")
        assert done.returncode == 3 and told[2:] == ["pr", "view", "a b", ""]
        assert told[variable] == github.world.token and told[1 - variable] == ""


def test_a_gh_that_the_wrapper_hides_is_said_to_be_missing(github):
    hidden = github.world.folder / "gh"
    hidden.write_text(STUB)
    hidden.chmod(0o755)
    agent = start(github, env=[{"name": "PATH", "value": "/usr/local/bin"}], image={"/usr/local/bin/gh": hidden})
    done = agent.run("gh --version", check=False)
    assert done.returncode == 127 and done.stdout == ""
    assert done.stderr.startswith("gh: /usr/local/bin/gh is kelos-token's wrapper, and there is no other gh behind it")


def test_without_the_file_gh_has_what_the_container_started_with(github):
    agent = start(github)
    github.world.secrets["agent-token"].clear()
    github.world.nodes[-1].sync()
    assert agent.says("gh api repos/o/r --jq .name") == "r"


def test_without_the_label_nothing_is_mounted(github):
    agent = github.world.start()
    assert agent.says("ls /usr/local/bin") == ""
