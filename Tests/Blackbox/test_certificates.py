"""Certificates change under a running server: as the kubelet swaps them, by rename, in place, and wrongly."""

import datetime
import os
import shutil
import ssl
import threading

import pytest
from certificates import MountedSecret, Pair, openssl
from raw_connection import RawConnection, post
from reviews import encoded, review, task_pod
from waiting import eventually

REQUEST = post(body=encoded(review(task_pod(), uid="certificate")), fields=[("Connection", "close")])
# inotify makes a change visible at once; this leaves room for a busy machine and is below the 10 s of the poll.
RELOAD_SECONDS = 5
REJECTION = "Keeping the old certificate"


def served_serial(server):
    """The serial number of the certificate that a new connection gets."""
    with RawConnection(server.port, server.client_context()) as connection:
        return int(connection.socket.getpeercert()["serialNumber"], 16)


def ask(server):
    with RawConnection(server.port, server.client_context()) as connection:
        connection.send(REQUEST)
        return connection.read_answer().status


def rejections(server):
    return [line for line in server.log_lines() if line["msg"].startswith(REJECTION)]


@pytest.fixture
def files(authority, tmp_path):
    """A certificate pair in a plain directory of its own."""
    return authority.issue().copy_to(tmp_path / "certs")


@pytest.fixture
def server(start_webhook, files):
    return start_webhook(pair=files)


# Good changes

def test_kubelets_symlink_swap_is_served(start_webhook, authority, tmp_path):
    secret = MountedSecret(tmp_path / "mount", authority.issue())
    server = start_webhook(pair=secret.pair)
    for _ in range(3):
        fresh = authority.issue()
        secret.swap(fresh)
        eventually(lambda: served_serial(server) == fresh.serial(), "the swapped certificate is served", RELOAD_SECONDS)
    assert not rejections(server)


def test_renamed_files_are_served(server, files, authority, tmp_path):
    fresh = authority.issue().copy_to(tmp_path / "new")
    os.replace(fresh.key, files.key)
    os.replace(fresh.certificate, files.certificate)
    expected = files.serial()
    eventually(lambda: served_serial(server) == expected, "the renamed certificate is served", RELOAD_SECONDS)


@pytest.mark.parametrize("order", ["certificate-first", "key-first"])
def test_files_written_in_place_are_served(server, files, authority, order):
    fresh = authority.issue()
    pairs = [(fresh.certificate, files.certificate), (fresh.key, files.key)]
    for source, target in pairs if order == "certificate-first" else reversed(pairs):
        target.write_bytes(source.read_bytes())
    eventually(lambda: served_serial(server) == fresh.serial(), "the written certificate is served", RELOAD_SECONDS)


def test_files_taken_away_and_brought_back_are_served(server, files, authority, tmp_path):
    files.certificate.rename(tmp_path / "aside")
    assert ask(server) == 200
    fresh = authority.issue()
    shutil.copy(fresh.key, files.key)
    shutil.copy(fresh.certificate, files.certificate)
    eventually(lambda: served_serial(server) == fresh.serial(), "the certificate that came back", RELOAD_SECONDS)


def test_open_connections_keep_working_over_a_change(server, files, authority):
    with RawConnection(server.port, server.client_context()) as connection:
        fresh = authority.issue()
        fresh.copy_to(files.certificate.parent)
        eventually(lambda: served_serial(server) == fresh.serial(), "the new certificate is served", RELOAD_SECONDS)
        connection.send(REQUEST)
        assert connection.read_answer().status == 200


def test_chain_is_sent_whole(start_webhook, authority, tmp_path):
    pair = authority.issue().copy_to(tmp_path / "chain")
    pair.certificate.write_bytes(pair.certificate.read_bytes() + authority.pair.certificate.read_bytes())
    server = start_webhook(pair=pair)
    done = openssl("s_client", "-connect", f"127.0.0.1:{server.port}", "-showcerts")
    assert done.stdout.count(b"BEGIN CERTIFICATE") >= 2


def test_expiry_is_a_metric_and_follows_the_change(server, files, authority):
    def expected(pair):
        text = openssl("x509", "-in", pair.certificate, "-noout", "-enddate").stdout.decode().strip()
        moment = datetime.datetime.strptime(text.split("=")[1], "%b %d %H:%M:%S %Y GMT")
        return moment.replace(tzinfo=datetime.timezone.utc).timestamp()

    def found():
        return server.metrics().value("kelos_token_certificate_expiration_timestamp_seconds")

    assert found() == expected(files)
    fresh = authority.issue(days=20)
    fresh.copy_to(files.certificate.parent)
    eventually(lambda: found() == expected(fresh), "the metric shows the new expiry", RELOAD_SECONDS)


