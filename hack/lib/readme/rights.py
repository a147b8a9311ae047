"""The table of rights in the cluster, from manifests as they would be applied."""

import yaml

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


def rows(manifest):
    """Rows of account, where, resources, verbs; the manifest is YAML."""
    documents = [document for document in yaml.safe_load_all(manifest) if document]
    accounts = sorted(document["metadata"]["name"] for document in documents if document["kind"] == "ServiceAccount")
    granted = list(grants(documents))
    for account in accounts:
        own = [(where, rule) for name, where, rule in granted if name == account]
        if not own:
            yield [f"`{account}`", "", "none", ""]
        for where, rule in own:
            yield [f"`{account}`", where, resources(rule), ", ".join(rule["verbs"])]
