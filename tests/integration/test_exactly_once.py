"""Ways in which a row was once lost or doubled, or a secret kept, and no other test looks at."""

import json
import os
import unittest

import harness
from databases import Sqlite
from harness import BAD_FILE, DESTINATION, OK, REJECTS, SOURCE
from state_case import StateCase, on, on_both

setUpModule = harness.start_server

PAGES = "paginator: { type: page_number, total_path: total_pages }"


@on_both
class Keys(StateCase):
    """What --run-id names is done once, and all of it."""

    def setUp(self):
        super().setUp()
        for name in "ab":
            harness.server().ask("/data-set", json.dumps([{"id": 1}]).encode(), name=name)

    def load(self, *args):
        return self.run_on("""
            weir: 1
            name: keys
            extract:
              type: http
              retry: { max_attempts: 1 }
              data_selector: data
              resources:
                - { name: a, url: "${SERVER}/data/a" }
                - { name: b, url: "${SERVER}/data/b?fail_page=1" }
            load: { DATABASE }
            """, *args)

    def loaded(self, *tables):
        return tuple(self.count(table) for table in tables)

    def test_the_work_of_one_resource_is_not_the_work_of_all(self):
        self.assert_exit(self.load("--run-id", "k", "--resource", "a"), OK)
        result = self.load("--run-id", "k")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("E-STATE-KEY", result.err)
        self.assert_exit(self.load("--run-id", "k", "--resource", "a"), OK)
        self.assertEqual(self.loaded("a"), (1,))

    def test_what_the_run_of_another_key_has_ended_is_done(self):
        self.assert_exit(self.load("--run-id", "first"), SOURCE)
        self.assert_exit(self.load("--run-id", "second"), OK)
        for key in ("first", "second"):
            self.assert_exit(self.load("--run-id", key), OK)
            self.assertEqual(self.loaded("a", "b"), (1, 1), key)


@on(Sqlite)
class Places(StateCase):
    def test_a_database_that_is_gone_holds_no_rows(self):
        """Whether SQLite notices depends on what it has to do next; we always do."""
        for what in (os.unlink, lambda path: os.rename(path, f"{path}.old")):
            run = self.start_weir("""
                weir: 1
                name: moved
                extract:
                  type: http
                  url: "${SERVER}/pages?style=page&delay=0.1"
                  data_selector: data
                  paginator: { type: page_number, total_path: total_pages }
                load: { type: sqlite, path: "${WORK}/out.db" }
                """)
            asked = harness.server().stats()["requests_total"]
            run.when(lambda: harness.server().stats()["requests_total"] > asked + 3)
            what(self.db)
            result = self.check(run.wait())
            self.assert_exit(result, DESTINATION)
            self.assertIn("somebody moved or removed the file", result.err)


@on_both
class Gaps(StateCase):
    def test_rows_before_a_gap_are_not_added_again(self):
        """Their series has no mark, so whoever began anew would read them again."""
        rows = json.dumps([{"id": i, "at": i} for i in range(1, 7)]).encode()
        harness.server().ask("/data-set", rows, name="g")
        pipeline = """
            weir: 1
            name: gaps
            extract:
              type: http
              url: "${SERVER}/data/g?style=page&size=2&column=at&fail_page=3&fail=4"
              params: { since: "{incremental.start_value}" }
              data_selector: data
              paginator: { type: page_number, total_path: total_pages }
              on_error: skip_partition
              retry: { max_attempts: 1 }
              incremental: { cursor_path: at, cursor_type: integer, initial_value: 0 }
            load: { DATABASE }
            """
        for code in (REJECTS, REJECTS, REJECTS, REJECTS, OK, OK):
            self.assert_exit(self.run_on(pipeline), code)
            self.assertEqual(self.rows("SELECT id FROM gaps ORDER BY id"),
                             [1, 2, 3, 4, 5, 6] if code == OK else [1, 2, 3, 4])


@on_both
class Versions(StateCase):
    """A version is newer by the value of its cursor, however that is written."""

    def load(self, cursor, value, name):
        row = json.dumps([{"id": 1, "at": value, "name": name}]).encode()
        harness.server().ask("/data-set", row, name="v")
        self.assert_exit(self.run_weir(f"""
            weir: 1
            name: versions
            extract:
              type: http
              url: "${{SERVER}}/data/v"
              data_selector: data
              write_disposition: merge
              primary_key: id
              incremental: {{ cursor_path: at, {cursor}, lag: {"5" if "int" in cursor else "1d"} }}
            load: {{ {self.database.load} }}
            """), OK)
        return self.rows("SELECT name FROM versions")[0]

    def test_the_newer_one_stays(self):
        german = 'cursor_type: date, cursor_format: "%d.%m.%Y"'
        for cursor, old, new in (
                ("cursor_type: integer", "9", "10"),
                ("cursor_type: datetime", "2024-05-01T10:00:00Z", "2024-05-01T10:00:00.5Z"),
                ("cursor_type: datetime", "2024-05-01T10:30:00+02:00", "2024-05-01T09:00:00Z"),
                (f"{german}", "01.05.2024", "02.05.2024")):
            with self.subTest(old=old, new=new):
                self.database.empty()
                self.assertEqual(self.load(cursor, old, "old"), "old")
                self.assertEqual(self.load(cursor, new, "new"), "new")
                self.assertEqual(self.load(cursor, old, "late"),
                                 "late" if cursor == german else "new")


@on_both
class Secrets(StateCase):
    SECRET = "s3kret/of+mine"

    def test_the_label_of_a_gap_holds_none(self):
        result = self.run_on("""
            weir: 1
            name: label
            extract:
              type: http
              url: "${SERVER}/status?code=500&x=${TOKEN}"
              on_error: skip_partition
              retry: { max_attempts: 1 }
              auth: { type: bearer, token: "${TOKEN}" }
              partitions: { p: ["${TOKEN}", plain] }
            load: { DATABASE }
            """, env={"TOKEN": self.SECRET})
        self.assert_exit(result, REJECTS)
        labels = self.rows("SELECT label FROM {weir}gap")
        self.assertEqual(len(labels), 2)
        for label in labels:
            self.assertIn("***", label)
        for form in (self.SECRET, "s3kret%2Fof%2Bmine"):
            self.assertNotIn(form.encode(), self.database.content())


if __name__ == "__main__":
    unittest.main()
