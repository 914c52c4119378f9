"""Resources that are read from what rows of others say: everything that was opened is read, once,
however the runs end.
"""

import random
import time
import unittest

import harness
from harness import OK, WEIR
from databases import Postgres, Sqlite
from state_case import StateCase, on, on_both

PLUGINS = WEIR.parent / "tests" / "plugins.d"
LACKS = 9
USAGE = 2
SEEDS = 2 if harness.sanitized() else 6

A = "{ name: a, units: 3, rows: 4 }"
B = "{ name: b, parent: a, units: 2, rows: 3 }"
C = "{ name: c, parent: b, units: 3, rows: 1 }"


def roots(units, rows):
    return [str(n) for n in range(units * rows)]


def children(parents, units, rows):
    return [f"{parent}.{n}" for parent in parents for n in range(units * rows)]


ALL_A = roots(3, 4)
ALL_B = children(ALL_A, 2, 3)
ALL_C = children(ALL_B, 3, 1)


class FamilyCase(StateCase):
    def family(self, *resources, load="", extract="", more="", transform=""):
        lines = "\n".join(f"                - {line}" for line in resources or (A, B, C))
        return f"""
            weir: 1
            name: family
            {more}
            extract:
              type: family
              {extract}
              resources:
{lines}
            transform: [{transform}]
            load: {{ {self.database.load}, {load} }}
            """

    def run_family(self, file, *args, **options):
        return self.run_weir(file, "--plugins", PLUGINS, *args, **options)

    def ids(self, table):
        return sorted(row[0] for row in self.database.query(f"SELECT id FROM {table}"))

    def assert_table(self, table, expected):
        self.assertEqual(self.ids(table), sorted(expected), f"rows of {table}")

    def assert_all(self):
        for table, expected in ("a", ALL_A), ("b", ALL_B), ("c", ALL_C):
            self.assert_table(table, expected)
        self.assert_settled()


@on_both
class Reading(FamilyCase):
    def test_all_that_is_opened_is_read(self):
        self.assert_exit(self.run_family(self.family()), OK)
        self.assert_all()

    def test_what_is_opened_twice_is_read_once(self):
        file = self.family(A, "{ name: b, parent: a, same: 2 }")
        self.assert_exit(self.run_family(file), OK)
        odd = [id for id in ALL_A if int(id) % 2]
        self.assert_table("b", children(["same", *odd], 2, 3))
        self.assert_settled()

    def test_many_are_opened_by_one_unit(self):
        file = self.family("{ name: a, units: 2, rows: 3000 }",
                           "{ name: b, parent: a, units: 1, rows: 1 }", extract="at_once: 50")
        self.assert_exit(self.run_family(file), OK)
        self.assert_table("b", [f"{n}.0" for n in range(6000)])
        self.assert_settled()

    def test_replaced_and_merged(self):
        replace = ", write_disposition: replace }"
        merge = ", write_disposition: merge, primary_key: id }"
        file = self.family(A[:-2] + merge, B[:-2] + replace, C[:-2] + merge)
        for _ in range(2):
            self.assert_exit(self.run_family(file), OK)
            self.assert_all()

    def test_a_parent_may_be_read_and_not_loaded(self):
        file = self.family(A[:-2] + ", selected: false }", B)
        result = self.run_family(file, command="check")
        self.assertIn("a, for what is read from its rows\n", result.out)
        self.assert_exit(self.run_family(file), OK)
        self.assert_table("b", ALL_B)
        self.assertFalse(self.has_table("a"))
        self.assert_settled()

    def test_where_decides_what_is_opened(self):
        file = self.family(A[:-2] + ", where: \"n % 2 = 0 AND id <> '4'\" }", B)
        result = self.run_family(file)
        self.assert_exit(result, OK)
        kept = ["0", "2", "6", "8", "10"]
        self.assert_table("a", kept)
        self.assert_table("b", children(kept, 2, 3))
        self.assertEqual(result.report["resources"][0]["rows"]["filtered"], 7)
        self.assert_settled()

    def test_one_that_is_not_needed_is_not_read(self):
        file = self.family(A, B, "{ name: c, parent: b, selected: false }",
                           "{ name: d, selected: false }")
        result = self.run_family(file)
        self.assert_exit(result, OK)
        self.assertEqual([each["name"] for each in result.report["resources"]], ["a", "b"])


