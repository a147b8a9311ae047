"""As much of a kubelet and a container runtime as the wiring touches: volumes, environment, mounts, and a process.

What is read of a pod is what the API gives it, so a pod comes here as the webhook patched it. A container's programs are
the machine's own, under /usr; bubblewrap (bwrap) puts the pieces together.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

LONGEST = 60
# Kelos's agents run as this user.
AGENT = 61100


class AtomicVolume:
    """A folder that the kubelet's atomic writer keeps (k8s.io/kubernetes/pkg/volume/util/atomic_writer.go)."""

    def __init__(self, folder):
        self.folder = folder
        self.generation = 0
        self.files = None
        folder.mkdir(parents=True)

    def publish(self, files):
        """`files`: name to (bytes, mode). They change all at once, by one rename of the link `..data`, or not at all."""
        if files == self.files:
            return
        self.files = files
        self.generation += 1
        dated = self.folder / f"..generation_{self.generation}"
        dated.mkdir()
        for name, (content, mode) in files.items():
            (dated / name).write_bytes(content)
            (dated / name).chmod(mode)
        link = self.folder / "..data_tmp"
        link.symlink_to(dated.name)
        link.rename(self.folder / "..data")
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(Path("..data") / name)
        for entry in self.folder.iterdir():
            if not entry.name.startswith("..") and entry.name not in files:
                entry.unlink()
        shutil.rmtree(self.folder / f"..generation_{self.generation - 1}", ignore_errors=True)


def expanded(text, known):
    """`$(NAME)` and `$$` as k8s.io/kubernetes/third_party/forked/golang/expansion reads them."""

    def one(match):
        if match[0].startswith("$$"):
            return "$"
        return known.get(match[1], match[0])

    return re.sub(r"\$\$|\$\(([^)]*)\)", one, text)


class Node:
    """One pod's. `secrets` maps a name to its data, and may change while the pod runs."""

    def __init__(self, pod, secrets, folder):
        self.pod = pod
        self.secrets = secrets
        self.folder = folder
        self.volumes = {}
        self.started = []
        for volume in pod["spec"].get("volumes", []):
            place = folder / "volumes" / volume["name"]
            if "emptyDir" in volume:
                place.mkdir(parents=True)
                give_to_agent(place)
            else:
                self.volumes[volume["name"]] = (volume, AtomicVolume(place))
        self.sync()

    def sync(self):
        """What the kubelet does every minute or so."""
        for volume, content in self.volumes.values():
            if "secret" in volume:
                content.publish(self.secret_files(volume["secret"]))
            else:
                content.publish(dict(map(self.downward_file, volume["downwardAPI"]["items"])))

    def secret_files(self, source):
        data = self.secrets.get(source["secretName"])
        assert data is not None or source.get("optional"), "ContainerCreating for ever: there is no such Secret"
        data, mode = data or {}, source.get("defaultMode", 0o644)
        items = source.get("items") or [{"key": key, "path": key} for key in data]
        assert source.get("optional") or all(item["key"] in data for item in items)
        return {item["path"]: (data[item["key"]], item.get("mode", mode)) for item in items if item["key"] in data}

    def downward_file(self, item):
        # What the API server's validation lets through for an annotation.
        key = re.fullmatch(
            r"metadata\.annotations\['([a-z0-9.-]{1,253}/[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9])'\]",
            item["fieldRef"]["fieldPath"])[1]
        return item["path"], (self.pod["metadata"]["annotations"].get(key, "").encode(), item.get("mode", 0o644))

    def environment(self, container):
        """Read once, when the container starts."""
        known = {}
        for entry in container.get("env", []):
            if "valueFrom" not in entry:
                known[entry["name"]] = expanded(entry.get("value", ""), known)
                continue
            reference = entry["valueFrom"]["secretKeyRef"]
            value = self.secrets.get(reference["name"], {}).get(reference["key"])
            assert value is not None or reference.get("optional"), "CreateContainerConfigError"
            if value is not None:
                known[entry["name"]] = value.decode()
        return known

    def mounts(self, container):
        """The arguments for bwrap; what lies deeper comes later, as runtimes sort it."""
        for mount in sorted(container.get("volumeMounts", []), key=lambda mount: mount["mountPath"].count("/")):
            source = self.folder / "volumes" / mount["name"]
            if mount.get("subPath"):
                # The link is followed now and never again.
                source = (source / mount["subPath"]).resolve(strict=True)
            yield from bound(source, mount["mountPath"], "--ro-bind" if mount.get("readOnly") else "--bind")

    def start(self, name, image=None, **environment):
        """Starts a container. `image`: files of the image's own, path to a file of this machine."""
        container = next(one for one in self.pod["spec"]["containers"] if one["name"] == name)
        place = self.folder / f"container-{len(self.started)}"
        running = Container(place, list(self.mounts(container)), environment | self.environment(container), image or {})
        self.started.append(running)
        return running

    def stop(self):
        for container in self.started:
            container.stop()


