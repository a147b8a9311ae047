"""The images, made once by hack/image.sh, and their root file systems."""

import sys

import pytest
from images import NAMES, ROOT, make_images
from oci import Layout

sys.path.append(str(ROOT / "Tests" / "Blackbox"))


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """The folder with the images, and what the script printed."""
    folder = tmp_path_factory.mktemp("images")
    return folder, make_images(folder)


@pytest.fixture(scope="session", params=NAMES)
def image(request, made):
    return Layout(made[0] / request.param)


@pytest.fixture(scope="session")
def roots(made, tmp_path_factory):
    """Root file systems by name."""
    return {name: Layout(made[0] / name).unpack(tmp_path_factory.mktemp(name)) for name in NAMES}


@pytest.fixture
def root(image, roots):
    return roots[image.name]
