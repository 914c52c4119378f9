"""S12, S13: names of columns that would be SQL if they were not quoted, that look alike, or that the
database would cut. Each is made as it is written, or refused by name."""

import sys
import unittest

import harness
from harness import DATA, OK
from postgres_case import PostgresCase
from state_case import resource

sys.path.insert(0, str(harness.ROOT / "tests" / "servers"))
from misbehave import names as hostile      # noqa: E402

setUpModule = harness.start_server

MADE = ("quote", "inject", "fmt", "ctrl", "keyword", "norm", "under", "dots", "casefold")
REFUSED = ("collide63", "split63", "empty", "nul", "long", "system")


class Names(PostgresCase):
    def load(self, kind, *options):
        return self.run_weir(self.pipeline([resource("t", f"/keys?kind={kind}", *options)]))

    def columns(self):
        return self.rows("SELECT attname::text FROM pg_attribute WHERE attrelid = 'public.t'::regclass "
                         "AND attnum > 0 AND NOT attisdropped ORDER BY attnum")

    def test_made_as_they_are_written(self):
        for kind in MADE:
            with self.subTest(kind=kind):
                self.database.empty()
                self.assert_exit(self.load(kind), OK)
                names = hostile.LISTS[kind]
                self.assertEqual(sorted(self.columns()), sorted(["id", *names]))
                self.assertEqual(self.rows("SELECT * FROM t"), [(1, *range(1, len(names) + 1))])
                self.assert_settled()

    def test_with_merge_too(self):
        for kind in ("quote", "inject", "ctrl"):
            with self.subTest(kind=kind):
                self.database.empty()
                options = ("write_disposition: merge", "primary_key: id")
                for _ in range(2):
                    self.assert_exit(self.load(kind, *options), OK)
                self.assertEqual(self.count(), 1)
                self.assertEqual(len(self.columns()), 1 + len(hostile.LISTS[kind]))

    def test_refused_by_name_and_never_cut(self):
        for kind in REFUSED:
            with self.subTest(kind=kind):
                self.database.empty()
                result = self.load(kind)
                self.assert_exit(result, DATA)
                self.assertRegex(result.err, r"error\[E-(COLUMN|JSON|TEXT|LIMIT)[A-Z-]*\]")
                self.assertEqual(self.count() if self.has_table("t") else 0, 0)

    def test_the_name_of_a_table(self):
        for name in ('a"b', "x; DROP TABLE u", "SELECT", "Ünïcode", "a;b", "%s", "$1"):
            with self.subTest(name=name):
                self.database.empty()
                quoted = "'" + name + "'"
                file = self.pipeline([resource(
                    "t", "/items/1", f"table: {quoted}", "write_disposition: replace")])
                self.assert_exit(self.run_weir(file), OK)
                self.assert_exit(self.run_weir(file), OK)
                self.assertEqual(self.rows("SELECT relname::text FROM pg_class WHERE relkind = 'r' AND "
                                           "relnamespace = 'public'::regnamespace"), [name])
                self.assert_settled()

    def test_as_many_columns_as_a_table_can_have(self):
        """A row of so many numbers would not fit into a page, so there are fewer that can be
        loaded than can be."""
        for count, code in ((1000, OK), (1601, DATA)):
            with self.subTest(count=count):
                self.database.empty()
                result = self.run_weir(self.pipeline([resource("t", f"/keys?kind=wide&n={count}")]))
                self.assert_exit(result, code)
                if code == OK:
                    self.assertEqual(len(self.columns()), count)
                else:
                    self.assertIn("E-LIMIT-COLUMNS", result.err)
                    self.assertFalse(self.has_table("t"))


if __name__ == "__main__":
    unittest.main()
