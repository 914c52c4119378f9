"""The ways an answer goes wrong that any route can be told to take, by the parameter `as`.

Each takes the body that a good answer would have had: a client that is not careful finds some good
rows in it, and the test finds them in the table.
"""

import random

from .exchange import BadParameter, dump, typed

# What a chaotic server does; nothing that a client may not retry, nothing that takes long.
CHAOS = ("500", "502", "503", "reset", "reset-body", "close", "truncated")
CHAOS_ATTEMPTS = 3


async def reset(x, body):
    """A TCP reset before any byte."""
    await x.connection.reset()


async def reset_headers(x, body):
    """A TCP reset in the middle of the headers."""
    await x.send(b"HTTP/1.1 200 OK\r\nContent-Type: applic")
    await x.connection.reset()


async def reset_body(x, body):
    """A TCP reset in the middle of the body."""
    await send_half(x, body)
    await x.connection.reset()


async def close(x, body):
    """An orderly end of the connection before any byte."""
    x.connection.close()


async def truncated(x, body):
    """An orderly end of the connection in the middle of the body."""
    await send_half(x, body)
    x.connection.close()


async def stall(x, body):
    """Half a body, then silence."""
    await send_half(x, body)
    await x.connection.wait_gone()


async def hang(x, body):
    """Silence."""
    await x.connection.wait_gone()


async def held(x, body):
    """Silence until /heal, then the good answer."""
    while not x.stats.healed:
        await x.pause(0.01)
    await x.send_whole(200, body)


async def badjson(x, body):
    """A complete answer whose JSON ends in the middle."""
    await x.send_whole(200, body[:len(body) // 2])


async def wrongshape(x, body):
    """A complete answer, JSON, and not what was asked for."""
    await x.send_whole(200, dump({"error": "something went wrong"}))


async def html(x, body):
    """A page for people, as a proxy or a sign-in sends it."""
    page = b"<!DOCTYPE html>\n<html><title>Sign in</title><body>Please sign in.</body></html>\n"
    await x.send_whole(200, page, content_type="text/html; charset=utf-8")


async def empty(x, body):
    """A complete answer of no bytes."""
    await x.send_whole(200, b"")


async def send_half(x, body):
    await x.send_head(200, typed(len(body)))
    await x.send(body[:len(body) // 2])


FAULTS = {
    "reset": reset, "reset-headers": reset_headers, "reset-body": reset_body, "close": close,
    "truncated": truncated, "stall": stall, "hang": hang, "held": held, "badjson": badjson,
    "wrongshape": wrongshape, "html": html, "empty": empty,
}


async def fail(x, fault, body):
    """Answer with a fault of the table, or with a status."""
    if fault in FAULTS:
        await FAULTS[fault](x, body)
    elif fault.isdigit() and 200 <= int(fault) <= 999:
        value = x.text("retry_after")
        headers = [("Retry-After", value)] if value else []
        await x.send_error(int(fault), f"this is the {fault} that was asked for", headers)
    else:
        raise BadParameter(f"as must be a status or one of {' '.join(FAULTS)}, not {fault!r}")


def chaos(x, attempt):
    """The fault that this attempt meets by `chaos` and `seed`, or None.

    No more than the first attempts at a URL fail, so that a patient client always gets through.
    """
    likelihood = x.number("chaos", 0.0, float)
    if attempt > CHAOS_ATTEMPTS or not likelihood:
        return None
    dice = random.Random(f"{x.text('seed')} {x.request.target} {attempt}")
    return dice.choice(CHAOS) if dice.random() < likelihood else None
