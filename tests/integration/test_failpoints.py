"""P02: the program ends, or a call of the system fails, at every named place, at its first passing,
its second, and so on until a run ends without reaching it so often. The next run finishes the work.

Only builds with WEIR_FAILPOINTS have such places; elsewhere the names are compared with the code.
"""

import re
import signal
import unittest

import harness
from harness import DESTINATION, OK, ROOT
from databases import Postgres, Sqlite
from state_case import Readers, StateCase, on_both, pages, resource
from test_families import FamilyCase, children, roots
from workload import NAMES, WorkCase, Workload

setUpModule = harness.start_server

OF_ALL = ("before_begin", "after_begin", "after_fence", "after_guard", "after_rows",
          "before_commit", "after_commit", "before_finish", "before_publish", "mid_publish",
          "after_publish", "after_fetch_end", "queue_full")
FAILPOINTS = {Sqlite: (*OF_ALL, "mid_rows"), Postgres: (*OF_ALL, "mid_copy", "after_commit_sent")}
# Reached only where there is something to publish, or where the loader is slower than the source.
ONLY_REPLACE = {"before_publish", "mid_publish", "after_publish"}
ONLY_SLOW = {"queue_full"}

KILLED = 128 + signal.SIGKILL
MOST = 200          # passings of a place that a run of this size cannot have
USE = re.compile(r'WEIR_FAILPOINT\("(\w+)"\)')


def has_failpoints():
    """Names of places stand in the program only where they are compiled in."""
    return b"after_fetch_end" in harness.program().read_bytes()


def in_the_code(plugin):
    return {name for folder in ("engine", "plugins/" + plugin)
            for file in (ROOT / folder).rglob("*.c") for name in USE.findall(file.read_text())}


@on_both
class Names(StateCase):
    def test_every_name_is_in_the_code_and_here(self):
        plugin = self.DATABASE.__name__.lower()
        self.assertEqual(in_the_code(plugin), set(FAILPOINTS[self.DATABASE]))


@on_both
@unittest.skipUnless(has_failpoints(), "this build has no failpoints")
class Failpoints(WorkCase):
    def setUp(self):
        super().setUp()
        self.log = self.work / "reached"

    def reached(self):
        return set(self.log.read_text().split()) if self.log.exists() else set()

    def begin(self, mode):
        work = Workload(mode, size=3, pages=3, parts=2)
        work.prepare(self)
        return work, self.write("work.yaml", self.pipeline(
            work.resources(), load="batching: { rows: 3 }"))

    def fail_at(self, file, name, k, action):
        env = {"WEIR_FAIL": f"{name}:{k}:{action}", "WEIR_FAIL_LOG": self.log}
        return self.run_weir(file, "--run-id", f"{name} {k}", env=env)

    def finish(self, work, file, name, k):
        self.assert_whole_units(work)
        self.assert_exit(self.run_weir(file, "--run-id", f"{name} {k}"), OK)
        self.assert_done(work)

    def every_passing(self, mode, name, action, code):
        """How often the place was passed by the run that ended well."""
        for k in range(1, MOST):
            with self.subTest(mode=mode, place=name, k=k, action=action):
                work, file = self.begin(mode)
                result = self.fail_at(file, name, k, action)
                if result.code == OK:
                    self.assert_done(work)
                    return k - 1
                self.assert_exit(result, code)
                self.finish(work, file, name, k)
        return self.fail(f"{name} is passed without an end")

    def every_place(self, mode, action, code):
        passed = {}
        for name in FAILPOINTS[self.DATABASE]:
            if name not in ONLY_SLOW and (name not in ONLY_REPLACE or mode == "replace"):
                passed[name] = self.every_passing(mode, name, action, code)
        return passed

    def test_killed(self):
        for mode in NAMES:
            passed = self.every_place(mode, "kill", KILLED)
            self.assertEqual([name for name, times in passed.items() if not times], [])
        self.assertEqual(self.reached() | ONLY_SLOW, set(FAILPOINTS[self.DATABASE]))

    def test_a_call_of_the_system_fails(self):
        for mode in NAMES:
            self.every_place(mode, "eio", DESTINATION)


