"""What becomes of the rows that are there already: append, merge, replace."""

import random
import unittest

import harness
from harness import BAD_FILE, DATA, OK, SOURCE
from databases import Sqlite
from state_case import Readers, StateCase, data, on, on_both, pages

setUpModule = harness.start_server


def person(n, version=1, **more):
    return {"id": n, "name": f"row {n}", "version": version, **more}


@on_both
class Append(StateCase):
    def test_each_run_adds_its_rows(self):
        file = self.pipeline([pages(total=300)])
        for run in (1, 2):
            self.assert_exit(self.run_weir(file), OK)
            self.assertEqual(self.count(), 300 * run)
        self.assert_settled()

    def test_rows_that_the_source_gives_twice_are_there_twice(self):
        self.assert_exit(self.run_weir(self.pipeline([pages(dup=5)])), OK)
        self.assertEqual(self.digest(), harness.server().expected(dup=5))
        self.assertEqual(self.count(), 1045)
        self.assert_settled()


@on_both
class Merge(StateCase):
    def merging(self, *options, name="t", size=10):
        return self.pipeline([data(name, "write_disposition: merge", "primary_key: id", *options,
                                   size=size)])

    def load(self, rows, *options, code=OK, **more):
        harness.server().put("t", rows)
        result = self.run_weir(self.merging(*options, **more))
        self.assert_exit(result, code)
        if code == OK:
            self.assert_settled()
        return result

    def table(self, columns="id, name, version"):
        return self.rows(f"SELECT {columns} FROM t ORDER BY id")

    def test_rows_that_the_source_gives_twice_are_there_once(self):
        options = ("write_disposition: merge", "primary_key: id")
        self.assert_exit(self.run_weir(self.pipeline([pages("t", *options, dup=5)])), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_a_second_run_changes_nothing(self):
        rows = [person(n) for n in range(1, 101)]
        self.load(rows)
        columns = f"{self.database.row_id}, id, name, version"
        before = self.table(columns)
        self.load(rows)
        self.assertEqual(self.table(columns), before)

    def test_rows_are_brought_up_to_date_and_new_ones_added(self):
        self.load([person(n) for n in range(1, 51)])
        self.load([person(n, 2, name="new") for n in range(31, 71)])
        self.assertEqual(self.table(), [
            (n, f"row {n}", 1) if n < 31 else (n, "new", 2) for n in range(1, 71)])

    def test_the_newest_version_wins_in_any_order(self):
        rows = [person(n, version, name=f"{n} v{version}")
                for n in range(1, 41) for version in (9, 10, 2)]
        for seed in range(6):
            with self.subTest(seed=seed):
                self.database.empty()
                random.Random(seed).shuffle(rows)
                self.load(rows, "order_by: version")
                self.assertEqual(self.table(), [(n, f"{n} v10", 10) for n in range(1, 41)])

    def test_an_older_version_that_comes_in_a_later_run_changes_nothing(self):
        self.load([person(1, 5, name="new"), person(2, 1)], "order_by: version")
        self.load([person(1, 4, name="old"), person(2, 2, name="newer")], "order_by: version")
        self.assertEqual(self.table(), [(1, "new", 5), (2, "newer", 2)])

    def test_without_an_order_the_last_wins(self):
        self.load([person(1, 2, name="a"), person(1, 1, name="b")])
        self.assertEqual(self.table(), [(1, "b", 1)])

    def test_so_it_is_with_rows_of_any_length(self):
        """The server fills its pages in another order then."""
        dice = random.Random(1)
        rows = [person(dice.randrange(3000), n, name="x" * dice.choice((5, 50, 300, 900, 1500, 1900)))
                for n in range(6000)]
        self.load(rows, size=1000)
        self.assertEqual(dict(self.table("id, version")), {row["id"]: row["version"] for row in rows})

    def test_a_null_key_is_a_mistake_of_the_row(self):
        result = self.load([person(1), person(None), person(2)], code=DATA)
        self.assertIn("id", result.err)
        self.assertEqual(self.count() if self.has_table("t") else 0, 0)

    def test_keys_of_several_columns(self):
        rows = [{"region": region, "day": day, "n": 1} for region in ("eu", "us") for day in (1, 2)]
        harness.server().put("t", rows)
        file = self.pipeline([data("t", "write_disposition: merge", "primary_key: [region, day]")])
        self.assert_exit(self.run_weir(file), OK)
        harness.server().put("t", [dict(rows[1], n=7)])
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows("SELECT region, day, n FROM t ORDER BY 1, 2"),
                         [("eu", 1, 1), ("eu", 2, 7), ("us", 1, 1), ("us", 2, 1)])

    def test_it_needs_a_key(self):
        result = self.run_weir(self.pipeline([pages("t", "write_disposition: merge")]))
        self.assert_exit(result, BAD_FILE)
        self.assertIn("primary_key", result.err)


