"""Applies the patch of an AdmissionReview's answer to the pod of its request, and writes both pods as YAML and JSON.

Usage: patched_pod.py REVIEW.json ANSWER.json BEFORE.yaml AFTER.yaml

Beside each YAML file a JSON file of the same name is written. managedFields are left out of the YAML, as kubectl does.
Needs Debian's python3-jsonpatch and python3-yaml.
"""

import base64
import copy
import json
import pathlib
import sys

import jsonpatch
import yaml


class Dumper(yaml.SafeDumper):
    """Block style, lists indented, as kubectl prints."""

    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


def write(path, pod):
    path.with_suffix(".json").write_text(json.dumps(pod), encoding="utf-8")
    shown = copy.deepcopy(pod)
    shown["metadata"].pop("managedFields", None)
    path.write_text(yaml.dump(shown, Dumper=Dumper, sort_keys=False, width=1000), encoding="utf-8")


def main():
    review, answer, before, after = map(pathlib.Path, sys.argv[1:])
    pod = json.loads(review.read_text(encoding="utf-8"))["request"]["object"]
    response = json.loads(answer.read_text(encoding="utf-8"))["response"]
    patch = json.loads(base64.b64decode(response.get("patch", "W10="), validate=True))
    write(before, pod)
    write(after, jsonpatch.apply_patch(pod, patch))


if __name__ == "__main__":
    main()
