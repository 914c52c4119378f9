"""How often a server is asked: rate_limits of the file, and what the server says of its own."""

import signal
import time
import unittest
from urllib.parse import urlencode

import harness
from harness import BAD_FILE, INTERRUPTED, OK, REJECTS, SOURCE

setUpModule = harness.start_server


class LimitCase(harness.Case):
    def resource(self, name, most, *options, path="/rate", **query):
        """One request for each of 1 to n, which gives a row of that id."""
        url = "${SERVER}" + path + "?" + urlencode(query) + "&i={partition.i}"
        lines = [f"name: {name}", f'url: "{url}"', f"partitions: {{ i: {{ from: 1, to: {most} }} }}",
                 *options]
        return "- " + ("\n" + " " * 20).join(lines)

    def pipeline(self, limits, *resources, extract="retry: { initial_interval: 10ms }"):
        resources = ("\n" + " " * 18).join(resources)
        return f"""
            weir: 1
            name: limits
            extract:
                type: http
                rate_limits: {limits}
                {extract}
                resources:
                  {resources}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """

    def count(self, table):
        return harness.query(self.db, f"SELECT count(*), count(DISTINCT id) FROM {table}")[0]

    def stats(self):
        return harness.server().stats()

    def urls(self):
        return harness.server().stats("/")["urls"]


class Limits(LimitCase):
    def test_the_limit_is_never_broken(self):
        """H05: 200 units at 20/s."""
        result = self.run_weir(self.pipeline(
            "[{ name: all, limit: 20 }]", self.resource("t", 200, limit=20, window=1)))
        self.assert_exit(result, OK)
        self.assertEqual(self.count("t"), (200, 200))
        stats = self.stats()
        self.assertEqual(stats["rate_violations"], 0)
        self.assertLessEqual(stats["max_requests_in_any_1s"], 20)
        self.assertGreaterEqual(result.seconds, 8.9)

    def test_resources_share_it_and_logins_do_not(self):
        one, other = ('auth: { type: bearer, token: "${%s}" }' % name for name in ("ONE", "OTHER"))
        env = {"ONE": "SECRET-one", "OTHER": "SECRET-other"}
        shared = self.pipeline(
            "[{ name: all, limit: 10 }]", self.resource("a", 12, one, limit=10, window=1),
            self.resource("b", 12, one, limit=10, window=1))
        self.assert_exit(self.run_weir(shared, env=env), OK)
        self.assertEqual(self.stats()["rate_violations"], 0)
        self.assertLessEqual(self.stats()["max_requests_in_any_1s"], 10)
        harness.server().reset()
        self.db.unlink()
        apart = self.pipeline(
            "[{ name: all, limit: 10, interval: 1h, max_wait: 1s }]",
            self.resource("a", 10, one, limit=10, key="one"),
            self.resource("b", 10, other, limit=10, key="other"))
        self.assert_exit(self.run_weir(apart, env=env), OK)

    def test_an_even_pace(self):
        result = self.run_weir(self.pipeline(
            "[{ name: all, limit: 10, burst: 1 }]", self.resource("t", 12, limit=10, window=1)))
        self.assert_exit(result, OK)
        times = sorted(at for url in self.urls().values() for at in url["times"])
        self.assertGreaterEqual(times[-1] - times[0], 1.0)
        self.assertEqual(self.stats()["rate_violations"], 0)

    def test_paths_have_limits_of_their_own_and_weigh(self):
        limits = ("[{ name: rest, limit: 6, interval: 1h, max_wait: 1s }, "
                  "{ name: rest, match: '^/rows$', weight: 2 }, "
                  "{ name: items, match: '^/rate', limit: 4, interval: 1h, max_wait: 1s }]")
        rest = "on_error: skip_partition"
        result = self.run_weir(self.pipeline(
            limits, self.resource("a", 9, rest), self.resource("b", 9, rest, path="/rows", n=1)))
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.stats()["paths"], {"/rate": 4, "/rows": 3})
        self.assertIn("E-RATE-LIMIT", result.err)

    def test_redirects_and_retries_count(self):
        limits = "[{ name: all, limit: 6, interval: 1h, max_wait: 1s }]"
        rest = "on_error: skip_partition"
        result = self.run_weir(self.pipeline(
            limits, self.resource("t", 9, rest, path="/redirect", n=1)))
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.stats()["requests_total"], 6)
        harness.server().reset()
        self.db.unlink()
        result = self.run_weir(self.pipeline(
            limits, self.resource("t", 4, rest, path="/flaky", fail=1, n=1)))
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.stats()["requests_total"], 6)


