"""An HTTP/2 server on one connection that answers nothing until COUNT requests are open, and then the last one first.

Usage: http2_peer.py CERTIFICATE KEY COUNT
Prints its port, then serves one connection. A request for /reset is reset instead of answered.
"""

import socket
import ssl
import sys

import h2.config
import h2.connection
import h2.events


def serve(connection: socket.socket, count: int) -> None:
    http2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
    http2.initiate_connection()
    connection.sendall(http2.data_to_send())
    waiting: list[tuple[int, str]] = []
    while data := connection.recv(65536):
        for event in http2.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                waiting.append((event.stream_id, dict(event.headers)[":path"]))
        if len(waiting) == count:
            for stream, path in reversed(waiting):
                if path == "/reset":
                    http2.reset_stream(stream)
                    continue
                http2.send_headers(stream, [(":status", "200")])
                http2.send_data(stream, path.encode(), end_stream=True)
            waiting = []
        connection.sendall(http2.data_to_send())


def main() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(120)
        print(listener.getsockname()[1], flush=True)
        accepted, _ = listener.accept()
    accepted.settimeout(120)
    with context.wrap_socket(accepted, server_side=True) as connection:
        serve(connection, int(sys.argv[3]))


if __name__ == "__main__":
    main()
