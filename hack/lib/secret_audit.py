"""Watches every Secret of a namespace and writes down what is wrong with how their tokens change.

Usage: secret_audit.py NAMESPACE MARGIN REPORT.json   (kubectl's target comes from $KUBECONFIG; runs until SIGTERM)

For each Secret that has the annotation kelos.dev/token-expires-at, the report has the number of tokens seen, the least
life that a token had left when it was replaced, and its life now. Problems are: a token that had less than MARGIN
seconds left, an expiry that goes backwards, a token that changes without its expiry or the other way round, and any
change of another annotation or another key. No token is kept: only its digest. Each Secret's name is a line of
REPORT.json.names once it has been seen, so that others can wait for that.
"""

import collections
import datetime
import hashlib
import json
import signal
import subprocess
import sys
import time

SOURCE = "kelos.dev/github-app-secret"
EXPIRY = "kelos.dev/token-expires-at"
API = "kelos.dev/github-api-url"
OURS = {SOURCE, EXPIRY, API, "kubectl.kubernetes.io/last-applied-configuration"}
# Written by somebody else on purpose, while the tokens change.
COUNTER = "example.com/counter"

State = collections.namedtuple("State", "token expiry others keys")


def seconds(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def state(secret):
    annotations = secret["metadata"].get("annotations", {})
    data = secret.get("data") or {}
    digest = hashlib.sha256(data.get("GITHUB_TOKEN", "").encode()).hexdigest()[:12]
    others = {key: value for key, value in annotations.items() if key not in OURS}
    keys = {key: value for key, value in data.items() if key != "GITHUB_TOKEN"}
    return State(digest, annotations.get(EXPIRY), others, hashlib.sha256(repr(sorted(keys.items())).encode()).hexdigest())


class Audit:
    def __init__(self, margin, names):
        self.margin = margin
        self.names = names
        self.states = {}
        self.report = collections.defaultdict(lambda: {"tokens": 0, "least": None})
        self.problems = []

    def problem(self, name, text):
        self.problems.append(f"{name}: {text}")

    def see(self, kind, secret):
        name = secret["metadata"]["name"]
        if kind == "DELETED":
            self.states.pop(name, None)
            return
        new, now = state(secret), time.time()
        old = self.states.get(name)
        self.states[name] = new
        if old is None:
            self.report[name]["tokens"] = 1
            print(name, file=self.names, flush=True)
            return
        if new.keys != old.keys:
            self.problem(name, "another key of its data changed")
        kept = {key: value for key, value in old.others.items() if key != COUNTER}
        if kept != {key: value for key, value in new.others.items() if key != COUNTER}:
            self.problem(name, f"its other annotations changed: {old.others} to {new.others}")
        if int(new.others.get(COUNTER, 0)) < int(old.others.get(COUNTER, 0)):
            self.problem(name, "the write of somebody else was lost")
        if new.token != old.token:
            self.replaced(name, old, new, now)
        elif old.expiry and new.expiry != old.expiry:
            self.problem(name, "its expiry changed without its token")

    def replaced(self, name, old, new, now):
        self.report[name]["tokens"] += 1
        if new.expiry == old.expiry:
            self.problem(name, "its token changed without its expiry")
        if not old.expiry or not new.expiry:
            return
        if seconds(new.expiry) < seconds(old.expiry):
            self.problem(name, f"its expiry went backwards: {old.expiry} to {new.expiry}")
        left = seconds(old.expiry) - now
        least = self.report[name]["least"]
        self.report[name]["least"] = left if least is None else min(least, left)
        if left < self.margin:
            self.problem(name, f"its token had {left:.1f} s left when it was replaced")

    def written(self, path):
        now = time.time()
        for name, known in self.states.items():
            self.report[name]["left"] = seconds(known.expiry) - now if known.expiry else None
            self.report[name]["token"] = known.token
            self.report[name]["counter"] = known.others.get(COUNTER)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"secrets": self.report, "problems": self.problems}, file, indent=1)


def main():
    namespace, margin, path = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    audit = Audit(margin, open(path + ".names", "w", encoding="utf-8"))
    watch = subprocess.Popen(
        ["kubectl", "--namespace", namespace, "get", "secrets", "--watch", "--output-watch-events", "--output=json"],
        stdout=subprocess.PIPE, text=True)

    def stop(*_):
        watch.terminate()

    signal.signal(signal.SIGTERM, stop)
    decoder, text = json.JSONDecoder(), ""
    # Releases of kubectl differ in whether an event takes one line or many.
    for line in watch.stdout:
        text += line
        try:
            event, _ = decoder.raw_decode(text)
        except json.JSONDecodeError:
            continue
        text = ""
        audit.see(event["type"], event["object"])
    audit.written(path)


main()
