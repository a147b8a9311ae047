"""github.com and api.github.com for hack/e2e-node.sh, behind the proxy that its pod and its refresher are given.

Repositories take a token for as long as `kelos-token sandbox` takes it, which is also what answers for api.github.com. Every
token that is minted, and every request that comes with one, is written down as a line of JSON: `time`, `what` (mint, refs,
fetch, push or api), `path`, `status` and `token`, which is a digest and never the token.
"""

import argparse
import hashlib
import http.client
import json
import signal
import threading
import time
from types import SimpleNamespace

from github_front import LONGEST, Host, Internet

SERVICES = {"git-receive-pack": "push", "git-upload-pack": "fetch"}


class Book:
    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.lock = threading.Lock()

    def watch(self, seen, status, body):
        if seen.path.endswith("/access_tokens") and status == 201:
            self.write("mint", seen, status, json.loads(body)["token"])
        elif seen.host == "github.com" and seen.password:
            self.write(SERVICES.get(seen.path.rpartition("/")[2], "refs"), seen, status, seen.password)
        elif seen.path.startswith(("/repos/", "/graphql")) and seen.password:
            self.write("api", seen, status, seen.password)

    def write(self, what, seen, status, token):
        digest = hashlib.sha256(token.encode()).hexdigest()[:8]
        entry = {"time": round(time.time(), 3), "what": what, "path": seen.path, "status": status, "token": digest}
        with self.lock:
            print(json.dumps(entry), file=self.file, flush=True)


def accepts(sandbox, token):
    """A token that is good for anything may see the state of its quota."""
    connection = http.client.HTTPConnection(*sandbox, timeout=LONGEST)
    connection.request("GET", "/rate_limit", headers={"Authorization": f"Bearer {token}"})
    status = connection.getresponse().status
    connection.close()
    return status == 200


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("repositories", "certificate", "key", "sandbox", "log"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--port", type=int, required=True)
    settings = parser.parse_args()
    host, _, port = settings.sandbox.rpartition(":")
    sandbox = (host, int(port))
    hosts = {
        "github.com": Host(accepts=lambda _, token: bool(token) and accepts(sandbox, token)),
        "api.github.com": Host(api=sandbox),
    }
    pair = SimpleNamespace(certificate=settings.certificate, key=settings.key)
    internet = Internet(hosts, settings.repositories, pair, settings.port, Book(settings.log).watch)
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    internet.stop()


if __name__ == "__main__":
    main()
