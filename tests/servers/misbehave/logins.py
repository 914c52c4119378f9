"""Logins of more than one step: sessions, and tokens that change with each use."""

import json
import math
import time
from urllib.parse import parse_qs

from .access import CLIENT_ID, PASSWORD, USER, is_signed, issue
from .routes import route
from .rows import rows


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


@route("/refresh", "rotate expires_in lose fail as pause")
async def refresh(x):
    """OAuth 2 with a refresh token. The first is SECRET-refresh-0; with rotate=1 each is good once,
    and the answer holds the next. With lose=n the first n answers never come, though the token is
    changed."""
    form = {name: values[-1] for name, values in parse_qs(x.request.body.decode()).items()}
    number = x.stats.memory.setdefault("refresh", 0)
    if form.get("grant_type") != "refresh_token" or form.get("client_id") != CLIENT_ID:
        await x.send_json({"error": "invalid_request"}, 400)
        return
    if form.get("refresh_token") != f"SECRET-refresh-{number}":
        x.stats.auth_failures += 1
        await x.send_json({"error": "invalid_grant", "you sent": form}, 400)
        return
    if x.fails(0):
        await x.send_error(x.number("as", 503), "no tokens today")
        return
    await x.pause(x.number("pause", 0.0, float))
    answer = {"access_token": issue(x, "issued"), "token_type": "Bearer",
              "expires_in": x.number("expires_in", 3600)}
    if x.flag("rotate"):
        x.stats.memory["refresh"] = number + 1
        answer["refresh_token"] = f"SECRET-refresh-{number + 1}"
    if number < x.number("lose", 0):
        x.connection.close()
        return
    await x.send_json(answer)


@route("/exchange")
async def exchange(x):
    """OAuth 2 for a JSON Web Token that whoever asks has signed (RFC 7523)."""
    form = {name: values[-1] for name, values in parse_qs(x.request.body.decode()).items()}
    if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
        await x.send_json({"error": "unsupported_grant_type"}, 400)
    elif not is_signed(form.get("assertion", "")):
        await x.send_json({"error": "invalid_grant", "you sent": form}, 400)
    else:
        await x.send_json({"access_token": issue(x, "issued"), "token_type": "Bearer",
                           "expires_in": 3600})


@route("/quota", "limit window as bad n *")
async def quota(x):
    """n rows for SECRET-pool-1 to -3, each good `limit` times in `window` seconds from its first use,
    and told so; beyond that `as`. With bad=k that one is refused."""
    token = x.request.header("authorization").removeprefix("Bearer ")
    if token not in [f"SECRET-pool-{i}" for i in (1, 2, 3)] or token[-1] == x.text("bad"):
        x.stats.auth_failures += 1
        await x.send_error(401, "wrong credentials, or none")
        return
    limit, window = x.number("limit", 10), x.number("window", 3600.0, float)
    now = x.stats.now()
    count = x.stats.memory.setdefault(("quota", token), [now, 0])
    if now >= count[0] + window:
        count[:] = [now, 0]
    count[1] += 1
    headers = [("X-RateLimit-Remaining", max(0, limit - count[1])),
               ("X-RateLimit-Reset", math.ceil(time.time() + count[0] + window - now))]
    if count[1] > limit:
        x.stats.rate_violations += 1
        await x.send_error(x.number("as", 403), "that was enough", headers)
        return
    await x.send_json(rows(1, x.number("n", 10)), headers=headers)
