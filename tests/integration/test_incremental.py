"""Incremental reading: only what is new, every row of it once, whatever shares a time with the mark."""

import random
import unittest
from urllib.parse import parse_qs, urlsplit

import harness
from harness import BAD_FILE, DATA, OK, REJECTS, SOURCE
from state_case import StateCase, data, on_both

setUpModule = harness.start_server

START = "2024-01-01T00:00:00Z"
SINCE = "{incremental.start_value}"
UNTIL = "{incremental.end_value}"
SHARING = 10        # rows have one time


def at(n):
    """The time of row n, in the range of an hour."""
    second = n // SHARING
    return f"2024-01-01T00:{second // 60:02}:{second % 60:02}Z"


def row(n, **more):
    return {"id": n, "name": f"row {n}", "updated_at": at(n), **more}


def rows(first, last):
    return [row(n) for n in range(first, last + 1)]


def incremental(**more):
    words = {"cursor_path": "updated_at", "cursor_type": "datetime", "initial_value": START} | more
    return "incremental: { " + ", ".join(
        f'{key}: "{value}"' for key, value in words.items() if value is not None) + " }"


class IncrementalCase(StateCase):
    def file(self, *options, since=SINCE, size=50, incremental_=None, load="", **query):
        return self.pipeline([data("t", incremental_ or incremental(), *options, size=size,
                                   since=since, **query)], load=load)

    def put(self, rows):
        harness.server().put("t", rows)

    def load(self, file, code=OK, settled=True):
        result, asked = self.run_asking(file)
        self.assert_exit(result, code)
        if code == OK and settled:
            self.assert_settled()
        return asked

    def sinces(self, asked):
        return {parse_qs(urlsplit(url).query, keep_blank_values=True).get("since", [""])[0]
                for url in asked}

    def assert_ids(self, wanted):
        self.assertEqual(self.rows(), sorted(wanted))


@on_both
class Marks(IncrementalCase):
    def test_the_next_run_asks_from_the_mark_and_ties_are_neither_lost_nor_doubled(self):
        file = self.file()
        self.put(rows(1, 255))
        self.assertEqual(self.sinces(self.load(file)), {START})
        self.assert_ids(range(1, 256))

        self.put(rows(1, 257))
        asked = self.load(file)
        self.assertEqual(self.sinces(asked), {at(255)})
        self.assert_ids(range(1, 258))

        self.put(rows(1, 400))
        self.assertEqual(self.sinces(self.load(file)), {at(257)})
        self.assert_ids(range(1, 401))

        self.assertEqual(self.sinces(self.load(file)), {at(400)})
        self.assert_ids(range(1, 401))

    def test_in_any_order(self):
        file = self.file(order="desc")
        for last in (95, 96, 200, 333):
            everything = rows(1, last)
            random.Random(last).shuffle(everything)
            self.put(everything)
            self.load(file)
            self.assert_ids(range(1, last + 1))

    def test_two_equal_rows_of_one_answer_are_both_loaded(self):
        file = self.file()
        self.put([row(1), row(1), row(2)])
        self.load(file)
        self.assertEqual(self.rows(), [1, 1, 2])
        self.load(file)
        self.assertEqual(self.rows(), [1, 1, 2])

    def test_a_server_that_filters_nothing_is_no_hindrance(self):
        file = self.pipeline([data("t", incremental(), size=50)])
        for last in (120, 125, 290):
            self.put(rows(1, last))
            self.load(file)
            self.assert_ids(range(1, last + 1))

    def test_a_run_that_fails_keeps_the_old_mark_and_what_is_done(self):
        file = self.file()
        self.put(rows(1, 105))
        self.load(file)
        self.put(rows(1, 405))
        failing = self.file(fail_page=4, fail=99, **{"as": 503})
        self.assert_exit(self.run_weir(failing), SOURCE)
        harness.server().heal()
        asked = self.load(failing)
        self.assertEqual(self.sinces(asked), {at(105)})
        self.assertFalse(any("page=1&" in url + "&" or "page=2&" in url + "&" for url in asked))
        self.assert_ids(range(1, 406))
        self.put(rows(1, 500))
        self.assertEqual(self.sinces(self.load(failing)), {at(405)})
        self.assert_ids(range(1, 501))

    def test_a_killed_run_keeps_the_old_mark(self):
        self.put(rows(1, 105))
        file = self.file(fail_page=6, fail=1, **{"as": "held"}, load="batching: { rows: 50 }")
        self.load(file)
        self.put(rows(1, 605))
        run = self.start_weir(file)
        run.when(lambda: self.count() >= 205)
        run.kill()
        harness.server().heal()
        self.assertEqual(self.sinces(self.load(file)), {at(105)})
        self.assert_ids(range(1, 606))

    def test_without_an_initial_value_the_first_run_reads_everything(self):
        file = self.pipeline([data("t", incremental(initial_value=None), size=50)])
        self.put(rows(1, 75))
        self.load(file)
        self.put(rows(1, 99))
        self.load(file)
        self.assert_ids(range(1, 100))

    def test_nothing_new_moves_nothing(self):
        file = self.file()
        self.put(rows(1, 20))
        self.load(file)
        self.put([])
        self.load(file)
        self.put(rows(1, 30))
        self.assertEqual(self.sinces(self.load(file)), {at(20)})
        self.assert_ids(range(1, 31))


