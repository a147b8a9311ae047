"""`kelos-token sandbox` as the GitHub behind the front, and an App of it that mints tokens."""

import base64
import http.client
import json
import subprocess
import time

LONGEST = 60
APP = 7
INSTALLATION = 8


class SandboxGitHub:
    """Serves its API over plain HTTP at `address`, for account `o` with the repositories `r` and `s`."""

    def __init__(self, binary, folder):
        folder.mkdir()
        self.key = folder / "app.pem"
        subprocess.run(["openssl", "genrsa", "-out", self.key, "2048"], capture_output=True, check=True, timeout=LONGEST)
        spec = {"appID": APP, "key": self.key.read_text(),
                "installations": [{"id": INSTALLATION, "account": "o", "repositories": ["r", "s"]}]}  # fmt: skip
        state = folder / "state.json"
        state.write_text(json.dumps({"apiVersion": "sandbox.kelos.dev/v1", "kind": "GitHubApp", "spec": spec}))
        self.process = subprocess.Popen(
            [binary, "sandbox", "--github-plain-http", "--state", state, "--kubeconfig", folder / "kubeconfig"],
            stdout=subprocess.PIPE, text=True)  # fmt: skip
        urls = [self.process.stdout.readline().split()[-1] for _ in range(2)]
        host, _, port = urls[1].removeprefix("http://").rpartition(":")
        self.address = (host, int(port))

    def call(self, method, path, credential):
        connection = http.client.HTTPConnection(*self.address, timeout=LONGEST)
        connection.request(method, path, headers={"Authorization": f"Bearer {credential}"})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status in (201, 204), body
        return json.loads(body) if body else None

    def mint(self):
        def part(value):
            return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

        now = int(time.time())
        claims = {"iss": f"{APP}", "iat": now - 60, "exp": now + 540}
        message = part(b'{"alg":"RS256"}') + "." + part(json.dumps(claims).encode())
        signature = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", self.key], input=message.encode(), capture_output=True, check=True,
            timeout=LONGEST).stdout  # fmt: skip
        path = f"/app/installations/{INSTALLATION}/access_tokens"
        return self.call("POST", path, f"{message}.{part(signature)}")["token"]

    def revoke(self, token):
        self.call("DELETE", "/installation/token", token)

    def stop(self):
        self.process.terminate()
        self.process.wait(LONGEST)
        self.process.stdout.close()
