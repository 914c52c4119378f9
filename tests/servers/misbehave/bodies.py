"""JSON that is not JSON, or barely: well-framed answers whose bodies are the fault."""

from .exchange import JSON, dump
from .routes import route
from .rows import row, rows_body


def value(text):
    """One row whose `v` is written exactly so."""
    return b'[{"id":1,"v":' + (text if isinstance(text, bytes) else text.encode()) + b"}]"


GOOD = rows_body(2)

SYNTAX = {
    "good": GOOD,
    "trailing": GOOD + b"]",
    "two_docs": GOOD + b"\n" + GOOD,
    "comment": b"/* rows */ " + GOOD,
    "trail_comma": GOOD[:-1] + b",]",
    "single_quote": GOOD.replace(b'"', b"'"),
    "cut": GOOD[:len(GOOD) // 2],
    "empty": b"",
    "ws": b" \t\r\n" * 10,
    "dup_keys": b'[{"id":1,"v":"first","v":"second"}]',
}

SHAPE = {
    "html": b"<!DOCTYPE html>\n<html><title>Sign in</title><body>Please sign in.</body></html>\n",
    "xml": b'<?xml version="1.0"?>\n<rows><row id="1"/></rows>\n',
    "err200": b'{"error":{"code":401,"message":"token expired"}}',
    "obj_root": b'{"id":1,"name":"row 1"}',
    "num_root": b"42",
    "null_root": b"null",
    "scalar_rows": b'[1,"two",true]',
    "null_row": dump([row(1), None, row(3)]),
    "arr_row": dump([row(1), [2, "row 2"], row(3)]),
    "empty_row": dump([row(1), {}, row(3)]),
    "no_rows": b"[]",
}

TEXT = {
    "bad_utf8": value(b'"a\xff\xfeb"'),
    "overlong": value(b'"a\xc0\xafb"'),
    "utf8_surrogate": value(b'"a\xed\xa0\x80b"'),
    "cut_utf8": value(b'"a\xe2\x82"'),
    "lone_surrogate": value(r'"a\ud800b"'),
    "utf16": GOOD.decode().encode("utf-16"),
    "bom": b"\xef\xbb\xbf" + GOOD,
    "nul_escape": value(r'"a\u0000b"'),
    "raw_nul": value(b'"a\0b"'),
    "nul_key": rb'[{"id":1,"a\u0000b":2}]',
    "raw_control": value(b'"a\nb"'),
}

NUMBERS = {
    "int63": value(str(2**63 - 1)),
    "int64": value(str(2**63)),
    "int_min": value(str(-2**63)),
    "uint64": value(str(2**64 - 1)),
    "int400": value("1234567890" * 40),
    "int1m": value("1" * 10**6),
    "exp400": value("1e400"),
    "exp_tiny": value("1e-400"),
    "frac17": value("0.12345678901234567"),
    "dec": value("12345678901234567890.123456789"),
    "neg_zero": value("-0.0"),
    "neg_zero_int": value("-0"),
    "lead_zero": value("007"),
    "plus": value("+1"),
    "nan": value("NaN"),
    "inf": value("Infinity"),
    "hex": value("0x10"),
    "bare_point": value("1."),
}

BODIES = {**SYNTAX, **SHAPE, **TEXT, **NUMBERS}
CONTENT_TYPES = {"html": "text/html; charset=utf-8", "xml": "application/xml",
                 "utf16": "application/json; charset=utf-16"}

# Ten values of `v`; only those of ids 1 and 4 fit a bigint column.
TYPES = ("1", '"abc"', "1.5", "-9223372036854775808", "9223372036854775808", "true", '{"a":1}',
         "[1]", '"2024-01-01"', "1e400")


@route("/body", "kind type")
async def body(x):
    """A body of any `kind`; an unknown kind gets the list. type= sets the content type."""
    kind = x.one_of("kind", BODIES, "good")
    content_type = x.text("type", CONTENT_TYPES.get(kind, JSON))
    await x.send_whole(200, BODIES[kind], content_type=content_type)


@route("/types")
async def types(x):
    """Ten rows whose `v` is of every type; only ids 1 and 4 fit a bigint."""
    items = (f'{{"id":{n},"v":{text}}}' for n, text in enumerate(TYPES, 1))
    await x.send_whole(200, f"[{','.join(items)}]".encode())
