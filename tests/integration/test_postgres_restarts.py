"""D01, D02, D04: the server is restarted, ends a connection, or crashes, whatever weir does then. The
run goes on, or ends and is finished by the next one; nothing is lost and nothing comes twice.

WEIR_SEED=n repeats one seed.
"""

import os
import random
import select
import signal
import unittest

import harness
from harness import DESTINATION, OK, TERMINATED
from postgres_case import ClusterCase, seeds
from proxy import COMMITS, Proxy
from state_case import pages, resource
from workload import NAMES, WorkCase, Workload

setUpModule = harness.start_server

COPYING = "pid IN (SELECT pid FROM pg_stat_progress_copy)"


class RestartCase(ClusterCase, WorkCase):
    def work_of(self, mode, seed=1):
        return Workload(mode, size=20, pages=12, parts=8, delay=0.03, seed=seed)

    def begin(self, work, load="batching: { rows: 40, period: 10ms }"):
        harness.server().reset()
        work.prepare(self)
        return self.write("work.yaml", self.pipeline(work.resources(), load=load))

    def undisturbed(self, mode):
        work = self.work_of(mode)
        result = self.run_weir(self.begin(work))
        self.assert_exit(result, OK)
        return result.seconds

    def disturbed(self, mode, disturb):
        """At a moment of each seed something happens to the server; the run ends well all the
        same."""
        duration = self.undisturbed(mode)
        for seed in seeds():
            with self.subTest(mode=mode, WEIR_SEED=seed):
                dice = random.Random(f"{mode} {seed}")
                work = self.work_of(mode, seed)
                run = self.start_weir(self.begin(work))
                if not select.select([run.pidfd], [], [], dice.uniform(0, duration))[0]:
                    disturb(dice)
                self.assert_exit(self.check(run.wait()), OK)
                self.assert_done(work)


