"""What manifests/base promises an operator of the webhook: no privilege, no downtime on a rollout, and a narrow selection
of pods."""

import pytest
from manifests import BASE, NAMESPACE, SAMPLES, component, identity, listed, load, matches, rendered, seconds


@pytest.fixture(scope="module")
def objects():
    return component("webhook")


@pytest.fixture(scope="module")
def webhooks(objects):
    return objects["MutatingWebhookConfiguration"]["webhooks"]


@pytest.fixture(scope="module")
def pod_webhooks(webhooks):
    return [webhook for webhook in webhooks if webhook["rules"][0]["resources"] == ["pods"]]


@pytest.fixture(scope="module")
def object_webhook(webhooks):
    (webhook,) = (webhook for webhook in webhooks if webhook["rules"][0]["apiGroups"] == ["kelos.dev"])
    return webhook


def test_kubectl_renders_what_the_files_hold():
    assert sorted(map(identity, rendered())) == sorted(map(identity, listed()))


def test_every_file_of_the_base_is_listed():
    for folder in (BASE, BASE / "refresher"):
        assert set(load(folder / "kustomization.yaml")[0]["resources"]) == {
            path.name for path in folder.iterdir() if path.name != "kustomization.yaml"
        }


def test_the_kinds_are_these_and_none_of_them_grants_anything(objects):
    assert sorted(objects) == [
        "Deployment", "MutatingWebhookConfiguration", "Namespace", "PodDisruptionBudget", "Service", "ServiceAccount",
    ]


def test_the_namespace_enforces_restricted_pods(objects):
    assert objects["Namespace"]["metadata"]["name"] == NAMESPACE
    assert objects["Namespace"]["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_namespaced_objects_live_there(objects):
    for kind in ("Deployment", "PodDisruptionBudget", "Service", "ServiceAccount"):
        assert objects[kind]["metadata"]["namespace"] == NAMESPACE


def test_no_service_account_token_reaches_the_pod(objects, pod):
    assert objects["ServiceAccount"]["automountServiceAccountToken"] is False
    assert pod["spec"]["automountServiceAccountToken"] is False
    assert pod["spec"]["serviceAccountName"] == objects["ServiceAccount"]["metadata"]["name"]
    assert [volume["name"] for volume in pod["spec"]["volumes"]] == ["certificate"]


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
    for name in ("hostNetwork", "hostPID", "hostIPC"):
        assert name not in pod["spec"]


def test_a_rollout_never_has_less_than_all_replicas(objects):
    spec = objects["Deployment"]["spec"]
    assert spec["replicas"] >= 2
    assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}


def test_a_drained_node_leaves_one_replica(objects):
    budget = objects["PodDisruptionBudget"]["spec"]
    assert budget["minAvailable"] == 1
    assert budget["selector"] == objects["Deployment"]["spec"]["selector"]


def test_replicas_spread_over_nodes_where_that_is_possible(objects, pod):
    (constraint,) = pod["spec"]["topologySpreadConstraints"]
    assert constraint["topologyKey"] == "kubernetes.io/hostname"
    assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"
    assert constraint["labelSelector"] == objects["Deployment"]["spec"]["selector"]


def test_the_grace_period_covers_delay_and_drain(pod, arguments):
    drain = seconds(arguments["shutdown-delay"]) + seconds(arguments["graceful-shutdown-timeout"])
    assert pod["spec"]["terminationGracePeriodSeconds"] > drain


def test_resources_are_asked_for_and_cpu_is_not_capped(container):
    assert container["resources"] == {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"memory": "64Mi"}}


def test_http2_is_off_behind_a_service(arguments):
    assert arguments["enable-http2"] == "false"


def test_ports_and_probes_are_where_the_flags_put_them(container, arguments):
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert ports == {"webhook-server": 9443, "metrics": 8080, "health": 8081}
    assert arguments["webhook-bind-address"] == ":9443"
    assert arguments["metrics-bind-address"] == ":8080"
    assert arguments["health-probe-bind-address"] == ":8081"
    assert container["livenessProbe"]["httpGet"] == {"path": "/livez", "port": "health"}
    assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": "health"}


def test_the_certificate_is_mounted_whole_so_that_it_can_be_rolled(pod, container, arguments):
    (volume,) = pod["spec"]["volumes"]
    (mount,) = container["volumeMounts"]
    assert volume["secret"]["secretName"] == "kelos-token-webhook-cert"
    assert mount["name"] == volume["name"]
    assert mount["readOnly"] is True
    assert "subPath" not in mount
    assert arguments["tls-cert-file"] == f"{mount['mountPath']}/tls.crt"
    assert arguments["tls-private-key-file"] == f"{mount['mountPath']}/tls.key"


def test_the_pod_knows_its_namespace(container):
    assert {"name": "POD_NAMESPACE", "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}}} in [
        {"name": entry["name"], "valueFrom": {"fieldRef": {"fieldPath": entry["valueFrom"]["fieldRef"]["fieldPath"]}}}
        for entry in container["env"]
    ]


