"""Bodies that are hardly JSON, and values that hardly fit, from the server into the table."""

import unittest
from decimal import Decimal

import harness
from harness import DATA, OK, REJECTS, SOURCE
from databases import Postgres, Sqlite
from state_case import StateCase, data, on, on_both, resource

setUpModule = harness.start_server

LARGE = "max_response_size: 64MiB"


class BodyCase(StateCase):
    def load(self, path, *options, extract="", more="", **query):
        """One resource, t, into a database without it."""
        self.database.empty()
        where = path + ("?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else "")
        return self.run_weir(self.pipeline([resource("t", where, *options)], extract=extract,
                                           more=more))

    def rows(self, columns="id, v"):
        if not self.database.has_table("t"):
            return []
        return self.database.query(f"SELECT {columns} FROM t ORDER BY id")

    def assert_refused(self, result, code, *says):
        self.assert_exit(result, DATA)
        for text in (f"error[{code}]", *says):
            self.assertIn(text, result.err)
        self.assertEqual(self.rows("*"), [])


@on_both
class Text(BodyCase):
    def test_what_is_nested_without_end_is_refused(self):
        """B07: deeper than any stack."""
        self.assert_refused(self.load("/deep", depth=1000000), "E-JSON-DEPTH",
                            "nested deeper than 128 levels", "(byte 128)")

    def test_a_nul_is_refused(self):
        """B08: by default, with the place."""
        for kind in ("nul_escape", "raw_nul"):
            with self.subTest(kind=kind):
                self.assert_refused(self.load("/body", kind=kind), "E-TEXT-NUL",
                                    f"/body?kind={kind}: ")

    def test_a_nul_may_be_mended(self):
        """B08: in texts, keys and whatever is nested, the same on both databases."""
        for kind in ("nul_escape", "raw_nul"):
            for word, expected in (("strip", "ab"), ("replace", "a\ufffdb")):
                for name in ("auto", "json"):
                    with self.subTest(kind=kind, word=word, name=name):
                        result = self.load("/body", f"format: {{ type: {name}, nul: {word} }}",
                                           kind=kind)
                        self.assert_exit(result, OK)
                        self.assertEqual([row[1] for row in self.rows()], [expected])

    def test_a_nul_inside_of_json_may_be_mended(self):
        """B08: columns of JSON too."""
        harness.server().put("t", [{"id": 1, "v": {"k\0": ["a\0b"]}}])
        for word, expected in (("strip", '{"k":["ab"]}'), ("replace", '{"k\ufffd":["a\ufffdb"]}')):
            with self.subTest(word=word):
                self.database.empty()
                options = f"format: {{ type: json, nul: {word} }}"
                self.assert_exit(self.run_weir(self.pipeline([data("t", options)])), OK)
                [(value,)] = self.rows("v")
                self.assertEqual(str(value).replace(" ", "").replace("\\ufffd", "\ufffd"), expected)

    def test_bytes_that_are_not_utf8_are_refused(self):
        """B09: with their place; a lone half of a pair too."""
        for kind, code in (("bad_utf8", "E-UTF8"), ("overlong", "E-UTF8"), ("cut_utf8", "E-UTF8"),
                           ("utf8_surrogate", "E-UTF8"), ("lone_surrogate", "E-JSON")):
            with self.subTest(kind=kind):
                self.assert_refused(self.load("/body", kind=kind), code, "(byte ")

    def test_bytes_that_are_not_utf8_may_be_replaced(self):
        """B09: the database sees U+FFFD."""
        for kind, n in (("bad_utf8", 2), ("overlong", 2), ("utf8_surrogate", 3), ("cut_utf8", 1),
                        ("lone_surrogate", 1)):
            with self.subTest(kind=kind):
                result = self.load("/body", "format: { type: json, invalid_utf8: replace }",
                                   kind=kind)
                self.assert_exit(result, OK)
                [(_, value)] = self.rows()
                self.assertEqual(value.replace("\ufffd", "?", n).strip("ab"), "?" * n)

    def test_other_encodings_are_told(self):
        """B09: UTF-16 is not mended into nonsense; a mark at the beginning does no harm."""
        for options in ((), ("format: { type: json, nul: strip, invalid_utf8: replace }",)):
            self.assert_refused(self.load("/body", *options, kind="utf16"), "E-BODY-SHAPE",
                                "UTF-16")
            self.assert_exit(self.load("/body", *options, kind="bom"), OK)
            self.assertEqual([row[0] for row in self.rows("id")], [1, 2])

    def test_keys_that_stand_twice(self):
        """B14: the last one, if the file says so."""
        self.assert_refused(self.load("/body", kind="dup_keys"), "E-JSON-DUPLICATE", "key 'v'")
        result = self.load("/body", "format: { type: json, duplicate_keys: last }", kind="dup_keys")
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(), [(1, "second")])

    def test_bodies_that_are_no_rows(self):
        """B14: each told for what it is."""
        for kind, code, says in (
                ("trailing", "E-JSON", "line 1"), ("two_docs", "E-JSON", "line 2 column 1"),
                ("comment", "E-JSON", "line 1 column 1"), ("trail_comma", "E-JSON", "line 1"),
                ("single_quote", "E-JSON", "line 1"), ("cut", "E-JSON", "the body ends"),
                ("empty", "E-BODY-SHAPE", "empty"), ("ws", "E-BODY-SHAPE", "empty"),
                ("html", "E-BODY-SHAPE", "HTML"), ("xml", "E-BODY-SHAPE", "XML"),
                ("num_root", "E-BODY-SHAPE", "a number"), ("null_root", "E-BODY-SHAPE", "null"),
                ("scalar_rows", "E-ROW-SHAPE", "row 1"), ("null_row", "E-ROW-SHAPE", "row 2"),
                ("arr_row", "E-ROW-SHAPE", "row 2")):
            with self.subTest(kind=kind):
                self.assert_refused(self.load("/body", "format: json", kind=kind), code, says)
        self.assert_refused(self.load("/body", "data_selector: data", kind="err200"),
                            "E-BODY-SHAPE", "no array at 'data'; the answer has the keys: error")
        self.assert_exit(self.load("/body", kind="empty_row"), OK)
        self.assertEqual(len(self.rows("id")), 3)

    def test_all_is_bounded(self):
        """B16: before it is loaded, whatever max_response_size says."""
        for kind, code, says in (
                ("string", "E-LIMIT-STRING", "row 1, key 'v'"), ("key", "E-LIMIT-KEY", "row 1"),
                ("array", "E-LIMIT-RECORD", "row 1"), ("object", "E-LIMIT-RECORD", "row 1")):
            with self.subTest(kind=kind):
                result = self.load("/big", extract=LARGE, kind=kind, mb=20)
                self.assert_refused(result, code, says)
        self.assert_refused(self.load("/body", kind="int1m"), "E-LIMIT-NUMBER", "row 1, key 'v'")
        self.assert_refused(self.load("/big", "format: ndjson", extract=LARGE, kind="string",
                                      mb=20), "E-LIMIT-STRING", "row 1, key 'v'")

    def test_blanks_are_no_rows(self):
        """B16: and cost no more than looking at them."""
        self.assert_exit(self.load("/big", kind="ws", mb=20), OK)
        self.assertEqual(self.rows("id"), [])
        self.assert_exit(self.load("/big", kind="ws_row", mb=20), OK)
        self.assertEqual([row[0] for row in self.rows("id")], [1, 2])


