"""What a run does when the system around it is against it: closed files, limits, signals."""

import json
import os
import resource
import shlex
import signal
import sqlite3
import unittest

import harness
from harness import BAD_FILE, DESTINATION, INTERRUPTED, OK, SOURCE

setUpModule = harness.start_server

ITEMS = """
    weir: 1
    name: faults
    extract:
      type: http
      concurrency: { max: 64 }
      retry: { max_attempts: 3, initial_interval: 5ms }
      resources:
        - name: t
          url: "${SERVER}/items/{partition.n}"
          partitions: { n: { from: 1, to: 300 } }
    load: { type: sqlite, path: "${WORK}/out.db" }
    """


class FaultCase(harness.Case):
    def rows(self):
        self.assertEqual(harness.query(self.db, "PRAGMA integrity_check"), [("ok",)])
        return harness.query(self.db, "SELECT count(*) FROM t")[0][0]

    def run_in_shell(self, command, *args, **env):
        """Run weir as a shell starts it; `command` has WEIR and its arguments in place of {}."""
        path = self.write("pipeline.yaml", ITEMS)
        line = " ".join(map(shlex.quote, [str(harness.program()), "run", str(path), *args]))
        run = harness.Run(["/bin/sh", "-c", command.format(line)], self.environment(env),
                          self.work, self.work / "report.json")
        self.addCleanup(run.kill)
        return self.check(run.wait())


class StandardFiles(FaultCase):
    def test_they_may_be_closed(self):
        for closed in ("<&-", ">&-", "2>&-", "<&- >&- 2>&-"):
            with self.subTest(closed=closed):
                self.db.unlink(missing_ok=True)
                result = self.run_in_shell("{} " + closed, "--report", "report.json")
                self.assert_exit(result, OK)
                self.assertEqual(self.rows(), 300)
                self.assertEqual(result.report["rows_loaded"], 300)

    def test_they_may_be_full(self):
        result = self.run_in_shell("{} 2>/dev/full")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(), 300)

    def test_control_bytes_of_arguments_are_shown_harmlessly(self):
        weir = shlex.quote(str(harness.program()))
        for arguments in ("run --no\033[2J", "run --log \033[2J x", "no\033[2J",
                          "preview --rows \033[2J x"):
            with self.subTest(arguments=arguments):
                result = self.run_in_shell(f": {{}}; exec {weir} {arguments}")
                self.assert_exit(result, BAD_FILE)
                self.assertIn("\\x1B[2J", result.err)
                self.assertNotIn("\033", result.err)


class Reports(FaultCase):
    def refused(self, path, *words):
        hits = harness.server().stats()["requests_total"]
        result = self.run_weir(ITEMS, "--report", path)
        self.assert_exit(result, BAD_FILE)
        for word in ("error[E-REPORT]", *words):
            self.assertIn(word, result.err)
        self.assertEqual(harness.server().stats()["requests_total"], hits)

    def test_one_that_cannot_be_written_is_told_before_the_run(self):
        self.refused("/nonexistent/report.json", "No such file")
        self.refused(self.work, "folder")
        self.refused("", "No such file")

    def test_it_replaces_no_file_of_another_kind(self):
        pipeline = self.write("pipeline.yaml", ITEMS)
        self.refused(pipeline, "no report")
        self.assertIn("name: faults", pipeline.read_text())

    def test_it_does_not_replace_the_database_that_the_run_makes(self):
        result = self.run_weir(ITEMS, "--report", self.db)
        self.assert_exit(result, BAD_FILE)
        self.assertIn("300 rows are committed", result.err)
        self.assertEqual(self.rows(), 300)

    def test_it_replaces_an_older_report(self):
        path = self.work / "again.json"
        for rows in (300, 600):
            self.assert_exit(self.run_weir(ITEMS, "--report", path), OK)
            self.assertEqual(json.loads(path.read_text())["rows_loaded"], 300)
            self.assertEqual(self.rows(), rows)


class Limits(FaultCase):
    def test_few_files_slow_a_run_and_do_not_fail_it(self):
        """R03: where the limit is known before."""
        for limit in (64, 40, 32):
            with self.subTest(limit=limit):
                self.db.unlink(missing_ok=True)
                result = self.run_in_shell(f"ulimit -n {limit}; exec {{}}")
                self.assert_exit(result, OK)
                self.assertIn("concurrency.max is lowered from 64 to ", result.err)
                self.assertEqual(self.rows(), 300)

    def test_too_few_files_are_told_before_anything_is_asked(self):
        for limit in (16, 12, 8, 5):
            with self.subTest(limit=limit):
                result = self.run_in_shell(f"ulimit -n {limit}; exec {{}}")
                self.assert_exit(result, BAD_FILE)
                self.assertIn("error[E-LIMIT-FILES]", result.err)
                self.assertEqual(harness.server().stats()["requests_total"], 0)

    def test_a_low_soft_limit_is_raised(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        if hard < 512:
            self.fail(f"this test needs a hard limit of 512 files or more, not {hard}")
        result = self.run_in_shell("ulimit -S -n 24; exec {}")
        self.assert_exit(result, OK)
        self.assertNotIn("lowered", result.err)

    def test_a_period_that_nobody_lives_to_see_is_refused(self):
        for period, code in (("9223372036854775807ms", BAD_FILE), ("25h", BAD_FILE), ("1d", OK)):
            with self.subTest(period=period):
                result = self.run_weir(ITEMS.replace('db"', f'db", batching: {{ period: {period} }}'))
                self.assert_exit(result, code)

    def test_a_limit_on_the_size_of_files_is_an_error_and_no_signal(self):
        result = self.run_in_shell("ulimit -f 20; exec {}")
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-DISK-FULL]", result.err)


