"""What the http extractor does when answers are missing, wrong or elsewhere."""

import re
import unittest
from urllib.parse import urlencode

import harness
from harness import DATA, OK, REJECTS, SOURCE

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms }"
PAGES = "paginator: { type: page_number, total_path: total_pages }"


class ErrorCase(harness.Case):
    def load(self, path, *keys, extract="", env=None, **query):
        """Into a new database: none of these runs is to finish what another has left."""
        self.db.unlink(missing_ok=True)
        url = "${SERVER}" + path + ("?" + urlencode(query) if query else "")
        lines = "\n                  ".join(keys)
        # What one that failed left behind would be gone on with.
        self.db.unlink(missing_ok=True)
        return self.run_weir(f"""
            weir: 1
            name: errors
            extract:
              type: http
              {extract}
              resources:
                - name: t
                  url: "{url}"
                  {lines}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, env=env)

    def pages(self, *keys, **query):
        return self.load("/pages", "data_selector: data", *keys, style="page", **query)

    def ids(self):
        """In the order they were loaded; a table that is not there has no rows."""
        if not harness.query(self.db, "SELECT 1 FROM sqlite_master WHERE name = 't'"):
            return []
        return [row[0] for row in harness.query(self.db, "SELECT id FROM t ORDER BY rowid")]

    def hits(self, path):
        return harness.server().stats()["paths"].get(path, 0)

    def failures(self, result):
        return result.report["resources"][0]["requests"]["failed"]


class Log(ErrorCase):
    def test_a_server_that_is_down_does_not_fill_it(self):
        result = self.run_weir("""
            weir: 1
            name: down
            extract:
              type: http
              retry: { max_attempts: 5, initial_interval: 1ms, max_interval: 5ms }
              on_error: skip_partition
              resources:
                - { name: a, url: "http://127.0.0.1:9/{partition.n}", partitions: { n: { from: 1, to: 100 } } }
                - { name: b, url: "${SERVER}/status?code=503&n={partition.n}",
                    partitions: { n: { from: 1, to: 100 } } }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """)
        self.assert_exit(result, REJECTS)
        for cause in "E-HTTP-CONNECT", "E-HTTP-STATUS":
            told = [line for line in result.err.splitlines() if " of 5 in " in line and
                    ("status 503" in line) == (cause == "E-HTTP-STATUS")]
            sums = re.findall(rf"(\d+) more requests? failed so within \d+ s.*\[{cause}\]", result.err)
            self.assertEqual(len(told) + sum(map(int, sums)), 400, result.err)
            self.assertLessEqual(len(told), 5 * (len(sums) + 1))

    def test_a_preview_of_it_shows_nothing(self):
        result = self.run_weir("""
            weir: 1
            name: down
            extract:
              type: http
              retry: { max_attempts: 1 }
              resources: [{ name: a, url: "http://127.0.0.1:9/a" }, { name: b, url: "${SERVER}/status?code=500" }]
            load: { type: sqlite, path: "${WORK}/out.db" }
            """, command="preview")
        self.assert_exit(result, SOURCE)
        self.assertEqual(result.out, "")


class Retries(ErrorCase):
    def test_a_page_that_fails_twice_is_asked_three_times(self):
        """H01: after waits that grow, each a random part of the upper half."""
        result = self.pages(PAGES, "retry: { initial_interval: 500ms }", fail_page=3, fail=2)
        self.assert_exit(result, OK)
        self.assert_loaded("t", style="page")
        url = "/pages?style=page&fail_page=3&fail=2&page=3"
        self.assertEqual(harness.server().hits(url), 3)
        waits = re.findall(r"status 503.*attempt \d of 5 in (\d+\.\d\d) s", result.err)
        self.assertEqual(len(waits), 2, result.err)
        gaps = harness.server().gaps(url)
        for wait, gap, most in zip(map(float, waits), gaps, (0.5, 1)):
            self.assertTrue(most / 2 - 0.01 <= wait <= most + 0.01, waits)
            self.assertGreaterEqual(gap, most / 2 - 0.02)
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], 2)

    def test_a_page_that_never_comes_fails_the_run_and_keeps_those_before(self):
        """H01: after as many attempts as the file allows. test_resume.py shows how it goes on."""
        result = self.pages(PAGES, FAST, fail_page=3, fail=99)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-HTTP-STATUS]", result.err)
        self.assertIn("5 attempts, the last: status 503", result.err)
        self.assertEqual(self.ids(), list(range(1, 201)))
        self.assertEqual(harness.server().hits("/pages?style=page&fail_page=3&fail=99&page=3"), 5)

    def test_broken_answers_are_asked_for_again(self):
        """N03: reset or ended at any place."""
        for fault in ("reset", "reset-headers", "reset-body", "close", "truncated"):
            with self.subTest(fault=fault):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                result = self.load("/flaky", FAST, **{"as": fault, "fail": 2})
                self.assert_exit(result, OK)
                self.assertEqual(self.ids(), list(range(1, 11)))
                self.assertEqual(self.hits("/flaky"), 3)

    def test_broken_answers_that_stay_broken_load_nothing(self):
        """N03: not even what was whole of them."""
        for fault in ("reset", "close", "truncated"):
            with self.subTest(fault=fault):
                self.db.unlink(missing_ok=True)
                result = self.load("/flaky", FAST, **{"as": fault, "fail": 99})
                self.assert_exit(result, SOURCE)
                self.assertEqual(self.ids(), [])

    def test_a_stalled_answer_is_given_up_and_asked_for_again(self):
        """N03: silence in the middle."""
        result = self.load("/flaky", FAST, extract="timeout: { stall: 300ms }",
                           **{"as": "stall", "fail": 1})
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), list(range(1, 11)))

    def test_statuses_that_no_retry_mends_are_asked_once(self):
        """H02: and are told with what the server says."""
        for status in (400, 401, 403, 404, 410, 422):
            with self.subTest(status=status):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                result = self.load("/flaky", **{"as": status, "fail": 99})
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-STATUS]", result.err)
                self.assertIn(f"status {status}", result.err)
                self.assertIn(f"this is the {status} that was asked for", result.err)
                self.assertEqual(self.hits("/flaky"), 1)
                self.assertEqual(self.ids(), [])

    def test_the_server_says_when_to_come_back(self):
        """H03: in seconds or by a date, which is a whole second; what is past, or cannot be read,
        counts for nothing."""
        for status, value, least in ((429, "1", 1), (503, "date:+2", 0), (429, "date:-100", 0),
                                     (503, "soon", 0)):
            with self.subTest(status=status, value=value):
                harness.server().reset()
                result = self.load("/retry-after", FAST.replace("20ms", "60s"), value=value, fail=1,
                                   status=status)
                self.assert_exit(result, OK)
                self.assertEqual(harness.server().stats()["early_retries"], 0)
                told = float(re.search(r"attempt 2 of 5 in (\d+\.\d\d) s", result.err)[1])
                self.assertTrue(least <= told < 5, result.err)

    def test_more_statuses_may_be_worth_a_retry(self):
        result = self.load("/flaky", "retry: { initial_interval: 10ms, status_codes: [404] }",
                           **{"as": 404, "fail": 2})
        self.assert_exit(result, OK)
        self.assertEqual(self.hits("/flaky"), 3)


class Answers(ErrorCase):
    def test_no_content_is_an_empty_answer(self):
        """H14: 204."""
        result = self.load("/status", code=204)
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), [])

    def test_what_was_not_asked_for_is_no_answer(self):
        """H14: 206 without a range, 304 without a condition."""
        for code in (206, 304):
            with self.subTest(code=code):
                result = self.load("/status", code=code)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-STATUS]", result.err)

    def test_bodies_that_cannot_be_read(self):
        for kind, code in (("cut", "E-JSON"), ("trailing", "E-JSON"), ("html", "E-BODY-SHAPE"),
                           ("empty", "E-BODY-SHAPE"), ("num_root", "E-BODY-SHAPE"),
                           ("bad_utf8", "E-UTF8"), ("nul_escape", "E-TEXT-NUL"),
                           ("dup_keys", "E-JSON-DUPLICATE")):
            with self.subTest(kind=kind):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                result = self.load("/body", kind=kind)
                self.assert_exit(result, DATA)
                self.assertIn(f"error[{code}]", result.err)
                self.assertIn(f"/body?kind={kind}: ", result.err)
                self.assertEqual(self.ids(), [])
                self.assertEqual(self.hits("/body"), 1)

    def test_a_selector_that_finds_nothing(self):
        result = self.load("/body", "data_selector: data", kind="err200")
        self.assert_exit(result, DATA)
        self.assertIn("E-BODY-SHAPE", result.err)

    def test_a_page_that_cannot_be_read_keeps_those_before_it(self):
        for prefetch in (1, 6):
            for fault in ("badjson", "html", "wrongshape"):
                with self.subTest(prefetch=prefetch, fault=fault):
                    self.db.unlink(missing_ok=True)
                    result = self.pages(PAGES.replace(" }", f", prefetch: {prefetch} }}"),
                                        fail_page=5, fail=99, **{"as": fault})
                    self.assert_exit(result, DATA)
                    self.assertEqual(self.ids(), list(range(1, 401)))

    def test_answers_are_bounded(self):
        result = self.load("/big", extract="max_response_size: 1MiB", mb=50)
        self.assertIn("E-LIMIT-BODY", result.err)
        self.assertIn("stream: true", result.err)
        self.assertIn(result.code, (SOURCE, DATA))
        self.assertEqual(self.ids(), [])
        self.assertLess(harness.server().stats()["bytes_sent"], 16 << 20)


class OnError(ErrorCase):
    PARTITIONS = ('url: "${SERVER}/items/{partition.id}?missing_every=10"',
                  "partitions: { id: { from: 1, to: 100 } }")

    def items(self, *keys):
        lines = "\n                  ".join((*self.PARTITIONS, *keys))
        return self.run_weir(f"""
            weir: 1
            name: errors
            extract:
              type: http
              resources:
                - name: t
                  {lines}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """)

    def test_failed_partitions_are_left_out_and_reported(self):
        for word in ("skip_partition", "continue"):
            with self.subTest(word=word):
                self.db.unlink(missing_ok=True)
                result = self.items(f"on_error: {word}")
                self.assert_exit(result, REJECTS)
                self.assertEqual(sorted(self.ids()), [n for n in range(1, 101) if n % 10])
                self.assertEqual(self.failures(result), 10)
                self.assertIn("/items/10?missing_every=10", str(result.report["failures"]))

    def test_a_few_failures_are_allowed(self):
        for allowed in ("10", "10%", "100"):
            with self.subTest(allowed=allowed):
                self.db.unlink(missing_ok=True)
                result = self.items("on_error: skip_partition", f"max_failed_partitions: {allowed}")
                self.assert_exit(result, REJECTS)
                self.assertEqual(len(self.ids()), 90)

    def test_too_many_failures_fail_the_run(self):
        for allowed in ("9", "9%", "0"):
            with self.subTest(allowed=allowed):
                self.db.unlink(missing_ok=True)
                result = self.items("on_error: skip_partition", f"max_failed_partitions: {allowed}")
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-GAPS]", result.err)
                self.assertIn("of 100 partitions of 't' failed", result.err)

    def test_a_failed_page_is_left_out(self):
        for prefetch in (1, 4):
            with self.subTest(prefetch=prefetch):
                self.db.unlink(missing_ok=True)
                result = self.pages(PAGES.replace(" }", f", prefetch: {prefetch} }}"), FAST,
                                    "on_error: continue", fail_page=3, fail=99)
                self.assert_exit(result, REJECTS)
                self.assertEqual(self.ids(), [*range(1, 201), *range(301, 1001)])

    def test_a_page_that_cannot_be_read_is_left_out(self):
        result = self.pages(PAGES, "on_error: continue", fail_page=3, fail=99, **{"as": "badjson"})
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.ids(), [*range(1, 201), *range(301, 1001)])

    def test_the_rest_of_a_partition_is_left_out(self):
        for prefetch in (1, 4):
            with self.subTest(prefetch=prefetch):
                self.db.unlink(missing_ok=True)
                result = self.pages(PAGES.replace(" }", f", prefetch: {prefetch} }}"), FAST,
                                    "on_error: skip_partition", fail_page=3, fail=99)
                self.assert_exit(result, REJECTS)
                self.assertEqual(self.ids(), list(range(1, 201)))

    def test_without_a_known_end_a_few_failures_are_one(self):
        result = self.load("/status", "on_error: continue", "paginator: { type: page_number }",
                           code=404)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.hits("/status"), 3)

    def test_behind_a_cursor_that_is_lost_nothing_can_be_asked_for(self):
        result = self.load(
            "/pages", "data_selector: data", FAST, "on_error: continue",
            "paginator: { type: cursor, cursor_path: next, cursor_param: cursor }",
            style="cursor", fail_page=3, fail=99)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.ids(), list(range(1, 201)))


class Redirects(ErrorCase):
    def test_they_are_followed_at_home(self):
        for code in (301, 302, 303, 307, 308):
            with self.subTest(code=code):
                self.db.unlink(missing_ok=True)
                self.assert_exit(self.load("/redirect", n=3, code=code), OK)
                self.assertEqual(self.ids(), list(range(1, 11)))

    def test_a_post_goes_on_as_the_status_says(self):
        for code, method, body in ((301, "GET", ""), (302, "GET", ""), (303, "GET", ""),
                                   (307, "POST", '{"a":1}'), (308, "POST", '{"a":1}')):
            with self.subTest(code=code):
                self.db.unlink(missing_ok=True)
                result = self.load("/redirect", "method: POST", "json: { a: 1 }", code=code,
                                   to="/echo?rows=1")
                self.assert_exit(result, OK)
                self.assertEqual(harness.query(self.db, "SELECT method, body FROM t"),
                                 [(method, body)])

    def test_they_are_not_followed_for_ever(self):
        result = self.load("/redirect", loop=1)
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-REDIRECT", result.err)
        self.assertEqual(self.hits("/redirect"), 11)

    def test_they_lead_to_no_other_origin(self):
        """S01: with any status."""
        for code in (301, 302, 303, 307, 308):
            with self.subTest(code=code):
                result = self.load("/redirect-other-origin", "headers: { X-Api-Key: '${KEY}' }",
                                   "auth: { type: bearer, token: '${TOKEN}' }", code=code,
                                   env={"TOKEN": "SECRET-token", "KEY": "SECRET-key"})
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-ORIGIN]", result.err)
        stats = harness.server().stats()
        self.assertEqual(stats["other_origin_hits"], 0)
        self.assertEqual(stats["leak_count"], 0)

    def test_they_lead_to_no_other_scheme(self):
        for to in ("file:///etc/passwd", "ftp://h/", "gopher://h/", "dict://h/", "data:,x",
                   "javascript:x"):
            with self.subTest(to=to):
                result = self.load("/redirect", to=to)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-URL-SCHEME]", result.err)
                self.assertNotIn("root:", result.err)

    def test_a_redirect_to_nowhere_is_an_error(self):
        self.assert_exit(self.load("/status", code=302), SOURCE)


class Secrets(ErrorCase):
    LOGINS = {
        "bearer": ("auth: { type: bearer, token: '${S}' }",),
        "api_key": ("auth: { type: api_key, name: X-Api-Key, api_key: '${S}' }",),
        "query": ("auth: { type: api_key, name: api_key, api_key: '${S}', location: query }",),
        "basic": ("auth: { type: http_basic, username: me, password: '${S}' }",),
        "header": ("headers: { X-Other: '${S}' }",),
        "param": ("params: { q: '${S}' }",),
        "json": ("method: POST", "json: { q: '${S}' }"),
    }

    def test_no_secret_in_any_output(self):
        """S08: in any of its forms."""
        secret = "SECRET+/=token?&%"
        forms = [secret, "SECRET%2B", "SECRET", "U0VDUkVU", "bWU6U0VD"]
        for name, keys in self.LOGINS.items():
            with self.subTest(login=name):
                result = self.load("/status", FAST, *keys, code=503, echo=1, env={"S": secret})
                self.assert_exit(result, SOURCE)
                everything = result.out + result.err + str(result.report)
                for form in forms:
                    self.assertNotIn(form, everything)

    def test_unchecked_certificates_are_a_warning_in_every_run(self):
        result = self.load("/rows", extract="tls: { insecure: true }")
        self.assert_exit(result, OK)
        self.assertIn("tls.insecure is on", result.err)

    def test_logins_arrive(self):
        for kind, secret, keys in (
                ("bearer", "SECRET-token", self.LOGINS["bearer"]),
                ("api_key", "SECRET-key", self.LOGINS["api_key"]),
                ("basic", "SECRET-password",
                 ("auth: { type: http_basic, username: user, password: '${S}' }",))):
            with self.subTest(kind=kind):
                self.db.unlink(missing_ok=True)
                self.assert_exit(self.load("/auth", *keys, kind=kind, env={"S": secret}), OK)
                self.assertEqual(len(self.ids()), 10)
        self.db.unlink()
        result = self.load("/auth", *self.LOGINS["query"], **{"kind": "api_key", "in": "query"},
                           env={"S": "SECRET-key"})
        self.assert_exit(result, OK)

    def test_a_refused_login_is_no_reason_to_try_again(self):
        result = self.load("/auth", "auth: { type: bearer, token: '${S}' }", never=1,
                           env={"S": "SECRET-token"})
        self.assert_exit(result, SOURCE)
        self.assertIn("check the login under auth", result.err)
        self.assertEqual(self.hits("/auth"), 1)


if __name__ == "__main__":
    unittest.main()
