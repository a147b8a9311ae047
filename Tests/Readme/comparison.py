"""Compares what a block printed with what the README shows.

What differs from run to run is taken out of both: times, durations, ports on loopback, versions, names that Kubernetes makes
up, hexadecimal digests, and how wide a column is. `[...]` alone on a line of the README stands for any lines.
"""

import re

CHANGING = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", "TIME"),
    (r"\w{3} +\d+ \d\d:\d\d:\d\d \d{4} GMT", "TIME"),
    (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
    (r"\bv?\d+\.\d+\.\d+(?:[-+]\w+)*\b", "VERSION"),
    (r"\b[0-9a-f]{6,}\b", "HEX"),
    (r"\b(?:\d+(?:\.\d+)?(?:ms|d|h|m|s)\b ?)+", "DURATION "),
    # The alphabet of k8s.io/apimachinery/pkg/util/rand.
    (r"-[bcdfghjklmnpqrstvwxz2456789]{5}\b", "-RANDOM"),
    (r"(?<=\S) {2,}", " "),
    (r"(?<=\S)\s+$", ""),
]


def stable(line, numbers=True):
    for pattern, name in CHANGING:
        line = re.sub(pattern, name, line)
    return line if numbers else re.sub(r"\d+(?:\.\d+)?", "N", line)


def difference(shown, printed, numbers=True):
    """None if they are alike, else what to tell."""
    pattern = "".join(
        r"(?:.*\n)*?" if line.strip() == "[...]" else re.escape(stable(line, numbers)) + "\n"
        for line in shown.rstrip().split("\n"))
    lines = [stable(line, numbers) for line in printed.rstrip().split("\n")]
    if re.fullmatch(pattern, "\n".join(lines) + "\n"):
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
