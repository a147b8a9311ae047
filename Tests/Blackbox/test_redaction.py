"""Every way for the webhook to fail, with credentials in every place that is looked at: it never repeats one.

What is told is looked through when a program stops (`program.Program.check_told`): its log, its metrics, its arguments
and its Events. These tests see to it that there is something to find. The tool that looks at installations comes last.
"""

import copy
import os
import socket

import pytest
from certificates import openssl
from http2_peer import PREFACE
from planted import (
    AT_ALL_LEVELS, JWT, LONG_TOKEN, PASSWORD, PEM, TOKEN, assert_silent, kubeconfigs, run,
)
from raw_connection import RawConnection
from reviews import encoded, review, task_pod
from waiting import eventually

# Of these a debug line tells, on purpose: what names an object is no secret.
NAMES = {"uid", "namespace", "name", "generateName", "kind"}


def places(value, path=()):
    """The path of everything in a JSON value."""
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*path, key))


def with_value(value, path, made):
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = made
    return changed


def spoilt_reviews():
    """A review with a credential in each place, of the right type and of wrong ones, as value and as key."""
    pod = task_pod()
    pod["metadata"]["labels"] |= {"a": TOKEN}
    pod["metadata"]["annotations"] = {"kelos.dev/github-token-secret": TOKEN, "b": PEM}
    for each in pod["spec"]["containers"]:
        each["env"] = [*each.get("env", []), {"name": "PASSWORD", "value": PASSWORD}]
        each |= {"args": [TOKEN], "command": [JWT]}
    whole = review(pod)
    for path in places(whole):
        if path[-1] not in NAMES:
            yield with_value(whole, path, TOKEN)
        yield with_value(whole, path, {TOKEN: PASSWORD})
        yield with_value(whole, path, [LONG_TOKEN, 1])


def console_port(server):
    return int(eventually(lambda: server.log_text().partition('"address":"127.0.0.1:')[2].partition('"')[0],
                          "the log names the port", 10))


@pytest.fixture
def talkative(start_webhook):
    def start(talk):
        server = start_webhook(wait=False, **talk)
        server.port = console_port(server)
        return server
    return start


@AT_ALL_LEVELS
def test_reviews_with_credentials_anywhere(talkative, make_client, talk):
    server = talkative(talk)
    client = make_client(server)
    seen = set()
    for sent in spoilt_reviews():
        seen.add(client.request(body=encoded(sent))[0])
        seen.add(client.request("/mutate-kelos-dev", body=encoded(sent))[0])
    assert seen == {200, 400}


@AT_ALL_LEVELS
def test_bytes_that_are_no_tls_and_no_http(talkative, talk):
    server = talkative(talk)
    hello = bytes.fromhex("160301") + (200).to_bytes(2, "big") + b"\x01\x00\x00\xc4\x03\x03" + TOKEN.encode() * 5
    for sent in (TOKEN.encode(), b"GET /" + TOKEN.encode() + b" HTTP/1.1\r\n\r\n", hello, hello[:60] + PEM.encode() * 9,
                 b"\x15\x03\x03\x00\x40" + JWT.encode(), b"\x80\x40\x01\x00\x02" + TOKEN.encode()):
        with RawConnection(server.port) as connection:
            connection.send(sent)
            connection.socket.shutdown(socket.SHUT_WR)
            while connection.receive():
                pass
    for sent in (TOKEN.encode() + b"\r\n\r\n", PREFACE + TOKEN.encode() * 9,
                 b"POST /mutate--v1-pod HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + TOKEN.encode()
                 + b"\r\nContent-Length: " + TOKEN.encode() + b"\r\n\r\n"):
        with RawConnection(server.port, server.client_context()) as connection:
            connection.send(sent)
            connection.read_to_end()


def frame(kind, payload, flags=0, stream=0):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


@AT_ALL_LEVELS
def test_http2_frames_with_credentials(talkative, speak_http2, talk):
    server = talkative(talk)
    text = TOKEN.encode()
    literal = b"\x00" + bytes([len(text)]) + text + bytes([len(text)]) + text
    for sent in (frame(7, bytes(8) + text), frame(0x42, text), frame(6, text[:8]), frame(6, text), frame(3, text, 0, 1),
                 frame(1, literal, 5, 1), frame(1, text, 5, 1), frame(0, text, 1, 1), frame(9, text, 4, 1),
                 frame(4, text), frame(8, text, 0, 0), frame(5, text, 0, 2),
                 frame(1, literal, 1, 1) + frame(0x42, text)):
        with speak_http2(server) as peer:
            peer.write(sent)
            peer.write(frame(6, bytes(8)))
            peer.write(frame(7, bytes(8)))