class Databases(FaultCase):
    def test_one_that_is_moved_away_during_the_run(self):
        run = self.start_weir("""
            weir: 1
            name: faults
            extract:
              type: http
              resources:
                - name: t
                  url: "${SERVER}/pages?style=page&total=20000&size=100&delay=0.05"
                  data_selector: data
                  paginator: { type: page_number, total_path: total_pages }
            load: { type: sqlite, path: "${WORK}/out.db", batching: { rows: 100 } }
            """)
        run.when(lambda: self.db.exists() and harness.query(
            self.db, "SELECT 1 FROM sqlite_master WHERE name = 't'"))
        self.db.rename(self.work / "moved.db")
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertIn("moved or removed the file", result.err)
        rows = harness.query(self.work / "moved.db", "SELECT count(*) FROM t")[0][0]
        self.assertEqual(result.report["rows_loaded"], rows)


class Environment(FaultCase):
    def test_it_makes_nobody_write_the_keys_of_connections(self):
        """S06: SSLKEYLOGFILE."""
        keys = self.work / "keys"
        self.assert_exit(self.run_weir(ITEMS, env={"SSLKEYLOGFILE": keys}), OK)
        self.assertFalse(keys.exists())


class Names(FaultCase):
    FILE = """
        weir: 1
        name: "{}"
        extract:
          type: http
          resources:
            - name: "{}"
              url: "${{SERVER}}/rows"
        load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
        """

    def test_what_terminals_obey_is_refused_and_shown_harmlessly(self):
        for names in (("a\\e[2J", "t"), ("a", "t\\e[2J"), ("a\\nb", "t"), ("a", "\\u202et")):
            with self.subTest(names=names):
                result = self.run_weir(self.FILE.format(*names))
                self.assert_exit(result, BAD_FILE)
                self.assertIn("name", result.err)
                self.assertNotIn("\033", result.err)

    def test_what_people_write_is_taken(self):
        for names in (("Größe '%s", "t"), ("a", "t 'x' 東京")):
            with self.subTest(names=names):
                self.assert_exit(self.run_weir(self.FILE.format(*names)), OK)

    def test_too_long_a_name_is_not_called_a_missing_one(self):
        result = self.run_weir(self.FILE.format("a", "t" * 300))
        self.assert_exit(result, BAD_FILE)
        self.assertNotIn("is required", result.err)
        self.assertIn("1 mistake", result.err)


class Secrets(FaultCase):
    def test_what_json_escapes_is_hidden_too(self):
        secret = 'WORD"in\\quotes/x'
        result = self.run_weir("""
            weir: 1
            name: faults
            extract:
              type: http
              url: "${SERVER}/status?code=400&echo=1"
              auth: { type: bearer, token: "${S}" }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """, env={"S": secret})
        self.assert_exit(result, SOURCE)
        self.assertIn("authorization", result.err)
        self.assertNotIn("WORD", result.err + json.dumps(result.report))


class Signals(FaultCase):
    def test_a_wait_for_a_lock_that_is_ended_by_a_signal_says_so(self):
        other = sqlite3.connect(self.db, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("CREATE TABLE t (id INTEGER, name TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        run = self.start_weir(ITEMS.replace('db"', 'db", lock_wait: 1h'))
        run.when(lambda: os.path.exists(f"/proc/{run.pid}/task") and
                 len(os.listdir(f"/proc/{run.pid}/task")) > 2)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        self.assert_exit(result, INTERRUPTED)
        self.assertIn(f"told to stop while process {os.getpid()}", result.err)
        self.assertNotIn("for longer than lock_wait", result.err)
        self.assertEqual(result.report["outcome"], "stopped")

    def test_a_long_query_is_ended_by_a_signal(self):
        run = self.start_weir(f"""
            weir: 1
            name: t
            extract: {{ type: http, url: "${{SERVER}}/rows?n=3000" }}
            transform:
              - type: sql
                query: SELECT count(*) AS n FROM batch a, batch b, batch c WHERE a.id + b.id = c.id
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """)
        run.when(lambda: run.cpu() > 0.3)
        run.signal(signal.SIGINT)
        self.assert_exit(self.check(run.wait()), INTERRUPTED)


if __name__ == "__main__":
    unittest.main()
