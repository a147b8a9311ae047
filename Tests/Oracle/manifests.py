"""Reading manifests as kubectl renders them."""

import re
import shutil
import subprocess
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "manifests" / "base"
SAMPLES = ROOT / "manifests" / "samples"
NAMESPACE = "kelos-token-system"


def load(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def listed(folder=BASE):
    """What the files hold that a kustomization lists, its folders included."""
    documents = []
    for name in load(folder / "kustomization.yaml")[0]["resources"]:
        documents += listed(folder / name) if (folder / name).is_dir() else load(folder / name)
    return documents


def kustomized(folder):
    result = subprocess.run(["kubectl", "kustomize", str(folder)], check=True, capture_output=True, text=True)
    return [document for document in yaml.safe_load_all(result.stdout) if document]


def rendered(folder=BASE):
    """As kubectl renders it, where there is a kubectl."""
    return kustomized(folder) if shutil.which("kubectl") else listed(folder)


def identity(document):
    metadata = document["metadata"]
    return document["kind"], metadata.get("namespace") or "", metadata["name"]


def component(name):
    """The objects of one program, and those of none, by kind."""
    found = {}
    for document in rendered():
        if document["metadata"]["labels"].get("app.kubernetes.io/component", name) == name:
            assert document["kind"] not in found, identity(document)
            found[document["kind"]] = document
    return found


def arguments_of(container):
    return dict(argument.removeprefix("--").split("=", 1) for argument in container["args"])


def seconds(duration):
    amount, unit = re.fullmatch(r"(\d+)(s|m)", duration).groups()
    return int(amount) * {"s": 1, "m": 60}[unit]


def matches(selector, labels):
    """A label selector as the API server evaluates it."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions", []):
        inside = labels.get(rule["key"]) in rule.get("values", [])
        if inside != {"In": True, "NotIn": False}[rule["operator"]]:
            return False
    return True
