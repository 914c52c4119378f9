"""Rows in other clothes than a JSON array."""

from .exchange import Exchange, dump
from .routes import route
from .rows import rows

LINES = "application/x-ndjson"


@route("/lines", "n type nested " + Exchange.ANSWER)
async def lines(x):
    """n rows as NDJSON, each (nested=1) in an object of its own. type= sets the content type."""
    found = rows(1, x.number("n", 10))
    if x.flag("nested"):
        found = [{"type": "RECORD", "record": r} for r in found]
    await x.send_body(b"".join(dump(r) + b"\n" for r in found),
                      content_type=x.text("type", LINES))
