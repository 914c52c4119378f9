"""Are the faults of the misbehaving server really on the wire? A raw socket looks.

    python3 -m unittest discover -s tests/servers
"""

import base64
import concurrent.futures
import gzip
import hashlib
import json
import select
import shutil
import socket
import subprocess
import sys
import time
import unittest
from urllib.parse import quote, urlsplit

from misbehaving import PROGRAM, MisbehavingServer

server = None


def setUpModule():
    global server
    server = MisbehavingServer()
    unittest.addModuleCleanup(server.stop)


class Client:
    """A socket that keeps exactly what came, and how it ended."""

    def __init__(self, origin=None):
        parts = urlsplit(origin or server.url)
        self.socket = socket.create_connection((parts.hostname, parts.port))
        self.data = b""
        self.end = None     # None while open, then "fin" or "rst"

    def send(self, target, *headers, method="GET", body=b""):
        lines = [f"{method} {target} HTTP/1.1", "Host: test", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        return self

    def read(self, quiet=0.3, most=1 << 30):
        """Read until the end, or until nothing came for a while."""
        while self.end is None and len(self.data) < most:
            if not select.select([self.socket], [], [], quiet)[0]:
                break
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                self.end = "rst"
            else:
                self.data += piece
                self.end = None if piece else "fin"
        return self

    def close(self):
        self.socket.close()

    @property
    def status(self):
        return int(self.data.split(b" ", 2)[1])

    @property
    def head(self):
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]

    def header(self, name):
        for line in self.head.split(b"\r\n")[1:]:
            known, _, value = line.partition(b": ")
            if known.lower() == name.lower().encode():
                return value.decode("latin-1")
        return None


class ServerCase(unittest.TestCase):
    maxDiff = 2000

    def setUp(self):
        server.reset()

    def client(self, origin=None):
        client = Client(origin)
        self.addCleanup(client.close)
        return client

    def get(self, target, *headers, **more):
        """A whole answer on a connection of its own."""
        return self.client().send(target, "Connection: close", *headers, **more).read(quiet=10)

    def json(self, target, *headers, **more):
        client = self.get(target, *headers, **more)
        self.assertEqual(client.status, 200, client.data[:300])
        self.assertEqual(int(client.header("Content-Length")), len(client.body))
        return json.loads(client.body)

    def no_mistakes(self):
        self.assertEqual(server.mistakes(), [])