class ReplaceCase(StateCase):
    def replacing(self, *options, load="batching: { rows: 100 }"):
        return self.pipeline([data("t", "write_disposition: replace", *options)], load=load)

    def load(self, count, *options, code=OK, first=1):
        harness.server().put("t", [person(n) for n in range(first, first + count)])
        result = self.run_weir(self.replacing(*options))
        self.assert_exit(result, code)
        self.assert_settled()
        return result


@on_both
class Replace(ReplaceCase):
    def test_old_rows_go_and_new_ones_come(self):
        self.load(1000)
        self.load(900, first=500)
        self.assertEqual(self.rows(), list(range(500, 1400)))

    def test_no_rows_or_few_are_refused_unless_they_are_allowed(self):
        self.load(1000)
        result = self.load(0, code=DATA)
        self.assertIn("error[E-REPLACE-EMPTY]", result.err)
        self.assertIn("allow_empty", result.err)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        result = self.load(400, code=DATA)
        self.assertIn("error[E-REPLACE-SHRINK]", result.err)
        self.assertIn("min_ratio", result.err)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.load(400, "min_ratio: 0.4")
        self.assertEqual(self.rows(), list(range(1, 401)))
        self.load(0, "allow_empty: true")
        self.assertEqual(self.rows(), [])
        self.load(5)
        self.assertEqual(self.rows(), list(range(1, 6)))

    def test_what_is_refused_is_read_anew_by_the_next_run(self):
        self.load(1000)
        result = self.load(0, code=DATA)
        self.assertIn("; nothing was replaced, and the old rows stay; the next run begins anew",
                      result.err)
        self.assertNotIn("are committed", result.err)
        self.load(1200)
        self.assertEqual(self.count(), 1200)

    def test_half_is_enough(self):
        self.load(1000)
        self.load(500)
        self.assertEqual(self.count(), 500)

    def test_what_refers_to_the_table_goes_on_working(self):
        self.make("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, version INTEGER, "
                  "note TEXT DEFAULT 'none'); CREATE INDEX by_name ON t (name);"
                  "CREATE VIEW v AS SELECT count(*) AS n FROM t WHERE name LIKE 'row%';"
                  "INSERT INTO t (id, name) VALUES (1, 'old')")
        self.load(300)
        self.assertEqual(self.rows("SELECT n FROM v"), [300])
        self.assertEqual(self.rows("SELECT DISTINCT note FROM t"), ["none"])
        self.assertEqual(self.database.indexes("t"), ["by_name"])

    def test_a_run_that_fails_leaves_the_old_rows_and_the_next_finishes_it(self):
        self.load(1000)
        harness.server().put("t", [person(n) for n in range(501, 1501)])
        file = self.pipeline([data("t", "write_disposition: replace", fail_page=4, fail=99,
                                   **{"as": 503})])
        result = self.run_weir(file)
        self.assert_exit(result, SOURCE)
        self.assertIn("; 300 rows wait to replace the old ones; run again to continue", result.err)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(len(asked), 7)
        self.assertEqual(self.rows(), list(range(501, 1501)))
        self.assert_settled()

    def test_tables_change_together(self):
        harness.server().put("a", [person(n) for n in range(10)])
        harness.server().put("b", [person(n) for n in range(10)])
        resources = [data(name, "write_disposition: replace") for name in ("a", "b")]
        self.assert_exit(self.run_weir(self.pipeline(resources)), OK)
        harness.server().put("a", [person(n) for n in range(100, 110)])
        harness.server().put("b", [])
        self.assert_exit(self.run_weir(self.pipeline(resources)), DATA)
        self.assertEqual(self.rows("SELECT id FROM a ORDER BY id"), list(range(10)))
        self.assertEqual(self.count("b"), 10)
        self.assert_settled()

    def test_readers_see_the_old_or_the_new(self):
        self.make("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, version INTEGER);"
                  "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 700) "
                  "INSERT INTO t SELECT i, 'old', 0 FROM n")
        with Readers(self.database) as readers:
            self.load(1000)
        self.assertLessEqual(readers.seen, {700, 1000})
        self.assertIn(700, readers.seen)

    def test_a_reader_keeps_what_it_began_with(self):
        self.database.let_readers_stay()
        self.make("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, version INTEGER);"
                  "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 700) "
                  "INSERT INTO t SELECT i, 'old', 0 FROM n")
        count = "SELECT count(*) FROM t"
        with self.database.snapshot() as query:
            self.assertEqual(query(count), [(700,)])
            self.load(1000)
            self.assertEqual(query(count), [(700,)])
        self.assertEqual(self.count(), 1000)

    def test_a_refused_answer_changes_no_byte_of_the_rows(self):
        self.load(200)
        before = self.rows("SELECT * FROM t")
        harness.server().put("t", {"error": "maintenance"})
        self.assert_exit(self.run_weir(self.replacing()), DATA)
        self.assertEqual(self.rows("SELECT * FROM t"), before)