class LeftAlone(LimitCase):
    """A server that says that it is asked too fast is asked nothing for a while, by anybody."""

    FEW = "concurrency: { max: 8 }\n                retry: { initial_interval: 1s, max_attempts: 3 }"

    def load(self, limits="[]", extract=FEW, most=60, **query):
        return self.run_weir(self.pipeline(
            limits, self.resource("a", most // 2, path="/pause", **query),
            self.resource("b", most // 2, path="/pause", **query), extract=extract))

    def assert_left_alone(self, result):
        self.assert_exit(result, OK)
        self.assertEqual((self.count("a"), self.count("b")), ((30, 30), (30, 30)))
        stats = self.stats()
        self.assertEqual(stats["requests_total"], 61)
        # What was on its way already.
        self.assertLessEqual(stats["came_early"], 7)
        self.assertEqual(stats["in_flight_after"][0], 1)
        self.assertLessEqual(stats["in_flight_after"][1], 2)
        self.assertLessEqual(stats["in_flight_after"][2], 2)

    def test_all_resources_wait_and_begin_carefully(self):
        """H03 for all who ask: 429, 503."""
        for status in (429, 503):
            with self.subTest(status=status):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                result = self.load(after=20, seconds=2, status=status)
                self.assert_left_alone(result)
                self.assertGreaterEqual(result.seconds, 2)

    def test_without_retry_after_too(self):
        self.assert_left_alone(self.load(after=20, seconds=0.9, bare=1))

    def test_limits_wait_as_well(self):
        self.assert_left_alone(self.load("[{ name: all, limit: 40 }]", after=20, seconds=2))

    def test_it_is_held_to_max_wait_or_max_interval(self):
        result = self.load("[{ name: all, limit: 1000, max_wait: 5s }]", after=20, seconds=600)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-RATE-LIMIT]", result.err)
        self.assertIn("left alone", result.err)
        rows = self.count("a")[0] + self.count("b")[0]
        self.assertGreaterEqual(rows, 12)
        harness.server().reset()
        self.db.unlink()
        result = self.load(extract=self.FEW.replace("1s", "100ms, max_interval: 1s"), after=20,
                           seconds=600)
        self.assert_exit(result, OK)
        self.assertEqual((self.count("a"), self.count("b")), ((30, 30), (30, 30)))

    def test_a_signal_ends_it(self):
        run = self.start_weir(self.pipeline(
            "[{ name: all, limit: 1000 }]",
            self.resource("t", 60, path="/pause", after=5, seconds=600)))
        run.when(lambda: self.stats()["requests_total"] >= 5)
        time.sleep(1)
        run.signal(signal.SIGINT)
        self.assert_exit(self.check(run.wait()), INTERRUPTED)


class Told(LimitCase):
    """What is left of the server's own limit is heeded before it answers 429."""

    def test_in_every_form(self):
        both = "remaining_header: x-left, reset_header: X-Reset"
        for form, headers in (("seconds", both), ("epoch", both), ("epoch_ms", both),
                              ("draft", "remaining_header: RateLimit"),
                              ("old_draft", "remaining_header: RateLimit")):
            with self.subTest(form=form):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                result = self.run_weir(self.pipeline(
                    f"[{{ name: all, limit: 1000, {headers} }}]",
                    self.resource("t", 25, path="/left", limit=10, reset=1.5, form=form)))
                self.assert_exit(result, OK)
                self.assertEqual(self.count("t"), (25, 25))
                self.assertEqual(self.stats()["rate_violations"], 0)
                self.assertEqual(self.stats()["requests_total"], 25)

    def test_a_reset_that_is_too_far_off_fails(self):
        result = self.run_weir(self.pipeline(
            "[{ name: all, limit: 1000, remaining_header: X-Left, reset_header: X-Reset, "
            "max_wait: 5s }]", self.resource("t", 25, path="/left", limit=10, reset=600)))
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-RATE-LIMIT]", result.err)
        self.assertEqual(self.count("t"), (10, 10))


class Adaptive(LimitCase):
    """concurrency.adaptive: as many requests in flight as the server bears."""

    MANY = ("concurrency: { max: 64, adaptive: true }\n"
            "                retry: { initial_interval: 10ms, max_attempts: 50 }")

    def load(self, rows, extract=MANY, **query):
        self.db.unlink(missing_ok=True)
        url = "${SERVER}/crowd?" + urlencode(query) + "&i={partition.i}"
        result = self.run_weir(self.pipeline(
            "[]", f'- name: t\n                    url: "{url}"\n'
            f"                    partitions: {{ i: {{ from: 1, to: {rows} }} }}", extract=extract))
        self.assert_exit(result, OK)
        self.assertEqual(self.count("t"), (rows, rows))
        return result.report["resources"][0]["requests"].get("allowed_in_flight")

    def test_it_stays_near_what_the_server_works_at(self):
        allowed = self.load(600, capacity=4, work=0.05)
        crowds = self.stats()["crowds"][300:]
        self.assertLess(sum(crowds) / len(crowds), 32)
        self.assertLess(allowed, 40)
        self.assertIsNone(self.load(1, extract="concurrency: { max: 4 }"))

    def test_it_grows_where_it_may(self):
        self.assertLessEqual(self.load(300, capacity=1000, work=0.1), 64)
        self.assertGreater(max(self.stats()["crowds"]), 4)

    def test_refusals_make_it_less(self):
        allowed = self.load(300, capacity=1000, work=0.05, most=12)
        self.assertLess(allowed, 32)
        self.assertLess(self.stats()["rate_violations"], 150)


class Waiting(LimitCase):
    LONG = "[{ name: slow, limit: 2, interval: 10m }]"

    def begin(self):
        run = self.start_weir(self.pipeline(self.LONG, self.resource("t", 5)))
        run.when(lambda: self.stats()["paths"].get("/rate") == 2)
        return run

    def test_it_costs_nothing_and_a_signal_ends_it(self):
        run = self.begin()
        time.sleep(0.5)
        before = run.cpu()
        time.sleep(2)
        self.assertLess(run.cpu() - before, 0.3)
        run.signal(signal.SIGINT)
        self.assert_exit(self.check(run.wait()), INTERRUPTED)
        self.assertEqual(self.count("t"), (2, 2))
        self.assertEqual(self.stats()["requests_total"], 2)

    def test_what_would_wait_too_long_fails_and_the_next_run_goes_on(self):
        limits = self.LONG.replace("10m", "10m, max_wait: 5s")
        result = self.run_weir(self.pipeline(limits, self.resource("t", 5)))
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-RATE-LIMIT]", result.err)
        self.assertIn("rate limit 'slow'", result.err)
        self.assertEqual(self.count("t"), (2, 2))
        for rows in (4, 5):
            result = self.run_weir(self.pipeline(limits, self.resource("t", 5)))
            self.assertEqual(self.count("t"), (rows, rows))
        self.assert_exit(result, OK)


class Mistakes(LimitCase):
    def test_they_are_told_before_anything_is_asked(self):
        for text, limit in (("'name' is required", "{ limit: 3 }"),
                            ("'limit' is required", "{ name: a }"),
                            ("'match' is no regular", "{ name: a, limit: 3, match: '(' }"),
                            ("'burst' is more", "{ name: a, limit: 3, burst: 4 }")):
            with self.subTest(text=text):
                result = self.run_weir(self.pipeline(f"[{limit}]", self.resource("t", 1)))
                self.assert_exit(result, BAD_FILE)
                self.assertIn(text, result.err)
                self.assertEqual(self.stats()["requests_total"], 0)


if __name__ == "__main__":
    unittest.main()
