"""One of our programs as a process: watched through its log, its probes and its metrics, always stopped."""

import http.client
import json
import os
import resource
import signal
import subprocess
from pathlib import Path

import disclosure
import log_lines
from exposition import Exposition

ROOT = Path(__file__).resolve().parents[2]
USAGE_ERROR = 64
CRASH_MARKS = (b"Fatal error", b"Crash:", b"stack smashing", b"double free", b"Assertion")


def binary(name, variable):
    """The executable to test, or None: what the variable names, the release build, the debug build."""
    named = os.environ.get(variable)
    candidates = [Path(named)] if named else [ROOT / ".build" / kind / name for kind in ("release", "debug")]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def flags(settings):
    """Keyword arguments as flags: `shutdown_delay="1s"` becomes `--shutdown-delay=1s`."""
    return [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]


def settings_of(arguments):
    """The other way round, without the leading dashes."""
    pairs = (str(argument)[2:].partition("=") for argument in arguments if str(argument).startswith("--"))
    return {name: value for name, _, value in pairs}


class Program:
    """A running program that writes log lines in JSON and serves probes and metrics."""

    def __init__(self, arguments, log_path, descriptors=None, environment=None):
        log_path.parent.mkdir(parents=True, exist_ok=True)
        self.log_path = log_path
        self.settings = settings_of(arguments)
        self.was_signalled = False

        def limit_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(argument) for argument in arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment, preexec_fn=limit_descriptors if descriptors else None)
        self.told = {"argv": Path(f"/proc/{self.process.pid}/cmdline").read_bytes()}
        self.secrets = self.own_secrets()

    # Starting and stopping

    def named_in_log(self, message, **keys):
        """The ports that the line of that message names, by `port=key`; None while it is not there."""
        assert self.process.poll() is None, f"exited {self.process.returncode}: {self.log_text()}"
        line = next((line for line in self.log_lines() if line.get("msg") == message), None)
        return line and {name: int(line[key].rsplit(":", 1)[1]) for name, key in keys.items()}

    def signal(self, number=signal.SIGTERM):
        """Sends a signal; SIGTERM and SIGINT tell it to stop, and a second one would cut the stop short."""
        self.was_signalled |= number in (signal.SIGTERM, signal.SIGINT)
        self.process.send_signal(number)

    def exit_code(self, seconds=10):
        return self.process.wait(timeout=seconds)

    def stop(self):
        """Ends the process whatever state it is in, and fails if it had crashed or told what it should not."""
        was_running = self.process.poll() is None
        self.collect(was_running)
        if was_running:
            if not self.was_signalled:
                self.process.terminate()
            try:
                self.process.wait(timeout=8)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("did not stop within 8 s of SIGTERM") from None
        log = self.log_path.read_bytes()
        marks = [mark for mark in CRASH_MARKS if mark in log]
        assert not marks, f"the log speaks of a crash: {marks}\n{log[-2000:].decode(errors='replace')}"
        if was_running:
            assert self.process.returncode == 0, f"exit {self.process.returncode}\n{self.log_text()[-2000:]}"
        # A flag that cannot be used is told in the command line's own words.
        if self.process.returncode != USAGE_ERROR:
            log_lines.check_log(
                log, self.settings.get("zap-encoder", "json"), self.settings.get("zap-time-encoding", "rfc3339"))
        self.told["log"] = log
        self.check_told()

    # What it must not say

    def own_secrets(self):
        """The credentials that its flags lead to, by name."""
        found = []
        for flag, values in (("tls-private-key-file", disclosure.pem_values),
                             ("kubeconfig", disclosure.kubeconfig_values)):
            path = Path(self.settings.get(flag, "/nonexistent"))
            if path.is_file() and os.access(path, os.R_OK):
                found += values(f"--{flag}", path.read_bytes())
        return found

    def collect(self, is_running):
        """Looks for what is gone with the process: its metrics, its arguments, and credentials that came later."""
        self.secrets += self.own_secrets()
        port = getattr(self, "metrics_port", None)
        if not is_running or port is None or self.was_signalled:
            return
        try:
            self.told["metrics"] = self._admin(port, "/metrics", "GET")[2]
            self.told["argv"] += Path(f"/proc/{self.process.pid}/cmdline").read_bytes()
        except OSError:
            pass  # It is about to end, or hangs: what a test makes it do.

    def check_told(self):
        for place, text in self.told.items():
            found = disclosure.disclosures(text, self.secrets)
            assert not found, f"{type(self).__name__}'s {place} tells {found}"

    # What it says

    def log_text(self):
        return self.log_path.read_text(errors="replace")

    def log_lines(self):
        """Every complete JSON line of the log so far."""
        lines = []
        for line in self.log_text().split("\n")[:-1]:
            try:
                value = json.loads(line)
            except ValueError:
                continue
            if isinstance(value, dict):
                lines.append(value)
        return lines

    def log_size(self):
        return self.log_path.stat().st_size

    def log_since(self, size):
        return self.log_path.read_bytes()[size:].decode(errors="replace")

    # What the kernel says

    def resident_bytes(self):
        return self._status("VmRSS") * 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1])
        raise AssertionError(f"no {name} in /proc")

    # The plain-text ports

    def health(self, path, method="GET"):
        return self._admin(self.health_port, path, method)

    def metrics(self):
        """The exposition, parsed strictly."""
        status, fields, body = self._admin(self.metrics_port, "/metrics", "GET")
        assert status == 200
        return Exposition(body.decode(), fields)

    def admin(self, port, path, method="GET", headers=None, body=None):
        return self._admin(port, path, method, headers, body)

    @staticmethod
    def _admin(port, path, method, headers=None, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request(method, path, headers=headers or {}, body=body)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()
