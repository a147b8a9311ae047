"""The rules for log lines, held against a whole log by Python's own JSON parser.

Usage: log_lines.py FILE...   fails at the first line that breaks a rule, and prints it
"""

import json
import re
import sys
from pathlib import Path

import log_fields

LEVELS = ("debug", "info", "warn", "error")
FIRST = ["level", "ts", "logger", "msg"]
LONGEST = 4096
TIMES = {
    "rfc3339": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "rfc3339nano": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z",
    "iso8601": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "epoch": r"\d+(?:\.\d+)?", "millis": r"\d+(?:\.\d+)?", "nano": r"\d+",
}


def _once(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key comes twice: {keys}"
    return dict(pairs)


def _object(text):
    """A JSON object whose keys are unique, at every depth."""
    def refuse(word):
        raise ValueError(f"{word} is no JSON")
    value = json.loads(text, object_pairs_hook=_once, parse_constant=refuse)
    assert isinstance(value, dict), "not an object"
    return value


def _check_fields(fields):
    assert list(fields) == sorted(fields), f"fields out of order: {list(fields)}"
    unknown = set(fields) - set(log_fields.FIELDS)
    assert not unknown, f"keys that log_fields.py does not list: {unknown}"


def check_json(line, times="rfc3339"):
    value = _object(line)
    assert list(value)[:4] == FIRST, f"begins with {list(value)[:4]}"
    assert value["level"] in LEVELS, value["level"]
    stamp = value["ts"] if isinstance(value["ts"], str) else re.search(r'"ts":([^,]+),', line)[1]
    assert re.fullmatch(TIMES[times], stamp), f"ts is {stamp}"
    assert isinstance(value["ts"], str) == (times in ("rfc3339", "rfc3339nano", "iso8601"))
    assert value["msg"] and value["msg"][0].isupper() and not value["msg"].endswith("."), value["msg"]
    _check_fields({key: value[key] for key in list(value)[4:]})
    return value


def check_console(line, times="rfc3339"):
    columns = line.split("\t")
    assert len(columns) in (4, 5), f"{len(columns)} columns"
    stamp, level, logger, message = columns[:4]
    assert re.fullmatch(TIMES[times], stamp), f"time is {stamp}"
    assert level in map(str.upper, LEVELS), level
    fields = _object(columns[4]) if len(columns) == 5 else {}
    _check_fields(fields)
    return {"level": level.lower(), "ts": stamp, "logger": logger, "msg": message} | fields


def check_log(data, encoder="json", times="rfc3339"):
    """Holds every line of a log against the rules and gives them as dictionaries."""
    check = {"json": check_json, "console": check_console}[encoder]
    text = data.decode()
    assert text.endswith("\n") or not text, "the last line is not whole"
    found = []
    for line in text.split("\n")[:-1]:
        try:
            assert len(line.encode()) < LONGEST, f"{len(line)} characters"
            assert all(character.isprintable() or character == "\t" and encoder == "console" for character in line), \
                "a control character"
            found.append(check(line, times))
        except (AssertionError, ValueError) as problem:
            raise AssertionError(f"a log line breaks the rules: {problem}\n{line[:500]!r}") from None
    return found


def main(paths):
    for path in paths:
        try:
            check_log(Path(path).read_bytes())
        except (AssertionError, ValueError) as problem:
            print(f"{path}: {problem}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
