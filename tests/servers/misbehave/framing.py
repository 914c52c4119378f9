"""HTTP that is not HTTP: lengths that lie, heads that are none, ends that come too early.

The body is good JSON wherever there is a body, so that a client that believes too much finds rows.
"""

import random

from .exchange import dump, head, typed
from .faults import reset, reset_body, reset_headers
from .routes import route
from .rows import row, rows, rows_body

TYPE = ("Content-Type", "application/json")
CHUNKED = ("Transfer-Encoding", "chunked")


def lengths(*values):
    return [TYPE, *(("Content-Length", value) for value in values)]


async def answer_and_close(x, data):
    await x.send(data)
    x.connection.close()


@route("/reset", "when fail n")
async def reset_route(x):
    """A TCP reset `when`: now, in the headers or in the body."""
    kinds = {"now": reset, "headers": reset_headers, "body": reset_body}
    when = x.one_of("when", kinds, "now")
    body = rows_body(x.number("n", 10))
    if x.fails():
        await kinds[when](x, body)
    else:
        await x.send_body(body)


@route("/truncated", "at format chunked close fail n")
async def truncated(x):
    """A body that ends too early, in the `middle` or behind a whole `record`, JSON or NDJSON. Its
    length is announced; or it comes in chunks without the last; or (close=1) neither."""
    ndjson = x.one_of("format", ("json", "ndjson"), "json") == "ndjson"
    n = x.number("n", 10)
    body = b"".join(dump(r) + b"\n" for r in rows(1, n)) if ndjson else rows_body(n)
    kind = "application/x-ndjson" if ndjson else TYPE[1]
    if not x.fails():
        await x.send_whole(200, body, content_type=kind)
        return
    cut = len(body) // 2
    if x.one_of("at", ("middle", "record"), "middle") == "record":
        cut = body.index(b"}", cut) + (2 if ndjson else 1)
    if x.flag("chunked"):
        await x.send_chunked(body[:cut], content_type=kind, last=False)
    elif x.flag("close"):
        await x.send_head(200, [("Content-Type", kind), ("Connection", "close")])
        await x.send(body[:cut])
    else:
        await x.send_head(200, typed(len(body), kind))
        await x.send(body[:cut])
    x.connection.close()


@route("/cl-negative")
async def cl_negative(x):
    """Content-Length: -5"""
    await answer_and_close(x, head(200, lengths(-5)) + rows_body(10))


@route("/cl-overflow")
async def cl_overflow(x):
    """A Content-Length beyond 64 bits; the connection ends behind the body."""
    await answer_and_close(x, head(200, lengths(2**64 + len(rows_body(10)))) + rows_body(10))


@route("/cl-dup")
async def cl_dup(x):
    """Two Content-Length headers that differ; the second is right."""
    body = rows_body(10)
    await answer_and_close(x, head(200, lengths(len(rows_body(1)), len(body))) + body)


@route("/cl-te")
async def cl_te(x):
    """A Content-Length beside Transfer-Encoding: chunked, as in request smuggling."""
    body = rows_body(10)
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    await answer_and_close(x, head(200, [*lengths(4), CHUNKED]) + chunks)


@route("/cl-short")
async def cl_short(x):
    """A Content-Length that is too short: behind row 1 hides a second answer, with row 666. The
    connection stays open; whoever uses it again reads that."""
    body, hidden = rows_body(1), dump([row(666)])
    await x.send(head(200, typed(len(body))) + body + head(200, typed(len(hidden))) + hidden)


@route("/bad-status-line", "kind")
async def bad_status_line(x):
    """A status line with a word for a number, `huge`, of another `protocol` or `bare`."""
    lines = {"word": "HTTP/1.1 2oo OK", "huge": "HTTP/1.1 99999 Huge", "protocol": "ICY 200 OK",
             "bare": "HTTP/1.1"}
    line = lines[x.one_of("kind", lines, "word")]
    good = head(200, typed(len(rows_body(10)))).partition(b"\r\n")[2]
    await answer_and_close(x, line.encode() + b"\r\n" + good + rows_body(10))


@route("/http09")
async def http09(x):
    """A body without any head."""
    await answer_and_close(x, rows_body(10))


@route("/garbage")
async def garbage(x):
    """Four thousand random bytes, always the same."""
    await answer_and_close(x, random.Random(1).randbytes(4000))


@route("/nul-header")
async def nul_header(x):
    """A header with a NUL in it."""
    headers = [*typed(len(rows_body(10))), ("X-Nul", "a\0b")]
    await answer_and_close(x, head(200, headers) + rows_body(10))


@route("/chunked-garbage")
async def chunked_garbage(x):
    """A good chunk, then a chunk whose size is no number."""
    body = rows_body(10)
    chunk = b"%x\r\n%s\r\n" % (len(body), body)
    await answer_and_close(x, head(200, [TYPE, CHUNKED]) + chunk + b"zz\r\nmore\r\n0\r\n\r\n")


@route("/chunked-huge")
async def chunked_huge(x):
    """A chunk whose size is beyond 64 bits."""
    body = rows_body(10)
    chunk = b"%x\r\n%s\r\n0\r\n\r\n" % (2**64 + len(body), body)
    await answer_and_close(x, head(200, [TYPE, CHUNKED]) + chunk)


@route("/endless-1xx", "pause")
async def endless_1xx(x):
    """100 Continue for ever, as fast as the client reads or with a pause between them."""
    while True:
        await x.send(head(100, []))
        await x.pause(x.number("pause", 0.0, float))


@route("/endless-headers")
async def endless_headers(x):
    """Headers for ever."""
    await x.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await x.send(b"X-More: " + b"m" * 1000 + b"\r\n")
        await x.pause(0)
