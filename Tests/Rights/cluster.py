"""The API server of a test cluster: for its administrator, and for accounts that have a token."""

import base64
import ssl
from pathlib import Path

import yaml
from api_client import APIClient
from waiting import eventually

CRDS = Path(__file__).resolve().parents[2] / "hack" / "kelos-crds.yaml"
LONGEST = 60


def path_of(apiVersion, kind, namespace=None, name=None):
    """Where the API has objects of a kind, or one of them."""
    plural = kind.lower() + ("" if kind.endswith("s") else "s")
    start = f"/api/{apiVersion}" if "/" not in apiVersion else f"/apis/{apiVersion}"
    return "/".join([start, *(["namespaces", namespace] if namespace else []), plural, *([name] if name else [])])


class Cluster:
    def __init__(self, kubeconfig, folder):
        self.kubeconfig = kubeconfig
        config = yaml.safe_load(Path(kubeconfig).read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        self.url, self.authority = cluster["server"], cluster["certificate-authority-data"]
        pair = folder / "administrator.pem"
        pair.touch(mode=0o600)
        pair.write_bytes(b"".join(base64.b64decode(user[f"client-{part}-data"]) for part in ("certificate", "key")))
        administrator = self._trusting()
        administrator.load_cert_chain(pair)
        self._administrator, self._accounts = APIClient(administrator), APIClient(self._trusting())

    def _trusting(self):
        return ssl.create_default_context(cadata=base64.b64decode(self.authority).decode())

    def call(self, method, path, body=None, token=None, kind="application/json"):
        """Status and JSON of an answer: the administrator's, or that of whom the token is."""
        client = self._accounts if token else self._administrator
        return client.call(method, self.url + path, body, token, kind)

    def create(self, made, namespace=None):
        namespace = namespace or made["metadata"].get("namespace")
        status, answer = self.call("POST", path_of(made["apiVersion"], made["kind"], namespace), made)
        assert status == 201, answer
        return answer

    def get(self, apiVersion, kind, namespace, name):
        """The object, or None."""
        status, found = self.call("GET", path_of(apiVersion, kind, namespace, name))
        assert status in (200, 404), found
        return found if status == 200 else None

    def delete(self, made):
        """Begins to delete what may be gone already."""
        metadata = made["metadata"]
        status, answer = self.call("DELETE", path_of(
            made["apiVersion"], made["kind"], metadata.get("namespace"), metadata["name"]))
        assert status in (200, 202, 404), answer

    def token_of(self, namespace, account):
        """A credential of a service account."""
        status, answer = self.call(
            "POST", path_of("v1", "ServiceAccount", namespace, account) + "/token",
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": 3600}})
        assert status == 201, answer
        return answer["status"]["token"]

    def allows(self, token, right, namespace):
        """As `kubectl auth can-i` asks it; the namespace is None for all of them."""
        answer = self._review(token, "SelfSubjectAccessReview", {"resourceAttributes": {
            "group": right.group, "resource": right.resource, "name": right.name, "verb": right.verb,
            "namespace": namespace or ""}})
        return bool(answer and answer["allowed"])

    def rules_of(self, token, namespace):
        """As `kubectl auth can-i --list` shows them; None while the API server does not know the account."""
        answer = self._review(token, "SelfSubjectRulesReview", {"namespace": namespace})
        return answer and sorted(map(str, answer["resourceRules"] + answer["nonResourceRules"]))

    def _review(self, token, kind, spec):
        status, answer = self.call(
            "POST", f"/apis/authorization.k8s.io/v1/{kind.lower()}s",
            {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}, token)
        assert status in (201, 401), answer
        return answer["status"] if status == 201 else None

    # Kelos's kinds

    def add_kelos(self):
        """Gives those that were not there."""
        kinds = [each for each in yaml.safe_load_all(CRDS.read_text()) if each]
        added = [each for each in kinds
                 if not self.get(each["apiVersion"], each["kind"], None, each["metadata"]["name"])]
        for each in added:
            self.create(each)
        eventually(lambda: all(self._serves(each) for each in kinds), "Kelos's kinds are served", LONGEST, every=0.1)
        return added

    def _serves(self, definition):
        plural = definition["spec"]["names"]["plural"]
        return self.call("GET", f"/apis/kelos.dev/v1alpha2/{plural}?limit=1")[0] == 200
