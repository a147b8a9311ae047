"""Two namespaces, an account with its roles, and a program that runs as this account: all made for one run, and removed
after it. Names are its own, so that runs do not see each other."""

import base64
import contextlib
import dataclasses
import json
import uuid

from cluster import path_of
from waiting import eventually

# The API server's authorizer learns of roles by watching.
LONGEST = 30
LABEL = "kelos-token-test/run"
APP = "github-app"


class Scene:
    """`grants` is what the account gets, `without` is a right that is left out."""

    def __init__(self, world, grants, without=None):
        self.cluster, self.github = world.cluster, world.github
        self.grants, self.without = grants, without
        self.name = f"rights-{uuid.uuid4().hex[:12]}"
        self.system, self.team = f"{self.name}-system", f"{self.name}-team"
        self.account = grants.account["metadata"]["name"]
        # Of what is of no namespace.
        self.suffix = f"-{self.name}"
        self.selector = f"{LABEL}={self.name}"
        self.made = contextlib.ExitStack()

    def __enter__(self):
        try:
            for name in (self.system, self.team):
                self._create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
            for each in self.grants.objects(self._moved, self.suffix, self.without):
                self._create(each)
            self.token = self.cluster.token_of(self.system, self.account)
            eventually(self._is_allowed_what_it_should, "the API server knows the roles", LONGEST, every=0.05)
        except BaseException:
            self.made.close()
            raise
        return self

    def __exit__(self, *_):
        self.made.close()

    def _create(self, each):
        each["metadata"].setdefault("labels", {})[LABEL] = self.name
        # What is in a namespace goes with it.
        if not each["metadata"].get("namespace"):
            self.made.callback(self.cluster.delete, each)
        self.cluster.create(each)

    def _moved(self, namespace):
        return self.system if namespace == self.grants.system else self.team

    def _is_allowed_what_it_should(self):
        return all(
            self._allows(right, namespace) is (right != self.without)
            for right, namespaces in self.grants.rights().items() for namespace in namespaces)

    def _allows(self, right, namespace):
        if namespace:
            return self.cluster.allows(self.token, right, self._moved(namespace))
        name = right.name and right.name + self.suffix
        return self.cluster.allows(self.token, dataclasses.replace(right, name=name), None)

    def kubeconfig(self, folder):
        """For the account, in a new file."""
        path = folder / "kubeconfig"
        path.touch(mode=0o600)
        path.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
            "clusters": [{"name": "test", "cluster": {
                "server": self.cluster.url, "certificate-authority-data": self.cluster.authority}}],
            "users": [{"name": "test", "user": {"token": self.token}}]}))
        return path

    def arguments(self):
        """The flags of the program's container, in this scene's namespaces."""
        return {name: self._moved(value) if name == "namespace" else value
                for name, value in self.grants.arguments().items()}

    # What is in the team's namespace

    def add(self, kind, name, apiVersion="v1", owner=None, annotations=None, labels=None, **fields):
        """Any object, controlled by `owner`."""
        metadata = {"name": name, "labels": {LABEL: self.name} | (labels or {}), "annotations": annotations or {}}
        if owner:
            metadata["ownerReferences"] = [{
                "apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"], "controller": True}]
        return self.cluster.create(
            {"apiVersion": apiVersion, "kind": kind, "metadata": metadata} | fields, self.team)

    def add_kelos(self, kind, name, **spec):
        return self.add(kind, name, "kelos.dev/v1alpha2", spec=spec)

    def add_workload(self, kind, name, owner, **spec):
        """A Job or a StatefulSet with one pod that nobody will start."""
        group = {"Job": "batch/v1", "StatefulSet": "apps/v1"}[kind]
        labels = {"kelos.dev/component": owner["kind"].lower()}
        # A pod that asks for its account's token would have to wait until there is one.
        pod = {"containers": [{"name": "agent", "image": "example.invalid/agent:1"}],
               "automountServiceAccountToken": False, "restartPolicy": "Never" if kind == "Job" else "Always"}
        template = {"metadata": {"labels": labels}, "spec": pod}
        return self.add(kind, name, group, owner, labels=labels, spec=spec | {"template": template})

    def add_missed_pod(self):
        """A pod that asks for the token's file and has none, on a node that will never start it."""
        labels, annotations = {"kelos.dev/github-token": "enabled"}, {"kelos.dev/github-token-secret": "token"}
        # The namespace's own comes a moment after the namespace.
        self.add("ServiceAccount", "agent")
        pod = self.add("Pod", "missed", labels=labels, annotations=annotations, spec={
            "containers": [{"name": "agent", "image": "example.invalid/agent:1"}], "nodeName": "nowhere",
            "automountServiceAccountToken": False, "serviceAccountName": "agent", "terminationGracePeriodSeconds": 0})
        # Whoever looks at all pods sees it, for as long as it is there.
        self.made.callback(self.cluster.delete, pod)

    def add_registration(self, name, host):
        """A MutatingWebhookConfiguration that concerns no object, of a Service in the system's namespace."""
        service = {"name": host, "namespace": self.system, "path": "/"}
        self._create({
            "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": name + self.suffix}, "webhooks": [{
                "name": "nothing.kelos.dev", "clientConfig": {"service": service}, "failurePolicy": "Ignore",
                "rules": [{"apiGroups": ["nothing.kelos.dev"], "apiVersions": ["v1"], "resources": ["nothing"],
                           "operations": ["CREATE"]}],
                "sideEffects": "None", "admissionReviewVersions": ["v1"]}]})
        self.cluster.create({
            "apiVersion": "v1", "kind": "Service", "metadata": {"name": host, "namespace": self.system},
            "spec": {"ports": [{"name": "webhook-server", "port": 443, "targetPort": 9443}]}})
        # There is no replica yet.
        self.cluster.create({
            "apiVersion": "v1", "kind": "Endpoints", "subsets": [],
            "metadata": {"name": host, "namespace": self.system}})

    def add_token(self, owner=None):
        """A Secret whose token is due at once."""
        return self.add("Secret", "token", owner=owner, annotations={"kelos.dev/github-app-secret": APP})

    def get(self, kind, name, apiVersion="v1", namespace=None):
        return self.cluster.get(apiVersion, kind, namespace or self.team, name)

    def github_token(self):
        """The token in the Secret, or None."""
        text = self.get("Secret", "token").get("data", {}).get("GITHUB_TOKEN")
        return text and base64.b64decode(text).decode()

    def events(self):
        status, found = self.cluster.call("GET", path_of("v1", "Event", self.team))
        assert status == 200, found
        return found["items"]
