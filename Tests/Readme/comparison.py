"""Compares what a block printed with what the README shows.

What differs from run to run is taken out of both: times, durations, ports on loopback, versions, names that Kubernetes makes
up, and how wide a column is. A hexadecimal digest counts by its place: where two are alike, they must be alike in both.
`[...]` stands for any lines where it has a line of its own, else for any text in the line.
"""

import re

LEFT_OUT = "[...]"

CHANGING = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "TIME"),
    (r"\w{3} +\d+ \d\d:\d\d:\d\d \d{4} GMT", "TIME"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\bv?\d+\.\d+\.\d+(?:[-+]\w+)*\b", "VERSION"),
    (r"\b(?:\d+(?:\.\d+)?(?:ms|d|h|m|s)\b ?)+", "DURATION "),
    # The alphabet of k8s.io/apimachinery/pkg/util/rand.
    (r"-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "-RANDOM"),
    (r"(?<=\S) {2,}", " "),
    (r"(?<=\S)\s+$", ""),
]


DIGEST = re.compile(r"\b[0-9a-f]{6,}\b")


def stable(text, numbers):
    """Its lines, without what changes."""
    places = {}
    lines = []
    for line in text.rstrip().split("\n"):
        # First, for `45164d` would else be days.
        line = DIGEST.sub(lambda match: f"HEX{places.setdefault(match[0], len(places))}", line)
        for pattern, name in CHANGING:
            line = re.sub(pattern, name, line)
        if not numbers:
            # Narrower numbers are indented more.
            line = re.sub(r"\d+(?:\.\d+)?", "N", re.sub(r"^\s+(?=\d)", " ", line))
        lines.append(line)
    return lines


def line_pattern(line):
    return r"(?:.*\n)*?" if line.strip() == LEFT_OUT else ".*".join(map(re.escape, line.split(LEFT_OUT))) + "\n"


def difference(shown, printed, numbers=True):
    """None if they are alike, else what to tell."""
    pattern = "".join(map(line_pattern, stable(shown, numbers)))
    if re.fullmatch(pattern, "\n".join(stable(printed, numbers)) + "\n"):
        return None
    return f"README.md shows:\n{shown}\nThe block printed:\n{printed}"


def commands(console):
    """(command, output shown) of each command of a console block; `> ` continues one."""
    found = []
    for line in console.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append([line[2:], ""])
        elif not found:
            raise ValueError("a console block begins with `$ `")
        elif line.startswith("> ") and not found[-1][1]:
            found[-1][0] += line[2:]
        else:
            found[-1][1] += line
    return found
