"""Bad rows are set aside and cost no good one; once the file is mended they go where they belong."""

import json
import signal
import unittest

import harness
from harness import DATA, OK, REJECTS, SOURCE, WEIR
from state_case import StateCase, data, on_both, resource

setUpModule = harness.start_server

ASIDE = "on_row_error: dead_letter"
PLUGINS = WEIR.parent / "tests" / "plugins.d"
TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, v INTEGER, CHECK (v IS NULL OR v <> 13))"


def rows(last, **bad):
    """Rows 1 to last; n4="x" gives row 4 the value "x"."""
    return [{"id": n, "v": bad.get(f"n{n}", n * 100)} for n in range(1, last + 1)]


class DeadLetterCase(StateCase):
    def setUp(self):
        super().setUp()
        self.make_table()

    def make_table(self):
        self.make(TABLE + self.database.strict)

    def file(self, *options, limits="", transform="", load="", size=10, **query):
        more = f"dead_letter: {{ {limits} }}" if limits else ""
        return self.pipeline([data("t", ASIDE, *options, size=size, **query)], more=more,
                             transform=transform, load=load)

    def load(self, file, code=REJECTS, *args, **options):
        result = self.run_weir(file, *args, **options)
        self.assert_exit(result, code)
        return result

    def letters(self, columns="raw"):
        return self.rows(f"SELECT {columns} FROM _weir_dead_letter ORDER BY id")

    def ids_aside(self):
        return [json.loads(raw)["id"] for raw in self.letters()]


