"""Nothing of a request ever comes back: not in logs at any level, not in metrics, not in errors."""

import pytest
from http2_peer import Http2Peer
from raw_connection import RawConnection
from reviews import encoded, review, task_pod

# Shaped like the credentials that could be in a pod: both forms of installation tokens, a PAT, a key, a password.
CANARIES = {
    "short-token": "ghs_" + "Canary1" * 6,
    "long-token": "ghs_123456_eyJhbGciOiJSUzI1NiJ9." + "Canary2" * 60 + ".sig-nature_",
    "pat": "github_pat_" + "Canary3" * 8,
    "key": "-----BEGIN RSA PRIVATE KEY-----\\nCanary4Canary4\\n-----END RSA PRIVATE KEY-----",
    "password": "hunter2-Canary5",
}
MARK = "Canary"


def pod_full_of_secrets():
    made = task_pod()
    for index, each in enumerate(made["spec"]["containers"] + made["spec"]["initContainers"]):
        each["env"] += [{"name": f"SECRET_{index}_{name.upper().replace('-', '_')}", "value": value}
                        for name, value in CANARIES.items()]
        each["args"] = ["--token", CANARIES["short-token"]]
    made["metadata"]["annotations"] = {"example.com/" + name: value for name, value in CANARIES.items()}
    made["metadata"]["labels"]["example.com/label"] = "Canary6"
    return made


def malformed_bodies():
    text = encoded(review(pod_full_of_secrets()))
    token = CANARIES["short-token"].encode()
    cut = text.index(token) + 10
    return [
        text[:cut], text + token, text.replace(b'"value":"ghs_', b'"value":ghs_'), token, b'"' + token + b'"',
        b'{"kind":"' + token + b'"}', b'{"' + token + b'":1,"' + token + b'":2}', b'{"kind":"\\x' + token + b'"}',
        text.replace(token, token + b"\x00"), text.replace(token, token + b"\xff"), b"[" * 2000 + token,
        encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/" + MARK, "request": {}}),
        encoded({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1",
                 "request": {"uid": 5, "operation": MARK}}),
    ]


@pytest.fixture(params=["debug", "9"], ids=["at-debug", "at-verbosity-9"])
def talkative(start_webhook, request):
    """A server at its most talkative. A log level above 0 that is a number is a verbosity."""
    return start_webhook(zap_log_level=request.param)


def assert_clean(server):
    assert MARK.lower() not in server.log_text().lower()
    text = server.admin(server.metrics_port, "/metrics")[2].decode()
    assert MARK.lower() not in text.lower()


def test_reviews_leave_no_trace(talkative, make_client):
    for kind in ("http1", "http2"):
        client = make_client(talkative, kind)
        for operation in ("CREATE", "UPDATE"):
            status, _, body = client.request(body=encoded(review(pod_full_of_secrets(), operation=operation)))
            assert status == 200 and MARK.encode() not in body
    assert talkative.log_lines()
    assert_clean(talkative)


def test_refused_pods_leave_no_trace(talkative, make_client):
    made = pod_full_of_secrets()
    made["spec"]["volumes"].append({"name": "kelos-github-token", "secret": {"secretName": "Canary7"}})
    status, _, body = make_client(talkative).request(body=encoded(review(made)))
    assert status == 200 and b'"allowed":false' in body and MARK.encode() not in body
    assert_clean(talkative)


def test_malformed_bodies_leave_no_trace(talkative, make_client):
    for kind in ("http1", "http2"):
        client = make_client(talkative, kind)
        for body in malformed_bodies():
            status, _, answer = client.request(body=body)
            assert status == 400 and MARK.encode() not in answer, body[:60]
    assert_clean(talkative)


