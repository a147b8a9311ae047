"""`kelos-token check` on the refresher, the tokens and the pods, and for a user who may see little of it."""

import re

import pytest
from installation import CONFIGURATIONS, SYSTEM, TOKEN, lease, stamp, token_secret
from reviews import task_pod

DEPLOYMENT = f"/apis/apps/v1/namespaces/{SYSTEM}/deployments/kelos-token-refresher"
LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{SYSTEM}/leases/kelos-token-refresher"
SECRETS = "/api/v1/namespaces/default/secrets"


# The refresher


def test_no_refresher(install):
    installation = install(without=("Deployment", "Lease"))
    assert installation.only("refresher")[:3] == (
        "failed", f"there is no Deployment {SYSTEM}/kelos-token-refresher, so tokens end after an hour",
        "install the refresher, or say --without-refresher where Kelos itself keeps the tokens fresh")
    assert installation.only("leader")[:2] == (
        "failed", f"there is no Lease {SYSTEM}/kelos-token-refresher, so no refresher ever led")
    assert installation.only("refresher-access")[0] == "skipped"
    report = installation.report("--without-refresher")
    assert report["success"] and "refresher" not in {each["check"] for each in report["checks"]}


@pytest.mark.parametrize(("available", "verdict"), [(0, "failed"), (1, "warning")])
def test_too_few_replicas(installation, available, verdict):
    installation.patch(DEPLOYMENT, {"status": {"availableReplicas": available}})
    assert installation.only("refresher")[:3] == (
        verdict, f"Deployment {SYSTEM}/kelos-token-refresher has {available} of 2 replicas available",
        f"kubectl -n {SYSTEM} describe deployment kelos-token-refresher, then the log of its pods")


@pytest.mark.parametrize(("change", "message"), [
    ({"holderIdentity": ""}, f"nobody holds the Lease {SYSTEM}/kelos-token-refresher"),
    ({"renewTime": "soon"}, f"the Lease {SYSTEM}/kelos-token-refresher has no renewTime that can be read"),
    (lease(renewed=-3 * 86400 - 1800)["spec"], f"refresher-a has not renewed the Lease {SYSTEM}/kelos-token-refresher for 3d 0h"),
])
def test_nobody_leads(installation, change, message):
    installation.patch(LEASE, {"spec": change})
    assert installation.only("leader")[:3] == (
        "failed", message, f"kubectl -n {SYSTEM} logs deployment/kelos-token-refresher: it says why the Lease cannot be "
                           "taken or renewed")


def test_rights_that_are_missing(installation):
    installation.sandbox.inject({
        "method": "POST", "path": "/subjectaccessreviews", "skip": 3, "count": 1, "status": 201,
        "contentType": "application/json", "body": '{"status": {"allowed": false}}'})
    verdict, message, mend, details = installation.only("refresher-access")
    assert (verdict, message) == ("failed", f"the ServiceAccount {SYSTEM}/kelos-token-refresher lacks 1 of 17 rights")
    assert details == ["patch secrets in all namespaces"]
    assert f"--as system:serviceaccount:{SYSTEM}:kelos-token-refresher" in mend


# Tokens and pods


@pytest.mark.parametrize(("expires", "verdict", "message", "detail"), [
    (-90, "failed", "1 managed Secret; 1 in use without a token that works", r"expired 1m 3\ds ago"),
    (200, "warning", "1 managed Secret; 1 in use with less than 5m 0s left, so the refresher is late", r"3m \d+s left"),
    (None, "failed", "1 managed Secret; 1 in use without a token that works",
     "no token, or no kelos.dev/token-expires-at that can be read"),
])
def test_a_token_that_is_not_fresh(installation, expires, verdict, message, detail):
    annotation = {"kelos.dev/token-expires-at": None if expires is None else stamp(expires)}
    installation.patch(f"{SECRETS}/{TOKEN}", {"metadata": {"annotations": annotation}})
    assert installation.only("secrets")[:2] == ("ok", "1 managed Secret, 1 of them used by nobody")
    installation.create_pod()
    result = installation.only("secrets")
    assert result[:2] == (verdict, message)
    assert result[2] == (
        "kubectl describe the Secret: an Event GitHubTokenRefreshFailed says why; then kubectl -n kelos-token-system logs "
        "deployment/kelos-token-refresher")
    assert re.fullmatch(f"default/{TOKEN}: {detail}", result[3][0])


def test_the_margin_is_that_of_the_refresher(installation):
    installation.create_pod()
    arguments = ["--leader-elect=true", "--refresh-margin=45m"]
    installation.patch(DEPLOYMENT, {"spec": {"template": {"spec": {"containers": [{"args": arguments}]}}}})
    assert installation.only("secrets")[:2] == (
        "warning", "1 managed Secret; 1 in use with less than 45m 0s left, so the refresher is late")