@on_both
class Values(BodyCase):
    """B11, B12: into a table that is there, whose types nothing changes."""

    SOURCES = {"int63": 2**63 - 1, "int64": 2**63, "int_min": -2**63, "uint64": 2**64 - 1,
               "int400": "1234567890" * 40, "exp400": "1e400", "exp_tiny": "1e-400",
               "frac17": "0.12345678901234567", "dec": "12345678901234567890.123456789",
               "neg_zero": "0"}
    TYPES = {"Sqlite": ("INTEGER", "NUMERIC", "REAL", "TEXT"),
             "Postgres": ("bigint", "numeric", "double precision", "text")}

    def load_into(self, column, path, *options):
        self.database.empty()
        self.database.make(f"CREATE TABLE t (id {self.TYPES[self.DATABASE.__name__][0]}, {column})"
                           f"{self.database.strict if 'NUMERIC' not in column else ''}")
        return self.run_weir(self.pipeline([resource("t", path, *options)]))

    def test_numbers_are_exact_or_refused(self):
        """B11: never rounded, never wrapped, whatever the column."""
        whole, exact, real, text = types = self.TYPES[self.DATABASE.__name__]
        for kind, source in self.SOURCES.items():
            for column in types:
                with self.subTest(kind=kind, column=column):
                    result = self.load_into(f"v {column}", f"/body?kind={kind}")
                    rows = self.rows("v")
                    if result.code == DATA:
                        self.assertIn("error[E-TYPE]", result.err)
                        self.assertIn("row 1", result.err)
                        self.assertIn("column 'v'", result.err)
                        self.assertEqual(rows, [])
                        self.assertFalse(kind == "int63" and column in (whole, exact))
                    else:
                        self.assert_exit(result, OK)
                        self.assertEqual(Decimal(str(rows[0][0])), Decimal(source))
                        self.assertFalse(kind == "int64" and column == whole)
                    if self.DATABASE is Postgres:
                        self.assertEqual(result.code == OK,
                                         column in (exact, text) or kind == "neg_zero" or
                                         (kind in ("int63", "int_min") and column == whole))

    def test_what_is_no_number_is_no_json(self):
        """B11: nor is it guessed at."""
        for kind in ("lead_zero", "plus", "nan", "inf", "hex", "bare_point"):
            with self.subTest(kind=kind):
                self.assert_refused(self.load("/body", kind=kind), "E-JSON", "row 1, key 'v'")

    def test_values_of_other_types_are_refused(self):
        """B12: with the first of them nothing is loaded."""
        result = self.load_into(f"v {self.TYPES[self.DATABASE.__name__][0]}", "/types")
        self.assert_exit(result, DATA)
        self.assertIn("error[E-TYPE]", result.err)
        self.assertEqual(self.rows(), [])

    def test_values_of_other_types_may_be_set_aside(self):
        """B12: two rows fit, eight are told, and no null stands for any of them. In SQLite true is 1,
        so it is one of three there."""
        fitting = [(1, 1), (4, -2**63)] + ([(6, 1)] if self.DATABASE is Sqlite else [])
        result = self.load_into(f"v {self.TYPES[self.DATABASE.__name__][0]}", "/types",
                                "on_row_error: dead_letter")
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.rows(), fitting)
        self.assertEqual(len(self.database.query("SELECT * FROM _weir_dead_letter")),
                         10 - len(fitting))


