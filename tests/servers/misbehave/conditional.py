"""/kept: rows that the test brings with /data-set, with validators that a client can ask by."""

import hashlib
import json
from email.utils import formatdate
from urllib.parse import urlencode

from .data import page_of
from .exchange import BadParameter, Exchange, dump
from .routes import route

PARAMETERS = "style size page cursor links totals tag control vary login leak " + Exchange.ANSWER
BEGINNING = 1_700_000_000


def changed_at(x, target, body):
    """A time that moves by a second with each other body of the target."""
    memory = x.stats.memory.setdefault("kept", {}).setdefault(target, {"body": body, "n": 0})
    if memory["body"] != body:
        memory.update(body=body, n=memory["n"] + 1)
    return BEGINNING + memory["n"]


def validators(x, body):
    form = x.one_of("tag", ("strong", "weak", "time", "none", "constant", "body"), "strong")
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if form == "time":
        return [("Last-Modified", formatdate(changed_at(x, x.request.target, body), usegmt=True))]
    if form == "constant":
        return [("ETag", '"always-the-same"')]
    return [] if form == "none" else [("ETag", tag if form == "strong" else "W/" + tag)]


def holds(x, headers):
    """Whether what the client has is what there is."""
    if x.text("tag") == "constant":
        return False
    for name, value in headers:
        asked = x.request.header("if-none-match" if name == "ETag" else "if-modified-since")
        if asked and asked == value:
            return True
    return False


def links(x, number, page):
    """The next page in the body or the head; with leak=1 what lets the client in, too."""
    more = number < page["total_pages"]
    url = f"{x.origin()}{x.request.path}?" + urlencode({**x.request.query, "page": number + 1})
    where = x.one_of("links", ("none", "body", "head"), "none")
    if x.flag("leak"):
        page["self"] = x.request.header("authorization")
    if where == "body":
        page["next"] = url if more else None
    return [("Link", f'<{url}>; rel="next"')] if where == "head" and more else []


@route("/kept/", PARAMETERS)
async def kept(x):
    """Pages of the rows that /data-set put under this name, with ETag or Last-Modified; 304 to who
    has them already, which not_modified counts. tag: strong weak time none,
    body (which says nothing about a Link), constant (which never leads to a 304). control and vary: what
    Cache-Control and Vary say; totals=0 leaves the number of pages out. With login=1 the rows are those of the name and the token."""
    sets = x.stats.memory.get("data", {})
    name = x.tail()
    if x.flag("login"):
        name += "." + x.request.header("authorization").rpartition(" ")[2]
    if name not in sets:
        raise BadParameter(f"nobody put {name!r} with /data-set")
    number, page = page_of(x, sets[name])
    headers = links(x, number, page)
    if x.text("totals", "1") == "0":
        del page["total_pages"]
    body = dump(page)
    seen = b"" if x.text("tag") == "body" else json.dumps(headers).encode()
    headers += validators(x, body + seen)
    for key, header in (("control", "Cache-Control"), ("vary", "Vary")):
        if x.text(key):
            headers.append((header, x.text(key)))
    headers.append(("Set-Cookie", "sid=a-cookie-that-lets-in"))
    if holds(x, headers):
        x.stats.not_modified += 1
        await x.pause(x.number("delay", 0.0, float))
        await x.send_whole(304, b"", headers)
    else:
        await x.send_body(body, headers=headers)