@on_both
class SetAside(DeadLetterCase):
    def test_a_row_of_the_wrong_type_costs_no_other(self):
        harness.server().put("t", rows(50, n4="x", n17=[1], n18=1.5, n50="9 m"))
        result = self.load(self.file())
        self.assertEqual(self.rows(), [n for n in range(1, 50) if n not in (4, 17, 18)])
        self.assertEqual(sorted(self.ids_aside()), [4, 17, 18, 50])
        self.assertEqual(set(self.letters("resource || ' ' || column_name || ' ' || code")),
                         {"t v E-TYPE"})
        self.assertIn("4 rows", result.err)
        self.assert_settled()

    def test_what_is_no_object(self):
        """B14: a scalar, a null or an array among the rows costs no other row."""
        some = rows(40)
        some[4], some[11], some[30], some[39] = 5, None, [{"id": 31}], "x"
        good = [row["id"] for row in some if isinstance(row, dict)]
        harness.server().put("t", some)
        self.load(self.file())
        self.assertEqual(self.rows(), good)
        self.assertCountEqual(map(json.loads, self.letters()), [5, None, [{"id": 31}], "x"])
        self.assertEqual(set(self.letters("code")), {"E-ROW-SHAPE"})
        self.assertEqual(sorted(self.letters('"row"')), [1, 2, 5, 10])
        self.assertIn("row 5 of 'data' is a number, not an object", self.letters("reason"))
        self.assert_settled()
        # They are no rows when they are put back, either.
        result = self.load(self.file(), REJECTS, command="replay")
        self.assertEqual(result.err.count("it is no object, and so no row"), 4)
        self.assertEqual(self.rows(), good)

    def test_what_is_no_object_while_rows_are_streamed(self):
        for stream in ("stream: true", "stream: false"):
            with self.subTest(stream=stream):
                self.load(self.pipeline([
                    resource("s", "/body?kind=null_row", ASIDE, stream, "table: s"),
                    resource("a", "/body?kind=arr_row", ASIDE, stream, "table: a")],
                    name=stream[8:]))
        self.assertEqual(sorted(self.letters("resource || ' ' || raw || ' ' || \"row\"")),
                         2 * ['a [2,"row 2"] 2'] + 2 * ["s null 2"])
        self.assertEqual((self.count("s"), self.count("a")), (4, 4))

    def test_what_no_text_may_hold(self):
        """A NUL, be it deep inside, and a key twice."""
        some = [row | {"t": "x"} for row in rows(20)]
        some[3]["t"], some[8]["t"], some[19]["t"] = "a\0b", {"k": ["\0"]}, {"\0": 1}
        harness.server().put("t", some)
        self.load(self.file())
        self.assertEqual(self.rows(), [n for n in range(1, 20) if n not in (4, 9)])
        self.assertEqual(sorted(self.ids_aside()), [4, 9, 20])
        self.assertEqual(set(self.letters("code")), {"E-TEXT-NUL"})
        self.assert_settled()
        # Mended where they lie, they go where they belong.
        self.database.make("UPDATE _weir_dead_letter SET raw = replace(raw, '\\u0000', '') "
                           "WHERE raw NOT LIKE '%{\"k\"%'")
        self.load(self.file(), REJECTS, command="replay")
        self.assertEqual(self.rows(), [n for n in range(1, 21) if n != 9])
        self.assertEqual(self.ids_aside(), [9])

    def test_what_is_no_object_is_in_nobodys_way(self):
        """Neither for the mark nor for a key set, a condition, a transform or an opened chain."""
        some = [{"id": n, "v": n, "updated_at": n} for n in range(1, 21)]
        some[2], some[9], some[19] = 7, None, [1]
        harness.server().put("t", some)
        child = '{ name: c, path: "/items/{resources.t.id}", table: c }'
        file = self.pipeline(
            [data("t", ASIDE, "where: id > 4", "incremental: { cursor_path: updated_at, "
                  "cursor_type: integer }", size=10).replace(
                      "type: page_number, total_path: total_pages",
                      'type: page_number, total_path: total_pages, stop_when: "id IS NULL"'),
             child], extract='base_url: "${SERVER}"',
            transform="{ type: set, resources: [t], columns: { v: id * 2 } }")
        self.load(file)
        good = [n for n in range(5, 20) if n != 10]
        self.assertEqual(self.rows(), good)
        self.assertEqual(self.count("c"), len(good))
        self.assertEqual(len(self.letters()), 3)

    def test_what_a_condition_cannot_be_computed_for(self):
        harness.server().put("t", [{"id": n, "text": "{" if n % 10 == 3 else '{"v": %d}' % (n % 2)}
                                   for n in range(1, 41)])
        where = "where: \"text ->> '$.v' = 1\""
        result = self.load(self.file(where))
        self.assertEqual(self.rows(), [n for n in range(1, 41) if n % 2 and n % 10 != 3])
        self.assertEqual(sorted(self.ids_aside()), [3, 13, 23, 33])
        self.assertEqual(set(self.letters("code || ' ' || reason")),
                         {"E-SQL where: malformed JSON"})
        self.assertEqual(set(self.letters('"row"')), {3})
        self.assertEqual(result.report["resources"][0]["rows"]["filtered"], 20)
        self.assert_settled()
        # Put back into a file whose condition can be, they are chosen like any other.
        file = self.file("where: \"text LIKE '{%' AND id > 5\"")
        self.load(file, OK, command="replay")
        self.assertEqual([n for n in self.rows() if n % 10 == 3], [13, 23, 33])
        self.assertEqual(self.letters(), [])
        result = self.run_weir(self.pipeline([data("t", where, "table: other")], name="hard"))
        self.assert_exit(result, DATA)
        self.assertIn("resource 't', where: ", result.err)

    def test_where_nothing_is_set_aside_it_ends_the_run(self):
        harness.server().put("t", [*rows(3), 5])
        result = self.run_weir(self.pipeline([data("t")]))
        self.assert_exit(result, DATA)
        self.assertIn("row 4 of 'data' is a number, not an object", result.err)

    def test_what_the_table_refuses(self):
        harness.server().put("t", [*rows(30, n7=13), {"id": 3, "v": 1}, {"id": None, "v": 1},
                                   {"v": 2}])
        self.load(self.file("primary_key: id", size=8))
        self.assertEqual(self.rows(), [n for n in range(1, 31) if n != 7])
        self.assertEqual(sorted(map(str, (json.loads(raw).get("id") for raw in self.letters()))),
                         ["3", "7", "None", "None"])
        self.assert_settled()

    def test_what_a_transform_cannot_take(self):
        harness.server().put("t", [{"id": n, "text": "{" if n % 10 == 3 else '{"v": 1}'}
                                   for n in range(1, 41)])
        file = self.file(transform="{ type: set, columns: { v: \"json_extract(text, '$.v')\" } }, "
                                   "{ type: drop, columns: [text] }")
        self.load(file)
        self.assertEqual(self.rows(), [n for n in range(1, 41) if n % 10 != 3])
        self.assertEqual([json.loads(raw) for raw in self.letters()],
                         [{"id": n, "text": "{"} for n in (3, 13, 23, 33)])
        self.assert_settled()

    def test_where_rows_cannot_be_told_apart_it_is_said_before(self):
        harness.server().put("t", rows(20))
        for query, warned in (("{ type: sql, query: SELECT * FROM batch WHERE id < 11 }", 1),
                              ("{ type: filter, where: id > 10 }", 0)):
            result = self.load(self.file(transform=query), OK)
            self.assertEqual(result.err.count("warning[E-VALUE]"), warned)

    def test_a_page_of_nothing_but_bad_rows(self):
        harness.server().put("t", rows(30, **{f"n{n}": "x" for n in range(11, 21)}))
        self.load(self.file())
        self.assertEqual((self.count(), len(self.letters())), (20, 10))
        self.assert_settled()

    def test_without_the_word_the_run_fails(self):
        harness.server().put("t", rows(50, n34="x"))
        result = self.load(self.pipeline([data("t", size=10)]), DATA)
        self.assertIn("error[E-TYPE]", result.err)
        self.assertEqual(self.rows(), list(range(1, 31)))

    def test_they_may_have_a_table_of_their_own(self):
        harness.server().put("t", rows(10, n4="x"))
        self.load(self.file(limits="table: refused"))
        self.assertEqual(self.rows("SELECT code FROM refused"), ["E-TYPE"])

    def test_with_merge_and_replace(self):
        for disposition in ("merge", "replace"):
            with self.subTest(disposition=disposition):
                self.database.empty()
                self.make_table()
                harness.server().put("t", rows(30, n4="x", n20="y"))
                self.load(self.file("write_disposition: " + disposition, "primary_key: id"))
                self.assertEqual(self.rows(), [n for n in range(1, 31) if n not in (4, 20)])
                self.assertEqual(self.ids_aside(), [4, 20])
                self.assert_settled()

    def test_a_run_that_goes_on_sets_nothing_aside_twice(self):
        harness.server().put("t", rows(60, n4="x", n34="y", n55="z"))
        file = self.file(fail_page=5, fail=99, **{"as": 503})
        self.load(file, SOURCE)
        self.assertEqual(self.ids_aside(), [4, 34])
        harness.server().heal()
        self.load(file)
        self.assertEqual(self.ids_aside(), [4, 34, 55])
        self.assertEqual(self.count(), 57)
        self.assert_settled()

    def test_a_killed_run_has_the_letters_of_its_rows_and_no_others(self):
        harness.server().put("t", rows(200, **{f"n{n}": "x" for n in range(5, 201, 10)}))
        file = self.file(fail_page=15, fail=1, **{"as": "held"}, load="batching: { rows: 1 }")
        run = self.start_weir(file)
        run.when(lambda: self.count() >= 45)
        run.kill()
        harness.server().heal()
        with self.database.left_by_a_crash() as left:
            loaded, aside = (left.query(f"SELECT count(*) FROM {table}")[0][0]
                             for table in ("t", "_weir_dead_letter"))
        self.assertEqual((loaded % 9, loaded // 9), (0, aside))
        self.load(file)
        self.assertEqual((self.count(), len(self.letters())), (180, 20))
        self.assert_settled()


@on_both
class Limits(DeadLetterCase):
    def test_too_many_fail_the_run(self):
        harness.server().put("t", rows(100, **{f"n{n}": "x" for n in range(5, 101, 10)}))
        pace = {"load": "batching: { rows: 10 }", "delay": 0.05}
        result = self.load(self.file(limits="max_rows: 3", **pace), DATA)
        self.assertIn("max_rows", result.err)
        loaded = self.count()
        self.assertEqual(loaded % 9, 0)
        self.assertLess(loaded, 90)
        self.load(self.file(limits="max_rows: 30", **pace))
        self.assertEqual((self.count(), len(self.letters())), (90, 10))
        self.assert_settled()

    def test_just_so_many_do_not(self):
        harness.server().put("t", rows(100, n4="x", n5="x", n99="x"))
        self.load(self.file(limits="max_rows: 3"))
        self.assertEqual(self.count(), 97)

    def test_too_great_a_share_fails_the_run(self):
        harness.server().put("t", rows(100, n4="x", n5="x", n99="x"))
        result = self.load(self.file(limits="max_ratio: 2%"), DATA)
        self.assertIn("max_ratio", result.err)
        self.assertEqual((self.count(), len(self.letters())), (97, 3))
        self.load(self.file(limits="max_ratio: 0.5"), OK)
        self.assertEqual((self.count(), len(self.letters())), (97, 3))
        self.assert_settled()

    def test_running_again_does_not_get_around_it(self):
        harness.server().put("t", rows(100, n4="x", n5="x", n99="x"))
        for limits in ("max_ratio: 2%", "max_ratio: 2%", "max_rows: 2"):
            self.assertIn("E-DEAD-LETTERS", self.load(self.file(limits=limits), DATA).err)
        self.load(self.file(limits="max_ratio: 3%"), OK)
        self.assertEqual((self.count(), len(self.letters())), (97, 3))

    def test_so_great_a_share_does_not(self):
        harness.server().put("t", rows(100, n4="x", n5="x", n99="x"))
        self.load(self.file(limits="max_ratio: 3%"))
        self.assertEqual((self.count(), len(self.letters())), (97, 3))
        self.assert_settled()


@on_both
class Replay(DeadLetterCase):
    MENDED = "{ type: set, columns: { v: \"CAST(replace(v, ' m', '') AS INTEGER)\" } }"

    def replay(self, file, code=OK, *args):
        return self.load(file, code, *args, command="replay")

    def aside(self, disposition="append"):
        harness.server().put("t", rows(30, n4="400 m", n20="2000 m", n21=None))
        options = ("write_disposition: " + disposition, "primary_key: id")
        self.load(self.file(*options))
        self.assertEqual(self.ids_aside(), [4, 20])
        return options

    def test_a_mended_file_takes_them_in(self):
        options = self.aside()
        hits = harness.server().stats()["requests_total"]
        self.replay(self.file(*options, transform=self.MENDED))
        self.assertEqual(self.rows("SELECT id, v FROM t WHERE id IN (4, 20)"), [(4, 400), (20, 2000)])
        self.assertEqual((self.count(), self.letters()), (30, []))
        self.assertEqual(harness.server().stats()["requests_total"], hits)
        self.assert_settled()

    def test_again_there_is_nothing_to_do(self):
        options = self.aside()
        mended = self.file(*options, transform=self.MENDED)
        self.replay(mended)
        self.replay(mended)
        self.assertEqual((self.count(), self.letters()), (30, []))

    def test_what_is_still_bad_stays_once(self):
        options = self.aside()
        self.replay(self.file(*options), REJECTS)
        self.assertEqual((self.count(), self.ids_aside()), (28, [4, 20]))
        self.assert_settled()

    def test_some_go_and_some_stay(self):
        options = self.aside()
        partly = "{ type: set, columns: { v: \"iif(id = 4, 4, v)\" } }"
        self.replay(self.file(*options, transform=partly), REJECTS)
        self.assertEqual((self.count(), self.ids_aside()), (29, [20]))

    def test_with_merge_a_newer_row_is_not_overwritten(self):
        options = ("write_disposition: merge", "primary_key: id", "order_by: version")
        harness.server().put("t", [{"id": n, "v": f"{n} m", "version": 1} for n in (1, 2)])
        self.load(self.file(*options))
        harness.server().put("t", [{"id": 1, "v": 7, "version": 2}])
        self.load(self.file(*options), OK)
        self.replay(self.file(*options, transform=self.MENDED))
        self.assertEqual(self.rows("SELECT id, v, version FROM t ORDER BY id"),
                         [(1, 7, 2), (2, 2, 1)])
        self.assertEqual(self.letters(), [])

    def test_killed_it_loses_none_and_doubles_none(self):
        harness.server().put("t", [{"id": n, "v": f"{n * 100} m"} for n in range(1, 3001)])
        self.load(self.file(size=1000))
        self.assertEqual((self.count(), len(self.letters())), (0, 3000))
        mended = self.file(size=1000, transform=self.MENDED)
        for moment in (0, 0.01, 0.03, 0.06):
            run = self.start_weir(mended, command="replay")
            if moment:
                harness.wait_until(lambda: self.count() or not run.alive(), what="a row")
            run.signal(signal.SIGKILL)
            self.assertIn(run.wait().code, (OK, 137))
            with self.database.left_by_a_crash() as left:
                self.assertEqual(left.query(
                    "SELECT (SELECT count(*) FROM t) + (SELECT count(*) FROM _weir_dead_letter)"
                ), [(3000,)])
        self.replay(mended)
        self.assertEqual((self.rows(), self.letters()), (list(range(1, 3001)), []))
        self.assert_settled()


if __name__ == "__main__":
    unittest.main()
