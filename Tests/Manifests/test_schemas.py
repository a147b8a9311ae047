"""All manifests against the schemas of Kubernetes 1.28 to 1.37 (kubernetes-validate, strict: no field that the version
does not know), and against closed schemas of the kinds of cert-manager and the Prometheus operator."""

import subprocess

import pytest
import yaml

from repository import COMPONENTS, MANIFESTS, OVERLAYS, ROOT, documents, identity, program, render, render_with

VERSIONS = [f"1.{minor}" for minor in range(28, 38)]
CRDS = documents((ROOT / "hack" / "peer-crds.yaml").read_text())
PEER_GROUPS = {crd["spec"]["group"] for crd in CRDS}


def is_peers(document):
    return document["apiVersion"].partition("/")[0] in PEER_GROUPS


def everything():
    """Each object once, however many overlays have it."""
    rendered = [render(f"overlays/{name}") for name in OVERLAYS]
    rendered += [render_with(name) for name in COMPONENTS] + [render("monitoring")]
    rendered += [documents(path.read_text()) for path in sorted((MANIFESTS / "samples").glob("*.yaml"))]
    found = []
    for document in (document for objects in rendered for document in objects):
        if document not in found:
            found.append(document)
    return found


@pytest.fixture
def validate(tmp_path):
    validator = program("KUBERNETES_VALIDATE", "kubernetes-validate",
                        ROOT / ".cache" / "kubernetes-validate" / "bin" / "kubernetes-validate")

    def run(objects, version):
        path = tmp_path / "manifests.yaml"
        path.write_text(yaml.safe_dump_all(objects))
        return subprocess.run(
            [validator, "--kubernetes-version", version, "--strict", path], capture_output=True, text=True, timeout=120)

    return run


@pytest.mark.parametrize("version", VERSIONS)
def test_kubernetes_knows_every_field(validate, version):
    objects = [document for document in everything() if not is_peers(document)]
    done = validate(objects, version)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed") == len(objects), done.stdout


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_the_validator_notices_a_misspelt_field(validate, version):
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
           "spec": {"containers": [{"name": "a", "image": "b", "readinesProbe": {}}]}}
    done = validate([pod], version)
    assert done.returncode != 0 and "readinesProbe" in done.stdout + done.stderr


def problems(schema, value, path):
    """Violations of the part of OpenAPI that hack/peer-crds.yaml uses; a field without a schema is one."""
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    if not isinstance(value, types[schema["type"]]):
        return [f"{path}: is no {schema['type']}"]
    found = [f"{path}.{name}: is missing" for name in schema.get("required", []) if name not in value]
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value} is none of {schema['enum']}")
    if "maxLength" in schema and len(value) > schema["maxLength"]:
        found.append(f"{path}: is too long")
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += problems(schema["items"], item, f"{path}[{index}]")
    if isinstance(value, dict):
        properties, others = schema.get("properties", {}), schema.get("additionalProperties")
        for name, item in value.items():
            if name in properties or others:
                found += problems(properties.get(name, others), item, f"{path}.{name}")
            else:
                found.append(f"{path}.{name}: no such field")
    return found


def test_the_kinds_of_others_have_the_fields_that_they_have_there():
    schemas = {(crd["spec"]["group"], crd["spec"]["names"]["kind"]): crd["spec"]["versions"][0] for crd in CRDS}
    checked = set()
    for document in filter(is_peers, everything()):
        group, _, version = document["apiVersion"].partition("/")
        known = schemas[group, document["kind"]]
        assert version == known["name"]
        spec = known["schema"]["openAPIV3Schema"]["properties"]["spec"]
        assert problems(spec, document["spec"], "spec") == [], identity(document)
        checked.add((group, document["kind"]))
    assert checked == set(schemas)


def test_the_closed_schemas_notice_a_misspelt_field():
    (certificate,) = [crd for crd in CRDS if crd["spec"]["names"]["kind"] == "Certificate"]
    spec = certificate["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    assert problems(spec, {"secretName": "a", "issuerRef": {}, "dnsnames": []}, "spec") == [
        "spec.issuerRef.name: is missing", "spec.dnsnames: no such field"]