class Paging(ServerCase):
    def load(self, query, style):
        """Page through as a good client does, and return the ids and the number of requests."""
        ids, requests, target = [], 0, f"/pages?style={style}&{query}"
        following = target
        while following and requests < 50:
            requests += 1
            client = self.get(following)
            if client.status == 404:
                break
            page = json.loads(client.body)
            data = page["data"] if isinstance(page, dict) else page
            ids += [row["id"] for row in data]
            following = self.following(style, target, client, page, data, requests)
        return ids, requests

    def following(self, style, target, client, page, data, requests):
        if style == "cursor":
            return f"{target}&cursor={page['next']}" if page.get("next") else None
        if style == "header":
            cursor = client.header("X-Next-Cursor")
            return f"{target}&cursor={cursor}" if cursor else None
        if style == "next_url":
            return page["next"].removeprefix("http://test") if page.get("next") else None
        if style == "link":
            links = [link for link in client.header("Link").split(", ") if 'rel="next"' in link]
            return links[0][1:links[0].index(">")].removeprefix("http://test") if links else None
        if not data:
            return None
        return {"page": f"{target}&page={requests + 1}", "offset": f"{target}&offset={requests*10}",
                "keyset": f"{target}&after={data[-1]['id']}"}[style]

    def test_every_style_gives_every_row_once(self):
        for style in ("cursor", "page", "offset", "link", "header", "next_url", "keyset"):
            for more in ("", "&bare=1") if style in ("link", "header", "page") else ("",):
                with self.subTest(style=style, more=more):
                    ids, _ = self.load(f"total=35&size=10{more}", style)
                    self.assertEqual(ids, list(range(1, 36)))
        self.no_mistakes()

    def test_the_endings_differ(self):
        endings = {"null": b'"next":null', "empty": b'"next":""'}
        for end, text in endings.items():
            self.assertIn(text, self.get(f"/pages?total=10&size=10&end={end}").body)
        self.assertNotIn(b"next", self.get("/pages?total=10&size=10&end=missing").body)
        self.assertEqual(self.load("total=20&size=10&end=empty_page", "cursor"),
                         (list(range(1, 21)), 3))
        self.assertEqual(self.get("/pages?style=page&total=10&size=10&end=404&page=2").status, 404)
        self.assertEqual(self.json("/pages?style=page&total=10&size=10&page=2")["data"], [])

    def test_an_empty_page_in_the_middle_goes_on(self):
        ids, requests = self.load("total=100&size=10&empty_at=4", "cursor")
        self.assertEqual((len(ids), requests), (90, 10))
        self.assertEqual(server.expected(total=100, size=10, empty_at=4)["count"], 90)

    def test_a_loop_never_ends(self):
        for style in ("cursor", "page", "link", "next_url"):
            ids, requests = self.load("total=100&size=10&loop_at=4", style)
            self.assertEqual((requests, ids[-10:]), (50, list(range(31, 41))), style)

    def test_overlapping_pages_are_as_expected(self):
        ids, _ = self.load("total=100&size=10&dup=5", "cursor")
        expected = server.expected(total=100, size=10, dup=5)
        self.assertEqual((len(ids), len(set(ids)), sum(ids)),
                         (expected["count"], expected["distinct"], expected["sum_id"]))
        self.assertEqual(expected["count"], 145)

    def test_expected_names_the_digest_of_the_rows(self):
        text = "\n".join(f"{n}:row {n}" for n in range(1, 1001))
        self.assertEqual(server.expected(), {
            "count": 1000, "distinct": 1000, "sum_id": 500500,
            "sha256": hashlib.sha256(text.encode()).hexdigest()})

    def test_since_includes_and_until_excludes(self):
        page = self.json("/pages?since=2024-01-01T00:00:01Z&until=2024-01-01T00:00:03Z")
        self.assertEqual([row["id"] for row in page["data"]], list(range(10, 30)))
        self.assertEqual(page["total"], 20)

    def test_the_named_page_fails_as_often_as_told(self):
        target = "/pages?style=page&total=50&size=10&fail_page=3&as=503&fail=2&page="
        self.assertEqual([self.get(target + "3").status for _ in range(3)], [503, 503, 200])
        self.assertEqual(self.get(target + "2").status, 200)
        self.assertEqual(server.hits(target + "3"), 3)
        self.assertEqual(len(server.gaps(target + "3")), 2)

    def test_healing_ends_every_fault(self):
        target = "/pages?style=page&fail_page=1&fail=99"
        self.assertEqual(self.get(target).status, 503)
        server.heal()
        self.assertEqual(self.get(target).status, 200)

    def test_parameters_in_a_posted_body(self):
        page = self.json("/pages?total=30&size=10", method="POST", body=b'{"cursor":"c20"}')
        self.assertEqual([row["id"] for row in page["data"]], list(range(21, 31)))

    def test_chaos_is_the_same_each_time_and_ends(self):
        def outcomes():
            server.reset()
            return [self.outcome(f"/items/{n}?chaos=0.5&seed=3") for n in range(20)
                    for _ in range(4)]
        first = outcomes()
        self.assertEqual(first, outcomes())
        self.assertEqual(set(first[3::4]), {"200"})
        self.assertGreater(len(set(first)), 3)

    def outcome(self, target):
        client = self.get(target)
        if client.end == "rst" or not client.data:
            return client.end
        complete = len(client.body) == int(client.header("Content-Length"))
        return str(client.status) if complete else "cut"

    def test_hostile_next_values(self):
        raw = "file:///etc/passwd"
        self.assertEqual(self.json(f"/pages?next_raw={quote(raw)}")["next"], raw)
        following = self.json("/pages?style=next_url&next_other=1")["next"]
        self.assertTrue(following.startswith(server.other), following)
        following = self.json("/pages?style=next_url&relative=1")["next"]
        self.assertTrue(following.startswith("/pages?"), following)


