"""/pages: the same rows in every style of paging, with faults at the page that a test names."""

import itertools
import math
from urllib.parse import parse_qsl, urlencode

from .exchange import BadParameter, Exchange, dump
from .faults import chaos, fail
from .routes import route
from .rows import digest, first_at, row

STYLES = ("cursor", "page", "offset", "link", "header", "next_url", "keyset")
ENDS = ("null", "empty", "missing", "404", "empty_page")
PARAMETERS = ("style total size limit per_page page offset cursor after since until "
              "fail_page as fail retry_after chaos seed empty_at loop_at loop_to end dup bare "
              "totals next_raw next_other raw_at relative stamp wrap empty_from " + Exchange.ANSWER)


REQUESTS = itertools.count(1)


class Paging:
    """How the query wants the rows cut into pages, whichever page it is about."""

    def __init__(self, x):
        self.style = x.one_of("style", STYLES, "cursor")
        self.end = x.one_of("end", ENDS, "null")
        self.first = first_at(x.text("since")) if x.text("since") else 1
        last = x.number("total", 1000)
        if x.text("until"):
            last = min(last, first_at(x.text("until")) - 1)
        self.total = max(0, last - self.first + 1)
        sizes = [x.number(name, None) for name in ("limit", "per_page", "size")]
        self.size = next((size for size in sizes if size), 100)
        self.total_pages = math.ceil(self.total / self.size)
        self.empty_at = x.number("empty_at", 0)
        self.empty_from = x.number("empty_from", 0)
        self.loop_at = x.number("loop_at", 0)
        self.loop_to = x.number("loop_to", self.loop_at)
        self.dup = x.number("dup", 0)
        if self.size < 1 or self.dup >= self.size:
            raise BadParameter("size must be at least 1 and dup less than size")

    def start(self, x):
        """How many rows come before the page that is asked for."""
        if self.style in ("page", "link"):
            start = (x.number("page", 1) - 1) * self.size
        elif self.style == "offset":
            start = x.number("offset", 0)
        elif self.style == "keyset":
            start = max(0, x.number("after", 0) - self.first + 1)
        else:
            start = self.from_cursor(x.text("cursor", "c0"))
        if start < 0:
            raise BadParameter("there is nothing before the first page")
        if self.loop_at and self.style in ("page", "offset", "link"):
            start = min(start, (self.loop_at - 1) * self.size)
        if x.flag("wrap") and start >= self.total:
            start = 0
        return start

    @staticmethod
    def from_cursor(cursor):
        if cursor[:1] != "c" or not cursor[1:].isdigit():
            raise BadParameter(f"not a cursor of this server: {cursor!r}")
        return int(cursor[1:])

    def page_of(self, start):
        return start // self.size + 1

    def ids(self, start):
        """The rows of the page after `start` others; with `dup`, some of the page before too."""
        page = self.page_of(start)
        if page == self.empty_at or start >= self.total or 0 < self.empty_from <= page:
            return []
        before = max(0, start - self.dup)
        end = min(start + self.size, self.total)
        return list(range(self.first + before, self.first + end))

    def next_start(self, start):
        """Where the next page starts, or None after the last."""
        if self.page_of(start) == self.loop_at:
            return (self.loop_to - 1) * self.size
        following = start + self.size
        more = following < self.total or (self.end == "empty_page" and start < self.total)
        return following if more else None

    def all_ids(self):
        """What a complete load gives: every page once."""
        return [n for start in range(0, self.total, self.size) for n in self.ids(start)]


def url_of(x, paging, start):
    if paging.style == "link":
        query = {**x.request.query, "page": paging.page_of(start)}
    else:
        query = {**x.request.query, "cursor": f"c{start}"}
    origin = "" if x.flag("relative") else x.origin(other=x.flag("next_other"))
    return f"{origin}/pages?{urlencode(query)}"


def next_value(x, paging, start, following):
    """What the page says about the next one: a cursor, a URL or an ending; None is "missing"."""
    if "next_raw" in x.query and paging.page_of(start) == x.number("raw_at", 1):
        return x.text("next_raw")
    if following is None:
        return {"empty": "", "missing": None}.get(paging.end, ...)
    if paging.style in ("next_url", "link"):
        return url_of(x, paging, following)
    return f"c{following}"


def envelope(x, paging, start, following, ids):
    """The page's rows and what stands around them."""
    data = [row(n) for n in ids]
    if x.flag("bare"):
        return data
    page = {"data": data}
    if x.flag("stamp"):
        page["request"] = next(REQUESTS)
    if paging.style in ("cursor", "next_url"):
        value = next_value(x, paging, start, following)
        if value is not None:
            page["next"] = None if value is ... else value
    elif paging.style == "page":
        page["page"] = paging.page_of(start)
    if paging.end != "404" and x.text("totals", "1") != "0":
        page["total"] = paging.total
        page["total_pages"] = paging.total_pages
        page["has_more"] = following is not None
    return page


def link_headers(x, paging, start, following):
    """The next page in a header: a Link with all its relations, or a bare cursor."""
    value = next_value(x, paging, start, following)
    absent = value in (..., None)
    if paging.style == "header":
        return [] if absent else [("X-Next-Cursor", value)]
    if paging.style != "link":
        return []
    last = max(0, paging.total_pages - 1) * paging.size
    links = {"first": url_of(x, paging, 0), "last": url_of(x, paging, last)}
    if start:
        links["prev"] = url_of(x, paging, max(0, start - paging.size))
    if not absent:
        links["next"] = value
    return [("Link", ", ".join(f'<{url}>; rel="{name}"' for name, url in links.items()))]


@route("/pages", PARAMETERS)
async def pages(x):
    """Rows in pages. Styles: cursor page offset link header next_url keyset. A POST may give the
    parameters in a JSON body or a form."""
    if x.request.method == "POST":
        x.query.update(body_parameters(x))
    await serve(x)


async def serve(x):
    """The page that the parameters ask for."""
    paging = Paging(x)
    start = paging.start(x)
    ids = paging.ids(start)
    following = paging.next_start(start)
    body = dump(envelope(x, paging, start, following, ids))

    attempt = x.attempt(start)
    fault = chaos(x, attempt)
    if paging.page_of(start) == x.number("fail_page", 0) and attempt <= x.number("fail", 1):
        fault = x.text("as", "503")
    if fault:
        await fail(x, fault, body)
    elif paging.end == "404" and start >= max(1, paging.total):
        await x.send_error(404, f"there is no page {paging.page_of(start)}")
    else:
        await x.send_body(body, headers=link_headers(x, paging, start, following))


def form_parameters(body):
    fields = parse_qsl(body.decode(), strict_parsing=True) if body else []
    if len(dict(fields)) < len(fields):
        raise ValueError("a field twice")
    return dict(fields)


def body_parameters(x):
    try:
        is_form = x.request.header("content-type") == "application/x-www-form-urlencoded"
        values = form_parameters(x.request.body) if is_form else x.request_json()
    except ValueError as wrong:
        raise BadParameter(f"the body is not JSON, or no form: {wrong}") from wrong
    if not isinstance(values, dict):
        raise BadParameter("the body must be a JSON object of parameters")
    if unknown := set(values) - set(PARAMETERS.split()):
        raise BadParameter(f"unknown parameters in the body: {' '.join(sorted(unknown))}")
    return {name: str(value) for name, value in values.items() if value is not None}


@route("/expected", PARAMETERS, control=True)
async def expected(x):
    """What a complete load of /pages with the same parameters must give."""
    await x.send_json(digest(Paging(x).all_ids()))
