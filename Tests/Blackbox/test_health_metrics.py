"""What operators read: probes and metrics, and that the numbers are true."""

import os
import re
import shutil
import subprocess
import time

import pytest
from raw_connection import RawConnection
from reviews import encoded, plain_pod, pod, review, task_pod, KELOS_LABELS, container, token_env
from waiting import eventually

PATH = "/mutate--v1-pod"
PATCHED = encoded(review(task_pod()))


# Probes

@pytest.mark.parametrize("path", ["/healthz", "/livez", "/readyz", "/healthz/", "/readyz/certificate",
                                  "/readyz/webhook-listener", "/readyz/draining"])
def test_probe_says_ok(webhook, path):
    status, fields, body = webhook.health(path)
    assert (status, body) == (200, b"ok")
    assert fields["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("path,names", [
    ("/healthz", None), ("/livez", None), ("/readyz", ["certificate", "draining", "webhook-listener"])])
def test_verbose_probe_names_its_checks(webhook, path, names):
    lines = webhook.health(path + "?verbose")[2].decode().splitlines()
    assert lines[-1] == "healthz check passed"
    found = [re.fullmatch(r"\[\+\]([a-z-]+) ok", line).group(1) for line in lines[:-1]]
    assert found and (names is None or found == names)


def test_excluded_check_is_said_to_be_excluded(webhook):
    body = webhook.health("/readyz?verbose&exclude=certificate")[2].decode()
    assert "[+]certificate excluded: ok\n" in body and "[+]draining ok\n" in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_plain_ports_only_read(webhook, method):
    for port, path in ((webhook.health_port, "/healthz"), (webhook.metrics_port, "/metrics")):
        status, fields, _ = webhook.admin(port, path, method)
        assert status == 405 and fields["allow"] == "GET, HEAD"


# The exposition

def test_exposition_is_strictly_valid_and_typed(webhook):
    metrics = webhook.metrics()
    assert metrics.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_negotiation_never_changes_what_prometheus_gets(webhook):
    accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1"
    _, fields, body = webhook.admin(webhook.metrics_port, "/metrics", headers={
        "Accept": accept, "Accept-Encoding": "gzip"})
    assert fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "content-encoding" not in fields and body.startswith(b"# HELP ")


def test_promtool_finds_nothing_to_mind(webhook):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool: install Debian's prometheus package")
    body = webhook.admin(webhook.metrics_port, "/metrics")[2]
    done = subprocess.run([promtool, "check", "metrics"], input=body, capture_output=True, timeout=20)
    assert done.returncode == 0 and not done.stdout + done.stderr


PRESENT = [
    ("controller_runtime_webhook_requests_total", {"webhook": PATH, "code": "200"}),
    ("controller_runtime_webhook_requests_total", {"webhook": PATH, "code": "500"}),
    ("controller_runtime_webhook_requests_in_flight", {"webhook": PATH}),
    ("controller_runtime_webhook_latency_seconds_count", {"webhook": PATH}),
    ("controller_runtime_webhook_panics_total", {}),
    ("certwatcher_read_certificate_total", {}),
    ("certwatcher_read_certificate_errors_total", {}),
    ("kelos_token_certificate_expiration_timestamp_seconds", {}),
    ("kelos_token_admission_duration_seconds_count", {}),
    *((f"process_{name}", {}) for name in (
        "cpu_seconds_total", "open_fds", "max_fds", "virtual_memory_bytes", "virtual_memory_max_bytes",
        "resident_memory_bytes", "start_time_seconds", "network_receive_bytes_total",
        "network_transmit_bytes_total")),
]


def test_every_series_is_there_before_the_first_request(start_webhook, make_client):
    server = start_webhook()
    before = server.metrics()
    for name, labels in PRESENT:
        assert before.value(name, **labels) >= 0
    client = make_client(server)
    for made in (task_pod(), plain_pod(), pod([container("a")], labels=KELOS_LABELS)):
        client.request(body=encoded(review(made)))
    client.request(body=encoded(review(task_pod(), operation="UPDATE")))
    client.request(body=b"{")
    client.request(method="GET")
    client.request("/nowhere")
    client.request(body=PATCHED, content_type="text/plain")
    assert set(server.metrics().samples) == set(before.samples)


