"""Bounded memory, descriptors and patience, whatever the peers do."""

import resource
import socket
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import slow_peers
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod
from waiting import eventually

BODY = encoded(review(task_pod(), uid="resources"))
MEBIBYTE = 1024 * 1024


def ask(server, seconds=5):
    with RawConnection(server.port, server.client_context(), seconds=seconds) as connection:
        connection.send(post(body=BODY))
        return connection.read_answer()


def settled_descriptors(server):
    """The number of descriptors once the server's own probe, which comes and goes, is not counted."""
    seen = []
    for _ in range(5):
        seen.append(server.descriptors())
        time.sleep(0.01)
    return min(seen)


# Descriptors and memory come back

def test_thousand_connections_leave_nothing_behind(start_webhook):
    server = start_webhook()
    ask(server)
    before = settled_descriptors(server)
    for _ in range(10):
        connections = [RawConnection(server.port, server.client_context() if index % 10 == 0 else None)
                       for index in range(100)]
        for connection in connections:
            connection.socket.close()
    eventually(lambda: settled_descriptors(server) <= before, "the descriptors are back", 5)
    assert server.resident_bytes() < 40 * MEBIBYTE


def test_connections_cost_no_memory_for_ever(start_webhook):
    server = start_webhook()

    def round_of_requests():
        for _ in range(60):
            ask(server)
        return server.resident_bytes()

    round_of_requests()
    settled = round_of_requests()
    for _ in range(3):
        last = round_of_requests()
    assert last - settled < MEBIBYTE


def test_three_hundred_idle_connections_are_cheap(start_webhook):
    server = start_webhook()
    ask(server)
    before = server.resident_bytes()
    connections = []
    try:
        for _ in range(300):
            connections.append(RawConnection(server.port, server.client_context()))
            connections[-1].send(post(body=BODY))
            connections[-1].read_answer()
        per_connection = (server.resident_bytes() - before) / 300
    finally:
        for connection in connections:
            connection.socket.close()
    assert per_connection < 60 * 1024


def test_idle_and_loaded_footprint(start_webhook):
    server = start_webhook()
    idle = server.resident_bytes()
    with RawConnection(server.port, server.client_context()) as connection:
        for _ in range(1000):
            connection.send(post(body=BODY))
            connection.read_answer()
    # The targets of a release build are lower; this holds for a debug build, which maps more code, too.
    assert idle < 32 * MEBIBYTE and server.resident_bytes() < 40 * MEBIBYTE


# Large bodies at once

def test_forty_large_bodies_at_once_stay_within_the_budget(start_webhook):
    server = start_webhook()
    size = 7 * MEBIBYTE
    padded = BODY + b" " * (size - len(BODY))
    head = post(body=b"").replace(b"Content-Length: 0", f"Content-Length: {size}".encode())
    gate = threading.Barrier(41, timeout=60)

    def send():
        with RawConnection(server.port, server.client_context(), seconds=30) as connection:
            refused = False
            try:
                connection.send(head)
                for start in range(0, size - 1, 256 * 1024):
                    connection.send(padded[start:min(start + 256 * 1024, size - 1)])
            except (OSError, ssl.SSLError):
                refused = True
            gate.wait()
            if not refused:
                try:
                    connection.send(padded[-1:])
                except OSError:
                    pass
            try:
                return connection.read_answer()
            except EOFError:
                return None

    with ThreadPoolExecutor(40) as pool:
        answers = [pool.submit(send) for _ in range(40)]
        gate.wait()
        peak = server.resident_bytes()
        answers = [answer.result() for answer in answers]
    statuses = [answer.status for answer in answers if answer]
    assert peak < 256 * MEBIBYTE
    assert len(statuses) == 40, "every client could read its answer"
    assert set(statuses) == {200, 503} and statuses.count(200) >= 10
    assert all(answer.value("retry-after") == "1" for answer in answers if answer.status == 503)
    assert ask(server).status == 200
    eventually(lambda: server.resident_bytes() < 64 * MEBIBYTE, "the memory is given back", 5)


# Too many connections

def test_connections_above_the_cap_get_503_and_it_recovers(start_webhook):
    server = start_webhook(max_connections="10", event_loops="1")
    held = []
    try:
        for _ in range(10):
            held.append(RawConnection(server.port, server.client_context()))
        eventually(lambda: server.metrics().value("kelos_token_open_connections") >= 10, "ten are open")
        for _ in range(3):
            answer = ask(server)
            assert answer.status == 503 and answer.value("retry-after") == "1" and answer.closes
            assert answer.value("content-type").startswith("text/plain")
        assert server.metrics().value("kelos_token_connections_shed_total") >= 3
        for connection in held:
            connection.send(post(body=BODY))
            assert connection.read_answer().status == 200
        assert server.health("/healthz")[0] == 200
    finally:
        for connection in held:
            connection.socket.close()
    eventually(lambda: ask(server).status == 200, "it serves again")


