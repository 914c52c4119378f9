"""Hostile names and texts: what must not become SQL, a log line or a terminal's command."""

from .exchange import dump
from .routes import route

QUOTE = ['"', "'", "`", 'a"b', "a''b", "a;b", "a--b", "a/*b*/", "a\\b", "[a]", "a b", " a", "a "]
INJECT = ['x"); DROP TABLE t; --', "x'; DELETE FROM t; --", 'id" integer, "x', "$1", "?", ":a",
          'x" = 1 OR "1"="1']
FORMAT = ["%s%s%n", "%d", "{0}", "{id}", "${HOME}", "{vars.x}", "%00", "a%09b"]
CONTROL = ["a\nb", "a\rb", "a\tb", "a\x1b[31mb", "a\x7fb", "a\u202eb", "a\u200bb", "\x01"]
KEYWORD = ["select", "table", "order", "group", "user", "from", "null", "true", "primary", "index"]
SYSTEM = ["_weir_gid", "_weir_unit", "ctid", "xmin", "oid", "rowid", "_rowid_", "sqlite_master",
          "tableoid"]
LONG = "a" * 62
COLLISIONS = {
    "collide63": [LONG + "b1", LONG + "b2"],        # equal once cut to 63 bytes
    "split63": [LONG + "é", LONG + "è"],            # a cut at 63 bytes is inside a character
    "casefold": ["name", "Name", "NAME"],
    "norm": ["caf\u00e9", "cafe\u0301"],            # one look, two spellings
    "under": ["a b", "a_b", "a-b", "a__b"],
    "dots": ["a.b", "a..b", ".", "a[0]", "$", "a"],
    "empty": ["", " "],
    "nul": ["a\0b", "a"],
    "long": ["k" * 200, "k" * 20000],
}
LISTS = {"quote": QUOTE, "inject": INJECT, "fmt": FORMAT, "ctrl": CONTROL, "keyword": KEYWORD,
         "system": SYSTEM, **COLLISIONS}
KINDS = (*LISTS, "wide", "explode")


@route("/keys", "kind n")
async def keys(x):
    """One row whose keys are hostile. kind=wide has n of them, kind=explode n rows of one new key
    each."""
    kind = x.one_of("kind", KINDS, "quote")
    n = x.number("n", 100)
    if kind == "wide":
        names = [f"c{number}" for number in range(1, n)]
    elif kind == "explode":
        await x.send_json([{"id": row, f"k{row}": row} for row in range(1, n + 1)])
        return
    else:
        names = LISTS[kind]
    await x.send_json([{"id": 1, **{name: number for number, name in enumerate(names, 1)}}])


EVIL = "\x1b[2J\x1b[31mred\x07 \u202etxt.exe\u202c \x9b1m"
FAKE_LINE = "\r\nweir: error[E-FAKE]: this line was written by the server\n"


@route("/log-inject", "status")
async def log_inject(x):
    """Terminal commands and false log lines wherever a message may quote the server: the reason,
    a header and the body of an error; with status=200 the values and the keys of a row."""
    status = x.number("status", 400)
    if status == 200:
        body = dump([{"id": 1, "v": EVIL + FAKE_LINE}, {"id": EVIL + FAKE_LINE, "v": "text id"}])
    else:
        body = (EVIL + FAKE_LINE).encode()
    await x.send_head(status, [("Content-Type", "application/json"), ("X-Evil", "\x1b[31mred"),
                               ("Content-Length", len(body))], reason="\x1b[31mNo\x07 way")
    await x.send(body)
