"""HTTP/1.1 on the wire: framing, limits, and what a server owes a peer that gets it wrong.

The case names follow the usual vocabulary of request smuggling; every malformed request is followed by a second one,
which must never be answered: a message whose end is in doubt ends the connection.
"""

import socket
import subprocess

import pytest
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod, verdict

CANARY_UID = "smuggled-5b1c"
CANARY = post(body=encoded(review(task_pod(), uid=CANARY_UID)))
BODY = encoded(review(task_pod(), uid="first"))

HEAD = b"POST /mutate--v1-pod HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


def head(*lines, start=b"POST /mutate--v1-pod HTTP/1.1", host=b"Host: localhost"):
    return b"\r\n".join(line for line in (start, host, *lines) if line) + b"\r\n\r\n"


def length(value):
    return HEAD + b"Content-Length: " + value + b"\r\n\r\n"


CHUNKED = b"Transfer-Encoding: chunked\r\n"
CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"
TE_VALUES = {
    "te-chunked": b"chunked", "te-identity": b"identity", "te-gzip-chunked": b"gzip, chunked", "te-empty": b"",
    "te-chunked-identity": b"chunked, identity", "te-double-chunked": b"chunked, chunked", "te-xchunked": b"xchunked",
    "te-mixed-case": b"ChUnKeD", "te-quoted": b'"chunked"', "te-trailing-comma": b"chunked,",
    "te-leading-comma": b",chunked", "te-parameter": b"chunked;q=1", "te-not-final": b"chunked, gzip",
}
TE_BAD_BYTES = {
    "te-vtab": b"\x0bchunked", "te-formfeed": b"chunked\x0c", "te-nul": b"chun\x00ked", "te-bare-cr": b"\rchunked",
    "te-obs-fold": b"\r\n chunked", "te-tab-fold": b"\r\n\tchunked",
}
CL_VALUES = {
    "cl-plus": b"+5", "cl-minus": b"-5", "cl-hex": b"0x5", "cl-leading-zero": b"05", "cl-octal-zeros": b"0005",
    "cl-comma-same": b"5, 5", "cl-comma-differing": b"5, 6", "cl-comma-only": b",", "cl-empty": b"", "cl-word": b"five",
    "cl-decimal-point": b"5.0", "cl-exponent": b"5e0", "cl-inner-space": b"5 5", "cl-underscore": b"1_0",
    "cl-overflow-64": b"18446744073709551621", "cl-overflow-signed": b"9223372036854775808",
    "cl-overflow-100-digits": b"1" * 100, "cl-trailing-comma": b"5,", "cl-semicolon": b"5;", "cl-quoted": b'"5"',
    "cl-vtab": b"\x0b5", "cl-nul": b"5\x00", "cl-fullwidth": "５".encode(), "cl-double-zero": b"00",
}
MALFORMED = {
    # Where does the body end?
    "clte": HEAD + b"Content-Length: 5\r\n" + CHUNKED + b"\r\n" + b"0\r\n\r\n",
    "tecl": HEAD + CHUNKED + b"Content-Length: 5\r\n\r\n" + b"0\r\n\r\n",
    "te-duplicate": HEAD + CHUNKED + CHUNKED + b"\r\n" + CHUNKS,
    "te-space-before-colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n" + CHUNKS,
    "te-name-underscore-and-cl": HEAD + b"Transfer-Encoding\x00: chunked\r\nContent-Length: 3\r\n\r\nabc",
    "te-leading-space-name": HEAD + b" Transfer-Encoding: chunked\r\n\r\n" + CHUNKS,
    "te-http10": b"POST /mutate--v1-pod HTTP/1.0\r\nHost: a\r\n" + CHUNKED + b"\r\n" + CHUNKS,
    "te-on-get": b"GET /mutate--v1-pod HTTP/1.1\r\nHost: a\r\n" + CHUNKED + b"\r\n" + CHUNKS,
    "te-chunk-bare-lf": HEAD + CHUNKED + b"\r\n3\nabc\n0\n\n",
    "te-chunk-extension": HEAD + CHUNKED + b"\r\n3;a=\nb\r\nabc\r\n0\r\n\r\n",
    "te-chunk-negative": HEAD + CHUNKED + b"\r\n-3\r\nabc\r\n0\r\n\r\n",
    "te-trailer": HEAD + CHUNKED + b"\r\n0\r\nContent-Length: 5\r\n\r\n",
    "duplicate-cl-same": HEAD + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
    "duplicate-cl-differing": HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "duplicate-cl-case": HEAD + b"content-length: 3\r\nCONTENT-LENGTH: 3\r\n\r\nabc",
    "cl-space-before-colon": HEAD + b"Content-Length : 3\r\n\r\nabc",
    "cl-tab-before-colon": HEAD + b"Content-Length\t: 3\r\n\r\nabc",
    "cl-obs-fold": HEAD + b"Content-Length:\r\n 3\r\n\r\nabc",
    "cl-missing": HEAD + b"\r\n",
    "expect-cl-desync": HEAD + b"Expect: 100-continue\r\nContent-Length: +3\r\n\r\nabc",
    # Lines and their ends.
    "bare-lf-request-line": HEAD.replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n") + b"Content-Length: 0\r\n\r\n",
    "bare-lf-field": HEAD + b"Content-Length: 0\n\r\n",
    "bare-lf-end": HEAD + b"Content-Length: 0\r\n\n",
    "bare-cr-in-field": HEAD + b"X: a\rb\r\nContent-Length: 0\r\n\r\n",
    "bare-cr-line-end": HEAD + b"X: a\rContent-Length: 0\r\n\r\n",
    "bare-cr-request-line": b"POST /mutate--v1-pod\rHTTP/1.1\r\nHost: a\r\n\r\n",
    "double-cr": HEAD + b"Content-Length: 0\r\r\n\r\n",
    "nul-in-value": HEAD + b"X: a\x00b\r\nContent-Length: 0\r\n\r\n",
    "nul-in-name": HEAD + b"X\x00: a\r\nContent-Length: 0\r\n\r\n",
    "obs-fold": HEAD + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
    "first-field-indented": head(b"Content-Length: 0", host=b" Host: localhost"),
    "field-without-colon": HEAD + b"Nonsense\r\nContent-Length: 0\r\n\r\n",
    "field-without-name": HEAD + b": value\r\nContent-Length: 0\r\n\r\n",
    "field-name-with-space": HEAD + b"X Y: a\r\nContent-Length: 0\r\n\r\n",
    "field-name-non-ascii": HEAD + "X\u00e9: a\r\n".encode() + b"Content-Length: 0\r\n\r\n",
    "field-name-parenthesis": HEAD + b"X(1): a\r\nContent-Length: 0\r\n\r\n",
    "delete-in-value": HEAD + b"X: a\x7fb\r\nContent-Length: 0\r\n\r\n",
    "control-in-value": HEAD + b"X: a\x01b\r\nContent-Length: 0\r\n\r\n",
    # The request line.
    "two-spaces": b"POST  /mutate--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "tab-separator": b"POST\t/mutate--v1-pod\tHTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "trailing-space": b"POST /mutate--v1-pod HTTP/1.1 \r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "leading-space": b" POST /mutate--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "no-version": b"POST /mutate--v1-pod\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "no-target": b"POST HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-lower-case": b"POST /mutate--v1-pod http/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-1.1.1": b"POST /mutate--v1-pod HTTP/1.1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-01.1": b"POST /mutate--v1-pod HTTP/01.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-1.2": b"POST /mutate--v1-pod HTTP/1.2\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-2.0": b"POST /mutate--v1-pod HTTP/2.0\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-9.9": b"POST /mutate--v1-pod HTTP/9.9\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "version-other-protocol": b"POST /mutate--v1-pod ICY/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "nul-in-target": b"POST /mutate\x00--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "space-in-target": b"POST /mutate --v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "raw-utf8-in-target": "POST /mütate HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".encode(),
    "target-without-slash": b"POST mutate--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "asterisk-post": b"POST * HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "connect-authority": b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
    "userinfo-in-target": b"POST http://u:p@a/mutate--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "method-with-brace": b"PO{ST /mutate--v1-pod HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "h2-preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "http09": b"GET /\r\n\r\n",
    "binary-garbage": bytes(range(128, 256)) * 4 + b"\r\n\r\n",
    "tls-hello-inside": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    # Host.
    "host-missing": head(b"Content-Length: 0", host=None),
    "host-duplicate": head(b"Host: localhost", b"Content-Length: 0"),
    "host-empty": head(b"Content-Length: 0", host=b"Host:"),
    "host-with-space": head(b"Content-Length: 0", host=b"Host: a b"),
    "host-with-path": head(b"Content-Length: 0", host=b"Host: a/b"),
    "host-with-userinfo": head(b"Content-Length: 0", host=b"Host: u@a"),
    "host-list": head(b"Content-Length: 0", host=b"Host: a, b"),
    "host-bad-port": head(b"Content-Length: 0", host=b"Host: a:80x"),
}
MALFORMED |= {name: HEAD + b"Transfer-Encoding: " + value + b"\r\n\r\n" + CHUNKS for name, value in TE_VALUES.items()}
MALFORMED |= {name: HEAD + b"Transfer-Encoding: " + value + b"\r\n\r\n" + CHUNKS
              for name, value in TE_BAD_BYTES.items()}
MALFORMED |= {name + "-with-cl": HEAD + b"Content-Length: 3\r\nTransfer-Encoding: " + value + b"\r\n\r\nabc"
              for name, value in (TE_VALUES | TE_BAD_BYTES).items()}
MALFORMED |= {name: length(value) + b"abcde" for name, value in CL_VALUES.items()}

OTHER_STATUS = {"cl-missing": {411}, "version-1.2": {505}, "version-2.0": {505}, "version-9.9": {505}}


@pytest.mark.parametrize("name", sorted(MALFORMED))
def test_malformed_request_ends_the_connection_and_the_next_is_never_answered(connect, name):
    connection = connect()
    connection.send(MALFORMED[name] + CANARY)
    said = connection.read_to_end()
    assert len(said.answers) == 1 and said.rest == b"", said
    answer = said.answers[0]
    expected = {501, 400} if name.startswith("te-") else OTHER_STATUS.get(name, {400})
    assert answer.status in expected
    assert answer.closes
    assert answer.value("content-type").startswith("text/plain") and answer.body.count(b"\n") == 1


UNUSUAL = {
    "absolute-form": (BODY, b"POST http://localhost:9443/mutate--v1-pod HTTP/1.1", ()),
    "absolute-form-https-upper": (BODY, b"POST HTTPS://LOCALHOST/mutate--v1-pod?timeout=1s HTTP/1.1", ()),
    "leading-empty-line": (BODY, b"\r\nPOST /mutate--v1-pod HTTP/1.1", ()),
    "spaces-around-values": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"X-A: \t  a \t ",)),
    "empty-value": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"X-A:",)),
    "obs-text": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"X-A: \xe9\xff",)),
    "all-token-characters": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"!#$%&'*+-.^_`|~09azAZ: a",)),
    "connection-keep-alive": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"Connection: keep-alive, x-a", b"X-A: 1")),
    "upgrade-ignored": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"Connection: Upgrade", b"Upgrade: h2c")),
    "identity-encoding": (BODY, b"POST /mutate--v1-pod HTTP/1.1", (b"Content-Encoding: identity",)),
}