def test_http2_connection_above_the_cap_gets_503(start_webhook, speak_http2):
    server = start_webhook(max_connections="5", event_loops="1")
    held = [RawConnection(server.port, server.client_context()) for _ in range(5)]
    try:
        eventually(lambda: server.metrics().value("kelos_token_open_connections") >= 5, "five are open")
        shed = speak_http2(server).exchange(BODY)
        assert shed.status == 503 and dict(shed.fields)["retry-after"] == "1"
    finally:
        for connection in held:
            connection.socket.close()


def test_silent_connections_do_not_starve_the_probes(start_webhook):
    """A kubelet that gets no answer restarts the pod, so whoever can reach the port must not be able to fill it."""
    server = start_webhook()
    held = []
    try:
        for _ in range(100):
            held.append(socket.create_connection(("127.0.0.1", server.health_port), timeout=5))
        eventually(lambda: _answers(lambda: server.health("/livez")[0] == 200), "the probe is answered", 5)
    finally:
        for connection in held:
            connection.close()


def test_silent_connections_above_the_cap_do_not_starve_the_others(start_webhook):
    server = start_webhook(max_connections="10", event_loops="1")
    held = []
    try:
        # Ten are served, some more are told 503, the rest wait in the kernel: none of them says a word.
        for _ in range(150):
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=1))
            if len(held) <= 138:
                held[-1] = server.client_context().wrap_socket(held[-1], server_hostname="localhost",
                                                               do_handshake_on_connect=False)
                _answers(held[-1].do_handshake)
        eventually(lambda: _answers(lambda: ask(server, seconds=1).status in (200, 503)), "a request is answered", 5)
    finally:
        for connection in held:
            connection.close()


def _answers(ask_something):
    """What it gives, or False where the server leaves it waiting or hangs up."""
    try:
        return ask_something()
    except (OSError, EOFError):
        return False


def test_without_descriptors_it_waits_without_spinning_and_recovers(start_webhook):
    server = start_webhook(descriptors=64)
    held = []
    try:
        for _ in range(120):
            held.append(socket.create_connection(("127.0.0.1", server.port), timeout=5))
        eventually(lambda: server.descriptors() >= 24, "connections are accepted", 3)
        before, start = server.cpu_seconds(), time.monotonic()
        while time.monotonic() - start < 1:
            assert server.health("/livez")[0] == 200, "probes are answered although connections wait"
            time.sleep(0.05)
        share = (server.cpu_seconds() - before) / (time.monotonic() - start)
        assert share < 0.2
        assert server.descriptors() <= 64
    finally:
        for connection in held:
            connection.close()
    eventually(lambda: ask(server).status == 200, "it serves again", 5)


def test_descriptor_limit_is_raised_to_the_hard_limit(start_webhook):
    server = start_webhook()
    soft, hard = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    assert soft == hard
    assert server.metrics().value("process_max_fds") == soft


# A burst

def test_two_hundred_handshakes_at_once_all_get_their_answer(start_webhook):
    """The API server keeps 25 idle connections and no session cache: a burst of pods is a burst of handshakes."""
    server = start_webhook()
    with ThreadPoolExecutor(50) as pool:
        answers = [pool.submit(ask, server) for _ in range(200)]
        assert [answer.result().status for answer in answers] == [200] * 200
    assert server.metrics().value("kelos_token_connections_shed_total") == 0


# A noisy peer

def test_flooding_peer_does_not_starve_the_others(start_webhook):
    server = start_webhook(event_loops="1")
    stop = threading.Event()

    def flood():
        request = post(body=BODY) * 50
        with RawConnection(server.port, server.client_context(), seconds=10) as connection:
            while not stop.is_set():
                connection.send(request)
                for _ in range(50):
                    connection.read_answer()

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        slowest = 0.0
        for _ in range(15):
            start = time.monotonic()
            assert ask(server).status == 200
            slowest = max(slowest, time.monotonic() - start)
    finally:
        stop.set()
        thread.join()
    assert slowest < 1.0


# Slow peers: all started at the beginning of the session, judged here

@pytest.mark.parametrize("name", sorted(slow_peers.HEADS))
def test_slow_peer_with_its_head_is_cut_after_ten_seconds(slow, name):
    cut = slow[name].result()
    assert 9 <= cut.seconds <= 15
    if cut.said:
        assert cut.said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("name", sorted(slow_peers.BODIES))
def test_slow_peer_with_its_body_is_cut_after_fifteen_seconds(slow, name):
    cut = slow[name].result()
    assert 14 <= cut.seconds <= 20
    if cut.said:
        assert cut.said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("name", sorted(slow_peers.READERS))
def test_slow_peer_that_does_not_read_is_cut_after_fifteen_seconds(slow, name):
    # The server may have been stuck for a while before its peer, which filled buffers meanwhile, could notice.
    assert 10 <= slow[name].result().seconds <= 20
