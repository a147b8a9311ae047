"""The table of metrics, from the expositions that Tests/TelemetryTests compares byte for byte with the programs'."""

import re


def families(exposition):
    """(name, type, labels, help) of each family."""
    for name, text in re.findall(r"^# HELP (\S+) (.*)$", exposition, re.M):
        [kind] = re.findall(rf"^# TYPE {name} (\S+)$", exposition, re.M)
        suffix = "(?:_bucket|_sum|_count)?" if kind == "histogram" else ""
        series = re.findall(rf"^{name}{suffix}\{{(.*)\}} \S+$", exposition, re.M)
        labels = dict.fromkeys(label for one in series for label in re.findall(r'([a-z_]+)="', one) if label != "le")
        yield name, kind, list(labels), text


def rows(expositions):
    """Rows of metric, type, labels, program, meaning; the expositions are by the program's short name."""
    found = {}
    for program, exposition in expositions.items():
        for name, kind, labels, text in families(exposition):
            known = found.setdefault(name, (kind, labels, text, []))
            if known[:3] != (kind, labels, text):
                raise SystemExit(f"{name} is told in two ways")
            known[3].append(program)
    for name, (kind, labels, text, programs) in sorted(found.items()):
        listed = ", ".join(f"`{label}`" for label in labels)
        yield [f"`{name}`", kind, listed, ", ".join(programs), text if text.endswith(".") else text + "."]