def bound(source, path, kind="--ro-bind"):
    """bwrap's arguments to mount something. The folders above it would be root's alone if bwrap made them by itself."""
    for folder in reversed(Path(path).parents[:-1]):
        yield from ("--dir", folder)
    yield from (kind, source, path)


def give_to_agent(path):
    if os.geteuid() == 0:
        os.chown(path, AGENT, AGENT)


class Container:
    """A shell that lives as long as the container and runs what it is given, each as its own child."""

    LOOP = 'echo started; while read -r n; do /bin/sh "/run/agent/$n" >"/run/agent/$n.out" 2>"/run/agent/$n.err" </dev/null; echo $?; done'

    def __init__(self, folder, mounts, environment, image):
        self.exchange = folder / "exchange"
        home = folder / "home"
        for path in (self.exchange, home):
            path.mkdir(parents=True)
            give_to_agent(path)
        self.count = 0
        environment = {
            "HOME": "/home/agent", "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0",
        } | environment  # fmt: skip
        # The container's PATH is not the one to find these by.
        arguments = [shutil.which("bwrap"), "--die-with-parent", "--unshare-pid", "--ro-bind", "/usr", "/usr"]
        for name in ("bin", "sbin", "lib", "lib64"):
            arguments += ["--symlink", f"usr/{name}", f"/{name}"]
        arguments += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/etc", "--tmpfs", "/usr/local/bin"]
        for name in ("passwd", "group", "nsswitch.conf", "alternatives"):
            arguments += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
        arguments += ["--chmod", "1777", "/tmp", *bound(home, "/home/agent", "--bind")]
        arguments += bound(self.exchange, "/run/agent", "--bind")
        for path, source in image.items():
            arguments += bound(source, path)
        arguments += [*mounts, "--chdir", "/home/agent"]
        if os.geteuid() == 0:
            arguments += [shutil.which("setpriv"), f"--reuid={AGENT}", f"--regid={AGENT}", "--clear-groups"]
        self.process = subprocess.Popen(
            [*map(str, arguments), "/bin/sh", "-c", self.LOOP], env=environment, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self.process.stdout.readline() == "started\n", f"bwrap ended: {self.process.wait(LONGEST)}"

    def run(self, script, check=True):
        """One script, and what came of it. Nothing of the environment is added to what the container started with."""
        self.count += 1
        name = f"{self.count}"
        (self.exchange / name).write_text(script)
        self.process.stdin.write(name + "\n")
        status = self.process.stdout.readline()
        assert status, f"the container ended: {self.process.wait(LONGEST)}"
        done = subprocess.CompletedProcess(
            script, int(status), *((self.exchange / f"{name}.{kind}").read_text() for kind in ("out", "err")))
        assert not check or done.returncode == 0, (script, done.returncode, done.stdout, done.stderr)
        return done

    def says(self, script):
        return self.run(script).stdout.strip()

    def stop(self):
        self.process.stdin.close()
        try:
            self.process.wait(LONGEST)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(LONGEST)
        self.process.stdout.close()
