"""A strict reader of the Prometheus text format 0.0.4: what Prometheus would accept and promlint would not mind."""

import math
import re
from collections import defaultdict

_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
_SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? ([^ ]+)\Z")
_LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|\Z)')
_TYPES = {"counter", "gauge", "histogram", "summary", "untyped"}


def _labels(text):
    if not text:
        return ()
    inner, labels, position = text[1:-1], [], 0
    while position < len(inner):
        match = _LABEL.match(inner, position)
        assert match, f"bad labels: {text}"
        labels.append((match.group(1), match.group(2)))
        position = match.end()
    names = [name for name, _ in labels]
    assert len(names) == len(set(names)), f"a label twice: {text}"
    return tuple(sorted(labels))


def _number(text):
    assert re.fullmatch(r"[+-]?(Inf|NaN|[0-9.]+([eE][+-]?[0-9]+)?)", text), f"bad number {text}"
    return float(text.replace("Inf", "inf"))


class Exposition:
    """Families with their type, help and samples; construction fails on the first offence."""

    def __init__(self, text, fields=None):
        self.fields = fields or {}
        self.types, self.helps = {}, {}
        self.samples = {}
        assert text.endswith("\n"), "the last line has no line feed"
        family, finished = None, set()
        for line in text[:-1].split("\n"):
            assert line and not line.endswith(" ") and "\r" not in line, f"stray whitespace: {line!r}"
            if line.startswith("#"):
                family = self._comment(line, family, finished)
            else:
                self._sample(line, family)
        self._check_families()

    def _comment(self, line, family, finished):
        kind, name, rest = line[2:].split(" ", 2)
        assert kind in ("HELP", "TYPE") and _NAME.match(name), line
        if name != family:
            assert name not in finished, f"{name} is not contiguous"
            finished.add(name)
        table = self.helps if kind == "HELP" else self.types
        assert name not in table, f"{kind} {name} twice"
        if kind == "TYPE":
            assert rest in _TYPES, line
        else:
            assert rest.strip(), f"{name} has no help"
        table[name] = rest
        return name

    def _sample(self, line, family):
        match = _SAMPLE.match(line)
        assert match, f"bad sample: {line}"
        name, labels, value = match.group(1), _labels(match.group(2)), _number(match.group(3))
        assert family in self.types and family in self.helps, f"{name} before its HELP and TYPE"
        allowed = {family}
        if self.types[family] == "histogram":
            allowed = {family + suffix for suffix in ("_bucket", "_sum", "_count")}
        assert name in allowed, f"{name} stands among the samples of {family}"
        assert (name, labels) not in self.samples, f"twice: {line}"
        self.samples[name, labels] = value

    def _check_families(self):
        for family, kind in self.types.items():
            if kind == "counter":
                assert family.endswith("_total"), f"counter {family} without _total"
                assert all(value >= 0 for _, value in self.series(family))
            elif kind == "histogram":
                self._check_histogram(family)
            else:
                assert not family.endswith("_total"), f"{kind} {family} with _total"
            assert any(name.startswith(family) for name, _ in self.samples), f"{family} has no series"

    def _check_histogram(self, family):
        buckets = defaultdict(list)
        for labels, value in self.series(family + "_bucket"):
            rest = tuple(pair for pair in labels if pair[0] != "le")
            buckets[rest].append((_number(dict(labels)["le"]), value))
        assert buckets, f"{family} has no buckets"
        for labels, pairs in buckets.items():
            bounds, counts = [bound for bound, _ in pairs], [count for _, count in pairs]
            assert bounds == sorted(set(bounds)) and math.isinf(bounds[-1]), f"{family} bounds {bounds}"
            assert counts == sorted(counts), f"{family} is not cumulative"
            assert counts[-1] == self.samples[family + "_count", labels], f"{family}: +Inf is not the count"
            assert (family + "_sum", labels) in self.samples

    def series(self, name):
        return [(labels, value) for (found, labels), value in self.samples.items() if found == name]

    def value(self, name, /, **labels):
        return self.samples[name, tuple(sorted(labels.items()))]

    def total(self, name, /, **labels):
        """The sum over all series of `name` that carry these labels."""
        wanted = set(labels.items())
        return sum(value for found, value in self.series(name) if wanted <= set(found))
