"""Rows in other clothes than a JSON array."""

import json

from .exchange import Exchange, dump
from .routes import route
from .rows import rows

CSV = "text/csv; charset=utf-8"
LINES = "application/x-ndjson"


@route("/lines", "n type nested " + Exchange.ANSWER)
async def lines(x):
    """n rows as NDJSON, each (nested=1) in an object of its own. type= sets the content type."""
    found = rows(1, x.number("n", 10))
    if x.flag("nested"):
        found = [{"type": "RECORD", "record": r} for r in found]
    await x.send_body(b"".join(dump(r) + b"\n" for r in found),
                      content_type=x.text("type", LINES))


@route("/sequence", "n pretty cut bare " + Exchange.ANSWER)
async def sequence(x):
    """n rows as a sequence of JSON texts; pretty=1 over several lines, cut=1 without the end of the last,
    bare=1 without separators."""
    texts = [json.dumps(r, indent=2 if x.flag("pretty") else None).encode()
             for r in rows(1, x.number("n", 10))]
    body = b"".join((b"" if x.flag("bare") else b"\x1e") + text + b"\n" for text in texts)
    await x.send_body(body[:-5] if x.flag("cut") else body, content_type="application/json-seq")


def csv_field(value, delimiter):
    text = "" if value is None else str(value)
    if text and not any(c in text for c in f'{delimiter}"\r\n'):
        return text
    return "" if value is None else '"' + text.replace('"', '""') + '"'


def csv_body(records, delimiter=",", end="\r\n"):
    return "".join(delimiter.join(csv_field(v, delimiter) for v in record) + end
                   for record in records).encode()


NAMES = ["id", "name", "note"]
HOSTILE = [[1, "Oslo, Norway", None], [2, 'the "Bay"', ""], [3, "two\r\nlines", " x "],
           [4, "\u00d8re;\u65e5", "007"]]

CSV_KINDS = {
    "good": csv_body([NAMES, *HOSTILE]),
    "lf": csv_body([NAMES, *HOSTILE], end="\n"),
    "semicolon": csv_body([NAMES, *HOSTILE], delimiter=";"),
    "tab": csv_body([NAMES, *HOSTILE], delimiter="\t"),
    "bare": csv_body(HOSTILE),
    "header": csv_body([NAMES]),
    "empty": b"",
    "ragged": csv_body([NAMES, *HOSTILE]) + b"5,short\r\n",
    "quote": csv_body([NAMES]) + b'1,5" pipe,x\r\n',
    "open": csv_body([NAMES, *HOSTILE]) + b'5,"never closed,x\r\n',
    "twice": b"id,name,id\r\n1,a,2\r\n",
    "nameless": b"id,,name\r\n1,a,b\r\n",
    "nul": b"id,name,note\r\n1,a\0b,\r\n",
    "latin1": "id,name,note\r\n1,\u00d8re,\r\n".encode("latin-1"),
    "html": b"<!DOCTYPE html>\n<title>Sign in</title>\n",
    "json": b'{"error":"no such export"}',
    "types": b"id,v\r\n" + b"".join(b"%d,%s\r\n" % (n, text) for n, text in enumerate(
        [b"1", b"abc", b"1.5", b"", b"9223372036854775808"], 1)),
}


async def fails(x):
    """Whether this is a page that is not there yet: `fail_page`, at its first `fail` attempts."""
    failing = x.number("page", 1) == x.number("fail_page", 0) and x.fails()
    if failing:
        await x.send_error(503, "not now")
    return failing


