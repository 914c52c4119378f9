"""/data: rows that the test itself brings, and may change between two runs.

A source that grows, shrinks, corrects itself or serves nonsense: the test puts what it likes with
/data-set, and what a complete load gives is what it put.
"""

from datetime import datetime, timezone

from .exchange import BadParameter, Exchange, dump
from .faults import chaos, fail
from .routes import route

PARAMETERS = ("style size page cursor column since until closed order where among fail_page as fail "
              "retry_after chaos seed " + Exchange.ANSWER)


def moment(text):
    """An ISO time; without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as wrong:
        raise BadParameter(f"not a time: {text!r}") from wrong
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)


def comparable(value):
    """A value of the column by which rows are asked for; None where there is nothing to compare."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return moment(value).timestamp() if isinstance(value, str) else value
    except BadParameter:
        return None


def bound(x, name):
    """What the query says about one end of the range: a number or a time; None without one."""
    text = x.text(name)
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return moment(text).timestamp()


def wanted(x, rows):
    """The rows from `since` on and before `until` (with closed=1, at it too), in their order. Rows
    that are no objects, or whose column cannot be compared, are in every answer, and come last."""
    column = x.text("column", "updated_at")
    since, until, closed = bound(x, "since"), bound(x, "until"), x.flag("closed")
    name, _, value = x.text("where").partition(":")
    other, _, values = x.text("among").partition(":")
    values = values.split(",")

    def is_wanted(row):
        if not isinstance(row, dict):
            return True
        at = comparable(row.get(column))
        if name and str(row.get(name)) != value:
            return False
        if other and str(row.get(other)) not in values:
            return False
        return at is None or ((since is None or at >= since) and
                              (until is None or at < until or closed and at == until))

    rows = [row for row in rows if is_wanted(row)]
    order = x.one_of("order", ("none", "asc", "desc"), "none")
    if order == "none":
        return rows
    sign = 1 if order == "asc" else -1

    def place(row):
        at = comparable(row.get(column)) if isinstance(row, dict) else None
        return (1, 0) if at is None else (0, sign * at)

    return sorted(rows, key=place)


def first_row(x, size):
    if x.one_of("style", ("page", "cursor"), "page") == "page":
        return (x.number("page", 1) - 1) * size
    cursor = x.text("cursor", "c0")
    if cursor[:1] != "c" or not cursor[1:].isdigit():
        raise BadParameter(f"not a cursor of this server: {cursor!r}")
    return int(cursor[1:])


def page_of(x, rows):
    """The page that is asked for, from 1, and what it says."""
    size = x.number("size", 100)
    start = first_row(x, size)
    if size < 1 or start < 0:
        raise BadParameter("size must be at least 1, and there is nothing before the first page")
    page = {"data": rows[start:start + size], "total_pages": -(-len(rows) // size)}
    if x.text("style") == "cursor":
        page["next"] = f"c{start + size}" if start + size < len(rows) else None
    return start // size + 1, page


@route("/data/", PARAMETERS)
async def data(x):
    """Pages of the rows that /data-set put under this name. Styles: page cursor. since and until
    ask for a range of `column` (updated_at; times or numbers), order= sorts by it, where=NAME:VALUE
    asks for rows with this value, among=NAME:A,B for those with one of these."""
    sets = x.stats.memory.get("data", {})
    if x.tail() not in sets:
        raise BadParameter(f"nobody put {x.tail()!r} with /data-set")
    rows = sets[x.tail()]
    if isinstance(rows, list):
        number, page = page_of(x, wanted(x, rows))
    else:
        number, page = 1, rows
    attempt = x.attempt()
    fault = chaos(x, attempt)
    if number == x.number("fail_page", 0) and attempt <= x.number("fail", 1):
        fault = x.text("as", "503")
    if fault:
        await fail(x, fault, dump(page))
    else:
        await x.send_json(page)


@route("/data-set", "name", control=True)
async def data_set(x):
    """Puts the rows of the body, a JSON array, under a name; any other JSON is then the answer."""
    try:
        rows = x.request_json()
    except ValueError as wrong:
        raise BadParameter(f"the body is not JSON: {wrong}") from wrong
    x.stats.memory.setdefault("data", {})[x.text("name")] = rows
    await x.send_json({"put": x.text("name")})
