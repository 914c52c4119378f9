"""reset_pagination: where a server forgets its cursors, a chain begins anew, in both databases."""

import random
import select
import signal
import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
from state_case import StateCase, on_both, pages

setUpModule = harness.start_server

RESET = "response_actions: [{ status_code: 410, action: reset_pagination }]"
WRONG = "response_actions: [{ content: something went wrong, action: reset_pagination }]"
MERGE = "write_disposition: merge, primary_key: id"
PLAIN = "response_actions: []"
LOOKS_BACK = 10                    # resets of a chain in a run
KILLED = 128 + signal.SIGKILL
KILLS = 6


class ResetCase(StateCase):
    def setUp(self):
        super().setUp()
        harness.server().reset()

    def assert_all(self, total=1000):
        self.assertEqual(self.rows(), list(range(1, total + 1)))
        self.assert_settled()


@on_both
class Reading(ResetCase):
    def test_a_cursor_that_expires(self):
        for style in ("cursor", "next_url", "link"):
            for page, fault, action in ((3, "410", RESET), (10, "410", RESET),
                                        (3, "wrongshape", WRONG)):
                with self.subTest(style=style, page=page, fault=fault):
                    file = self.pipeline([pages("t", MERGE, action, style=style, fail_page=page,
                                                fail=3, **{"as": fault})])
                    result, asked = self.run_asking(file)
                    self.assert_exit(result, OK)
                    self.assert_all()
                    # Three times as far as the page before it, and once to the end; and refusals.
                    self.assertEqual(sum(asked.values()), 3 * (page - 1) + 10 + 3)
                    self.assertEqual(result.err.count("its pages begin anew"), 3)
                    self.database.empty()

    def test_each_partition_for_itself(self):
        file = self.pipeline([pages(
            "t", MERGE, RESET, "partitions: { n: { from: 1, to: 5 } }", fail_page=4, fail=2,
            total=600, key="{partition.n}", **{"as": "410"})])
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all(600)

    def test_the_first_page_is_not_begun_anew(self):
        file = self.pipeline([pages("t", MERGE, RESET, fail_page=1, fail=1, **{"as": "410"})])
        result, asked = self.run_asking(file)
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-STATUS", result.err)
        self.assertEqual(sum(asked.values()), 1)

    def test_where_it_does_not_help_the_run_ends_and_the_next_one_goes_on(self):
        file = self.pipeline([pages("t", MERGE, RESET, fail_page=4, fail=99, **{"as": "410"})])
        result, asked = self.run_asking(file)
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-STATUS", result.err)
        self.assertIn(f"begun anew {LOOKS_BACK} times", result.err)
        self.assertEqual(sum(asked.values()), 4 * (LOOKS_BACK + 1))
        self.assertEqual(self.rows(), list(range(1, 301)))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(sum(asked.values()), 7)
        self.assert_all()

    def test_a_cursor_that_has_expired_between_two_runs(self):
        """The place that the state keeps is no place any more."""
        for action in (PLAIN, RESET):
            file = self.pipeline([pages("t", MERGE, action, fail_page=6, fail=2, **{"as": "410"})])
            result, asked = self.run_asking(file)
            self.assert_exit(result, SOURCE if action == PLAIN else OK)
        self.assertEqual(sum(asked.values()), 1 + 10)
        self.assert_all()

    def test_children_are_read_once(self):
        child = ('{ name: c, path: "/items/{resources.t.id}", table: c, primary_key: id }')
        file = self.pipeline([pages("t", MERGE, RESET, total=30, size=10, fail_page=3, fail=2,
                                    **{"as": "410"}), child],
                             extract='base_url: "${SERVER}"')
        result, asked = self.run_asking(file, prefix="/items")
        self.assert_exit(result, OK)
        self.assert_all(30)
        self.assertEqual(sum(asked.values()), 30)
        self.assertEqual(self.count("c"), 30)

    def test_not_with_what_is_kept_of_the_first_page(self):
        """It would name the cursor that has expired."""
        file = self.pipeline([pages("t", MERGE, RESET, fail_page=3, fail=2, **{"as": "410"})],
                             extract='cache: { path: "${WORK}/cache" }')
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(asked["/pages?style=cursor&fail_page=3&fail=2&as=410"], 3)
        self.assert_all()

    def test_killed_at_any_moment(self):
        dice = random.Random(7)
        file = self.pipeline([pages("t", MERGE, RESET, total=200, size=10, fail_page=12,
                                    fail=KILLS, delay=0.005, **{"as": "410"})],
                             load="batching: { rows: 20 }")
        for attempt in range(KILLS + 1):
            run = self.start_weir(file, "--run-id", "k")
            moment = dice.uniform(0.05, 0.5) if attempt < KILLS else 60
            if not select.select([run.pidfd], [], [], moment)[0]:
                run.signal(signal.SIGKILL)
            # It may end by itself just before the signal.
            result = run.wait()
            if result.code != KILLED:
                self.assert_exit(result, OK)
                break
        self.assert_all(200)


class Mistakes(harness.Case):
    def test_where_it_would_do_harm_it_is_refused(self):
        merge = f"{MERGE}, paginator: {{ type: cursor, cursor_path: next }}"
        for text, options in (
                ("only write_disposition: merge", merge.replace("merge", "replace")),
                ("only write_disposition: merge", merge.replace("write_disposition: merge,", "")),
                ("does not go with max_pages", merge.replace("next", "next, max_pages: 3")),
                ("these are computed", f"{MERGE}, paginator: page_number"),
                ("these are computed", MERGE)):
            with self.subTest(options=options):
                result = self.run_weir(f"""
                    weir: 1
                    name: refused
                    extract:
                      type: http
                      resources:
                        - {{ name: t, url: "http://127.0.0.1:9/", {RESET}, {options} }}
                    load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
                    """, command="check")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(text, result.err)


if __name__ == "__main__":
    unittest.main()
