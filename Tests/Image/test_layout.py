"""The images are what registries and runtimes take, and the same programs give the same images."""

import datetime
import json
import re
import subprocess
import tarfile

from images import NAMES, ROOT, make_images
from oci import Layout, digest


def test_every_blob_is_named_and_used(image):
    blobs = {path for path in (image.folder / "blobs").rglob("*") if path.is_file()}
    assert blobs == image.used
    assert [digest(layer) for layer in image.layers] == image.config["rootfs"]["diff_ids"]
    assert image.config["rootfs"]["type"] == "layers"


def test_the_platform_is_that_of_the_program(image):
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
    assert image.descriptor["platform"] == {"architecture": machine, "os": "linux"}
    assert (image.config["architecture"], image.config["os"]) == (machine, "linux")


def test_it_has_the_name_that_the_manifests_use(image):
    names = set()
    for path in (ROOT / "manifests" / "base").rglob("deployment.yaml"):
        names |= set(re.findall(r"image: (\S+)", path.read_text()))
    assert f"{image.name}:latest" in names
    assert image.descriptor["annotations"] == {
        "io.containerd.image.name": f"docker.io/library/{image.name}:latest", "org.opencontainers.image.ref.name": "latest"}


def test_it_runs_the_program_as_nobody(image):
    assert image.run["User"] == "65532:65532"
    assert image.run["Entrypoint"] == [f"/usr/bin/{image.name}"] and "Cmd" not in image.run
    assert image.run["WorkingDir"] == "/" and image.run["Env"] == ["PATH=/usr/bin"]


def test_it_exposes_the_ports_of_the_manifests(image):
    folder = ROOT / "manifests" / "base" / ("refresher" if image.name.endswith("refresher") else "")
    ports = re.findall(r"containerPort: (\d+)", (folder / "deployment.yaml").read_text())
    assert image.run["ExposedPorts"] == {f"{port}/tcp": {} for port in ports}


def test_its_labels_say_what_it_is(image, root):
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in image.run["Labels"].items()}
    assert set(labels) - {"revision"} == {"title", "description", "version", "created"}
    assert labels["title"] == image.name and labels["created"] == image.config["created"]
    datetime.datetime.strptime(labels["created"], "%Y-%m-%dT%H:%M:%SZ")
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", labels.get("revision", "0" * 40))
    said = subprocess.run([root / f"usr/bin/{image.name}", "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"{image.name} {labels['version']} (")
    assert image.manifest["annotations"] == image.run["Labels"]


def test_docker_finds_the_same_in_its_own_file(image):
    (described,) = json.loads((image.folder / "manifest.json").read_text())
    assert described["RepoTags"] == [f"{image.name}:latest"]
    assert "sha256:" + described["Config"].rsplit("/", 1)[1] == image.manifest["config"]["digest"]
    assert ["sha256:" + path.rsplit("/", 1)[1] for path in described["Layers"]] == [
        layer["digest"] for layer in image.manifest["layers"]]
    assert all((image.folder / path).is_file() for path in [described["Config"], *described["Layers"]])


def test_the_archive_holds_the_layout(image):
    with tarfile.open(image.folder.with_suffix(".tar")) as archive:
        held = {member.name: archive.extractfile(member).read() for member in archive if member.isfile()}
    assert held == {
        str(path.relative_to(image.folder)): path.read_bytes() for path in image.folder.rglob("*") if path.is_file()}


def test_digest_and_sizes_are_printed(made, image):
    assert f"==> {image.name}:latest {image.descriptor['digest']}" in made[1]
    for layer in image.manifest["layers"]:
        assert layer["digest"] in made[1]


def test_the_same_programs_give_the_same_images_wherever_they_are_made(made, tmp_path):
    folder = tmp_path / "again"
    folder.mkdir(mode=0o700)
    make_images(folder, TZ="Asia/Tokyo", LC_ALL="C.UTF-8", TMPDIR=str(tmp_path), COLUMNS="40")
    for name in NAMES:
        assert Layout(folder / name).descriptor == Layout(made[0] / name).descriptor
        assert (folder / f"{name}.tar").read_bytes() == (made[0] / f"{name}.tar").read_bytes()


def test_the_date_changes_the_image_and_no_layer(made, tmp_path):
    make_images(tmp_path, SOURCE_DATE_EPOCH="1700000000")
    for name in NAMES:
        before, after = Layout(made[0] / name), Layout(tmp_path / name)
        assert after.config["created"] == "2023-11-14T22:13:20Z"
        assert after.manifest["layers"] == before.manifest["layers"]
        assert after.descriptor["digest"] != before.descriptor["digest"]
