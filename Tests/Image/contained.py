"""A program in its image's root file system, as a runtime starts it: nothing of this machine's is there but /proc, /dev
and the network, the root cannot be written, and it runs as the image's user without a capability."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# A mount namespace of its own, then by exec to the program itself, so that signals and exit codes are its own.
SCRIPT = r"""#!/bin/sh
set -eu
exec unshare --mount --propagation=private /bin/sh -euc '
  mount --bind "$0" "$0"
  mount -t proc proc "$0/proc"
  mount --rbind /dev "$0/dev"
  mount -o remount,bind,ro "$0"
  exec chroot --userspec=65532:65532 --groups= "$0" "$@"' '{root}' '/usr/bin/{name}' "$@"
"""


def may_contain():
    """Skips the test where mounting is not allowed."""
    probe = ["unshare", "--mount", "--propagation=private", "mount", "-t", "tmpfs", "none", "/tmp"]
    if os.geteuid() != 0 or subprocess.run(probe, capture_output=True).returncode != 0:
        pytest.skip("only root, with mount namespaces, can start a program in another root file system")


class Contained:
    """A copy of a root file system with what a pod's volumes would add, and a script that runs the program in it."""

    def __init__(self, root, name, folder):
        may_contain()
        self.root = Path(folder) / "root"
        shutil.copytree(root, self.root, symlinks=True)
        # The runtime makes the points where it mounts.
        for point in ("proc", "dev"):
            (self.root / point).mkdir()
        self.script = Path(folder) / name
        self.script.write_text(SCRIPT.replace("{root}", str(self.root)).replace("{name}", name))
        self.script.chmod(0o755)
        self.root.chmod(0o755)

    def add(self, path, content):
        """A file of a volume; its path inside."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
        target.chmod(0o444)
        return Path(path)

    def run(self, *arguments):
        return subprocess.run([self.script, *arguments], capture_output=True, text=True, timeout=30, env={})
