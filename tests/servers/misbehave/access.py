"""Who may ask, and how often.

The right credentials all contain SECRET, so that a test can look for that word in every output.
"""

import base64
import hashlib
import hmac
import json
import math
import re
import time
from collections import deque
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from .routes import route
from .rows import row, rows_body
from .stats import SLACK

TOKEN = "SECRET-token"
USER, PASSWORD = "user", "SECRET-password"
API_KEY = "SECRET-key"
CLIENT_ID, CLIENT_SECRET = "client", "SECRET-client"
SIGNING_KEY = "SECRET-signing-key"
REALM, NONCE = "weir", "5c4d8a"


def bearer(x):
    return x.request.header("authorization") == f"Bearer {TOKEN}"


def basic(x):
    pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    return x.request.header("authorization") == f"Basic {pair}"


def presented(x):
    """What stands in a header, the query or a cookie, by `in` and `name`."""
    place = x.one_of("in", ("header", "query", "cookie"), "header")
    name = x.text("name", "X-Api-Key" if place == "header" else "api_key")
    if place == "header":
        return x.request.header(name.lower())
    if place == "query":
        return x.text(name)
    try:
        cookies = SimpleCookie(x.request.header("cookie"))
    except CookieError:
        return ""
    return cookies[name].value if name in cookies else ""


def api_key(x):
    return presented(x) == API_KEY


def nonce_of(x):
    """The one that is good now, and how often it was met; after `uses` times there is another."""
    nonces = x.stats.memory.setdefault("nonces", [0, 0])
    if nonces[1] >= x.number("uses", 10**9):
        nonces[:] = [nonces[0] + 1, 0]
    return f"{NONCE}-{nonces[0]}", nonces


def digest(x):
    """RFC 7616 with qop=auth, by the algorithm MD5 or SHA-256. No count may come twice."""
    scheme, _, rest = x.request.header("authorization").partition(" ")
    given = {name: quoted or bare
             for name, quoted, bare in re.findall(r'(\w+)=(?:"([^"]*)"|([^\s,]+))', rest)}
    algorithm = x.one_of("algorithm", ("MD5", "SHA-256"), "MD5")
    nonce, nonces = nonce_of(x)
    counts = x.stats.memory.setdefault("counts", set())

    def hashed(*parts):
        kind = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}[algorithm]
        return kind(":".join(parts).encode()).hexdigest()

    if scheme != "Digest" or given.get("nonce") != nonce or given.get("username") != USER:
        return False
    if given.get("uri") != x.request.target or (nonce, given.get("nc")) in counts:
        return False
    response = hashed(hashed(USER, REALM, PASSWORD), nonce, given.get("nc", ""),
                      given.get("cnonce", ""), given.get("qop", ""),
                      hashed(x.request.method, x.request.target))
    if not hmac.compare_digest(response, given.get("response", "")):
        return False
    nonces[1] += 1
    counts.add((nonce, given["nc"]))
    return True


def demand(x, kind):
    """What stands in WWW-Authenticate."""
    if kind == "digest":
        algorithm = x.text("algorithm", "MD5")
        return (f'Digest realm="{REALM}", nonce="{nonce_of(x)[0]}", qop="auth", '
                f'algorithm={algorithm}, opaque="o"')
    return f'{"Basic" if kind == "basic" else "Bearer"} realm="{REALM}"'


def is_issued(x, token):
    """One of /token or /login, good for `uses` requests."""
    tokens = x.stats.memory.setdefault("tokens", {})
    if token not in tokens:
        return False
    tokens[token] += 1
    return tokens[token] <= x.number("uses", 10**9)


def issued(x):
    word, _, token = x.request.header("authorization").partition(" ")
    return word == "Bearer" and is_issued(x, token)


def session(x):
    return is_issued(x, presented(x))


