"""What the refresher is there for, in the smallest scenes that show it, and which right each of them needs."""

import base64

import pytest
from refresher_process import Refresher, refresher_binary
from scene import APP
from runs import Subject
from scenarios import Need, Scenario, Told, nothing
from waiting import eventually

ACCOUNT = LEASE = "kelos-token-refresher"
WEBHOOK = "kelos-token-webhook"
AUTHORITY_SECRET, LEAF_SECRET = f"{WEBHOOK}-ca", f"{WEBHOOK}-cert"
LEASES = "coordination.k8s.io/v1"
# The Job controller answers within that.
LONGEST = 30
# Kelos cuts names of more than 52 bytes for the StatefulSet of a Session.
LONG_NAME = "pairing-" * 7 + "long"

REFRESH = Told("Failed to refresh a token", "kelos_token_refresh_failures_total", "GitHubTokenRefreshFailed")
WATCH = Told("Failed to list or watch", "kelos_token_watch_failures_total")
EVENT = Told("Failed to write an Event", "kelos_token_event_failures_total")
PODS = Told("Failed to list the pods, so those without the token's file are not known",
            "kelos_token_pod_list_failures_total")
CERTIFICATES = Told(
    "Failed to manage the webhook's certificates", "kelos_token_webhook_certificate_failures_total")
REPLICAS = Told("Cannot see what a webhook serves", "kelos_token_webhook_certificate_stale_replicas")
ELECTION = Told("Failed to read or write the Lease", "kelos_token_election_failures_total")


def free_lease(scene):
    """As a leader leaves it."""
    scene.cluster.create({
        "apiVersion": LEASES, "kind": "Lease", "metadata": {"name": LEASE, "namespace": scene.system},
        "spec": {"holderIdentity": "", "leaseDurationSeconds": 1, "leaseTransitions": 1}})


def running_task(scene):
    """Its Workspace is on the very host that the tokens are from, and its Job has a pod."""
    scene.add_kelos("Workspace", "parser", repo=f"{scene.github.github}/example-org/parser.git")
    task = scene.add_kelos("Task", "running", workspaceRef={"name": "parser"})
    scene.add_token(task)
    scene.add_workload("Job", "running", task)
    eventually(lambda: scene.get("Job", "running", "batch/v1")["status"].get("active"), "it has a pod", LONGEST, 0.1)


def with_replicas(kind, name, workload):
    """A WorkerPool or Session whose StatefulSet is called so."""

    def prepare(scene):
        owner = scene.add_kelos(kind, name)
        scene.add_token(owner)
        labels = {"kelos.dev/component": kind.lower()}
        scene.add_workload(
            "StatefulSet", workload, owner, replicas=1, serviceName="none", selector={"matchLabels": labels})

    return prepare


def has_token(scene):
    return scene.github_token()


def tellings(scene):
    """How often the Event about the refreshed Secret says that it happened."""
    return max((event["count"] for event in scene.events() if event["reason"] == "GitHubTokenRefreshed"), default=0)


def missed_pod_is_told(scene):
    """By this scene's refresher: those of other scenes see the pod too."""
    return any(event["reason"] == "GitHubTokenNotInjected" and event["reportingInstance"] == scene.name
               for event in scene.events())


def registration(scene):
    scene.add_registration(WEBHOOK, WEBHOOK)


