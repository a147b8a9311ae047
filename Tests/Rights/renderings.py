"""Every rendering of the manifests that may give rights: the overlays, and the base with each component."""

import functools

import repository
from grants import Grants

# The whole cluster, and single namespaces.
COMMON = ("default", "namespaced")


@functools.cache
def renderings():
    """By name, the common ones first."""
    others = [name for name in repository.OVERLAYS if name not in COMMON]
    return {name: repository.render(f"overlays/{name}") for name in [*COMMON, *others]} | {
        f"with-{name}": repository.render_with(name) for name in repository.COMPONENTS}


@functools.cache
def grants(rendering, account):
    return Grants(renderings()[rendering], account)


def rights_of(account):
    """Each right that any rendering gives, with the first one that does."""
    found = {}
    for name in renderings():
        for right in grants(name, account).rights():
            found.setdefault(right, name)
    named = [str(right) for right in found]
    assert len(named) == len(set(named)), f"two rules give {account} the same, or one that differs in names: {named}"
    return found
