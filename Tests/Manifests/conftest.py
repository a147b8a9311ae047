"""Finds what the scripts share with the tests, and cleans up what the tests rendered."""

import shutil
import sys

import pytest

import repository

sys.path.append(str(repository.ROOT / "hack" / "lib"))


@pytest.fixture(scope="session", autouse=True)
def removed_copies():
    yield
    if repository.copied_manifests.cache_info().currsize:
        shutil.rmtree(repository.copied_manifests().parent)