def test_the_service_leads_to_the_pods(objects, pod):
    spec = objects["Service"]["spec"]
    assert matches({"matchLabels": spec["selector"]}, pod["metadata"]["labels"])
    (port,) = spec["ports"]
    assert (port["port"], port["targetPort"]) == (443, "webhook-server")


def test_the_webhooks_call_that_service(objects, webhooks, pod_webhooks):
    for webhook in webhooks:
        assert webhook["clientConfig"] == {
            "service": {
                "name": objects["Service"]["metadata"]["name"],
                "namespace": NAMESPACE,
                "path": "/mutate--v1-pod" if webhook in pod_webhooks else "/mutate-kelos-dev",
                "port": 443,
            }
        }


def test_an_empty_ca_bundle_would_undo_an_injected_one():
    (configuration,) = load(BASE / "mutatingwebhookconfiguration.yaml")
    assert all("caBundle" not in webhook["clientConfig"] for webhook in configuration["webhooks"])


def test_the_webhooks_are_two_for_pods_and_one_for_kelos_objects(webhooks, pod_webhooks, object_webhook):
    assert len({webhook["name"] for webhook in webhooks}) == len(webhooks) == 3
    assert [*pod_webhooks, object_webhook] == webhooks


def test_kelos_objects_are_checked_when_they_are_written_and_never_held_up(object_webhook):
    assert object_webhook["rules"] == [{
        "apiGroups": ["kelos.dev"],
        "apiVersions": ["v1alpha1", "v1alpha2"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["tasks", "taskspawners", "workerpools", "sessions", "sessionspawners"],
        "scope": "Namespaced",
    }]
    assert "objectSelector" not in object_webhook
    assert object_webhook["failurePolicy"] == "Ignore"
    assert object_webhook["timeoutSeconds"] == 3
    assert object_webhook["matchPolicy"] == "Equivalent"
    assert object_webhook["sideEffects"] == "None"
    assert object_webhook["admissionReviewVersions"] == ["v1", "v1beta1"]


def test_each_pod_webhook_asks_for_pod_creation_and_fails_closed(pod_webhooks):
    for webhook in pod_webhooks:
        assert webhook["rules"] == [{
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE"],
            "resources": ["pods"],
            "scope": "Namespaced",
        }]
        assert webhook["failurePolicy"] == "Fail"
        assert webhook["timeoutSeconds"] == 5
        assert webhook["matchPolicy"] == "Equivalent"
        assert webhook["reinvocationPolicy"] == "IfNeeded"
        assert webhook["sideEffects"] == "None"
        assert webhook["admissionReviewVersions"] == ["v1", "v1beta1"]


@pytest.mark.parametrize(
    ("labels", "selected"),
    [
        ({"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task"}, True),
        ({"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "session"}, True),
        ({"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "worker"}, True),
        ({"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "spawner"}, False),
        ({"kelos.dev/managed-by": "kelos-controller"}, False),
        ({"kelos.dev/component": "task"}, False),
        ({"kelos.dev/managed-by": "kelos-controller", "kelos.dev/component": "task",
          "kelos.dev/github-token": "disabled"}, False),
        ({"kelos.dev/github-token": "enabled"}, True),
        ({"kelos.dev/github-token": "disabled"}, False),
        ({"app": "anything"}, False),
        ({}, False),
    ],
)
def test_the_selection_is_kelos_pods_and_those_that_opt_in(pod_webhooks, labels, selected):
    assert any(matches(webhook["objectSelector"], labels) for webhook in pod_webhooks) is selected


@pytest.mark.parametrize(
    ("namespace", "selected"),
    [("kube-system", False), (NAMESPACE, False), ("team-a", True), (None, True)],
)
def test_the_systems_and_our_own_namespace_are_left_out(webhooks, namespace, selected):
    labels = {} if namespace is None else {"kubernetes.io/metadata.name": namespace}
    for webhook in webhooks:
        assert matches(webhook["namespaceSelector"], labels) is selected


def test_our_own_pods_never_wait_for_ourselves(pod_webhooks, pod):
    assert not any(matches(webhook["objectSelector"], pod["metadata"]["labels"]) for webhook in pod_webhooks)


def test_the_samples_are_selected_and_name_their_secret(pod_webhooks):
    (secret,) = load(SAMPLES / "github-token.yaml")
    (job,) = load(SAMPLES / "task-job.yaml")
    (opted_in,) = load(SAMPLES / "opted-in-pod.yaml")
    template = job["spec"]["template"]
    kelos, opt_in = pod_webhooks
    assert matches(kelos["objectSelector"], template["metadata"]["labels"])
    assert matches(opt_in["objectSelector"], opted_in["metadata"]["labels"])
    named = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for container in template["spec"]["initContainers"] + template["spec"]["containers"]
        for entry in container.get("env", [])
        if "valueFrom" in entry
    } | {opted_in["metadata"]["annotations"]["kelos.dev/github-token-secret"]}
    assert named == {secret["metadata"]["name"]}


def test_the_sample_token_is_none():
    (secret,) = load(SAMPLES / "github-token.yaml")
    assert secret["stringData"] == {"GITHUB_TOKEN": "not-a-real-token"}
