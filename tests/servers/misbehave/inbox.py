"""Where rows can be sent to: it keeps them, and every request that brought some."""

import json

from .access import issued
from .exchange import BadParameter
from .faults import fail
from .routes import route


def inbox(x, name):
    """What was sent to this name: rows that were taken, keys that brought them, all requests."""
    boxes = x.stats.memory.setdefault("inbox", {})
    return boxes.setdefault(name, {"rows": [], "taken": {}, "requests": [], "attempts": {}, "tokens": {}})


def rows_of(x):
    """The rows of a body: lines, an array, the array `under` a key of an object, or one row."""
    if "ndjson" in x.request.header("content-type"):
        return [json.loads(line) for line in x.request.body.splitlines()]
    value = json.loads(x.request.body)
    if under := x.text("under"):
        value = value[under]
    return value if isinstance(value, list) else [value]


def take(x, box, key, rows):
    """Keeps the rows, unless they came with this key before and dedup=1."""
    if x.flag("dedup") and key in box["taken"]:
        return
    box["taken"][key] = box["taken"].get(key, 0) + 1
    box["rows"] += rows


@route("/inbox/", "as fail busy lose refuse status retry_after delay dedup under header to hold uses quota")
async def receive(x):
    """Takes rows and keeps them. Of each key the first `fail` attempts go wrong as `as` says, and so does
    request number `busy`; the first `lose` ones are taken, and the answer is lost. A body with the row
    of id `refuse` is refused with `status`, and quoted. With hold=N rows are taken, and nothing is
    answered from the N-th request on, until /heal. dedup=1: a key counts once. With `to` all are sent
    elsewhere; with `uses` a token of /token is needed, which is good for so many requests.
    Of each token, `quota` requests are let in."""
    box = inbox(x, x.tail())
    if x.text("uses") and not issued(x):
        await x.send_error(401, "no token, or one that is used up")
        return
    token = x.request.header("authorization")
    used = box["tokens"][token] = box["tokens"].get(token, 0) + 1
    if used > x.number("quota", used):
        await x.send_error(403, "that was enough", [("X-RateLimit-Remaining", "0")])
        return
    key = x.request.header(x.text("header", "Idempotency-Key").lower())
    try:
        rows = rows_of(x)
    except ValueError as wrong:
        raise BadParameter(f"the body is not JSON: {wrong}") from wrong
    attempt = box["attempts"][key] = box["attempts"].get(key, 0) + 1
    box["requests"].append({
        "key": key, "method": x.request.method, "attempt": attempt, "headers": x.request.headers,
        "body": x.request.body.decode(), "ids": [row.get("id") for row in rows],
        "at": round(x.stats.now(), 4)})
    await answer(x, box, key, rows, attempt)


async def answer(x, box, key, rows, attempt):
    number = len(box["requests"])
    refused = x.number("refuse", None)
    healed = x.stats.healed
    if to := x.text("to"):
        await x.send_error(307, "elsewhere", [("Location", to + "?token=SECRET-there")])
    elif not healed and (attempt <= x.number("fail", 0) or number == x.number("busy", 0)):
        await fail(x, x.text("as", "503"), b'{"taken":0}')
    elif refused is not None and refused in [row.get("id") for row in rows]:
        wrong = next(row for row in rows if row.get("id") == refused)
        await x.send_json({"error": "not this one", "row": wrong, "you": x.request.headers},
                          x.number("status", 422))
    else:
        take(x, box, key, rows)
        await confirm(x, number, len(rows), not healed and attempt <= x.number("lose", 0))


async def confirm(x, number, n_rows, is_lost):
    while number >= x.number("hold", number + 1) and not x.stats.healed:
        await x.pause(0.01)
    if is_lost:
        await x.connection.reset()
    else:
        await x.send_json({"taken": n_rows}, x.number("status", 201))


@route("/inbox-seen", "name", control=True)
async def inbox_seen(x):
    """What came to this name."""
    await x.send_json(inbox(x, x.text("name")))