@pytest.mark.parametrize("name", sorted(UNUSUAL))
def test_unusual_but_valid_request_is_served_and_the_connection_kept(connect, name):
    body, start, fields = UNUSUAL[name]
    connection = connect()
    lines = (*fields, b"Content-Type: application/json", b"Content-Length: " + str(len(body)).encode())
    connection.send(head(*lines, start=start) + body + CANARY)
    assert connection.read_answer().status == 200
    assert CANARY_UID.encode() in connection.read_answer().body


# However the bytes arrive

def test_byte_at_a_time_gives_the_same_answer(connect):
    whole, trickled = connect(), connect()
    request = post(body=BODY)
    whole.send(request)
    for index in range(len(request)):
        trickled.send(request[index:index + 1])
    expected, found = whole.read_answer(), trickled.read_answer()
    assert (found.status, found.fields, found.body) == (expected.status, expected.fields, expected.body)


def test_split_at_every_point_gives_the_same_answer(connect):
    connection = connect()
    request = post(body=encoded(review({"kind": "Pod"}, uid="split")))
    connection.send(request)
    expected = connection.read_answer()
    assert expected.status == 200
    for point in range(1, len(request)):
        connection.send(request[:point])
        connection.send(request[point:])
        assert connection.read_answer().body == expected.body, point