class Endings(ServerCase):
    """How a connection ends, and what came before."""

    def test_resets(self):
        for when, least, most in (("now", 0, 0), ("headers", 10, 40), ("body", 100, 10**4)):
            with self.subTest(when=when):
                client = self.client().send(f"/reset?when={when}").read(quiet=5)
                self.assertEqual(client.end, "rst")
                self.assertTrue(least <= len(client.data) <= most, client.data)

    def test_every_flaky_fault(self):
        ends = {"reset": "rst", "reset-headers": "rst", "reset-body": "rst", "close": "fin",
                "truncated": "fin", "stall": None, "hang": None}
        for fault, end in ends.items():
            with self.subTest(fault=fault):
                client = self.client().send(f"/flaky?as={fault}&key={fault}").read()
                self.assertEqual(client.end, end)
                if fault in ("truncated", "stall", "reset-body"):
                    self.assertLess(len(client.body), int(client.header("Content-Length")))
                    self.assertGreater(len(client.body), 0)
                elif fault != "reset-headers":
                    self.assertEqual(client.data, b"")
                self.assertEqual(len(self.json(f"/flaky?as={fault}&key={fault}")), 10)
        self.no_mistakes()

    def test_flaky_statuses_and_bodies(self):
        for status in (400, 401, 403, 404, 410, 422, 429, 500, 503):
            self.assertEqual(self.get(f"/flaky?as={status}").status, status)
        self.assertEqual(self.get("/flaky?as=429&retry_after=7").header("Retry-After"), "7")
        for fault in ("badjson", "html", "empty"):
            with self.assertRaises(ValueError):
                json.loads(self.get(f"/flaky?as={fault}").body)
        self.assertIn("error", self.json("/flaky?as=wrongshape"))

    def test_truncated_in_three_ways(self):
        client = self.get("/truncated")
        self.assertLess(len(client.body), int(client.header("Content-Length")))
        client = self.get("/truncated?chunked=1")
        self.assertEqual(client.header("Transfer-Encoding"), "chunked")
        self.assertNotIn(b"\r\n0\r\n\r\n", client.data)
        client = self.get("/truncated?close=1")
        self.assertIsNone(client.header("Content-Length"))
        self.assertIsNone(client.header("Transfer-Encoding"))
        with self.assertRaises(ValueError):
            json.loads(client.body)

    def test_truncated_behind_a_record_looks_whole(self):
        self.assertTrue(self.get("/truncated?at=record").body.endswith(b"}"))
        client = self.get("/truncated?at=record&format=ndjson&close=1")
        rows = [json.loads(line) for line in client.body.splitlines()]
        self.assertTrue(1 <= len(rows) < 10 and client.body.endswith(b"\n"))

    def test_dropped_connection_after_a_good_answer(self):
        client = self.client().send("/rows?drop=1").read(quiet=5)
        self.assertEqual((client.status, client.end), (200, "fin"))
        self.assertIsNone(client.header("Connection"))


class Framing(ServerCase):
    def lengths(self, target):
        client = self.client().send(target).read()
        return [line.partition(b": ")[2] for line in client.head.split(b"\r\n")
                if line.startswith(b"Content-Length")], client

    def test_lying_lengths(self):
        self.assertEqual(self.lengths("/cl-negative")[0], [b"-5"])
        self.assertGreater(int(self.lengths("/cl-overflow")[0][0]), 2**64)
        values, _ = self.lengths("/cl-dup")
        self.assertEqual((len(values), len(set(values))), (2, 2))
        values, client = self.lengths("/cl-te")
        self.assertEqual((len(values), client.header("Transfer-Encoding")), (1, "chunked"))

    def test_cl_short_hides_a_second_answer_and_stays_open(self):
        client = self.client().send("/cl-short").read()
        length = int(client.header("Content-Length"))
        self.assertEqual(json.loads(client.body[:length])[0]["id"], 1)
        hidden = client.body[length:]
        self.assertTrue(hidden.startswith(b"HTTP/1.1 200 OK\r\n") and b'"id":666' in hidden)
        self.assertIsNone(client.end)
        client.data = b""
        self.assertEqual(client.send("/rows?n=1").read().status, 200)

    def test_heads_that_are_none(self):
        for kind, start in (("word", b"HTTP/1.1 2oo OK"), ("huge", b"HTTP/1.1 99999 Huge"),
                            ("protocol", b"ICY 200 OK"), ("bare", b"HTTP/1.1\r\n")):
            data = self.get(f"/bad-status-line?kind={kind}").data
            self.assertTrue(data.startswith(start), data)
        self.assertTrue(self.get("/http09").data.startswith(b'[{"id":1'))
        garbage = self.get("/garbage").data
        self.assertEqual((len(garbage), garbage), (4000, self.get("/garbage").data))
        self.assertIn(b"X-Nul: a\0b\r\n", self.get("/nul-header").data)

    def test_chunks_that_are_none(self):
        self.assertIn(b"\r\nzz\r\n", self.get("/chunked-garbage").body)
        size = self.get("/chunked-huge").body.partition(b"\r\n")[0]
        self.assertGreater(int(size, 16), 2**64)

    def test_heads_without_end(self):
        for target, text in (("/endless-1xx", b"HTTP/1.1 100 Continue\r\n\r\n"),
                             ("/endless-headers", b"X-More: ")):
            client = self.client().send(target).read(quiet=5, most=1 << 20)
            self.assertGreater(client.data.count(text), 500)
            client.close()
        server.wait_for(lambda stats: stats["in_flight"] == 0)


