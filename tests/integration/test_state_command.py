"""weir state FILE show, reset: what is known of a pipeline's runs, and how to forget it."""

import unittest

import harness
from harness import BAD_FILE, OK, REJECTS, SOURCE
from state_case import LOCKED, StateCase, items, on_both, pages

setUpModule = harness.start_server


class StateCommandCase(StateCase):
    def state(self, file, *args, code=OK):
        result = self.run_weir(file, *args, command="state")
        self.assert_exit(result, code)
        return result

    def held(self):
        """A run under way, which gets its third page once the server is healed."""
        file = self.pipeline([pages("t", style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load="batching: { rows: 100 }", extract="timeout: { stall: 1h }")
        run = self.start_weir(self.write("run.yaml", file))
        run.when(lambda: self.has_table("t") and self.count() == 200)
        return run, file


@on_both
class Show(StateCommandCase):
    def test_before_the_first_run_there_is_none(self):
        result = self.state(self.pipeline([pages()]), "show")
        self.assertNotEqual(result.out + result.err, "")
        self.assertFalse(self.database.is_there(), "looking makes no database")

    def test_of_an_unfinished_run(self):
        file = self.pipeline([pages("t", fail_page=3, fail=99, **{"as": 503})])
        self.assert_exit(self.run_weir(file), SOURCE)
        before = self.rows("SELECT * FROM t")
        result = self.state(file, "show")
        for word in ("state", "t", "open", "200"):
            self.assertIn(word, result.out)
        self.assertEqual(harness.server().stats()["requests_total"], 2 + 5)
        self.assertEqual(self.rows("SELECT * FROM t"), before)

    def test_of_gaps(self):
        file = self.pipeline([items(40, "t", "on_error: skip_partition", every=20, fail=99,
                                    **{"as": 404})])
        self.assert_exit(self.run_weir(file), REJECTS)
        result = self.state(file, "show")
        self.assertIn("gap", result.out)
        self.assertIn("E-HTTP-STATUS", result.out)

    def test_of_a_finished_run(self):
        file = self.pipeline([pages(total=300)])
        self.assert_exit(self.run_weir(file), OK)
        result = self.state(file, "show")
        self.assertIn("300", result.out)

    def test_of_a_run_under_way(self):
        run, file = self.held()
        self.assertIn("open", self.state(file, "show").out)
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)


@on_both
class Reset(StateCommandCase):
    def interrupted(self):
        file = self.pipeline([pages("t", fail_page=3, fail=99, **{"as": 503}), pages("u", i=1)])
        self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        return file

    def test_everything_is_read_anew_and_rows_stay(self):
        file = self.interrupted()
        self.state(file, "reset", "--yes")
        self.assertEqual(self.count("t"), 200)
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(sum(asked.values()), 20)
        self.assertEqual(self.count("t"), 1200)
        self.assert_settled()

    def test_nothing_is_forgotten_where_nobody_can_be_asked(self):
        file = self.interrupted()
        result = self.state(file, "reset", code=BAD_FILE)
        self.assertIn("--yes", result.err)
        self.assertIn("t", result.out)
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(self.count("t"), 1000)

    def test_one_resource_alone(self):
        file = self.interrupted()
        before = self.count("u") if self.has_table("u") else 0
        self.state(file, "reset", "--yes", "--resource", "t")
        result = self.run_weir(file)
        self.assert_exit(result, OK)
        self.assertEqual((self.count("t"), self.count("u")), (1200, 1000))
        self.assertLessEqual(before, 1000)
        self.assert_settled()

    def test_a_resource_that_is_not_there(self):
        self.state(self.interrupted(), "reset", "--yes", "--resource", "x", code=BAD_FILE)

    def test_not_while_a_run_is_under_way(self):
        run, file = self.held()
        result = self.state(file, "reset", "--yes", code=LOCKED)
        self.assertIn(str(run.pid), result.err)
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))


if __name__ == "__main__":
    unittest.main()
