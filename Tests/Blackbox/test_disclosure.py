"""The checks at the end of every test find what they look for, and nothing in what the programs rightly say."""

import base64

import log_fields
import log_lines
import pytest
from certificates import openssl
from disclosure import disclosures, kubeconfig_values, main, pem_values, secret_values
from program import ROOT

SHORT = b"ghs_16C7e42F292c6912E7710c838347Ae178B4a"
LONG = b"ghs_123456_eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + b"aB3-_xYz" * 56 + b".sig-nature_0"
JWT = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiI3In0.c2lnbmF0dXJl"
PASSWORD = b"correct-horse-battery-staple"
LINE = b'{"level":"error","ts":"2026-01-02T15:04:05Z","logger":"refresher","msg":"Failed","error":"%s"}\n'


@pytest.fixture(scope="module")
def key():
    return openssl("genrsa", "2048").stdout


def told(secret):
    return LINE % secret


FORMS = {
    "short token": SHORT, "long token": LONG, "cut token": SHORT[:10], "PAT": b"github_pat_11ABCDEFG0", "JWT": JWT,
    "the middle of a JWT": JWT[21:], "short token in base64": base64.b64encode(SHORT),
    "long token in base64": base64.b64encode(LONG), "JWT in base64": base64.b64encode(JWT),
    "bearer": b"authorization: Bearer abcdef0123456789", "bearer alone": b"sent Bearer abcdef0123456789",
    "basic": b"Basic dXNlcjpwYXNzd29yZDE=", "header in JSON": b"'Authorization': 'x'",
    "proxy's user": b"http://user:secret@proxy.example:3128", "token as a URL's user": b"https://abc@example.com/",
    "PKCS#8": b"-----BEGIN PRIVATE KEY-----", "mark": b"my Canary1", "mark in capitals": b"CANARY",
    "mark in base64": base64.b64encode(b"a canary"), "mark in base64, shifted": base64.b64encode(b"ab canary sings"),
    "mark in hex": b"canary".hex().encode(), "mark in percent-encoding": b"%63%61%6e%61%72%79",
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_of_a_credential_is_found(name):
    assert disclosures(told(FORMS[name]))


def test_a_private_key_is_found_by_any_of_its_lines(key):
    values = pem_values("key", key)
    assert len(values) > 20
    for line in key.split(b"\n")[:-1]:
        if len(line) > 16:
            assert disclosures(told(line), values), line[:10]
            assert disclosures(told(base64.b64encode(line)), values)
    assert disclosures(told(base64.b64encode(key))) and disclosures(told(key[100:140]), values)


@pytest.mark.parametrize("spelled", [
    PASSWORD, PASSWORD[:16], PASSWORD[5:24], PASSWORD[-16:], base64.b64encode(PASSWORD),
    base64.b64encode(b"x" + PASSWORD), base64.b64encode(b"xy" + PASSWORD), PASSWORD.hex().encode()])
def test_a_value_is_found_in_part_and_encoded(spelled):
    found = disclosures(told(spelled), [("password", PASSWORD)])
    assert len(found) == 1 and found[0].startswith("password at byte"), found


def test_values_are_taken_from_kubeconfigs_and_secrets(key):
    kubeconfig = b'{"users":[{"user":{"token":"abcdefghijklmnop","client-key-data":"LS0tLS1CRUdJTiBF"}},{}]}'
    assert [value for _, value in kubeconfig_values("k", kubeconfig)] == [b"abcdefghijklmnop", b"LS0tLS1CRUdJTiBF"]
    assert kubeconfig_values("k", b"broken {") == kubeconfig_values("k", b"[]") == []
    data = {"t": base64.b64encode(PASSWORD).decode(), "key": base64.b64encode(key).decode(), "id": "Nw=="}
    found = secret_values([{"metadata": {"name": "s"}, "data": data}, {"metadata": {"name": "empty"}}])
    assert ("t of Secret s", PASSWORD) in found and len(found) == 1 + len(pem_values("", key))


def test_what_the_programs_rightly_say_is_let_through():
    for text in (b"kelos.dev/github-app-secret", b"installation_token", b"is the private key that of this appID?",
                 b"https://api.github.com", b"/mutate--v1-pod", b"5f1b9a0c-0d4e-4c61-8f57-0c1f4c1b9a0c",
                 b"annotation kelos.dev/github-permissions", b"--tls-private-key-file /tls/tls.key: No such file",
                 b"user@", b"token 'x' is unknown", b"basic constraints are wrong", b"the bearer of bad news"):
        assert disclosures(told(text)) == [], text
    for name in ("webhook", "refresher"):
        assert disclosures((ROOT / f"Tests/TelemetryTests/Golden/{name}-metrics.txt").read_bytes()) == []


def test_as_a_program_it_names_the_file_and_fails(tmp_path, capsys):
    clean, dirty = tmp_path / "clean.log", tmp_path / "dirty.log"
    clean.write_bytes(told(b"nothing"))
    dirty.write_bytes(told(SHORT))
    assert main([clean]) == 0 and capsys.readouterr().out == ""
    assert main([clean, dirty]) == 1
    out = capsys.readouterr().out
    assert "dirty.log: a GitHub token at byte" in out and "16C7e42" not in out


# The rules for log lines

GOOD = '{"level":"info","ts":"2026-01-02T15:04:05Z","logger":"webhook","msg":"Serving","address":":1","swift":"6.3"}'


def broken(what, to):
    assert what in GOOD
    return GOOD.replace(what, to)


def test_a_good_line_is_let_through():
    assert log_lines.check_log((GOOD + "\n").encode())[0]["address"] == ":1"
    assert log_lines.check_log(b"") == []


@pytest.mark.parametrize("log", [
    "Fatal error\n", "[]\n", GOOD, GOOD + GOOD + "\n", "\n", GOOD + "\n\n", GOOD + "\u001b[31m\n", GOOD + "\u2028\n",
    broken("info", "notice") + "\n", broken("T15:04:05Z", " 15:04:05") + "\n",
    broken('"2026-01-02T15:04:05Z"', "5") + "\n",
    broken('"ts"', '"time"') + "\n", broken('"logger":"webhook",', "") + "\n", broken("Serving", "Serving.") + "\n",
    broken("Serving", "") + "\n", broken('"swift"', '"address"') + "\n", broken('"swift"', '"rust"') + "\n",
    broken('"6.3"', "NaN") + "\n", broken('"6.3"', '{"a":1,"a":2}') + "\n", broken('"6.3"', f'"{"x" * 4096}"') + "\n",
    broken('"address":":1","swift":"6.3"', '"swift":"6.3","address":":1"') + "\n"])
def test_a_line_that_breaks_a_rule_is_found(log):
    with pytest.raises(AssertionError):
        log_lines.check_log(log.encode())


def test_console_lines_have_the_same_rules():
    line = '2026-01-02T15:04:05Z\tINFO\twebhook\tServing\t{"address":":1"}\n'
    assert log_lines.check_log(line.encode(), "console")[0]["address"] == ":1"
    for bad in (line.replace("\t", " "), line.replace("INFO", "info"), line.replace("address", "rust"),
                line.replace(":1", "\u001b[1m"), line.replace("Z", ""), GOOD + "\n", line.replace("{", "{{")):
        with pytest.raises(AssertionError):
            log_lines.check_log(bad.encode(), "console")


def test_the_list_of_keys_is_in_order_and_each_key_is_written_somewhere():
    assert list(log_fields.FIELDS) == sorted(log_fields.FIELDS)
    sources = "\n".join(path.read_text() for path in (ROOT / "Sources").rglob("*.swift"))
    # A field that is set by `fields["key"]` and one in a dictionary look alike here; `truncated` is written escaped.
    assert [key for key in log_fields.FIELDS if f'"{key}"' not in sources and f'\\"{key}\\"' not in sources] == []