def test_heads_leave_no_trace(talkative, make_client):
    body = encoded(review(task_pod()))
    client = make_client(talkative)
    for path in ("/Canary8", "/mutate--v1-pod/Canary8", "/mutate--v1-pod?timeout=Canary8", "/%43anary8"):
        assert MARK.encode() not in client.request(path, body)[2]
    for fields in ({"authorization": "Bearer Canary9"}, {"x_canary9": "Canary9"}, {"user_agent": "Canary9"},
                   {"content_encoding": "Canary9"}, {"expect": "Canary9"}):
        assert MARK.encode() not in make_client(talkative).request(body=body, **fields)[2]
    assert MARK.encode() not in client.request(body=body, content_type="application/Canary9")[2]
    assert MARK.encode() not in make_client(talkative).request(body=body, method="CANARY")[2]
    assert_clean(talkative)


def test_broken_protocol_leaves_no_trace(talkative):
    broken = [b"Canary10\r\n\r\n", b"POST /Canary10\r\n\r\n", b"POST / HTTP/1.1\r\nCanary10\r\n\r\n",
              b"POST / HTTP/1.1\r\nHost: a\r\nCanary10 : a\r\n\r\n", b"POST / HTTP/1.1\r\nHost: Canary10 a\r\n\r\n",
              b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: Canary10\r\n\r\n",
              b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Canary10\r\n\r\n", b"POST / CANARY/1.1\r\n\r\n"]
    for request in broken:
        with RawConnection(talkative.port, talkative.client_context()) as connection:
            connection.send(request)
            said = connection.read_to_end()
            assert said.answers and all(MARK.lower() not in repr(answer).lower() for answer in said.answers)
    with Http2Peer(talkative.port, talkative.client_context(("h2",))) as peer:
        head, stream = peer.headers([*peer.request_fields(), ("X-Canary11", "Canary11")], end_stream=True)
        peer.write(head)
        peer.wait_for(stream)
    with RawConnection(talkative.port) as connection:
        connection.send(b"GET /Canary12 HTTP/1.1\r\n\r\n")
        while data := connection.receive():
            assert MARK.encode() not in data
    assert_clean(talkative)


def test_plain_ports_echo_nothing(talkative):
    for port in (talkative.health_port, talkative.metrics_port):
        for path in ("/Canary13", "/healthz/Canary13", "/readyz?exclude=Canary13&verbose", "/metrics?Canary13"):
            assert MARK.encode() not in talkative.admin(port, path)[2]
    assert_clean(talkative)


def test_unreadable_key_is_not_quoted(start_webhook, tmp_path):
    key = tmp_path / "tls.key"
    key.write_text("-----BEGIN EC PRIVATE KEY-----\nCanary14Canary14Canary14\n-----END EC PRIVATE KEY-----\n")
    server = start_webhook(wait=False, tls_private_key_file=key)
    assert server.exit_code() == 1
    assert MARK not in server.log_text()


def test_server_name_and_alpn_of_a_failed_handshake_are_not_logged(talkative):
    context = talkative.client_context(("canary15",))
    try:
        with RawConnection(talkative.port, context, server_name="canary15.example"):
            pass
    except OSError:
        pass
    assert_clean(talkative)


def test_line_breaks_in_a_pod_cannot_forge_log_lines(talkative, make_client):
    made = task_pod()
    forged = 'a\\n{"level":"info","msg":"Forged"}'
    made["metadata"]["generateName"] = forged.encode().decode("unicode_escape")
    sent = review(made, uid=forged.encode().decode("unicode_escape"), namespace="team\u2028\x85\ra")
    assert make_client(talkative).request(body=encoded(sent))[0] == 200
    assert not [line for line in talkative.log_lines() if line["msg"] == "Forged"]
    assert len(talkative.log_text().splitlines()) >= len(talkative.log_lines())
    assert all(character.isprintable() or character == "\n" for character in talkative.log_text())


def test_api_server_style_request_is_logged_once_at_debug(talkative, make_client):
    start = talkative.log_size()
    make_client(talkative).request(body=encoded(review(task_pod(), uid="uid-for-the-log")))
    lines = [line for line in talkative.log_since(start).splitlines() if "uid-for-the-log" in line]
    assert len(lines) == 1
