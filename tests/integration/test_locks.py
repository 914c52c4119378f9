"""Two that want one database: who waits, who is refused, and who is replaced. And a file that is no
database any more is left as it is."""

import os
import shutil
import signal
import sqlite3
import time
import unittest
from contextlib import closing, contextmanager

import harness
from harness import DESTINATION, OK, TERMINATED
from databases import Sqlite
from state_case import LOCKED, StateCase, file_hash, on, on_both, pages

setUpModule = harness.start_server


@on_both
class TwoRuns(StateCase):
    def begun(self):
        """A run that has loaded two pages, and gets the third once the server is healed."""
        file = self.pipeline([pages("t", style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load="batching: { rows: 100 }", extract="timeout: { stall: 1h }")
        run = self.start_weir(self.write("first.yaml", file))
        run.when(lambda: self.has_table("t") and self.count() == 200)
        return run, file

    def test_the_second_is_refused_and_told_of_the_first(self):
        first, file = self.begun()
        result, asked = self.run_asking(file)
        self.assert_exit(result, LOCKED)
        self.assertEqual(asked, {})
        self.assertIn("error[E-LOCKED]", result.err)
        self.assertIn(str(first.pid), result.err)
        harness.server().heal()
        self.assert_exit(self.check(first.wait()), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_another_pipeline_may_use_the_database_meanwhile(self):
        first, _ = self.begun()
        file = self.pipeline([pages("u", total=300)], name="other")
        self.assert_exit(self.run_weir(file), OK)
        harness.server().heal()
        self.assert_exit(self.check(first.wait()), OK)
        self.assertEqual((self.count("t"), self.count("u")), (1000, 300))
        self.assert_settled()

    def test_a_takeover_ends_the_first_without_a_row_too_many(self):
        first, file = self.begun()
        result = self.run_weir(file, "--takeover")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        harness.server().heal()
        ended = self.check(first.wait())
        self.assert_exit(ended, LOCKED)
        self.assertIn("error[E-FENCED]", ended.err)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_a_run_that_stands_still_is_replaced_too(self):
        first, file = self.begun()
        first.signal(signal.SIGSTOP)
        try:
            self.assert_exit(self.run_weir(file, "--takeover"), OK)
        finally:
            harness.server().heal()
            first.signal(signal.SIGCONT)
        self.assert_exit(self.check(first.wait()), LOCKED)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_a_run_that_was_killed_holds_nothing(self):
        first, file = self.begun()
        first.kill()
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()


@on_both
class LockedDatabase(StateCase):
    def loading(self, lock_wait):
        """A run that has loaded two pages, and goes on once the server is healed."""
        file = self.pipeline([pages("t", style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load=f"lock_wait: {lock_wait}, batching: {{ rows: 100 }}")
        run = self.start_weir(file)
        run.when(lambda: self.has_table("t") and self.count() == 200)
        return run, file

    @contextmanager
    def held(self):
        """The database is somebody else's from before the third page on."""
        with self.database.hold() as release:
            harness.server().heal()
            yield release

    def test_a_lock_of_some_seconds_is_waited_for(self):
        run, _ = self.loading("60s")
        with self.held() as release:
            run.when(lambda: harness.server().stats()["requests_total"] > 3)
            time.sleep(1)
            self.assertTrue(run.alive())
            release()
            result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_one_that_stays_ends_the_run_and_is_named(self):
        run, file = self.loading("500ms")
        with self.held():
            result = self.check(run.wait())
            self.assert_exit(result, LOCKED)
            self.assertIn("error[E-DB-LOCKED]", result.err)
            self.assertIn(f"process {self.database.holder}", result.err)
        rows = self.count()
        self.assertEqual(self.rows(), list(range(1, rows + 1)))
        self.assertEqual(rows % 100, 0)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_a_signal_is_heard_while_it_waits(self):
        run, _ = self.loading("1h")
        with self.held():
            run.when(lambda: harness.server().stats()["requests_total"] > 3)
            run.signal(signal.SIGTERM)
            result = self.check(run.wait())
            self.assert_exit(result, TERMINATED)
        self.assertEqual(self.count() % 100, 0)


@on(Sqlite)
class DamagedFiles(StateCase):
    def damaged(self, damage):
        """A database that is damaged: nothing is contacted, and it is left as it is."""
        self.make("CREATE TABLE t (id INTEGER, name TEXT);"
                  "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
                  "INSERT INTO t SELECT i, 'row ' || i FROM n")
        damage()
        before = {file.name: file_hash(file) for file in self.work.glob("out.db*")}
        result, asked = self.run_asking(self.pipeline([pages()]))
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-CORRUPT]", result.err)
        self.assertEqual(asked, {})
        self.assertEqual(file_hash(self.db), before[self.db.name])
        return result

    def overwrite(self, offset, content):
        with self.db.open("r+b") as file:
            file.seek(offset)
            file.write(content)

    def test_a_page_that_was_overwritten(self):
        self.damaged(lambda: self.overwrite(4096, bytes(range(100, 200))))

    def test_a_file_that_was_cut(self):
        self.damaged(lambda: os.truncate(self.db, self.db.stat().st_size - 5000))

    def test_a_file_that_is_no_database(self):
        self.damaged(lambda: self.db.write_text("this is not a database\n" * 1000))

    def test_the_log_of_another_database(self):
        """SQLite takes what lies beside the file for its own; a part of a database does not fit."""
        other = self.work / "other.db"

        def put_log():
            with closing(sqlite3.connect(self.db)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
            with closing(sqlite3.connect(other)) as connection:
                connection.executescript(
                    "PRAGMA journal_mode = WAL; CREATE TABLE x (v);"
                    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 2000) "
                    "INSERT INTO x SELECT i FROM n; PRAGMA wal_checkpoint(TRUNCATE);"
                    "INSERT INTO x SELECT v FROM x")
                shutil.copy(f"{other}-wal", f"{self.db}-wal")

        result = self.damaged(put_log)
        self.assertNotIn("x0A", result.err)

    def test_a_damaged_table_of_state(self):
        self.assert_exit(self.run_weir(self.pipeline([pages("u", total=100)])), OK)
        with closing(sqlite3.connect(self.db)) as connection:
            root, = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = '_weir_pass'").fetchone()
            size, = connection.execute("PRAGMA page_size").fetchone()
        self.damaged(lambda: self.overwrite((root - 1) * size, b"\xff" * 100))


if __name__ == "__main__":
    unittest.main()
