"""Does the misbehaving server send the rows, texts and refusals that it names?"""

import base64
import gzip
import hashlib
import json
import shutil
import subprocess
import time
import unittest
from urllib.parse import quote

from raw_client import ServerCase


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
        self.assertEqual(self.server.expected(total=100, size=10, empty_at=4)["count"], 90)

    def test_a_loop_never_ends(self):
        for style in ("cursor", "page", "link", "next_url"):
            ids, requests = self.load("total=100&size=10&loop_at=4", style)
            self.assertEqual((requests, ids[-10:]), (50, list(range(31, 41))), style)

    def test_overlapping_pages_are_as_expected(self):
        ids, _ = self.load("total=100&size=10&dup=5", "cursor")
        expected = self.server.expected(total=100, size=10, dup=5)
        self.assertEqual((len(ids), len(set(ids)), sum(ids)),
                         (expected["count"], expected["distinct"], expected["sum_id"]))
        self.assertEqual(expected["count"], 145)

    def test_expected_names_the_digest_of_the_rows(self):
        text = "\n".join(f"{n}:row {n}" for n in range(1, 1001))
        self.assertEqual(self.server.expected(), {
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
        self.assertEqual(self.server.hits(target + "3"), 3)
        self.assertEqual(len(self.server.gaps(target + "3")), 2)

    def test_healing_ends_every_fault(self):
        target = "/pages?style=page&fail_page=1&fail=99"
        self.assertEqual(self.get(target).status, 503)
        self.server.heal()
        self.assertEqual(self.get(target).status, 200)

    def test_what_is_held_comes_once_it_is_healed(self):
        client = self.client().send("/pages?style=page&fail_page=1&as=held")
        self.assertEqual(client.read(quiet=0.2).data, b"")
        self.server.heal()
        self.assertEqual(client.read(quiet=1).status, 200)

    def test_parameters_in_a_posted_body(self):
        page = self.json("/pages?total=30&size=10", method="POST", body=b'{"cursor":"c20"}')
        self.assertEqual([row["id"] for row in page["data"]], list(range(21, 31)))

    def test_chaos_is_the_same_each_time_and_ends(self):
        def outcomes():
            self.server.reset()
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
        self.assertTrue(following.startswith(self.server.other), following)
        following = self.json("/pages?style=next_url&relative=1")["next"]
        self.assertTrue(following.startswith("/pages?"), following)


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
        self.assertLess(self.server.stats()["bytes_sent"], 32 << 20)
        client.close()
        self.server.wait_for(lambda stats: stats["in_flight"] == 0)

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
        self.assertEqual(self.server.stats()["auth_failures"], 9)

    @unittest.skipUnless(shutil.which("curl"), "the command curl is not installed")
    def test_digest_against_curl(self):
        url = self.server.url + "/auth?kind=digest"
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
        self.assertEqual(self.server.stats()["tokens_issued"], 1)

    def test_retry_after_notices_who_is_early(self):
        target = "/retry-after?value=1&fail=2&status=503"
        first = self.get(target)
        self.assertEqual((first.status, first.header("Retry-After")), (503, "1"))
        self.get(target)
        time.sleep(1.05)
        self.assertEqual(self.get(target).status, 200)
        stats = self.server.stats()
        self.assertEqual((stats["early_retries"], len(stats["retry_waits"])), (1, 2))
        self.assertRegex(self.get("/retry-after?value=date:%2B3").header("Retry-After"),
                         r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")

    def test_rate(self):
        statuses = [self.get(f"/rate?limit=5&window=1&i={i}").status for i in range(7)]
        self.assertEqual(statuses, [200] * 5 + [429] * 2)
        self.assertEqual(self.server.stats()["rate_violations"], 2)
        self.assertEqual(self.server.stats()["max_requests_in_any_1s"], 7)
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
        self.assertEqual(location, self.server.other + "/rows")
        leaks = (), ("Authorization: x",), ("X-Custom: SECRET-token",), ("Referer: http://a/",)
        for headers in leaks:
            client = self.client(self.server.other).send("/rows", "Connection: close", *headers)
            self.assertEqual(client.read(quiet=5).status, 200)
        stats = self.server.stats()
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


if __name__ == "__main__":
    unittest.main()
