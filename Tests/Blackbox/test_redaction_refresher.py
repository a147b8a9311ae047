"""Every way for the refresher to fail, with credentials in every place that is looked at: it never repeats one.

What it told is looked through when it stops, see test_redaction.py.
"""

import base64
import json

import pytest
from certificates import openssl
from echoing_github import echo
from planted import (
    AT_ALL_LEVELS, CREDENTIALS, JWT, LONG_TOKEN, PASSWORD, PEM, TOKEN, assert_silent, kubeconfigs, run,
)
from waiting import eventually


def add_app(sandbox, name, **data):
    """A copy of the App's Secret with other data."""
    original = {key: base64.b64decode(text) for key, text in sandbox.secret("github-app")["data"].items()}
    data = original | {key: text.encode() if isinstance(text, str) else text for key, text in data.items()}
    status, made = sandbox.call("POST", "/api/v1/namespaces/default/secrets", {
        "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name},
        "data": {key: base64.b64encode(text).decode() for key, text in data.items() if text is not None}})
    assert status == 201, made
    return name


def app_secrets(sandbox):
    """Secrets of Apps that cannot be used, and credentials where other words belong."""
    key = base64.b64decode(sandbox.secret("github-app")["data"]["privateKey"]).decode()
    elliptic = openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout").stdout.decode()
    short = openssl("genrsa", "512").stdout.decode()
    keys = [
        PEM, TOKEN, JWT, "", key[:400], key.replace("M", "Canary", 1), elliptic, short,
        base64.b64encode(PEM.encode()), PEM.replace("RSA", "ENCRYPTED"), PEM.replace("\n", "\\n"),
        f'{{"key": "{PEM}"}}', b"\xff" + PEM.encode(), key[:-30] + TOKEN,
        PEM.replace("KEY-----\n", "KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: Canary,00\n\n", 1)]
    made = [add_app(sandbox, f"key-{index}", privateKey=text) for index, text in enumerate(keys)]
    for index, text in enumerate((TOKEN, JWT, PEM, f"7\n{TOKEN}", PASSWORD)):
        made += [add_app(sandbox, f"app-{index}", appID=text), add_app(sandbox, f"inst-{index}", installationID=text)]
    return made


@AT_ALL_LEVELS
def test_app_secrets_that_cannot_be_used(sandbox, start_refresher, talk):
    names = app_secrets(sandbox)
    for name in names:
        sandbox.add_secret(
            f"of-{name}", annotations={"kelos.dev/github-app-secret": name}, data={"GITHUB_TOKEN": TOKEN})
    refresher = start_refresher(wait=False, **talk)
    # An App's id may have letters and dots, so GitHub is asked about some of these.
    eventually(lambda: all(f'"of-{name}"' in failed_lines(refresher) for name in names), "each has failed", 30)


def failed_lines(refresher):
    return "\n".join(line for line in refresher.log_text().splitlines() if "Failed to refresh a token" in line)


@AT_ALL_LEVELS
def test_annotations_that_cannot_be_used(sandbox, start_refresher, talk):
    annotations = [
        ("kelos.dev/token-expires-at", TOKEN), ("kelos.dev/github-repositories", f"{TOKEN},{JWT}"),
        ("kelos.dev/github-repositories", PEM), ("kelos.dev/github-permissions", f"{TOKEN}={JWT}"),
        ("kelos.dev/github-permissions", f'{{"contents":"{TOKEN}"}}'), ("kelos.dev/github-permissions", PEM),
        ("kelos.dev/github-api-url", f"https://{TOKEN}@github.example"), ("kelos.dev/github-api-url", TOKEN),
        ("kelos.dev/github-api-url", f"https://github.example/?token={TOKEN}"),
        ("kelos.dev/github-api-url", f"https://user:{PASSWORD}@api.github.com"), ("kelos.dev/github-api-url", PEM),
        ("kelos.dev/github-app-secret", TOKEN), ("kelos.dev/github-app-secret", PEM),
        ("kelos.dev/github-app-secret", JWT), ("example.com/note", TOKEN)]
    for index, (name, value) in enumerate(annotations):
        sandbox.add_secret(f"secret-{index}", annotations={name: value}, data={"other": PASSWORD})
    refresher = start_refresher(wait=False, **talk)
    bad = [index for index, (name, _) in enumerate(annotations) if name not in (
        "kelos.dev/token-expires-at", "example.com/note")]
    eventually(lambda: all(f'"secret-{index}"' in failed_lines(refresher) for index in bad), "each has failed", 30)


@pytest.mark.parametrize("status", [200, 201, 301, 302, 307, 401, 403, 404, 407, 422, 429, 500, 503])
@pytest.mark.parametrize("encoder", ["json", "console"])
def test_a_github_that_repeats_the_jwt(sandbox, start_refresher, status, encoder):
    sandbox.add_secret()
    with echo(status) as github:
        refresher = start_refresher(wait=False, github_api_base_url=github.address, zap_encoder=encoder)
        eventually(lambda: "Failed to refresh a token" in refresher.log_text(), "it has failed", 10)
        eventually(lambda: sandbox.call("GET", "/api/v1/events")[1].get("items"), "there is an Event")
        refresher.secrets += [("a JWT", jwt.encode()) for jwt in github.seen if len(jwt) > 100]
        assert refresher.secrets
        refresher.stop()


