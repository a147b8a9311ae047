"""HTTP/2 by the frame: what works, what is refused, and floods that must not cost the other clients anything."""

import signal
import subprocess

import pytest
from hpack import Encoder
from http2_peer import ENHANCE_YOUR_CALM, LAST_POSSIBLE_STREAM, PREFACE, REFUSED_STREAM, Http2Peer
from hyperframe.frame import (
    ContinuationFrame, DataFrame, HeadersFrame, PriorityFrame, SettingsFrame,
)
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod, verdict

SENT = review(task_pod(), uid="over-http2")
BODY = encoded(SENT)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def still_serves(webhook, make_client):
    """Afterwards the server lives, answers both protocols and has not kept memory: what a flood may cost."""
    make_client(webhook, "http2").request(body=BODY)
    before = webhook.resident_bytes()
    yield
    assert webhook.process.poll() is None, "the server died"
    for kind in ("http1", "http2"):
        assert make_client(webhook, kind).request(body=BODY)[0] == 200
    assert webhook.resident_bytes() - before < 10 * MEBIBYTE


# It works

def test_review_is_answered(speak_http2):
    peer = speak_http2()
    stream = peer.exchange(BODY)
    assert stream.status == 200 and verdict(stream.body, SENT).operations
    assert all(name == name.lower() for name, _ in stream.fields)
    assert not {"connection", "transfer-encoding", "keep-alive"} & set(dict(stream.fields))


def test_settings_are_acknowledged_and_state_the_limits(speak_http2):
    peer = speak_http2()
    peer.exchange(BODY)
    assert peer.settings_acks == 1
    assert peer.settings[SettingsFrame.MAX_CONCURRENT_STREAMS] == 100
    assert peer.settings.get(SettingsFrame.ENABLE_PUSH, 0) in (0, 1)


def test_body_without_content_length_and_with_padding_and_split_headers(speak_http2):
    peer = speak_http2()
    head, stream = peer.headers()
    frame = DataFrame(stream, BODY, pad_length=17)
    frame.flags |= {"END_STREAM", "PADDED"}
    peer.write(head + frame.serialize())
    assert peer.wait_for(stream).status == 200
    block, stream = Encoder().encode(peer.request_fields()), peer.next_stream
    first = HeadersFrame(stream, block[:7])
    rest = ContinuationFrame(stream, block[7:])
    rest.flags.add("END_HEADERS")
    peer.next_stream += 2
    peer.encoder = Encoder()
    peer.write(first.serialize() + rest.serialize() + peer.data(stream, BODY))
    peer.streams[stream] = type(peer.streams[1])()
    assert peer.wait_for(stream).status == 200


def test_hundred_streams_at_once_are_all_answered(speak_http2):
    peer = speak_http2()
    streams = [peer.open(BODY) for _ in range(100)]
    assert [peer.wait_for(stream).status for stream in streams] == [200] * 100


def test_large_body_flows(make_client, webhook):
    sent = review(task_pod(filler_bytes=2_900_000))
    status, _, body = make_client(webhook, "http2").request(body=encoded(sent))
    assert status == 200 and verdict(body, sent).operations


def test_large_answer_waits_for_a_small_window(speak_http2):
    peer = speak_http2(settings={SettingsFrame.INITIAL_WINDOW_SIZE: 100}, opens_windows=False)
    stream = peer.open(BODY)
    peer.read_until(lambda: len(peer.streams[stream].body) == 100)
    assert not peer.streams[stream].is_ended
    peer.write(peer.window(stream, 100_000))
    assert verdict(peer.wait_for(stream).body, SENT).operations