class Pace(ServerCase):
    def test_hundreds_of_slow_answers_at_once_are_on_time(self):
        clients = [self.client() for _ in range(300)]
        started = time.monotonic()
        for n, client in enumerate(clients):
            client.send(f"/slow?delay=0.5&i={n}")
        for client in clients:
            client.read(quiet=10, most=1)
        self.assertTrue(0.5 <= time.monotonic() - started < 1.5)
        stats = server.stats()
        self.assertEqual((stats["max_simultaneous_connections"], stats["max_inflight"],
                          stats["connections_total"]), (300, 300, 300))

    def test_a_wait_is_exact(self):
        waits = []
        client = self.client()
        for _ in range(20):
            client.data, started = b"", time.monotonic()
            client.send("/slow?delay=0.05").read(quiet=5, most=1)
            waits.append(time.monotonic() - started)
            client.read(quiet=0.01)
        waits.sort()
        self.assertTrue(0.049 <= waits[0] and waits[10] < 0.06, waits)

    def test_hang_and_stall_end_when_the_client_does(self):
        for target, body in (("/hang", 0), ("/stall", 300)):
            client = self.client().send(target).read()
            self.assertTrue(client.end is None and len(client.body) >= body)
            self.assertEqual(server.stats()["in_flight"], 1)
            client.close()
            server.wait_for(lambda stats: stats["in_flight"] == 0)

    def test_drip_keeps_its_pace(self):
        started = time.monotonic()
        client = self.get("/drip?bps=2000&n=10")
        self.assertAlmostEqual(time.monotonic() - started, len(client.body) / 2000, delta=0.15)
        self.assertEqual(len(json.loads(client.body)), 10)

    def test_slow_headers(self):
        client = self.client().send("/slow-headers?bps=20").read(quiet=0.2, most=10)
        self.assertTrue(b"HTTP/1.1 20".startswith(client.data[:11]) and len(client.data) < 20)


class Bodies(ServerCase):
    # What Python's own decoder refuses; the rest is JSON, if of odd content or shape. Python takes
    # NaN and Infinity, which are told apart here.
    REFUSED = {"trailing", "two_docs", "comment", "trail_comma", "single_quote", "cut", "empty",
               "ws", "html", "xml", "bad_utf8", "overlong", "utf8_surrogate", "cut_utf8", "raw_nul",
               "raw_control", "lead_zero", "plus", "nan", "inf", "hex", "bare_point"}
    UNUSUAL = {"utf16", "bom"}

    def kinds(self):
        error = json.loads(self.get("/body?kind=?").body)["error"]
        return error.partition("one of ")[2].partition(", not")[0].split()

    def test_each_kind_is_refused_or_read_as_it_should_be(self):
        def refuse(name):
            raise ValueError(name)
        kinds = self.kinds()
        self.assertLessEqual(self.REFUSED | self.UNUSUAL, set(kinds))
        for kind in kinds:
            with self.subTest(kind=kind):
                client = self.get(f"/body?kind={kind}")
                self.assertEqual(int(client.header("Content-Length")), len(client.body))
                try:
                    digits = {"parse_int": str, "parse_float": str}
                    json.loads(client.body.decode("utf-8"), parse_constant=refuse, **digits)
                    refused = False
                except ValueError:
                    refused = True
                self.assertEqual(refused, kind in self.REFUSED | self.UNUSUAL)

    def test_numbers_come_digit_by_digit(self):
        for kind, text in (("int63", b"9223372036854775807"), ("int64", b"9223372036854775808"),
                           ("uint64", b"18446744073709551615"), ("exp400", b"1e400"),
                           ("frac17", b"0.12345678901234567"), ("neg_zero", b"-0.0")):
            self.assertIn(b'"v":' + text + b"}", self.get(f"/body?kind={kind}").body)

    def test_text_faults_are_the_right_bytes(self):
        for kind, text in (("bad_utf8", b"\xff\xfe"), ("overlong", b"\xc0\xaf"),
                           ("utf8_surrogate", b"\xed\xa0\x80"), ("lone_surrogate", rb"\ud800"),
                           ("nul_escape", rb"\u0000"), ("raw_nul", b"\0"), ("bom", b"\xef\xbb\xbf"),
                           ("utf16", b"\xff\xfe[\0")):
            self.assertIn(text, self.get(f"/body?kind={kind}").body)

    def test_types_has_two_rows_that_fit_a_bigint(self):
        fits = [row["id"] for row in self.json("/types")
                if type(row["v"]) is int and -2**63 <= row["v"] < 2**63]
        self.assertEqual(fits, [1, 4])


