"""Finds what the scripts share with the tests, and cleans up what the tests rendered."""

import sys

import pytest

import repository

sys.path.append(str(repository.ROOT / "hack" / "lib"))


@pytest.fixture(scope="session", autouse=True)
def removed_copies():
    yield
    repository.remove_copies()
