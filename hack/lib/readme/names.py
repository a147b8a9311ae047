"""The table of labels and annotations, from the Swift that has them as constants, each with a documentation comment."""

import re

CONSTANT = re.compile(r'((?:^ *///.*\n)*)^ *package static (?:var|let) \w+(?:: StaticString \{)? ?=? ?"([^"]+)"', re.M)
ENUM = r"^(\s*)package enum {} \{{\n(.*?)^\1\}}"


def constants(source, enum):
    """(name, comment) of each constant of an enum."""
    body = re.search(ENUM.format(enum), source, re.M | re.S)[2]
    for comment, name in CONSTANT.findall(body):
        yield name, " ".join(line.strip().removeprefix("///").strip() for line in comment.splitlines())


def rows(places):
    """Rows of name, where, meaning; a place is (where, source, enum). Names of others' contracts are left out."""
    for where, source, enum in places:
        for name, comment in constants(source, enum):
            if not name.startswith("kelos.dev/"):
                continue
            if not comment:
                raise SystemExit(f"{name} has no documentation comment")
            yield [f"`{name}`", where, comment]
