"""Writes the table of rights in the cluster into the README, from manifests as they would be applied.

Usage: rights_table.py MANIFEST <README >README      (the table is between the two comments below)
"""

import sys

import yaml

BEGIN = "<!-- rights: made by hack/manifests.sh -->\n"
END = "<!-- end of rights -->\n"

CLUSTER = "all namespaces"


def rules_of(documents):
    """Each role by kind, namespace and name."""
    return {
        (document["kind"], document["metadata"].get("namespace"), document["metadata"]["name"]): document["rules"]
        for document in documents
        if document["kind"] in ("Role", "ClusterRole")
    }


def grants(documents):
    """(account, where, rule) of every binding. A binding to a role that is not among the documents is an error."""
    roles = rules_of(documents)
    for document in documents:
        if document["kind"] not in ("RoleBinding", "ClusterRoleBinding"):
            continue
        namespace = document["metadata"].get("namespace")
        reference = document["roleRef"]
        key = (reference["kind"], namespace if reference["kind"] == "Role" else None, reference["name"])
        where = CLUSTER if document["kind"] == "ClusterRoleBinding" else f"`{namespace}`"
        for subject in document["subjects"]:
            for rule in roles[key]:
                yield subject["name"], where, rule


def resources(rule):
    """As kubectl names them, with the group behind a dot; the names of objects where it is limited to some."""
    names = []
    for group in rule["apiGroups"]:
        names += [f"`{resource}.{group}`" if group else f"`{resource}`" for resource in rule["resources"]]
    text = ", ".join(names)
    if "resourceNames" in rule:
        text += " named " + ", ".join(f"`{name}`" for name in rule["resourceNames"])
    return text


def table(documents):
    accounts = sorted(document["metadata"]["name"] for document in documents if document["kind"] == "ServiceAccount")
    granted = list(grants(documents))
    lines = ["| account | where | resources | verbs |", "|---|---|---|---|"]
    for account in accounts:
        own = [(where, rule) for name, where, rule in granted if name == account]
        if not own:
            lines.append(f"| `{account}` | | none | |")
        for where, rule in own:
            lines.append(f"| `{account}` | {where} | {resources(rule)} | {', '.join(rule['verbs'])} |")
    return "\n".join(lines) + "\n"


def main():
    with open(sys.argv[1], encoding="utf-8") as manifest:
        documents = [document for document in yaml.safe_load_all(manifest) if document]
    before, begin, rest = sys.stdin.read().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        sys.exit(f"README.md lacks the lines {BEGIN.strip()} and {END.strip()}")
    sys.stdout.write(before + begin + "\n" + table(documents) + "\n" + end + after)


if __name__ == "__main__":
    main()
