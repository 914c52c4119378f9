"""One request and its answer: what the routes work with."""

import gzip
import json
from http import HTTPStatus

JSON = "application/json"
FOR_EVER = 10**9


class BadParameter(Exception):
    """A test asked for something that a route cannot do."""


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def phrase(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unheard Of"


def head(status, headers, reason=None):
    """A status line and headers, as bytes. Nothing is added and nothing is checked."""
    lines = [f"HTTP/1.1 {status} {reason or phrase(status)}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def typed(length, content_type=JSON):
    return [("Content-Type", content_type), ("Content-Length", length)]


class Exchange:
    """The parameters of a request, the ways to answer it and the counters."""

    # Parameters of every answer that is sent with send_json or send_body.
    ANSWER = "delay gzip chunked drop"

    def __init__(self, request, connection, server, other_origin):
        self.request = request
        self.connection = connection
        self.server = server
        self.stats = server.stats
        self.other_origin = other_origin
        self.query = dict(request.query)
        self.send = connection.send
        self.pause = connection.pause

    # What was asked

    def text(self, name, default=""):
        return self.query.get(name, default)

    def one_of(self, name, choices, default=None):
        value = self.query.get(name, default)
        if value not in choices:
            raise BadParameter(f"{name} must be one of {' '.join(choices)}, not {value!r}")
        return value

    def number(self, name, default, kind=int):
        value = self.query.get(name, default)
        try:
            return None if value is None else kind(value)
        except ValueError as wrong:
            raise BadParameter(f"{name} must be a number, not {value!r}") from wrong

    def flag(self, name):
        return self.text(name, "0") not in ("0", "")

    def tail(self):
        """What follows the last slash of the path."""
        return self.request.path.rpartition("/")[2]

    def origin(self, other=False):
        """The address that the client asked, or the other one."""
        if other:
            return self.server.other_url
        return "http://" + self.request.header("host", self.server.url.removeprefix("http://"))

    def request_json(self):
        return json.loads(self.request.body)

    # Attempts

    def attempt(self, *parts):
        """The number of this attempt at this key, or at this URL if there is no key."""
        name = self.query.get("key") or self.request.target
        return self.stats.attempt((self.request.path, name, *parts))

    def fails(self, default=FOR_EVER):
        """Whether this attempt is one of the first `fail` ones."""
        return self.attempt() <= self.number("fail", default)

    # Answers

    async def send_head(self, status, headers, reason=None):
        await self.send(head(status, headers, reason))

    async def send_whole(self, status, body, headers=(), content_type=JSON):
        """A well-formed answer with a content-length."""
        bodiless = status in (204, 304) or status < 200
        lines = [*headers] if bodiless else [*typed(len(body), content_type), *headers]
        silent = bodiless or self.request.method == "HEAD"
        await self.send(head(status, lines) + (b"" if silent else body))

    async def send_json(self, value, status=200, headers=()):
        await self.send_body(dump(value), status, headers)

    async def send_body(self, body, status=200, headers=(), content_type=JSON):
        """A well-formed answer in the way that the query wants it."""
        if delay := self.number("delay", 0.0, float):
            await self.pause(delay)
        headers = list(headers)
        if self.flag("gzip"):
            headers.append(("Content-Encoding", "gzip"))
            body = gzip.compress(body, 6, mtime=0)
        if self.flag("chunked"):
            await self.send_chunked(body, status, headers, content_type)
        else:
            await self.send_whole(status, body, headers, content_type)
        if self.flag("drop"):
            self.connection.close()

    async def send_chunked(self, body, status=200, headers=(), content_type=JSON, last=True):
        await self.start_chunked(status, headers, content_type)
        for start in range(0, len(body), 1000):
            await self.send_chunk(body[start:start + 1000])
        if last:
            await self.send_chunk(b"")

    async def start_chunked(self, status=200, headers=(), content_type=JSON):
        await self.send_head(status, [("Content-Type", content_type),
                                      ("Transfer-Encoding", "chunked"), *headers])

    async def send_chunk(self, data):
        await self.send(b"%x\r\n%s\r\n" % (len(data), data))

    async def send_error(self, status, message, headers=()):
        await self.send_whole(status, dump({"error": message}), headers)
