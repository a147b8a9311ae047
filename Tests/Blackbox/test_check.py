"""`kelos-token check` against the sandbox and a webhook: all in order, then each link broken in turn.

Here: the way to the API server, the registration, the webhook and its certificate."""

import base64
import email.utils
import re
import time

import pytest
from certificates import Authority
from installation import CONFIGURATIONS, SYSTEM

INSTALL = "apply the manifests of this version again, for example: kubectl apply --server-side -f manifests/install.yaml"


def steady(text):
    """Without what differs from run to run."""
    text = re.sub(r"127\.0\.0\.1:\d+", "HOST", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z, 36[45]d \d+h from now", "DATE", text)
    return re.sub(r"\d+m \d+s left", "SPAN left", re.sub(r"renewed the Lease \d+s ago", "renewed the Lease SPAN ago", text))


def test_everything_in_order(installation):
    installation.create_pod()
    done = installation.check()
    assert done.returncode == 0 and done.stderr == ""
    assert "canary" not in done.stdout
    assert steady(done.stdout) == """\
ok       api-server          Kubernetes v1.32.0+sandbox at HOST
ok       clock               the API server's clock and the one here agree to 1s
ok       configuration       "kelos-token-webhook" has the 3 webhooks of the manifest, complete
ok       selectors           pods of Tasks, Sessions, WorkerPools and pods that opt in are asked about, those in \
kube-system and kelos-token-system are not
ok       ca-bundle           the certificate that HOST serves leads to the caBundle of all 3 webhooks
ok       certificate-names   the certificate that HOST serves is for 127.0.0.1
ok       certificate-expiry  the certificate that HOST serves is valid until DATE
ok       probe-pod           a pod like a Task's would get the volume, the mount and the variables (dry run)
ok       reserved-name       a pod that takes the reserved name kelos-github-token is refused (dry run)
ok       refresher           Deployment kelos-token-system/kelos-token-refresher has 2 of 2 replicas available
ok       leader              refresher-a leads; it renewed the Lease SPAN ago
ok       refresher-access    the ServiceAccount kelos-token-system/kelos-token-refresher has the 17 rights it needs
ok       secrets             1 managed Secret; every token in use is fresh
                             - default/upgrade-parser-github-token: SPAN left
ok       adoption            no token in use waits for adoption
ok       secret-sources      1 App Secret has appID, installationID, privateKey
ok       pods                every pod that should be wired is: 1

16 ok, 0 warning, 0 failed, 0 skipped
"""


def test_the_json_report(installation):
    report = installation.report()
    assert list(report) == ["success", "totals", "checks"] and report["success"] is True
    assert report["totals"] == {"ok": 16, "warning": 0, "failed": 0, "skipped": 0}
    assert [each["check"] for each in report["checks"]] == [
        "api-server", "clock", "configuration", "selectors", "ca-bundle", "certificate-names", "certificate-expiry",
        "probe-pod", "reserved-name", "refresher", "leader", "refresher-access", "secrets", "adoption",
        "secret-sources", "pods"]


def test_nothing_is_stored(installation):
    pods = "/api/v1/pods"
    before = installation.sandbox.call("GET", pods)[1]["metadata"]["resourceVersion"]
    installation.report()
    after = installation.sandbox.call("GET", pods)[1]
    assert after["items"] == [] and after["metadata"]["resourceVersion"] == before


# The way to the API server


def test_no_kubeconfig(installation):
    done = installation.check("--kubeconfig=/nonexistent/config")
    assert done.returncode == 1 and done.stdout == """\
failed   kubeconfig          Cannot read the kubeconfig /nonexistent/config
                             mend: name a kubeconfig with --kubeconfig or in KUBECONFIG, and its context with --context

0 ok, 0 warning, 1 failed, 0 skipped
"""


def test_no_such_context(installation):
    assert installation.only("kubeconfig", "--context=other")[:2] == (
        "failed", 'The kubeconfig has no context "other"')


def test_an_api_server_that_is_gone(installation, tmp_path):
    kubeconfig = tmp_path / "gone"
    kubeconfig.write_text(re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:1", installation.sandbox.kubeconfig.read_text()))
    done = installation.check(f"--kubeconfig={kubeconfig}")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("failed   api-server          GET /version: 127.0.0.1:1: cannot connect")
    assert lines[1].strip() == (
        "mend: look at the kubeconfig's server, authority and user: kubectl cluster-info says the same")
    assert lines[3] == "0 ok, 0 warning, 1 failed, 0 skipped"


def test_a_token_that_is_refused(installation, tmp_path):
    kubeconfig = tmp_path / "refused"
    kubeconfig.write_text(installation.sandbox.kubeconfig.read_text().replace(installation.sandbox.token, "wrong-token"))
    done = installation.check(f"--kubeconfig={kubeconfig}")
    assert done.returncode == 1 and "wrong-token" not in done.stdout + done.stderr
    assert "failed   api-server          GET /version: the API server answered 401 Unauthorized" in done.stdout


@pytest.mark.parametrize(("ahead", "verdict"), [(-60, "warning"), (600, "failed")])
def test_a_clock_that_is_off(installation, ahead, verdict):
    began = time.time()
    # Whatever it is asked: the check goes by the shortest of all exchanges.
    date = email.utils.formatdate(began + ahead, usegmt=True)
    installation.sandbox.inject({"fields": {"date": date}, "count": 1000})
    result = installation.only("clock")
    assert result[0] == verdict and "NTP" in result[2]
    found = re.search(r"^the API server's clock is (?:(\d+)m )?(\d+)s (ahead of|behind) the one here", result[1])
    off = (int(found[1] or 0) * 60 + int(found[2])) * (1 if found[3] == "ahead of" else -1)
    # To the second, and the date has stood still since.
    assert ahead - 1 - (time.time() - began) <= off <= ahead + 1


# The registration


def test_no_configuration(installation):
    assert installation.sandbox.call("DELETE", f"{CONFIGURATIONS}/kelos-token-webhook")[0] == 200
    assert installation.only("configuration") == (
        "failed", 'there is no MutatingWebhookConfiguration "kelos-token-webhook", so the API server asks nobody about pods',
        f"{INSTALL}; with another name, say --webhook-configuration", [])


def test_a_webhook_is_missing(installation):
    def rename(entry):
        entry["name"] = entry["name"].replace("kelos-objects.", "others.").replace("opted-in-pods.", "opt.")
    installation.configure(rename)
    assert [(each["verdict"], each["message"]) for each in installation.found("configuration")] == [
        ("failed", '"kelos-token-webhook" lacks the webhook opted-in-pods.github-token.kelos.dev of the manifest'),
        ("warning", '"kelos-token-webhook" lacks the webhook kelos-objects.github-token.kelos.dev of the manifest')]


def test_a_webhook_that_differs(installation):
    def weaken(entry):
        if entry["name"].startswith("kelos-pods"):
            entry["failurePolicy"], entry["timeoutSeconds"], entry["sideEffects"] = "Ignore", 30, "Some"
            entry["rules"][0]["operations"] = ["UPDATE"]
            entry["clientConfig"]["url"] += "/other"
    installation.configure(weaken)
    name = "kelos-pods.github-token.kelos.dev"
    assert [(each["verdict"], each["message"], each["mend"]) for each in installation.found("configuration")] == [
        ("failed", f"{name}: its path is /mutate--v1-pod/other, which is not /mutate--v1-pod", INSTALL),
        ("failed", f"{name}: its rules leave out CREATE v1 pods", INSTALL),
        ("failed", f"{name}: sideEffects is Some, so the API server refuses every dry run of these objects", INSTALL),
        ("warning", f"{name}: failurePolicy is Ignore, the manifest has Fail: while the webhook is down, pods are created "
                    "without the token's file and nobody is told", INSTALL),
        ("warning", f"{name}: timeoutSeconds is 30, the manifest has 5", INSTALL)]


def test_selectors_that_miss_pods(installation):
    def narrow(entry):
        if entry["name"].startswith("kelos-pods"):
            entry["objectSelector"]["matchExpressions"][1]["values"] = ["task"]
        entry["namespaceSelector"] = {}
    installation.configure(narrow)
    messages = [each["message"] for each in installation.found("selectors")]
    assert messages == [
        "the objectSelectors leave out pods of Sessions, pods of WorkerPools, which are created without the token's file",
        "kelos-pods.github-token.kelos.dev is asked about pods in namespace kube-system: pods of the cluster itself wait for it",
        "kelos-pods.github-token.kelos.dev is asked about pods in namespace kelos-token-system: when the webhook is down, "
        "its own pods cannot come back"]


def test_a_namespace_that_is_left_out(installation):
    installation.configure(lambda entry: entry.update(namespaceSelector={"matchLabels": {"tokens": "yes"}}))
    assert installation.only("selectors")[:3] == (
        "failed", "the namespaceSelectors leave out namespace default",
        "give the namespace the labels that they ask for, or look at another one with --namespace")
    assert installation.only("probe-pod")[:2] == (
        "failed", "a pod like a Task's would be stored in namespace default without the volume kelos-github-token, its mount "
                  "at /kelos/github-token, the variable KELOS_GITHUB_TOKEN_FILE")
    assert installation.only("reserved-name")[:2] == (
        "failed", "a pod with a volume of its own named kelos-github-token would be stored")


# The webhook and its certificate


def test_another_authority(installation, tmp_path):
    other = Authority(tmp_path / "other", name="another-ca")
    bundle = base64.b64encode(other.pair.certificate.read_bytes()).decode()

    def trust_other(entry):
        entry["clientConfig"]["caBundle"] = bundle
    installation.configure(trust_other)
    verdict, message, mend, _ = installation.only("ca-bundle")
    assert verdict == "failed" and re.fullmatch(
        r"kelos-pods\.github-token\.kelos\.dev: the certificate that 127\.0\.0\.1:\d+ serves does not lead to its caBundle "
        r"\(unable to get local issuer certificate\)", message)
    assert mend.startswith("put the CA that signed it into the caBundle of every webhook, as manifests/README.md shows")
    assert installation.only("probe-pod")[2] == "look at ca-bundle, certificate-names and certificate-expiry above"


def test_no_authority(installation):
    installation.configure(lambda entry: entry["clientConfig"].pop("caBundle"))
    assert installation.only("ca-bundle")[:2] == (
        "failed", "kelos-pods.github-token.kelos.dev: it has no caBundle, or one that is not base64")


@pytest.mark.parametrize(("days", "verdict"), [(2, "failed"), (10, "warning")])
def test_a_certificate_that_ends_soon(install, start_webhook, authority, days, verdict):
    installation = install(webhook=start_webhook(pair=authority.issue(days=days)))
    result = installation.only("certificate-expiry")
    assert result[0] == verdict and f" {days - 1}d 23h from now" in result[1]
    assert result[2].startswith("renew it: certs/generate.sh, or look at the cert-manager Certificate")


def test_a_certificate_that_has_ended(install, start_webhook, authority):
    webhook = start_webhook(pair=authority.issue(expired=True), wait=False).wait_until_listening()
    installation = install(webhook=webhook)
    verdict, message, _, _ = installation.only("certificate-expiry")
    assert verdict == "failed" and message.endswith("serves expired at 2024-01-02T00:00:00Z")
    assert installation.only("ca-bundle")[0] == "ok"


def test_a_certificate_for_another_name(installation):
    def rename(entry):
        entry["clientConfig"]["url"] = entry["clientConfig"]["url"].replace("127.0.0.1", "127.0.0.2")
    # The shared webhook listens on 127.0.0.1 only.
    installation.configure(rename)
    verdict, message, mend, _ = installation.only("ca-bundle")
    assert verdict == "failed" and re.match(r"the webhook at 127\.0\.0\.2:\d+ shows no certificate: ", message)
    assert mend == "start it, and look at its log; --webhook-bind-address must be the address that is registered"
    assert installation.only("probe-pod")[2] == (
        "no webhook is ready: kubectl -n kelos-token-system get pods, then its log")


def test_a_service(installation, long_lived):
    """The sandbox calls no Service, so only what can be read is looked at."""
    def to_service(entry):
        path = "/" + entry["clientConfig"].pop("url").rsplit("/", 1)[1]
        entry["clientConfig"]["service"] = {
            "name": "kelos-token-webhook", "namespace": SYSTEM, "port": 443, "path": path}
    installation.configure(to_service)
    name = f"Service {SYSTEM}/kelos-token-webhook"
    assert installation.only("service")[:2] == (
        "failed", f"{name}, which the configuration names, does not exist")
    service = installation.create(f"/api/v1/namespaces/{SYSTEM}/services", {
        "metadata": {"name": "kelos-token-webhook"}, "spec": {"ports": [{"name": "webhook-server", "port": 8443}]}})
    assert installation.only("service")[:2] == (
        "failed", f"{name} has no port 443, which the configuration names; it has 8443")
    installation.patch(f"/api/v1/namespaces/{SYSTEM}/services/kelos-token-webhook", {
        "spec": {"ports": [service["spec"]["ports"][0] | {"port": 443}]}})
    assert installation.only("service")[:2] == ("ok", f"{name} has port 443")
    assert installation.only("endpoints")[:2] == (
        "failed", f"{name} has no ready endpoint; with failurePolicy Fail the pods it is asked about cannot be created")
    installation.create(f"/api/v1/namespaces/{SYSTEM}/endpoints", {
        "metadata": {"name": "kelos-token-webhook"}, "subsets": [{
            "addresses": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}], "notReadyAddresses": [{"ip": "10.0.0.3"}],
            "ports": [{"name": "webhook-server", "port": 9443}]}]})
    assert installation.only("endpoints")[:2] == (
        "warning", f"{name} has 2 ready endpoints and 1 that are not")
    assert installation.only("ca-bundle")[:2] == (
        "failed", f"there is no Secret {SYSTEM}/kelos-token-webhook-cert, which the webhook's pods mount")
    pair = long_lived.authority.issue(days=100)
    installation.create(f"/api/v1/namespaces/{SYSTEM}/secrets", {
        "metadata": {"name": "kelos-token-webhook-cert"},
        "stringData": {"tls.crt": pair.certificate.read_text(), "tls.key": pair.key.read_text()}})
    place = f"the certificate in Secret {SYSTEM}/kelos-token-webhook-cert"
    assert installation.only("ca-bundle")[:2] == ("ok", f"{place} leads to the caBundle of all 3 webhooks")
    assert installation.only("certificate-names")[:2] == (
        "ok", f"{place} is for kelos-token-webhook.{SYSTEM}.svc")
    done = installation.check()
    assert "PRIVATE" not in done.stdout + done.stderr


# The command line


@pytest.mark.parametrize("arguments", [["-o", "yaml"], ["-n", ""], ["--unknown"], ["argument"]])
def test_a_wrong_command_line(installation, arguments):
    done = installation.check(*arguments)
    assert done.returncode == 64 and done.stdout == "" and done.stderr


def test_help_has_an_example(installation):
    done = installation.check("--help")
    assert done.returncode == 0 and "kelos-token check --context production -n team-a -o json" in done.stdout