def test_curl_and_nghttp_work(webhook, authority, tmp_path):
    body = tmp_path / "review.json"
    body.write_bytes(BODY)
    url = f"https://localhost:{webhook.port}/mutate--v1-pod?timeout=10s"
    curl = subprocess.run(
        ["curl", "-sS", "--http2", "--cacert", authority.pair.certificate, "-H", "Content-Type: application/json",
         "--data-binary", f"@{body}", "-w", "\n%{http_code} %{http_version}", url], capture_output=True, timeout=10)
    assert curl.stdout.decode().splitlines()[-1] == "200 2", curl.stderr
    nghttp = subprocess.run(
        ["nghttp", "-v", "--no-verify-peer", "-H", "content-type: application/json", "-d", body, url],
        capture_output=True, timeout=10)
    assert b":status: 200" in nghttp.stdout and nghttp.returncode == 0


def test_h2load_finds_no_failure(webhook, tmp_path):
    body = tmp_path / "review.json"
    body.write_bytes(BODY)
    done = subprocess.run(
        ["h2load", "-n2000", "-c10", "-m10", "-d", body, "-H", "content-type: application/json",
         f"https://localhost:{webhook.port}/mutate--v1-pod"], capture_output=True, timeout=30)
    assert b"2000 succeeded, 0 failed, 0 errored, 0 timeout" in done.stdout
    assert b"2000 2xx, 0 3xx, 0 4xx, 0 5xx" in done.stdout


# Switched off

def test_without_http2_only_http1_is_negotiated(start_webhook, authority):
    server = start_webhook(enable_http2="false")
    with RawConnection(server.port, server.client_context(("h2", "http/1.1"))) as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"
        connection.send(PREFACE + post(body=BODY))
        assert [answer.status for answer in connection.read_to_end().answers] == [400]


@pytest.mark.parametrize("offered,chosen", [
    (("http/1.1",), "http/1.1"), (("h2",), "h2"), (("http/1.1", "h2"), "h2"), (("h2", "http/1.1"), "h2"),
    (("spdy/3", "h2"), "h2"), ((), None)])
def test_protocol_is_chosen_by_alpn(webhook, offered, chosen):
    with RawConnection(webhook.port, webhook.client_context(offered)) as connection:
        assert connection.socket.selected_alpn_protocol() == chosen
        if chosen != "h2":
            connection.send(post(body=BODY))
            assert connection.read_answer().status == 200


# One bad stream ends, the connection goes on

BAD_FIELDS = {
    "no-path": [(":method", "POST"), (":scheme", "https"), (":authority", "a")],
    "no-method": [(":path", "/mutate--v1-pod"), (":scheme", "https"), (":authority", "a")],
    "no-scheme": [(":path", "/mutate--v1-pod"), (":method", "POST"), (":authority", "a")],
    "empty-path": [(":method", "POST"), (":scheme", "https"), (":authority", "a"), (":path", "")],
    "path-without-slash": [(":method", "POST"), (":scheme", "https"), (":authority", "a"), (":path", "mutate")],
    "duplicate-path": Http2Peer.request_fields(None) + [(":path", "/other")],
    "pseudo-after-regular": [("x-a", "1"), *Http2Peer.request_fields(None)],
    "unknown-pseudo": [(":unknown", "1"), *Http2Peer.request_fields(None)],
    "status-in-request": [(":status", "200"), *Http2Peer.request_fields(None)],
    "upper-case-name": Http2Peer.request_fields(None) + [("X-Upper", "1")],
    "connection-field": Http2Peer.request_fields(None) + [("connection", "keep-alive")],
    "transfer-encoding": Http2Peer.request_fields(None) + [("transfer-encoding", "chunked")],
    "te-gzip": Http2Peer.request_fields(None) + [("te", "gzip")],
    "newline-in-value": Http2Peer.request_fields(None) + [("x-a", "1\r\nx-b: 2")],
    "nul-in-value": Http2Peer.request_fields(None) + [("x-a", "1\x002")],
    "space-in-name": Http2Peer.request_fields(None) + [("x a", "1")],
    "bad-content-length": Http2Peer.request_fields(None) + [("content-length", "+5")],
    "two-content-lengths": Http2Peer.request_fields(None) + [("content-length", "5"), ("content-length", "6")],
}


