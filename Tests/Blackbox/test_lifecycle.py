"""Starting, stopping and being replaced, without a failed request."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
from certificates import openssl
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod, ten_kilobyte_review, verdict
from waiting import eventually

SENT = review(task_pod(), uid="lifecycle")
BODY = encoded(SENT)
SIGNALS = [signal.SIGTERM, signal.SIGINT]


def has_exited(server):
    return server.process.poll() is not None


# Starting

def test_ready_soon_after_the_start(start_webhook):
    start = time.monotonic()
    start_webhook()
    assert time.monotonic() - start < 2


def test_signal_as_soon_as_it_serves_is_a_clean_stop(start_webhook):
    for _ in range(10):
        server = start_webhook(wait=False).wait_until_listening()
        server.signal()
        assert server.exit_code(5) == 0


@pytest.mark.parametrize("value,offers_http2", [
    ("true", True), ("false", False), ("True", True), ("FALSE", False), ("1", True), ("0", False), ("t", True),
    ("f", False)])
def test_booleans_are_written_as_in_go(start_webhook, value, offers_http2):
    server = start_webhook(enable_http2=value)
    with RawConnection(server.port, server.client_context(("h2", "http/1.1"))) as connection:
        assert (connection.socket.selected_alpn_protocol() == "h2") == offers_http2


def test_first_log_line_names_what_runs_and_where(start_webhook):
    server = start_webhook()
    line = server.log_lines()[0]
    assert list(line)[:4] == ["level", "ts", "logger", "msg"] and line["level"] == "info"
    assert line["msg"] == "Serving" and line["address"] == f"127.0.0.1:{server.port}"
    assert {"version", "openssl", "nghttp2", "swift", "health", "metrics"} <= set(line)


def test_every_log_line_is_one_json_object(start_webhook, make_client):
    server = start_webhook()
    make_client(server).request(body=BODY)
    make_client(server).request(body=b"{")
    server.signal()
    server.exit_code()
    lines = server.log_text().splitlines()
    assert len(lines) == len(server.log_lines()) >= 4
    assert all({"level", "ts", "logger", "msg"} <= set(line) for line in server.log_lines())


def test_version_names_the_libraries(executable):
    done = subprocess.run([executable, "--version"], capture_output=True, timeout=10)
    text = done.stdout.decode()
    assert done.returncode == 0 and text.count("\n") == 1
    for name in ("kelos-token-webhook", "openssl", "nghttp2", "swift"):
        assert name in text


def test_help_names_every_flag(executable):
    done = subprocess.run([executable, "--help"], capture_output=True, timeout=10)
    text = done.stdout.decode()
    assert done.returncode == 0
    for flag in ("--webhook-bind-address", "--tls-cert-file", "--tls-private-key-file", "--tls-min-version",
                 "--client-ca-file", "--metrics-bind-address", "--health-probe-bind-address", "--enable-http2",
                 "--shutdown-delay", "--graceful-shutdown-timeout", "--max-request-bytes", "--max-connections",
                 "--event-loops", "--zap-log-level", "--zap-encoder", "--version"):
        assert flag in text


@pytest.mark.parametrize("flag,value", [
    ("--webhook-bind-address", "nonsense"), ("--webhook-bind-address", "127.0.0.1:70000"),
    ("--webhook-bind-address", "0"), ("--metrics-bind-address", "host.example:80"), ("--tls-min-version", "1.1"),
    ("--shutdown-delay", "5"), ("--shutdown-delay", "-5s"), ("--graceful-shutdown-timeout", "soon"),
    ("--max-request-bytes", "0"), ("--max-request-bytes", "7Mb"), ("--max-connections", "0"),
    ("--max-connections", "many"), ("--event-loops", "-1"), ("--zap-log-level", "loud"), ("--zap-encoder", "xml"),
    ("--enable-http2", "maybe"), ("--no-such-flag", "1"), ("--client-ca-file", "/nonexistent/ca.crt")])
def test_bad_flag_exits_64_and_names_itself(executable, flag, value):
    done = subprocess.run([executable, f"{flag}={value}"], capture_output=True, timeout=10)
    text = done.stderr.decode()
    assert done.returncode == 64, text
    assert flag in text and "Fatal" not in text


@pytest.mark.parametrize("flag", ["tls_cert_file", "tls_private_key_file"])
def test_missing_file_is_named_with_its_flag(start_webhook, serving_pair, flag):
    server = start_webhook(wait=False, **{flag: "/nonexistent/file.pem"})
    assert server.exit_code() == 1
    text = server.log_text()
    assert "--" + flag.replace("_", "-") in text and "/nonexistent/file.pem" in text
    assert "No such file" in text and "Fatal error" not in text


def test_mismatched_pair_is_named_at_the_start(start_webhook, serving_pair, authority):
    server = start_webhook(wait=False, tls_private_key_file=authority.issue().key)
    assert server.exit_code() == 1
    assert "--tls-cert-file" in server.log_text() and "--tls-private-key-file" in server.log_text()


def test_encrypted_key_is_refused_without_asking(start_webhook, serving_pair, tmp_path):
    locked = tmp_path / "locked.key"
    openssl("ec", "-in", serving_pair.key, "-aes256", "-passout", "pass:secret", "-out", locked)
    server = start_webhook(wait=False, tls_private_key_file=locked)
    assert server.exit_code() == 1
    assert "--tls-private-key-file" in server.log_text()


@pytest.mark.parametrize("flag", ["webhook_bind_address", "metrics_bind_address", "health_probe_bind_address"])
def test_address_in_use_is_named(start_webhook, flag):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = start_webhook(wait=False, **{flag: address})
        assert server.exit_code() == 1
    assert address in server.log_text() and "in use" in server.log_text()


def test_switched_off_ports_are_not_opened(start_webhook):
    server = start_webhook(wait=False, metrics_bind_address="0", health_probe_bind_address="0")
    line = eventually(lambda: next(iter(server.log_lines()), None), "the first log line", 5)
    assert (line["metrics"], line["health"]) == ("off", "off")
    with RawConnection(int(line["address"].rsplit(":", 1)[1]), server.client_context()) as connection:
        connection.send(post(body=BODY))
        assert connection.read_answer().status == 200


@pytest.mark.parametrize("address", ["[::1]:0", "localhost:0", ":0"])
def test_other_forms_of_addresses_are_bound(start_webhook, address):
    server = start_webhook(wait=False, webhook_bind_address=address)
    line = eventually(lambda: next(iter(server.log_lines()), None), "the first log line", 5)
    host = "::1" if "::1" in address else "127.0.0.1"
    with socket.create_connection((host, int(line["address"].rsplit(":", 1)[1])), timeout=5) as plain:
        with server.client_context().wrap_socket(plain, server_hostname="localhost"):
            pass


# Stopping

@pytest.mark.parametrize("number", SIGNALS)
def test_drain_fails_readiness_at_once_and_answers_with_close(start_webhook, number):
    server = start_webhook(shutdown_delay="1500ms")
    with RawConnection(server.port, server.client_context()) as kept:
        kept.send(post(body=BODY))
        assert not kept.read_answer().closes
        server.signal(number)
        status, _, body = eventually(
            lambda: (answer := server.health("/readyz?verbose"))[0] == 500 and answer, "readiness fails", 1)
        assert b"[-]draining failed" in body
        assert server.health("/livez")[0] == 200
        kept.send(post(body=BODY))
        answer = kept.read_answer()
        assert answer.status == 200 and answer.closes and kept.is_ended_by_peer()
    with RawConnection(server.port, server.client_context()) as fresh:
        fresh.send(post(body=BODY))
        assert fresh.read_answer().closes and fresh.is_ended_by_peer()
    assert server.exit_code(5) == 0


def test_idle_connections_do_not_delay_the_end(start_webhook):
    server = start_webhook()
    idle = [RawConnection(server.port, server.client_context()) for _ in range(25)]
    try:
        for connection in idle:
            connection.send(post(body=BODY))
            assert connection.read_answer().status == 200
        server.signal()
        assert server.exit_code(2) == 0
        assert all(connection.is_ended_by_peer() for connection in idle)
    finally:
        for connection in idle:
            connection.socket.close()


def test_idle_connections_may_ask_once_more_during_the_delay(start_webhook):
    server = start_webhook(shutdown_delay="1s")
    idle = [RawConnection(server.port, server.client_context()) for _ in range(25)]
    try:
        for connection in idle:
            connection.send(post(body=BODY))
            connection.read_answer()
        server.signal()
        eventually(lambda: server.health("/readyz")[0] == 500, "readiness fails", 1)
        for connection in idle:
            connection.send(post(body=BODY))
        assert all(connection.read_answer().closes for connection in idle)
    finally:
        for connection in idle:
            connection.socket.close()


@pytest.mark.parametrize("sent_bytes", [0, 1, 500])
def test_request_under_way_is_finished(start_webhook, sent_bytes):
    """Bytes of the body that were there before the signal; the rest comes when nothing else is accepted."""
    server = start_webhook()
    request = post(body=BODY)
    start = len(request) - len(BODY) + sent_bytes
    with RawConnection(server.port, server.client_context()) as connection:
        connection.send(request[:start])
        eventually(lambda: server.metrics().value("kelos_token_open_connections") >= 1, "the connection counts", 2)
        server.signal()
        eventually(lambda: _is_refused(server.port), "nothing is accepted any more", 3)
        connection.send(request[start:])
        answer = connection.read_answer()
        assert verdict(answer.body, SENT).operations and answer.closes
    assert server.exit_code(3) == 0


def _is_refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return False
    except OSError:
        return True


def test_request_that_never_ends_is_cut_after_the_timeout(start_webhook):
    server = start_webhook(graceful_shutdown_timeout="500ms")
    with RawConnection(server.port, server.client_context()) as connection:
        connection.send(post(body=BODY)[:-1])
        eventually(lambda: server.metrics().total("kelos_token_connections_negotiated_total") >= 1, "it counts", 2)
        server.signal()
        assert server.exit_code(4) == 0
    assert "requests under way" in server.log_text()


@pytest.mark.parametrize("first,second", [
    (signal.SIGTERM, signal.SIGTERM), (signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGINT)])
def test_second_signal_ends_it_at_once(start_webhook, first, second):
    server = start_webhook(shutdown_delay="30s")
    server.signal(first)
    eventually(lambda: server.health("/readyz")[0] == 500, "readiness fails", 1)
    assert not has_exited(server)
    server.signal(second)
    assert server.exit_code(1) == 1


def test_broken_pipe_and_vanishing_clients_are_survived(start_webhook, make_client):
    server = start_webhook()
    server.signal(signal.SIGPIPE)
    request = post(body=ten_kilobyte_review())
    for cut in (0, 1, 100, 400, len(request) - 1, len(request)):
        for _ in range(20):
            with RawConnection(server.port, server.client_context()) as connection:
                connection.send(request[:cut] * (20 if cut == len(request) else 1))
                connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    assert make_client(server).request(body=BODY)[0] == 200
    eventually(lambda: server.metrics().value("kelos_token_open_connections") <= 2, "no connection is kept", 5)


def test_closed_standard_streams_are_survived(executable, serving_pair, authority):
    """Nobody reads the log any more: writing to it must not end the server."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [executable, "--webhook-bind-address=127.0.0.1:0", "--metrics-bind-address=0", "--health-probe-bind-address=0",
         f"--tls-cert-file={serving_pair.certificate}", f"--tls-private-key-file={serving_pair.key}",
         "--shutdown-delay=0s"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=writing)
    try:
        os.close(writing)
        with os.fdopen(reading, "rb") as log:
            first = log.readline()
        port = int(first.split(b'"address":"127.0.0.1:')[1].split(b'"')[0])
        for body, status in ((b"{", 400), (BODY, 200)):
            context = ssl.create_default_context(cafile=str(authority.pair.certificate))
            with RawConnection(port, context) as connection:
                connection.send(post(body=body))
                assert connection.read_answer().status == status
        process.terminate()
        assert process.wait(timeout=5) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


