"""Do plugins that were built on the frozen headers of tests/abi run on today's engine?"""

import unittest

import harness
from harness import OK, WEIR

FOLDER = WEIR.parent / "tests" / "abi.d"


class OldPlugins(harness.Case):
    def test_a_pipeline_of_old_plugins_alone(self):
        result = self.run_weir("""
            weir: 1
            name: numbers
            extract: { type: count, rows: 1234, unit_rows: 100 }
            transform: [{ type: trim, columns: [id], empty_is_null: true }]
            load: { type: slow, trace: "${WORK}/trace" }
            """, "--plugins", FOLDER)
        self.assert_exit(result, OK)
        self.assertEqual(result.report["resources"][0]["rows"]["loaded"], 1234)
        trace = (self.work / "trace").read_text().splitlines()
        self.assertEqual((trace[0], trace[-2:]), ("start 0", ["commit 1234", "stop 1234"]))

    def test_old_plugins_among_the_new(self):
        result = self.run_weir("""
            weir: 1
            name: numbers
            extract: { type: count, rows: 30 }
            transform:
              - { type: set, columns: { name: "'  number ' || id || ' '", blank: "'  '" } }
              - { type: trim, empty_is_null: true }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """, "--plugins", FOLDER)
        self.assert_exit(result, OK)
        rows = harness.query(self.db, "SELECT id, name, blank FROM numbers ORDER BY id")
        self.assertEqual(rows, [(n, f"number {n}", None) for n in range(1, 31)])

    def test_their_options_are_checked(self):
        result = self.run_weir("""
            weir: 1
            name: numbers
            extract: { type: count, rowz: 30 }
            transform: [{ type: trim, columns: { a: b } }]
            load: { type: slow, fail_start: perhaps }
            """, "--plugins", FOLDER, command="check")
        self.assert_exit(result, harness.BAD_FILE)
        for words in ("did you mean 'rows'", "columns", "fail_start"):
            self.assertIn(words, result.err)


if __name__ == "__main__":
    unittest.main()
