"""The http extractor where the system around it is slow or has nothing more: names, connections, files,
columns; and for a long time."""

import os
import signal
import statistics
import time
import unittest

import harness
from databases import Postgres
from harness import DATA, INTERRUPTED, OK, REJECTS, SOURCE
from state_case import StateCase, data, items, on_both, resource

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"


def elsewhere(host, *options, name="u"):
    """A resource of another host."""
    return resource(name, "", FAST, *options).replace("${SERVER}", f"http://{host}/rows")


@on_both
class Names(StateCase):
    def test_n06_one_that_is_not_there(self):
        """N06: it is told, and others go on."""
        file = self.pipeline([elsewhere("x.test", "on_error: skip_partition"), items(300)])
        result = self.run_weir(file, env=harness.faults(TEST_NAMES="x.test=none"))
        self.assert_exit(result, REJECTS)
        self.assertIn("x.test", result.err)
        self.assertEqual([failure["code"] for failure in result.report["failures"]], ["E-DNS"])
        self.assertEqual(self.rows(), list(range(1, 301)))
        self.database.empty()
        result = self.run_weir(self.pipeline([elsewhere("x.test", name="t")]),
                               env=harness.faults(TEST_NAMES="x.test=none"))
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-DNS]", result.err)

    def test_n06_some_that_nobody_answers_for(self):
        """N06: while they are looked up others go on, and a signal ends it all."""
        names = [f"{letter}.test" for letter in "abcdef"]
        file = self.pipeline([*(elsewhere(name, name=name[0]) for name in names), items(500)],
                             extract="timeout: { connect: 10m }")
        run = self.start_weir(file, env=harness.faults(
            TEST_NAMES=" ".join(f"{name}=slow" for name in names)))
        run.when(lambda: harness.server().requests() >= 500)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        self.assert_exit(result, INTERRUPTED)
        # The last answers may not have arrived.
        self.assertGreater(self.count(), 400)

    def test_n06_one_that_takes_too_long(self):
        """N06: timeout.connect is for names as well."""
        file = self.pipeline([elsewhere("a.test", "on_error: skip_partition"), items(10)],
                             extract="timeout: { connect: 300ms }")
        result = self.run_weir(file, env=harness.faults(TEST_NAMES="a.test=slow"))
        self.assert_exit(result, REJECTS)
        self.assertRegex(result.report["failures"][0]["code"], "E-(DNS|HTTP-CONNECT)")

    def test_s05_one_that_leads_into_this_machine(self):
        """S05: whatever its address was when it was asked for before."""
        for meaning in ("127.0.0.1", "10.0.0.1,127.0.0.1", "::1"):
            with self.subTest(meaning=meaning):
                file = self.pipeline([elsewhere(f"a.test:{self.port()}", name="t")],
                                     extract="addresses: public")
                result = self.run_weir(file, env=harness.faults(TEST_NAMES=f"a.test={meaning}"))
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-ADDRESS]", result.err)
        self.assertEqual(harness.server().stats()["requests_total"], 0)

    def port(self):
        return harness.server().url.rpartition(":")[2]


