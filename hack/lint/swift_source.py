"""Swift source as the lint rules see it: which bytes are code, and which are comments or text."""

import re
from pathlib import Path

# Comments nest in Swift, raw strings carry #s, and """ may hold quotes: a scanner, not one expression.
_OPENING = re.compile(r'//|/\*|#*"""|#*"')


def code_only(text: str) -> str:
    """The text with comments and string contents blanked; offsets and line numbers stay."""
    parts: list[str] = []
    position = 0
    while opening := _OPENING.search(text, position):
        parts.append(text[position:opening.start()])
        end = _end_of(text, opening)
        parts.append(re.sub(r"[^\n]", " ", text[opening.start():end]))
        position = end
    parts.append(text[position:])
    return "".join(parts)


def _end_of(text: str, opening: re.Match[str]) -> int:
    mark = opening.group()
    start = opening.end()
    if mark == "//":
        end = text.find("\n", start)
        return len(text) if end < 0 else end
    if mark == "/*":
        depth = 1
        for edge in re.finditer(r"/\*|\*/", text[start:]):
            depth += 1 if edge.group() == "/*" else -1
            if depth == 0:
                return start + edge.end()
        return len(text)
    hashes = "#" * mark.count("#")
    quotes = mark.lstrip("#")
    escape = re.escape("\\" + hashes)
    if quotes == '"':
        # Such a string ends with its line at the latest, so an interpolation with quotes in it misleads for one line.
        closing = re.compile(rf'(?:{escape}[^\n]|(?!"{hashes})[^\n])*(?:"{hashes}|$)', re.MULTILINE)
    else:
        closing = re.compile(rf'(?:{escape}.|(?!"""{hashes}).)*"""{hashes}', re.DOTALL)
    match = closing.match(text, start)
    return match.end() if match else len(text)


def swift_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.swift")) if folder.is_dir() else []


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
