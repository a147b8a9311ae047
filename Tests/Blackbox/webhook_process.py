"""The program under test as a process: started on free ports, watched through its log, always stopped."""

import http.client
import json
import os
import resource
import signal
import ssl
import subprocess
from pathlib import Path

from exposition import Exposition
from waiting import eventually

ROOT = Path(__file__).resolve().parents[2]
CRASH_MARKS = (b"Fatal error", b"Crash:", b"stack smashing", b"double free", b"Assertion")


def binary():
    """The executable to test, or None: KELOS_WEBHOOK_BINARY, the release build, the debug build."""
    named = os.environ.get("KELOS_WEBHOOK_BINARY")
    candidates = [Path(named)] if named else [
        ROOT / ".build" / kind / "kelos-token-webhook" for kind in ("release", "debug")]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


class Webhook:
    """One running webhook. Flags are keyword arguments: `shutdown_delay="1s"` becomes `--shutdown-delay=1s`."""

    DEFAULTS = {
        "webhook_bind_address": "127.0.0.1:0",
        "metrics_bind_address": "127.0.0.1:0",
        "health_probe_bind_address": "127.0.0.1:0",
        "shutdown_delay": "0s",
        "graceful_shutdown_timeout": "5s",
        "zap_log_level": "debug",
        "zap_encoder": "json",
        "event_loops": "2",
        "enable_http2": "true",
    }

    def __init__(self, executable, directory, pair, authority, descriptors=None, **flags):
        directory.mkdir(parents=True, exist_ok=True)
        self.log_path = directory / "webhook.log"
        self.authority = authority
        self.was_signalled = False
        self.contexts = {}
        settings = {**self.DEFAULTS, "tls_cert_file": pair.certificate, "tls_private_key_file": pair.key, **flags}
        self.arguments = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]

        def limit_descriptors():
            resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))

        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                [str(executable), *self.arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=limit_descriptors if descriptors else None)

    # Starting and stopping

    def wait_until_listening(self):
        """Waits for the three listeners to be named in the log."""
        addresses = eventually(self._addresses, "the log names the bound addresses", 10)
        self.port = addresses["webhook"]
        self.metrics_port = addresses["metrics"]
        self.health_port = addresses["health"]
        return self

    def wait_until_ready(self):
        self.wait_until_listening()
        eventually(lambda: self.health("/readyz")[0] == 200, "readyz is 200", 10)
        return self

    def _addresses(self):
        assert self.process.poll() is None, f"exited {self.process.returncode}: {self.log_text()}"
        serving = next((line for line in self.log_lines() if line.get("msg") == "Serving"), None)
        names = {"webhook": "address", "metrics": "metrics", "health": "health"}
        return serving and {name: int(serving[key].rsplit(":", 1)[1]) for name, key in names.items()}

    def signal(self, number=signal.SIGTERM):
        """Sends a signal; SIGTERM and SIGINT tell it to stop, and a second one would cut the stop short."""
        self.was_signalled |= number in (signal.SIGTERM, signal.SIGINT)
        self.process.send_signal(number)

    def exit_code(self, seconds=10):
        return self.process.wait(timeout=seconds)

    def stop(self):
        """Ends the process whatever state it is in, and fails if it had crashed."""
        was_running = self.process.poll() is None
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

    # TLS

    def client_context(self, protocols=("http/1.1",), certificate=None):
        """A verifying client context; an empty list of protocols sends no ALPN. Kept, as making one takes a while."""
        key = (tuple(protocols), certificate)
        if key not in self.contexts:
            self.contexts[key] = self.new_client_context(protocols, certificate)
        return self.contexts[key]

    def new_client_context(self, protocols=("http/1.1",), certificate=None):
        context = ssl.create_default_context(cafile=str(self.authority.pair.certificate))
        if protocols:
            context.set_alpn_protocols(list(protocols))
        if certificate:
            context.load_cert_chain(certificate.certificate, certificate.key)
        return context
