"""The README's table of rights says what the manifests grant, no more and no less."""

import re

from repository import ROOT, render

ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \| ([^|]+) \| ([^|]*) \|$", re.M)


def granted():
    """(account, where, resource, name or none, verb), read from the bindings and not by the program that made the table."""
    objects = render("overlays/default")
    for binding in (document for document in objects if document["kind"].endswith("Binding")):
        reference = binding["roleRef"]
        (role,) = [document for document in objects
                   if (document["kind"], document["metadata"]["name"]) == (reference["kind"], reference["name"])]
        where = "all namespaces" if binding["kind"] == "ClusterRoleBinding" else f"`{binding['metadata']['namespace']}`"
        for subject in binding["subjects"]:
            for rule in role["rules"]:
                for group in rule["apiGroups"]:
                    for resource in rule["resources"]:
                        for name in rule.get("resourceNames", [None]):
                            for verb in rule["verbs"]:
                                yield subject["name"], where, ".".join(filter(None, [resource, group])), name, verb


def tabulated():
    section = (ROOT / "README.md").read_text().partition("<!-- rights")[2].partition("<!-- end of rights -->")[0]
    for account, where, resources, verbs in ROW.findall(section):
        if resources == "none":
            continue
        things, _, names = resources.partition(" named ")
        for thing in re.findall(r"`([^`]+)`", things):
            for name in re.findall(r"`([^`]+)`", names) or [None]:
                for verb in verbs.split(", "):
                    yield account, where, thing, name, verb


def test_the_table_is_what_the_manifests_grant():
    rows = list(tabulated())
    assert len(rows) == len(set(rows)) and set(rows) == set(granted())


def test_the_webhook_has_no_right_at_all():
    assert not [right for right in granted() if right[0] == "kelos-token-webhook"]
    assert "| `kelos-token-webhook` | | none | |" in (ROOT / "README.md").read_text()


def test_nothing_is_granted_by_a_wildcard():
    for _, _, resource, _, verb in granted():
        assert "*" not in resource and verb != "*"
