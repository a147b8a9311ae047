"""Log lines of both programs: SIGUSR1 switches their level, and the console's form is as safe as the collectors'."""

import re
import signal
import subprocess
from pathlib import Path

import log_lines
import pytest
from reviews import encoded, review, task_pod
from waiting import eventually

CHANGED = "Log level changed"
# Breaks a line, colours a terminal (by ESC and by C1), rings, overwrites, reorders, hides, forges a line of each form.
HOSTILE = ('a\n{"level":"info","msg":"Forged"}\r2026-01-02T15:04:05Z\tINFO\twebhook\tForged\x1b[31m'
           '\x9b31m\x07\x08\u202e\u200b\u2028\u2029\x85\xa0\U000e0041"\\')


@pytest.fixture(params=["webhook", "refresher"])
def start_program(request):
    return request.getfixturevalue(f"start_{request.param}")


def levels(program):
    return [line["logLevel"] for line in program.log_lines() if line["msg"] == CHANGED]


def switch(program):
    before = len(levels(program))
    program.signal(signal.SIGUSR1)
    return eventually(lambda: levels(program)[before:], "the change is in the log")[0]


def handled(program):
    """Whether SIGUSR1 is ignored or caught."""
    status = Path(f"/proc/{program.process.pid}/status").read_text()
    masks = [int(mask, 16) for mask in re.findall(r"^Sig(?:Ign|Cgt):\s*(\w+)", status, re.M)]
    return any(mask >> (signal.SIGUSR1 - 1) & 1 for mask in masks)


@pytest.mark.parametrize("configured,other", [("info", "debug"), ("error", "debug"), ("panic", "debug"),
                                              ("debug", "info"), ("2", "info")])
def test_sigusr1_goes_to_the_other_level_and_back(start_program, configured, other):
    program = start_program(wait=False, zap_log_level=configured)
    eventually(lambda: handled(program), "it is ignored")
    # At `error` it does not say when it listens; a signal that comes before that is ignored.
    eventually(lambda: program.signal(signal.SIGUSR1) or levels(program), "a change is in the log", 10)
    switch(program)
    switch(program)
    told = levels(program)
    assert told == [(other, configured)[index % 2] for index in range(len(told))]


def test_a_flood_of_what_is_no_review_does_not_fill_the_log(start_webhook, make_client):
    server = start_webhook()
    client = make_client(server)
    assert [client.request(body=b"{}")[0] for _ in range(50)] == [400] * 50
    assert client.request(body=encoded(review(task_pod(), uid="last")))[0] == 200
    told = [line for line in server.log_lines() if line["msg"] == "Refused a request that is no admission review"]
    # Five at once, then one every ten seconds.
    assert 5 <= len(told) < 10


def test_reviews_are_told_at_debug_and_only_then(start_webhook, make_client):
    server = start_webhook(zap_log_level="info")
    client = make_client(server)
    told = []
    for uid in ("first", "second", "third"):
        assert client.request(body=encoded(review(task_pod(), uid=uid)))[0] == 200
        told.append([line["requestID"] for line in server.log_lines() if line["msg"] == "Reviewed object"])
        switch(server)
    assert told == [[], ["second"], ["second"]]


def test_the_refresher_tells_more_at_debug(sandbox, start_refresher):
    refresher = start_refresher(zap_log_level="info")
    switch(refresher)
    sandbox.add_secret()
    eventually(lambda: refresher.messages("Managing a Secret"), "a line of debug")
    assert {line["level"] for line in refresher.messages("Managing")} == {"debug"}


def test_a_burst_of_sigusr1_harms_nothing(start_program):
    program = start_program(zap_log_level="info")
    for _ in range(500):
        program.signal(signal.SIGUSR1)
    eventually(lambda: len(levels(program)) >= 1, "a change is in the log")
    assert program.health("/readyz")[0] == 200 and program.metrics()
    last = switch(program)
    assert levels(program) == [("debug", "info")[index % 2] for index in range(len(levels(program)))]
    assert switch(program) != last


