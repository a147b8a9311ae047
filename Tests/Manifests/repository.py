"""The manifests as kubectl renders them, and the programs that judge them."""

import functools
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "manifests"
MONITORING = MANIFESTS / "monitoring"

# What is complete by itself.
OVERLAYS = sorted(path.parent.name for path in (MANIFESTS / "overlays").glob("*/kustomization.yaml"))
COMPONENTS = sorted(path.parent.name for path in (MANIFESTS / "components").glob("*/kustomization.yaml"))


def documents(text):
    return [document for document in yaml.safe_load_all(text) if document]


@functools.cache
def copied_manifests():
    """A copy of manifests/ with certificates where components/self-signed wants them; a folder that must be removed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="kelos-token-manifests."))
    shutil.copytree(MANIFESTS, folder / "manifests", ignore=shutil.ignore_patterns("tls"))
    subprocess.run(
        [ROOT / "certs" / "generate.sh", "--quiet", "--out", folder / "manifests/components/self-signed/tls"],
        check=True, timeout=60)
    return folder / "manifests"


def remove_copies():
    if copied_manifests.cache_info().currsize:
        shutil.rmtree(copied_manifests().parent)


@functools.cache
def kubectl():
    """A kubectl that knows components; Debian's own is too old for them."""
    program = shutil.which("kubectl")
    if program:
        known = subprocess.run(
            [program, "kustomize", MANIFESTS / "overlays" / "default"], capture_output=True, timeout=60)
        if known.returncode == 0 or b"unknown field" not in known.stderr:
            return program
    return None


@functools.cache
def render_text(folder):
    if not kubectl():
        pytest.skip("no kubectl that renders components, as 1.32 does", allow_module_level=True)
    done = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def render(name):
    """Objects of a folder below manifests/."""
    return documents(render_text(copied_manifests() / name))


@functools.cache
def render_with(*components):
    """Objects of the base with some components."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="overlay.", dir=copied_manifests() / "overlays"))
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({
        "resources": ["../../base"],
        "components": [f"../../components/{name}" for name in components],
    }))
    return documents(render_text(folder))


def kinds(objects, kind):
    return {document["metadata"]["name"]: document for document in objects if document["kind"] == kind}


def identity(document):
    return document["kind"], document["metadata"].get("namespace"), document["metadata"]["name"]


def program(variable, name, where):
    """A program by its environment variable, the PATH or the place where the scripts put it; else the test is skipped."""
    found = os.environ.get(variable) or shutil.which(name) or (where if where.exists() else None)
    if not found:
        pytest.skip(f"{name} not found: hack/test.sh brings it, or set {variable}")
    return str(found)


def promtool(*arguments, **options):
    path = program("PROMTOOL", "promtool", ROOT / ".cache" / "tools" / "promtool")
    return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=120, **options)