def test_compatible_histogram_has_exactly_controller_runtimes_buckets(webhook):
    bounds = [dict(labels)["le"] for labels, _ in webhook.metrics().series(
        "controller_runtime_webhook_latency_seconds_bucket") if dict(labels)["webhook"] == PATH]
    assert bounds == ["1e-08", "1e-07", "1e-06", "9.999999999999999e-06", "9.999999999999999e-05", "0.001", "0.01",
                      "0.1", "1", "10", "100", "1000", "+Inf"]


def test_build_info_names_the_version(webhook):
    series = webhook.metrics().series("kelos_token_build_info")
    assert len(series) == 1 and series[0][1] == 1
    assert {"version", "swift_version"} <= set(dict(series[0][0]))


# True numbers

@pytest.mark.parametrize("kind", ["http1", "http2"])
def test_counters_equal_the_requests_sent(start_webhook, make_client, kind):
    server = start_webhook()
    client = make_client(server, kind)
    refused = task_pod()
    refused["spec"]["volumes"].append({"name": "kelos-github-token", "emptyDir": {}})
    plan = [(7, PATCHED), (5, encoded(review(plain_pod()))), (3, encoded(review(refused))), (4, b"[]")]
    for count, body in plan:
        for _ in range(count):
            client.request(body=body)
    metrics = server.metrics()
    requests = "controller_runtime_webhook_requests_total"
    assert metrics.total(requests, code="200") == 15
    assert metrics.total(requests, code="400") == 4
    assert metrics.total(requests) == 19
    assert metrics.total("controller_runtime_webhook_latency_seconds_count") == 19
    assert metrics.value("kelos_token_admission_duration_seconds_count") == 19
    assert metrics.total("controller_runtime_webhook_requests_in_flight") == 0
    mutations = "kelos_token_mutations_total"
    assert metrics.total(mutations, result="patched") == 7
    assert metrics.total(mutations, result="skipped") == 5
    assert metrics.total(mutations, result="refused") == 3
    assert metrics.total(mutations, result="error") == 4


def test_latency_is_plausible(start_webhook, make_client):
    server = start_webhook()
    client = make_client(server)
    start = time.monotonic()
    for _ in range(50):
        client.request(body=PATCHED)
    elapsed = time.monotonic() - start
    total = server.metrics().value("kelos_token_admission_duration_seconds_sum")
    assert 0 < total < elapsed


def test_reasons_of_skipped_pods_are_told_apart(start_webhook, make_client):
    server = start_webhook()
    client = make_client(server)
    without_secret = pod([container("kelos-agent")], labels=KELOS_LABELS)
    client.request(body=encoded(review(without_secret)))
    metrics = server.metrics()
    assert metrics.value("kelos_token_mutations_total", result="skipped", reason="no-token-secret") == 1


def test_connections_are_counted_and_forgotten(start_webhook):
    server = start_webhook()
    connections = [RawConnection(server.port, server.client_context()) for _ in range(20)]
    eventually(lambda: server.metrics().value("kelos_token_open_connections") >= 20, "twenty are open")
    for connection in connections:
        connection.socket.close()
    eventually(lambda: server.metrics().value("kelos_token_open_connections") <= 1, "all are gone")
    assert server.metrics().value("kelos_token_connections_accepted_total") >= 20


def test_process_metrics_agree_with_the_kernel(webhook):
    slack = 4 * 1024 * 1024
    memory, cpu = webhook.resident_bytes(), webhook.cpu_seconds()
    metrics = webhook.metrics()
    # What start-up needed may be given back in between.
    memory = sorted([memory, webhook.resident_bytes()])
    assert memory[0] - slack < metrics.value("process_resident_memory_bytes") < memory[1] + slack
    assert abs(metrics.value("process_open_fds") - webhook.descriptors()) <= 4
    assert metrics.value("process_start_time_seconds") == pytest.approx(
        os.stat(f"/proc/{webhook.process.pid}").st_ctime, abs=120)
    assert cpu - 0.02 <= metrics.value("process_cpu_seconds_total") <= webhook.cpu_seconds() + 0.02


def test_label_values_are_a_closed_set(webhook, make_client):
    make_client(webhook).request("/nowhere-canary", body=PATCHED)
    make_client(webhook).request(PATH + "?timeout=canary", body=PATCHED)
    text = webhook.admin(webhook.metrics_port, "/metrics")[2].decode()
    assert "canary" not in text and "blackbox" not in text and "team-a" not in text