@on_both
class Connections(StateCase):
    MANY = "concurrency: { max: 64 }"

    def test_r03_no_sockets_for_a_while(self):
        """R03: what is under way goes on, the rest is tried again, and nothing turns round."""
        for failing in ("1:40", "20:60"):
            with self.subTest(failing=failing):
                self.database.empty()
                run = self.start_weir(self.pipeline(
                    [items(1000, "t", "retry: { initial_interval: 20ms, max_attempts: 50 }",
                           delay=0.01)], extract=self.MANY),
                    env=harness.faults(TEST_NO_SOCKETS=failing))
                result = self.check(run.wait())
                self.assert_exit(result, OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assertGreater(result.report["resources"][0]["requests"]["retries"], 0)
                if not harness.sanitized():
                    self.assertLess(result.cpu, 5)

    def test_r03_no_sockets_at_all(self):
        """R03: it is told, and not taken for the server's fault."""
        result = self.run_weir(self.pipeline([items(10, "t", FAST)], extract=self.MANY),
                               env=harness.faults(TEST_NO_SOCKETS="1:1000000000"))
        self.assert_exit(result, SOURCE)
        self.assertIn("too many files are open; lower concurrency.max", result.err)


@on_both
class Columns(StateCase):
    def load(self, path, *options):
        self.database.empty()
        return self.run_weir(self.pipeline([resource("t", path, *options)]))

    def assert_too_many(self, result, rows=0):
        self.assert_exit(result, DATA)
        self.assertIn("error[E-LIMIT-COLUMNS]", result.err)
        self.assertEqual(self.count() if self.has_table("t") else 0, rows)

    def test_r05_as_many_as_a_table_may_have(self):
        """R05: and not one more. A row of 1,600 numbers fits into no page of PostgreSQL."""
        most, one_more = (1000, 1601) if self.DATABASE is Postgres else (2000, 2001)
        self.assert_exit(self.load(f"/keys?kind=wide&n={most}"), OK)
        self.assertEqual(self.count(), 1)
        self.assert_too_many(self.load(f"/keys?kind=wide&n={one_more}"))

    def test_r05_rows_with_a_new_key_each(self):
        """R05: keys are used as data there; it is told before a table is made."""
        self.assert_exit(self.load("/keys?kind=explode&n=200"), OK)
        self.assertEqual(self.count(), 200)
        for n in (2000, 5000):
            self.assert_too_many(self.load(f"/keys?kind=explode&n={n}"))

    def test_r05_pages_with_new_keys_each(self):
        """R05: those before the one that is too many stay, with their columns."""
        rows = [{"id": n, **{f"k{n}_{k}": k for k in range(200)}} for n in range(1, 21)]
        harness.server().put("t", rows)
        self.database.empty()
        result = self.run_weir(self.pipeline([data("t", size=5)]))
        self.assert_too_many(result, 5)


@on_both
class LongRuns(StateCase):
    UNITS = int(os.environ.get("WEIR_SOAK_UNITS") or (2000 if harness.sanitized() else 20000))

    def samples(self, run):
        """(requests so far, bytes in memory, open files), again and again until it ends."""
        found = []
        while run.alive():
            asked = harness.server().requests()
            try:
                found.append((asked, run.memory(), run.n_files()))
            except OSError:
                break
            time.sleep(0.05)
        return found

    def test_r04_a_server_in_chaos_for_a_long_time(self):
        """R04: neither memory nor open files grow with what was done. WEIR_SOAK_UNITS=n for a longer
        time, which is then told."""
        run = self.start_weir(self.pipeline(
            [items(self.UNITS, chaos=0.2, seed=4)], extract="concurrency: { max: 16 }"))
        found = self.samples(run)
        result = self.check(run.wait(self.UNITS))
        self.assert_exit(result, OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id), max(id) FROM t"),
                         [(self.UNITS, self.UNITS, self.UNITS)])
        self.assert_settled()
        warm = [sample for sample in found if sample[0] > self.UNITS // 3 and sample[1]]
        self.assertGreater(len(warm), 5)
        asked, memory, files = zip(*warm)
        growth = statistics.linear_regression(asked, memory).slope * asked[-1] / self.UNITS * 1000
        told = (f"{self.UNITS} units in {result.seconds:.1f} s, {result.cpu:.1f} s of work; "
                f"{growth / 1024:+.0f} KiB per 1,000 units, {min(files)} to {max(files)} files, "
                f"peak {result.peak_rss >> 20} MiB")
        if "WEIR_SOAK_UNITS" in os.environ:
            print(told)
        self.assertLessEqual(max(files), files[0] + 16, told)
        if not harness.sanitized():
            self.assertLess(growth, 1 << 20, told)
            self.assertLess(result.peak_rss, 96 << 20, told)


if __name__ == "__main__":
    unittest.main()
