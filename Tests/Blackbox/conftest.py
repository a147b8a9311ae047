"""Fixtures: one authority and one shared server for the session, further servers on demand, all stopped."""

import http.client
import sys
from concurrent.futures import ThreadPoolExecutor

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import slow_peers  # noqa: E402
from certificates import Authority  # noqa: E402
from http2_peer import Http2Peer  # noqa: E402
from installation import Installation  # noqa: E402
from raw_connection import RawConnection  # noqa: E402
from refresher_process import sandbox_binary  # noqa: E402
from reviews import CAPTURED, encoded, verdict  # noqa: E402
from webhook_process import Webhook, binary  # noqa: E402

pytest_plugins = ["refresher_fixtures"]


@pytest.fixture(scope="session")
def executable():
    path = binary()
    if path is None:
        pytest.skip("no kelos-token-webhook: set KELOS_WEBHOOK_BINARY or run swift build")
    return path


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def serving_pair(authority):
    return authority.issue()


@pytest.fixture(scope="session")
def webhook(executable, authority, serving_pair, tmp_path_factory):
    """The server that most tests share; it must outlive them all."""
    server = Webhook(executable, tmp_path_factory.mktemp("shared"), serving_pair, authority)
    try:
        yield server.wait_until_ready()
        assert server.process.poll() is None, "the shared server died during the tests"
    finally:
        server.stop()


@pytest.fixture
def start_webhook(executable, authority, serving_pair, tmp_path):
    """Starts further servers with their own flags; every one is stopped with the test."""
    started = []

    def start(pair=None, wait=True, **flags):
        directory = tmp_path / f"webhook-{len(started)}"
        server = Webhook(executable, directory, pair or serving_pair, authority, **flags)
        started.append(server)
        return server.wait_until_ready() if wait else server

    yield start
    problems = []
    for server in started:
        try:
            server.stop()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, problems


@pytest.fixture(scope="session")
def long_lived(executable, tmp_path_factory):
    """A webhook whose certificate is good for longer than anybody warns of."""
    directory = tmp_path_factory.mktemp("long-lived")
    authority = Authority(directory / "pki")
    server = Webhook(executable, directory / "webhook", authority.issue(days=365), authority)
    try:
        yield server.wait_until_ready()
    finally:
        server.stop()


@pytest.fixture
def install(long_lived, tmp_path):
    """Makes installations for `kelos-token check` to look at; every one is stopped with the test."""
    path = sandbox_binary()
    if path is None:
        pytest.skip("no kelos-token: set KELOS_TOKEN_BINARY or run swift build")
    made = []

    def start(webhook=long_lived, **more):
        made.append(Installation(path, tmp_path, webhook, **more))
        return made[-1]

    yield start
    for each in made:
        each.stop()


@pytest.fixture
def installation(install):
    return install()


@pytest.fixture(scope="session", autouse=True)
def slow(request, executable, authority, serving_pair, tmp_path_factory):
    """Peers that must be cut after 10 to 15 s, started together at the beginning and asked for at the end.

    The deadlines are the product's own, so they cannot be shortened; waiting for all at once costs one wait.
    """
    wanted = any("slow" in getattr(item, "fixturenames", ()) and "slow_peer" in item.name
                 for item in request.session.items)
    if not wanted:
        yield None
        return
    server = Webhook(executable, tmp_path_factory.mktemp("slow"), serving_pair, authority)
    with ThreadPoolExecutor(max_workers=len(slow_peers.PEERS)) as pool:
        try:
            server.wait_until_ready()
            yield {name: pool.submit(peer, server) for name, peer in slow_peers.PEERS.items()}
        finally:
            server.stop()


class Http1Client:
    """Posts over one kept connection, as the API server does."""

    name = "http/1.1"

    def __init__(self, server):
        self.connection = http.client.HTTPSConnection(
            "localhost", server.port, context=server.client_context(), timeout=5)

    def request(self, path="/mutate--v1-pod", body=b"", method="POST", content_type="application/json", **fields):
        sent = {name.replace("_", "-"): value for name, value in fields.items()}
        if content_type:
            sent["content-type"] = content_type
        self.connection.request(method, path, body=body, headers=sent)
        answer = self.connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def close(self):
        self.connection.close()


