"""Sessions for the README's blocks, each opened by the first block that wants it."""

import subprocess
import sys

import pytest
import session
from blocks import ROOT

sys.path.append(str(ROOT / "Tests" / "Manifests"))
import repository  # noqa: E402


@pytest.fixture(scope="session")
def assets():
    """Where the programs of a control plane are, by the rules of hack/lib/kube.sh."""
    found = subprocess.run(
        ["bash", "-c", '. hack/lib/output.sh; . hack/lib/deps.sh; ROOT=$PWD; . hack/lib/kube.sh; kube_assets_source'],
        cwd=ROOT, capture_output=True, text=True)  # fmt: skip
    if found.returncode != 0:
        pytest.skip("there is no kube-apiserver here: set KUBEBUILDER_ASSETS, or run hack/build-kube.sh")
    return found.stdout.strip()


@pytest.fixture(scope="session")
def sessions(assets, tmp_path_factory):
    missing = [product for product in session.PROGRAMS if not session.built(product)]
    if missing:
        pytest.skip(f"{', '.join(missing)} not built: hack/test.sh builds them")
    if not repository.kubectl():
        pytest.skip("no kubectl that renders components, as 1.32 does")
    opened = {}

    def named(name):
        if name not in opened:
            parent = tmp_path_factory.mktemp(name.replace(" ", "-"))
            if name == "working tree":
                opened[name] = session.Session(ROOT, parent / "state")
            else:
                folder = session.copy_of_the_repository(parent, assets)
                opened[name] = session.Session(folder, parent / "state", home=parent)
        return opened[name]

    yield named
    for one in opened.values():
        one.close()
        if one.folder != ROOT:
            subprocess.run([one.folder / "hack" / "cluster.sh", "down"], capture_output=True, timeout=120)
