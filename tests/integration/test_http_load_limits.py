"""Rows are sent no oftener than rate_limits and the server's own counts allow."""

import time
import unittest

import harness
import test_http_load
from harness import DESTINATION, INTERRUPTED, OK

setUpModule = harness.start_server

BAD_FILE = 2
HEADERS = "remaining_header: X-Left, reset_header: X-Reset"


class Limits(test_http_load.LoadCase):
    def times(self):
        return sorted(request["at"] for request in self.seen()["requests"])

    def test_so_many_in_any_interval(self):
        for limit, burst in ((3, ""), (3, ", burst: 1")):
            harness.server().reset()
            limits = f"rate_limits: [{{ name: api, limit: {limit}, interval: 1s{burst} }}]"
            self.assert_exit(self.send("", limits, "concurrency: { max: 8 }"), OK)
            self.assert_all_once()
            times = self.times()
            self.assertEqual(len(times), 10)
            for before, after in zip(times, times[limit:]):
                self.assertGreaterEqual(after - before, 0.98)

    def test_what_is_tried_again_counts_too(self):
        limits = "rate_limits: [{ name: api, limit: 2, interval: 500ms }]"
        self.assert_exit(self.send("fail=1&as=503&retry_after=0", limits,
                                   source="style=page&total=30&size=10"), OK)
        self.assert_all_once(30)
        times = self.times()
        self.assertEqual(len(times), 6)
        for before, after in zip(times, times[2:]):
            self.assertGreaterEqual(after - before, 0.48)

    def test_what_a_server_says_is_left(self):
        limits = f"rate_limits: [{{ name: api, limit: 1000, interval: 1s, {HEADERS} }}]"
        file = self.pipeline("", limits, "concurrency: { max: 8 }").replace(
            "/inbox/box?", "/left?limit=3&reset=0.5")
        result = self.run_weir(file)
        self.assert_exit(result, OK)
        self.assertEqual(harness.server().stats()["rate_violations"], 0)
        self.assertEqual(harness.server().hits("/left?limit=3&reset=0.5"), 10)

    def test_longer_than_may_be_waited(self):
        limits = "rate_limits: [{ name: api, limit: 2, interval: 1h, max_wait: 1s }]"
        result = self.send("", limits)
        self.assert_exit(result, DESTINATION)
        self.assertIn("E-RATE-LIMIT", result.err)
        self.assertEqual(len(self.times()), 2)

    def test_only_what_matches(self):
        limits = 'rate_limits: [{ name: other, limit: 1, interval: 1h, match: "^/elsewhere" }]'
        self.assert_exit(self.send("", limits), OK)
        self.assert_all_once()

    def test_stopped_while_it_waits(self):
        run = self.start_weir(self.pipeline("", "rate_limits: [{ name: api, limit: 1, interval: 1m }]"))
        harness.server().wait_for(lambda stats: stats["paths"].get("/inbox/box", 0) > 0)
        begun = time.monotonic()
        run.signal(2)
        result = run.wait()
        self.assertEqual(result.code, INTERRUPTED)
        self.assertLess(time.monotonic() - begun, 40)

    def test_mistakes_are_told_by_check(self):
        for limits, message in (("[{ name: api }]", "limit"),
                                ('[{ name: api, limit: 1, match: "(" }]', "match"),
                                ("[{ name: api, limit: 1, weight: 2 }]", "weight")):
            result = self.run_weir(self.pipeline("", "rate_limits: " + limits), command="check")
            self.assert_exit(result, BAD_FILE)
            self.assertIn(message, result.err)


if __name__ == "__main__":
    unittest.main()