class Sizes(ServerCase):
    def dechunk(self, data):
        body, rest = [], memoryview(data)
        while True:
            line = bytes(rest[:20]).partition(b"\r\n")[0]
            size = int(line, 16)
            if size == 0:
                return b"".join(body)
            start = len(line) + 2
            body.append(bytes(rest[start:start + size]))
            rest = rest[start + size + 2:]

    def test_big_is_as_big_as_told_and_json(self):
        for kind in ("rows", "string", "key", "array", "object", "ws", "ws_row"):
            with self.subTest(kind=kind):
                body = self.dechunk(self.get(f"/big?mb=2&kind={kind}").body)
                self.assertAlmostEqual(len(body) / 2**20, 2, delta=0.001)
                value = json.loads(body)
                if kind == "rows":
                    self.assertEqual([row["id"] for row in value], list(range(1, 2049)))

    def test_a_client_that_stops_reading_stops_the_server(self):
        client = self.client().send("/big?mb=300").read(most=1 << 20)
        time.sleep(0.3)
        self.assertLess(server.stats()["bytes_sent"], 32 << 20)
        client.close()
        server.wait_for(lambda stats: stats["in_flight"] == 0)

    def test_deep(self):
        self.assertEqual(self.get("/deep?depth=1000").body, b"[" * 1000 + b"]" * 1000)
        for kind in ("object", "row"):
            json.loads(self.get(f"/deep?depth=50&kind={kind}").body)

    def test_gzip_good_and_bad(self):
        rows = json.loads(gzip.decompress(self.get("/gzip?n=50").body))
        self.assertEqual(len(rows), 50)
        self.assertEqual(len(json.loads(gzip.decompress(self.get("/gzip?members=3").body))), 100)
        for fault, error in (("truncated", EOFError), ("crc", OSError), ("trailing", OSError)):
            client = self.get(f"/gzip?{fault}=1")
            self.assertEqual(int(client.header("Content-Length")), len(client.body))
            with self.assertRaises(error):
                gzip.decompress(client.body)
        packed = self.dechunk(self.get("/gzip?bomb=20").body)
        self.assertLess(len(packed), 100_000)
        self.assertGreater(len(gzip.decompress(packed)), 20 << 20)

    def test_any_answer_in_gzip_and_chunks(self):
        client = self.get("/rows?n=100&gzip=1&chunked=1")
        self.assertEqual(client.header("Content-Encoding"), "gzip")
        self.assertEqual(len(json.loads(gzip.decompress(self.dechunk(client.body)))), 100)


