"""Answers that fail at first, and answers with any status."""

import base64
import re
import time
from email.utils import formatdate

from .exchange import BadParameter, Exchange, dump
from .faults import fail
from .routes import route
from .rows import rows, rows_body


@route("/flaky", "as fail n retry_after " + Exchange.ANSWER)
async def flaky(x):
    """The first `fail` attempts go wrong in the way that `as` says; then n rows."""
    body = rows_body(x.number("n", 10))
    if x.fails(1):
        await fail(x, x.text("as", "503"), body)
    else:
        await x.send_body(body)


@route("/retry-after", "value fail status n")
async def retry_after(x):
    """The first `fail` attempts get a `status` with Retry-After: seconds, a raw text, or a date
    (value=date:+3). Whoever comes back before that is counted in early_retries."""
    name = ("retry-after", x.text("key") or x.request.target)
    now = time.time()
    if name in x.stats.memory:
        refused, allowed = x.stats.memory.pop(name)
        x.stats.retry_waits.append(round(now - refused, 3))
        x.stats.early_retries += now < allowed
    if not x.fails(1):
        await x.send_body(rows_body(x.number("n", 10)))
        return
    value, allowed = when(x.text("value", "1"), now)
    x.stats.memory[name] = (now, allowed)
    await x.send_error(x.number("status", 429), "come back later", [("Retry-After", value)])


def when(value, now):
    """The header's text, and the moment that it means (now, if it means nothing)."""
    if value.startswith("date:"):
        try:
            moment = int(now) + int(value[len("date:"):])
        except ValueError as wrong:
            raise BadParameter(f"value must be like date:+3, not {value!r}") from wrong
        return formatdate(moment, usegmt=True), moment
    return value, now + (int(value) if value.isdigit() else 0)


@route("/status", "code echo n *")
async def status(x):
    """Any status. A success has rows; with echo=1 the body repeats all that the client sent, and with
    echo=base64 its secrets as base64 before that."""
    code = x.number("code", 200)
    if x.flag("echo"):
        request = x.request
        value = {"error": "echo", "target": request.target, "headers": request.headers,
                 "body": request.body.decode("utf-8", "replace")}
        if x.text("echo") == "base64":
            found = re.findall(rb"SECRET[\w-]*|eyJ[\w.-]+", request.raw + request.body)
            value = {"secrets": [base64.b64encode(secret).decode() for secret in found], **value}
    elif 200 <= code < 300:
        value = rows(1, x.number("n", 10))
    else:
        value = {"error": f"this is the {code} that was asked for"}
    headers = [("Content-Range", "bytes 0-99/1000")] if code == 206 else []
    await x.send_whole(code, dump(value), headers)
