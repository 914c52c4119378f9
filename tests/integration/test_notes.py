"""What has not changed at the source is not loaded again, and what has changed is loaded once: the
source is told what it had noted of rows that are there, and of no others.
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
CHAINS, UNITS, ROWS = 3, 3, 2
SEEDS = 2 if harness.sanitized() else 4
MERGE = "write_disposition: merge, primary_key: id"


def rows_of(versions, units):
    """What these units of that version of the data have for rows."""
    return [(f"{unit // UNITS}.{unit % UNITS}.{row}", versions[unit])
            for unit in units for row in range(ROWS)]


class NotesCase(StateCase):
    def setUp(self):
        super().setUp()
        self.data = [1] * (CHAINS * UNITS)

    def tell(self, changed=None):
        """The source's data: versions of units by their numbers."""
        for unit, version in (changed or {}).items():
            self.data[unit] = version
        (self.work / "versions").write_text(" ".join(map(str, self.data)))

    def noted(self, *more, load="", extract="", transform="", name="t"):
        options = ", ".join((f"name: {name}", 'versions: "${WORK}/versions"', *more))
        return f"""
            weir: 1
            name: notes
            extract:
              type: noted
              {extract}
              resources: [{{ {options} }}]
            transform: [{transform}]
            load: {{ {self.database.load}, {load} }}
            """

    def run_noted(self, file, *args, **options):
        return self.run_weir(file, "--plugins", PLUGINS, *args, **options)

    def rows(self, table="t"):
        return sorted(self.database.query(f"SELECT id, version FROM {table}"))

    def assert_rows(self, expected, table="t"):
        self.assertEqual(self.rows(table), sorted(expected))

    def count_notes(self):
        """Those in force, and those that wait for the end of a pass."""
        return tuple(self.database.query(
            "SELECT count(f.generation), count(*) - count(f.generation) FROM {weir}note n "
            "LEFT JOIN {weir}noted f ON f.generation = n.generation")[0])


@on_both
class Noted(NotesCase):
    def test_what_has_not_changed_is_not_loaded_again(self):
        file = self.noted()
        every = range(len(self.data))
        self.tell()
        self.assert_exit(self.run_noted(file), OK)
        expected = rows_of(self.data, every)
        self.assert_rows(expected)
        self.assertEqual(self.count_notes(), (9, 0))
        self.assert_exit(self.run_noted(file), OK)
        self.assert_rows(expected)
        self.tell({2: 2, 5: 2})
        result = self.run_noted(file)
        self.assert_exit(result, OK)
        expected += rows_of(self.data, [2, 5])
        self.assert_rows(expected)
        self.assertEqual(self.count_notes(), (9, 0))
        self.assert_settled()

    def test_what_is_not_noted_comes_each_time(self):
        self.tell({4: 0})
        expected = rows_of(self.data, range(9))
        for _ in range(3):
            self.assert_exit(self.run_noted(self.noted()), OK)
            self.assert_rows(expected)
            self.assertEqual(self.count_notes(), (8, 0))
            expected += rows_of(self.data, [4])

    def test_another_file_is_loaded_wholly(self):
        self.tell()
        self.assert_exit(self.run_noted(self.noted()), OK)
        file = self.noted(f"rows: {ROWS + 1}")
        result = self.run_noted(file)
        self.assert_exit(result, OK)
        self.assertIn("the file has changed since it was read", result.err)
        self.assertEqual(self.count(), 9 * (ROWS + ROWS + 1))
        self.assert_exit(self.run_noted(file), OK)
        self.assertEqual(self.count(), 9 * (ROWS + ROWS + 1))

    def test_a_table_that_is_gone_is_loaded_wholly(self):
        self.tell()
        self.assert_exit(self.run_noted(self.noted()), OK)
        self.make("DROP TABLE t")
        self.assert_exit(self.run_noted(self.noted()), OK)
        self.assert_rows(rows_of(self.data, range(9)))

    def test_what_is_reset_is_loaded_wholly(self):
        self.tell()
        file = self.noted(MERGE)
        self.assert_exit(self.run_noted(file), OK)
        result = self.run_noted(file, "show", command="state")
        self.assertIn("notes of what need not be sent again\n  t  9 units\n", result.out)
        self.make("DELETE FROM t")
        self.assert_exit(self.run_noted(file), OK)
        self.assert_rows([])
        self.assert_exit(self.run_noted(file, "reset", "--yes", command="state"), OK)
        self.assertEqual(self.count_notes(), (0, 0))
        self.assert_exit(self.run_noted(file), OK)
        self.assert_rows(rows_of(self.data, range(9)))

    def test_rows_that_are_set_aside_are_not_fetched_again(self):
        self.tell()
        self.make("CREATE TABLE t (id TEXT CHECK (id <> '1.1.0'), version INTEGER)")
        file = self.noted("on_row_error: dead_letter")
        self.assert_exit(self.run_noted(file), LACKS)
        self.assertEqual(self.count(), 17)
        self.assert_exit(self.run_noted(file), OK)
        self.assertEqual(self.count(), 17)


