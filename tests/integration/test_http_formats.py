"""What the http extractor makes of answers that are no JSON documents."""

import unittest
from urllib.parse import urlencode

import harness
from harness import BAD_FILE, DATA, OK, SOURCE

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms }"


class FormatCase(harness.Case):
    def load(self, path, *keys, command="run", **query):
        """Into a new database: none of these runs is to finish what another has left."""
        self.db.unlink(missing_ok=True)
        url = "${SERVER}" + path + ("?" + urlencode(query) if query else "")
        lines = "\n                  ".join(keys)
        return self.run_weir(f"""
            weir: 1
            name: formats
            extract:
              type: http
              resources:
                - name: t
                  url: "{url}"
                  {lines}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, command=command)

    def rows(self, columns="*"):
        """In the order they were loaded; a table that is not there has no rows."""
        if not harness.query(self.db, "SELECT 1 FROM sqlite_master WHERE name = 't'"):
            return []
        return harness.query(self.db, f"SELECT {columns} FROM t ORDER BY rowid")

    def ids(self):
        return [row[0] for row in self.rows("id")] if self.rows() else []

    def assert_refused(self, result, code, exit_code=DATA):
        self.assert_exit(result, exit_code)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.rows(), [])


class Lines(FormatCase):
    def test_each_line_is_a_row(self):
        for keys, query in ((("format: ndjson",), {"type": "text/plain"}), ((), {}),
                            (("format: ndjson",), {"gzip": 1, "chunked": 1}),
                            (("data_selector: record",), {"nested": 1})):
            with self.subTest(keys=keys, query=query):
                self.assert_exit(self.load("/lines", *keys, n=1000, **query), OK)
                self.assertEqual(self.ids(), list(range(1, 1001)))

    def test_no_lines_are_no_rows(self):
        self.assert_exit(self.load("/lines", n=0), OK)
        self.assertEqual(self.ids(), [])

    def test_cut_lines_are_asked_for_again(self):
        """B01: wherever they are cut, behind a whole line too, and however their end is told."""
        for at in ("middle", "record"):
            for end in ({}, {"chunked": 1}, {"close": 1}):
                for keys in ((), ("format: ndjson",)):
                    with self.subTest(at=at, end=end, keys=keys):
                        harness.server().reset()
                        result = self.load("/truncated", FAST, *keys, format="ndjson", at=at,
                                           fail=2, **end)
                        self.assert_exit(result, OK)
                        self.assertEqual(self.ids(), list(range(1, 11)))
                        self.assertEqual(harness.server().stats()["paths"]["/truncated"], 3)

    def test_lines_that_stay_cut_load_nothing(self):
        """B01: nothing of them is a row."""
        for at in ("middle", "record"):
            for end in ({}, {"chunked": 1}, {"close": 1}):
                with self.subTest(at=at, end=end):
                    harness.server().reset()
                    result = self.load("/truncated", FAST, format="ndjson", at=at, fail=99, **end)
                    self.assert_refused(result, "E-HTTP-TRUNCATED", SOURCE)
                    if not end:
                        self.assertRegex(result.err, r"got \d+ of \d+ bytes")

    def test_a_line_alone_proves_no_end_whatever_its_type(self):
        """B01: one object and the end of the connection is whole as JSON, and perhaps cut as lines."""
        result = self.load("/truncated", FAST, "format: ndjson", format="json", at="record", fail=99,
                           close=1)
        self.assert_refused(result, "E-HTTP-TRUNCATED", SOURCE)

    def test_sequences_of_texts(self):
        for options in ((), ("format: json_seq",)):
            for pretty in (0, 1):
                with self.subTest(options=options, pretty=pretty):
                    self.db.unlink(missing_ok=True)
                    self.assert_exit(self.load("/sequence", *options, n=25, pretty=pretty), OK)
                    self.assertEqual(
                        [row[0] for row in harness.query(self.db, "SELECT id FROM t ORDER BY id")],
                        list(range(1, 26)))
        self.assert_exit(self.load("/sequence", n=0), OK)
        self.assert_refused(self.load("/sequence", cut=1), "E-JSON")
        self.assert_refused(self.load("/sequence", bare=1), "E-BODY-SHAPE")

    def test_what_is_no_json_is_told_with_its_line(self):
        result = self.load("/body", "format: ndjson", kind="trail_comma")
        self.assert_refused(result, "E-JSON")
        result = self.load("/body", "format: ndjson", kind="num_root")
        self.assert_refused(result, "E-ROW-SHAPE")
        self.assertIn("line 1: ", result.err)

    def test_lines_have_no_next_link(self):
        result = self.load("/lines", "format: ndjson", "paginator: json_link", command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("NDJSON has nothing beside its rows", result.err)
        self.assert_refused(self.load("/lines", "paginator: json_link"), "E-BODY-SHAPE")


class Csv(FormatCase):
    HOSTILE = [("1", "Oslo, Norway", None), ("2", 'the "Bay"', ""), ("3", "two\r\nlines", " x "),
               ("4", "\u00d8re;\u65e5", "007")]

    def test_every_value_arrives_as_it_is(self):
        """A text, unless it is declared; nothing is null, and quoted nothing is empty."""
        for kind, keys in (("good", ()), ("lf", ()),
                           ("good", ("format: csv",)),
                           ("semicolon", ('format: { type: csv, delimiter: ";" }',)),
                           ("tab", ('format: { type: csv, delimiter: "\\t" }',)),
                           ("bare", ("format: { type: csv, header: false, "
                                     "columns: [id, name, note] }",))):
            with self.subTest(kind=kind, keys=keys):
                self.assert_exit(self.load("/csv", *keys, kind=kind), OK)
                self.assertEqual(self.rows("id, name, note"), self.HOSTILE)

    def test_the_file_may_name_the_columns(self):
        self.assert_exit(self.load("/csv", "format: { type: csv, columns: [a, b, c] }",
                                   kind="twice"), OK)
        self.assertEqual(self.rows("a, b, c"), [("1", "a", "2")])

    def test_a_header_alone_has_no_rows(self):
        self.assert_exit(self.load("/csv", kind="header"), OK)
        self.assertEqual(self.rows(), [])

    def test_many_rows_arrive(self):
        for query in ({}, {"gzip": 1, "chunked": 1}):
            self.assert_exit(self.load("/csv", "format: csv", n=10000, type="text/plain", **query),
                             OK)
            self.assertEqual(self.ids(), [str(n) for n in range(1, 10001)])

    def test_what_is_wrong_is_told(self):
        for kind, code, says in (
                ("ragged", "E-CSV", "row 5: 2 fields where there are 3 columns, at line 7"),
                ("quote", "E-CSV", "row 1, column 'name': a quote inside a field"),
                ("open", "E-CSV", "row 5, column 'name': the text ends inside the quoted field"),
                ("twice", "E-CSV", "column 'id': two columns have this name"),
                ("nameless", "E-CSV", "column 2 has no name"),
                ("nul", "E-TEXT-NUL", "row 1, column 'name'"),
                ("latin1", "E-UTF8", "byte 0xD8 is not UTF-8, at line 2"),
                ("empty", "E-BODY-SHAPE", "not even a header"),
                ("html", "E-BODY-SHAPE", "looks like HTML"),
                ("json", "E-BODY-SHAPE", "looks like JSON")):
            with self.subTest(kind=kind):
                result = self.load("/csv", "format: csv", kind=kind)
                self.assert_refused(result, code)
                self.assertIn(says, result.err)

    def test_bytes_may_be_mended(self):
        """B08, B09: as in JSON."""
        for kind, word, expected in (("nul", "nul: strip", "ab"),
                                     ("nul", "nul: replace", "a\ufffdb"),
                                     ("latin1", "invalid_utf8: replace", "\ufffdre")):
            with self.subTest(kind=kind, word=word):
                result = self.load("/csv", f"format: {{ type: csv, {word} }}", kind=kind)
                self.assert_exit(result, OK)
                self.assertEqual(self.rows("name"), [(expected,)])

    def test_records_that_may_be_cut_are_no_answer(self):
        """B01: half of the lines and the end of the connection."""
        for keys in ((), ("format: csv",)):
            with self.subTest(keys=keys):
                result = self.load("/csv", FAST, *keys, n=10, cut=1)
                self.assert_refused(result, "E-HTTP-TRUNCATED", SOURCE)

    def test_pages_of_it(self):
        result = self.load("/csv", "paginator: { type: page_number, maximum_page: 3 }", n=2)
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), [str(n) for n in range(1, 7)])

    def test_what_cannot_be_meant_is_refused_before(self):
        for keys, says in (
                (("format: { type: csv, delimiter: ',,' }",), "one ASCII character"),
                (("format: { type: csv, header: false }",), "list them under 'columns'"),
                (("format: { type: csv, columns: [a, a] }",), "'a' stands there twice"),
                (("format: csv", "data_selector: data"), "nothing to select"),
                (("format: csv", "paginator: json_link"), "CSV has nothing beside its rows")):
            with self.subTest(keys=keys):
                result = self.load("/csv", *keys, command="check")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(says, result.err)


class Arrays(FormatCase):
    def test_their_values_are_named(self):
        for kind, keys in (
                ("plain", ("data_selector: rows", "format: { type: json, columns: [id, v] }")),
                ("named", ("data_selector: rows", "format: { type: json, schema_path: columns }")),
                ("late", ("data_selector: rows",
                          'format: { type: json, schema_path: "schema.fields[*].name" }')),
                ("first", ('format: { type: json, schema_path: "[0]" }',))):
            with self.subTest(kind=kind):
                self.assert_exit(self.load("/arrays", *keys, kind=kind), OK)
                self.assertEqual(self.rows("id, v"), [(1, "a"), (2, None), (3, '{"x":1}')])

    def test_what_is_wrong_is_told(self):
        keys = ("data_selector: rows", "format: { type: json, schema_path: columns }")
        for kind, says in (
                ("short", "row 2: 1 value where there are 2 columns"),
                ("long", "row 1: 3 values where there are 2 columns"),
                ("object", "row 2 of 'rows' is an object, not an array"),
                ("nameless", "no names of columns at 'columns'"),
                ("plain", "no names of columns at 'columns'"),
                ("twice", "two columns are named 'id'"),
                ("number", "the name of column 2 at 'columns' is a number")):
            with self.subTest(kind=kind):
                result = self.load("/arrays", *keys, kind=kind)
                self.assert_refused(
                    result, "E-ROW-SHAPE" if says.startswith("row") else "E-BODY-SHAPE")
                self.assertIn(says, result.err)

    def test_who_names_them_is_one_or_the_other(self):
        result = self.load("/arrays", "format: { type: json, columns: [a], schema_path: b }",
                           command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("exclude each other", result.err)


class Xml(FormatCase):
    FORMAT = "format: { type: xml, record: item }"

    def test_elements_are_rows(self):
        for query in ({}, {"gzip": 1, "chunked": 1}, {"type": "text/plain"}):
            with self.subTest(query=query):
                self.assert_exit(self.load("/xml", self.FORMAT, **query), OK)
                self.assertEqual(self.rows("id, name, tag, geo, note"), [
                    ("1", "Oslo & Bergen", '["a","b"]', '{"lat":"59.9","lon":"10.7"}', None),
                    ("2", "<none>", None, None, None),
                    ("3", "<b>", None, None, '{"lang":"en","i":"text","_text":" mixed "}')])

    def test_the_document_says_its_encoding(self):
        for kind in ("latin1", "utf16"):
            with self.subTest(kind=kind):
                self.assert_exit(self.load("/xml", self.FORMAT, kind=kind), OK)
                self.assertEqual(self.rows("id, name"), [("1", "\u00d8re")])

    def test_no_elements_are_no_rows(self):
        self.assert_exit(self.load("/xml", self.FORMAT, kind="none"), OK)
        self.assertEqual(self.rows(), [])

    def test_the_next_page_stands_beside_them(self):
        for paginator in ("paginator: { type: json_link, next_url_path: links.next }",
                          "paginator: { type: page_number, total_path: total, prefetch: 3 }"):
            with self.subTest(paginator=paginator):
                self.assert_exit(self.load("/xml", self.FORMAT, paginator, pages=5), OK)
                self.assertEqual(self.ids(), [str(n) for n in range(1, 51)])

    def test_what_is_wrong_is_told(self):
        for kind, code, says in (
                ("cut", "E-XML", "unclosed token"), ("twice", "E-XML", "at line 2 column 8"),
                ("crossed", "E-XML", "mismatched tag"), ("entity", "E-XML", "undefined entity"),
                ("bomb", "E-XML", "a document type declaration"),
                ("external", "E-XML", "a document type declaration"),
                ("deep", "E-XML-DEPTH", "nested deeper than 128 levels"),
                ("bad_utf8", "E-XML", "not well-formed"), ("nul", "E-XML", "not well-formed"),
                ("html", "E-BODY-SHAPE", "looks like HTML"),
                ("json", "E-BODY-SHAPE", "looks like JSON"),
                ("empty", "E-BODY-SHAPE", "empty")):
            with self.subTest(kind=kind):
                result = self.load("/xml", self.FORMAT, kind=kind)
                self.assert_refused(result, code)
                self.assertIn(says, result.err)
                self.assertNotIn("root:", result.err)

    def test_which_elements_are_rows_must_be_said(self):
        result = self.load("/xml")
        self.assert_refused(result, "E-BODY-SHAPE")
        self.assertIn("name the elements that are rows: format: { type: xml, record: item }",
                      result.err)

    def test_what_may_be_cut_is_no_answer(self):
        """B01: no length, no chunks, and the end of the connection."""
        result = self.load("/xml", FAST, self.FORMAT, cut=1)
        self.assert_refused(result, "E-HTTP-TRUNCATED", SOURCE)

    def test_what_cannot_be_meant_is_refused_before(self):
        for keys, says in ((("format: xml",), "'record' is required"),
                           ((self.FORMAT, "data_selector: feed"), "nothing to select")):
            with self.subTest(keys=keys):
                result = self.load("/xml", *keys, command="check")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(says, result.err)


if __name__ == "__main__":
    unittest.main()