def empty_certificates(scene):
    """As after a restore that lost what they hold."""
    registration(scene)
    for name in (AUTHORITY_SECRET, LEAF_SECRET):
        scene.cluster.create({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": scene.system}})


def has_certificate(scene):
    """The last of what is made."""
    secret = scene.get("Secret", LEAF_SECRET, namespace=scene.system)
    return secret and "tls.crt" in secret.get("data", {})


def was_led(scene):
    """A leader that stops keeps its time in the Lease, and not its name."""
    lease = scene.get("Lease", LEASE, LEASES, scene.system)
    return lease and lease["spec"].get("acquireTime")


DUE = Scenario("a-due-secret-gets-a-token", lambda scene: scene.add_token(), has_token)
LATE = Scenario(
    "a-secret-that-appears-later-gets-a-token", nothing, has_token, meanwhile=lambda scene: scene.add_token())
TASK = Scenario("the-secret-of-a-running-task-gets-a-token", running_task, has_token)
POOL = Scenario(
    "the-secret-of-a-worker-pool-gets-a-token", with_replicas("WorkerPool", "pool", "wp-pool"), has_token)
SESSION = Scenario(
    "the-secret-of-a-session-gets-a-token", with_replicas("Session", "pairing", "pairing"), has_token)
LONG_SESSION = Scenario(
    "the-secret-of-a-session-with-a-long-name-gets-a-token",
    with_replicas("Session", LONG_NAME, "pairing-0a1b2c"), has_token)
EVENT_IS_THERE = Scenario("a-refresh-is-told-by-an-event", DUE.prepare, lambda scene: tellings(scene) >= 1)
EVENT_IS_COUNTED = Scenario("a-repeated-refresh-is-counted-up", DUE.prepare, lambda scene: tellings(scene) >= 2)
MISSED = Scenario(
    "a-pod-without-the-tokens-file-is-told", lambda scene: scene.add_missed_pod(), missed_pod_is_told)
CERTIFICATES_MADE = Scenario("the-webhooks-first-certificate-is-made-at-once", registration, has_certificate)
CERTIFICATES_MENDED = Scenario("lost-certificates-of-the-webhook-are-made-anew", empty_certificates, has_certificate)
LEADS_FIRST = Scenario("a-first-leader-makes-the-lease", nothing, was_led)
LEADS_NEXT = Scenario("a-next-leader-takes-the-lease", free_lease, was_led)

NEEDS = {
    "secrets-list": Need(DUE, WATCH),
    "secrets-watch": Need(LATE, WATCH),
    "secrets-get": Need(DUE, REFRESH),
    "secrets-patch": Need(DUE, REFRESH),
    "tasks-get": Need(TASK, REFRESH),
    "jobs-get": Need(TASK, REFRESH),
    "workspaces-get": Need(TASK, REFRESH),
    "workerpools-get": Need(POOL, REFRESH),
    "sessions-get": Need(SESSION, REFRESH),
    "statefulsets-get": Need(SESSION, REFRESH),
    "statefulsets-list": Need(LONG_SESSION, REFRESH),
    "events-create": Need(EVENT_IS_THERE, EVENT),
    "events-patch": Need(EVENT_IS_COUNTED, EVENT),
    "pods-list": Need(MISSED, PODS),
    "secrets-create": Need(CERTIFICATES_MADE, CERTIFICATES),
    "mutatingwebhookconfigurations-get-of-kelos-token-webhook": Need(CERTIFICATES_MADE, CERTIFICATES),
    "mutatingwebhookconfigurations-patch-of-kelos-token-webhook": Need(CERTIFICATES_MADE, CERTIFICATES),
    "services-get-of-kelos-token-webhook": Need(CERTIFICATES_MADE, REPLICAS),
    "endpoints-get-of-kelos-token-webhook": Need(CERTIFICATES_MADE, REPLICAS),
    "secrets-get-of-kelos-token-webhook-ca": Need(CERTIFICATES_MENDED, CERTIFICATES),
    "secrets-get-of-kelos-token-webhook-cert": Need(CERTIFICATES_MENDED, CERTIFICATES),
    "secrets-patch-of-kelos-token-webhook-ca": Need(CERTIFICATES_MENDED, CERTIFICATES),
    "secrets-patch-of-kelos-token-webhook-cert": Need(CERTIFICATES_MENDED, CERTIFICATES),
    "leases-create": Need(LEADS_FIRST, ELECTION),
    "leases-get-of-kelos-token-refresher": Need(LEADS_NEXT, ELECTION),
    "leases-patch-of-kelos-token-refresher": Need(LEADS_NEXT, ELECTION),
}


def start(scene, folder):
    """As the account, with the flags of the Deployment."""
    path = refresher_binary()
    if path is None:
        pytest.skip("no kelos-token-refresher: set KELOS_REFRESHER_BINARY or run swift build")
    scene.add("Secret", APP, data=scene.github.secret(APP)["data"])
    flags = {name.replace("-", "_"): value for name, value in scene.arguments().items()}
    flags |= {"kubeconfig": scene.kubeconfig(folder), "secret_selector": scene.selector, "zap_log_level": None,
              "health_probe_bind_address": "127.0.0.1:0", "metrics_bind_address": "127.0.0.1:0"}
    if "manage_webhook_certificates" in flags:
        flags["webhook_configuration_name"] = WEBHOOK + scene.suffix
    return Refresher(
        path, folder, scene.github, {"POD_NAME": scene.name, "POD_NAMESPACE": scene.system}, **flags)


def secrets(scene):
    key = base64.b64decode(scene.github.secret(APP)["data"]["privateKey"]).decode()
    return ["ghs_", "eyJ", "PRIVATE KEY", scene.token, *key.splitlines()[1:3]]


REFRESHER = Subject(ACCOUNT, start, secrets, NEEDS)
