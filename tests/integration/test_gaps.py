"""Gaps: what a server would not give is asked for by the next run, and nothing else is."""

import unittest

import harness
from harness import OK, REJECTS, SOURCE
from state_case import StateCase, data, items, on_both, pages, resource

setUpModule = harness.start_server

SKIP = "on_error: skip_partition"
CONTINUE = "on_error: continue"


def partitions(name="t", *options, **query):
    """Ten partitions of three pages of ten rows."""
    return data(name, "partitions: { part: { from: 1, to: 10 } }", *options, of="parts", size=10,
                **query, where="part:{partition.part}")


@on_both
class Gaps(StateCase):
    def setUp(self):
        super().setUp()
        harness.server().put("parts", [
            {"id": part * 100 + n, "part": part, "name": f"row {part * 100 + n}"}
            for part in range(1, 11) for n in range(30)])

    def gaps(self):
        return self.count_state("gap")

    def test_items_that_fail_are_asked_for_alone(self):
        file = self.pipeline([items(300, "t", SKIP, every=50, fail=99, **{"as": 503})])
        result = self.run_weir(file)
        self.assert_exit(result, REJECTS)
        self.assertEqual((self.count(), self.gaps()), (294, 6))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual({url.split("?")[0] for url in asked},
                         {f"/items/{n}" for n in range(50, 301, 50)})
        self.assertEqual(self.rows(), list(range(1, 301)))
        self.assert_settled()

    def test_the_rest_of_a_partition_is_left_for_the_next_run(self):
        file = self.pipeline([partitions("t", SKIP, fail_page=2, fail=99, **{"as": 500})])
        self.assert_exit(self.run_weir(file), REJECTS)
        self.assertEqual((self.count(), self.gaps()), (100, 10))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(len(asked), 20)
        self.assertEqual((self.count(), len(set(self.rows()))), (300, 300))
        self.assert_settled()

    def test_a_page_left_out_is_asked_for_alone(self):
        file = self.pipeline([partitions("t", CONTINUE, fail_page=2, fail=99, **{"as": 500})])
        self.assert_exit(self.run_weir(file), REJECTS)
        self.assertEqual((self.count(), self.gaps()), (200, 10))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(sum(asked.values()), 10)
        self.assertEqual({url for url in asked if "page=2" not in url}, set())
        self.assertEqual((self.count(), len(set(self.rows()))), (300, 300))
        self.assert_settled()

    def test_a_gap_of_what_is_asked_for_no_more_is_forgotten(self):
        ids = self.work / "ids.txt"
        ids.write_text("".join(f"{n}\n" for n in range(1, 11)), encoding="utf-8")
        file = self.pipeline([resource("t", "/items/{partition.id}?every=7&as=503&fail=99",
                                       f"partitions: {{ id: {{ file: '{ids}' }} }}", SKIP)])
        self.assert_exit(self.run_weir(file), REJECTS)
        ids.write_text("".join(f"{n}\n" for n in range(1, 11) if n != 7), encoding="utf-8")
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual((self.count(), self.gaps()), (9, 0))
        self.assert_settled()

    def test_what_fails_again_closes_the_pass(self):
        file = self.pipeline([items(100, "t", SKIP, every=50, fail=99, **{"as": 404})])
        self.assert_exit(self.run_weir(file), REJECTS)
        result, asked = self.run_asking(file)
        self.assert_exit(result, REJECTS)
        self.assertEqual(len(asked), 2)
        self.assertEqual((self.count(), self.gaps()), (98, 0))
        result, asked = self.run_asking(file)
        self.assert_exit(result, REJECTS)
        self.assertEqual(len(asked), 100, "the run behind it begins anew")

    def test_one_that_comes_and_one_that_does_not_keep_it_open(self):
        self.write("ids.txt", "1\n2\n3\n4\n")
        file = self.pipeline([resource(
            "t", "/flaky?n=1&as=500&key=k{partition.n}&fail=99", SKIP,
            'partitions: { n: { file: "${WORK}/ids.txt" } }',
            "retry: { max_attempts: 1 }")])
        file = file.replace("fail=99", "fail={partition.n}")
        # Attempt by attempt: the first run fails at all of them, the next gets the first, and so on.
        for run, gaps in enumerate((4, 3, 2, 1)):
            with self.subTest(run=run):
                self.assert_exit(self.run_weir(file), REJECTS)
                self.assertEqual((self.gaps(), self.count() if run else 0), (gaps, run))
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count(), 4)
        self.assert_settled()

    def test_a_run_that_fails_for_good_keeps_its_gaps(self):
        file = self.pipeline([
            items(40, "t", SKIP, every=20, fail=99, **{"as": 503}),
            pages("u", fail_page=3, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual((self.count("t"), self.count("u")), (40, 1000))
        self.assertEqual(self.rows(), list(range(1, 41)))
        self.assert_settled()

    def test_with_merge_and_replace(self):
        for disposition in ("merge", "replace"):
            with self.subTest(disposition=disposition):
                self.database.empty()
                self.setUp()
                file = self.pipeline([partitions(
                    "t", CONTINUE, "write_disposition: " + disposition, "primary_key: id",
                    fail_page=2, fail=99, **{"as": 500})])
                self.assert_exit(self.run_weir(file), REJECTS)
                if disposition == "replace":
                    self.assertFalse(self.has_table("t") and self.count(), "published with gaps")
                harness.server().heal()
                result, asked = self.run_asking(file)
                self.assert_exit(result, OK)
                self.assertEqual((sum(asked.values()), self.count()), (10, 300))
                self.assert_settled()

    def test_gaps_beyond_the_limit_fail_the_run(self):
        file = self.pipeline([items(100, "t", SKIP, "max_failed_partitions: 3", every=10, fail=99,
                                    **{"as": 404})])
        result = self.run_weir(file)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-HTTP-GAPS]", result.err)
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 101)))
        self.assert_settled()

    def test_a_killed_run_forgets_no_gap(self):
        file = self.pipeline([items(60, "t", SKIP, every=20, fail=99, **{"as": 404}),
                              resource("u", "/flaky?as=held&fail=1")],
                             load="batching: { rows: 1 }", extract="concurrency: { max: 2 }")
        run = self.start_weir(file)
        run.when(lambda: self.has_table("t") and self.gaps())
        run.kill()
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertTrue(any(url.startswith("/items/20?") for url in asked))
        self.assertEqual(self.rows(), list(range(1, 61)))
        self.assert_settled()


if __name__ == "__main__":
    unittest.main()
