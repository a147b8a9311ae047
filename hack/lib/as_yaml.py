"""Prints an object that kubectl gave as JSON on stdin as YAML, without what the API server fills in.

Needs PyYAML (Debian's python3-yaml).
"""

import json
import sys

import yaml

FILLED_IN = ("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "namespace")


class Dumper(yaml.SafeDumper):
    """Block style, lists indented, as kubectl prints."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


shown = json.load(sys.stdin)
for field in FILLED_IN:
    shown["metadata"].pop(field, None)
yaml.dump(shown, sys.stdout, Dumper=Dumper, sort_keys=False, width=100)
