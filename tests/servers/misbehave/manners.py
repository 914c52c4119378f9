"""Servers that ask for manners: to be left alone for a while, or not to be crowded."""

import asyncio
import time

from .routes import route
from .rows import row


@route("/pause", "after seconds status bare")
async def pause(x):
    """One row with the id i, after 20 ms. Once `after` requests have come, one gets a 429 with
    Retry-After (none with bare=1); what comes within those `seconds` is counted in came_early,
    and in_flight_after tells with how many others each later one came."""
    memory = x.stats.memory.setdefault(("pause", x.text("key")), {"n": 0, "until": None})
    seconds = x.number("seconds", 2.0, float)
    memory["n"] += 1
    if memory["n"] == x.number("after", 10):
        memory["until"] = time.monotonic() + seconds
        x.stats.came_early = 0
        x.stats.in_flight_after = []
        headers = [("Retry-After", round(seconds))] if not x.flag("bare") else []
        await x.send_error(x.number("status", 429), "leave me alone", headers)
        return
    if memory["until"] is not None:
        if time.monotonic() < memory["until"]:
            x.stats.came_early += 1
        else:
            x.stats.in_flight_after.append(x.stats.in_flight)
    await asyncio.sleep(0.02)
    await x.send_json([row(x.number("i", 1))])


@route("/left", "limit reset form")
async def left(x):
    """One row with the id i, and headers that say how much is left of `limit` until the count begins
    anew, `reset` seconds after the first request. `form` of the reset: seconds, epoch, epoch_ms,
    draft (both in RateLimit), or old_draft. What is too much gets a 429, and counts in
    rate_violations."""
    limit, reset = x.number("limit", 10), x.number("reset", 2.0, float)
    memory = x.stats.memory.setdefault(("left", x.text("key")), {"n": 0, "ends": 0.0})
    now = time.time()
    if now >= memory["ends"]:
        memory.update(n=0, ends=now + reset)
    memory["n"] += 1
    headers = left_headers(x, max(0, limit - memory["n"]), memory["ends"], now)
    if memory["n"] > limit:
        x.stats.rate_violations += 1
        await x.send_error(429, "too much", headers)
    else:
        await x.send_json([row(x.number("i", 1))], headers=headers)


def left_headers(x, n, ends, now):
    form = x.one_of("form", ("seconds", "epoch", "epoch_ms", "draft", "old_draft"), "seconds")
    if form == "draft":
        return [("RateLimit", f'"default";r={n};t={ends - now:.3f}')]
    if form == "old_draft":
        return [("RateLimit", f"limit=9, remaining={n}, reset={ends - now:.3f}")]
    values = {"seconds": f"{ends - now:.3f}", "epoch": f"{ends:.3f}",
              "epoch_ms": f"{ends * 1000:.0f}"}
    return [("X-Left", n), ("X-Reset", values[form])]


@route("/crowd", "capacity work most")
async def crowd(x):
    """One row with the id i. `capacity` requests are worked at at once, each for `work` seconds; the
    others wait their turn. More than `most` at once, and one gets a 429, which counts in
    rate_violations."""
    capacity, most = x.number("capacity", 4), x.number("most", 0)
    name = ("crowd", x.text("key"))
    if name not in x.stats.memory:
        x.stats.memory[name] = asyncio.Semaphore(capacity)
        x.stats.crowds = []
    x.stats.crowds.append(x.stats.in_flight)
    if most and x.stats.in_flight > most:
        x.stats.rate_violations += 1
        await x.send_error(429, "too many at once")
        return
    async with x.stats.memory[name]:
        await asyncio.sleep(x.number("work", 0.02, float))
    await x.send_json([row(x.number("i", 1))])
