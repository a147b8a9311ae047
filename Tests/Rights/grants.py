"""What the manifests allow an account, right by right, and the same roles with one right left out."""

import copy
import dataclasses


@dataclasses.dataclass(frozen=True)
class Right:
    """One verb that one rule gives for one resource; `name` is that of an object, or empty where it is for all."""

    group: str
    resource: str
    name: str
    verb: str

    def __str__(self):
        """As tests are named by it."""
        return f"{self.resource}-{self.verb}" + (f"-of-{self.name}" if self.name else "")

    @property
    def refusal(self):
        """What the API server says of a request without it."""
        return f'cannot {self.verb} resource "{self.resource}" in API group "{self.group}"'

    @property
    def method(self):
        return {"create": "POST", "patch": "PATCH", "update": "PUT", "delete": "DELETE"}.get(self.verb, "GET")


def split(rule):
    """A rule for each resource, and each object where it names some."""
    for group in rule["apiGroups"]:
        for resource in rule["resources"]:
            for names in [{"resourceNames": [name]} for name in rule.get("resourceNames", ())] or [{}]:
                yield rule | {"apiGroups": [group], "resources": [resource]} | names


def rights_of(rule):
    for single in split(rule):
        name = single.get("resourceNames", [""])[0]
        for verb in single["verbs"]:
            yield Right(single["apiGroups"][0], single["resources"][0], name, verb)


def rules_without(rules, right):
    """The same rules, but for one right."""
    for rule in rules:
        if right not in rights_of(rule):
            yield rule
            continue
        for single in split(rule):
            verbs = [verb for verb in single["verbs"] if right not in rights_of(single | {"verbs": [verb]})]
            if verbs:
                yield single | {"verbs": verbs}


class Grants:
    """The account, roles and bindings of one program, out of manifests as they are rendered."""

    def __init__(self, documents, account):
        (self.account,) = [document for document in documents if document["kind"] == "ServiceAccount"
                           and document["metadata"]["name"] == account]
        self.system = self.account["metadata"]["namespace"]
        (self.deployment,) = [document for document in documents if document["kind"] == "Deployment"
                              and document["metadata"]["name"] == account]
        subject = {"kind": "ServiceAccount", "name": account, "namespace": self.system}
        self.bindings = [document for document in documents if subject in document.get("subjects", ())]
        roles = {self._key(document): document for document in documents
                 if document["kind"] in ("Role", "ClusterRole")}
        self.granted = [(binding, roles[self._role_of(binding)]) for binding in self.bindings]

    @staticmethod
    def _key(role):
        return role["kind"], role["metadata"].get("namespace"), role["metadata"]["name"]

    @staticmethod
    def _role_of(binding):
        reference = binding["roleRef"]
        namespace = binding["metadata"]["namespace"] if reference["kind"] == "Role" else None
        return reference["kind"], namespace, reference["name"]

    def rights(self):
        """Each right, and the namespaces where it is given; None is all of them."""
        found = {}
        for binding, role in self.granted:
            for rule in role["rules"]:
                for right in rights_of(rule):
                    found.setdefault(right, []).append(binding["metadata"].get("namespace"))
        return found

    def counts(self, right):
        """Whether it is given, and would not be without its rule: by one for all objects, or for all namespaces."""
        everything = self.rights()
        if right not in everything:
            return False
        wider = everything.get(dataclasses.replace(right, name=""), []) if right.name else []
        return not all(namespace in wider or None in wider for namespace in everything[right])

    def arguments(self):
        """The flags that its container has; one that stands alone is true."""
        (container,) = self.deployment["spec"]["template"]["spec"]["containers"]
        given = (argument.removeprefix("--").partition("=") for argument in container["args"])
        return {name: value if equals else "true" for name, equals, value in given}

    def objects(self, moved, suffix, without=None):
        """The account, its roles and bindings, to be created.

        `moved` gives a namespace for one of the manifests'; what is of no namespace gets the suffix to its name, and so
        do the objects that are named by roles of all namespaces.
        """
        roles = {self._key(role): role for _, role in self.granted}
        made = [copy.deepcopy(each) for each in [self.account, *roles.values(), *self.bindings]]
        for each in made:
            metadata = each["metadata"]
            if "namespace" in metadata:
                metadata["namespace"] = moved(metadata["namespace"])
            else:
                metadata["name"] += suffix
            if without and "rules" in each:
                each["rules"] = list(rules_without(each["rules"], without))
            for rule in each.get("rules", ()) if each["kind"] == "ClusterRole" else ():
                if "resourceNames" in rule:
                    rule["resourceNames"] = [name + suffix for name in rule["resourceNames"]]
            for subject in each.get("subjects", ()):
                subject["namespace"] = moved(subject["namespace"])
            if each.get("roleRef", {}).get("kind") == "ClusterRole":
                each["roleRef"]["name"] += suffix
        return made
