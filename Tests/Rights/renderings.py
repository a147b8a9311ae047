"""Every rendering of the manifests that may give rights: the overlays, and the base with each component."""

import functools

import repository
from grants import Grants

# The whole cluster, and single namespaces.
COMMON = ("default", "namespaced")
NAMESPACED = "namespaced-rbac"


@functools.cache
def renderings():
    """By name, the common ones first. A component may have to give for single namespaces what the base has for all."""
    found = {name: repository.render(f"overlays/{name}") for name in COMMON}
    found |= {name: repository.render(f"overlays/{name}") for name in repository.OVERLAYS}
    for name in repository.COMPONENTS:
        found[f"with-{name}"] = repository.render_with(name)
        if name != NAMESPACED:
            found[f"with-{name}-in-namespaces"] = repository.render_with(NAMESPACED, name)
    return found


@functools.cache
def grants(rendering, account):
    return Grants(renderings()[rendering], account)


def rights_of(account):
    """Each right that any rendering gives, with the first one where it counts; None if there is none."""
    found = {}
    for name in renderings():
        for right in grants(name, account).rights():
            if not found.get(right):
                found[right] = name if grants(name, account).counts(right) else None
    return found