class Http2Client:
    """The same over HTTP/2, by the `h2` library, which is strict about what the server sends."""

    name = "h2"

    def __init__(self, server):
        import h2.config
        import h2.connection
        self.raw = RawConnection(server.port, server.client_context(("h2",)))
        assert self.raw.socket.selected_alpn_protocol() == "h2"
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self.state.initiate_connection()
        self._flush()

    def _flush(self):
        data = self.state.data_to_send()
        if data:
            self.raw.send(data)

    def request(self, path="/mutate--v1-pod", body=b"", method="POST", content_type="application/json", **fields):
        stream = self.state.get_next_available_stream_id()
        sent = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path)]
        if content_type:
            sent.append(("content-type", content_type))
        sent += [(name.replace("_", "-"), value) for name, value in fields.items()]
        self.state.send_headers(stream, sent, end_stream=not body)
        answer = _Http2Answer(stream)
        while body or not answer.is_over:
            if body and not answer.is_over:
                body = self._send_some(stream, body)
            self._flush()
            if body and self.state.local_flow_control_window(stream) > 0 and not answer.is_over:
                continue
            if answer.is_over:
                break
            data = self.raw.receive()
            assert data, f"closed before the answer, {answer.fields}"
            for event in self.state.receive_data(data):
                answer.take(event, self.state)
            self._flush()
        assert answer.reset_code in (None, 0), f"reset with {answer.reset_code}"
        status = int(answer.fields.pop(":status"))
        return status, answer.fields, answer.body

    def _send_some(self, stream, body):
        room = min(self.state.local_flow_control_window(stream), self.state.max_outbound_frame_size, len(body))
        if room > 0:
            self.state.send_data(stream, body[:room], end_stream=room == len(body))
        return body[room:]

    def close(self):
        self.raw.socket.close()


class _Http2Answer:
    def __init__(self, stream):
        self.stream, self.fields, self.body = stream, {}, b""
        self.is_over, self.reset_code = False, None

    def take(self, event, state):
        if getattr(event, "stream_id", None) != self.stream:
            return
        name = type(event).__name__
        if name == "ResponseReceived":
            self.fields = dict(event.headers)
        elif name == "DataReceived":
            self.body += event.data
            state.acknowledge_received_data(event.flow_controlled_length, self.stream)
        elif name == "StreamEnded":
            self.is_over = True
        elif name == "StreamReset":
            self.is_over, self.reset_code = True, event.error_code


CLIENTS = {"http1": Http1Client, "http2": Http2Client}


@pytest.fixture(params=sorted(CLIENTS))
def client(request, webhook):
    """A client of the shared server, once for each protocol."""
    made = CLIENTS[request.param](webhook)
    yield made
    made.close()


@pytest.fixture
def make_client():
    made = []

    def make(server, kind="http1"):
        made.append(CLIENTS[kind](server))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def judge(client):
    """Posts a review and gives the checked verdict."""

    def post(sent, body=None):
        status, fields, answer = client.request(body=encoded(sent) if body is None else body)
        assert status == 200, answer
        assert fields["content-type"] == "application/json"
        return verdict(answer, sent)

    return post


@pytest.fixture
def connect(webhook):
    """Raw TLS connections to the shared server."""
    made = []

    def open_connection(server=webhook, **more):
        made.append(RawConnection(server.port, server.client_context(), **more))
        return made[-1]

    yield open_connection
    for each in made:
        each.__exit__()


@pytest.fixture
def speak_http2(webhook):
    """Frame-level HTTP/2 connections to the shared server or another one."""
    made = []

    def open_peer(server=webhook, **more):
        made.append(Http2Peer(server.port, server.client_context(("h2",)), **more))
        return made[-1]

    yield open_peer
    for each in made:
        each.__exit__()


@pytest.fixture(scope="session")
def captured_reviews():
    if not CAPTURED.is_dir():
        pytest.skip(f"no captured reviews at {CAPTURED.name}: set KELOS_SHARED to the folder that holds fixtures/")
    return CAPTURED
