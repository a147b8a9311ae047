"""hack/gh in each shell that an image may have as /bin/sh, before a gh that tells what it was given."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "hack" / "gh"
SHELLS = {"dash": "/usr/bin/dash", "bash": "/usr/bin/bash --posix", "busybox": "/usr/bin/busybox sh"}
LONGEST = 20

# It has no PATH of use: python3 is named in full.
STUB = """#!/usr/bin/python3 -IB
import json, os, signal, sys
told = {"name": sys.argv[0], "arguments": [os.fsencode(a).hex() for a in sys.argv[1:]], "given": sys.stdin.read(),
        "environment": dict(os.environ)}
print(json.dumps(told))
ending = os.environ.get("STUB_ENDING", "0")
if ending.startswith("SIG"):
    os.kill(os.getpid(), getattr(signal, ending))
sys.exit(int(ending))
"""


def write_program(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


class Image:
    """Folders with programs, one of them the wrapper's."""

    def __init__(self, folder, shell):
        self.folder = folder
        self.shebang = "#!" + SHELLS[shell]
        self.token = folder / "token"
        self.wrapper = self.install("wrapper")
        self.stub = write_program(folder / "real" / "gh", STUB)

    def install(self, name):
        """Another copy of the wrapper."""
        assert SCRIPT.read_text().startswith("#!/bin/sh\n")
        return write_program(self.folder / name / "gh", SCRIPT.read_text().replace("#!/bin/sh", self.shebang, 1))

    def run(self, *arguments, path="wrapper:real", program=None, given="", **environment):
        """PATH holds nothing but these folders, so the wrapper needs no other program."""
        folders = ":".join(str(self.folder / name) if name else "" for name in path.split(":"))
        environment = {"PATH": folders, "KELOS_GITHUB_TOKEN_FILE": str(self.token)} | environment
        return subprocess.run(
            [program or self.wrapper, *arguments], env=environment, input=given, text=True, capture_output=True,
            cwd=self.folder, timeout=LONGEST,
        )  # fmt: skip

    def told(self, *arguments, **more):
        done = self.run(*arguments, **more)
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    def tokens(self, **environment):
        """The token variables that the real gh gets."""
        seen = self.told(**environment)["environment"]
        return {name: seen[name] for name in ("GH_TOKEN", "GH_ENTERPRISE_TOKEN", "GITHUB_TOKEN") if name in seen}


@pytest.fixture(params=SHELLS)
def image(request, tmp_path):
    if not shutil.which(SHELLS[request.param].split()[0]):
        pytest.skip(f"no {request.param} here")
    return Image(tmp_path, request.param)


def test_the_file_is_read_at_every_call_and_its_newline_left_out(image):
    for text in ("ghs_first", "ghs_second\n", "ghs_" + "aB-_." * 100 + "$x`'\"\\n%s\n"):
        image.token.write_text(text)
        stale = {"GH_TOKEN": "stale", "GITHUB_TOKEN": "stale"}
        assert image.tokens(**stale) == {"GH_TOKEN": text.removesuffix("\n"), "GITHUB_TOKEN": "stale"}


@pytest.mark.parametrize(
    ("host", "variable"),
    [
        ("", "GH_TOKEN"), ("github.com", "GH_TOKEN"), ("GitHub.COM", "GH_TOKEN"), ("www.github.com", "GH_TOKEN"),
        ("acme.ghe.com", "GH_TOKEN"), ("Acme.GHE.com", "GH_TOKEN"),
        ("ghes.example", "GH_ENTERPRISE_TOKEN"), ("ghes.example:8443", "GH_ENTERPRISE_TOKEN"),
        ("github.com.evil.example", "GH_ENTERPRISE_TOKEN"), ("ghe.com", "GH_ENTERPRISE_TOKEN"),
        ("notgithub.com", "GH_ENTERPRISE_TOKEN"), ("*", "GH_ENTERPRISE_TOKEN"),
    ],
)  # fmt: skip
def test_the_variable_is_the_one_that_gh_reads_for_the_host(image, host, variable):
    image.token.write_text("ghs_t\n")
    assert image.tokens(GH_HOST=host) == {variable: "ghs_t"}


def test_without_a_token_in_the_file_the_environment_stays(image):
    env = {"GH_TOKEN": "a", "GH_ENTERPRISE_TOKEN": "b", "GITHUB_TOKEN": "c"}
    assert image.tokens(**env) == env
    for text in ("", "\n"):
        image.token.write_text(text)
        assert image.tokens(**env) == env
        assert image.tokens() == {}
    for file in ("", str(image.folder), "/nowhere/x", "/dev/null"):
        assert image.tokens(KELOS_GITHUB_TOKEN_FILE=file, **env) == env


