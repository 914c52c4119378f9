"""A connection: requests in, exactly these bytes out, or a reset."""

import asyncio
import fcntl
import socket
import struct
import termios
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD_LIMIT = 1 << 20
BODY_LIMIT = 64 << 20
SLICE = 64 << 10


class ClientGone(ConnectionError):
    """The client hung up while we made it wait."""


class Malformed(Exception):
    """The client's request is not HTTP."""


class Protocol(asyncio.StreamReaderProtocol):
    """asyncio's own streams, and a future that is done once the client is gone."""

    def __init__(self, reader, serve):
        super().__init__(reader, serve)
        self.gone = asyncio.get_running_loop().create_future()

    def eof_received(self):
        self._set_gone()
        return super().eof_received()

    def connection_lost(self, exc):
        self._set_gone()
        super().connection_lost(exc)

    def _set_gone(self):
        if not self.gone.done():
            self.gone.set_result(None)


@dataclass
class Request:
    """What the client asked; names of headers in lower case."""

    method: str
    target: str
    version: str
    headers: list
    body: bytes
    raw: bytes

    def __post_init__(self):
        parts = urlsplit(self.target)
        self.path = unquote(parts.path)
        self.pairs = parse_qsl(parts.query, keep_blank_values=True)
        self.query = dict(self.pairs)

    def header(self, name, default=""):
        return next((value for known, value in self.headers if known == name), default)

    @property
    def keeps_alive(self):
        wish = self.header("connection").lower()
        return self.version == "HTTP/1.1" and "close" not in wish


class Connection:
    """One client's connection. `keep` says whether another request may follow."""

    def __init__(self, reader, writer, stats):
        self.reader = reader
        self.writer = writer
        self.stats = stats
        self.number = None
        self.keep = True
        self.gone = writer.transport.get_protocol().gone
        # No buffer of ours: drain() returns when the kernel has taken every byte.
        writer.transport.set_write_buffer_limits(0)

    async def read_request(self):
        """The next request, or None when the client has no more."""
        try:
            raw = await self.reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError as cut:
            if cut.partial:
                raise Malformed("the request is cut") from cut
            return None
        except asyncio.LimitOverrunError as long:
            raise Malformed(f"the request's head is longer than {HEAD_LIMIT} bytes") from long
        lines = raw.decode("latin-1").split("\r\n")
        words = lines[0].split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            raise Malformed("the request line is wrong")
        headers = []
        for line in lines[1:-2]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise Malformed(f"not a header: {line!r}")
            headers.append((name.lower(), value.strip()))
        try:
            request = Request(*words, headers, b"", raw)
        except ValueError as wrong:
            raise Malformed(str(wrong)) from wrong
        request.body = await self._read_body(request)
        return request

    async def _read_body(self, request):
        if request.header("expect").lower() == "100-continue":
            await self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if request.header("transfer-encoding").lower() == "chunked":
            return await self._read_chunks()
        length = request.header("content-length", "0")
        if not length.isdigit() or int(length) > BODY_LIMIT:
            raise Malformed("the content-length is wrong")
        return await self.reader.readexactly(int(length))

    async def _read_chunks(self):
        body = b""
        while True:
            try:
                size = int((await self.reader.readline()).split(b";")[0], 16)
            except ValueError as wrong:
                raise Malformed("the size of a chunk is wrong") from wrong
            if not 0 <= size <= BODY_LIMIT - len(body):
                raise Malformed("a chunk is too long")
            body += (await self.reader.readexactly(size + 2))[:-2]
            if size == 0:
                return body

    async def send(self, data):
        """Hand every byte to the kernel; what it took is counted, unless it is for the tests."""
        for start in range(0, len(data), SLICE):
            piece = data[start:start + SLICE]
            self.writer.write(piece)
            await self.writer.drain()
            if self.number is not None:
                self.stats.bytes_sent += len(piece)

    async def pause(self, seconds):
        """Wait this long, unless the client leaves."""
        done, _ = await asyncio.wait({self.gone}, timeout=seconds)
        if done:
            raise ClientGone

    async def wait_gone(self):
        """Say nothing until the client leaves."""
        await self.pause(None)

    async def arrive(self):
        """Wait until the client's kernel has all that was sent: a reset would overtake it."""
        sock = self.writer.get_extra_info("socket")
        for _ in range(1000):
            unsent = fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
            if struct.unpack("i", unsent)[0] == 0:
                return
            await self.pause(0.001)

    async def reset(self):
        """End with a TCP reset, not with the usual farewell."""
        await self.arrive()
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.keep = False
        self.writer.transport.abort()

    def close(self):
        self.keep = False
        self.writer.close()
