"""hack/lib: totals add up, processes are stopped and cleaned up, and missing dependencies are told in words."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "hack" / "lib"


def bash(script, *names, path=None, **environment):
    """Runs a script with the named files of the library sourced."""
    sources = "".join(f'. "{LIBRARY}/{name}.sh"\n' for name in ("output", *names))
    given = {"PATH": path or os.environ["PATH"], "HOME": "/nonexistent", **environment}
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{sources}{script}"], env=given, capture_output=True, text=True, timeout=60
    )


def alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.fixture
def programs(tmp_path):
    """A folder that stands first on PATH: programs(name, script) puts a program there."""
    folder = tmp_path / "programs"
    folder.mkdir()

    def add(name, script):
        program = folder / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        return f"{folder}:{os.environ['PATH']}"

    return add


def test_checks_are_counted_and_the_totals_come_last(tmp_path):
    results = tmp_path / "results"
    done = bash(
        'check "one" true\ncheck_equal "two" a a\ncheck_contains "three" b abc\ncheck "four" false\nfinish_checks',
        "checks", KELOS_RESULTS_FILE=str(results),
    )
    assert done.returncode == 1
    assert done.stdout.splitlines()[:3] == ["ok - one", "ok - two", "ok - three"]
    assert done.stdout.splitlines()[3] == "not ok - four"
    assert done.stdout.splitlines()[-1] == "3 passed, 1 failed"
    assert results.read_text() == "3 passed, 1 failed\n"


def test_a_failed_comparison_shows_both_sides():
    done = bash('check_equal "text" "a\nb" c', "checks")
    assert done.stdout == "not ok - text\n    | expected: a\n    | b\n    | actual:   c\n"


def test_no_check_at_all_is_a_failure():
    assert bash("finish_checks", "checks").returncode == 1


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("noise\n7 passed, 2 failed\n", "8 passed, 2 failed"),
        ("7 passed, 0 failed, 3 skipped\n", "8 passed, 0 failed, 3 skipped"),
        ("stopped half way\n", "1 passed, 1 failed"),
        (None, "1 passed, 1 failed"),
    ],
)
def test_totals_of_runners_add_up(tmp_path, text, total):
    results = tmp_path / "results"
    if text is not None:
        results.write_text(text)
    done = bash(f'ok one >/dev/null\nadd_totals "{results}" runner\ntotals_line', "checks")
    assert done.stdout.splitlines()[-1] == total


@pytest.mark.parametrize(
    ("reports", "totals"),
    [
        (['<testsuites><testsuite tests="5" failures="1" errors="1" skipped="2"/></testsuites>'],
         "1 passed, 2 failed, 2 skipped"),
        (['<testsuite tests="3" failures="0"/>', '<testsuites><testsuite tests="4"/></testsuites>'],
         "7 passed, 0 failed, 0 skipped"),
        (['<testsuite tests="3"'], "0 passed, 1 failed, 0 skipped"),
        ([None], "0 passed, 1 failed, 0 skipped"),
    ],
)
def test_junit_reports_add_up(tmp_path, reports, totals):
    paths = []
    for number, report in enumerate(reports):
        paths.append(tmp_path / f"{number}.xml")
        if report is not None:
            paths[-1].write_text(report)
    done = subprocess.run(
        [sys.executable, "-B", LIBRARY / "junit_totals.py", *paths], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"{totals}\n"


@pytest.mark.parametrize("ending", ["true", "false", "exit 7", "kill -TERM $$; wait", "kill -INT $$; wait"])
def test_processes_and_files_are_gone_however_a_script_ends(ending):
    done = bash(
        f'make_run_dir\nstart_process a sleep 60\nprintf "%s %s\\n" "$(process_pid a)" "$KELOS_RUN_DIR"\n{ending}',
        "processes",
    )
    pid, folder = done.stdout.split()
    assert not alive(int(pid))
    assert not Path(folder).exists()
    expected = {"true": 0, "false": 1, "exit 7": 7}
    assert done.returncode == expected.get(ending, 143 if "TERM" in ending else 130)


def test_a_process_that_ignores_term_is_killed(tmp_path):
    done = bash(
        "start_process deaf bash -c 'trap \"\" TERM; echo listening; exec sleep 60'\n"
        'wait_until 10 grep -q listening "$KELOS_RUN_DIR/deaf.log"\n'
        'pid=$(process_pid deaf)\nstop_process deaf 1\necho "$pid"',
        "processes", KELOS_RUN_DIR=str(tmp_path),
    )
    assert "deaf did not stop within 1 s" in done.stderr
    assert not alive(int(done.stdout))


def test_a_pid_that_now_belongs_to_another_process_is_left_alone(tmp_path):
    other = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "old.pid").write_text(f"{other.pid} 12345\n")
        done = bash("process_gone old && stop_process old", "processes", KELOS_RUN_DIR=str(tmp_path))
        assert done.returncode == 0
        assert other.poll() is None
        assert not (tmp_path / "old.pid").exists()
    finally:
        other.send_signal(signal.SIGKILL)
        other.wait()


def test_waiting_for_a_process_that_ends_says_so_and_shows_its_log(tmp_path):
    done = bash(
        "start_process short sh -c 'echo cannot bind; exit 3'\nwait_for_process short 30 false",
        "processes", KELOS_RUN_DIR=str(tmp_path),
    )
    assert done.returncode == 1
    assert "cannot bind" in done.stderr
    assert "short ended before it was ready" in done.stderr


def test_free_ports_are_free_and_different():
    done = bash('for name in a b c d; do free_port "$name"; done\necho "$a $b $c $d"', "processes")
    ports = [int(port) for port in done.stdout.split()]
    assert len(set(ports)) == 4
    assert all(20000 <= port < 32000 for port in ports)


def test_nothing_is_installed_when_everything_is_there(programs):
    programs("apt-get", "echo apt-get was called; exit 1")
    path = programs("dpkg-query", "printf installed")
    done = bash("ensure_packages curl jq", "deps", path=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("version", "accepted"),
    [
        ("1.52.0-1", False), ("1.52.0-1+deb12u2", False), ("1.52.0-1+deb12u3", True), ("1.52.0-1+deb12u4", True),
        ("1.64.0-1", True),
    ],
)
def test_a_nghttp2_without_flood_defences_is_refused(programs, version, accepted):
    done = bash("require_nghttp2", "deps", path=programs("dpkg-query", f"printf '{version}'"))
    assert (done.returncode == 0) is accepted
    assert accepted or f"libnghttp2-dev {version} lacks the HTTP/2 flood defences" in done.stderr


def test_a_missing_swift_is_told_in_words(tmp_path):
    done = bash("PATH=/nonexistent\nrequire_swift", "deps")
    assert done.returncode == 1
    assert "swift is not on PATH" in done.stderr


@pytest.mark.parametrize(("version", "accepted"), [("5.10.1", False), ("6.1", False), ("6.2", True), ("6.3.1", True)])
def test_an_old_swift_is_refused(programs, version, accepted):
    done = bash("require_swift", "deps", path=programs("swift", f"echo 'Swift version {version} (swift-RELEASE)'"))
    assert (done.returncode == 0) is accepted


class TestCertificates:
    @staticmethod
    def generate(folder, *options):
        return subprocess.run(
            [ROOT / "certs" / "generate.sh", "--out", folder, *options], capture_output=True, text=True, timeout=60
        )

    @staticmethod
    def text(certificate, *options):
        return subprocess.run(
            ["openssl", "x509", "-in", certificate, "-noout", *options], check=True, capture_output=True, text=True
        ).stdout

    @staticmethod
    def verifies(folder, host):
        return subprocess.run(
            ["openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", host,
             "-CAfile", folder / "ca.crt", folder / "tls.crt"], capture_output=True,
        ).returncode == 0

    @pytest.mark.parametrize("host", [
        "kelos-token-webhook.kelos-token-system.svc", "kelos-token-webhook.kelos-token-system.svc.cluster.local",
        "localhost",
    ])
    def test_the_certificate_is_good_for_the_service_and_for_loopback(self, tmp_path, host):
        assert self.generate(tmp_path).returncode == 0
        assert self.verifies(tmp_path, host)
        assert not self.verifies(tmp_path, "example.com")
        assert "IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1" in self.text(
            tmp_path / "tls.crt", "-ext", "subjectAltName"
        )

    def test_keys_are_p256_and_their_owners_alone(self, tmp_path):
        self.generate(tmp_path)
        assert "prime256v1" in self.text(tmp_path / "tls.crt", "-text")
        assert "prime256v1" in self.text(tmp_path / "ca.crt", "-text")
        for name in ("ca.key", "tls.key"):
            assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600

    def test_a_kept_ca_signs_a_new_certificate(self, tmp_path):
        self.generate(tmp_path)
        authority, serial = (tmp_path / "ca.crt").read_bytes(), self.text(tmp_path / "tls.crt", "-serial")
        self.generate(tmp_path, "--keep-ca", "--service", "other", "--namespace", "elsewhere")
        assert (tmp_path / "ca.crt").read_bytes() == authority
        assert self.text(tmp_path / "tls.crt", "-serial") != serial
        assert self.verifies(tmp_path, "other.elsewhere.svc")

    def test_without_keep_ca_the_ca_is_new_too(self, tmp_path):
        self.generate(tmp_path)
        authority = (tmp_path / "ca.crt").read_bytes()
        self.generate(tmp_path)
        assert (tmp_path / "ca.crt").read_bytes() != authority

    def test_a_swap_looks_like_a_mounted_secret_and_leaves_one_generation(self, tmp_path):
        targets = set()
        for _ in range(2):
            assert self.generate(tmp_path, "--swap", "--keep-ca", "--quiet").stdout == ""
            assert os.readlink(tmp_path / "tls.crt") == "..data/tls.crt"
            assert os.readlink(tmp_path / "tls.key") == "..data/tls.key"
            targets.add(os.readlink(tmp_path / "..data"))
            assert self.verifies(tmp_path, "localhost")
        assert len(targets) == 2
        assert len([path for path in tmp_path.iterdir() if path.is_dir() and not path.is_symlink()]) == 1

    def test_nothing_but_the_four_files_is_left(self, tmp_path):
        self.generate(tmp_path)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.crt", "ca.key", "tls.crt", "tls.key"]

    @pytest.mark.parametrize(
        ("options", "complaint"),
        [
            (["--days", "soon"], "--days wants a whole number of days, got 'soon'"),
            (["--service", "Not A Label"], "--service wants a DNS label"),
            (["--namespace", "a,DNS:evil.example"], "--namespace wants a DNS label"),
            (["--colour"], "unknown option '--colour'"),
            (["--days"], "--days needs a value"),
        ],
    )
    def test_bad_options_are_refused_in_words(self, tmp_path, options, complaint):
        done = self.generate(tmp_path / "out", *options)
        assert done.returncode == 1
        assert complaint in done.stderr
        assert not (tmp_path / "out").exists()

    def test_a_kept_ca_that_ends_too_early_is_refused(self, tmp_path):
        self.generate(tmp_path)
        done = self.generate(tmp_path, "--keep-ca", "--days", "9999")
        assert done.returncode == 1
        assert "expires before a certificate of 9999 days would" in done.stderr
