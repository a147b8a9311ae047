"""The README's blocks do what it says: those that can run are run, in its order, and their output is compared."""

import json
import subprocess

import comparison
import pytest
import yaml
from blocks import README, ROOT, blocks
from repository import program

ALL = blocks(README.read_text())


def objects(block):
    """What a yaml or json block holds."""
    return [one for one in yaml.safe_load_all(block.text) if one] if block.language == "yaml" else [json.loads(block.text)]


def is_applied(block):
    """A Kubernetes object that no other block applies as a file."""
    return block.language in ("yaml", "json") and "file" not in block.marks and all("kind" in one for one in objects(block))


RUN = [block for block in ALL if block.runs or is_applied(block)]
IN_ORDER = [block for block in RUN if "last" not in block.marks] + [block for block in RUN if "last" in block.marks]


def outputs(block):
    """The text blocks that show what this one prints; they stand right behind it."""
    following = ALL[ALL.index(block) + 1 :]
    return following[0] if following and "output" in following[0].marks else None


def run_mark(session, block, word):
    if word in block.marks:
        status, printed = session.run(block.marks[word])
        assert status == 0, f"{block}, <!-- {word} -->: {status}\n{printed}"


def put_files(session, before):
    """The files that the README shows before this block."""
    for block in ALL[: ALL.index(before)]:
        if "file" in block.marks and block.marks["session"] == before.marks["session"]:
            path = session.folder / block.marks["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(session.ports.put_into(block.text))


def run_console(session, block):
    for command, shown in comparison.commands(block.text):
        _, printed = session.run(command)
        problem = comparison.difference(shown, printed, numbers="numbers differ" not in block.marks)
        assert not problem, f"{block}: {command}{problem}"


def run_script(session, block):
    script = f"kubectl apply --dry-run=server -f - <<'END'\n{block.text}END\n" if is_applied(block) else block.text
    status, printed = session.run(script)
    assert status == 0, f"{block}: {status}\n{printed}"
    output = outputs(block)
    if output:
        problem = comparison.difference(output.text, printed, numbers="numbers differ" not in output.marks)
        assert not problem, f"{output}: {problem}"


@pytest.mark.parametrize("block", IN_ORDER, ids=str)
def test_it_runs(block, sessions):
    session = sessions(block.marks["session"])
    put_files(session, block)
    run_mark(session, block, "first")
    try:
        (run_console if block.language == "console" else run_script)(session, block)
    finally:
        run_mark(session, block, "then")


@pytest.mark.parametrize("block", [block for block in ALL if block.language in ("yaml", "json")], ids=str)
def test_it_is_well_formed(block):
    assert objects(block)


@pytest.mark.parametrize("version", ["1.28", "1.37"])
@pytest.mark.parametrize("block", list(filter(is_applied, ALL)), ids=str)
def test_kubernetes_knows_every_field(block, version, tmp_path):
    validator = program("KUBERNETES_VALIDATE", "kubernetes-validate",
                        ROOT / ".cache" / "kubernetes-validate" / "bin" / "kubernetes-validate")
    path = tmp_path / "objects.yaml"
    path.write_text(yaml.safe_dump_all(objects(block)))
    done = subprocess.run(
        [validator, "--kubernetes-version", version, "--strict", path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", [block for block in ALL if "output" in block.marks], ids=str)
def test_output_follows_what_prints_it(block):
    assert outputs(ALL[ALL.index(block) - 1]) is block and ALL[ALL.index(block) - 1].runs
