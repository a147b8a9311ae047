"""What the overlays promise, and that what is generated of them is up to date."""

import subprocess

import pytest

from repository import COMPONENTS, MANIFESTS, OVERLAYS, ROOT, documents, identity, kinds, kubectl, render


def deployments(overlay):
    return kinds(render(f"overlays/{overlay}"), "Deployment")


def test_the_overlays_and_components_are_these():
    assert OVERLAYS == ["default", "managed-certificates", "namespaced", "production", "self-signed"]
    assert COMPONENTS == [
        "cert-manager", "managed-certificates", "namespaced-rbac", "network-policy", "prometheus", "self-signed"]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_object_says_what_it_belongs_to(overlay):
    for document in render(f"overlays/{overlay}"):
        assert document["metadata"]["labels"]["app.kubernetes.io/part-of"] == "kelos-token", identity(document)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_namespaces_come_before_what_lives_in_them(overlay):
    assert render(f"overlays/{overlay}")[0]["kind"] == "Namespace"


def test_nothing_that_is_generated_is_out_of_date():
    if not kubectl():
        pytest.skip("no kubectl that renders components, as 1.32 does")
    done = subprocess.run([ROOT / "hack" / "manifests.sh", "--check"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_one_file_install_is_the_default_overlay():
    assert documents((MANIFESTS / "install.yaml").read_text()) == render("overlays/default")


def test_in_production_three_webhooks_of_which_two_stay():
    webhook = deployments("production")["kelos-token-webhook"]["spec"]
    budget = kinds(render("overlays/production"), "PodDisruptionBudget")["kelos-token-webhook"]["spec"]
    assert (webhook["replicas"], budget["minAvailable"]) == (3, 2)
    assert webhook["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


@pytest.mark.parametrize("name", ["kelos-token-webhook", "kelos-token-refresher"])
def test_in_production_pods_spread_over_nodes_and_zones(name):
    deployment = deployments("production")[name]["spec"]
    constraints = deployment["template"]["spec"]["topologySpreadConstraints"]
    assert {constraint["topologyKey"] for constraint in constraints} == {
        "kubernetes.io/hostname", "topology.kubernetes.io/zone"}
    for constraint in constraints:
        assert constraint["labelSelector"] == deployment["selector"]
        assert constraint["whenUnsatisfiable"] == "ScheduleAnyway"


@pytest.mark.parametrize("name", ["kelos-token-webhook", "kelos-token-refresher"])
def test_in_production_pods_have_a_priority_that_is_there(name):
    priorities = kinds(render("overlays/production"), "PriorityClass")
    assert deployments("production")[name]["spec"]["template"]["spec"]["priorityClassName"] in priorities


@pytest.mark.parametrize("name", ["kelos-token-webhook", "kelos-token-refresher"])
def test_in_production_more_is_asked_for_and_the_processor_is_not_capped(name):
    def resources(overlay):
        (container,) = deployments(overlay)[name]["spec"]["template"]["spec"]["containers"]
        return container["resources"]

    assert set(resources("production")["limits"]) == {"memory"}
    for kind in ("requests", "limits"):
        asked, usual = (int(resources(overlay)[kind]["memory"].removesuffix("Mi")) for overlay in ("production", "default"))
        assert asked > usual


def test_production_is_closed_to_the_network():
    assert len(kinds(render("overlays/production"), "NetworkPolicy")) == 2
