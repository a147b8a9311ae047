"""Cleans up what the tests rendered."""

import shutil

import pytest

import repository


@pytest.fixture(scope="session", autouse=True)
def removed_copies():
    yield
    if repository.copied_manifests.cache_info().currsize:
        shutil.rmtree(repository.copied_manifests().parent)
