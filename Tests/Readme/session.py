"""A shell that runs the README's blocks one after the other, as a reader's terminal would."""

import os
import re
import selectors
import shutil
import signal
import socket
import subprocess
import time

from blocks import ROOT

PROGRAMS = {"kelos-token-webhook": "KELOS_WEBHOOK_BINARY", "kelos-token-refresher": "KELOS_REFRESHER_BINARY",
            "kelos-token": "KELOS_TOKEN_BINARY"}  # fmt: skip

# A reader sees his own folder.
READERS_FOLDER = "/home/you/kelos-token"


def built(product):
    """A program by its environment variable, else the newest build; None without one."""
    named = os.environ.get(PROGRAMS[product])
    places = [named] if named else [ROOT / ".build" / kind / product for kind in ("debug", "release")]
    found = [place for place in places if os.access(place, os.X_OK)]
    return max(found, key=os.path.getmtime, default=None)


def copy_of_the_repository(parent, assets):
    """What `git clone` and a build would give, with the Kubernetes programs where hack/cluster.sh looks for them."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")  # fmt: skip
    folder = parent / "kelos-token"
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    release = folder / ".build" / "release"
    release.mkdir(parents=True)
    for product in PROGRAMS:
        (release / product).symlink_to(built(product))
    (parent / "shared").mkdir()
    (parent / "shared" / "kube-assets").symlink_to(assets)
    unpacked = ROOT / ".cache" / "cluster" / "bin"
    if unpacked.is_dir():
        (folder / ".cache" / "cluster").mkdir(parents=True)
        (folder / ".cache" / "cluster" / "bin").symlink_to(unpacked)
    return folder


class Ports:
    """A free port for each that the README names."""

    def __init__(self):
        self.given = {}

    def put_into(self, text):
        return re.sub(r"127\.0\.0\.1:(\d+)", lambda match: f"127.0.0.1:{self.free(match[1])}", text)

    def free(self, named):
        if named == "0":
            return named
        if named not in self.given:
            with socket.create_server(("127.0.0.1", 0)) as server:
                self.given[named] = server.getsockname()[1]
        return self.given[named]


class Session:
    # The longest is hack/demo.sh, which may have to build.
    LONGEST = 900

    def __init__(self, folder, state, home=None):
        self.folder, self.state, self.ports, self.count = folder, state, Ports(), 0
        state.mkdir()
        kept = {name: value for name, value in os.environ.items() if not re.match(r"KELOS_|KUBECONFIG$", name)}
        self.shell = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            start_new_session=True, env=kept | ({"HOME": str(home)} if home else {}))

    def run(self, script):
        """(the first status that was not 0, what it printed). A shell that ends has failed."""
        self.count += 1
        block, output = self.state / f"{self.count}.sh", self.state / f"{self.count}.out"
        block.write_text(self.ports.put_into(script))
        # A pipe fails with any of its parts; ERR goes off where `set -e` would end the shell.
        self.shell.stdin.write(
            f"set -o pipefail; failed=0; trap 'failed=$?' ERR\n. {block} >{output} 2>&1 </dev/null\n"
            f"trap - ERR; set +o pipefail; echo done $failed\n")  # fmt: skip
        self.shell.stdin.flush()
        status = self.answer()
        return status, output.read_text().replace(str(self.folder), READERS_FOLDER)

    def answer(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.shell.stdout, selectors.EVENT_READ)
            if not selector.select(self.LONGEST):
                return f"no end within {self.LONGEST} s"
        line = self.shell.stdout.readline()
        return int(line.removeprefix("done ")) if line else "the shell ended"

    def close(self):
        """Ends the shell and what it left in the background."""
        try:
            os.killpg(self.shell.pid, signal.SIGTERM)
            deadline = time.monotonic() + 10
            while time.monotonic() < deadline and self.shell.poll() is None:
                time.sleep(0.05)
            os.killpg(self.shell.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.shell.wait()
        self.shell.stdin.close()
        self.shell.stdout.close()