@on_both
class Missing(NotesCase):
    """A part of the source is not to be had."""

    def leave_gaps(self, waits):
        """A pass in which all is well, then one that lacks units 1 and 7."""
        file = self.noted(f"waits: {waits}")
        self.tell()
        self.assert_exit(self.run_noted(file), OK)
        self.tell({0: 2, 1: -1, 2: 2, 7: -1})
        self.assert_exit(self.run_noted(file), LACKS)
        return file, rows_of([1] * 9, range(9))

    def test_left_out_and_filled(self):
        file, expected = self.leave_gaps("false")
        expected += rows_of(self.data, [0, 2])
        self.assert_rows(expected)
        self.assertEqual(self.count_notes(), (9, 7))
        # One has changed meanwhile, one has not.
        self.tell({1: 2, 7: 1})
        self.assert_exit(self.run_noted(file), OK)
        self.assert_rows(expected + rows_of(self.data, [1]))
        self.assertEqual(self.count_notes(), (9, 0))
        self.assert_settled()

    def test_given_up(self):
        for waits, late in ("false", []), ("true", [2]):
            with self.subTest(waits=waits):
                self.database.empty()
                self.data = [1] * 9
                file, expected = self.leave_gaps(waits)
                expected += rows_of(self.data, [u for u in (0, 2) if u not in late])
                self.assert_exit(self.run_noted(file), LACKS)
                self.assert_rows(expected)
                self.assertEqual(self.count_notes(), (9, 0))
                # What was not read is known as it was before.
                self.tell({1: 1, 7: 3})
                self.assert_exit(self.run_noted(file), OK)
                self.assert_rows(expected + rows_of(self.data, [*late, 7]))

    def test_begun_anew(self):
        file = self.noted(MERGE)
        self.tell()
        self.assert_exit(self.run_noted(file), OK)
        self.tell({0: 2, 1: -1})
        self.assert_exit(self.run_noted(file), LACKS)
        # Back to what was noted before: yet the table has the other one.
        self.tell({0: 1, 1: 1})
        self.assert_exit(self.run_noted(file, "--restart"), OK)
        self.assert_rows(rows_of(self.data, range(9)))


@on(Sqlite)
class Check(NotesCase):
    def test_a_loader_that_keeps_none_is_told_apart(self):
        file = self.noted()
        self.tell()
        self.assert_exit(self.run_noted(file, command="check"), OK)
        file = file.replace(self.database.load, 'type: ndjson, path: "${WORK}/out"')
        result = self.run_noted(file, command="check")
        self.assert_exit(result, USAGE)
        self.assertIn("the loader keeps no notes", result.err)


@on(Postgres)
class Rights(NotesCase):
    def test_notes_that_cannot_be_kept_are_refused(self):
        self.tell()
        self.assert_exit(self.run_noted(self.noted()), OK)
        guest = f"guest_of_{self.database.name}"
        self.make(f"CREATE ROLE {guest} LOGIN; GRANT USAGE ON SCHEMA weir TO {guest};"
                  f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weir TO {guest};"
                  f"GRANT ALL ON t TO {guest}; REVOKE ALL ON weir.note FROM {guest}")
        self.addCleanup(self.make, f"DROP OWNED BY {guest}; DROP ROLE {guest}")
        env = {"PG": self.database.server.conninfo(self.database.name, guest)}
        result = self.run_noted(self.noted(), env=env)
        self.assert_exit(result, harness.DESTINATION)
        self.assertIn("E-DB-RIGHTS", result.err)
        self.assertIn("weir.note", result.err)
        self.assertEqual(self.count(), 9 * ROWS)
        self.tell({unit: 0 for unit in range(9)})
        self.assert_exit(self.run_noted(self.noted(), env=env), OK)


@on_both
class Killed(NotesCase):
    """P01 with notes: rows of every version that the source ever had are appended once, however often
    the runs of it were killed."""

    def test_each_version_once(self):
        file = self.write("notes.yaml", self.noted(
            extract="wait: 2ms", load="batching: { rows: 3, period: 5ms }"))
        self.tell()
        begun = time.monotonic()
        self.assert_exit(self.run_noted(file), OK)
        self.duration = time.monotonic() - begun
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                dice = random.Random(f"notes {seed}")
                self.database.empty()
                self.data = [1] * 9
                changed, expected = {unit: 1 for unit in range(9)}, []
                for version in range(2, 6):
                    self.tell(changed)
                    expected += rows_of(self.data, changed)
                    self.kill_until_done(file, dice, self.duration, "--plugins", PLUGINS,
                                         "--run-id", f"{seed} {version}", kills=3)
                    self.assert_rows(expected)
                    self.assertEqual(self.count_notes(), (9, 0))
                    changed = {unit: version for unit in range(9) if dice.random() < 0.4}


if __name__ == "__main__":
    unittest.main()
