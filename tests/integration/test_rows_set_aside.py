"""Rows that make a transform fail: set aside one by one, at no cost to the others."""

import json
import unittest

import harness
from harness import DATA, OK, REJECTS, WEIR
from state_case import StateCase, on_both

PLUGINS = WEIR.parent / "tests" / "plugins.d"
# Fails at every 70th id, as it came.
PICKY = ("{ type: set, columns: "
         """{ a: "json_extract(iif(id % 70 = 0, '{', '{}'), '$.x')", id: "-id" } }""")


@on_both
class SetAside(StateCase):
    def run_flow(self, transform, rows=1000, on_row_error="dead_letter"):
        return self.run_weir(f"""
            weir: 1
            name: numbers
            extract:
              type: count
              rows: {rows}
              unit_rows: 100
              resources: [{{ name: n, on_row_error: {on_row_error} }}]
            transform: [{transform}]
            load: {{ {self.database.load} }}
            """, "--plugins", PLUGINS)

    def ids(self):
        return [row[0] for row in self.query("SELECT id FROM n ORDER BY id DESC")]

    def query(self, sql):
        return self.database.query(sql)

    def letters(self):
        return self.query("SELECT * FROM _weir_dead_letter ORDER BY id")

    def test_a_bad_row_costs_no_other(self):
        self.assert_exit(self.run_flow(PICKY), REJECTS)
        self.assertEqual(self.ids(), [-i for i in range(1, 1001) if i % 70])
        self.assertEqual(len(self.letters()), 14)

    def test_it_is_told_as_it_came(self):
        result = self.run_flow(
            "{ type: rename, columns: { id: other } }, "
            """{ type: filter, where: "json(iif(other = 537, '{', '{}')) IS NOT NULL" }""")
        self.assert_exit(result, REJECTS)
        [letter] = self.letters()
        self.assertIn("E-SQL", letter)
        self.assertIn("transform 2 (filter): malformed JSON", letter)
        self.assertIn(37, letter)
        self.assertIn({"id": 537}, [json.loads(x) for x in letter if str(x).startswith("{")])

    def test_all_may_be_bad(self):
        result = self.run_flow("""{ type: filter, where: "json('{')" }""", rows=300)
        self.assert_exit(result, REJECTS)
        self.assertEqual(len(self.letters()), 300)

    def test_by_default_the_run_fails(self):
        result = self.run_flow(PICKY, on_row_error="fail")
        self.assert_exit(result, DATA)
        self.assertIn("error[E-SQL]: transform 1 (set): row 70 of the batch: malformed JSON",
                      result.err)

    def test_a_query_over_all_rows_names_none_of_them(self):
        result = self.run_flow(PICKY + ", { type: sql, query: SELECT * FROM batch }")
        self.assert_exit(result, DATA)
        self.assertIn("error[E-SQL]: transform 1 (set): row 70 of the batch: malformed JSON",
                      result.err)
        self.assertEqual(self.letters(), [])

    def test_no_row_is_bad(self):
        self.assert_exit(self.run_flow('{ type: set, columns: { id: "-id" } }'), OK)
        self.assertEqual(self.ids(), [-i for i in range(1, 1001)])


if __name__ == "__main__":
    unittest.main()
