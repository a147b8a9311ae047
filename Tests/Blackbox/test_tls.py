"""TLS as seen by openssl, and peers that do not speak it."""

import random
import socket
import ssl

import pytest
from certificates import Authority, openssl
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod

BODY = encoded(review(task_pod(), uid="tls"))
REQUEST = post(body=BODY, fields=[("Connection", "close")])


def s_client(server, *arguments, stdin=REQUEST):
    """What `openssl s_client` says; it ends when the server closes."""
    done = openssl("s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", server.authority.pair.certificate,
                   "-ign_eof", *arguments, stdin=stdin)
    return (done.stdout + done.stderr).decode(errors="replace")


def is_refused(server, *arguments):
    return "Cipher is (NONE)" in s_client(server, *arguments, stdin=b"")


# Versions and ciphers

@pytest.mark.parametrize("version,name", [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")])
def test_version_is_served_with_a_verified_certificate(webhook, version, name):
    said = s_client(webhook, version, "-servername", "localhost", "-verify_return_error")
    assert f"New, {name}" in said and "Verify return code: 0 (ok)" in said
    assert "HTTP/1.1 200 OK" in said


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_old_version_is_refused(webhook, version):
    said = s_client(webhook, version, "-cipher", "ALL:@SECLEVEL=0", stdin=b"")
    assert "Cipher is (NONE)" in said and "alert protocol version" in said


@pytest.mark.parametrize("cipher", [
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_forward_secret_aead_suite_is_served_over_tls12(webhook, cipher):
    assert f"Cipher is {cipher}" in s_client(webhook, "-tls1_2", "-cipher", cipher)


@pytest.mark.parametrize("cipher", [
    "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-CCM",
    "DHE-RSA-AES128-GCM-SHA256", "AES128-GCM-SHA256", "AES128-SHA", "ECDHE-ECDSA-CAMELLIA128-SHA256",
    "ADH-AES128-GCM-SHA256", "AECDH-NULL-SHA", "PSK-AES128-GCM-SHA256", "ECDHE-ECDSA-NULL-SHA"])
def test_other_suite_is_refused_over_tls12(webhook, cipher):
    assert is_refused(webhook, "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")


def test_minimum_version_flag_refuses_tls12(start_webhook):
    server = start_webhook(tls_min_version="1.3")
    assert is_refused(server, "-tls1_2")
    assert "HTTP/1.1 200 OK" in s_client(server, "-tls1_3")


# What a connection does not do

def test_renegotiation_is_refused(webhook):
    said = s_client(webhook, "-tls1_2", "-legacy_renegotiation")
    assert "Secure Renegotiation IS supported" in said
    done = openssl("s_client", "-connect", f"127.0.0.1:{webhook.port}", "-tls1_2", stdin=b"R\n" + REQUEST)
    text = (done.stdout + done.stderr).decode(errors="replace")
    assert "RENEGOTIATING" in text and "no renegotiation" in text
    assert "HTTP/1.1 200" not in text


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_no_compression_no_tickets_no_resumption(webhook, version, tmp_path):
    said = s_client(webhook, version, "-sess_out", tmp_path / "session", "-comp")
    assert "Compression: NONE" in said or "Compression:" not in said
    assert "session ticket:" not in said.lower() and "New Session Ticket arrived" not in said
    if (tmp_path / "session").exists():
        assert "New, TLSv1" in s_client(webhook, version, "-sess_in", tmp_path / "session")


def test_no_early_data(webhook):
    context = webhook.client_context()
    with RawConnection(webhook.port, context) as first:
        first.send(REQUEST)
        assert first.read_answer().status == 200
        session = first.socket.session
    assert session is None or not session.has_ticket


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_close_is_announced(webhook, version):
    """The answer's end is authenticated: close_notify comes before the end of the stream."""
    context = webhook.new_client_context()
    context.maximum_version = version
    with socket.create_connection(("127.0.0.1", webhook.port), timeout=5) as plain:
        with context.wrap_socket(plain, server_hostname="localhost", suppress_ragged_eofs=False) as session:
            session.sendall(REQUEST)
            said = b""
            while data := session.recv(65536):
                said += data
    assert said.startswith(b"HTTP/1.1 200")


# Names

@pytest.mark.parametrize("arguments", [
    ("-noservername",), ("-servername", "localhost"), ("-servername", "somebody.else.example"),
    ("-servername", "kelos-token-webhook.kelos-token-system.svc")])
def test_any_server_name_is_served(webhook, arguments):
    assert "HTTP/1.1 200 OK" in s_client(webhook, *arguments)


# Client certificates

@pytest.fixture(scope="module")
def client_authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("clients"), "client-ca")


@pytest.fixture
def guarded(start_webhook, client_authority):
    return start_webhook(client_ca_file=client_authority.pair.certificate)


def _asks(server, pair, version):
    context = server.new_client_context(certificate=pair)
    context.maximum_version = version
    try:
        with RawConnection(server.port, context) as connection:
            connection.send(REQUEST)
            return connection.read_answer().status
    except (OSError, EOFError):
        return None


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_client_certificate_is_required_from_the_right_authority(guarded, client_authority, authority, version):
    assert _asks(guarded, None, version) is None
    assert _asks(guarded, authority.issue(usage="clientAuth"), version) is None
    assert _asks(guarded, client_authority.issue(usage="clientAuth", expired=True), version) is None
    assert _asks(guarded, client_authority.issue(usage="serverAuth"), version) is None
    assert _asks(guarded, client_authority.issue("kube-apiserver", usage="clientAuth"), version) == 200


def test_readiness_holds_although_the_own_probe_has_no_certificate(guarded):
    assert guarded.health("/readyz")[0] == 200


def test_refused_clients_are_counted(guarded):
    before = guarded.metrics().total("kelos_token_tls_failures_total", phase="handshake")
    assert _asks(guarded, None, ssl.TLSVersion.TLSv1_2) is None
    assert guarded.metrics().total("kelos_token_tls_failures_total", phase="handshake") >= before + 1


# No TLS at all

GARBAGE = {
    "zeros": b"\x00" * 64,
    "random": random.Random(7).randbytes(256),
    "sslv2-hello": b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10" + b"\x01" * 40,
    "ssh": b"SSH-2.0-OpenSSH_9.2\r\n",
    "alert": b"\x15\x03\x01\x00\x02\x02\x28",
    "application-data": b"\x17\x03\x03\x00\x10" + b"a" * 16,
    "huge-record": b"\x16\x03\x01\xff\xff" + b"\x01" * 70_000,
    "hello-of-no-length": b"\x16\x03\x01\x00\x04\x01\x00\x00\x00",
}


@pytest.mark.parametrize("name", sorted(GARBAGE))
def test_garbage_ends_the_connection_at_once(webhook, name):
    with RawConnection(webhook.port, seconds=3) as connection:
        try:
            connection.send(GARBAGE[name])
            if name == "random":
                connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            return
        said = b""
        while data := connection.receive():
            said += data
        assert len(said) < 200 and (not said or said[0] in (0x15, 0x48))


def test_bytes_broken_after_the_handshake_end_the_connection(webhook):
    with socket.create_connection(("127.0.0.1", webhook.port), timeout=5) as plain:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = webhook.client_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
        while True:
            try:
                session.do_handshake()
                break
            except ssl.SSLWantReadError:
                plain.sendall(outgoing.read())
                incoming.write(plain.recv(65536))
        plain.sendall(outgoing.read())
        session.write(REQUEST)
        record = bytearray(outgoing.read())
        record[-1] ^= 1
        plain.sendall(record)
        said = b""
        while data := plain.recv(65536):
            said += data
    assert len(said) < 200, "an alert and no answer"


def test_many_failed_handshakes_are_logged_sparingly(start_webhook):
    server = start_webhook()
    start = server.log_size()
    for _ in range(200):
        with RawConnection(server.port) as connection:
            connection.send(b"\x16\x03\x01\x00\x04\x01\x00\x00\x00")
            connection.receive()
    assert 1 <= server.log_since(start).count("TLS handshake failed") <= 10
    assert server.metrics().total("kelos_token_tls_failures_total", phase="handshake") >= 200


@pytest.mark.parametrize("name", ["silent_connection", "half_handshake", "trickled_handshake"])
def test_slow_peer_without_handshake_is_cut_after_ten_seconds(slow, name):
    assert 9 <= slow[name].result().seconds <= 15