@pytest.mark.parametrize("name", sorted(BAD_FIELDS))
def test_malformed_request_is_refused_and_the_connection_goes_on(speak_http2, name):
    peer = speak_http2()
    head, stream = peer.headers(BAD_FIELDS[name], end_stream=True)
    peer.write(head)
    refused = peer.wait_for(stream)
    assert refused.reset_code is not None or refused.status == 400
    assert peer.exchange(BODY).status == 200


@pytest.mark.parametrize("announced,sent", [(5, b"123456"), (7, b"123456"), (1, b"")])
def test_body_of_another_length_than_announced_is_refused(speak_http2, announced, sent):
    peer = speak_http2()
    head, stream = peer.headers(peer.request_fields(content_length=str(announced)))
    peer.write(head + peer.data(stream, sent))
    refused = peer.wait_for(stream)
    assert refused.reset_code is not None or refused.status == 400
    assert peer.exchange(BODY).status == 200


def test_announced_length_over_the_limit_is_413_at_once(speak_http2):
    peer = speak_http2()
    stream = peer.open(end_stream=False, content_length=str(7 * MEBIBYTE + 1))
    peer.read_until(lambda: peer.streams[stream].status)
    assert peer.streams[stream].status == 413
    assert peer.exchange(BODY).status == 200


def test_unannounced_body_over_the_limit_is_413(start_webhook, speak_http2):
    peer = speak_http2(start_webhook(max_request_bytes="10000"))
    stream = peer.open(b" " * 20_000, end_stream=False)
    peer.read_until(lambda: peer.streams[stream].status)
    assert peer.streams[stream].status == 413
    assert peer.exchange(BODY).status == 200


def test_more_streams_than_allowed_are_refused_and_may_be_tried_again(speak_http2):
    peer = speak_http2()
    streams = [peer.open(end_stream=False) for _ in range(101)]
    assert peer.wait_for(streams[-1]).reset_code == REFUSED_STREAM
    for stream in streams[:-1]:
        peer.write(peer.data(stream, BODY))
    assert {peer.wait_for(stream).status for stream in streams[:-1]} == {200}


def test_too_many_header_bytes_are_431_or_a_reset(speak_http2):
    peer = speak_http2()
    fields = peer.request_fields() + [(f"x-{index}", "a" * 1000) for index in range(17)]
    head, stream = peer.headers(fields, end_stream=True)
    peer.write(head)
    peer.read_until(lambda: peer.streams[stream].is_over or peer.has_ended)
    assert peer.streams[stream].status in (431, None)


# Broken connections

def _settings(flags=(), stream=0, **values):
    frame = SettingsFrame(stream)
    frame.flags |= set(flags)
    frame.settings = values
    return frame.serialize()


def _frame(kind, flags, stream, payload):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


BROKEN = {
    "data-on-stream-0": _frame(0, 1, 0, b"a"),
    "headers-on-stream-0": _frame(1, 5, 0, b"\x83"),
    "even-stream": _frame(1, 5, 2, Encoder().encode(Http2Peer.request_fields(None))),
    "settings-wrong-length": _frame(4, 0, 0, b"12345"),
    "settings-ack-with-body": _frame(4, 1, 0, b"123456"),
    "settings-on-a-stream": _frame(4, 0, 1, b""),
    "settings-window-too-large": _frame(4, 0, 0, b"\x00\x04\xff\xff\xff\xff"),
    "settings-frame-size-too-small": _frame(4, 0, 0, b"\x00\x05\x00\x00\x00\x01"),
    "ping-wrong-length": _frame(6, 0, 0, b"1234567"),
    "ping-on-a-stream": _frame(6, 0, 1, b"12345678"),
    "window-overflow": _frame(8, 0, 0, b"\x7f\xff\xff\xff"),
    "window-zero": _frame(8, 0, 0, b"\x00\x00\x00\x00"),
    "reset-of-an-idle-stream": _frame(3, 0, 99, b"\x00\x00\x00\x08"),
    "data-on-an-idle-stream": _frame(0, 1, 99, b"a"),
    "push-promise": _frame(5, 4, 1, b"\x00\x00\x00\x02\x83"),
    "frame-too-large": _frame(0, 0, 1, b"a" * 16385),
    "bad-hpack-index": _frame(1, 5, 1, b"\xff\xff\xff\x0f"),
    "continuation-alone": _frame(9, 4, 1, b"\x83"),
    "headers-interrupted": _frame(1, 1, 1, b"\x83") + _frame(6, 0, 0, b"12345678"),
    "padding-too-long": _frame(1, 13, 1, b"\xff\x83"),
}


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_frame_ends_the_connection_with_a_reason(speak_http2, still_serves, name):
    peer = speak_http2()
    peer.read_until(lambda: peer.settings)
    peer.write(BROKEN[name])
    assert peer.read_until(lambda: False), "the connection stays open"
    assert [code for code, _ in peer.goaways if code], "no GOAWAY says why"


