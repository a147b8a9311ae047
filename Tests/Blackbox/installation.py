"""An installation that `kelos-token check` looks at: the sandbox, a webhook registered by URL, and what a cluster would hold."""

import base64
import datetime
import json
import subprocess

import yaml
from disclosure import disclosures
from program import ROOT
from refresher_process import ENVIRONMENT, Sandbox
from reviews import task_pod

SYSTEM = "kelos-token-system"
TOKEN = "upgrade-parser-github-token"
CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
MERGE = "application/merge-patch+json"


def stamp(seconds):
    """RFC 3339, so many seconds from now."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def configuration(webhook):
    """The one that is shipped, registered by URL."""
    made = yaml.safe_load((ROOT / "manifests/base/mutatingwebhookconfiguration.yaml").read_text())
    bundle = base64.b64encode(webhook.authority.pair.certificate.read_bytes()).decode()
    for entry in made["webhooks"]:
        path = entry["clientConfig"]["service"]["path"]
        entry["clientConfig"] = {"url": f"https://127.0.0.1:{webhook.port}{path}", "caBundle": bundle}
    return made


def refresher():
    made = yaml.safe_load((ROOT / "manifests/base/refresher/deployment.yaml").read_text())
    return made | {"status": {"availableReplicas": 2}}


def lease(renewed=0, holder="refresher-a"):
    return {
        "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
        "metadata": {"name": "kelos-token-refresher", "namespace": SYSTEM},
        "spec": {"holderIdentity": holder, "leaseDurationSeconds": 15, "leaseTransitions": 1,
                 "acquireTime": stamp(-600)[:-1] + ".000000Z", "renewTime": stamp(renewed)[:-1] + ".000000Z"}}


def token_secret(expires=2460, name=TOKEN, annotations=None):
    """The Secret that Kelos derives for a Task."""
    own = {"kelos.dev/github-app-secret": "github-app", "kelos.dev/token-expires-at": stamp(expires)}
    return {
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {
            "name": name, "namespace": "default", "annotations": own if annotations is None else annotations,
            "ownerReferences": [{"apiVersion": "kelos.dev/v1alpha2", "kind": "Task", "name": name[:-len("-github-token")],
                                 "uid": "6f2", "controller": True}]},
        "stringData": {"GITHUB_TOKEN": "ghs_canaryOfTheTokenThatNobodyMaySee0001"}}


class Installation:
    """All of it in good order; tests break a link."""

    def __init__(self, executable, directory, webhook, objects=(), without=()):
        parts = [
            {"apiVersion": "v1", "kind": "Namespace",
             "metadata": {"name": SYSTEM, "labels": {"kubernetes.io/metadata.name": SYSTEM}}},
            configuration(webhook), refresher(), lease(), token_secret(), *objects]
        state = directory / "state.yaml"
        state.write_text(yaml.safe_dump_all([part for part in parts if part["kind"] not in without]))
        self.executable = executable
        self.sandbox = Sandbox(executable, directory / "sandbox", state=state)

    def stop(self):
        self.sandbox.stop()

    def create(self, path, body):
        status, made = self.sandbox.call("POST", path, body)
        assert status == 201, made
        return made

    def create_pod(self, name="fix-1", pod=None, phase="Running"):
        """A Task's pod, which the webhook wires on its way."""
        body = pod or task_pod(secret=TOKEN)
        body["metadata"] |= {"name": name, "namespace": "default"}
        made = self.create("/api/v1/namespaces/default/pods", body)
        return self.patch(f"/api/v1/namespaces/default/pods/{name}", {"status": {"phase": phase}}) and made

    def patch(self, path, change):
        status, made = self.sandbox.call("PATCH", path, change, kind=MERGE)
        assert status == 200, made
        return made

    def configure(self, change):
        """Changes each webhook of the registration in place."""
        path = f"{CONFIGURATIONS}/kelos-token-webhook"
        status, found = self.sandbox.call("GET", path)
        assert status == 200, found
        for entry in found["webhooks"]:
            change(entry)
        status, made = self.sandbox.call("PUT", path, found)
        assert status == 200, made

    def check(self, *arguments, environment=None):
        done = subprocess.run(
            [self.executable, "check", f"--kubeconfig={self.sandbox.kubeconfig}", *arguments], text=True,
            capture_output=True, timeout=60, env={**ENVIRONMENT, **(environment or {})}, stdin=subprocess.DEVNULL)
        told = disclosures((done.stdout + done.stderr).encode(), [("the API's token", self.sandbox.token.encode())])
        assert not told, told
        return done

    def report(self, *arguments):
        """The JSON report, read by Python; and that the exit code says the same."""
        done = self.check("-o", "json", *arguments)
        report = json.loads(done.stdout)
        assert done.stderr == "" and done.returncode == (0 if report["success"] else 1), done
        return report

    def found(self, link, *arguments):
        """The results about one link."""
        return [each for each in self.report(*arguments)["checks"] if each["check"] == link]

    def only(self, link, *arguments):
        """The one result about a link, as verdict, message, mend and details."""
        results = self.found(link, *arguments)
        assert len(results) == 1, results
        result = results[0]
        assert set(result) <= {"check", "verdict", "message", "mend", "details"}
        return result["verdict"], result["message"], result.get("mend"), result.get("details", [])
