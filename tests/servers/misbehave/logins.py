"""A session: a token or cookies for a name and a password."""

import json
from urllib.parse import parse_qs

from .access import PASSWORD, USER, issue
from .routes import route


def given(x):
    """The fields of the body, be it JSON or a form."""
    body = x.request.body.decode()
    if "json" in x.request.header("content-type"):
        return json.loads(body)
    return {name: values[-1] for name, values in parse_qs(body).items()}


@route("/login", "gives fail as")
async def login(x):
    """For user and password, in JSON or a form: a token as data.token (gives=json), in X-Session
    (header) or as the cookie sid (cookie). With gives=nothing there is none."""
    gives = x.one_of("gives", ("json", "header", "cookie", "nothing"), "json")
    fields = given(x)
    if fields.get("user") != USER or fields.get("password") != PASSWORD:
        x.stats.auth_failures += 1
        await x.send_json({"error": "who are you", "you sent": fields}, 403)
        return
    if x.fails(0):
        await x.send_error(x.number("as", 503), "no logins today")
        return
    headers, body = [], {"data": {"token": None}}
    token = issue(x, "session")
    if gives == "json":
        body["data"]["token"] = token
    elif gives == "header":
        headers = [("X-Session", token)]
    elif gives == "cookie":
        headers = [("Set-Cookie", "theme=dark; Path=/"), ("Set-Cookie", "sid=old"),
                   ("Set-Cookie", f"sid={token}; HttpOnly; Path=/"), ("Set-Cookie", "gone=")]
    await x.send_json(body, headers=headers)