def broken_keys(serving_pair, authority, folder):
    """Files in place of the private key, by what is wrong with them."""
    key = serving_pair.key.read_text()
    locked = folder / "locked"
    openssl("ec", "-in", serving_pair.key, "-aes256", "-passout", f"pass:{PASSWORD}", "-out", locked)
    texts = {
        "planted": PEM, "token": TOKEN, "empty": "", "cut": key[:len(key) // 2],
        "no end": key.replace("-----END", "----"), "locked": locked.read_text(),
        "header": key.replace("KEY-----\n", f"KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: {PASSWORD}\n\n", 1),
        "of another": authority.issue().key.read_text(), "two": key + PEM, "spoilt": key.replace("M", "Canary", 1),
        "binary": "\x00\x01" + TOKEN, "huge": key + TOKEN * 200_000,
        "certificate": serving_pair.certificate.read_text(),
    }
    return texts


@AT_ALL_LEVELS
def test_private_keys_that_cannot_be_used(start_webhook, serving_pair, authority, tmp_path, talk):
    folder = tmp_path / "a-folder"
    folder.mkdir()
    paths = [folder, tmp_path / "missing"]
    for name, text in broken_keys(serving_pair, authority, tmp_path).items():
        paths.append(tmp_path / f"{name.replace(' ', '-')}.key")
        paths[-1].write_text(text)
    servers = [start_webhook(wait=False, tls_private_key_file=path, **talk) for path in paths]
    # The other way round: the key where the certificate belongs.
    servers.append(start_webhook(wait=False, tls_cert_file=serving_pair.key, **talk))
    for path, server in zip([*paths, serving_pair.key], servers):
        if path.name == "two.key":
            continue  # OpenSSL takes the first.
        assert server.exit_code() == 1, path
        assert_silent(server.log_text())


def test_a_broken_authority_and_broken_flags(executable, tmp_path):
    file = tmp_path / "ca.pem"
    for text in (PEM, TOKEN, TOKEN + PEM, ""):
        file.write_text(text)
        done = run(executable, f"--client-ca-file={file}", "--tls-cert-file=/nonexistent")
        assert done.returncode in (1, 64)
        assert_silent(done.stdout + done.stderr)


# The command line tool

def test_check_tells_no_credential(installation):
    key = openssl("genrsa", "2048").stdout.decode()
    status, _ = installation.sandbox.call("POST", "/api/v1/namespaces/default/secrets", {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "github-app"},
        "stringData": {"appID": "7", "installationID": "8", "privateKey": key}})
    assert status in (201, 409)
    for index, (name, value) in enumerate({
            "kelos.dev/token-expires-at": TOKEN, "kelos.dev/github-permissions": PEM,
            "kelos.dev/github-app-secret": JWT}.items()):
        installation.create("/api/v1/namespaces/default/secrets", {
            "apiVersion": "v1", "kind": "Secret",
            "metadata": {"name": f"odd-{index}",
                         "annotations": {"kelos.dev/github-app-secret": "github-app"} | {name: value}},
            "stringData": {"GITHUB_TOKEN": LONG_TOKEN, "password": PASSWORD}})
    pod = task_pod(secret="upgrade-parser-github-token")
    pod["spec"]["containers"][0].setdefault("env", []).append({"name": "PASSWORD", "value": PASSWORD})
    installation.create_pod("planted", pod)
    for arguments in ((), ("-o", "json"), ("--kubeconfig=/nonexistent",), ("--namespace", "default")):
        done = installation.check(*arguments)
        assert_silent(done.stdout + done.stderr)


def test_check_reads_bad_kubeconfigs_silently(installation, tmp_path):
    file = tmp_path / "bad"
    for text in kubeconfigs(installation.sandbox):
        file.write_text(text)
        done = run(os.fspath(installation.executable), "check", f"--kubeconfig={file}")
        assert done.returncode != 0
        assert_silent(done.stdout + done.stderr)
