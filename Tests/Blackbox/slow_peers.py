"""Peers that are too slow in every way there is. Each function returns how long the server put up with it."""

import itertools
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

from http2_peer import PREFACE, Http2Peer
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod
from waiting import eventually

PATIENCE = 30
TRICKLE_SECONDS = 0.5


@dataclass
class Cut:
    """After how many seconds the server let go of the connection, and what it had said until then."""

    seconds: float
    said: bytes = b""


def server_holds(server_port, client_port):
    """Whether a process still owns the server's end: an orphaned or vanished socket has inode 0 or no line."""
    wanted = (f"0100007F:{server_port:04X}", f"0100007F:{client_port:04X}")
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if (fields[1], fields[2]) == wanted:
            return fields[9] != "0"
    return False


def _until_cut(plain_socket, server_port, trickle=None, start=None):
    """Waits until the server lets go, sending one piece of `trickle` now and then; counts from `start`, or from now."""
    client_port = plain_socket.getsockname()[1]
    eventually(lambda: server_holds(server_port, client_port), "the connection is accepted")
    start = start or time.monotonic()
    next_byte = start + TRICKLE_SECONDS
    while server_holds(server_port, client_port):
        now = time.monotonic()
        assert now - start < PATIENCE, f"still served after {PATIENCE} s"
        if trickle and now >= next_byte:
            try:
                plain_socket.send(next(trickle))
            except OSError:
                pass
            next_byte += TRICKLE_SECONDS
        time.sleep(0.05)
    return time.monotonic() - start


def _what_was_said(connection):
    said, data = connection.buffer, connection.receive()
    while data:
        said += data
        data = connection.receive()
    return said


def _bytes_forever(data):
    for index in range(1 << 30):
        yield data[index % len(data):index % len(data) + 1]


def _client_hello():
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    session = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    try:
        session.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def silent_connection(server):
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        return Cut(_until_cut(plain, server.port))


def half_handshake(server):
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.sendall(_client_hello()[:60])
        return Cut(_until_cut(plain, server.port))


def trickled_handshake(server):
    hello = _client_hello()
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        plain.sendall(hello[:60])
        return Cut(_until_cut(plain, server.port, (bytes([byte]) for byte in hello[60:])))


def _slow_http1(server, start, trickle):
    with RawConnection(server.port, server.client_context(("http/1.1",))) as connection:
        connection.send(start)
        seconds = _until_cut(connection.socket, server.port, trickle)
        return Cut(seconds, _what_was_said(connection))


def silent_head(server):
    return _slow_http1(server, b"POST /mutate--v1-pod HTTP/1.1\r\nHost: a\r\n", None)


def trickled_head(server):
    return _slow_http1(server, b"POST /mutate--v1-pod HTTP/1.1\r\nX-Slow: ", _bytes_forever(b"slow"))


def trickled_body(server):
    return _slow_http1(server, post(body=b"{" + b" " * 9_000)[:-9_000], _bytes_forever(b" "))


def second_head_on_kept_connection(server):
    with RawConnection(server.port, server.client_context(("http/1.1",))) as connection:
        connection.send(post(body=encoded(review(task_pod()))))
        assert connection.read_answer().status == 200
        connection.send(b"POST ")
        return Cut(_until_cut(connection.socket, server.port))


def trickled_head_on_admin_port(server):
    with RawConnection(server.health_port) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        seconds = _until_cut(connection.socket, server.health_port, _bytes_forever(b"slow"))
        return Cut(seconds, _what_was_said(connection))


def never_reads(server):
    """Asks for far more than the socket buffers hold and reads none of it."""
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", server.metrics_port))
        # Long requests: however many the server finds at once, their answers stay below its cap for pipelining.
        since = _fill(plain, b"GET /metrics HTTP/1.1\r\nHost: a\r\nX-Long: " + b"a" * 7000 + b"\r\n\r\n")
        return Cut(_until_cut(plain, server.metrics_port, start=since))


def _fill(connected, requests):
    """Sends until the server has not read for two seconds, and returns since when it has not."""
    connected.setblocking(False)
    pieces = itertools.repeat(requests) if isinstance(requests, bytes) else requests
    rest, quiet_since = next(pieces), time.monotonic()
    while time.monotonic() - quiet_since < 2:
        try:
            rest = rest[connected.send(rest):] or next(pieces)
            quiet_since = time.monotonic()
        except (BlockingIOError, ssl.SSLWantWriteError):
            time.sleep(0.02)
    return quiet_since


def _http2(server, **more):
    return Http2Peer(server.port, server.client_context(("h2",)), **more)


def http2_without_preface(server):
    with _http2(server, greets=False) as peer:
        return Cut(_until_cut(peer.socket, server.port))


def http2_half_preface(server):
    with _http2(server, greets=False) as peer:
        peer.write(PREFACE[:10])
        return Cut(_until_cut(peer.socket, server.port))


def http2_without_settings(server):
    with _http2(server, greets=False) as peer:
        peer.write(PREFACE)
        return Cut(_until_cut(peer.socket, server.port))


def http2_unfinished_header_block(server):
    with _http2(server) as peer:
        peer.write(peer.headers(end_headers=False)[0])
        return Cut(_until_cut(peer.socket, server.port))


def http2_trickled_body(server):
    with _http2(server) as peer:
        stream = peer.open(end_stream=False, content_length="9000")
        frames = (peer.data(stream, b" ", end_stream=False) for _ in range(1 << 30))
        return Cut(_until_cut(peer.socket, server.port, frames))


def http2_window_never_opened(server):
    """A hundred finished requests whose answers may not be sent."""
    with _http2(server, settings={0x4: 0}, opens_windows=False) as peer:
        body = encoded(review(task_pod()))
        for _ in range(100):
            if peer.is_closed:
                break
            peer.open(body)
        return Cut(_until_cut(peer.socket, server.port))


def http2_never_reads(server):
    """Opens every window, asks for far more than the socket buffers hold and reads none of it."""
    with _http2(server, settings={0x4: 2**31 - 1}) as peer:
        peer.write(peer.window(0, 2**30))
        body = encoded(review(task_pod()))

        def requests():
            while True:
                head, stream = peer.headers()
                yield head + peer.data(stream, body)

        since = _fill(peer.socket, requests())
        return Cut(_until_cut(peer.socket, server.port, start=since))


HANDSHAKE = {each.__name__: each for each in (silent_connection, half_handshake, trickled_handshake)}
HEADS = {each.__name__: each for each in (
    silent_head, trickled_head, second_head_on_kept_connection, trickled_head_on_admin_port,
    http2_without_preface, http2_half_preface, http2_without_settings, http2_unfinished_header_block)}
BODIES = {each.__name__: each for each in (trickled_body, http2_trickled_body)}
READERS = {each.__name__: each for each in (never_reads, http2_window_never_opened, http2_never_reads)}
PEERS = {**HANDSHAKE, **HEADS, **BODIES, **READERS}
