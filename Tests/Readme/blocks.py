"""The fenced blocks of README.md, and what the comment before each says about its test.

sh, console  run, in the README's order. `console` has `$ ` before each command and its output below; both are compared.
             <!-- session: NAME -->   in a session of that name: a shell of its own in a fresh copy of the repository.
                                      Without it: the session of the block before, and "quick start" at the beginning.
                                      "working tree" is the repository itself, where a build is found again.
             <!-- first: COMMANDS --> run these before; what a reader has and a test has to make
             <!-- then: COMMANDS -->  run these after: what puts things in order again
             <!-- last -->            run after all other blocks of the session
             <!-- not run: REASON -->
             <!-- run by FILE -->     a test that takes the block from the README itself
text         <!-- output -->          what the sh block before prints, compared with what it printed
             <!-- output, numbers differ -->  compared without its numbers; a console block may say `numbers differ`
             <!-- not run: REASON -->
yaml, json   parsed; Kubernetes objects are validated, and accepted by the API server in a dry run
             <!-- file: NAME -->      and put into the session's folder under this name
python       <!-- run by FILE -->, dockerfile likewise; mermaid needs no comment

Comments may stand one below the other. A block without what it needs fails.
"""

import dataclasses
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = ROOT / "README.md"

FENCE = re.compile(r"((?:^<!--(?: |\n)(?:(?!-->)[\s\S])*?-->\n)*)^```([a-z]*)\n(.*?)^```$", re.M | re.S)
COMMENT = re.compile(r"<!--\s+(.*?)\s+-->", re.S)
MARK = re.compile(
    r"(?P<word>session|first|then|last|not run|run by|output|numbers differ|file)(?:(?:: | )(?P<value>.+))?", re.S)

ALLOWED = {
    "sh": {"session", "first", "then", "last", "not run", "run by"},
    "console": {"session", "first", "then", "last", "not run", "run by", "numbers differ"},
    "text": {"output", "numbers differ", "not run"},
    "yaml": {"file", "session"},
    "json": {"file", "session"},
    "python": {"run by"},
    "dockerfile": {"run by"},
    "mermaid": set(),
}


class Unmarked(Exception):
    """A block of which nobody can say whether it is tested."""


@dataclasses.dataclass
class Block:
    language: str
    text: str
    line: int
    section: str
    marks: dict

    def __str__(self):
        return f"line {self.line}, {self.section}"

    @property
    def runs(self):
        return self.language in ("sh", "console") and not {"not run", "run by"} & set(self.marks)


def marks(comments, where):
    found = {}
    for text in COMMENT.findall(comments):
        for part in text.split(", ") if text.startswith("output") else [text]:
            mark = MARK.fullmatch(part)
            if not mark:
                raise Unmarked(f"{where}: the comment <!-- {text} --> is none that Tests/Readme/blocks.py knows")
            found[mark["word"]] = " ".join((mark["value"] or "").split()) if mark["word"] not in ("first", "then") else mark["value"]
    return found


def judge(block):
    """Raises what is wrong with the block's comments."""
    if block.language not in ALLOWED:
        raise Unmarked(f"{block}: a block needs a language of {', '.join(ALLOWED)}")
    unknown = set(block.marks) - ALLOWED[block.language]
    if unknown:
        raise Unmarked(f"{block}: a {block.language} block takes no {', '.join(sorted(unknown))}")
    if block.language == "text" and not {"output", "not run"} & set(block.marks):
        raise Unmarked(f"{block}: say <!-- output --> or <!-- not run: why -->")
    if block.language in ("python", "dockerfile") and "run by" not in block.marks:
        raise Unmarked(f"{block}: say <!-- run by FILE -->")
    for word in ("not run", "run by", "first", "then", "session", "file"):
        if word in block.marks and not block.marks[word]:
            raise Unmarked(f"{block}: {word} needs a text")
    if "run by" in block.marks and "README.md" not in (ROOT / block.marks["run by"]).read_text():
        raise Unmarked(f"{block}: {block.marks['run by']} does not read the README")


def blocks(text):
    """All of them, in order, each with its session; raises Unmarked."""
    found, session = [], "quick start"
    for match in FENCE.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        section = re.findall(r"^##+ (.*)$", text[: match.start()], re.M)[-1:] or ["the beginning"]
        block = Block(match[2], match[3], line, section[0], marks(match[1], f"line {line}"))
        judge(block)
        if not {"not run", "run by"} & set(block.marks):
            session = block.marks.setdefault("session", session)
        found.append(block)
    fences = re.findall(r"^ *```", text, re.M)
    if len(fences) != 2 * len(found):
        raise Unmarked("a fence is indented, not closed, or not in the form of the others")
    return found
