"""The rules for the README's blocks can fail."""

import blocks
import comparison
import pytest
import session


def marked(comment, language="sh", text="true\n"):
    return blocks.blocks(f"# T\n\n{comment}```{language}\n{text}```\n")


@pytest.mark.parametrize(
    ("comment", "language", "said"),
    [
        ("", "", "needs a language"),
        ("", "swift", "needs a language"),
        ("", "text", "say <!-- output -->"),
        ("", "python", "say <!-- run by FILE -->"),
        ("<!-- skipped: no time -->\n", "sh", "is none that"),
        ("<!-- not run -->\n", "sh", "needs a text"),
        ("<!-- output -->\n", "sh", "takes no output"),
        ("<!-- run by Package.swift -->\n", "python", "does not read the README"),
    ],
)
def test_a_block_without_what_it_needs_fails(comment, language, said):
    with pytest.raises(blocks.Unmarked, match=said):
        marked(comment, language)


def test_a_fence_that_is_not_seen_fails():
    with pytest.raises(blocks.Unmarked, match="a fence is indented"):
        blocks.blocks("# T\n\n  ```sh\ntrue\n  ```\n")


def test_only_a_reason_or_a_test_keeps_a_block_from_running():
    [run] = marked("")
    [last] = marked("<!-- last -->\n")
    [reason] = marked("<!-- not run: needs\nkind -->\n")
    [elsewhere] = marked("<!-- run by Tests/Readme/blocks.py -->\n")
    assert [run.runs, last.runs, reason.runs, elsewhere.runs] == [True, True, False, False]
    assert reason.marks == {"not run": "needs kind"}


@pytest.mark.parametrize(
    ("shown", "printed", "alike"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\n", "a\nc\n", False),
        ("a\n", "a\nb\n", False),
        ("a\n[...]\nd\n", "a\nb\nc\nd\n", True),
        ("a\n[...]\nd\n", "a\nb\n", False),
        ("a [...] c\n", "a b c\n", True),
        ("a [...] c\n", "a b d\n", False),
        ("at 2026-11-24T01:20:47Z 127.0.0.1:9443 after 1m 3s\n", "at 2027-01-02T03:04:05Z 127.0.0.1:1 after 12s\n", True),
        ("pod-x7k2p   0/2\n", "pod-9qnzk  0/2\n", True),
        ("pod-x7k2p   0/2\n", "pod-9qnzk  1/2\n", False),
        ("1a2b3c4d\n5e6f7a8b\n", "99aabbcc\nddeeff00\n", True),
        ("1a2b3c4d\n5e6f7a8b\n", "99aabbcc\n99aabbcc\n", False),
        ("sha256 bb18e7\n", "sha256 45164d\n", True),
        ("3 ok, 1 failed\n", "3 ok, 2 failed\n", False),
    ],
)
def test_what_counts_as_the_same_output(shown, printed, alike):
    assert (comparison.difference(shown, printed) is None) == alike


def test_numbers_differ_only_where_that_is_said():
    assert comparison.difference("6x done\n", "7x done\n") is not None
    assert comparison.difference("6x done\n", "7x done\n", numbers=False) is None


def test_a_console_block_is_commands_and_what_they_print():
    assert comparison.commands("$ a \\\n>   b\nc\n$ d\n") == [["a \\\n  b\n", "c\n"], ["d\n", ""]]


@pytest.fixture
def shell(tmp_path):
    made = session.Session(tmp_path, tmp_path / "state")
    yield made
    made.close()


def test_a_command_that_fails_is_noticed_wherever_it_stands(shell):
    assert shell.run("true\n") == (0, "")
    assert shell.run("false\necho on\n") == (1, "on\n")
    assert shell.run("(exit 7) | cat\n")[0] == 7
    assert shell.run("if false; then :; fi\nfalse || true\n") == (0, "")


def test_a_shell_goes_on_with_what_blocks_before_have_set(shell):
    shell.run("word=kept\n")
    assert shell.run('echo "$word"\n') == (0, "kept\n")


def test_a_shell_that_ends_has_failed(shell):
    assert shell.run("exit 0\n")[0] == "the shell ended"


def test_ports_are_replaced_alike_everywhere():
    ports = session.Ports()
    first, second, third = ports.put_into("127.0.0.1:9443 127.0.0.1:0 127.0.0.1:9443").split()
    assert first == third != "127.0.0.1:9443" and second == "127.0.0.1:0"
