"""Does the harness tell the truth? A shell script plays the part of weir.

    python3 -m unittest discover -s tests/integration -p test_harness.py
"""

import os
import signal
import sqlite3
import sys
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from unittest import mock

import harness

setUpModule = harness.start_server


class HarnessCase(harness.Case):
    def play(self, script):
        """Let a script be the program."""
        path = self.write("weir", f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        patch = mock.patch.object(harness, "WEIR", path)
        patch.start()
        self.addCleanup(patch.stop)


class Results(HarnessCase):
    def test_a_run_that_ends_by_itself(self):
        self.play("""echo "$1 $3 $5"; cat "$2"; echo oops >&2; echo '{"rows": 7}' >"$4"; exit 9""")
        result = self.run_weir("""
            weir: 1
            name: x
            """, "--run-id")
        self.assertEqual((result.code, result.signal), (9, 0))
        self.assertEqual(result.out, "run --report --run-id\nweir: 1\nname: x\n")
        self.assertEqual((result.err, result.report), ("oops\n", {"rows": 7}))

    def test_a_file_that_is_there_and_another_command(self):
        self.play('echo "$1 $# $2"')
        path = self.write("mine.yaml", "weir: 1\n")
        result = self.run_weir(path, command="check")
        self.assertEqual(result.out, f"check 2 {path}\n")
        self.assertIsNone(result.report)

    def test_times_and_memory(self):
        self.play(f'exec {sys.executable} -c "b = bytearray(200 << 20)"')
        self.assertGreater(self.run_weir("").peak_rss, 200 << 20)
        self.play("sleep 0.3")
        result = self.run_weir("")
        self.assertTrue(0.3 <= result.seconds < 2, result)
        self.assertLess(result.peak_rss, 100 << 20)

    def test_the_environment_is_known(self):
        self.play("env | sort")
        with mock.patch.dict(os.environ, {"http_proxy": "http://x", "WEIR_SECRET": "y"}):
            out = self.run_weir("", env={"MORE": 1, "HOME": None}).out
        names = {line.partition("=")[0] for line in out.splitlines()}
        self.assertLessEqual({"SERVER", "OTHER", "WORK", "MORE", "PATH"}, names)
        self.assertFalse({"http_proxy", "WEIR_SECRET", "HOME"} & names)
        self.assertIn(f"SERVER={harness.server().url}\n", out)

    def test_a_great_deal_of_output(self):
        self.play("head -c 5000000 /dev/zero | tr '\\0' x >&2")
        self.assertEqual(len(self.run_weir("").err), 5_000_000)

    def test_a_sanitizer_report_is_a_failure_whatever_the_exit_code(self):
        self.play('echo "x.c:1:2: runtime error: signed integer overflow" >&2; exit 0')
        with self.assertRaisesRegex(AssertionError, "sanitizer"):
            self.run_weir("")

    def test_a_broken_report_is_a_failure_unless_it_was_killed(self):
        self.play("""echo '{"rows"' >"$4"; kill -KILL $$""")
        result = self.run_weir("")
        self.assertEqual((result.code, result.signal, result.report), (137, 9, None))
        self.play("""echo '{"rows"' >"$4" """)
        with self.assertRaisesRegex(AssertionError, "not JSON"):
            self.run_weir("")

    def test_no_program_is_an_error_that_says_what_to_do(self):
        with mock.patch.object(harness, "WEIR", Path("/nowhere/weir")):
            with self.assertRaisesRegex(RuntimeError, "build it"):
                self.run_weir("")

    def test_a_wrong_exit_code_shows_all_that_was_said(self):
        self.play("echo the reason >&2; exit 3")
        with self.assertRaisesRegex(AssertionError, "the reason"):
            self.assert_exit(self.run_weir(""), 0)


class Processes(HarnessCase):
    def test_a_run_that_never_ends_is_killed(self):
        self.play("exec sleep 1000")
        run = self.start_weir("")
        with self.assertRaisesRegex(AssertionError, "killed"):
            run.wait(timeout=0.2)
        self.assertFalse(Path(f"/proc/{run.pid}").exists())

    def test_the_end_of_a_test_leaves_nothing(self):
        self.play("exec sleep 1000")
        run = self.start_weir("")
        self.assertTrue(run.alive())
        self.doCleanups()
        self.assertFalse(Path(f"/proc/{run.pid}").exists())
        self.assertFalse(harness._running)

    def test_a_signal_after_a_condition(self):
        self.play(f"""trap 'exit 143' TERM; touch {self.work}/ready
            while :; do sleep 0.01; done""")
        run = self.start_weir("").when((self.work / "ready").exists)
        run.signal(signal.SIGTERM)
        self.assertEqual(run.wait().code, harness.TERMINATED)
        run.signal(signal.SIGTERM)      # to one that has ended: nothing happens

    def test_a_signal_once_the_server_has_seen_requests(self):
        self.play(f"""exec {sys.executable} -c '
import os, urllib.request
for n in range(100000): urllib.request.urlopen(os.environ["SERVER"] + "/items/%d" % n).read()'""")
        server = harness.server()
        run = self.start_weir("").when(lambda: server.stats()["requests_total"] >= 3)
        run.signal(signal.SIGKILL)
        self.assertEqual(run.wait().signal, signal.SIGKILL)

    def test_a_run_that_ends_before_the_condition_is_a_failure(self):
        self.play("echo too early >&2; exit 4")
        with self.assertRaisesRegex(AssertionError, "too early"):
            self.start_weir("").when(lambda: False)

    def test_waiting_gives_up(self):
        started = time.monotonic()
        with self.assertRaisesRegex(AssertionError, "the moon"):
            harness.wait_until(lambda: False, timeout=0.1, what="the moon")
        self.assertLess(time.monotonic() - started, 5)


class Databases(HarnessCase):
    def fill(self, ids):
        connection = sqlite3.connect(self.db)
        with connection:
            connection.execute("CREATE TABLE pages (id INTEGER, name TEXT)")
            connection.executemany("INSERT INTO pages VALUES (?, 'row ' || ?)",
                                   [(n, n) for n in ids])
        connection.close()

    def test_exactly_the_expected_rows(self):
        self.fill(range(1000, 0, -1))
        self.assert_loaded("pages")
        self.assert_loaded("pages", style="page", size=7)

    def test_one_row_less_or_twice_is_noticed(self):
        self.fill([*range(1, 1000), 999])
        with self.assertRaises(AssertionError):
            self.assert_loaded("pages")

    def test_a_look_changes_nothing(self):
        self.fill([1])
        self.assertEqual(harness.query(self.db, "SELECT name FROM pages WHERE id = ?", 1),
                         [("row 1",)])
        with self.assertRaises(sqlite3.OperationalError):
            harness.query(self.db, "DELETE FROM pages")
        with self.assertRaises(sqlite3.OperationalError):
            harness.query(self.work / "none.db", "SELECT 1")


class Servers(HarnessCase):
    def test_a_wrong_url_of_a_test_fails_it(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(harness.server().url + "/pages?fial=2")
        caught.exception.close()
        with self.assertRaisesRegex(AssertionError, "fial"):
            self._check_server()
        self.server_may_be_asked_wrongly = True

    def test_each_test_starts_with_counters_at_zero(self):
        self.assertEqual(harness.server().stats()["requests_total"], 0)
        urllib.request.urlopen(harness.server().url + "/rows").close()
        self.assertEqual(harness.server().hits("/rows"), 1)


if __name__ == "__main__":
    unittest.main()