@on_both
class GoingOn(StateCase):
    """What is loaded of other formats than JSON is not asked for again either."""

    FORMATS = {
        "/xml?pages=5": ("format: { type: xml, record: item }",
                         "paginator: { type: json_link, next_url_path: links.next }"),
        "/csv?n=10": ("format: csv", "paginator: { type: page_number, maximum_page: 5 }"),
    }

    def test_the_next_run_goes_on_behind_what_is_loaded(self):
        for path, options in self.FORMATS.items():
            with self.subTest(path=path):
                self.database.empty()
                harness.server().reset()
                file = self.pipeline([resource("t", f"{path}&fail_page=4&fail=5", *options)])
                self.assert_exit(self.run_weir(file), SOURCE)
                self.assertEqual(len(self.database.query("SELECT id FROM t")), 30)
                self.assert_exit(self.run_weir(file), OK)
                ids = sorted(int(row[0]) for row in self.database.query("SELECT id FROM t"))
                self.assertEqual(ids, list(range(1, 51)))
                self.assertEqual(sum(harness.server().stats()["paths"].values()), 3 + 5 + 2)


@on(Postgres)
class Declared(BodyCase):
    def test_texts_of_csv_become_what_is_declared(self):
        """B12: a table is made with these types; what does not fit them is told."""
        more = "schema: { columns: { t: { id: bigint, v: bigint } } }"
        result = self.load("/csv", "format: csv", "on_row_error: dead_letter", more=more,
                           kind="types")
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.rows(), [(1, 1), (4, None)])
        self.assertEqual(len(self.database.query("SELECT * FROM _weir_dead_letter")), 3)


if __name__ == "__main__":
    unittest.main()
