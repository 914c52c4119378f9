"""Too slow, or never."""

from .exchange import Exchange, head, typed
from .faults import hang, stall
from .routes import route
from .rows import rows_body


@route("/slow", "n " + Exchange.ANSWER)
async def slow(x):
    """n rows after `delay` seconds, 0.2 unless told."""
    x.query.setdefault("delay", "0.2")
    await x.send_body(rows_body(x.number("n", 10)))


@route("/hang")
async def never(x):
    """Takes the request and never answers."""
    await hang(x, b"")


@route("/stall", "n")
async def stalled(x):
    """Headers and half a body, then nothing."""
    await stall(x, rows_body(x.number("n", 10)))


@route("/drip", "bps n")
async def drip(x):
    """Headers at once, the body of n rows at `bps` bytes a second."""
    body = rows_body(x.number("n", 10))
    await x.send_head(200, typed(len(body)))
    await trickle(x, body)


@route("/slow-headers", "bps n")
async def slow_headers(x):
    """Status line and headers at `bps` bytes a second, then the body at once."""
    body = rows_body(x.number("n", 10))
    await trickle(x, head(200, typed(len(body))))
    await x.send(body)


async def trickle(x, data):
    """Ten pieces a second, or single bytes when that is fewer."""
    bps = max(1.0, x.number("bps", 10, float))
    piece = max(1, round(bps / 10))
    for start in range(0, len(data), piece):
        await x.send(data[start:start + piece])
        await x.pause(piece / bps)