class Access(ServerCase):
    def test_credentials(self):
        good = {"bearer": "Authorization: Bearer SECRET-token",
                "basic": "Authorization: Basic " + base64.b64encode(
                    b"user:SECRET-password").decode(),
                "api_key": "X-Api-Key: SECRET-key",
                "api_key&in=cookie": "Cookie: a=b; api_key=SECRET-key"}
        for kind, header in good.items():
            target = f"/auth?kind={kind}"
            self.assertEqual(self.get(target, header).status, 200, kind)
            self.assertEqual(self.get(target, header + "x").status, 401, kind)
            refused = self.get(target)
            self.assertEqual(refused.status, 401)
            self.assertIsNotNone(refused.header("WWW-Authenticate"))
        self.assertEqual(self.get("/auth?kind=api_key&in=query&api_key=SECRET-key").status, 200)
        self.assertEqual(self.get("/auth?never=1", good["bearer"]).status, 401)
        self.assertEqual(server.stats()["auth_failures"], 9)

    @unittest.skipUnless(shutil.which("curl"), "the command curl is not installed")
    def test_digest_against_curl(self):
        url = server.url + "/auth?kind=digest"
        for password, status in (("SECRET-password", "200"), ("wrong", "401")):
            run = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--digest",
                                  "-u", f"user:{password}", url], capture_output=True, text=True,
                                 timeout=30, check=False)
            self.assertEqual(run.stdout, status)

    def test_tokens_wear_out(self):
        form = b"grant_type=client_credentials&client_id=client&client_secret="
        self.assertEqual(self.get("/token", method="POST", body=form + b"no").status, 401)
        token = self.json("/token", method="POST", body=form + b"SECRET-client")["access_token"]
        statuses = [self.get("/auth?uses=3", f"Authorization: Bearer {token}").status
                    for _ in range(4)]
        self.assertEqual(statuses, [200, 200, 200, 401])
        self.assertEqual(server.stats()["tokens_issued"], 1)

    def test_retry_after_notices_who_is_early(self):
        target = "/retry-after?value=1&fail=2&status=503"
        first = self.get(target)
        self.assertEqual((first.status, first.header("Retry-After")), (503, "1"))
        self.get(target)
        time.sleep(1.05)
        self.assertEqual(self.get(target).status, 200)
        stats = server.stats()
        self.assertEqual((stats["early_retries"], len(stats["retry_waits"])), (1, 2))
        self.assertRegex(self.get("/retry-after?value=date:%2B3").header("Retry-After"),
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_rate(self):
        statuses = [self.get(f"/rate?limit=5&window=1&i={i}").status for i in range(7)]
        self.assertEqual(statuses, [200] * 5 + [429] * 2)
        self.assertEqual(server.stats()["rate_violations"], 2)
        self.assertEqual(server.stats()["max_requests_in_any_1s"], 7)
        time.sleep(1)
        self.assertEqual(self.json("/rate?limit=5&window=1&i=9")[0]["id"], 9)


class Elsewhere(ServerCase):
    def test_redirects(self):
        client = self.get("/redirect?code=308&to=file:///etc/passwd")
        self.assertEqual((client.status, client.header("Location")), (308, "file:///etc/passwd"))
        self.assertEqual(self.get("/redirect?n=2").header("Location"), "/redirect?n=1")
        self.assertEqual(self.get("/redirect?n=1").header("Location"), "/rows")
        self.assertEqual(self.get("/redirect?loop=1").header("Location"), "/redirect?loop=1")

    def test_the_other_origin_counts_hits_and_leaks(self):
        location = self.get("/redirect-other-origin").header("Location")
        self.assertEqual(location, server.other + "/rows")
        leaks = (), ("Authorization: x",), ("X-Custom: SECRET-token",), ("Referer: http://a/",)
        for headers in leaks:
            client = self.client(server.other).send("/rows", "Connection: close", *headers)
            self.assertEqual(client.read(quiet=5).status, 200)
        stats = server.stats()
        self.assertEqual((stats["other_origin_hits"], stats["leak_count"]), (4, 3))
        self.assertEqual(stats["paths"], {"/redirect-other-origin": 1})
        self.assertIn("SECRET-token", stats["other_requests"][2])


class Texts(ServerCase):
    def test_keys(self):
        self.assertEqual(len(self.json("/keys?kind=wide&n=1601")[0]), 1601)
        self.assertEqual(len(self.json("/keys?kind=explode&n=50")), 50)
        for kind in ("quote", "inject", "fmt", "ctrl", "keyword", "system", "collide63", "split63",
                     "casefold", "norm", "under", "dots", "empty", "nul", "long"):
            self.assertGreater(len(self.json(f"/keys?kind={kind}")[0]), 2, kind)
        for kind, same in (("collide63", 63), ("split63", 63)):
            first, second = list(self.json(f"/keys?kind={kind}")[0])[1:]
            self.assertEqual(first.encode()[:same], second.encode()[:same])
            self.assertNotEqual(first, second)

    def test_log_inject(self):
        client = self.get("/log-inject")
        self.assertTrue(client.data.startswith(b"HTTP/1.1 400 \x1b[31mNo\x07 way\r\n"))
        self.assertIn(b"\r\nweir: error[E-FAKE]", client.body)
        self.assertIn("\u202e".encode(), client.body)
        self.assertEqual(len(self.json("/log-inject?status=200")), 2)

    def test_echo_and_post(self):
        seen = self.json("/echo?a=1&a=2", "X-Thing: 7", method="POST", body=b"hello")
        self.assertEqual((seen["method"], seen["query"], seen["body"]),
                         ("POST", {"a": ["1", "2"]}, "hello"))
        self.assertIn(["x-thing", "7"], seen["headers"])
        kind = "Content-Type: application/json"
        self.assertEqual(self.json("/post", kind, method="POST", body=b'[{"id":5}]'),
                         {"data": [{"id": 5}]})
        self.assertEqual(self.get("/post", kind, method="POST", body=b"{").status, 400)
        self.assertEqual(self.get("/post").status, 405)

    def test_status(self):
        for code in (204, 304):
            client = self.get(f"/status?code={code}")
            self.assertEqual((client.status, client.body), (code, b""))
        self.assertEqual(self.get("/status?code=206").status, 206)
        body = self.get("/status?code=500&echo=1&token=SECRET", "X-Api-Key: SECRET-2").body
        self.assertTrue(b"token=SECRET" in body and b"SECRET-2" in body)


class Counting(ServerCase):
    def test_connections_hits_and_what_the_tests_ask_is_not_counted(self):
        client = self.client()
        for _ in range(3):
            client.data = b""
            client.send("/rows?n=1").read(quiet=0.1)
        self.get("/rows?n=1")
        with socket.create_connection(client.socket.getpeername()):
            pass
        stats = server.wait_for(lambda stats: stats["silent_connections"])
        self.assertEqual((stats["requests_total"], stats["connections_total"],
                          stats["max_simultaneous_connections"], stats["silent_connections"]),
                         (4, 2, 2, 1))
        seen = server.stats("/rows")["urls"]["/rows?n=1"]
        self.assertEqual((seen["hits"], seen["connections"]), (4, [1, 1, 1, 2]))
        self.assertTrue(4 * 60 < stats["bytes_sent"] < 4 * 300, stats["bytes_sent"])
        self.no_mistakes()

    def test_wrong_questions_are_refused_loudly(self):
        for target in ("/pages?fial=2", "/pages?size=x", "/flaky?as=nonsense", "/items/x",
                       "/body?kind=nope", "/pages?cursor=zzz"):
            self.assertEqual(self.get(target).status, 400, target)
        self.assertEqual(self.get("/nowhere").status, 404)
        self.assertEqual(len(server.mistakes()), 6)
        self.assertEqual(server.stats()["server_errors"], [])

    def test_requests_that_are_not_http(self):
        for text in (b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
                     b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            client = self.client()
            client.socket.sendall(text)
            self.assertEqual(client.read(quiet=5).end, "fin")
        self.assertEqual(len(server.mistakes()), 3)

    def test_the_index_names_every_route(self):
        for route in server.ask("/")["routes"]:
            self.assertTrue(route["what"], route["path"])

    def test_thousands_of_requests(self):
        def load(part):
            client = Client()
            try:
                for n in range(200):
                    client.data = b""
                    client.send(f"/items/{part * 200 + n + 1}").read(quiet=10, most=80)
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(load, range(8)))
        stats = server.stats()
        self.assertEqual((stats["requests_total"], stats["connections_total"]), (1600, 8))


class Process(unittest.TestCase):
    def test_it_ends_with_its_starter(self):
        process = subprocess.Popen([sys.executable, "-B", str(PROGRAM), "--until-eof"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdout.readline()
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_it_stops_while_clients_hang(self):
        mine = MisbehavingServer()
        clients = [Client(mine.url).send("/hang") for _ in range(50)]
        mine.wait_for(lambda stats: stats["in_flight"] == 50)
        mine.stop()
        self.assertEqual(mine.process.returncode, 0)
        for client in clients:
            self.assertIsNotNone(client.read(quiet=5).end)
            client.close()


if __name__ == "__main__":
    unittest.main()
