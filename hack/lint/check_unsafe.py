"""Rules that the compiler does not hold: reasons for unchecked concurrency, file length, and no sleeping in tests.

Usage: check_unsafe.py ROOT
Prints `file:line: [rule] what is wrong`, one line each; exit code 1 when there is any.
"""

import re
import sys
from pathlib import Path

from swift_source import code_only, line_of, swift_files

LONGEST_FILE = 450

UNCHECKED = re.compile(r"@unchecked\s+Sendable|\bnonisolated\(unsafe\)")
SLEEP = re.compile(r"\bTask\.sleep\b|\bThread\.sleep\b|\b(?:u|nano)?sleep\(")

# An invariant is a sentence: a mark or a heading does not count.
FEWEST_WORDS = 5


def comment_above(lines: list[str], index: int) -> str:
    """The comment that ends right above a declaration, its attributes left out."""
    words: list[str] = []
    for line in reversed(lines[:index]):
        text = line.strip()
        if text.startswith("//"):
            words.append(text.lstrip("/ "))
        elif words or not re.fullmatch(r"(?:@[\w.]+(?:\([^)]*\))?\s*)+", text):
            break
    return " ".join(reversed(words))


def check_file(path: Path, shown: str, is_test: bool) -> list[str]:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    code = code_only(text)
    problems = []
    if len(lines) > LONGEST_FILE:
        problems.append(f"{shown}:{LONGEST_FILE + 1}: [length] has {len(lines)} lines; {LONGEST_FILE} is the most")
    for use in UNCHECKED.finditer(code):
        line = line_of(code, use.start())
        if len(comment_above(lines, line - 1).split()) < FEWEST_WORDS:
            problems.append(f"{shown}:{line}: [unchecked] {use.group()} wants a comment above with its invariant")
    if is_test:
        for use in SLEEP.finditer(code):
            problems.append(f"{shown}:{line_of(code, use.start())}: [sleep] tests wait for conditions, never for time")
    return problems


def check(root: Path) -> list[str]:
    problems = []
    for name in ("Sources", "Tests"):
        for path in swift_files(root / name):
            problems += check_file(path, str(path.relative_to(root)), is_test=name == "Tests")
    return problems


def main() -> int:
    problems = check(Path(sys.argv[1]))
    print("".join(f"{problem}\n" for problem in problems), end="")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
