"""A client that sees every byte, and the case that the misbehaving server's tests share."""

import json
import select
import socket
import unittest
from urllib.parse import urlsplit

from misbehaving import MisbehavingServer


class Client:
    """A socket that keeps exactly what came, and how it ended."""

    def __init__(self, origin):
        parts = urlsplit(origin)
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.data = b""
        self.end = None     # None while open, then "fin" or "rst"

    def send(self, target, *headers, method="GET", body=b""):
        lines = [f"{method} {target} HTTP/1.1", "Host: test", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self

    def read(self, quiet=0.5, most=1 << 30):
        """Read until the end, or until nothing came for a while."""
        while self.end is None and len(self.data) < most:
            if not select.select([self.socket], [], [], quiet)[0]:
                break
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                self.end = "rst"
            else:
                self.data += piece
                self.end = None if piece else "fin"
        return self

    def close(self):
        self.socket.close()

    @property
    def status(self):
        return int(self.data.split(b" ", 2)[1])

    @property
    def head(self):
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name):
        for line in self.head.split(b"\r\n")[1:]:
            known, _, value = line.partition(b": ")
            if known.lower() == name.lower().encode():
                return value.decode("latin-1")
        return None


class ServerCase(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        cls.server = MisbehavingServer()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.server.reset()

    def client(self, origin=None):
        client = Client(origin or self.server.url)
        self.addCleanup(client.close)
        return client

    def get(self, target, *headers, **more):
        """A whole answer on a connection of its own."""
        return self.client().send(target, "Connection: close", *headers, **more).read(quiet=10)

    def json(self, target, *headers, **more):
        client = self.get(target, *headers, **more)
        self.assertEqual(client.status, 200, client.data[:300])
        self.assertEqual(int(client.header("Content-Length")), len(client.body))
        return json.loads(client.body)

    def no_mistakes(self):
        self.assertEqual(self.server.mistakes(), [])
