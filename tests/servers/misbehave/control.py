"""For the tests themselves: what is here, what happened, start anew. None of it is counted."""

from .routes import ROUTES, route


@route("/", control=True)
async def index(x):
    """The routes and their parameters."""
    await x.send_json({"routes": [ROUTES[path].describe() for path in sorted(ROUTES)]})


@route("/stats", "prefix urls paths", control=True)
async def stats(x):
    """All counters; of the URLs those that begin with `prefix`; urls=0 and paths=0 leave out what is as
    long as the server was asked for different things."""
    left_out = {name for name in ("urls", "paths") if x.text(name) == "0"}
    await x.send_json(x.stats.report(x.text("prefix", "/"), left_out))


@route("/reset-stats", control=True)
async def reset_stats(x):
    """Forgets all hits, attempts and tokens."""
    x.stats.reset()
    await x.send_json({"reset": True})


@route("/heal", control=True)
async def heal(x):
    """From now on every attempt is beyond the `fail` of its URL: what was broken works."""
    x.stats.healed = True
    await x.send_json({"healed": True})