def test_a_new_token_that_does_not_work_and_is_repeated(sandbox, start_refresher):
    """The token itself is what is shown to GitHub when it is tried."""
    sandbox.add_secret()
    for status in (401, 403, 500):
        sandbox.inject({"path": "/installation/repositories", "status": status, "count": 8,
                        "fields": {"www-authenticate": f"Bearer {LONG_TOKEN}"},
                        "body": json.dumps({"message": f"token {LONG_TOKEN} is unknown"})}, github=True)
    refresher = start_refresher(verify_tokens="true")
    eventually(lambda: refresher.messages("Failed to refresh"), "it has failed", 20)


SENTENCES = [f"cannot decode {text}" for text in CREDENTIALS] + [
    f'admission webhook "w" denied the request: {PASSWORD} cannot be',
    json.dumps({"data": {"GITHUB_TOKEN": CREDENTIALS[-3]}})]


@pytest.mark.parametrize("method,path,told", [
    ("PATCH", "/secrets/", "Failed to refresh a token"), ("GET", "/secrets/github-app", "Failed to refresh a token"),
    ("GET", "/secrets", "Failed to list or watch"), ("POST", "/events", "Failed to write an Event"),
    ("GET", "/leases", "Failed to read or write the Lease")])
@AT_ALL_LEVELS
def test_an_api_server_that_repeats_secret_data(sandbox, start_refresher, method, path, told, talk):
    sandbox.add_secret(data={"GITHUB_TOKEN": TOKEN})
    sandbox.add_secret("stays", annotations={"kelos.dev/github-app-secret": "missing"})
    # What is planted without a credential's shape is withheld where Secrets are read or written.
    sentences = SENTENCES if "/secrets/" in path else SENTENCES[:-2]
    for text in sentences:
        for status, reason in ((500, "InternalError"), (422, "Invalid"), (403, "Forbidden"), (400, TOKEN)):
            sandbox.inject({"method": method, "path": path, "status": status, "reason": reason, "message": text})
    refresher = start_refresher(wait=False, **talk)
    eventually(lambda: told in refresher.log_text(), told, 20)


def until_it_fails(refresher):
    """It has ended, or told that something does not work."""
    eventually(lambda: refresher.process.poll() is not None or "Failed to " in refresher.log_text(), "it fails", 20)
    refresher.stop()
    assert_silent(refresher.log_text())


@pytest.mark.parametrize("encoder", ["json", "console"])
def test_kubeconfigs_that_cannot_be_used(sandbox, start_refresher, tmp_path, encoder):
    for index, text in enumerate(kubeconfigs(sandbox)):
        file = tmp_path / f"kubeconfig-{index}"
        file.write_text(text)
        until_it_fails(start_refresher(wait=False, kubeconfig=file, zap_encoder=encoder))


def test_token_files_that_cannot_be_used(sandbox, start_refresher, tmp_path):
    made = json.loads(sandbox.kubeconfig.read_text())
    texts = (TOKEN, f"{TOKEN}\n{TOKEN}", f"{TOKEN}\x00", "", TOKEN * 9000, f"{TOKEN}\r\nx-other: {PASSWORD}")
    for index, text in enumerate(texts):
        file, token = tmp_path / f"kubeconfig-{index}", tmp_path / f"token-{index}"
        made["users"][0]["user"] = {"tokenFile": str(token)}
        file.write_text(json.dumps(made))
        token.write_text(text)
        until_it_fails(start_refresher(wait=False, kubeconfig=file))


@pytest.mark.parametrize("encoder", ["json", "console"])
def test_proxies_with_a_password(sandbox, start_refresher, encoder):
    sandbox.add_secret()
    sandbox.add_secret("enterprise", annotations={"kelos.dev/github-api-url": "https://api.github.com"})
    with echo(407) as repeating:
        port = repeating.server_port
        for proxy in (f"http://user:{PASSWORD}@127.0.0.1:{port}", f"http://user:{PASSWORD}@127.0.0.1:1",
                      f"http://user:{PASSWORD}@:bad", f"{TOKEN}://user@127.0.0.1", f"https://{TOKEN}@127.0.0.1:{port}",
                      f"http://user:{PASSWORD}@{PASSWORD}.invalid:1", f"socks5h://user:{PASSWORD}@127.0.0.1:{port}"):
            refresher = start_refresher(
                wait=False, zap_encoder=encoder, github_api_base_url="https://api.github.com",
                environment={"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "127.0.0.1,localhost"})
            until_it_fails(refresher)


def test_flags_with_credentials(refresher_executable):
    """What is on a command line everybody can read there; a log goes further."""
    url = f"https://user:{PASSWORD}@github.example"
    for arguments in ([f"--github-api-base-url={url}"], [f"--github-api-base-url={TOKEN}"],
                      [f"--allow-github-host={url}"], [f"--allow-github-host={TOKEN}"]):
        done = run(refresher_executable, *arguments)
        assert done.returncode == 64
        assert_silent(done.stdout + done.stderr)
    done = run(refresher_executable, GITHUB_API_BASE_URL=url)
    assert done.returncode == 64
    assert_silent(done.stdout + done.stderr)
