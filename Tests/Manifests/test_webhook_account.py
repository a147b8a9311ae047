"""In every rendering the webhook's pods have no right at all in the cluster, and nothing to prove who they are."""

import pytest

from repository import COMPONENTS, OVERLAYS, kinds, render, render_with

ACCOUNT = "kelos-token-webhook"


@pytest.fixture(params=[*OVERLAYS, *(f"with-{name}" for name in COMPONENTS)])
def objects(request):
    if request.param in OVERLAYS:
        return render(f"overlays/{request.param}")
    return render_with(request.param.removeprefix("with-"))


@pytest.fixture
def pod(objects):
    return kinds(objects, "Deployment")[ACCOUNT]["spec"]["template"]["spec"]


def test_no_credential_reaches_its_pods(objects, pod):
    assert pod["serviceAccountName"] == ACCOUNT
    assert pod["automountServiceAccountToken"] is False
    assert kinds(objects, "ServiceAccount")[ACCOUNT]["automountServiceAccountToken"] is False
    assert all("projected" not in volume for volume in pod["volumes"])


def test_no_binding_names_its_account_or_a_group_that_it_is_in(objects):
    bindings = [document for document in objects if document["kind"].endswith("Binding")]
    assert bindings
    for subject in (subject for binding in bindings for subject in binding["subjects"]):
        assert subject["kind"] == "ServiceAccount" and subject["name"] != ACCOUNT


def test_no_secret_is_a_credential_of_its_account(objects):
    for secret in kinds(objects, "Secret").values():
        assert secret.get("type") != "kubernetes.io/service-account-token"