@pytest.mark.parametrize("start", [
    b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"\x00" * 24])
def test_wrong_preface_ends_the_connection(speak_http2, start):
    peer = speak_http2(greets=False)
    peer.write(start)
    assert peer.read_until(lambda: False)


def test_unknown_frames_and_settings_are_ignored(speak_http2):
    peer = speak_http2()
    peer.write(_frame(0xEE, 0xFF, 0, b"whatever") + _frame(4, 0, 0, b"\xff\x00\x00\x00\x00\x01"))
    assert peer.exchange(BODY).status == 200


# Floods

def flood(peer, chunk, times):
    """Sends `chunk` again and again until the server ends the connection."""
    for _ in range(times):
        if peer.has_ended or not peer.write(chunk):
            break
    peer.read_until(lambda: peer.has_ended)
    assert peer.has_ended, f"tolerated {times} times {len(chunk)} bytes"


def test_rapid_reset_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    sent = 0
    while sent < 10_000 and not peer.has_ended:
        burst = b""
        for _ in range(100):
            head, stream = peer.headers()
            burst += head + peer.reset(stream)
        sent += 100
        if not peer.write(burst):
            break
    peer.read_until(lambda: peer.has_ended)
    assert peer.has_ended and sent < 5_000


def test_continuation_flood_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    peer.write(peer.headers(end_headers=False)[0])
    flood(peer, ContinuationFrame(1, b"\x00\x01a\x01b").serialize() * 100, 100)


def test_empty_continuation_flood_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    peer.write(peer.headers(end_headers=False)[0])
    flood(peer, ContinuationFrame(1, b"").serialize() * 1000, 100)


def test_header_bomb_is_refused(speak_http2, still_serves):
    peer = speak_http2()
    encoder = Encoder()
    block = encoder.encode([*peer.request_fields(), ("x-bomb", "a" * 3900)])
    block += b"\xbe" * 12_000
    head, stream = peer.headers(block=block, end_stream=True)
    peer.write(head)
    peer.read_until(lambda: peer.has_ended or peer.streams[stream].is_over)
    assert peer.has_ended or peer.streams[stream].is_over
    assert peer.streams[stream].status in (431, None)


def test_ping_flood_without_reading_is_stopped_or_throttled(speak_http2, still_serves):
    peer = speak_http2()
    for _ in range(100):
        if not peer.write(peer.ping() * 1000):
            break
    assert peer.has_ended or peer.synchronise()


def test_settings_flood_is_bounded(speak_http2, still_serves):
    peer = speak_http2()
    for _ in range(100):
        if not peer.write(SettingsFrame(0).serialize() * 1000):
            break
    assert peer.has_ended or peer.synchronise()


def test_settings_with_many_entries_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    flood(peer, _frame(4, 0, 0, b"\x00\x04\x00\x00\xff\xff" * 2000), 20)


def test_empty_data_flood_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    stream = peer.open(end_stream=False)
    flood(peer, peer.data(stream, b"", end_stream=False) * 1000, 100)