def test_nothing_else_of_the_environment_changes(image):
    image.token.write_text("ghs_t")
    # Names that the script uses itself, and what a careless one would use.
    given = {"kelos_gh_token": "x", "kelos_gh_line": "x", "kelos_gh_folder": "x", "kelos_gh_ahead": "x", "token": "1",
             "dir": "2", "HOME": "/h", "GH_CONFIG_DIR": "/c", "EMPTY": ""}  # fmt: skip
    seen = image.told(**given)["environment"]
    for shells_own in ("PWD", "OLDPWD", "SHLVL", "_", "LC_CTYPE"):
        seen.pop(shells_own, None)
    assert "kelos_gh" not in " ".join(seen)
    expected = {name: value for name, value in given.items() if not name.startswith("kelos_gh")}
    assert seen == expected | {
        "PATH": f"{image.folder}/wrapper:{image.folder}/real", "KELOS_GITHUB_TOKEN_FILE": str(image.token),
        "GH_TOKEN": "ghs_t",
    }  # fmt: skip


def test_arguments_and_input_come_through_byte_for_byte(image):
    image.token.write_text("ghs_t")
    given = [b"", b"a b", b"*", b"$(id)", b"-n", b"\\n", b"'\"`", b"line\nbreak\n", b"\xff\xfe\x01", b"--", b"\t ", b"~"]
    told = image.told(*given, given="text on\nstandard input")
    assert [bytes.fromhex(one) for one in told["arguments"]] == given
    assert told["given"] == "text on\nstandard input"
    assert told["name"] == str(image.stub)


@pytest.mark.parametrize("status", [0, 1, 2, 4, 126, 127, 255])
def test_the_exit_status_comes_through(image, status):
    assert image.run(STUB_ENDING=str(status)).returncode == status


def test_a_signal_comes_through(image):
    assert image.run(STUB_ENDING="SIGTERM").returncode == -signal.SIGTERM


def test_a_binary_is_run_as_well_as_a_script(image):
    image.token.write_text("ghs_t\n")
    shutil.copy("/usr/bin/printenv", image.stub)
    assert image.run("GH_TOKEN").stdout == "ghs_t\n"
    assert image.run("NOTHING").returncode == 1


def test_the_wrapper_is_found_by_name_and_from_elsewhere(image):
    image.token.write_text("ghs_t")
    link = image.folder / "link"
    link.symlink_to(image.wrapper)
    for program in (link, image.wrapper, "wrapper/gh"):
        assert image.run(program=program).stdout
    # The kernel hands over what PATH gave; a shell that is given the file sees it as it was typed.
    assert image.run("-c", "gh", program="/bin/sh").stdout
    for shell in SHELLS.values():
        name, *words = shell.split()
        assert image.run(*words, image.wrapper, program=name).stdout


def refused(done, named):
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr.startswith(f"gh: {named} is kelos-token's wrapper, and there is no other gh behind it on PATH.\n")
    assert "remove the pod's label kelos.dev/gh-wrapper" in done.stderr
    assert "ghs_" not in done.stderr


def test_without_another_gh_it_says_so(image):
    image.token.write_text("ghs_t")
    for path in ("wrapper", "wrapper:wrapper", "", "nowhere:wrapper:"):
        refused(image.run(path=path), image.wrapper)


def test_itself_is_never_taken_for_the_real_one(image):
    """By another name, through links, and as another file of the same text."""
    linked, hard = image.folder / "linked" / "gh", image.folder / "hard" / "gh"
    for path in (linked, hard):
        path.parent.mkdir()
    linked.symlink_to(image.wrapper)
    os.link(image.wrapper, hard)
    image.install("copy")
    image.install("elsewhere")
    for path in ("linked:wrapper:hard:copy:elsewhere:copy", "wrapper:copy:wrapper:copy", "copy:wrapper:linked"):
        for program in (image.wrapper, linked, hard, image.folder / "copy" / "gh"):
            refused(image.run(path=path, program=program), program)
            told = image.told(path=path + ":real", program=program)
            assert told["name"] == str(image.stub)


def test_what_stands_before_it_is_not_called_back(image):
    """A wrapper of the image's own that ends in ours would otherwise never end."""
    write_program(image.folder / "first" / "gh", '#!/bin/sh\nexec "${0%/first/gh}/wrapper/gh" first "$@"\n')
    told = image.told("x", path="first:wrapper:real", program=image.folder / "first" / "gh")
    assert [bytes.fromhex(one) for one in told["arguments"]] == [b"first", b"x"]
    refused(image.run(path="first:wrapper", program=image.folder / "first" / "gh"), image.wrapper)


def test_what_cannot_be_run_is_passed_over(image):
    (image.folder / "folder" / "gh").mkdir(parents=True)
    write_program(image.folder / "plain" / "gh", STUB).chmod(0o644)
    (image.folder / "dangling").mkdir()
    (image.folder / "dangling" / "gh").symlink_to("/nowhere/gh")
    (image.folder / "g*").mkdir()
    told = image.told(path="wrapper:folder:plain:dangling:g*:missing:real")
    assert told["name"] == str(image.stub)
    spaced = write_program(image.folder / "a folder" / "gh", STUB)
    assert image.told(path="wrapper:a folder")["name"] == str(spaced)