@route("/csv", "kind type n page cut fail_page fail " + Exchange.ANSWER)
async def csv(x):
    """CSV of any `kind`, or a page of n rows, one of which may fail; cut=1 ends behind half of its lines, and with the connection."""
    if await fails(x):
        return
    if n := x.number("n", 0):
        last = x.number("page", 1) * n
        body = csv_body([["id", "name"], *([r["id"], r["name"]] for r in rows(last - n + 1, last))])
    else:
        body = CSV_KINDS[x.one_of("kind", CSV_KINDS, "good")]
    if x.flag("cut"):
        lines = body.splitlines(keepends=True)
        await x.send_head(200, [("Content-Type", x.text("type", CSV)), ("Connection", "close")])
        await x.send(b"".join(lines[:len(lines) // 2]))
        x.connection.close()
    else:
        await x.send_body(body, content_type=x.text("type", CSV))


ARRAYS = {
    "plain": {"rows": [[1, "a"], [2, None], [3, {"x": 1}]]},
    "named": {"columns": ["id", "v"], "rows": [[1, "a"], [2, None], [3, {"x": 1}]]},
    "late": {"rows": [[1, "a"], [2, None], [3, {"x": 1}]],
             "schema": {"fields": [{"name": "id", "type": "INTEGER"}, {"name": "v"}]}},
    "first": [["id", "v"], [1, "a"], [2, None], [3, {"x": 1}]],
    "short": {"columns": ["id", "v"], "rows": [[1, "a"], [2]]},
    "long": {"columns": ["id", "v"], "rows": [[1, "a", True]]},
    "object": {"columns": ["id", "v"], "rows": [[1, "a"], {"id": 2}]},
    "nameless": {"columns": [], "rows": [[]]},
    "twice": {"columns": ["id", "id"], "rows": [[1, 2]]},
    "number": {"columns": ["id", 2], "rows": [[1, 2]]},
}


@route("/arrays", "kind")
async def arrays(x):
    """Rows that are arrays, and what names their values, of any `kind`."""
    await x.send_json(ARRAYS[x.one_of("kind", ARRAYS, "plain")])


XML = "application/xml"


def xml_doc(text, encoding="utf-8"):
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


ITEMS = """<feed total="3">
  <meta><pages>1</pages></meta>
  <item id="1"><name>Oslo &amp; Bergen</name><tag>a</tag><tag>b</tag><geo lat="59.9" lon="10.7"/></item>
  <item id="2"><name>&lt;none&gt;</name><tag/></item>
  <item id="3"><name><![CDATA[<b>]]></name><note lang="en"> mixed <i>text</i></note></item>
</feed>"""

BOMB = ("<!DOCTYPE lolz [<!ENTITY a \"lol\">" + "".join(
    f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(10)) +
    "]><feed><item>&k;</item></feed>")

XML_KINDS = {
    "good": xml_doc(ITEMS),
    "latin1": xml_doc("<feed><item id='1'><name>\u00d8re</name></item></feed>", "iso-8859-1"),
    "utf16": xml_doc("<feed><item id='1'><name>\u00d8re</name></item></feed>", "utf-16"),
    "none": xml_doc("<feed><items/></feed>"),
    "cut": xml_doc(ITEMS)[:-20],
    "twice": xml_doc("<feed/><feed/>"),
    "crossed": xml_doc("<feed><item><a></item></a></feed>"),
    "bomb": xml_doc(BOMB),
    "external": xml_doc('<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
                        "<feed><item>&x;</item></feed>"),
    "entity": xml_doc("<feed><item>&nbsp;</item></feed>"),
    "deep": xml_doc("<a>" * 100000 + "</a>" * 100000),
    "bad_utf8": xml_doc("<feed><item>?</item></feed>").replace(b"?</item>", b"\xff</item>"),
    "nul": xml_doc("<feed><item>?</item></feed>").replace(b"?</item>", b"\0</item>"),
    "html": b"<!DOCTYPE html>\n<title>Sign in</title>\n",
    "json": b'{"error":"no such feed"}',
    "empty": b"",
}


@route("/xml", "kind page pages cut type fail_page fail " + Exchange.ANSWER)
async def xml(x):
    """XML of any `kind`, or one of so many `pages` that name the next one; cut=1 ends behind half of
    it, and with the connection."""
    if await fails(x):
        return
    if pages := x.number("pages", 0):
        page = x.number("page", 1)
        target = x.request.target.split("&page=")[0].replace("&", "&amp;")
        link = f"<next>{target}&amp;page={page + 1}</next>" if page < pages else "<next/>"
        items = "".join(f'<item id="{n}"/>' for n in range(page * 10 - 9, page * 10 + 1))
        body = xml_doc(f"<feed><links>{link}</links><total>{pages}</total>{items}</feed>")
    else:
        body = XML_KINDS[x.one_of("kind", XML_KINDS, "good")]
    if x.flag("cut"):
        await x.send_head(200, [("Content-Type", XML), ("Connection", "close")])
        await x.send(body[:len(body) // 2])
        x.connection.close()
    else:
        await x.send_body(body, content_type=x.text("type", XML))
