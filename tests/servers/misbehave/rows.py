"""Rows that a test can predict: what row n holds depends on n alone."""

import functools
import hashlib
import math
from datetime import datetime, timedelta, timezone

from .exchange import BadParameter, Exchange, dump
from .faults import chaos, fail
from .routes import route

FIRST_TIME = datetime(2024, 1, 1, tzinfo=timezone.utc)
ROWS_A_SECOND = 10      # so many rows share one time: a high-water mark cuts through equals


def row(n):
    at = FIRST_TIME + timedelta(seconds=n // ROWS_A_SECOND)
    return {"id": n, "name": f"row {n}", "value": n * 0.25, "at": f"{at:%Y-%m-%dT%H:%M:%SZ}"}


def rows(first, last):
    return [row(n) for n in range(first, last + 1)]


@functools.lru_cache(maxsize=256)
def rows_body(n):
    return dump(rows(1, n))


def first_at(text):
    """The number of the first row whose time is not before an ISO time."""
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        seconds = (moment - FIRST_TIME).total_seconds()
    except (ValueError, TypeError) as wrong:
        raise BadParameter(f"not a time with its zone: {text!r}") from wrong
    return max(1, math.ceil(seconds) * ROWS_A_SECOND)


def digest(served):
    """What a table with exactly these rows must give."""
    ids = sorted(served)
    names = "\n".join(f"{n}:{row(n)['name']}" for n in ids)
    return {"count": len(ids), "distinct": len(set(ids)), "sum_id": sum(ids),
            "sha256": hashlib.sha256(names.encode()).hexdigest()}


@route("/rows", "n " + Exchange.ANSWER)
async def plain_rows(x):
    """A plain array of n rows."""
    await x.send_body(rows_body(x.number("n", 10)))


@route("/items/", "as fail every missing_every retry_after chaos seed " + Exchange.ANSWER)
async def item(x):
    """One row. Every `every`-th item fails `as` at its first `fail` attempts; some are missing."""
    number = x.tail()
    if not number.isdigit():
        raise BadParameter(f"an item is a number, not {number!r}")
    n = int(number)
    if (missing := x.number("missing_every", 0)) and n % missing == 0:
        await x.send_error(404, f"there is no item {n}")
        return
    attempt = x.attempt()
    fault = chaos(x, attempt)
    if "as" in x.query and n % x.number("every", 1) == 0 and attempt <= x.number("fail", 1):
        fault = x.text("as")
    if fault:
        await fail(x, fault, dump(row(n)))
    else:
        await x.send_json(row(n))