@on_both
class GoingOn(FamilyCase):
    def fail_once(self, *resources):
        """A run in which units of b fail, and the file of one in which they do not."""
        fails = self.work / "fails"
        fails.write_text("")
        file = self.family(*resources)
        self.assert_exit(self.run_family(file), LACKS)
        fails.unlink()
        return file

    def test_what_failed_is_read_by_the_next_run_without_its_parents(self):
        file = self.fail_once(A, B[:-2] + ', fails: "${WORK}/fails" }', C)
        self.assert_table("a", ALL_A)
        self.assertEqual(self.count_state("gap"), len(ALL_A))
        self.assert_exit(self.run_family(file), OK)
        self.assert_all()

    def test_of_a_parent_that_is_not_loaded_too(self):
        file = self.fail_once(A[:-2] + ", selected: false }",
                              B[:-2] + ', fails: "${WORK}/fails" }', C)
        self.assert_exit(self.run_family(file), OK)
        self.assert_table("b", ALL_B)
        self.assert_table("c", ALL_C)
        self.assert_settled()

    def test_a_child_that_is_new_in_the_file_is_refused(self):
        self.fail_once(A, B[:-2] + ', fails: "${WORK}/fails" }')
        result = self.run_family(self.family(A, B[:-2] + ', fails: "${WORK}/fails" }', C))
        self.assert_exit(result, USAGE)
        self.assertIn("error[E-STATE-CONFIG]", result.err)
        self.assertIn("'c' was no part of it", result.err)

    def test_a_child_that_is_taken_out_is_refused(self):
        fails = B[:-2] + ', fails: "${WORK}/fails" }'
        self.fail_once(A, fails, C)
        left_out = C[:-2] + ", selected: false }"
        result = self.run_family(self.family(A, fails, left_out))
        self.assert_exit(result, USAGE)
        self.assertIn("E-STATE-CONFIG", result.err)
        result = self.run_family(self.family(A, fails, left_out), "--resource", "a", "--resource", "b")
        self.assert_exit(result, USAGE)
        self.assertIn("E-STATE-CONFIG", result.err)

    def test_begun_anew(self):
        merge = ", write_disposition: merge, primary_key: id"
        file = self.fail_once(A[:-2] + merge + " }",
                              B[:-2] + merge + ', fails: "${WORK}/fails" }', C[:-2] + merge + " }")
        self.assert_exit(self.run_family(file, "--restart"), OK)
        self.assert_all()


@on(Sqlite)
class Together(FamilyCase):
    """A family is run, and forgotten, as a whole."""

    def test_one_alone_is_refused(self):
        for name, other in ("a", "b"), ("b", "a"):
            result = self.run_family(self.family(A, B), "--resource", name)
            self.assert_exit(result, USAGE)
            self.assertIn(f"add --resource {other}", result.err)

    def test_others_need_not_run(self):
        file = self.family(A, B, "{ name: d }")
        self.assert_exit(self.run_family(file, "--resource", "d"), OK)
        self.assertFalse(self.has_table("a"))
        self.assert_exit(self.run_family(file, "--resource", "a", "--resource", "b"), OK)
        self.assert_table("b", ALL_B)

    def test_a_preview_of_a_child_reads_its_parents(self):
        result = self.run_family(self.family(), "--resource", "b", "--rows", "4", command="preview")
        self.assert_exit(result, OK)
        self.assertIn("b", result.out)
        self.assertNotIn("\na\n", result.out)

    def test_forgetting_one_alone_is_refused(self):
        (self.work / "fails").write_text("")
        file = self.family(A, B[:-2] + ', fails: "${WORK}/fails" }')
        self.assert_exit(self.run_family(file), LACKS)
        for name in "ab":
            result = self.run_family(file, "reset", "--yes", "--resource", name, command="state")
            self.assert_exit(result, USAGE)
            self.assertIn("they are forgotten together", result.err)
        result = self.run_family(file, "reset", "--yes", command="state")
        self.assert_exit(result, OK)
        self.assertEqual(self.count_state("place"), 0)

    def test_mistakes_are_found_where_they_are(self):
        cases = {
            ("{ name: a, parent: b }", B): "'a' is a parent of itself, by way of others",
            ("{ name: a, parent: a }",): "'a' is a parent of itself, so there is nothing",
            (A[:-2] + ', where: "n >" }',): "E-SQL",
            (A, "{ name: b, parent: aa }"): "there is no resource 'aa'; did you mean 'a'?",
        }
        for resources, text in cases.items():
            result = self.run_family(self.family(*resources), command="check")
            self.assert_exit(result, USAGE)
            self.assertIn(text, result.err)


@on_both
class Killed(FamilyCase):
    """P01 with families: killed at random moments, and started again at once."""

    def assert_nothing_twice(self):
        if not self.database.is_there():
            return
        with self.database.left_by_a_crash() as left:
            for table, expected in ("a", ALL_A), ("b", ALL_B), ("c", ALL_C):
                found = left.query(f"SELECT id FROM {table}") if left.has_table(table) else []
                self.assertEqual(len(found), len(set(found)), f"rows of {table} came twice")
                self.assertLessEqual({row[0] for row in found}, set(expected))

    def kill_all(self, *resources):
        file = self.write("family.yaml", self.family(
            *resources, extract="wait: 1ms", load="batching: { rows: 20, period: 5ms }"))
        begun = time.monotonic()
        self.assert_exit(self.run_family(file), OK)
        duration = time.monotonic() - begun
        kills = 0
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.database.empty()
                kills += self.kill_until_done(
                    file, random.Random(f"family {seed}"), duration, "--plugins", PLUGINS, "--run-id", "k",
                    look=self.assert_nothing_twice)
                self.assert_all()
        print(f"{kills} kills ", end="", flush=True)

    def test_append(self):
        self.kill_all()

    def test_in_all_dispositions(self):
        merge = ", write_disposition: merge, primary_key: id }"
        self.kill_all(A, B[:-2] + merge, C[:-2] + ", write_disposition: replace }")


if __name__ == "__main__":
    unittest.main()
