"""Credentials of every form, and where tests plant them. Each carries the word that `disclosure.py` looks for."""

import base64
import copy
import json
import subprocess

import pytest
from disclosure import disclosures
from refresher_process import ENVIRONMENT

TOKEN = "ghs_Canary" + "0aB" * 12
LONG_TOKEN = "ghs_123456_eyJhbGciOiJSUzI1NiJ9." + "Canary0aB" * 52 + ".sig"
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJDYW5hcnkifQ.Q2FuYXJ5Q2FuYXJ5"
PEM = "-----BEGIN RSA PRIVATE KEY-----\n" + "Canary0aB+/" * 5 + "\n-----END RSA PRIVATE KEY-----\n"
PASSWORD = "Canary-horse-battery"
CREDENTIALS = [TOKEN, LONG_TOKEN, JWT, PEM, *(base64.b64encode(each.encode()).decode() for each in (TOKEN, JWT, PEM))]
TALKATIVE = [{"zap_log_level": "9"}, {"zap_log_level": "debug"}, {"zap_log_level": "9", "zap_encoder": "console"}]
AT_ALL_LEVELS = pytest.mark.parametrize("talk", TALKATIVE, ids=["verbosity-9", "debug", "console"])


def assert_silent(text):
    """Of a program that has ended."""
    assert text, "it says why it ended"
    assert not disclosures(text if isinstance(text, bytes) else text.encode())
    assert "Fatal error" not in str(text)


def run(*arguments, **environment):
    """A program that ends by itself."""
    return subprocess.run(
        [str(argument) for argument in arguments], capture_output=True, timeout=30, stdin=subprocess.DEVNULL,
        env={**ENVIRONMENT, **environment})


def kubeconfigs(sandbox):
    """Files in place of a kubeconfig."""
    good = json.loads(sandbox.kubeconfig.read_text())
    user = {"token": TOKEN, "client-key-data": base64.b64encode(PEM.encode()).decode()}

    def changed(**more):
        made = copy.deepcopy(good)
        made["users"][0]["user"] = {**user, **more.pop("user", {})}
        made["clusters"][0]["cluster"] |= more.pop("cluster", {})
        return made | more

    text = json.dumps(changed())
    pair = {"client-certificate-data": base64.b64encode(PEM.encode()).decode()}
    return [
        text[:-5], text.replace(":", TOKEN), text + TOKEN, TOKEN, PEM, f"users:\n- user: {{token: {TOKEN}}}\n",
        f'"{TOKEN}"', "[]", "{}", text.replace('"token": "', '"token": "\\x'),
        text.replace('"users": [', f'"users": [{TOKEN}, '),
        *map(json.dumps, (
            changed(), changed(user=pair), changed(user={"client-key-data": f"!{TOKEN}"}),
            changed(user={"password": PASSWORD}), changed(user={"exec": {"command": TOKEN}}),
            changed(cluster={"server": f"https://user:{PASSWORD}@127.0.0.1"}),
            changed(cluster={"server": TOKEN}), changed(cluster={"server": f"https://a/?{TOKEN}"}),
            changed(cluster={"proxy-url": f"http://user:{PASSWORD}@127.0.0.1:1"}),
            changed(cluster={"certificate-authority-data": base64.b64encode(PEM.encode()).decode()}),
            changed(cluster={"insecure-skip-tls-verify": True}), changed(user={"tokenFile": "/nonexistent"}))),
        json.dumps(changed(user={"token": f"a\n{TOKEN}", "client-key-data": None})),
    ]
