"""hack/Dockerfile says what hack/image.sh does. There is no Docker here to build it."""

import json
import os
import re
import shlex

import pytest
from images import NAMES, ROOT, make_images


def instructions():
    """Stage by stage, what the file says: instruction and rest of the line."""
    text = (ROOT / "hack" / "Dockerfile").read_text().replace("\\\n", " ")
    stages = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            base, name = rest.split(" AS ")
            stages[name] = [("FROM", base)]
        else:
            stages[name].append((word, rest.strip()))
    return stages


def said(stage, word):
    return [rest for name, rest in stage if name == word]


def test_its_stages_are_the_build_and_the_images():
    assert list(instructions()) == ["build", *NAMES]


def test_an_image_runs_as_hack_image_sh_says(image):
    stage = instructions()[image.name]
    assert said(stage, "FROM") == ["scratch"]
    assert said(stage, "USER") == [image.run["User"]]
    assert json.loads(said(stage, "ENTRYPOINT")[0]) == image.run["Entrypoint"]
    assert said(stage, "ENV") == image.run["Env"] and said(stage, "WORKDIR") == [image.run["WorkingDir"]]
    assert {f"{port}/tcp" for port in said(stage, "EXPOSE")[0].split()} == set(image.run["ExposedPorts"])
    labels = dict(word.split("=", 1) for word in shlex.split(said(stage, "LABEL")[0]))
    assert labels and labels.items() <= image.run["Labels"].items()
    assert {word for word, _ in stage} == {"FROM", "COPY", "LABEL", "ENV", "WORKDIR", "EXPOSE", "USER", "ENTRYPOINT"}


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory):
    """What the RUN line leaves in /image."""
    folder = tmp_path_factory.mktemp("unpacked")
    (command,) = said(instructions()["build"], "RUN")
    program, *options = shlex.split(command)
    assert program == "hack/image.sh" and options[-2:] == ["--out", "/image"]
    make_images(folder, *options[:-2])
    return folder


def test_what_it_copies_is_what_the_layers_hold(image, unpacked):
    copied = [re.fullmatch("--from=build /image/(.+) /", rest)[1] for rest in said(instructions()[image.name], "COPY")]
    assert len(copied) == len(image.layers)
    for layer, folder in enumerate(copied):
        found = {"": unpacked / folder} | {
            "/" + str(path.relative_to(unpacked / folder)): path for path in (unpacked / folder).rglob("*")}
        members = {path.rstrip("/"): member for path, member in image.members(layer).items()}
        assert set(found) == set(members)
        for path, member in members.items():
            if member.issym():
                assert os.readlink(found[path]) == member.linkname
            else:
                assert found[path].stat().st_mode & 0o7777 == member.mode, path
                assert not member.isfile() or found[path].stat().st_size == member.size


def test_it_builds_with_the_readmes_swift_on_the_readmes_debian():
    version = re.search(r"Debian 12 with Swift ([\d.]+)", (ROOT / "README.md").read_text())[1]
    assert said(instructions()["build"], "FROM") == [f"swift:{version}-bookworm"]


def test_nothing_that_was_built_outside_goes_in():
    ignored = (ROOT / "hack" / "Dockerfile.dockerignore").read_text().split()
    assert {".build*", ".cache", ".git"} <= set(ignored)