# Being replaced

class Caller:
    """Posts without pause like an API server's client: keeps its connection, leaves it when told `close`.

    As Go's transport does, a request is sent again on a new connection only when the kept one turned out closed before
    anything of an answer came and the server had not been told `close` before: that counts as a failure here.
    """

    def __init__(self, port, context, keeps):
        self.port, self.context, self.keeps = port, context, keeps
        self.stop, self.served, self.failures = threading.Event(), 0, []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        connection = None
        fields = {"Content-Type": "application/json", **({} if self.keeps else {"Connection": "close"})}
        while not self.stop.is_set():
            try:
                if connection is None:
                    connection = http.client.HTTPSConnection("localhost", self.port, context=self.context, timeout=5)
                connection.request("POST", "/mutate--v1-pod", BODY, fields)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200
                self.served += 1
                if answer.will_close:
                    connection = None
            except (OSError, http.client.HTTPException, AssertionError) as problem:
                self.failures.append(repr(problem))
                connection = None


def test_replacement_on_the_same_port_fails_no_request(start_webhook):
    old = start_webhook(shutdown_delay="700ms")
    callers = [Caller(old.port, old.client_context(), keeps) for keeps in (True, True, False)]
    try:
        for _ in range(3):
            new = start_webhook(webhook_bind_address=f"127.0.0.1:{old.port}", shutdown_delay="700ms")
            old.signal()
            assert old.exit_code(5) == 0
            old = new
    finally:
        for caller in callers:
            caller.stop.set()
        for caller in callers:
            caller.thread.join()
    assert [caller.failures for caller in callers] == [[], [], []]
    assert all(caller.served > 50 for caller in callers)


def test_restart_after_a_kill_takes_the_port_at_once(start_webhook, make_client):
    first = start_webhook()
    make_client(first).request(body=BODY)
    first.process.kill()
    first.process.wait()
    second = start_webhook(webhook_bind_address=f"127.0.0.1:{first.port}")
    assert make_client(second).request(body=BODY)[0] == 200