def test_sigusr1_during_the_start_does_not_end_it(start_program):
    program = start_program(wait=False, zap_log_level="info")
    eventually(lambda: handled(program), "it is ignored", every=0.0005)

    def is_up():
        program.signal(signal.SIGUSR1)
        return any(line["msg"] in ("Serving", "Refreshing tokens") for line in program.log_lines())

    eventually(is_up, "it has started", 10, every=0.0005)
    program.wait_until_ready()


def test_sigusr1_during_the_stop_does_not_end_it_otherwise(start_program):
    program = start_program(zap_log_level="info")
    program.signal(signal.SIGTERM)
    while program.process.poll() is None:
        program.process.send_signal(signal.SIGUSR1)
    assert program.process.returncode == 0
    assert any(line["msg"] == "Shutting down" for line in program.log_lines())


def test_help_of_both_tells_of_sigusr1(executable, refresher_executable):
    for path in (executable, refresher_executable):
        text = subprocess.run([path, "--help"], capture_output=True, text=True, timeout=30).stdout
        assert "SIGUSR1 switches to debug" in " ".join(text.split())


# What the console shows

def test_both_encoders_tell_the_same(start_webhook, make_client):
    found = {}
    for encoder in ("json", "console"):
        server = start_webhook(wait=False, zap_encoder=encoder, zap_log_level="debug")
        port = listening_port(server, encoder)
        server.port = port
        client = make_client(server)
        client.request(body=encoded(review(task_pod(), uid="told-twice")))
        client.request(body=b"{")
        server.signal()
        assert server.exit_code() == 0
        lines = log_lines.check_log(server.log_path.read_bytes(), encoder)
        found[encoder] = [{key: value for key, value in line.items() if key not in
                           ("ts", "address", "health", "metrics")} for line in lines]
    assert found["json"] == found["console"] and len(found["json"]) >= 5


def listening_port(server, encoder):
    """From the first line, which names it in either form."""
    pattern = re.compile(r'"address":"127\.0\.0\.1:(\d+)"')
    return int(eventually(lambda: pattern.search(server.log_text()), f"the {encoder} log names the port", 10)[1])


@pytest.mark.parametrize("encoder", ["json", "console"])
@pytest.mark.parametrize("times", list(log_lines.TIMES))
def test_nothing_from_outside_breaks_a_line(start_webhook, make_client, encoder, times):
    server = start_webhook(wait=False, zap_encoder=encoder, zap_time_encoding=times)
    server.port = listening_port(server, encoder)
    made = task_pod()
    made["metadata"]["generateName"] = HOSTILE
    sent = review(made, uid=HOSTILE, namespace=HOSTILE)
    sent["request"]["kind"]["kind"] = HOSTILE
    assert make_client(server).request(body=encoded(sent), user_agent="\x1b[31mred")[0] in (200, 400)
    assert make_client(server).request(body=encoded(sent))[0] == 200
    server.signal()
    assert server.exit_code() == 0
    lines = log_lines.check_log(server.log_path.read_bytes(), encoder, times)
    reviewed = [line for line in lines if line["msg"] == "Reviewed object"]
    assert reviewed and all("Forged" in line["requestID"] for line in reviewed)
    assert not [line for line in lines if line["msg"] == "Forged"]


@pytest.mark.parametrize("encoder", ["json", "console"])
def test_nothing_that_servers_say_breaks_a_line(sandbox, start_refresher, encoder):
    sandbox.add_secret()
    sandbox.inject({"path": "/access_tokens", "status": 403, "count": 50,
                    "body": '{"message":"' + HOSTILE.replace("\\", "").replace('"', "").encode("unicode_escape").decode(
                    ).replace("\\x", "\\u00").replace("\\U000e0041", "") + '"}'}, github=True)
    sandbox.inject({"method": "POST", "path": "/events", "status": 403, "reason": "Forbidden", "count": 50,
                    "message": HOSTILE})
    refresher = start_refresher(wait=False, zap_encoder=encoder)
    for message in ("Failed to refresh a token", "Failed to write an Event"):
        eventually(lambda: message in refresher.log_text(), message, 10)
    refresher.signal()
    assert refresher.exit_code() == 0
    lines = log_lines.check_log(refresher.log_path.read_bytes(), encoder)
    assert any("Forged" in line.get("error", "") for line in lines)
    assert not [line for line in lines if line["msg"] == "Forged"]
