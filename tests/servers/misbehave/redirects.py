"""Elsewhere: redirects to any place, round and round, or to another origin."""

from urllib.parse import urlencode

from .exchange import dump
from .routes import route


def to(x, location):
    return x.send_whole(x.number("code", 302), dump({"moved": "elsewhere"}),
                        [("Location", location)])


@route("/redirect", "to code n loop long")
async def redirect(x):
    """To `to`, raw, or to a place whose address has `long` bytes; or n times to itself and then to
    /rows; or (loop=1) for ever."""
    if "to" in x.query:
        await to(x, x.text("to"))
    elif long := x.number("long", 0):
        await to(x, "/rows?i=" + "l" * long)
    elif x.flag("loop"):
        await to(x, x.request.target)
    elif (n := x.number("n", 1)) > 1:
        await to(x, "/redirect?" + urlencode({**x.request.query, "n": n - 1}))
    else:
        await to(x, "/rows")


@route("/redirect-other-origin", "to code *")
async def redirect_other_origin(x):
    """To `to` (/rows unless told) at the other origin, which counts its hits and what leaks."""
    await to(x, x.origin(other=True) + x.text("to", "/rows"))
