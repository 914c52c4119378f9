"""Large answers that break off, and are others when they are asked for again: /stream."""

import zlib

from .exchange import BadParameter, dump
from .formats import CSV, LINES
from .routes import route

KIB = 1024
PIECE = 64 * KIB


def row(n, word):
    """A row of about 1 KiB, with whatever ends a text, an object or a line in some parser."""
    return {"id": n, "name": f'{word} "{n}" ]}}\\, ', "tags": [[], {"a": [n]}], "pad": "x" * 940}


def json_rows(count, word):
    yield b"["
    yield from separated(dump(row(n, word)) for n in range(1, count + 1))
    yield b"]"


def framed_rows(count, word):
    yield b'{"at":"%s","data":{"none":[],"it\\u0065ms":' % word.encode()
    yield from json_rows(count, word)
    yield b'},"total":%d}' % count


def line_rows(count, word):
    for n in range(1, count + 1):
        yield dump(row(n, word)) + b"\n"


def csv_rows(count, word):
    yield b'id,name,"pad\nded"\r\n'
    for n in range(1, count + 1):
        yield b'%d,"%s\r\n""%d"",",%s\r\n' % (n, word.encode(), n, b"x" * 980)


def separated(items):
    for n, item in enumerate(items):
        yield b"," + item if n else item


FORMS = {"json": (json_rows, "application/json"), "framed": (framed_rows, "application/json"),
         "ndjson": (line_rows, LINES), "csv": (csv_rows, CSV)}
FAULTS = ("reset", "close", "unclosed", "crc")


def packed(pieces, spoilt):
    """The same as gzip, whose check of the bytes fails if it is spoilt."""
    packer = zlib.compressobj(1, wbits=31)
    for piece in pieces:
        yield packer.compress(piece)
    end = bytearray(packer.flush())
    if spoilt:
        end[-8] ^= 1
    yield bytes(end)


def in_pieces(parts, most):
    """Pieces of one size, and no more than `most` bytes."""
    buffer = bytearray()
    for part in parts:
        buffer += part
        if len(buffer) < PIECE and len(buffer) < most:
            continue
        yield bytes(buffer[:most])
        most -= len(buffer)
        buffer.clear()
        if most <= 0:
            return
    yield bytes(buffer)


def parts_of(x, attempt):
    """What this attempt is about to get."""
    make, _ = FORMS[x.one_of("form", FORMS, "json")]
    count = x.number("n", 5000)
    again = x.one_of("again", ("same", "frame", "rows", "fewer"), "same") if attempt > 1 else "same"
    word = {"same": "row", "frame": "row", "fewer": "row", "rows": "other"}[again]
    if again == "fewer":
        count = 10
    parts = make(count, word)
    if again == "frame":
        return (part.replace(b'"at":"row"', b'"at":"later"') for part in parts)
    return parts


@route("/stream", "n form as at fail then again gzip framing pause")
async def stream(x):
    """n rows of 1 KiB. The first `fail` attempts break off after `at` KiB in the way of `as`; later
    ones get the status `then`, or `again` the same rows, others, fewer, or another frame."""
    attempt = x.attempt()
    fault = x.one_of("as", FAULTS, "close") if attempt <= x.number("fail", 0) else None
    if attempt > 1 and not fault and x.number("then", 200) != 200:
        await x.send_error(x.number("then", 200), "not any more")
        return
    parts = parts_of(x, attempt)
    headers = [("Content-Type", FORMS[x.text("form", "json")][1])]
    if x.flag("gzip"):
        parts = packed(parts, fault == "crc")
        headers.append(("Content-Encoding", "gzip"))
    chunked = x.one_of("framing", ("chunked", "none"), "chunked") == "chunked"
    if fault == "crc" and not x.flag("gzip"):
        raise BadParameter("as=crc needs gzip=1")
    most = x.number("at", 0) * KIB if fault and fault != "crc" else 1 << 60
    headers.append(("Transfer-Encoding", "chunked") if chunked else ("Connection", "close"))
    await x.send_head(200, headers)
    await send(x, in_pieces(parts, most), chunked)
    if fault == "reset":
        await x.connection.reset()
    elif chunked and fault != "close":
        await x.send_chunk(b"")
    if fault == "close" or not chunked:
        x.connection.close()


async def send(x, pieces, chunked):
    pause = x.number("pause", 0.0, float)
    for piece in pieces:
        if piece:
            await (x.send_chunk if chunked else x.send)(piece)
        if pause:
            await x.pause(pause)
