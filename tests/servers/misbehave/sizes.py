"""Far too much of something, made while it is sent: this process stays small."""

import gzip
import zlib

from .exchange import BadParameter, dump
from .routes import route
from .rows import rows_body

KIB = 1024
MIB = 1024 * KIB
PAD = 64 * KIB


def big_rows(mb):
    """1,024 rows a MiB, each of exactly 1,024 bytes with its comma."""
    yield b"["
    for n in range(1, mb * KIB + 1):
        start = b'{"id":%d,"name":"row %d","pad":"' % (n, n)
        end = b'"}]' if n == mb * KIB else b'"},'
        yield start + b"x" * (KIB - len(start) - len(end)) + end


def padded(before, filler, after, mb):
    """One text made huge by a filler in its middle; its length divides PAD."""
    yield before
    for _ in range(mb * MIB // PAD):
        yield filler * (PAD // len(filler))
    yield after


KINDS = {
    "rows": big_rows,
    "string": lambda mb: padded(b'[{"id":1,"v":"', b"x", b'"}]', mb),
    "key": lambda mb: padded(b'[{"id":1,"', b"k", b'":2}]', mb),
    "array": lambda mb: padded(b'[{"id":1,"v":[0', b",0", b"]}]", mb),
    "object": lambda mb: padded(b'[{"id":1,"v":{"a":0', b',"a":1.5', b"}}]", mb),
    "ws": lambda mb: padded(b"[", b" ", b"]", mb),
    "ws_row": lambda mb: padded(b'[{"id":1},', b"\n", b'{"id":2}]', mb),
}


def gathered(pieces, size=PAD):
    """The same bytes in pieces of about `size`."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        if len(buffer) >= size:
            yield bytes(buffer)
            buffer.clear()
    yield bytes(buffer)


async def send_pieces(x, pieces, headers=()):
    await x.start_chunked(headers=headers)
    for piece in gathered(pieces):
        if piece:
            await x.send_chunk(piece)
    await x.send_chunk(b"")


@route("/big", "mb kind")
async def big(x):
    """`mb` MiB of rows (1,024 a MiB), or one row with a huge string, key, array or object, or
    white space."""
    kind = x.one_of("kind", KINDS, "rows")
    await send_pieces(x, KINDS[kind](x.number("mb", 1)))


@route("/deep", "depth kind")
async def deep(x):
    """Arrays, or objects, or arrays within a row, one in the other."""
    shapes = {"array": (b"", b"[", b"", b"]", b""),
              "object": (b"", b'{"a":', b"1", b"}", b""),
              "row": (b'[{"id":1,"v":', b"[", b"", b"]", b"}]")}
    before, opening, inside, closing, after = shapes[x.one_of("kind", shapes, "array")]
    depth = x.number("depth", 1000)
    await x.send_whole(200, before + opening * depth + inside + closing * depth + after)


@route("/gzip", "n truncated crc trailing members bomb")
async def gzipped(x):
    """n rows in gzip: whole, truncated, with a wrong crc, with bytes trailing, of several members;
    or bomb= MiB of white space in a thousandth of that."""
    if mb := x.number("bomb", 0):
        await send_pieces(x, bomb(mb), [("Content-Encoding", "gzip")])
        return
    body = rows_body(x.number("n", 100))
    if (members := x.number("members", 1)) < 1:
        raise BadParameter("members must be at least 1")
    step = -(-len(body) // members)
    packed = b"".join(gzip.compress(body[start:start + step], 6, mtime=0)
                      for start in range(0, len(body), step))
    if x.flag("crc"):
        packed = packed[:-8] + bytes(byte ^ 0xff for byte in packed[-8:-4]) + packed[-4:]
    if x.flag("truncated"):
        packed = packed[:len(packed) // 2]
    if x.flag("trailing"):
        packed += b"and more"
    await x.send_whole(200, packed, [("Content-Encoding", "gzip")])


def bomb(mb):
    """A small row at the end of much white space, compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    for piece in padded(b"[", b" ", dump({"id": 1}) + b"]", mb):
        yield packer.compress(piece)
    yield packer.flush()
