"""JSON over HTTPS, on loopback, past every proxy."""

import json
import urllib.error
import urllib.request


class APIClient:
    """Asks with the credentials of its TLS context, or with a bearer token."""

    def __init__(self, context):
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))

    def call(self, method, url, body=None, token=None, kind="application/json"):
        """Status and JSON of an answer; its text, where it is no JSON."""
        headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(
            url, method=method, data=None if body is None else json.dumps(body).encode(), headers=headers)
        try:
            with self.opener.open(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            text = refusal.read()
            is_json = "json" in refusal.headers.get("Content-Type", "")
            return refusal.code, json.loads(text or b"null") if is_json else text.decode()
