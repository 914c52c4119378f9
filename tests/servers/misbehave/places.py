"""/placed: pages whose number, offset, limit or cursor does not come in the query, but in headers, in
the path or in the body. One that comes elsewhere is refused."""

from .exchange import BadParameter
from .paging import PARAMETERS, serve
from .routes import route

VALUES = ("page", "offset", "limit", "cursor")


@route("/placed", "place " + PARAMETERS)
async def placed(x):
    """As /pages; place=header takes X-Page and the like, place=body {"variables": {"at": {"page": 3}}}
    of a POST."""
    await serve_placed(x, {"header": from_headers, "body": from_body}.get(x.text("place"), nothing))


@route("/placed/", "place " + PARAMETERS)
async def placed_in_path(x):
    """place=path: the value is what follows the last slash."""
    value = {"page": "page", "offset": "offset"}.get(x.text("style"), "cursor")
    await serve_placed(x, lambda _: {value: x.tail()})


async def serve_placed(x, read):
    if strays := [name for name in VALUES if name in x.query]:
        raise BadParameter(f"{' '.join(strays)} came in the query")
    x.query.update(read(x))
    await serve(x)


def nothing(_):
    return {}


def from_headers(x):
    values = {name: x.request.header(f"x-{name}", None) for name in VALUES}
    return {name: value for name, value in values.items() if value is not None}


def from_body(x):
    """Numbers as numbers, cursors as texts."""
    values = x.request_json()["variables"]["at"]
    for name, value in values.items():
        if not isinstance(value, str if name == "cursor" else int):
            raise BadParameter(f"{name} has the wrong type in the body: {value!r}")
    return {name: str(value) for name, value in values.items()}