def test_a_token_that_nobody_has_adopted(install):
    installation = install(objects=[token_secret(name="other-github-token", annotations={})])
    assert installation.only("adoption")[0] == "ok"
    installation.create_pod(pod=task_pod(secret="other-github-token"))
    verdict, message, mend, details = installation.only("adoption")
    assert (verdict, message) == ("warning", "1 Secret of Kelos holds a token in use that nobody refreshes")
    assert details == ["default/other-github-token"] and "kelos.dev/github-app-secret=APP-SECRET" in mend


def test_sources_that_cannot_be_used(installation):
    installation.create_pod()
    installation.patch(f"{SECRETS}/github-app", {"data": {"privateKey": None}})
    assert installation.only("secret-sources")[::3] == ("failed", ["default/github-app lacks privateKey"])
    installation.sandbox.remove_secret("github-app")
    verdict, message, mend, details = installation.only("secret-sources")
    assert (verdict, message, details) == (
        "failed", "1 App Secret cannot be used", ["default/github-app does not exist"])
    assert mend.startswith("create it from the GitHub App: kubectl create secret generic NAME -n NAMESPACE")


def test_pods_that_were_missed(installation):
    """Created while nothing was registered, as pods are that are older than the webhook."""
    status, registered = installation.sandbox.call("GET", f"{CONFIGURATIONS}/kelos-token-webhook")
    assert installation.sandbox.call("DELETE", f"{CONFIGURATIONS}/kelos-token-webhook")[0] == 200
    installation.create_pod("old")
    installation.create_pod("finished", phase="Succeeded")
    installation.create_pod("out", pod=labelled(task_pod(secret=TOKEN), "kelos.dev/github-token", "disabled"))
    installation.create(CONFIGURATIONS, registered)
    installation.create_pod("new")
    verdict, message, mend, details = installation.only("pods")
    assert (verdict, message) == (
        "failed", "1 pod lacks the token's file, or a part of what goes with it, and keeps a token that ends")
    assert details == [f"default/old: git-clone, branch-setup, kelos-agent, Secret {TOKEN}"]
    assert mend.startswith("recreate them, for a pod cannot be changed once it runs: kubectl delete pod NAME -n NAMESPACE")


def test_a_missed_pod_whose_token_does_not_end(installation):
    status, registered = installation.sandbox.call("GET", f"{CONFIGURATIONS}/kelos-token-webhook")
    assert installation.sandbox.call("DELETE", f"{CONFIGURATIONS}/kelos-token-webhook")[0] == 200
    installation.create_pod("old", pod=task_pod(secret="my-own-token"))
    installation.create(CONFIGURATIONS, registered)
    report = installation.report()
    assert report["success"]
    assert installation.only("pods")[:2] == ("warning", "1 pod lacks the token's file, or a part of what goes with it")


def labelled(pod, key, value):
    pod["metadata"]["labels"][key] = value
    return pod


def test_one_namespace_only(installation):
    installation.create("/api/v1/namespaces", {"metadata": {"name": "team-a", "labels": {
        "kubernetes.io/metadata.name": "team-a"}}})
    assert installation.only("secrets")[1] == "1 managed Secret, 1 of them used by nobody"
    assert installation.only("secrets", "-n", "team-a")[1] == "0 managed Secrets"
    assert installation.only("probe-pod", "-n", "elsewhere")[0] == "skipped"


# A user with few rights


def test_what_may_not_be_seen_is_skipped(installation):
    forbidden = {"status": 403, "reason": "Forbidden", "count": 99}
    installation.sandbox.inject(*[
        {"method": "GET", "path": path, "message": f'{path[1:]} is forbidden: User "me" cannot get resource', **forbidden}
        for path in ("/mutatingwebhookconfigurations", "/deployments", "/leases", "/secrets", "/pods")],
        {"method": "POST", "path": "/subjectaccessreviews", "message": 'User "me" cannot create resource', **forbidden},
        {"method": "POST", "path": "/pods", "message": 'pods is forbidden: User "me" cannot create resource', **forbidden})
    report = installation.report()
    assert report["success"] and report["totals"] == {"ok": 2, "warning": 0, "failed": 0, "skipped": 8}
    skipped = {each["check"]: each for each in report["checks"] if each["verdict"] == "skipped"}
    assert list(skipped) == [
        "configuration", "probe-pod", "reserved-name", "refresher", "leader", "refresher-access", "secrets", "pods"]
    assert skipped["leader"]["message"] == (
        f'not checked: GET leases "kelos-token-refresher" in namespace "{SYSTEM}": the API server answered 403 Forbidden: '
        'leases is forbidden: User "me" cannot get resource')
    assert skipped["leader"]["mend"] == (
        f"run this as somebody who may: kubectl auth can-i get leases -n {SYSTEM}")
    assert "canary" not in str(report)
