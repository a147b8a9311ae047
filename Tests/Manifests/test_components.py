"""What each component adds to the base, and what it leaves as it was."""

import base64
import copy
import re

import pytest

from repository import copied_manifests, identity, kinds, render, render_with

NAMESPACE = "kelos-token-system"


@pytest.fixture(scope="module")
def base():
    return {identity(document): document for document in render("base")}


def difference(base, changed):
    """Identities of what was added, removed and changed."""
    found = {identity(document): document for document in changed}
    return (
        sorted(key[::2] for key in found.keys() - base.keys()),
        sorted(key[::2] for key in base.keys() - found.keys()),
        sorted(key[::2] for key in found.keys() & base.keys() if found[key] != base[key]),
    )


def webhooks(objects):
    return kinds(objects, "MutatingWebhookConfiguration")["kelos-token-webhook"]["webhooks"]


def test_cert_manager_adds_a_chain_and_an_annotation(base):
    assert difference(base, render_with("cert-manager")) == (
        [("Certificate", "kelos-token-ca"), ("Certificate", "kelos-token-webhook"),
         ("Issuer", "kelos-token-ca"), ("Issuer", "kelos-token-selfsigned")],
        [], [("MutatingWebhookConfiguration", "kelos-token-webhook")])


def test_a_certificate_authority_of_its_own_signs_what_is_served():
    objects = render_with("cert-manager")
    issuers, certificates = kinds(objects, "Issuer"), kinds(objects, "Certificate")
    authority, served = certificates["kelos-token-ca"]["spec"], certificates["kelos-token-webhook"]["spec"]
    assert "isCA" not in served and authority["isCA"] is True
    assert issuers[served["issuerRef"]["name"]]["spec"] == {"ca": {"secretName": authority["secretName"]}}
    assert issuers[authority["issuerRef"]["name"]]["spec"] == {"selfSigned": {}}


def test_a_new_leaf_never_changes_the_bundle():
    """The injector takes the CA's own Secret, and a renewed CA keeps its key."""
    objects = render_with("cert-manager")
    configuration = kinds(objects, "MutatingWebhookConfiguration")["kelos-token-webhook"]
    authority = kinds(objects, "Certificate")["kelos-token-ca"]
    assert configuration["metadata"]["annotations"] == {
        "cert-manager.io/inject-ca-from": f"{NAMESPACE}/{authority['metadata']['name']}"}
    assert authority["spec"]["privateKey"]["rotationPolicy"] == "Never"
    assert all("caBundle" not in webhook["clientConfig"] for webhook in configuration["webhooks"])


def test_the_served_certificate_is_for_the_service_and_in_the_secret_that_is_mounted():
    objects = render_with("cert-manager")
    spec = kinds(objects, "Certificate")["kelos-token-webhook"]["spec"]
    (volume,) = kinds(objects, "Deployment")["kelos-token-webhook"]["spec"]["template"]["spec"]["volumes"]
    service = kinds(objects, "Service")["kelos-token-webhook"]["metadata"]
    assert spec["secretName"] == volume["secret"]["secretName"]
    assert f"{service['name']}.{service['namespace']}.svc" in spec["dnsNames"]
    assert set(spec["usages"]) == {"digital signature", "server auth"}


def hours(text):
    return int(re.fullmatch(r"(\d+)h", text)[1])


def test_the_alerts_leave_time_to_renew():
    spec = kinds(render_with("cert-manager"), "Certificate")["kelos-token-webhook"]["spec"]
    assert hours(spec["duration"]) > hours(spec["renewBefore"]) > 14 * 24


def test_self_signed_adds_the_secret_and_the_bundle(base):
    added, removed, changed = difference(base, render_with("self-signed"))
    assert added == [("Secret", "kelos-token-webhook-cert")]
    assert (removed, changed) == ([], [("MutatingWebhookConfiguration", "kelos-token-webhook")])


def test_self_signed_puts_the_authority_into_every_webhook():
    objects = render_with("self-signed")
    authority = (copied_manifests() / "components/self-signed/tls/ca.crt").read_bytes()
    for webhook in webhooks(objects):
        assert base64.b64decode(webhook["clientConfig"]["caBundle"]) == authority
    secret = kinds(objects, "Secret")["kelos-token-webhook-cert"]
    assert secret["type"] == "kubernetes.io/tls"
    assert set(secret["data"]) == {"ca.crt", "tls.crt", "tls.key"}
    assert base64.b64decode(secret["data"]["ca.crt"]) == authority


def test_managed_certificates_add_rights_and_an_argument(base):
    objects = render_with("managed-certificates")
    name = "kelos-token-certificates"
    assert difference(base, objects) == (
        [("ClusterRole", name), ("ClusterRoleBinding", name), ("Role", name), ("RoleBinding", name)], [],
        [("Deployment", "kelos-token-refresher")])
    before = copy.deepcopy(base["Deployment", NAMESPACE, "kelos-token-refresher"])
    (container,) = before["spec"]["template"]["spec"]["containers"]
    container["args"].append("--manage-webhook-certificates=true")
    assert kinds(objects, "Deployment")["kelos-token-refresher"] == before