def is_signed(token):
    """A JSON Web Token: HS256 with SIGNING_KEY, for the audience weir, good now."""
    def bytes_of(part):
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))

    try:
        head, claims, signature = token.split(".")
        expected = hmac.new(SIGNING_KEY.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
        if not hmac.compare_digest(expected.digest(), bytes_of(signature)):
            return False
        head, claims = json.loads(bytes_of(head)), json.loads(bytes_of(claims))
    except ValueError:
        return False
    return (head["alg"] == "HS256" and head["typ"] == "JWT" and head.get("kid") == "k1"
            and claims.get("aud") == "weir" and claims["iat"] <= time.time() + 1 < claims["exp"])


def jwt(x):
    word, _, token = x.request.header("authorization").partition(" ")
    return word == "Bearer" and is_signed(token)


def issue(x, what):
    """A new token, which is_issued knows."""
    x.stats.tokens_issued += 1
    name = f"SECRET-{what}-{x.stats.tokens_issued}"
    x.stats.memory.setdefault("tokens", {})[name] = 0
    return name


KINDS = {"bearer": bearer, "basic": basic, "api_key": api_key, "digest": digest, "token": issued,
         "session": session, "jwt": jwt}


@route("/auth", "kind in name uses never n refusal *")
async def auth(x):
    """n rows for whoever knows the secret, else 401. Kinds: bearer basic api_key digest token
    (from /token) session (from /login)
    jwt. With never=1 nobody knows it; refusal=200 says 401 in the body only."""
    kind = x.one_of("kind", KINDS, "token" if "uses" in x.query else "bearer")
    if KINDS[kind](x) and not x.flag("never"):
        await x.send_body(rows_body(x.number("n", 10)))
        return
    x.stats.auth_failures += 1
    if (refusal := x.number("refusal", 401)) != 401:
        error = {"error": {"code": 401, "message": "token expired"}}
        await x.send_json(error, status=refusal)
        return
    await x.send_error(401, "wrong credentials, or none", [("WWW-Authenticate", demand(x, kind))])


@route("/token", "expires_in fail as scope")
async def token(x):
    """OAuth 2 client credentials, in the form or in a Basic header. With `scope` for that one only."""
    form = {name: values[-1] for name, values in parse_qs(x.request.body.decode()).items()}
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    known = (form.get("client_id") == CLIENT_ID and form.get("client_secret") == CLIENT_SECRET
             or x.request.header("authorization") == f"Basic {pair}")
    if x.request.method != "POST" or form.get("grant_type") != "client_credentials":
        await x.send_json({"error": "unsupported_grant_type"}, 400)
    elif not known:
        x.stats.auth_failures += 1
        await x.send_json({"error": "invalid_client"}, 401)
    elif x.text("scope", form.get("scope", "")) != form.get("scope", ""):
        await x.send_json({"error": "invalid_scope"}, 400)
    elif x.fails(0):
        await x.send_error(x.number("as", 503), "no tokens today")
    else:
        await x.send_json({"access_token": issue(x, "issued"), "token_type": "Bearer",
                           "expires_in": x.number("expires_in", 3600)})


@route("/rate", "limit window")
async def rate(x):
    """One row with the id i; no more than `limit` requests in any `window` seconds, else 429. What
    is too much is counted in rate_violations."""
    limit, window = x.number("limit", 10), x.number("window", 1.0, float)
    name = ("rate", x.text("key"), limit, window)
    passed = x.stats.memory.setdefault(name, deque())
    now = x.stats.now()
    while passed and passed[0] <= now - window + SLACK:
        passed.popleft()
    refused = len(passed) >= limit
    reset = max(0.0, passed[0] + window - now) if passed else 0.0
    headers = [("X-RateLimit-Limit", limit),
               ("X-RateLimit-Remaining", max(0, limit - len(passed) - 1)),
               ("X-RateLimit-Reset", math.ceil(time.time() + reset))]
    if refused:
        x.stats.rate_violations += 1
        await x.send_error(429, "slower", [("Retry-After", math.ceil(reset)), *headers])
        return
    passed.append(now)
    await x.send_json([row(x.number("i", 1))], headers=headers)
