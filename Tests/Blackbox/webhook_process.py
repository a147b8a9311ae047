"""The program under test as a process: started on free ports, watched through its log, always stopped."""

import ssl

import program
from program import Program, flags
from waiting import eventually


def binary():
    """The executable to test, or None."""
    return program.binary("kelos-token-webhook", "KELOS_WEBHOOK_BINARY")


class Webhook(Program):
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

    def __init__(self, executable, directory, pair, authority, descriptors=None, **more):
        self.authority = authority
        self.contexts = {}
        settings = {**self.DEFAULTS, "tls_cert_file": pair.certificate, "tls_private_key_file": pair.key, **more}
        super().__init__([executable, *flags(settings)], directory / "webhook.log", descriptors)

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
        return self.named_in_log("Serving", webhook="address", metrics="metrics", health="health")

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