def test_hundred_pipelined_requests_are_answered_in_order(connect):
    connection = connect()
    uids = [f"pipelined-{index}" for index in range(100)]
    reviews = [review(task_pod(), uid=uid) for uid in uids]
    connection.send(b"".join(post(body=encoded(each)) for each in reviews))
    for each in reviews:
        assert verdict(connection.read_answer().body, each).operations


def test_answers_have_a_length_and_nothing_needless(connect):
    connection = connect()
    connection.send(post(body=BODY))
    answer = connection.read_answer()
    assert answer.version == "HTTP/1.1" and answer.reason == "OK"
    assert answer.value("content-type") == "application/json"
    assert answer.value("server") is None and answer.value("transfer-encoding") is None
    assert answer.value("connection") is None


# Expect

def test_expect_is_met_before_the_body_is_sent(connect):
    connection = connect()
    connection.send(post(body=BODY, fields=[("Expect", "100-continue")])[:-len(BODY)])
    assert connection.read_answer().status == 100
    connection.send(BODY)
    assert connection.read_answer().status == 200


@pytest.mark.parametrize("path,content_length,fields,status", [
    ("/mutate--v1-pod", 7 * 1024 * 1024 + 1, (), 413), ("/nowhere", 10, (), 404),
    ("/mutate--v1-pod", 10, ("Content-Encoding: gzip",), 415)])
