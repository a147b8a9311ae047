"""What is in the images: the program and what it needs, and nothing else."""

import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from images import make_images


def readelf(*arguments):
    return subprocess.run(["readelf", "--wide", *arguments], capture_output=True, text=True, check=True).stdout


def needed(path):
    """DT_NEEDED of an ELF file, and its interpreter."""
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", readelf("--dynamic", path))
    return names, re.findall(r"program interpreter: (.+)\]", readelf("--program-headers", path))


def is_elf(path):
    return path.read_bytes()[:4] == b"\x7fELF"


# Where the loader looks by itself, in its order: there is no ld.so.cache.
def libraries(root):
    folders = [*root.glob("usr/lib/*-linux-gnu"), root / "usr/lib", root / "usr/lib64"]
    return {path.name: path for folder in reversed(folders) if folder.is_dir() for path in folder.glob("*.so*")}


def closure(root, program):
    """Every file that the program loads, itself included."""
    known, found, open_ends = libraries(root), set(), [program]
    while open_ends:
        path = open_ends.pop()
        if path in found:
            continue
        found.add(path)
        names, interpreters = needed(path)
        assert all(name in known for name in names), f"{path.name} needs {names}"
        open_ends += [known[name] for name in names]
        open_ends += [(root / name.lstrip("/")).resolve() for name in interpreters]
    return found


def test_every_library_that_is_needed_is_there_and_no_other(image, root):
    loaded = closure(root, root / f"usr/bin/{image.name}")
    elf = {path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and is_elf(path)}
    assert {str(path.relative_to(root)) for path in elf} == {str(path.relative_to(root)) for path in loaded}


def test_the_loader_is_sent_to_no_place_of_the_machine_that_built_it(image, root):
    for path in closure(root, root / f"usr/bin/{image.name}"):
        assert set(re.findall(r"R(?:UN)?PATH\).*\[(.*)\]", readelf("--dynamic", path))) <= {"$ORIGIN"}, path


def test_the_webhook_has_no_http_client_and_no_authorities(roots):
    root = roots["kelos-token-webhook"]
    assert not list(root.rglob("libcurl*")) and not (root / "etc/ssl").exists()


def test_every_file_has_its_reason(image, root):
    packages = {path.name for path in (root / "var/lib/dpkg/status.d").iterdir()}
    expected = {"/" + str(path.relative_to(root)) for path in closure(root, root / f"usr/bin/{image.name}")}
    expected |= {"/usr/lib/os-release"}
    expected |= {f"/var/lib/dpkg/status.d/{name}" for name in packages}
    expected |= {f"/usr/share/doc/{name}/copyright" for name in packages}
    if image.name.endswith("refresher"):
        expected |= {"/etc/nsswitch.conf", "/etc/ssl/certs/ca-certificates.crt"}
    assert image.files() == expected


def test_the_program_is_a_layer_of_its_own(image):
    """So that a new version of it brings nothing else to a node."""
    assert image.files(layer=1) == {f"/usr/bin/{image.name}"}
    assert set(image.members(layer=1)) == {"/", "/usr", "/usr/bin", f"/usr/bin/{image.name}"}


def test_there_is_no_shell_and_no_package_manager(image):
    programs = [path for path, member in image.members().items() if re.search("/s?bin/", path)]
    assert programs == [f"/usr/bin/{image.name}"]
    assert {path for path, member in image.members().items() if member.issym()} == {
        "/bin", "/sbin", "/lib", "/lib64", "/etc/os-release"}
    names = {path.rsplit("/", 1)[1] for path in image.members()}
    assert not names & {"sh", "bash", "dash", "busybox", "apt", "apt-get", "dpkg-deb", "perl", "python3", "openssl", "curl"}


def test_everything_is_roots_and_nobody_else_can_write_it(image):
    for path, member in image.members().items():
        assert (member.uid, member.gid, member.mtime) == (0, 0, 0), path
        assert member.isfile() or member.isdir() or member.issym(), path
        if member.isfile():
            executable = "/bin/" in path or path.endswith(("/libc.so.6", ".so.2", ".so.1"))
            assert member.mode == 0o644 or (member.mode == 0o755 and executable), path
        elif member.isdir():
            assert member.mode == (0o1777 if path == "/tmp" else 0o755), path
        assert not member.mode & (stat.S_ISUID | stat.S_ISGID) and not member.pax_headers, path


def test_the_program_is_stripped(image, root):
    sections = readelf("--sections", root / f"usr/bin/{image.name}")
    assert ".debug_" not in sections and ".symtab" not in sections


def test_scanners_find_each_librarys_package(image, root):
    assert "VERSION_ID=" in (root / "etc/os-release").read_text()
    records = {path.name: path.read_text() for path in (root / "var/lib/dpkg/status.d").iterdir()}
    for name, record in records.items():
        installed = subprocess.run(
            ["dpkg-query", "--show", "--showformat=${Version}", name], capture_output=True, text=True, check=True).stdout
        assert record.startswith(f"Package: {name}\n") and f"\nVersion: {installed}\n" in record
    assert {"libc6", "libssl3", "libnghttp2-14"} <= set(records)


def test_the_authorities_are_debians_and_not_this_machines(roots):
    bundle = (roots["kelos-token-refresher"] / "etc/ssl/certs/ca-certificates.crt").read_text()
    mine = subprocess.run(
        ["dpkg-query", "--listfiles", "ca-certificates"], capture_output=True, text=True, check=True).stdout.split()
    authorities = [Path(path) for path in mine if re.fullmatch("/usr/share/ca-certificates/.*[.]crt", path)]
    # Some that an administrator has removed from this machine may be missing.
    there = [path.read_text() for path in sorted(authorities) if path.exists()]
    assert len(there) > 100 and bundle == "".join(there)


def test_a_program_that_needs_swifts_libraries_is_refused(tmp_path):
    """Such a program would start on the machine that built it and nowhere else."""
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    (tmp_path / "library.c").write_text("int nothing;\n")
    (tmp_path / "program.c").write_text("extern int nothing; int main(void) { return nothing; }\n")
    for arguments in (["-shared", "-o", "libswiftCore.so", "library.c"],
                      ["-o", "program", "program.c", "-L.", "-lswiftCore", f"-Wl,-rpath,{tmp_path}"]):
        subprocess.run(["cc", *arguments], cwd=tmp_path, check=True)
    with pytest.raises(AssertionError, match="build it with --static-swift-stdlib"):
        make_images(tmp_path / "out", KELOS_WEBHOOK_BINARY=str(tmp_path / "program"))
