"""HTTP/2 by the frame: a client that can say anything, right or wrong, and remembers what it was told."""

import select
import socket
import ssl
import time

from hpack import Decoder, Encoder
from hyperframe.exceptions import InvalidFrameError
from hyperframe.frame import (
    DataFrame, Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame,
)

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_ERROR, PROTOCOL_ERROR, REFUSED_STREAM, ENHANCE_YOUR_CALM = 0x0, 0x1, 0x7, 0xB
LAST_POSSIBLE_STREAM = 2**31 - 1


class Stream:
    """What the server said on one stream."""

    def __init__(self):
        self.fields = None
        self.body = b""
        self.is_ended = False
        self.reset_code = None

    @property
    def status(self):
        return int(dict(self.fields)[":status"]) if self.fields else None

    @property
    def is_over(self):
        return self.is_ended or self.reset_code is not None


class Http2Peer:
    """One HTTP/2 connection over TLS. Nothing is sent unasked but SETTINGS ACK, PING ACK and windows."""

    def __init__(self, port, context, settings=None, seconds=5.0, opens_windows=True, greets=True):
        plain = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.seconds = seconds
        self.opens_windows = opens_windows
        self.encoder, self.decoder = Encoder(), Decoder()
        self.buffer = b""
        self.streams, self.goaways, self.settings, self.pings = {}, [], {}, []
        self.settings_acks = 0
        self.is_closed = False
        self.next_stream = 1
        if greets:
            frame = SettingsFrame(0)
            frame.settings = settings or {}
            self.write(PREFACE + frame.serialize())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # Sending

    def write(self, data):
        """Sends everything, reading meanwhile so that neither side waits for the other. False when closed."""
        self.socket.setblocking(False)
        view, end = memoryview(data), time.monotonic() + self.seconds
        try:
            while view and not self.is_closed:
                try:
                    view = view[self.socket.send(view[:65536]):]
                    continue
                except ssl.SSLWantWriteError:
                    pass
                except (ConnectionError, ssl.SSLError, OSError):
                    self._drain()
                    self.is_closed = True
                    break
                self._drain()
                assert time.monotonic() < end, "the server neither reads nor closes"
                select.select([self.socket], [self.socket], [], 0.05)
        finally:
            if not self.is_closed:
                self.socket.settimeout(self.seconds)
        return not self.is_closed

    def _drain(self):
        """Takes in what has come already."""
        try:
            while data := self.socket.recv(65536):
                self._take(data)
            self.is_closed = True
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except (ConnectionError, ssl.SSLError, OSError):
            self.is_closed = True

    def request_fields(self, path="/mutate--v1-pod", method="POST", **more):
        fields = [(":method", method), (":scheme", "https"), (":authority", "localhost"), (":path", path),
                  ("content-type", "application/json")]
        return fields + [(name.replace("_", "-"), value) for name, value in more.items()]

    def headers(self, fields=None, stream=None, end_stream=False, end_headers=True, block=None):
        """Bytes of a HEADERS frame and its stream."""
        if stream is None:
            stream, self.next_stream = self.next_stream, self.next_stream + 2
        frame = HeadersFrame(stream)
        frame.data = self.encoder.encode(fields or self.request_fields()) if block is None else block
        frame.flags |= {"END_STREAM"} if end_stream else set()
        frame.flags |= {"END_HEADERS"} if end_headers else set()
        self.streams.setdefault(stream, Stream())
        return frame.serialize(), stream

    @staticmethod
    def data(stream, payload, end_stream=True):
        frames = b""
        pieces = [payload[start:start + 16384] for start in range(0, len(payload), 16384)] or [b""]
        for index, piece in enumerate(pieces):
            frame = DataFrame(stream, piece)
            if end_stream and index == len(pieces) - 1:
                frame.flags.add("END_STREAM")
            frames += frame.serialize()
        return frames

    def open(self, body=b"", end_stream=True, **fields):
        """Starts a request and sends `body`; small bodies only, the window is not watched."""
        head, stream = self.headers(self.request_fields(**fields), end_stream=end_stream and not body)
        self.write(head + (self.data(stream, body, end_stream) if body else b""))
        return stream

    def exchange(self, body=b"", **fields):
        """One request and its finished answer."""
        return self.wait_for(self.open(body, **fields))

    @staticmethod
    def ping(payload=b"blackbox", ack=False):
        frame = PingFrame(0, payload)
        if ack:
            frame.flags.add("ACK")
        return frame.serialize()

    @staticmethod
    def reset(stream, code=0x8):
        return RstStreamFrame(stream, code).serialize()

    @staticmethod
    def window(stream, increment):
        return WindowUpdateFrame(stream, increment).serialize()

    # Receiving

    def wait_for(self, stream, seconds=None):
        self.read_until(lambda: self.streams[stream].is_over, seconds)
        assert self.streams[stream].is_over, f"stream {stream} unanswered, GOAWAY {self.goaways}"
        return self.streams[stream]

    def read_until(self, condition, seconds=None):
        """Reads until the condition holds or the server closes; False when the time is up first."""
        end = time.monotonic() + (seconds or self.seconds)
        while not self.is_closed and not condition():
            left = end - time.monotonic()
            if left <= 0:
                return False
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                return False
            except (ConnectionError, ssl.SSLError, OSError):
                data = b""
            if data:
                self._take(data)
            else:
                self.is_closed = True
        return True

    def synchronise(self, payload=b"in-sync!"):
        """Waits until the server has read everything sent so far."""
        count = len(self.pings)
        self.write(self.ping(payload))
        return self.read_until(lambda: len(self.pings) > count)

    @property
    def has_ended(self):
        return self.is_closed or any(code != NO_ERROR for code, _ in self.goaways)

    def _take(self, data):
        self.buffer += data
        while len(self.buffer) >= 9:
            try:
                frame, length = Frame.parse_frame_header(memoryview(self.buffer[:9]))
            except InvalidFrameError as error:
                raise AssertionError(f"the server sent a broken frame: {error}") from error
            if len(self.buffer) < 9 + length:
                return
            frame.parse_body(memoryview(self.buffer[9:9 + length]))
            self.buffer = self.buffer[9 + length:]
            self._handle(frame)

    def _handle(self, frame):
        stream = self.streams.setdefault(frame.stream_id, Stream()) if frame.stream_id else None
        if isinstance(frame, HeadersFrame):
            assert "END_HEADERS" in frame.flags, "answers fit one frame"
            fields = self.decoder.decode(frame.data)
            if not dict(fields)[":status"].startswith("1"):
                stream.fields = fields
        elif isinstance(frame, DataFrame):
            stream.body += frame.data
            if self.opens_windows and frame.flow_controlled_length:
                update = self.window(0, frame.flow_controlled_length)
                if "END_STREAM" not in frame.flags:
                    update += self.window(frame.stream_id, frame.flow_controlled_length)
                self._reply(update)
        elif isinstance(frame, RstStreamFrame):
            stream.reset_code = frame.error_code
        elif isinstance(frame, GoAwayFrame):
            self.goaways.append((frame.error_code, frame.last_stream_id))
        elif isinstance(frame, SettingsFrame):
            self._handle_settings(frame)
        elif isinstance(frame, PingFrame):
            if "ACK" in frame.flags:
                self.pings.append(frame.opaque_data)
            else:
                self._reply(self.ping(frame.opaque_data, ack=True))
        if stream and "END_STREAM" in frame.flags:
            stream.is_ended = True

    def _handle_settings(self, frame):
        if "ACK" in frame.flags:
            self.settings_acks += 1
            return
        self.settings.update(frame.settings)
        acknowledgement = SettingsFrame(0)
        acknowledgement.flags.add("ACK")
        self._reply(acknowledgement.serialize())

    def _reply(self, data):
        try:
            self.socket.send(data)
        except OSError:
            pass
