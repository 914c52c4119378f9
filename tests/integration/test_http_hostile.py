"""The http extractor and servers that cannot be believed, through the program."""

import json
import time
import unittest

import harness
from harness import OK, SOURCE
from misbehaving import MisbehavingServer

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"
ESCAPES = {byte for byte in range(0x20)} - {0x0a} | {0x7f}
# What turns the direction of writing, among others.
UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029"


class HostileCase(harness.Case):
    def load(self, url, *keys, args=(), env=None):
        self.db.unlink(missing_ok=True)
        lines = "\n              ".join(keys)
        return self.run_weir(f"""
            weir: 1
            name: t
            extract:
              type: http
              url: "{url}"
              {lines}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, *args, env=env)

    def partitions(self, *paths):
        return f"partitions: {{ url: {json.dumps([harness.server().url + p for p in paths])} }}"

    def rows(self):
        if not self.db.exists() or not harness.query(
                self.db, "SELECT 1 FROM sqlite_master WHERE name = 't'"):
            return []
        return harness.query(self.db, "SELECT * FROM t")

    def assert_refused(self, result, code):
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.rows(), [])


class Framing(HostileCase):
    def test_b04_answers_whose_end_is_in_doubt(self):
        """B04: what one part of the world reads otherwise than another is read by nobody."""
        for path in ("/chunked-garbage", "/chunked-huge", "/cl-negative", "/cl-overflow", "/cl-dup",
                     "/cl-te", "/bad-status-line", "/bad-status-line?kind=bare", "/http09",
                     "/garbage", "/nul-header"):
            with self.subTest(path=path):
                self.assert_refused(self.load("${SERVER}" + path, FAST), "E-HTTP-PROTOCOL")

    def test_b04_an_answer_behind_an_answer(self):
        """No row of what hides there, and nothing more over that connection."""
        result = self.load("{partition.url}", FAST, "concurrency: { max: 1 }",
                           "on_error: skip_partition",
                           self.partitions("/cl-short", "/rows?n=3", "/rows?n=4"))
        self.assertIn(result.code, (OK, harness.REJECTS))
        self.assertNotIn(666, [row[0] for row in self.rows()])
        self.assertGreaterEqual(len(self.rows()), 7)


class Words(HostileCase):
    def assert_clean(self, text):
        self.assertEqual({byte for byte in text.encode() if byte in ESCAPES}, set())
        self.assertEqual([c for c in text if c in UNSEEN], [])

    def test_s15_what_a_server_says_is_shown_and_does_nothing(self):
        """S15: no byte of an answer controls a terminal or makes a line of its own."""
        for status in (400, 503):
            with self.subTest(status=status):
                result = self.load(f"${{SERVER}}/log-inject?status={status}", FAST)
                self.assert_exit(result, SOURCE)
                self.assertIn(f"status {status}", result.err)
                self.assert_clean(result.out + result.err)
                said = [line for line in result.err.splitlines() if f"status {status}" in line]
                self.assertEqual(len(said), 2 if status == 503 else 1)

    def test_s15_the_log_stays_json(self):
        result = self.load("${SERVER}/log-inject?status=503", FAST, args=("--log", "json"))
        self.assert_exit(result, SOURCE)
        self.assert_clean(result.err)
        lines = [line for line in result.err.splitlines() if line.startswith("{")]
        self.assertGreaterEqual(len(lines), 2)
        for line in lines:
            json.loads(line)


class Slow(HostileCase):
    def test_n02_silent_servers_hold_nobody_else_up(self):
        """N02: who never answers is given up in time, and all the others are loaded."""
        silent = ["/hang", "/stall", "/slow-headers"]
        paths = [f"/rows?n={n}" for n in range(1, 21)]
        began = time.monotonic()
        result = self.load("{partition.url}", FAST, "timeout: { stall: 1s }",
                           "on_error: skip_partition", "concurrency: { max: 8 }",
                           self.partitions(*silent, *paths))
        self.assert_exit(result, harness.REJECTS)
        self.assertEqual(len(self.rows()), 210)
        self.assertEqual(result.err.count("timeout.stall"), 2 * len(silent))
        self.assertLess(time.monotonic() - began, 40)

    def test_n07_who_is_slow_but_moves_may_go_on(self):
        """N07: an answer that takes several times timeout.stall."""
        result = self.load("${SERVER}/drip?bps=4000&n=300", FAST, "timeout: { stall: 600ms }")
        self.assert_exit(result, OK)
        self.assertEqual(len(self.rows()), 300)
        self.assertGreater(result.seconds, 1.2)
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], 0)


class Restarts(HostileCase):
    """N01: a server that is not there yet, or goes away for a while, is waited for."""

    ITEMS = 600
    PATIENT = "retry: { initial_interval: 100ms, max_interval: 400ms, max_attempts: 60 }"

    def setUp(self):
        super().setUp()
        # A port that is free again: whoever serves there next was not there before.
        first = MisbehavingServer()
        self.port = int(first.url.rpartition(":")[2])
        first.stop()

    def serve(self):
        server = MisbehavingServer("--port", self.port)
        self.addCleanup(server.stop)
        return server

    def start(self):
        return self.start_weir(f"""
            weir: 1
            name: t
            extract:
              type: http
              url: "http://127.0.0.1:{self.port}/items/{{partition.id}}?delay=0.01"
              partitions: {{ id: {{ from: 1, to: {self.ITEMS} }} }}
              concurrency: {{ max: 4 }}
              {self.PATIENT}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """)

    def assert_all(self, run):
        result = self.check(run.wait(harness.TIMEOUT))
        self.assert_exit(result, OK)
        self.assertEqual(sorted(row[0] for row in self.rows()), list(range(1, self.ITEMS + 1)))
        self.assertGreater(result.report["resources"][0]["requests"]["retries"], 0)

    def test_n01_a_server_that_is_late(self):
        run = self.start()
        time.sleep(1.5)
        self.assertTrue(run.alive())
        self.serve()
        self.assert_all(run)

    def test_n01_a_server_that_starts_anew_in_the_middle(self):
        first = MisbehavingServer("--port", self.port)
        run = self.start()
        try:
            first.wait_for(lambda stats: stats["requests_total"] > 100)
        finally:
            first.stop()
        time.sleep(1)
        self.serve()
        self.assert_all(run)


if __name__ == "__main__":
    unittest.main()
