"""The hosts of this little internet: one server that is all of them, behind the proxy that a container is given.

A client says CONNECT and the name of a host; TLS ends here, so a test sees which host got which credential. Hosts serve git
repositories by `git http-backend`, or hand requests on to the GitHub API of `kelos-token sandbox`.
"""

import base64
import http.client
import http.server
import json
import os
import ssl
import subprocess
import threading
from dataclasses import dataclass, field

LONGEST = 60


@dataclass(frozen=True)
class Seen:
    """One request over TLS. Without credentials `username` and `password` are None; a token comes without username."""

    host: str
    method: str
    path: str
    username: str = None
    password: str = None


@dataclass
class Host:
    """`accepts(username, password)` judges who may use the repositories, `moved` says which have another URL now, and
    `api` is the (host, port) of a GitHub API over HTTP, which serves `/api/` or all there is."""

    accepts: object = None
    api: tuple = None
    moved: dict = field(default_factory=dict)


class Internet:
    """Serves until `stop`. `hosts` maps a name, with its port where it is not 443, to a Host. `watch` is called with what was
    seen, the status and the body of each answer."""

    def __init__(self, hosts, repositories, pair, port=0, watch=lambda seen, status, body: None):
        self.hosts = hosts
        self.repositories = repositories
        self.watch = watch
        self.seen = []
        self.large_files = {}
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(pair.certificate, pair.key)
        handler = type("Handler", (Exchange,), {"internet": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.proxy = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def take(self):
        """What was seen since the last call."""
        seen, self.seen = self.seen, []
        return seen


class Exchange(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = LONGEST
    internet = None
    host = None
    seen = None

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        name, _, port = self.path.lower().rpartition(":")
        self.host = name if port == "443" else f"{name}:{port}"
        if self.host not in self.internet.hosts:
            self.send_error(502, f"no host {self.host} here")
            return
        self.send_response(200)
        self.end_headers()
        # urllib asks in HTTP/1.0, after which the server would close.
        self.close_connection = False
        self.connection = self.internet.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)

    def do_GET(self):
        if self.host is None:
            self.send_error(400, "CONNECT comes first: the token never travels without TLS")
            return
        host = self.internet.hosts[self.host]
        username, password = self.credentials()
        self.seen = Seen(self.host, self.command, self.path, username, password)
        self.internet.seen.append(self.seen)
        body = self.body()
        path, _, query = self.path.partition("?")
        if host.api and (host.accepts is None or path.startswith("/api/")):
            self.hand_on(host.api, body)
        elif path in host.moved:
            self.answer(301, [("Location", host.moved[path] + (f"?{query}" if query else ""))])
        elif not host.accepts(username, password):
            self.answer(401, [("WWW-Authenticate", 'Basic realm="GitHub"')])
        elif "lfs" in path.split("/"):
            self.large_files(path, body)
        else:
            self.git(path, query, body, username)

    do_POST = do_HEAD = do_PATCH = do_PUT = do_DELETE = do_GET

    def credentials(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "basic":
            username, _, password = base64.b64decode(value).decode().partition(":")
            return username, password
        return None, value or None

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while length := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(length)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def answer(self, status, fields, body=b""):
        self.internet.watch(self.seen, status, body)
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def git(self, path, query, body, username):
        variables = {
            "GIT_PROJECT_ROOT": str(self.internet.repositories), "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": username or "",
            "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1",
            # The repositories belong to whoever runs the tests.
            "HOME": str(self.internet.repositories),
        }  # fmt: skip
        done = subprocess.run(["git", "http-backend"], env=variables, input=body, capture_output=True, timeout=LONGEST)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        fields = [tuple(line.split(": ", 1)) for line in head.decode().splitlines()]
        status = next((int(value[:3]) for name, value in fields if name == "Status"), 200)
        self.answer(status, [one for one in fields if one[0] != "Status"], answer)

    def large_files(self, path, body):
        """git-lfs' batch API, and the store behind it (github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md)."""
        stored = self.internet.large_files
        if path.endswith("/objects/batch"):
            wish = json.loads(body)
            objects = [
                one | {"actions": {wish["operation"]: {"href": f"https://{self.host}/lfs/{one['oid']}"}}}
                for one in wish["objects"]
            ]
            answer = json.dumps({"transfer": "basic", "objects": objects}).encode()
            self.answer(200, [("Content-Type", "application/vnd.git-lfs+json")], answer)
        elif self.command == "PUT":
            stored[path.rpartition("/")[2]] = body
            self.answer(200, [])
        elif path.rpartition("/")[2] in stored:
            self.answer(200, [], stored[path.rpartition("/")[2]])
        else:
            self.answer(404, [])

    def hand_on(self, api, body):
        connection = http.client.HTTPConnection(*api, timeout=LONGEST)
        dropped = {"host", "accept-encoding", "connection", "transfer-encoding", "content-length"}
        fields = {name: value for name, value in self.headers.items() if name.lower() not in dropped}
        connection.request(self.command, self.path, body or None, fields)
        got = connection.getresponse()
        kept = [(name, value) for name, value in got.getheaders() if name.lower() not in ("content-length", "date")]
        self.answer(got.status, kept, got.read())
        connection.close()
