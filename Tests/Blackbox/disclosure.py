"""Finds credentials in what a program has told: by the shape that each kind has, by value, and by a planted word.

Usage: disclosure.py FILE...   prints what each file tells that it should not, and fails if there is anything.
"""

import base64
import json
import re
import sys
from pathlib import Path

# Planted by tests in what must not be told, whatever it looks like otherwise.
MARK = b"canary"

SHAPES = {
    "a GitHub token": rb"gh[oprsu]_|github_pat_",
    "a JSON Web Token": rb"eyJ[\w-]{4}",
    "a private key": rb"PRIVATE KEY|MII[CEJ][\w+/]{6}|MHcCAQEE|MIG[HT]AgEA",
    "an Authorization field": rb"(?i)\bauthorization['\"]?\s*[:=]|\b(?:bearer|basic|token)\s+(?=\S*\d)[\w.~+/-]{12,}",
    "a user in a URL": rb"://[^\s/\"'@]+@",
    "a token in base64": rb"Z2hz|Z2hw|Z2l0aHViX3Bhd|ZXlK",
    "a private key in base64": rb"LS0tLS",
}
# A piece of a credential this long is no chance. Of a text that is longer than any credential the start is looked for.
PIECE, STEP, LONGEST = 12, 4, 8192


def spellings(value):
    """A text as it is, and as base64 (wherever it stands in what was encoded), hex and percent-encoding show it."""
    found = [value, value.hex().encode(), b"".join(b"%%%02x" % byte for byte in value)]
    for offset in range(3):
        # The first and the last characters depend on the neighbours.
        encoded = base64.b64encode(bytes(offset) + value)[(0, 2, 3)[offset]:]
        encoded = encoded.rstrip(b"=")[:-1]
        found += [encoded, encoded.replace(b"+", b"-").replace(b"/", b"_")]
    return list(dict.fromkeys(found))


# In any case as plain text; base64 tells upper from lower.
MARKS = [re.compile(re.escape(each)) for word in (MARK, MARK.capitalize(), MARK.upper()) for each in spellings(word)]
MARKS.append(re.compile(re.escape(MARK), re.IGNORECASE))


def pieces(value):
    """Parts of a credential, so that half of it is found too."""
    for spelling in spellings(value[:LONGEST]):
        for start in range(0, max(1, len(spelling) - PIECE + 1), STEP):
            yield spelling[start:start + PIECE]


def disclosures(text, values=()):
    """What `text` tells that nobody should hear, as sentences that do not repeat it."""
    found = [f"{what} at byte {match.start()}" for what, shape in SHAPES.items()
             if (match := re.search(shape, text))]
    found += [f"a planted word at byte {match.start()}" for mark in MARKS[:] if (match := mark.search(text))][:1]
    for name, value in values:
        place = next((text.find(piece) for piece in pieces(value) if piece in text), None)
        if place is not None:
            found.append(f"{name} at byte {place}")
    return found


def pem_values(name, text):
    """The lines of a PEM private key, without those that every key has."""
    return [(name, line) for line in text.split() if len(line) >= 16 and not line.startswith(b"-----")]


def kubeconfig_values(name, text):
    """The credentials of a kubeconfig in JSON."""
    try:
        users = json.loads(text)["users"]
    except (ValueError, KeyError, TypeError):
        return []
    found = []
    for user in users:
        for key in ("token", "client-key-data", "password"):
            value = user.get("user", {}).get(key)
            if isinstance(value, str) and len(value) >= PIECE:
                found.append((f"{key} of {name}", value.encode()))
    return found


def secret_values(secrets):
    """What is in a list of Secrets, by key; words of a few letters are no credentials."""
    found = []
    for secret in secrets:
        for key, text in (secret.get("data") or {}).items():
            name, value = f"{key} of Secret {secret['metadata']['name']}", base64.b64decode(text)
            if b"-----BEGIN" in value:
                found += pem_values(name, value)
            elif len(value) >= 16:
                found.append((name, value))
    return found


def main(paths):
    failed = False
    for path in paths:
        for each in disclosures(Path(path).read_bytes()):
            print(f"{path}: {each}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
