"""D09, D10: tables that somebody else holds, and two pipelines that want the same rows."""

import random
import signal
import time
import unittest
from contextlib import contextmanager

import harness
from harness import OK, TERMINATED
from postgres_case import PostgresCase, seeds
from state_case import LOCKED, data, pages

setUpModule = harness.start_server


class HeldTable(PostgresCase):
    def loading(self, lock_wait):
        """A run that has loaded two pages, and goes on once the server is healed."""
        file = self.pipeline([pages(style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load=f"lock_wait: {lock_wait}, batching: {{ rows: 100 }}")
        run = self.start_weir(file)
        run.when(lambda: self.has_rows(200))
        return run, file

    @contextmanager
    def hold(self):
        """From before the third page on."""
        with self.database.hold("ACCESS EXCLUSIVE") as release:
            harness.server().heal()
            yield release

    def waits(self):
        return self.lanes("wait_event_type = 'Lock'")

    def test_for_some_seconds_it_is_waited_for(self):
        run, _ = self.loading("60s")
        with self.hold() as release:
            run.when(self.waits)
            time.sleep(1)
            self.assertTrue(run.alive())
            release()
            self.assert_exit(self.check(run.wait()), OK)
        self.assert_all_pages()

    def test_then_whoever_holds_it_is_named(self):
        run, file = self.loading("1500ms")
        with self.database.connect() as other:
            other.execute("SET application_name = 'somebody else'; BEGIN; LOCK TABLE t")
            harness.server().heal()
            result = self.check(run.wait())
            self.assert_exit(result, LOCKED)
            for word in ("error[E-DB-LOCKED]", str(other.pid), "somebody else"):
                self.assertIn(word, result.err)
            self.assertNotIn("(weir ", result.err)
        self.assert_whole_pages()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()

    def test_a_signal_is_heard_meanwhile(self):
        run, file = self.loading("1h")
        with self.hold():
            run.when(self.waits)
            run.signal(signal.SIGTERM)
            self.assert_exit(self.check(run.wait()), TERMINATED)
        self.assert_whole_pages()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()

    def test_two_signals_end_it_at_once(self):
        run, file = self.loading("1h")
        with self.hold():
            run.when(self.waits)
            run.signal(signal.SIGINT)
            run.signal(signal.SIGINT)
            run.wait()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()

    def test_a_table_that_is_held_from_the_beginning(self):
        self.make("CREATE TABLE t (id bigint, name text)")
        file = self.pipeline([pages()], load="lock_wait: 300ms")
        with self.hold():
            result = self.run_weir(file)
        self.assert_exit(result, LOCKED)
        self.assertIn("error[E-DB-LOCKED]", result.err)
        self.assertEqual(self.count(), 0)
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()


class OppositeOrder(PostgresCase):
    ROWS = 2000

    def file(self, name):
        return self.write(f"{name}.yaml", self.pipeline(
            [data(name, "table: t", "write_disposition: merge", "primary_key: id", "order_by: version",
                  "partitions: { part: { from: 0, to: 9 } }", size=40, where="part:{partition.part}")],
            load="lanes: 4, batching: { rows: 40, period: 5ms }", name=name))

    def put(self, name, version, order):
        rows = [{"id": n, "part": n % 10, "version": version + n % 2, "name": name}
                for n in range(1, self.ROWS + 1)]
        harness.server().put(name, sorted(rows, key=lambda row: order * row["id"]))

    def test_two_pipelines_merge_the_same_rows(self):
        for seed in seeds():
            with self.subTest(WEIR_SEED=seed):
                self.database.empty()
                self.make("CREATE TABLE t (id bigint PRIMARY KEY, part bigint, version bigint, name text)")
                older, newer = random.Random(seed).sample([("up", 1), ("down", -1)], 2)
                self.put(older[0], 1, older[1])
                self.put(newer[0], 10, newer[1])
                runs = [self.start_weir(self.file(name)) for name in ("up", "down")]
                for run in runs:
                    self.assert_exit(self.check(run.wait()), OK)
                self.assertEqual(self.rows("SELECT id, part, version, name FROM t ORDER BY id"),
                                 [(n, n % 10, 10 + n % 2, newer[0]) for n in range(1, self.ROWS + 1)])
                self.assert_settled()


if __name__ == "__main__":
    unittest.main()
