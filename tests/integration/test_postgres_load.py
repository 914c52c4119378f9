"""Lanes: several connections load at once, and whatever becomes of one of them, each row is there once.

WEIR_SEED=n repeats one seed.
"""

import os
import random
import threading

import harness
from harness import DATA, DESTINATION, OK
from databases import Postgres
from proxy import COMMITS, Proxy
from state_case import StateCase, data, items, pages

setUpModule = harness.start_server

STEP = 3 if harness.sanitized() else 1
SEEDS = [int(os.environ["WEIR_SEED"])] if "WEIR_SEED" in os.environ else range(1, 4, STEP)
LANES = ("SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
         "AND application_name LIKE 'weir lane%' ORDER BY backend_start")
SMALL = "batching: { rows: 50, period: 5ms }"


class LaneCase(StateCase, harness.Case):
    DATABASE = Postgres

    def partitioned(self, name, *options, parts=6, total=400):
        """A chain of pages for each of these values, each with ids of its own."""
        for part in range(1, parts + 1):
            harness.server().put(f"{name}{part}", [
                {"id": part * 100000 + n, "v": n} for n in range(1, total + 1)])
        return data(name, f"partitions: {{ p: [{', '.join(map(str, range(1, parts + 1)))}] }}",
                    *options, of=f"{name}{{partition.p}}", style="cursor", size=20)

    def assert_partitioned(self, name, parts=6, total=400):
        self.assertEqual(self.rows(f"SELECT id FROM {name} ORDER BY id"), [
            part * 100000 + n for part in range(1, parts + 1) for n in range(1, total + 1)])


