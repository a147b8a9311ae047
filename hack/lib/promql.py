"""Which metrics PromQL expressions name.

Usage: promql.py RULES.yaml DASHBOARD.json     (prints the names, one a line)
"""

import json
import re
import sys

import yaml

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


def main():
    rules, dashboard = sys.argv[1:]
    with open(rules, encoding="utf-8") as file:
        expressions = [rule["expr"] for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]
    with open(dashboard, encoding="utf-8") as file:
        panels = json.load(file)["panels"]
    expressions += [target["expr"] for panel in panels for target in panel.get("targets", [])]
    print("\n".join(sorted(set().union(*map(metrics, expressions)))))


if __name__ == "__main__":
    main()
