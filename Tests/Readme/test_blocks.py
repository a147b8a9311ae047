"""The README's blocks do what it says: those that can run are run, in its order, and their output is compared."""

import json

import comparison
import pytest
import yaml
from blocks import README, blocks

ALL = blocks(README.read_text())
RUN = [block for block in ALL if block.runs]
IN_ORDER = [block for block in RUN if "last" not in block.marks] + [block for block in RUN if "last" in block.marks]


def outputs(block):
    """The text blocks that show what this one prints; they stand right behind it."""
    following = ALL[ALL.index(block) + 1 :]
    return following[0] if following and "output" in following[0].marks else None


def objects(block):
    """What a yaml or json block holds."""
    return [one for one in yaml.safe_load_all(block.text) if one] if block.language == "yaml" else [json.loads(block.text)]


def run_first(session, block):
    if "first" in block.marks:
        status, printed = session.run(block.marks["first"])
        assert status == 0, f"{block}, <!-- first -->: {status}\n{printed}"


def put_files(session, before):
    """The files that the README shows before this block."""
    for block in ALL[: ALL.index(before)]:
        if "file" in block.marks:
            (session.folder / block.marks["file"]).write_text(session.ports.put_into(block.text))


@pytest.mark.parametrize("block", IN_ORDER, ids=str)
def test_it_runs(block, sessions):
    session = sessions(block.marks["session"])
    put_files(session, block)
    run_first(session, block)
    if block.language == "console":
        for command, shown in comparison.commands(block.text):
            _, printed = session.run(command)
            problem = comparison.difference(shown, printed, numbers="numbers differ" not in block.marks)
            assert not problem, f"{block}: {command}{problem}"
        return
    status, printed = session.run(block.text)
    assert status == 0, f"{block}: {status}\n{printed}"
    output = outputs(block)
    if output:
        problem = comparison.difference(output.text, printed, numbers="numbers differ" not in output.marks)
        assert not problem, f"{output}: {problem}"


@pytest.mark.parametrize("block", [block for block in ALL if block.language in ("yaml", "json")], ids=str)
def test_it_is_well_formed(block):
    assert objects(block)


@pytest.mark.parametrize("block", [block for block in ALL if "output" in block.marks], ids=str)
def test_output_follows_what_prints_it(block):
    assert outputs(ALL[ALL.index(block) - 1]) is block and ALL[ALL.index(block) - 1].runs
