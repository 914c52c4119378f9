"""A run that ended early is finished by the next one: nothing twice, nothing lost, nothing asked
for again."""

import signal
import time
import unittest

import harness
from harness import BAD_FILE, DESTINATION, INTERRUPTED, OK, SOURCE, TERMINATED
from state_case import PAGINATORS, StateCase, data, items, on_both, pages, resource

setUpModule = harness.start_server

RSS_BOUND = 64 << 20    # of a hundred thousand units, as of any other run with the defaults


@on_both
class AfterAFailure(StateCase):
    def test_pages_that_are_there_are_not_asked_for_again(self):
        for style in PAGINATORS:
            with self.subTest(style=style):
                self.database.empty()
                harness.server().reset()
                file = self.pipeline([pages(style=style, fail_page=3, fail=99, **{"as": 503})])
                result = self.run_weir(file)
                self.assert_exit(result, SOURCE)
                self.assertEqual(self.rows(), list(range(1, 201)))
                self.assertIn("run again to continue", result.err)

                harness.server().heal()
                result, asked = self.run_asking(file)
                self.assert_exit(result, OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assertEqual(set(asked.values()), {1})
                # The end of an offset without a total is an empty page.
                self.assertEqual(len(asked), 9 if style == "offset" else 8, asked)
                self.assert_settled()

    def test_prefetched_pages_are_no_progress_of_their_own(self):
        paginator = "paginator: { type: page_number, total_path: total_pages, prefetch: 4 }"
        url = "/pages?style=page&fail_page=3&fail=99&as=503"
        file = self.pipeline([resource("t", url, "data_selector: data", paginator)])
        self.assert_exit(self.run_weir(file), SOURCE)
        self.assertEqual(self.rows(), list(range(1, 201)))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assertEqual(len(asked), 8, asked)
        self.assert_settled()

    def test_of_a_set_only_what_is_missing_is_asked_for(self):
        file = self.pipeline([items(300, every=150, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        there = set(self.rows())
        self.assertEqual(len(there), self.count())
        self.assertGreater(len(there), 0)
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        missing = set(range(1, 301)) - there
        self.assertEqual({int(url.split("?")[0].rsplit("/")[-1]) for url in asked}, missing)
        self.assertEqual(self.rows(), list(range(1, 301)))
        self.assert_settled()

    def test_a_list_may_change_its_order_and_grow(self):
        self.write("ids.txt", "\n".join(map(str, range(1, 101))) + "\n")
        file = self.pipeline([resource(
            "t", "/items/{partition.n}?every=50&fail=99&as=503",
            'partitions: { n: { file: "${WORK}/ids.txt" } }')])
        self.assert_exit(self.run_weir(file), SOURCE)
        there = set(self.rows())
        self.write("ids.txt", "\n".join(map(str, range(120, 0, -1))) + "\n")
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(sum(asked.values()), 120 - len(there))
        self.assertEqual(self.rows(), list(range(1, 121)))
        self.assert_settled()

    def test_a_resource_that_is_read_is_not_read_again(self):
        file = self.pipeline([
            pages("first", total=200), pages("second", i=2, fail_page=5, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        self.assertEqual(self.count("second"), 400)
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual({url for url in asked if "i=2" not in url}, set())
        self.assertEqual((self.count("first"), self.count("second")), (200, 1000))
        self.assert_settled()

    def test_rows_of_one_value_that_comes_twice_are_two_chains(self):
        file = self.pipeline([resource("t", "/rows?n=3&i={partition.n}",
                                       "partitions: { n: [a, b, a] }")])
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count(), 9)
        self.assert_settled()


@on_both
class Signals(StateCase):
    def slow_pages(self):
        """They do not end before the server is healed."""
        return self.pipeline([pages(style="page", fail_page=8, fail=1, **{"as": "held"})],
                             load="batching: { rows: 100 }", extract="timeout: { stall: 1h }")

    def stopped(self, number):
        run = self.start_weir(self.slow_pages())
        run.when(lambda: self.has_table("t") and self.count() >= 200)
        run.signal(number)
        return self.check(run.wait())

    def test_a_signal_commits_what_is_complete_and_the_next_run_goes_on(self):
        for number, code in ((signal.SIGTERM, TERMINATED), (signal.SIGINT, INTERRUPTED)):
            with self.subTest(signal=number.name):
                self.database.empty()
                harness.server().reset()
                result = self.stopped(number)
                self.assert_exit(result, code)
                self.assertIn("run again to continue", result.err)
                rows = self.count()
                self.assertEqual(self.rows(), list(range(1, rows + 1)))
                self.assertTrue(200 <= rows < 1000 and rows % 100 == 0, rows)
                self.assertIn(f"{rows:,} rows are committed", result.err)

                harness.server().heal()
                result, asked = self.run_asking(self.slow_pages())
                self.assert_exit(result, OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assertEqual(sum(asked.values()), (1000 - rows) // 100)
                self.assert_settled()

    def test_twice_ends_it_at_once_with_whole_units(self):
        file = self.pipeline([pages(style="page", fail_page=4, fail=99, **{"as": "hang"})],
                             extract="timeout: { stall: 1h }", load="batching: { rows: 100 }")
        run = self.start_weir(file)
        run.when(lambda: self.has_table("t") and self.count() == 300)
        run.signal(signal.SIGINT)
        run.signal(signal.SIGINT)
        result = run.wait()
        self.assertIn(result.code, (INTERRUPTED, 128 + signal.SIGINT), str(result))
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_one_signal_does_not_wait_for_a_server_that_says_nothing(self):
        file = self.pipeline([pages(style="page", fail_page=4, fail=99, **{"as": "hang"})],
                             extract="timeout: { stall: 1h }", load="batching: { rows: 100 }")
        run = self.start_weir(file)
        run.when(lambda: self.has_table("t") and self.count() == 300)
        run.signal(signal.SIGTERM)
        result = self.check(run.wait())
        self.assert_exit(result, TERMINATED)
        self.assertEqual(self.count(), 300)


@on_both
class ChangedFiles(StateCase):
    def interrupted(self, *options):
        file = self.pipeline([pages("t", *options, style="page", fail_page=3, fail=99,
                                    **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        return file

    def refused(self, file, *args, code="E-STATE-CONFIG"):
        result, asked = self.run_asking(file, *args)
        self.assert_exit(result, BAD_FILE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(asked, {})
        return result

    def test_a_change_that_decides_about_rows_is_refused_and_named(self):
        file = self.interrupted("write_disposition: append", "primary_key: id")
        changes = {"url": ("style=page", "style=page&size=50"), "data_selector": (": data,", ": x,"),
                   "write_disposition": (": append", ": merge"), "transform": (
                       "transform: []", "transform: [{ type: drop, columns: [name] }]"),
                   "paginator": ("total_path: total_pages", "total_path: total_pages, base_page: 0")}
        for field, (old, new) in changes.items():
            with self.subTest(field=field):
                self.assertIn(old, file)
                result = self.refused(file.replace(old, new))
                self.assertIn(field, result.err)
                self.assertIn("--restart", result.err)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))

    def test_where_nothing_came_yet_any_change_is_taken(self):
        file = self.pipeline([pages("t", style="page", fail_page=1, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file.replace("style=page", "style=page&size=50")), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_a_change_that_does_not_is_taken(self):
        file = self.interrupted()
        changed = file.replace("max_attempts: 5", "max_attempts: 7").replace(
            "extract:", "limits: { memory: 32MiB }\n            extract:", 1)
        result, asked = self.run_asking(changed)
        self.assert_exit(result, OK)
        self.assertEqual(len(asked), 8)
        self.assertEqual(self.rows(), list(range(1, 1001)))

    def test_a_resource_that_is_gone_is_refused(self):
        self.interrupted()
        self.assertIn("gone", self.refused(self.pipeline([pages("u")])).err)

    def test_beginning_anew_would_double_rows_that_were_appended(self):
        file = self.interrupted()
        result = self.refused(file, "--restart", code="E-STATE-PARTIAL")
        self.assertIn("200 rows", result.err)
        self.assert_exit(self.run_weir(file, "--restart", "--keep-partial"), OK)
        self.assertEqual(self.count(), 1200)
        self.assert_settled()

    def test_beginning_anew_harms_neither_merge_nor_replace(self):
        for disposition in ("merge", "replace"):
            with self.subTest(disposition=disposition):
                self.database.empty()
                harness.server().reset()
                file = self.interrupted(f"write_disposition: {disposition}", "primary_key: id")
                result, asked = self.run_asking(file, "--restart")
                self.assert_exit(result, OK)
                self.assertEqual(sum(asked.values()), 10)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assert_settled()


@on_both
class LostTables(StateCase):
    """Who drops the table and runs again wants all rows, and not those that had been missing."""

    def interrupted(self, disposition):
        file = self.pipeline([pages("t", "write_disposition: " + disposition, "primary_key: id",
                                    style="page", fail_page=3, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        return file

    def test_a_run_does_not_go_on_without_the_rows_that_were_there(self):
        for disposition in ("append", "merge", "replace"):
            with self.subTest(disposition=disposition):
                self.database.empty()
                harness.server().reset()
                file = self.interrupted(disposition)
                replaced = disposition == "replace"
                self.make(f"DROP TABLE {self.database.staged()[0] if replaced else 't'}")
                result, asked = self.run_asking(file)
                self.assert_exit(result, DESTINATION)
                self.assertIn("error[E-DB-SCHEMA]", result.err)
                self.assertIn("200 rows", result.err)
                self.assertEqual(asked, {})
                self.assert_exit(self.run_weir(file, "--restart", "--keep-partial"), OK)
                self.assertEqual(self.rows(), list(range(1, 1001)))
                self.assert_settled()

    def test_rows_without_a_value_are_no_lost_table(self):
        harness.server().put("t", [{"a": None} for _ in range(40)])
        file = self.pipeline([data("t", size=10, fail_page=3, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count(), 40)


@on_both
class RunIds(StateCase):
    def test_what_is_done_is_not_done_again(self):
        file = self.pipeline([pages(total=300)])
        self.assert_exit(self.run_weir(file, "--run-id", "monday"), OK)
        result, asked = self.run_asking(file, "--run-id", "monday")
        self.assert_exit(result, OK)
        self.assertIn("already", result.err)
        self.assertEqual((asked, self.count()), ({}, 300))
        self.assert_exit(self.run_weir(file, "--run-id", "tuesday"), OK)
        self.assertEqual(self.count(), 600)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count(), 900)
        self.assert_settled()

    def test_one_that_failed_goes_on(self):
        file = self.pipeline([pages(total=500, fail_page=3, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file, "--run-id", "k"), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file, "--run-id", "k"), OK)
        self.assertEqual(self.rows(), list(range(1, 501)))
        result, asked = self.run_asking(file, "--run-id", "k")
        self.assert_exit(result, OK)
        self.assertEqual(asked, {})


@on_both
class ManyUnits(StateCase):
    @unittest.skipIf(harness.sanitized(), "the memory of a sanitizer is not the program's")
    def test_a_hundred_thousand(self):
        """R02: bounded in memory, descriptors and connections."""
        file = self.pipeline([items(100_000)], extract="concurrency: { max: 32 }")
        run = self.start_weir(file)
        files = [run.n_files()]
        while run.alive():
            time.sleep(0.1)
            files.append(self.files_of(run))
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id), sum(id) FROM t"),
                         [(100_000, 100_000, 5_000_050_000)])
        self.assert_settled()
        self.assertLessEqual(result.peak_rss, RSS_BOUND)
        self.assertLessEqual(max(files), 32 + 32)
        stats = harness.server().stats()
        self.assertLessEqual(stats["connections_total"], 64)
        self.assertLessEqual(stats["max_simultaneous_connections"], 32)

    @staticmethod
    def files_of(run):
        """None of a run that has just ended."""
        try:
            return run.n_files()
        except OSError:
            return 0


if __name__ == "__main__":
    unittest.main()
