"""What the tests of both programs' manifests look at. Each module's own fixture `objects` says which program's."""

import pytest
from manifests import arguments_of


@pytest.fixture(scope="module")
def pod(objects):
    return objects["Deployment"]["spec"]["template"]


@pytest.fixture(scope="module")
def container(pod):
    (container,) = pod["spec"]["containers"]
    return container


@pytest.fixture(scope="module")
def arguments(container):
    return arguments_of(container)
