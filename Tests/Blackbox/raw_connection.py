"""HTTP/1.1 byte by byte over a real socket, TLS or plain: what a test sends is exactly what leaves."""

import socket
import ssl
from dataclasses import dataclass, field


@dataclass
class RawAnswer:
    version: str
    status: int
    reason: str
    fields: list
    body: bytes = b""

    def values(self, name):
        return [value for found, value in self.fields if found == name]

    def value(self, name):
        values = self.values(name)
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def closes(self):
        return (self.value("connection") or "").lower() == "close"


@dataclass
class Conversation:
    """Everything a peer said until it closed."""

    answers: list = field(default_factory=list)
    was_reset: bool = False
    rest: bytes = b""


class RawConnection:
    """One connection to the server under test. Use as a context manager."""

    def __init__(self, port, context=None, seconds=5.0, server_name="localhost"):
        plain = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = context.wrap_socket(plain, server_hostname=server_name) if context else plain
        except BaseException:
            plain.close()
            raise
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        """The next bytes; b"" at the end of the stream, however the peer ended it."""
        try:
            return self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError) as error:
            if isinstance(error, (TimeoutError, ssl.SSLWantReadError)):
                raise
            return b""

    def _line(self):
        while b"\r\n" not in self.buffer:
            more = self.receive()
            if not more:
                raise EOFError(f"closed after {self.buffer!r}")
            self.buffer += more
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("latin-1")

    def read_answer(self, to_head=False):
        """Reads one answer by its Content-Length; EOFError when the peer closes first."""
        status_line = self._line()
        version, code, reason = status_line.split(" ", 2)
        assert version in ("HTTP/1.1", "HTTP/1.0") and len(code) == 3, status_line
        fields = []
        while line := self._line():
            name, value = line.split(":", 1)
            assert name and name == name.strip(), line
            fields.append((name.lower(), value.strip()))
        answer = RawAnswer(version, int(code), reason, fields)
        if answer.status < 200 or to_head:
            return answer
        length = int(answer.value("content-length"))
        while len(self.buffer) < length:
            more = self.receive()
            if not more:
                raise EOFError(f"closed after {len(self.buffer)} of {length} body bytes")
            self.buffer += more
        answer.body, self.buffer = self.buffer[:length], self.buffer[length:]
        return answer

    def read_to_end(self):
        """All final and interim answers until the peer closes. What is no answer is left in `rest`."""
        said = Conversation()
        try:
            while True:
                said.answers.append(self.read_answer())
        except EOFError:
            said.rest = self.buffer
        return said

    def is_ended_by_peer(self):
        """Waits for the end of the stream; extra bytes count as not ended."""
        return not self.buffer and self.receive() == b""


def post(path="/mutate--v1-pod", body=b"", fields=(), content_type="application/json"):
    """A request as the API server writes it."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "User-Agent: kube-apiserver-admission",
             f"Content-Length: {len(body)}", "Accept: application/json, */*"]
    if content_type:
        lines.append(f"Content-Type: {content_type}")
    lines += [f"{name}: {value}" for name, value in fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
