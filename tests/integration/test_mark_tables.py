"""A mark says what is in a table already: without that table, nothing may be read behind the mark."""

import unittest

import harness
from databases import Postgres
from harness import DESTINATION, OK, REJECTS, SOURCE
from state_case import data, on, on_both
from test_incremental import SINCE, START, IncrementalCase, at, incremental, rows

setUpModule = harness.start_server


class MarkTablesCase(IncrementalCase):
    def begin(self, *options):
        """A run whose rows are loaded, and newer ones that are not."""
        self.put(rows(1, 55))
        file = self.file(*options)
        self.load(file)
        self.put(rows(1, 60))
        return file

    def assert_refused(self, file, *texts):
        """However often it is tried, and before anything is asked for."""
        for _ in range(2):
            result, asked = self.run_asking(file, prefix="/data")
            self.assert_exit(result, DESTINATION)
            for text in ("error[E-STATE-TABLE]", "reset --resource t", *texts):
                self.assertIn(text, result.err)
            self.assertEqual(asked, {})

    def assert_read_anew(self, file, table="t"):
        result = self.run_weir(file, "reset", "--yes", "--resource", "t", command="state")
        self.assert_exit(result, OK)
        self.assertEqual(self.sinces(self.load(file)), {START})
        self.assertEqual(self.rows(f"SELECT id FROM {table} ORDER BY id"), list(range(1, 61)))


@on_both
class MarkTables(MarkTablesCase):
    def test_one_that_is_gone_is_not_made_for_what_is_new_alone(self):
        file = self.begin()
        self.make("DROP TABLE t")
        self.assert_refused(file, "t' is gone")
        self.assertFalse(self.has_table("t"))
        self.assert_read_anew(file)

    def test_one_that_is_put_back_is_as_good(self):
        file = self.begin()
        self.make("ALTER TABLE t RENAME TO away")
        self.assert_refused(file, "t' is gone")
        self.make("ALTER TABLE away RENAME TO t")
        self.assertEqual(self.sinces(self.load(file)), {at(55)})
        self.assert_ids(range(1, 61))

    def test_another_one_does_not_have_the_rows(self):
        self.begin()
        for there in (False, True):
            with self.subTest(there=there):
                if there:
                    self.load(self.file("table: other").replace("name: state", "name: second"))
                    self.make("DELETE FROM other")
                self.assert_refused(self.file("table: other"), "other'", "t'")
        self.assert_ids(range(1, 56))
        self.assert_read_anew(self.file("table: other"), "other")
        # From then on the marks are of that one.
        self.assert_refused(self.file(), "other'", "t'")

    def test_merging_makes_no_difference(self):
        file = self.begin("write_disposition: merge", "primary_key: id")
        self.make("DROP TABLE t")
        self.assert_refused(file, "t' is gone")

    def test_nor_does_a_pass_that_has_loaded_nothing_yet(self):
        self.begin()
        failing = self.file(fail_page=1, fail=99, **{"as": 503})
        self.assert_exit(self.run_weir(failing), SOURCE)
        self.make("DROP TABLE t")
        self.assert_refused(failing, "t' is gone")

    def test_beginning_anew_does_not_read_it_anew(self):
        self.begin()
        failing = self.file(fail_page=2, fail=99, size=2, **{"as": 503})
        self.assert_exit(self.run_weir(failing), SOURCE)
        self.make("DROP TABLE t")
        for _ in range(2):
            result = self.run_weir(failing, "--restart", "--keep-partial")
            self.assert_exit(result, DESTINATION)
            self.assertIn("error[E-STATE-TABLE]", result.err)

    def test_without_a_row_there_is_no_table_to_miss(self):
        self.put([])
        self.load(self.file())
        self.assertFalse(self.has_table("t"))
        self.put(rows(1, 20))
        self.load(self.file("table: other"))
        self.assertEqual(self.count("other"), 20)

    def test_nor_where_all_were_set_aside(self):
        def file(table, transform=""):
            return self.pipeline([data("t", incremental(), "on_row_error: dead_letter",
                                       f"table: {table}", size=50, since=SINCE)], transform=transform)
        self.put(rows(1, 19))
        failing = """{ type: set, columns: { a: "json('{')" } }"""
        self.assert_exit(self.run_weir(file("t", failing)), REJECTS)
        self.assertEqual(self.count_state("mark"), 1)
        self.assertFalse(self.has_table("t"))
        self.put(rows(1, 30))
        self.assertEqual(self.sinces(self.load(file("other"))), {at(19)})
        self.assertEqual(self.rows("SELECT id FROM other ORDER BY id"), list(range(20, 31)))

    def test_who_reads_everything_needs_no_mark(self):
        self.begin()
        self.make("DROP TABLE t")
        self.load(self.pipeline([data("t", "write_disposition: replace", size=50)]))
        self.assert_ids(range(1, 61))

    def test_marks_of_others_are_others(self):
        """Of another resource, and of another pipeline whose names run together the same way."""
        def file(name, resource, table):
            return self.pipeline([data(resource, incremental(), f"table: {table}", of="t", size=50,
                                       since=SINCE)], name=name)
        self.put(rows(1, 20))
        self.load(file("a", "bc", "one"))
        self.load(file("ab", "c", "two"))
        self.load(file("a", "bc", "one"))
        self.assertEqual((self.count("one"), self.count("two")), (20, 20))


@on(Postgres)
class MarkSchemas(MarkTablesCase):
    def test_a_table_is_of_its_schema(self):
        file = self.begin()
        other = file.replace("schema: public", "schema: other")
        self.assertNotEqual(file, other)
        self.assert_refused(other, "'public.t'", "'other.t'")
        self.make("CREATE SCHEMA other; CREATE TABLE other.t (LIKE public.t)")
        self.assert_refused(other, "'public.t'", "'other.t'")
        self.load(file)
        self.assert_ids(range(1, 61))
        self.assert_read_anew(other, "other.t")


if __name__ == "__main__":
    unittest.main()
