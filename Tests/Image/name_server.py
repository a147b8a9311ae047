"""A DNS server that knows one name, at an address of loopback that nothing else uses."""

import socket
import struct
import threading

A = 1


class NameServer:
    """Answers questions for A of `name` with 127.0.0.1, those of other types with nothing, all other names with NXDOMAIN.
    resolv.conf has no ports, hence 53."""

    def __init__(self, name):
        self.question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
        self.asked = set()
        self.address, self.socket = bound_to_53()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self):
        while True:
            query, peer = self.socket.recvfrom(4096)
            if peer[0] == self.address:
                return
            self.socket.sendto(self.answer(query), peer)

    def answer(self, query):
        end = query.index(b"\0", 12) + 1
        name, (kind,) = query[12:end].lower(), struct.unpack(">H", query[end:end + 2])
        self.asked.add((name, kind))
        known = name == self.question
        records = b"\xc0\x0c" + struct.pack(">HHIH", A, 1, 60, 4) + bytes([127, 0, 0, 1]) if known and kind == A else b""
        flags = 0x8180 if known else 0x8183
        return query[:2] + struct.pack(">HHHHH", flags, 1, 1 if records else 0, 0, 0) + query[12:end + 4] + records

    def stop(self):
        # A datagram from the server itself is the word to end.
        self.socket.sendto(b"", (self.address, 53))
        self.thread.join()
        self.socket.close()


def bound_to_53():
    for last in range(1, 255):
        address, server = f"127.53.0.{last}", socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            server.bind((address, 53))
            return address, server
        except OSError as problem:
            server.close()
            last_problem = problem
    raise last_problem