def test_expect_is_answered_finally_when_the_body_is_not_wanted(connect, path, content_length, fields, status):
    connection = connect()
    lines = [f"Content-Length: {content_length}", "Content-Type: application/json", "Expect: 100-continue", *fields]
    connection.send(head(*(line.encode() for line in lines), start=f"POST {path} HTTP/1.1".encode()))
    said = connection.read_to_end()
    assert [answer.status for answer in said.answers] == [status] and said.answers[0].closes


def test_unknown_expectation_is_417(connect):
    connection = connect()
    connection.send(post(body=BODY, fields=[("Expect", "a-miracle")]))
    assert [answer.status for answer in connection.read_to_end().answers] == [417]


# Limits

@pytest.mark.parametrize("extra,status", [(0, 404), (1, 414)])
def test_limit_of_the_request_line_is_exact(connect, extra, status):
    connection = connect()
    frame = len(b"POST / HTTP/1.1\r\n")
    line = b"POST /" + b"a" * (8 * 1024 - frame + extra) + b" HTTP/1.1"
    connection.send(head(b"Content-Length: 0", start=line))
    answer = connection.read_answer()
    assert answer.status == status and answer.closes == (status == 414)


@pytest.mark.parametrize("count,status", [(64, 200), (65, 431)])
def test_limit_of_the_field_count_is_exact(connect, count, status):
    connection = connect()
    own = post(body=b"").count(b"\r\n") - 2
    connection.send(post(body=BODY, fields=[(f"X-{index}", "a") for index in range(count - own)]))
    answer = connection.read_answer()
    assert answer.status == status and answer.closes == (status == 431)


@pytest.mark.parametrize("extra,status", [(-64, 200), (64, 431)])
def test_limit_of_the_field_bytes(connect, extra, status):
    connection = connect()
    own = len(post(body=b"")) - len(b"POST /mutate--v1-pod HTTP/1.1\r\n") + len(b"X-Long: \r\n") + 8
    connection.send(post(body=BODY, fields=[("X-Long", "a" * (16 * 1024 - own + extra))]))
    assert connection.read_answer().status == status


def test_endless_line_is_refused_without_its_end(connect):
    for start, status in ((b"POST /" + b"a" * 9_000, 414), (HEAD + b"X: " + b"a" * 17_000, 431)):
        connection = connect()
        connection.send(start)
        assert connection.read_answer().status == status


