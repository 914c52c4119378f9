"""What the client sent."""

import json

from .exchange import Exchange
from .routes import route


def seen(request):
    query = {}
    for name, value in request.pairs:
        query.setdefault(name, []).append(value)
    return {"method": request.method, "target": request.target, "path": request.path,
            "query": query, "headers": request.headers,
            "body": request.body.decode("utf-8", "backslashreplace")}


@route("/echo", "rows *")
async def echo(x):
    """The request as JSON; with rows=1 as the one row of an array."""
    value = seen(x.request)
    await x.send_json([value] if x.flag("rows") else value)


@route("/post", Exchange.ANSWER)
async def post(x):
    """Takes JSON: gives back the array, the array `rows` of an object, or the object as a row."""
    if x.request.method not in ("POST", "PUT", "PATCH"):
        await x.send_error(405, "this takes a POST", [("Allow", "POST, PUT, PATCH")])
        return
    if "json" not in x.request.header("content-type"):
        await x.send_error(415, "this takes application/json")
        return
    try:
        value = json.loads(x.request.body)
    except ValueError as wrong:
        await x.send_error(400, f"the body is not JSON: {wrong}")
        return
    rows = value.get("rows", [value]) if isinstance(value, dict) else value
    await x.send_json({"data": rows})