@on_both
@unittest.skipUnless(has_failpoints(), "this build has no failpoints")
class Families(FamilyCase):
    """What rows of a parent open is there with them, or neither is: nobody asks the parent again."""

    ALL_A = roots(2, 2)
    ALL_B = children(ALL_A, 1, 1)

    def assert_opened(self):
        """After a crash: whole units, none twice, and a chain for each row of the parent."""
        if not self.database.is_there():
            return
        with self.database.left_by_a_crash() as left:
            self.assert_sound(left)
            a, b = ([row[0] for row in left.query(f"SELECT id FROM {table} ORDER BY id")]
                    if left.has_table(table) else [] for table in ("a", "b"))
            self.assertIn(a, ([], self.ALL_A[:2], self.ALL_A))
            self.assertEqual(len(b), len(set(b)))
            self.assertLessEqual(set(b), set(self.ALL_B))
            if a:
                opened = left.query("SELECT count(*) FROM {weir}place p JOIN {weir}generation g "
                                    "ON g.id = p.generation WHERE g.resource = 'b'")[0][0]
                done = left.query("SELECT count(*) FROM {weir}pass WHERE status = 'done'")[0][0]
                self.assertTrue(done or opened >= len(a), f"{opened} of {len(a)} chains are opened")

    def every_passing(self, file, name):
        for k in range(1, MOST):
            with self.subTest(place=name, k=k):
                self.database.empty()
                result = self.run_family(file, "--run-id", "k",
                                         env={"WEIR_FAIL": f"{name}:{k}:kill"})
                if result.code == OK:
                    return k - 1
                self.assert_exit(result, KILLED)
                self.assert_opened()
                self.assert_exit(self.run_family(file, "--run-id", "k"), OK)
                self.assert_table("a", self.ALL_A)
                self.assert_table("b", self.ALL_B)
                self.assert_settled()
        return self.fail(f"{name} is passed without an end")

    def test_killed(self):
        file = self.write("family.yaml", self.family(
            "{ name: a, units: 2, rows: 2 }", "{ name: b, parent: a, units: 1, rows: 1 }",
            load="batching: { rows: 2 }"))
        for name in FAILPOINTS[self.DATABASE]:
            if name not in ONLY_SLOW | ONLY_REPLACE:
                self.assertTrue(self.every_passing(file, name), f"{name} is never passed")


@on_both
@unittest.skipUnless(has_failpoints(), "this build has no failpoints")
class FullQueue(StateCase):
    """Somebody else holds the database until the loader's queue is full, and there it is killed."""

    def test_killed(self):
        file = self.write("big.yaml", self.pipeline(
            [resource("t", "/big?mb=1&i={partition.n}", "partitions: { n: { from: 1, to: 24 } }")],
            load="batching: { rows: 1024 }, lock_wait: 60s", more="limits: { memory: 16MiB }"))
        run = self.start_weir(file, env={"WEIR_FAIL": "queue_full:1:kill"})
        # A slow loader is late by itself.
        harness.wait_until(lambda: not run.alive() or (self.has_table("t") and self.count()))
        if run.alive():
            with self.database.hold():
                run.wait()
        self.assertEqual(run.wait().code, KILLED)
        self.assertEqual(self.count() % 1024 if self.has_table("t") else 0, 0)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id) FROM t"), [(24576, 1024)])
        self.assert_settled()


@on_both
@unittest.skipUnless(has_failpoints(), "this build has no failpoints")
class WatchedPublishing(StateCase):
    """D12: whoever reads sees all of the old or all of the new, wherever it is killed."""

    def test_readers_see_the_old_or_the_new(self):
        for name in (*sorted(ONLY_REPLACE), "before_commit", "after_commit"):
            with self.subTest(place=name):
                self.database.empty()
                self.make("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT);"
                          "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n "
                          "WHERE i < 700) INSERT INTO t SELECT i, 'old' FROM n;"
                          "CREATE VIEW v AS SELECT max(id) AS m FROM t")
                file = self.pipeline([pages("t", "write_disposition: replace", "primary_key: id")],
                                     load="batching: { rows: 100 }")
                # What is committed before the rows are published has other passings of its name.
                for k in (1, 2, 3, 12):
                    with Readers(self.database) as readers:
                        result = self.run_weir(file, "--run-id", name,
                                               env={"WEIR_FAIL": f"{name}:{k}:kill"})
                    self.assertIn(result.code, (OK, KILLED), str(result))
                    self.assertLessEqual(readers.seen, {700, 1000})
                self.assert_exit(self.run_weir(file, "--run-id", name), OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assertEqual(self.rows("SELECT m FROM v"), [1000])
                self.assert_settled()


if __name__ == "__main__":
    unittest.main()