@on(Sqlite)
class Checked(ReplaceCase):
    """PostgreSQL asks when rows come, and not when they change places: see
    test_postgres_refusals."""

    def test_rows_that_the_table_does_not_allow_do_not_replace_those_that_are_there(self):
        self.make("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, version INTEGER, "
                  "CHECK (id <> 200)); INSERT INTO t (id) VALUES (1)")
        result = self.load(300, code=DATA)
        self.assertIn("error[E-ROW-CONSTRAINT]", result.err)
        self.assertIn("; nothing was replaced, and the old rows stay; the next run begins anew",
                      result.err)
        self.assertEqual(self.rows(), [1])
        self.load(150)
        self.assertEqual(self.rows(), list(range(1, 151)))


@on_both
class Mixed(StateCase):
    def test_one_pipeline_may_have_all_three(self):
        for name in ("a", "b", "c"):
            harness.server().put(name, [person(n) for n in range(1, 251)])
        file = self.pipeline([
            data("a", "write_disposition: append"),
            data("b", "write_disposition: merge", "primary_key: id"),
            data("c", "write_disposition: replace")])
        for run in (1, 2):
            self.assert_exit(self.run_weir(file), OK)
            self.assertEqual([self.count(name) for name in ("a", "b", "c")], [250 * run, 250, 250])
            self.assert_settled()

    def test_rows_that_are_added_stay_where_others_may_not_be_replaced(self):
        file = self.pipeline([data("a"), data("c", "write_disposition: replace")])
        for count, code in ((250, OK), (0, DATA)):
            harness.server().put("a", [person(n) for n in range(1, 36)])
            harness.server().put("c", [person(n) for n in range(count)])
            result = self.run_weir(file)
            self.assert_exit(result, code)
        self.assertIn("; 35 rows are committed; nothing was replaced, and the old rows stay; ",
                      result.err)
        self.assertEqual([self.count(name) for name in ("a", "c")], [70, 250])


if __name__ == "__main__":
    unittest.main()
