"""A GitHub, or a proxy, that repeats in its answers what it was asked with."""

import contextlib
import http.server
import json
import threading


class Echo(http.server.ThreadingHTTPServer):
    """Answers with a status and the credential that it was shown, in every place where an answer has words."""

    daemon_threads = True

    def __init__(self, status, expiry="2099-01-01T00:00:00Z"):
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.expiry = status, expiry
        self.seen = set()
        self.address = f"http://127.0.0.1:{self.server_port}"


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        shown = self.headers.get("authorization") or self.headers.get("proxy-authorization") or "nothing"
        self.server.seen.add(shown.split(" ")[-1])
        body = self.body(shown)
        self.send_response(self.server.status, shown)
        for name, value in {
                "content-type": "application/json", "content-length": str(len(body)), "www-authenticate": shown,
                "x-github-request-id": shown, "retry-after": shown, "x-ratelimit-reset": shown, "date": shown,
                "location": f"{self.server.address}/?token={shown.split(' ')[-1]}", "set-cookie": f"session={shown}",
                "x-ratelimit-remaining": shown}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def body(self, shown):
        return json.dumps({
            "message": f"cannot use {shown}", "documentation_url": shown, "token": shown, "expires_at": shown,
            "errors": [{"message": shown}]}).encode()

    do_GET = do_POST = do_PUT = do_DELETE = do_CONNECT = answer

    def log_message(self, *_):
        """Nobody reads it."""


@contextlib.contextmanager
def echo(status):
    server = Echo(status)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