class Restarts(RestartCase):
    def held_pages(self, load=""):
        """Two pages come at once, the others once the misbehaving server is healed."""
        return self.pipeline([pages(style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load=load + "batching: { rows: 100 }", extract="timeout: { stall: 1h }")

    def test_a_restart_at_any_moment(self):
        for mode in NAMES:
            self.disturbed(mode, lambda _: self.cluster.restart())

    def test_a_server_that_is_away_for_long(self):
        """Longer than `retry`: the run ends, whole pages stay, and the next run goes on."""
        file = self.held_pages("retry: 500ms, ")
        run = self.start_weir(file)
        run.when(lambda: self.has_rows(200))
        self.cluster.stop()
        harness.server().heal()
        result = self.check(run.wait())
        self.cluster.start()
        self.assert_exit(result, DESTINATION)
        self.assertIn("run again", result.err)
        self.assertLess(self.assert_whole_pages(), 1000)
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()

    def test_a_server_that_is_away_from_the_beginning(self):
        self.cluster.stop()
        self.database._leave()
        result, asked = self.run_asking(self.pipeline([pages()], load="retry: 300ms"))
        self.assert_exit(result, DESTINATION)
        self.assertEqual(asked, {})
        self.cluster.start()

    def test_a_server_that_comes_back_in_time(self):
        run = self.start_weir(self.held_pages())
        run.when(lambda: self.has_rows(200))
        self.cluster.stop()
        harness.server().heal()
        run.when(lambda: "trying again" in run.said())
        self.cluster.start()
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertIn("trying again for up to 60 s", result.err)
        self.assertRegex(result.err, r"connected again after \d+ (ms|s)")
        self.assert_all_pages()

    def test_a_signal_is_heard_while_the_server_is_away(self):
        file = self.held_pages("retry: 1h, ")
        run = self.start_weir(file)
        run.when(lambda: self.has_rows(200))
        self.cluster.stop()
        harness.server().heal()
        run.when(lambda: "trying again" in run.said())
        run.signal(signal.SIGTERM)
        result = self.check(run.wait())
        self.assertIn(result.code, (TERMINATED, DESTINATION), str(result))
        self.cluster.start()
        self.assert_whole_pages()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages()


class Crashes(RestartCase):
    def crash(self, dice):
        """The whole server, or one process of it, whereupon the server ends all others itself."""
        victims = self.backends()
        if victims and dice.random() < 0.5:
            os.kill(dice.choice(victims), signal.SIGKILL)
        else:
            self.cluster.crash()
            self.cluster.start()

    def test_a_crash_at_any_moment(self):
        for mode in NAMES:
            self.disturbed(mode, self.crash)

    def test_what_waits_to_be_published_survives(self):
        """Were its table not logged, it would be empty behind the crash."""
        file = self.pipeline([pages("t", "write_disposition: replace", style="page", fail_page=8,
                                    fail=99, **{"as": 503})], load="batching: { rows: 100 }")
        self.assertNotEqual(self.run_weir(file).code, OK)
        self.cluster.crash()
        self.cluster.start()
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(len(asked), 3)
        self.assert_all_pages()


class LostTransactions(ClusterCase):
    """A server that acknowledges before it has written anything, and crashes."""

    SETTINGS = {"synchronous_commit": "off", "wal_writer_delay": "10s",
                "wal_writer_flush_after": "1GB"}

    def crashed(self, when):
        """When rows are there, and another session keeps the run from writing its end."""
        file = self.pipeline([pages(total=300, style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load="batching: { rows: 100 }", extract="timeout: { stall: 1h }")
        run = self.start_weir(file)
        run.when(lambda: self.has_rows(200))
        with self.database.connect() as other:
            other.execute("BEGIN; LOCK TABLE weir.run IN EXCLUSIVE MODE")
            when(run)
            self.cluster.crash()
        self.cluster.start()
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-LOST]", result.err)
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages(300)

    def test_in_the_middle_of_a_run(self):
        self.crashed(lambda run: None)

    def test_when_only_its_end_is_still_to_be_written(self):
        def loaded(run):
            harness.server().heal()
            run.when(lambda: self.has_rows(300))

        self.crashed(loaded)


class Terminated(RestartCase):
    """An administrator ends connections."""

    def end_some(self, dice):
        self.terminate(pid for pid in self.backends() if dice.random() < 0.7)

    def test_at_any_moment(self):
        for mode in NAMES:
            self.disturbed(mode, self.end_some)

    def test_in_the_middle_of_rows(self):
        """A slow line keeps each COPY going until it is ended, three times over."""
        with Proxy(self.cluster.socket, bytes_per_second=2_000_000) as line:
            env = {"PG": f"host=127.0.0.1 port={line.port} user=weir dbname={self.database.name}"}
            file = self.pipeline([resource("t", "/big?mb=1&i={partition.n}",
                                           "partitions: { n: { from: 1, to: 8 } }")])
            run = self.start_weir(file, env=env)
            for _ in range(3):
                run.when(lambda: self.lanes(COPYING))
                self.terminate(self.lanes(COPYING))
            self.assert_exit(self.check(run.wait()), OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id), sum(id) FROM t"),
                         [(8192, 1024, 8 * 1024 * 1025 // 2)])
        self.assert_settled()

    def test_while_all_are_idle(self):
        file = self.pipeline([pages(style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load="batching: { rows: 100 }", extract="timeout: { stall: 1h }")
        run = self.start_weir(file)
        run.when(lambda: self.has_rows(200))
        self.assertGreaterEqual(len(self.backends()), 2)
        self.terminate(self.backends())
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)
        self.assert_all_pages()

    def test_a_server_that_ends_idle_transactions(self):
        self.make(f"ALTER DATABASE {self.database.name} "
                  "SET idle_in_transaction_session_timeout = '1s'")
        file = self.pipeline([pages(total=300, style="page", delay=1.3)])
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all_pages(300)


class LostAnswers(ClusterCase):
    """The connection ends before a COMMIT arrives, or behind it, before its answer does. weir is told
    the same in both cases, and has to find out."""

    MOST = 40       # commits that a run of this size cannot have

    def lose(self, arm, disposition):
        """How many commits there were to lose."""
        for k in range(self.MOST):
            with self.subTest(commit=k, disposition=disposition), Proxy(self.cluster.socket) as line:
                self.database.empty()
                harness.server().reset()
                arm(line)(*COMMITS, skip=k)
                env = {"PG": f"host=127.0.0.1 port={line.port} user=weir dbname={self.database.name}"}
                file = self.pipeline(
                    [pages("t", "write_disposition: " + disposition, "primary_key: id", total=300)],
                    load="batching: { rows: 100 }")
                self.assert_exit(self.run_weir(file, env=env), OK)
                self.assert_all_pages(300)
                if not line.was_cut():
                    return k
        return self.fail("there is no end of commits")

    def test_before_it_arrives(self):
        self.assertGreater(self.lose(lambda line: line.cut_before, "append"), 3)

    def test_behind_it(self):
        for disposition in NAMES:
            self.assertGreater(self.lose(lambda line: line.cut_after, disposition), 3)


if __name__ == "__main__":
    unittest.main()
