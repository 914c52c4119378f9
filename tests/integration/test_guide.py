"""Is what the guide to the first plugin says true? Its plugin works, and so do its commands."""

import re
import unittest

import harness
from harness import OK, ROOT, WEIR

GUIDE = ROOT / "docs" / "guide" / "first_plugin.md"
COUNT = WEIR.parent / "tests" / "plugins.d"


class FirstPlugin(harness.Case):
    PIPELINE = """
        weir: 1
        name: people
        extract: { type: count, rows: 3 }
        transform:
          - type: set
            columns:
              name: "char(9) || ' Ann Lee ' || id || char(13, 10)"
              city: "'  '"
              note: "' as it was '"
          - { type: trim, columns: [name, city], empty_is_null: true }
        load: { type: sqlite, path: "${WORK}/out.db" }
        """

    def assert_trimmed(self):
        rows = harness.query(self.db, "SELECT id, name, city, note FROM people ORDER BY id")
        self.assertEqual(rows, [(n, f"Ann Lee {n}", None, " as it was ") for n in (1, 2, 3)])

    def test_the_plugin_trims(self):
        folder = WEIR.parent / "guide.d"
        self.assert_exit(self.run_weir(self.PIPELINE, "--plugins", folder, "--plugins", COUNT), OK)
        self.assert_trimmed()

    def test_without_columns_it_trims_every_text(self):
        pipeline = self.PIPELINE.replace("columns: [name, city], ", "").replace("true", "false")
        folder = WEIR.parent / "guide.d"
        self.assert_exit(self.run_weir(pipeline, "--plugins", folder, "--plugins", COUNT), OK)
        rows = harness.query(self.db, "SELECT DISTINCT city, note FROM people")
        self.assertEqual(rows, [("", "as it was")])

    def test_its_commands_build_and_run_it(self):
        commands = re.search(r"```sh\n(gcc .*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]
        for name, target in {"sdk": ROOT / "sdk", "build": WEIR.parent,
                             "trim.c": GUIDE.parent / "plugin" / "trim.c",
                             "count_extract.so": COUNT / "count_extract.so"}.items():
            (self.work / name).symlink_to(target)
        self.write("pipeline.yaml", self.PIPELINE)
        script = self.write("commands", f"set -eu\n{commands}")
        shell = harness.Run(["sh", str(script)], self.environment({}), self.work, self.work / "none")
        self.addCleanup(shell.kill)
        result = self.check(shell.wait())
        self.assert_exit(result, OK)
        self.assertIn("empty_is_null", result.out)
        self.assert_trimmed()


if __name__ == "__main__":
    unittest.main()
