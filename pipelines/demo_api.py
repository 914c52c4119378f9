#!/usr/bin/env python3
"""A small REST API to try weir on, with real data and no network: it serves pipelines/data.

    python3 pipelines/demo_api.py --port 8800

    GET /countries                            everything in one page, a plain JSON array
    GET /airports?page=1&per_page=50          numbered pages, 1 to total_pages
    GET /airports/by-country/NO               the airports of one country
    GET /earthquakes?limit=25&cursor=...      pages that each name the next; the last says null

It answers on 127.0.0.1 only, and after a short wait, because a real API is never instant. The wait
depends on nothing but the URL, so that two runs of a pipeline take the same time.
"""

import argparse
import json
import math
import os
import re
import signal
import sys
import time
import zlib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

DATA = Path(__file__).resolve().parent / "data"


def records(name):
    with open(DATA / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


COUNTRIES = records("countries")
AIRPORTS = records("airports")
EARTHQUAKES = records("earthquakes")


class ApiError(Exception):
    """What the client did wrong; it becomes a status and a JSON body."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def whole_number(query, name, default, most=None):
    """The parameter `name` as a whole number from 1 to `most`."""
    text = query.get(name, str(default))
    if not re.fullmatch("[0-9]{1,9}", text) or int(text) < 1 or (most and int(text) > most):
        wanted = f"from 1 to {most}" if most else "from 1 up"
        raise ApiError(HTTPStatus.BAD_REQUEST, f"{name} must be a whole number {wanted}")
    return int(text)


# Each route takes the query and what its pattern caught in the path, and returns the answer.


def countries(query):
    return COUNTRIES


def airports(query):
    page = whole_number(query, "page", 1)
    per_page = whole_number(query, "per_page", 50, most=100)
    start = (page - 1) * per_page
    return {
        "data": AIRPORTS[start:start + per_page],
        "page": page,
        "total_pages": math.ceil(len(AIRPORTS) / per_page),
        "total": len(AIRPORTS),
    }


def airports_by_country(query, code):
    if all(country["code"] != code for country in COUNTRIES):
        raise ApiError(HTTPStatus.NOT_FOUND, f"no country has the code {code}")
    found = [airport for airport in AIRPORTS if airport["iso_country"] == code]
    return {"data": found, "total": len(found)}


def earthquakes(query):
    """A cursor is the id of the last earthquake that the client has."""
    limit = whole_number(query, "limit", 25, most=100)
    start = 0
    if "cursor" in query:
        ids = [quake["id"] for quake in EARTHQUAKES]
        if query["cursor"] not in ids:
            raise ApiError(HTTPStatus.BAD_REQUEST, "cursor is not one that this API gave out")
        start = ids.index(query["cursor"]) + 1
    features = EARTHQUAKES[start:start + limit]
    more = start + limit < len(EARTHQUAKES)
    return {
        "type": "FeatureCollection",
        "features": features,
        "next_cursor": features[-1]["id"] if more else None,
    }


ROUTES = {
    "/countries": countries,
    "/airports": airports,
    "/airports/by-country/([^/]+)": airports_by_country,
    "/earthquakes": earthquakes,
}


def answer(url):
    """Find the route of a URL and ask it."""
    path = unquote(url.path)
    query = {name: values[-1] for name, values in parse_qs(url.query, True).items()}
    for pattern, route in ROUTES.items():
        match = re.fullmatch(pattern, path)
        if match:
            return route(query, *match.groups())
    known = "/countries, /airports, /airports/by-country/CODE, /earthquakes"
    raise ApiError(HTTPStatus.NOT_FOUND, f"nothing here; this API has {known}")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"   # which keeps connections alive
    disable_nagle_algorithm = True  # or an answer waits 40 ms for the client's acknowledgement
    latency = (0.0, 0.0)

    def do_GET(self):
        try:
            time.sleep(self.wait())
            self.send(HTTPStatus.OK, answer(urlsplit(self.path)))
        except ApiError as error:
            self.send(error.status, {"error": str(error)})
        except ValueError:
            self.send(HTTPStatus.BAD_REQUEST, {"error": "the URL is malformed"})

    do_HEAD = do_GET

    def wait(self):
        least, most = self.latency
        return least + (most - least) * (zlib.crc32(self.path.encode()) % 1000) / 1000

    def send(self, status, value):
        body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def send_error(self, code, message=None, explain=None):
        """What the base class itself refuses, in JSON too; its connection ends."""
        self.close_connection = True
        self.send(code, {"error": message or HTTPStatus(code).phrase})

    def log_message(self, *args):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 256

    def handle_error(self, request, client_address):
        """A client that hangs up is no news; anything else is a mistake in this file."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def latency(text):
    """`50ms`, `0.2s` or a range, `30ms-80ms`, as two numbers of seconds."""
    units = {"ms": 0.001, "s": 1.0}
    parts = [re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s)|0()", part) for part in text.split("-")]
    if not all(parts) or len(parts) > 2:
        raise argparse.ArgumentTypeError(f"'{text}' is not like 50ms, 0.2s or 30ms-80ms")
    seconds = [float(part[1] or 0) * units.get(part[2], 0) for part in parts]
    return min(seconds), max(seconds)


def write_port(path, port):
    """In one step, so that whoever waits for the file never reads half a number."""
    half_done = f"{path}.{os.getpid()}"
    Path(half_done).write_text(f"{port}\n", encoding="ascii")
    os.replace(half_done, path)


def main():
    parser = argparse.ArgumentParser(description="A small REST API with real data, to try weir on.")
    parser.add_argument("--port", type=int, default=8800, help="0 picks a free one (default: 8800)")
    parser.add_argument("--port-file", metavar="FILE", help="write the port to this file")
    parser.add_argument("--latency", type=latency, default="30ms-80ms", metavar="TIME",
                        help="wait before each answer, or a range (default: 30ms-80ms)")
    options = parser.parse_args()

    Handler.latency = options.latency
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(0))
    try:
        server = Server(("127.0.0.1", options.port), Handler)
    except (OSError, OverflowError) as error:
        sys.exit(f"demo_api: cannot listen on port {options.port}: {error}")
    with server:
        if options.port_file:
            write_port(options.port_file, server.server_port)
        print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