def test_managed_certificates_are_those_that_the_webhook_mounts_and_the_api_server_trusts():
    """By name, and all of them are the refresher's defaults, which its --help tells."""
    objects = render_with("managed-certificates")
    role, cluster_role = (kinds(objects, kind)["kelos-token-certificates"] for kind in ("Role", "ClusterRole"))
    (volume,) = kinds(objects, "Deployment")["kelos-token-webhook"]["spec"]["template"]["spec"]["volumes"]
    secrets, create, replicas = role["rules"]
    assert secrets["resourceNames"] == ["kelos-token-webhook-ca", volume["secret"]["secretName"]]
    assert (secrets["verbs"], create["verbs"], create["resources"]) == (["get", "patch"], ["create"], ["secrets"])
    assert replicas == {"apiGroups": [""], "resources": ["services", "endpoints"], "verbs": ["get"],
                        "resourceNames": list(kinds(objects, "Service"))}
    (configuration,) = cluster_role["rules"]
    assert configuration["resourceNames"] == list(kinds(objects, "MutatingWebhookConfiguration"))
    assert configuration["verbs"] == ["get", "patch"]
    for binding in ("RoleBinding", "ClusterRoleBinding"):
        (subject,) = kinds(objects, binding)["kelos-token-certificates"]["subjects"]
        assert subject["name"] == "kelos-token-refresher"


def test_a_webhook_waits_for_a_certificate_that_is_made_after_it():
    """The kubelet starts no container before the Secret is there; one that is marked optional it would."""
    for webhook in kinds(render_with("managed-certificates"), "Deployment").values():
        for volume in webhook["spec"]["template"]["spec"].get("volumes", []):
            assert "optional" not in volume["secret"]


def test_prometheus_adds_a_monitor_and_nothing_else(base):
    assert difference(base, render_with("prometheus")) == ([("PodMonitor", "kelos-token")], [], [])


def test_the_monitor_finds_both_programs_and_names_them_as_the_alerts_do():
    objects = render_with("prometheus")
    spec = kinds(objects, "PodMonitor")["kelos-token"]["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    (relabelling,) = endpoint["relabelings"]
    jobs = set()
    for deployment in kinds(objects, "Deployment").values():
        template = deployment["spec"]["template"]
        labels = template["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()
        ports = [port["name"] for container in template["spec"]["containers"] for port in container["ports"]]
        assert endpoint["port"] in ports
        (source,) = relabelling["sourceLabels"]
        component = {"__meta_kubernetes_pod_label_" + re.sub(r"\W", "_", key): value for key, value in labels.items()}
        jobs.add(relabelling["replacement"].replace("$1", component[source]))
    assert jobs == {"kelos-token-webhook", "kelos-token-refresher"}
    assert endpoint["honorLabels"] is True


def test_network_policy_adds_one_for_each_program(base):
    assert difference(base, render_with("network-policy")) == (
        [("NetworkPolicy", "kelos-token-refresher"), ("NetworkPolicy", "kelos-token-webhook")], [], [])


def test_the_policies_select_their_pods_and_name_ports_of_theirs():
    objects = render_with("network-policy")
    for name, policy in kinds(objects, "NetworkPolicy").items():
        template = kinds(objects, "Deployment")[name]["spec"]["template"]
        assert policy["spec"]["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
        known = {port["name"] for container in template["spec"]["containers"] for port in container["ports"]}
        assert {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]} <= known
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_the_webhooks_port_is_open_to_whoever_comes_because_api_servers_match_no_selector():
    spec = kinds(render_with("network-policy"), "NetworkPolicy")["kelos-token-webhook"]["spec"]
    assert {"ports": [{"protocol": "TCP", "port": "webhook-server"}]} in spec["ingress"]
    assert all("from" in rule for rule in spec["ingress"] if rule["ports"][0]["port"] != "webhook-server")


def test_the_webhook_calls_nobody_and_the_refresher_names_https_and_the_api_server():
    policies = kinds(render_with("network-policy"), "NetworkPolicy")
    assert policies["kelos-token-webhook"]["spec"]["egress"] == []
    open_ports = {(port["protocol"], port["port"]) for rule in policies["kelos-token-refresher"]["spec"]["egress"]
                  if "to" not in rule for port in rule["ports"]}
    assert open_ports == {("UDP", 53), ("TCP", 53), ("TCP", 443), ("TCP", 6443)}


def test_the_refresher_may_see_which_certificate_the_webhooks_serve():
    objects = render_with("network-policy", "managed-certificates")
    (rule,) = [rule for rule in kinds(objects, "NetworkPolicy")["kelos-token-refresher"]["spec"]["egress"] if "to" in rule]
    (peer,) = rule["to"]
    template = kinds(objects, "Deployment")["kelos-token-webhook"]["spec"]["template"]
    assert peer["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    (container,) = template["spec"]["containers"]
    assert rule["ports"][0]["port"] in {port["name"] for port in container["ports"]}


def test_namespaced_rbac_binds_the_same_role_in_a_namespace(base):
    objects = render_with("namespaced-rbac")
    assert difference(base, objects) == (
        [("RoleBinding", "kelos-token-refresher")], [("ClusterRoleBinding", "kelos-token-refresher")],
        [("Deployment", "kelos-token-refresher")])
    before = copy.deepcopy(base["Deployment", NAMESPACE, "kelos-token-refresher"])
    (container,) = before["spec"]["template"]["spec"]["containers"]
    container["args"].append("--namespace=team-a")
    assert kinds(objects, "Deployment")["kelos-token-refresher"] == before


def test_the_components_go_together():
    objects = render_with("cert-manager", "network-policy", "prometheus", "namespaced-rbac")
    assert len({identity(document) for document in objects}) == len(objects)