def test_twenty_swaps_under_load_fail_no_request(start_webhook, authority, tmp_path):
    secret = MountedSecret(tmp_path / "mount", authority.issue())
    server = start_webhook(pair=secret.pair)
    coming = [authority.issue() for _ in range(20)]
    stop, failures, served = threading.Event(), [], []

    def keep_asking():
        while not stop.is_set():
            try:
                served.append(ask(server))
            except (OSError, EOFError, AssertionError) as problem:
                failures.append(repr(problem))

    threads = [threading.Thread(target=keep_asking) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for fresh in coming:
            secret.swap(fresh)
            eventually(lambda: served_serial(server) == fresh.serial(), "the swap is served", RELOAD_SECONDS)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures and set(served) == {200} and len(served) > 50
    assert not rejections(server)


# Bad changes

def _mismatched(files, fresh):
    files.certificate.write_bytes(fresh.certificate.read_bytes())


def _truncated_certificate(files, fresh):
    whole = fresh.certificate.read_bytes()
    files.certificate.write_bytes(whole[:len(whole) // 2])


def _truncated_key(files, fresh):
    files.key.write_bytes(files.key.read_bytes()[:60])


def _empty_certificate(files, fresh):
    files.certificate.write_bytes(b"")


def _empty_key(files, fresh):
    files.key.write_bytes(b"")


def _missing_certificate(files, fresh):
    files.certificate.unlink()


def _missing_key(files, fresh):
    files.key.unlink()


def _garbage(files, fresh):
    files.certificate.write_bytes(b"\x30\x82" * 2500)


def _directory_instead(files, fresh):
    files.certificate.unlink()
    files.certificate.mkdir()


BAD = [_mismatched, _truncated_certificate, _truncated_key, _empty_certificate, _empty_key, _missing_certificate,
       _missing_key, _garbage, _directory_instead]


@pytest.mark.parametrize("spoil", BAD, ids=lambda function: function.__name__.strip("_"))
def test_bad_pair_keeps_the_old_one_and_says_so_once(server, files, authority, spoil):
    old = files.serial()
    before = server.metrics().value("certwatcher_read_certificate_errors_total")
    key_text = files.key.read_text().splitlines()[1]
    spoil(files, authority.issue())
    eventually(lambda: rejections(server), "the log says so", RELOAD_SECONDS)
    assert served_serial(server) == old and ask(server) == 200
    # More events in the directory make it look again: the same problem is not reported again.
    for index in range(3):
        (files.certificate.parent / f"noise-{index}").touch()
    eventually(lambda: server.metrics().value("certwatcher_read_certificate_errors_total") > before,
               "the errors are counted", RELOAD_SECONDS)
    assert len(rejections(server)) == 1
    problem = rejections(server)[0]
    assert problem["level"] == "error" and str(files.certificate.parent) in problem["error"]
    assert key_text not in server.log_text()
    assert server.health("/readyz")[0] == 200


def test_good_pair_after_a_bad_one_is_served(server, files, authority):
    _mismatched(files, authority.issue())
    eventually(lambda: rejections(server), "the log says so", RELOAD_SECONDS)
    fresh = authority.issue()
    fresh.copy_to(files.certificate.parent)
    eventually(lambda: served_serial(server) == fresh.serial(), "the good pair is served", RELOAD_SECONDS)


def test_expired_certificate_is_served_but_not_ready(start_webhook, authority, tmp_path):
    pair = authority.issue(expired=True).copy_to(tmp_path / "expired")
    server = start_webhook(pair=pair, wait=False)
    server.wait_until_listening()
    status, _, body = server.health("/readyz?verbose")
    assert status == 500 and b"[-]certificate failed" in body
    assert server.health("/livez")[0] == 200
    fresh = authority.issue()
    fresh.copy_to(pair.certificate.parent)
    eventually(lambda: server.health("/readyz")[0] == 200, "ready with the new certificate", RELOAD_SECONDS + 5)


def test_reads_are_counted(server):
    metrics = server.metrics()
    assert metrics.value("certwatcher_read_certificate_total") >= 1
    assert metrics.value("certwatcher_read_certificate_errors_total") == 0


def test_rsa_pair_is_served_too(start_webhook, authority, tmp_path):
    key, certificate = tmp_path / "rsa.key", tmp_path / "rsa.crt"
    done = openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                   "-subj", "/CN=localhost", "-days", "5")
    assert done.returncode == 0
    server = start_webhook(pair=Pair(certificate, key))
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    with RawConnection(server.port, context) as connection:
        connection.send(REQUEST)
        assert connection.read_answer().status == 200