@pytest.mark.parametrize("sent_bytes", [8 * 1024 * 1024, 24 * 1024 * 1024])
def test_413_reaches_a_client_that_goes_on_sending(connect, sent_bytes):
    connection = connect(seconds=10)
    connection.send(length(str(sent_bytes).encode()))
    piece = b" " * 65536
    for _ in range(sent_bytes // len(piece)):
        connection.send(piece)
    said = connection.read_to_end()
    assert [answer.status for answer in said.answers] == [413] and said.answers[0].closes


def test_refusal_reaches_a_client_that_goes_on_sending_in_plain_text(webhook):
    with RawConnection(webhook.metrics_port) as connection:
        connection.send(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n")
        connection.send(b" " * 4_000_000)
        said = connection.read_to_end()
    assert [answer.status for answer in said.answers] == [405]
    assert said.answers[0].value("allow") == "GET, HEAD"


# Keeping and closing

def test_connection_is_kept_after_a_refused_request_without_body(connect):
    connection = connect()
    connection.send(b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n" + CANARY)
    assert connection.read_answer().status == 404
    assert connection.read_answer().status == 200


@pytest.mark.parametrize("value", ["close", "Close", "keep-alive, close", " close ,x"])
def test_connection_close_is_honoured(connect, value):
    connection = connect()
    connection.send(post(body=BODY, fields=[("Connection", value)]) + CANARY)
    said = connection.read_to_end()
    assert [answer.status for answer in said.answers] == [200] and said.answers[0].closes


def test_http10_is_answered_and_closed(connect):
    connection = connect()
    connection.send(post(body=BODY).replace(b"HTTP/1.1", b"HTTP/1.0") + CANARY)
    said = connection.read_to_end()
    assert [answer.status for answer in said.answers] == [200] and said.answers[0].closes


def test_half_a_request_and_an_end_is_just_closed(connect):
    for part in (b"POST /muta", HEAD, length(b"100") + b"{"):
        connection = connect()
        connection.send(part)
        connection.socket.shutdown(socket.SHUT_WR)
        assert all(answer.status >= 400 for answer in connection.read_to_end().answers)


# The plain-text ports

@pytest.mark.parametrize("port_name,path,kind", [
    ("health_port", "/healthz", "text/plain"), ("health_port", "/readyz?verbose", "text/plain"),
    ("metrics_port", "/metrics", "text/plain; version=0.0.4; charset=utf-8")])
def test_head_has_the_fields_of_get_and_no_body(webhook, port_name, path, kind):
    with RawConnection(getattr(webhook, port_name)) as connection:
        for method in ("HEAD", "GET"):
            connection.send(f"{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            answer = connection.read_answer(to_head=method == "HEAD")
            assert answer.status == 200 and answer.value("content-type").startswith(kind)
            assert int(answer.value("content-length")) > 0


@pytest.mark.parametrize("port_name,path", [
    ("health_port", "/nowhere"), ("health_port", "/healthz2"), ("health_port", "/metrics"), ("metrics_port", "/"),
    ("metrics_port", "/healthz"), ("health_port", "/readyz/unknown-check")])
def test_other_paths_of_the_plain_ports_are_404(webhook, port_name, path):
    assert webhook.admin(getattr(webhook, port_name), path)[0] == 404


def test_malformed_request_on_a_plain_port_is_400(webhook):
    for port in (webhook.health_port, webhook.metrics_port):
        with RawConnection(port) as connection:
            connection.send(b"GET /metrics\r\nHost: a\r\n\r\n" + CANARY)
            said = connection.read_to_end()
            assert [answer.status for answer in said.answers] == [400]


def test_plain_http_on_the_tls_port_is_told_so(webhook):
    with RawConnection(webhook.port) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        said = b""
        while data := connection.receive():
            said += data
    assert said.startswith(b"HTTP/1.0 400 Bad Request\r\n")
    assert b"Client sent an HTTP request to an HTTPS server." in said


def test_curl_over_http1_works(webhook, authority, tmp_path):
    body = tmp_path / "review.json"
    body.write_bytes(BODY)
    done = subprocess.run(
        ["curl", "-sS", "--http1.1", "--cacert", authority.pair.certificate, "-H", "Content-Type: application/json",
         "--data-binary", f"@{body}", "-w", "\n%{http_code} %{http_version}",
         f"https://localhost:{webhook.port}/mutate--v1-pod?timeout=10s"], capture_output=True, timeout=10)
    assert done.stdout.decode().splitlines()[-1] == "200 1.1", done.stderr
