"""Bodies that are hardly JSON, and values that hardly fit, from the server into the table."""

import unittest

import harness
from harness import DATA, OK
from state_case import StateCase, data, on_both, resource

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
                ("scalar_rows", "E-BODY-SHAPE", "row 1"), ("null_row", "E-BODY-SHAPE", "row 2"),
                ("arr_row", "E-BODY-SHAPE", "row 2")):
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


if __name__ == "__main__":
    unittest.main()