@on_both
class OtherCursors(IncrementalCase):
    def test_a_mark_is_not_taken_for_that_of_another_column(self):
        self.put([{"id": 1, "updated_at": "2024-05-01T00:00:00Z",
                   "created_at": "2024-01-01T00:00:00Z"}])
        file = self.file()
        self.load(file)
        self.assertIn('cursor_path: "updated_at"', file)
        result = self.run_weir(file.replace('"updated_at"', '"created_at"'))
        self.assert_exit(result, 2)
        self.assertIn("E-STATE-MARK", result.err)
        self.assertIn("reset --resource t", result.err)


@on_both
class Types(IncrementalCase):
    def grows(self, kind, value, **more):
        """Two runs over a growing set whose cursor is written by value(n)."""
        def put(last):
            self.put([dict(row(n), updated_at=value(n)) for n in range(1, last + 1)])
        words = incremental(cursor_type=kind, initial_value=value(1), **more)
        file = self.file(incremental_=words)
        for last in (87, 88, 140):
            put(last)
            self.load(file)
            self.assert_ids(range(1, last + 1))

    def test_numbers_and_times(self):
        kinds = {
            "integer": lambda n: n // SHARING + 5,
            "epoch": lambda n: 1704067200 + n // SHARING,
            "epoch_ms": lambda n: 1704067200000 + 250 * (n // SHARING),
            "date": lambda n: f"2024-01-{n // SHARING + 1:02}",
        }
        for kind, value in kinds.items():
            with self.subTest(kind=kind):
                self.database.empty()
                self.grows(kind, value)

    def test_numbers_are_not_compared_as_text(self):
        self.put([{"id": n, "updated_at": n} for n in (2, 9, 10, 100, 20)])
        words = incremental(cursor_type="integer", initial_value=0)
        file = self.file(incremental_=words)
        self.load(file)
        self.assertEqual(self.sinces(self.load(file)), {"100"})
        self.assert_ids([2, 9, 10, 20, 100])

    def test_zones_and_fractions_are_not_compared_as_text(self):
        times = ["2024-01-01T12:00:00Z", "2024-01-01T13:30:00+02:00", "2024-01-01T12:00:00.5Z",
                 "2024-01-01T05:00:00-08:00"]     # the last one is the latest
        self.put([{"id": n, "updated_at": time} for n, time in enumerate(times)])
        file = self.file()
        self.load(file)
        self.assertEqual(self.sinces(self.load(file)), {times[3]})
        self.assertEqual(self.count(), 4)


@on_both
class Ranges(IncrementalCase):
    def test_a_row_at_the_end_is_not_read(self):
        self.put(rows(0, 399))
        for query in ({"until": UNTIL}, {"until": UNTIL, "closed": 1}, {}):
            with self.subTest(query=query):
                self.database.empty()
                self.load(self.file(incremental_=incremental(end_value=at(200)), **query))
                self.assert_ids(range(0, 200))

    def test_windows_are_read_each_for_itself_and_a_crash_loses_none(self):
        self.put(rows(0, 599))
        words = incremental(end_value=at(600), step="10s")
        file = self.file(incremental_=words, until=UNTIL)
        asked = self.load(file)
        self.assertEqual(self.sinces(asked), {at(n) for n in range(0, 600, 100)})
        self.assert_ids(range(0, 600))

    def test_only_windows_that_are_missing_are_asked_for_again(self):
        self.put(rows(0, 599))
        words = incremental(end_value=at(600), step="10s")
        # Every window has two pages, and the second fails.
        file = self.file("on_error: skip_partition", incremental_=words, until=UNTIL, fail_page=2,
                         fail=99, **{"as": 500})
        self.load(file, REJECTS)
        self.assertEqual(self.count(), 300)
        harness.server().heal()
        asked = self.load(file)
        self.assertEqual(sum(asked.values()), 6)
        self.assert_ids(range(0, 600))

    def test_late_rows_come_with_a_lag(self):
        options = ("write_disposition: merge", "primary_key: id")
        file = self.file(*options, incremental_=incremental(lag="5s"))
        self.put(rows(1, 300))
        self.load(file)
        late = dict(row(1001), updated_at=at(260))
        too_late = dict(row(1002), updated_at=at(100))
        changed = dict(row(290), name="changed")
        self.put([r for r in rows(1, 300) if r["id"] != 290] + [late, too_late, changed])
        self.assertEqual(self.sinces(self.load(file)), {at(250)})
        self.assert_ids([*range(1, 301), 1001])
        self.assertEqual(self.rows("SELECT name FROM t WHERE id = 290"), ["changed"])

    def test_a_lag_would_double_rows_that_are_appended(self):
        self.put(rows(1, 10))
        result, asked = self.run_asking(self.file(incremental_=incremental(lag="5s")))
        self.assert_exit(result, BAD_FILE)
        self.assertIn("lag", result.err)
        self.assertEqual(asked, {})

    def test_merge_keeps_the_newest_version(self):
        options = ("write_disposition: merge", "primary_key: id")
        file = self.file(*options)
        self.put([dict(row(5), updated_at=at(90), name="new"), dict(row(5), name="old")])
        self.load(file)
        self.assertEqual(self.rows("SELECT name FROM t"), ["new"])

    def test_the_newest_first_ends_at_the_mark(self):
        words = incremental(row_order="desc")
        file = self.pipeline([data("t", words, size=20, order="desc")])
        self.put(rows(1, 600))
        self.assertEqual(sum(self.load(file).values()), 30)
        self.put(rows(1, 650))
        asked = self.load(file)
        self.assertLessEqual(sum(asked.values()), 15)
        self.assert_ids(range(1, 651))

    def test_the_oldest_first_ends_at_the_end(self):
        words = incremental(row_order="asc", end_value=at(100))
        file = self.pipeline([data("t", words, size=20, order="asc")])
        self.put(rows(0, 599))
        asked = self.load(file)
        self.assertLessEqual(sum(asked.values()), 15)
        self.assert_ids(range(0, 100))


@on_both
class Partitions(IncrementalCase):
    def file_of(self, parts, *options, **query):
        return self.pipeline([data(
            "t", incremental(), f"partitions: {{ part: {parts} }}", *options, size=50, since=SINCE,
            where="part:{partition.part}", **query)])

    def parts(self, **last):
        self.put([dict(row(n), id=f"{part}{n}", part=part)
                  for part, upto in last.items() for n in range(1, upto + 1)])

    def test_each_has_a_mark_of_its_own(self):
        self.parts(a=100, b=305)
        self.load(self.file_of("[a, b]"))
        self.parts(a=206, b=310, c=57)
        asked = self.load(self.file_of("[c, b, a]"))
        self.assertEqual(self.sinces(asked), {at(100), at(305), START})
        self.assertEqual(self.count(), 206 + 310 + 57)
        self.assertEqual(len(set(self.rows())), self.count())

    def test_the_mark_of_one_with_a_gap_stays(self):
        """Where it is given up: rows that are merged may come again."""
        merge = "write_disposition: merge", "primary_key: id"
        self.parts(a=100, b=100)
        self.load(self.file_of("[a, b]", *merge))
        self.parts(a=300, b=120)
        file = self.file_of("[a, b]", *merge, "on_error: skip_partition", fail_page=3, fail=99,
                            **{"as": 404})
        self.load(file, REJECTS)
        self.load(file, REJECTS)        # the same gap again: given up
        self.parts(a=310, b=130)
        harness.server().heal()
        asked = self.load(file)
        since = {parse_qs(urlsplit(url).query)["where"][0]: parse_qs(urlsplit(url).query)["since"][0]
                 for url in asked}
        self.assertEqual(since, {"part:a": at(100), "part:b": at(120)})
        self.assertEqual(len(set(self.rows())), 310 + 130)
        self.assertEqual(self.count(), 310 + 130)


@on_both
class BadCursors(IncrementalCase):
    BAD = [{"id": 1, "name": "none"}, {"id": 2, "name": "null", "updated_at": None}]

    def load_bad(self, word, bad=None, code=OK, more=()):
        self.put([*(self.BAD if bad is None else bad), *rows(3, 30)])
        words = incremental(on_cursor_value_missing=word)
        result = self.run_weir(self.file(*more, incremental_=words))
        self.assert_exit(result, code)
        return result

    def test_a_missing_one_is_a_mistake_unless_the_file_says_otherwise(self):
        result = self.load_bad("fail", code=DATA)
        self.assertIn("updated_at", result.err)
        self.assertIn("on_cursor_value_missing", result.err)
        self.assertFalse(self.has_table("t") and self.count())

    def test_such_rows_may_be_taken(self):
        self.load_bad("include")
        self.assert_ids(range(1, 31))

    def test_such_rows_may_be_left_out(self):
        self.load_bad("exclude")
        self.assert_ids(range(3, 31))

    def test_one_that_cannot_be_read_is_a_mistake_whatever_the_file_says(self):
        for word in ("fail", "include", "exclude"):
            for value in ("yesterday", True, {"a": 1}, "2024-13-01T00:00:00Z"):
                with self.subTest(word=word, value=value):
                    self.database.empty()
                    result = self.load_bad(word, [{"id": 1, "updated_at": value}], DATA)
                    self.assertIn("error[E-CURSOR]", result.err)

    def test_or_it_is_set_aside(self):
        self.load_bad("fail", [{"id": 1, "updated_at": "yesterday"}, *self.BAD[1:]], REJECTS,
                      ["on_row_error: dead_letter"])
        self.assert_ids(range(3, 31))
        self.assertEqual(self.count("_weir_dead_letter"), 2)
        self.assert_settled()

    def test_too_many_rows_at_the_mark_are_told(self):
        self.put([dict(row(n), updated_at=START) for n in range(70_000)])
        file = self.file(size=10_000)
        result = self.run_weir(file)
        self.assert_exit(result, DATA)
        self.assertIn("error[E-LIMIT-TIES]", result.err)
        self.database.empty()
        merging = self.file("write_disposition: merge", "primary_key: id", size=10_000)
        self.load(merging)
        self.assertEqual(self.count(), 70_000)


if __name__ == "__main__":
    unittest.main()
