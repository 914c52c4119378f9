"""Is each row of a database there once, whatever ends the program or the server in between?

postgres is among the databases.
"""

import random
import signal
import time
import unittest

import harness
import postgres
from databases import Sqlite
from harness import INTERRUPTED, OK, SOURCE
from source_case import PostgresSource, SourceCase, pairs

COUNT = 200000
BATCHING = "batching: { rows: 20000 }"
KILLED = 128 + signal.SIGKILL
FAILPOINTS = ("after_guard", "after_rows", "before_commit", "after_commit")


def has_failpoints():
    return b"after_fetch_end" in harness.program().read_bytes()


def make(source, count=COUNT):
    source.make(f"CREATE TABLE t (id {source.big} PRIMARY KEY, name text)")
    source.fill("t", count)


class Complete(SourceCase):
    def loaded(self):
        return self.rows("t", "count(*)")[0][0] if self.database.has_table("t") else 0

    def assert_complete(self, count=COUNT):
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT id), min(id), max(id)"),
                         [(count, count, 1, count)])


@pairs
class Killed(Complete):
    def file(self, line):
        return self.pipeline(line, load=BATCHING)

    def go_on(self, line, *args):
        self.assert_exit(self.run_weir(self.file(line), *args), OK)
        self.assert_complete()

    def test_at_random_moments(self):
        """With a name for the work, since one that is killed behind its last commit has done it."""
        make(self.source)
        moments = random.Random(7)
        for disposition in ("append", "merge", "replace"):
            with self.subTest(disposition):
                line = f"name: t, primary_key: id, write_disposition: {disposition}"
                self.database.empty()
                for _ in range(5):
                    run = self.start_weir(self.file(line), "--run-id", disposition)
                    time.sleep(moments.uniform(0.02, 0.4))
                    run.kill()
                    if run.wait().code == OK:
                        break
                else:
                    self.go_on(line, "--run-id", disposition)
                self.assert_complete()

    @unittest.skipUnless(has_failpoints(), "this build has no failpoints")
    def test_at_failpoints(self):
        make(self.source)
        for point in FAILPOINTS:
            with self.subTest(point):
                self.database.empty()
                result = self.run_weir(self.file("name: t"), env={"WEIR_FAIL": f"{point}:3:kill"})
                self.assert_exit(result, KILLED)
                self.go_on("name: t")

    def test_by_a_signal(self):
        make(self.source)
        run = self.start_weir(self.file("name: t"))
        time.sleep(0.15)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        if result.code != OK:
            self.assert_exit(result, INTERRUPTED)
            self.go_on("name: t")
        self.assert_complete()

    def test_rows_that_come_between_two_runs(self):
        make(self.source)
        self.source.make("DELETE FROM t WHERE id = 1")
        run = self.start_weir(self.file("name: t"))
        harness.wait_until(lambda: not run.alive() or self.loaded())
        run.kill()
        if run.wait().code == OK:
            self.skipTest("it was done too soon")
        self.source.make(f"INSERT INTO t VALUES (1, 'before'), ({COUNT + 1}, 'behind')")
        self.copy("name: t", load=BATCHING)
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT id), min(id), max(id)"),
                         [(COUNT, COUNT, 2, COUNT + 1)])


class Server(Complete):
    """A server that goes away and comes back."""

    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(postgres.Cluster())

    def setUp(self):
        harness.Case.setUp(self)
        self.source = PostgresSource(self.work, self.cluster)
        self.addCleanup(self.source.close)
        self.database = Sqlite(self.work)

    def start(self, extract=""):
        """In the middle of a million rows."""
        make(self.source, 1000000)
        run = self.start_weir(self.pipeline("name: t", extract=extract, load=BATCHING))
        run.when(self.loaded)
        return run

    def log_in_as(self, user, password=""):
        said = self.cluster.conninfo(self.source.name, user)
        self.source.extract = f'type: postgres, dsn: "{said}{password}"'

    def test_its_process_is_ended(self):
        run = self.start()
        for _ in range(3):
            with self.cluster.connect() as connection:
                connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                   "WHERE application_name LIKE 'weir%'")
            time.sleep(0.1)
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertIn("going on", result.err)
        self.assert_complete(1000000)

    def test_it_restarts(self):
        run = self.start()
        self.cluster.restart("immediate")
        self.assert_exit(self.check(run.wait()), OK)
        self.assert_complete(1000000)

    def test_it_stays_away(self):
        run = self.start(extract="retry: 200ms")
        self.cluster.crash()
        result = self.check(run.wait())
        self.cluster.start()
        self.assert_exit(result, SOURCE)
        self.copy("name: t", extract="retry: 200ms", load=BATCHING)
        self.assert_complete(1000000)

    def test_it_is_not_there_at_the_start(self):
        self.cluster.stop()
        try:
            self.refuse("E-DB-CONNECT", "name: t", extract="retry: 100ms")
        finally:
            self.cluster.start()

    def test_a_wrong_password(self):
        with self.cluster.connect() as connection:
            connection.execute("CREATE ROLE someone LOGIN PASSWORD 'right' IN ROLE password")
        self.log_in_as("someone", " password=wrongwrong")
        result = self.refuse("E-DB-AUTH", "name: t")
        self.assertNotIn("wrongwrong", result.err)

    def test_a_user_who_may_only_read(self):
        make(self.source, 10)
        with self.cluster.connect(self.source.name) as connection:
            connection.execute("CREATE ROLE reader LOGIN; GRANT SELECT ON t TO reader;"
                               "CREATE TABLE secret (id int PRIMARY KEY)")
        self.log_in_as("reader")
        self.refuse("E-DB-RIGHTS", "name: secret")
        self.copy("name: t")
        self.assert_complete(10)
        with self.cluster.connect(self.source.name) as connection:
            connection.execute("DROP OWNED BY reader; DROP ROLE reader")

    def test_a_statement_that_does_not_end_is_left_on_a_signal(self):
        run = self.start_weir(self.pipeline(
            'name: q, query: "SELECT 1 AS id FROM pg_sleep(120)", key: id'))
        with self.cluster.connect() as connection:
            run.when(lambda: connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%' AND application_name LIKE 'weir%'"))
            run.signal(signal.SIGINT)
            self.assert_exit(self.check(run.wait()), INTERRUPTED)
            harness.wait_until(lambda: not connection.execute(
                "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'COPY%' AND application_name LIKE 'weir%'"))

    def test_a_failure_in_the_middle_leaves_nothing(self):
        make(self.source, 100000)
        self.source.make("CREATE VIEW w AS SELECT id, 1 / (90000 - id) AS n FROM t")
        result = self.copy("name: w, key: id", code=harness.DATA)
        self.assertIn("cannot read 'w'", result.err)


del Complete, Killed

if __name__ == "__main__":
    unittest.main()
