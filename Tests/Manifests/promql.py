"""Which metrics a PromQL expression names."""

import re

KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "group_left", "group_right", "offset", "bool", "inf"}

TOKEN = re.compile(
    r"""
    "(?:[^"\\]|\\.)*"                       # a string
    | \{ (?:[^"}]|"(?:[^"\\]|\\.)*")* \}    # label matchers
    | \[ [^\]]* \]                          # a range
    | (?:by|without|on|ignoring|group_left|group_right) \s* \( [^)]* \)
    | [0-9]+(?:\.[0-9]+)?[a-z]*             # a number or a duration
    | (?P<name> [a-zA-Z_:][a-zA-Z0-9_:]* ) (?P<call> \s* (?: \( | (?=(?:by|without)\b) ) )?
    """,
    re.VERBOSE,
)


def metrics(expression):
    return {
        match["name"]
        for match in TOKEN.finditer(expression)
        if match["name"] and not match["call"] and match["name"] not in KEYWORDS
    }