class Lanes(LaneCase):
    def test_all_rows_come_by_any_number_of_lanes(self):
        for lanes in (1, 2, 4, 16):
            with self.subTest(lanes=lanes):
                self.database.empty()
                file = self.pipeline(
                    [pages("t"), self.partitioned("u"), items(300, "v"), self.partitioned("w")],
                    load=f"lanes: {lanes}")
                self.assert_exit(self.run_weir(file), OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assert_partitioned("u")
                self.assert_partitioned("w")
                self.assertEqual(self.count("v"), 300)
                self.assert_settled()

    def test_another_number_of_lanes_goes_on(self):
        file = self.pipeline([pages("t", fail_page=6, fail=99), self.partitioned("u")])
        self.assert_exit(self.run_weir(file.replace("load: {", "load: { lanes: 4,")), harness.SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file.replace("load: {", "load: { lanes: 1,")), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_partitioned("u")
        self.assert_settled()

    def test_columns_that_had_no_value_are_told_once(self):
        harness.server().put("t", [{"id": n, "x": None} for n in range(1, 301)])
        result = self.run_weir(self.pipeline([data("t")]))
        self.assert_exit(result, OK)
        self.assertEqual(result.err.count("has no column for 'x'"), 1)
        self.assertEqual(self.rows(), list(range(1, 301)))


class LostConnections(LaneCase):
    def ending_lanes(self, run, dice):
        """Ends one at a time until the run is over."""
        with self.database.connect() as other:
            while run.alive():
                pids = [pid for pid, in other.execute(LANES)]
                if pids:
                    other.execute("SELECT pg_terminate_backend($1)", dice.choice(pids))
                threading.Event().wait(dice.uniform(0.002, 0.06))

    def test_lanes_that_are_ended_at_any_moment(self):
        for seed in SEEDS:
            with self.subTest(WEIR_SEED=seed):
                self.database.empty()
                dice = random.Random(seed)
                file = self.pipeline([pages("t", delay=0.02), self.partitioned("u", total=600)],
                                     load=f"lanes: {dice.randint(1, 4)}, {SMALL}")
                run = self.start_weir(file)
                self.ending_lanes(run, dice)
                self.assert_exit(self.check(run.wait()), OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assert_partitioned("u", total=600)
                self.assert_settled()

    def through(self, line):
        return {"PG": f"host=127.0.0.1 port={line.port} user=weir dbname={self.database.name}"}

    def cut_at_each_commit(self, cut):
        """Of a small run, each COMMIT in turn."""
        for skip in range(0, 100, STEP):
            with self.subTest(skip=skip), Proxy(self.database.server.socket) as line:
                self.database.empty()
                getattr(line, cut)(*COMMITS, skip=skip)
                file = self.pipeline([pages("t", total=300, delay=0.02), items(20, "v")],
                                     load=f"lanes: 2, {SMALL}")
                result = self.run_weir(file, env=self.through(line))
                self.assert_exit(result, OK)
                self.assertEqual(self.rows(), list(range(1, 301)))
                self.assertEqual(self.count("v"), 20)
                self.assert_settled()
                if not line.was_cut():
                    return skip
        raise AssertionError("there was no end of it")

    def test_a_commit_that_never_arrives(self):
        self.assertGreater(self.cut_at_each_commit("cut_before"), 4)

    def test_a_commit_whose_answer_is_lost(self):
        self.assertGreater(self.cut_at_each_commit("cut_after"), 4)

    def test_a_server_that_goes_away_for_good_in_a_commit(self):
        """Whether that was done, the next run finds out."""
        told = 0
        for skip in range(3, 25, STEP):
            # The commit of a lane has to be among them; which one that is, nobody knows.
            if told and skip >= 9:
                break
            for cut in ("cut_before", "cut_after"):
                with self.subTest(skip=skip, cut=cut), Proxy(self.database.server.socket) as line:
                    self.database.empty()
                    getattr(line, cut)(*COMMITS, skip=skip)
                    file = self.pipeline([pages("t", delay=0.02), items(60, "v")],
                                         load=f"lanes: 3, retry: 300ms, {SMALL}")
                    run = self.start_weir(file, env=self.through(line))
                    line.wait_for_cut()
                    line.refuse()
                    line.cut_all()
                    result = self.check(run.wait())
                    self.assert_exit(result, DESTINATION)
                    self.assertIn("retry", result.err)
                    told += "the outcome of the last commit is not known" in result.err
                    self.assert_exit(self.run_weir(file), OK)
                    self.assertEqual(self.rows(), list(range(1, 1001)))
                    self.assertEqual(self.count("v"), 60)
                    self.assert_settled()
        self.assertGreater(told, 0)


class EndedSessions(LaneCase):
    def test_a_commit_that_nobody_was_told_is_not_in_doubt(self):
        self.make("CREATE TABLE t (id bigint, name text); CREATE FUNCTION spring() RETURNS trigger "
                  "LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); "
                  "RETURN NEW; END'; CREATE TRIGGER trap BEFORE INSERT ON t "
                  "FOR EACH ROW EXECUTE FUNCTION spring()")
        result = self.run_weir(self.pipeline([pages("t")], load="retry: 300ms"))
        self.assert_exit(result, DESTINATION)
        self.assertNotIn("the outcome of the last commit", result.err)
        self.make("DROP TRIGGER trap ON public.t")
        self.assert_exit(self.run_weir(self.pipeline([pages("t")])), OK)
        self.assertEqual(self.rows("SELECT id FROM public.t ORDER BY id"), list(range(1, 1001)))
        self.assert_settled()


class BadRows(LaneCase):
    def test_what_is_before_it_stays(self):
        self.make("CREATE TABLE t (id bigint CHECK (id <> 537), name text)")
        for lanes in (1, 4):
            with self.subTest(lanes=lanes):
                self.make("TRUNCATE t; DROP SCHEMA IF EXISTS weir CASCADE")
                result = self.run_weir(self.pipeline([pages("t")], load=f"lanes: {lanes}"))
                self.assert_exit(result, DATA)
                self.assertIn("error[E-ROW-CONSTRAINT]", result.err)
                self.assertNotIn("537", result.err.replace("row 37", ""))
                self.assertEqual(self.rows(), list(range(1, 501)))

    def test_the_next_run_goes_on_behind_it(self):
        self.make("CREATE TABLE t (id bigint CONSTRAINT odd CHECK (id <> 537), name text)")
        file = self.pipeline([pages("t"), self.partitioned("u")])
        self.assert_exit(self.run_weir(file), DATA)
        self.make("ALTER TABLE t DROP CONSTRAINT odd")
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_partitioned("u")
        self.assert_settled()


class Deadlocks(LaneCase):
    def test_two_pipelines_that_merge_in_opposite_order(self):
        ids = range(1, 5001)
        harness.server().put("up", [{"id": n, "v": n} for n in ids])
        harness.server().put("down", [{"id": n, "v": n + 1} for n in reversed(ids)])
        self.make("CREATE TABLE t (id bigint PRIMARY KEY, v bigint)")

        def begin(name):
            rows = data("t", "primary_key: id, write_disposition: merge, order_by: v", of=name,
                        size=100)
            return self.start_weir(self.write(f"{name}.yaml", self.pipeline(
                [rows], name=name, load=f"lanes: 4, {SMALL}")))

        for run in [begin("up"), begin("down")]:
            self.assert_exit(self.check(run.wait()), OK)
        self.assertEqual(self.rows("SELECT id, v FROM t ORDER BY id"), [(n, n + 1) for n in ids])
        self.assert_settled()
