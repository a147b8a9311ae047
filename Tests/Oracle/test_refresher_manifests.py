"""What manifests/base promises an operator of the refresher: the least privilege that it works with, one leader and a
standby, and a pod that nobody has to worry about."""

import shutil

import pytest
from manifests import NAMESPACE, ROOT, SAMPLES, component, kustomized, load, matches, seconds

NAME = "kelos-token-refresher"
needs_kubectl = pytest.mark.skipif(not shutil.which("kubectl"), reason="there is no kubectl here")


@pytest.fixture(scope="module")
def objects():
    return component("refresher")


def granted(role):
    """Every single right of a role: (group, resource, name or *, verb)."""
    return {
        (group, resource, name, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for name in rule.get("resourceNames", ["*"])
        for verb in rule["verbs"]
    }


def test_the_kinds_are_these(objects):
    assert sorted(objects) == [
        "ClusterRole", "ClusterRoleBinding", "Deployment", "Namespace", "PodDisruptionBudget", "Role", "RoleBinding",
        "ServiceAccount",
    ]


def test_what_it_may_do_in_every_namespace_is_this_and_no_more(objects):
    assert granted(objects["ClusterRole"]) == {
        ("", "secrets", "*", "get"), ("", "secrets", "*", "list"), ("", "secrets", "*", "watch"),
        ("", "secrets", "*", "patch"),
        ("kelos.dev", "tasks", "*", "get"), ("kelos.dev", "workerpools", "*", "get"),
        ("kelos.dev", "sessions", "*", "get"), ("kelos.dev", "workspaces", "*", "get"),
        ("batch", "jobs", "*", "get"), ("apps", "statefulsets", "*", "get"), ("apps", "statefulsets", "*", "list"),
        ("", "pods", "*", "list"), ("", "events", "*", "create"), ("", "events", "*", "patch"),
    }


def test_what_it_may_do_in_its_own_namespace_is_to_hold_one_lease(objects, arguments):
    lease = arguments.get("leader-elect-lease-name", NAME)
    assert granted(objects["Role"]) == {
        ("coordination.k8s.io", "leases", lease, "get"), ("coordination.k8s.io", "leases", lease, "patch"),
        ("coordination.k8s.io", "leases", "*", "create"),
    }


def test_the_rights_are_given_to_its_account_alone(objects, pod):
    account = {"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}
    assert objects["ClusterRoleBinding"]["subjects"] == objects["RoleBinding"]["subjects"] == [account]
    assert objects["ClusterRoleBinding"]["roleRef"]["name"] == objects["ClusterRole"]["metadata"]["name"]
    assert objects["RoleBinding"]["roleRef"]["name"] == objects["Role"]["metadata"]["name"]
    assert objects["ServiceAccount"]["metadata"]["name"] == pod["spec"]["serviceAccountName"] == NAME
    assert "automountServiceAccountToken" not in pod["spec"]


def test_namespaced_objects_live_there(objects):
    for kind in ("Deployment", "PodDisruptionBudget", "Role", "RoleBinding", "ServiceAccount"):
        assert objects[kind]["metadata"]["namespace"] == NAMESPACE


def test_the_pod_meets_the_restricted_profile(pod, container):
    assert pod["spec"]["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    for name in ("hostNetwork", "hostPID", "hostIPC", "volumes"):
        assert name not in pod["spec"]


def test_one_leads_and_another_stands_by(objects, pod, arguments):
    spec = objects["Deployment"]["spec"]
    assert spec["replicas"] == 2 and arguments["leader-elect"] == "true"
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    assert objects["PodDisruptionBudget"]["spec"] == {"minAvailable": 1, "selector": spec["selector"]}
    (constraint,) = pod["spec"]["topologySpreadConstraints"]
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["labelSelector"] == spec["selector"]
    assert matches(spec["selector"], pod["metadata"]["labels"])


def test_each_replica_knows_its_name_and_namespace(container):
    assert {entry["name"]: entry["valueFrom"]["fieldRef"]["fieldPath"] for entry in container["env"]} == {
        "POD_NAME": "metadata.name", "POD_NAMESPACE": "metadata.namespace"}


def test_the_grace_period_covers_the_stop(pod, arguments):
    assert pod["spec"]["terminationGracePeriodSeconds"] > seconds(arguments["graceful-shutdown-timeout"])


def test_ports_and_probes_are_where_the_flags_put_them(container, arguments):
    assert {port["name"]: port["containerPort"] for port in container["ports"]} == {"metrics": 8080, "health": 8081}
    assert arguments["metrics-bind-address"] == ":8080" and arguments["health-probe-bind-address"] == ":8081"
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "health"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "health"}


def test_the_webhooks_service_does_not_lead_here(pod):
    service = component("webhook")["Service"]
    assert not matches({"matchLabels": service["spec"]["selector"]}, pod["metadata"]["labels"])


@needs_kubectl
def test_the_namespaced_variant_binds_the_same_rights_in_single_namespaces():
    documents = kustomized(ROOT / "manifests" / "overlays" / "namespaced")
    assert not [document for document in documents if document["kind"] == "ClusterRoleBinding"]
    (binding,) = [document for document in documents
                  if document["kind"] == "RoleBinding" and document["metadata"]["namespace"] != NAMESPACE]
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": NAME}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}]
    (deployment,) = [document for document in documents
                     if document["kind"] == "Deployment" and document["metadata"]["name"] == NAME]
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["args"][-1] == f"--namespace={binding['metadata']['namespace']}"


def test_the_samples_fit_together():
    (app,) = load(SAMPLES / "github-app.yaml")
    (token,) = load(SAMPLES / "refreshed-token.yaml")
    (pod,) = load(SAMPLES / "refreshed-pod.yaml")
    assert set(app["stringData"]) == {"appID", "installationID", "privateKey"}
    assert "PRIVATE KEY-----" not in app["stringData"]["privateKey"]
    assert token["metadata"]["annotations"]["kelos.dev/github-app-secret"] == app["metadata"]["name"]
    assert "data" not in token and "stringData" not in token
    assert pod["metadata"]["annotations"]["kelos.dev/github-token-secret"] == token["metadata"]["name"]
    webhooks = component("webhook")["MutatingWebhookConfiguration"]["webhooks"]
    assert any(matches(webhook["objectSelector"], pod["metadata"]["labels"]) for webhook in webhooks)