def test_priority_flood_is_bounded(speak_http2, still_serves):
    peer = speak_http2()
    streams = iter(range(1, 2_000_001, 2))
    for _ in range(100):
        if not peer.write(b"".join(PriorityFrame(next(streams), 0, 15).serialize() for _ in range(500))):
            break
    assert peer.has_ended or peer.synchronise()


def test_window_update_flood_is_bounded(speak_http2, still_serves):
    peer = speak_http2()
    for _ in range(100):
        if not peer.write(peer.window(0, 1) * 1000):
            break
    assert peer.has_ended or peer.synchronise()


MADE_YOU_RESET = {
    "zero-increment": lambda peer, stream: _frame(8, 0, stream, b"\x00\x00\x00\x00"),
    "window-overflow": lambda peer, stream: peer.window(stream, LAST_POSSIBLE_STREAM),
    "data-after-end": lambda peer, stream: peer.data(stream, b"a") + peer.data(stream, b"a"),
    "headers-after-end": lambda peer, stream: (
        peer.data(stream, b"a") + peer.headers(peer.request_fields(), stream=stream, end_stream=True)[0]),
    "priority-on-itself": lambda peer, stream: _frame(2, 0, stream, stream.to_bytes(4, "big") + b"\x10"),
    "malformed-fields": lambda peer, stream: peer.headers(
        [("X-Upper", "1")], stream=stream, end_stream=True)[0],
}


@pytest.mark.parametrize("name", sorted(MADE_YOU_RESET))
def test_server_made_to_reset_its_own_streams_gives_up_soon(speak_http2, still_serves, name):
    peer = speak_http2()
    for count in range(1, 1001):
        head, stream = peer.headers()
        if peer.has_ended or not peer.write(head + MADE_YOU_RESET[name](peer, stream)):
            break
        if count % 50 == 0 and not peer.synchronise():
            break
    peer.read_until(lambda: peer.has_ended)
    assert peer.has_ended and count <= 400


def test_flood_of_malformed_requests_is_stopped(speak_http2, still_serves):
    peer = speak_http2()
    for count in range(1, 2001):
        if peer.has_ended or not peer.write(peer.headers(BAD_FIELDS["upper-case-name"], end_stream=True)[0]):
            break
        if count % 50 == 0 and not peer.synchronise():
            break
    peer.read_until(lambda: peer.has_ended)
    assert peer.has_ended and count < 2000
    assert {code for code, _ in peer.goaways} <= {0, 1, ENHANCE_YOUR_CALM}


# Leaving

def test_sigterm_drains_in_two_steps_and_loses_no_stream(start_webhook, speak_http2):
    server = start_webhook(shutdown_delay="300ms")
    peer = speak_http2(server)
    early = [peer.open(BODY[:100], end_stream=False) for _ in range(3)]
    assert peer.synchronise()
    server.signal(signal.SIGTERM)
    assert peer.read_until(lambda: peer.goaways)
    assert peer.goaways[0] == (0, LAST_POSSIBLE_STREAM)
    late = peer.open(BODY)
    for stream in early:
        peer.write(peer.data(stream, BODY[100:]))
    for stream in early:
        assert verdict(peer.wait_for(stream).body, SENT).operations
    assert peer.read_until(lambda: False), "the connection is closed when the last stream is done"
    code, last_served = peer.goaways[-1]
    assert code == 0 and last_served >= max(early)
    # The late one was answered, or the client knows for sure that it may send it again.
    assert peer.streams[late].status == 200 or late > last_served or peer.streams[late].reset_code == REFUSED_STREAM
    assert server.exit_code() == 0


def test_connection_made_while_draining_is_served_and_then_closed(start_webhook, speak_http2):
    server = start_webhook(shutdown_delay="2s")
    server.signal(signal.SIGTERM)
    peer = speak_http2(server)
    assert peer.exchange(BODY).status == 200
    assert peer.read_until(lambda: peer.goaways) and peer.goaways[0][0] == 0
