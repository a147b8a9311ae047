"""Why a pod is left as it is: the reasons and what is said of them, as the programs have them."""

import re


def rows(source):
    """Rows of reason, meaning; the source is SkipReason.swift."""
    values = dict(re.findall(r'case (\w+) = "([a-z-]+)"', source))
    told = re.findall(r'case \.(\w+):\s*((?:"[^"]*"\s*\+?\s*)+)', source)
    explained = {name: "".join(re.findall(r'"([^"]*)"', text)) for name, text in told}
    for name, value in values.items():
        yield [f"`{value}`", explained[name]]
