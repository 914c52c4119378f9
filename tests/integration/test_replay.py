"""weir replay FILE: rows that were set aside, through today's file and into the tables.

The letters are put there by hand, so that these tests say nothing of how rows come to be set aside;
test_dead_letters has the whole way.
"""

import json
import unittest

import harness
from databases import Sqlite
from harness import BAD_FILE, OK, REJECTS
from state_case import StateCase, on, on_both

setUpModule = harness.start_server


def resource(name, more="on_row_error: dead_letter"):
    return (name, more)


class ReplayCase(StateCase):
    def file(self, *resources, transform=""):
        """A pipeline with these resources; each gives two rows to a run."""
        lines = ["weir: 1", "name: letters", "extract:", "  type: http", "  resources:"]
        for name, more in resources:
            url = "${SERVER}/items/{partition.n}"
            lines.append(f'    - {{ name: {name}, url: "{url}", '
                         f"partitions: {{ n: {{ from: 1, to: 2 }} }}, {more} }}")
        if transform:
            lines.append(f"transform: [ {transform} ]")
        lines.append(f"load: {{ {self.database.load} }}")
        return "\n".join(lines) + "\n"

    def load(self, file, code=OK, *args, command="run"):
        result = self.run_weir(file, *args, command=command)
        self.assert_exit(result, code)
        return result

    def replay(self, file, code=OK, *args):
        return self.load(file, code, *args, command="replay")

    def set_aside(self, name, *rows, stage=0):
        values = ", ".join(
            f"('letters', '{name}', 1, {stage}, 'E-TYPE', 'a reason', '{json.dumps(row)}', "
            "'2024-05-06T07:08:09Z')" for row in rows)
        self.make("INSERT INTO _weir_dead_letter (pipeline, resource, generation, stage, code, "
                  f"reason, raw, set_aside_at) VALUES {values}")

    def letters(self):
        return self.database.query("SELECT resource, raw FROM _weir_dead_letter ORDER BY id")

    def ids(self, table="t"):
        return [row[0] for row in self.database.query(f"SELECT id FROM {table} ORDER BY id")]


@on_both
class Replay(ReplayCase):
    def setUp(self):
        super().setUp()
        self.t = self.file(resource("t"))

    def test_they_go_into_the_table_and_are_letters_no_more(self):
        self.load(self.t)
        self.set_aside("t", *({"id": n, "name": f"n{n}"} for n in range(11, 2611)))
        asked = harness.server().stats()["requests_total"]
        result = self.replay(self.t)
        self.assertEqual(self.ids(), [1, 2, *range(11, 2611)])
        self.assertEqual(self.letters(), [])
        self.assertEqual(harness.server().stats()["requests_total"], asked)
        self.assertIn("letters: 2,600 rows put back, 0 set aside again\n", result.err)

    def test_they_pass_the_transforms_of_today(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3, "name": "x"}, {"id": 4, "name": "y"})
        self.replay(self.file(resource("t"), transform='{ type: filter, where: "id = 4" }, '
                              "{ type: set, columns: { name: \"'new'\" } }"))
        self.assertEqual(self.database.query("SELECT id, name FROM t WHERE id > 2"), [(4, "new")])
        self.assertEqual(self.letters(), [])

    def test_what_fails_again_is_there_once_with_its_new_reason(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3, "name": "x"}, {"id": 4, "name": "{"})
        result = self.replay(self.file(resource("t"), transform="{ type: set, columns: { name: "
                                       "\"iif(id = 4, json_extract(name, '$'), name)\" } }"), REJECTS)
        self.assertIn("letters: 1 row put back, 1 set aside again\n", result.err)
        self.assertEqual(self.ids(), [1, 2, 3])
        self.assertEqual(len(self.letters()), 1)
        self.assertEqual(json.loads(self.letters()[0][1]), {"id": 4, "name": "{"})
        self.assertNotEqual(self.database.query("SELECT reason FROM _weir_dead_letter"),
                            [("a reason",)])

    def test_they_begin_behind_the_transforms_that_they_have_passed(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3}, stage=0)
        self.set_aside("t", {"id": 4}, stage=1)
        self.replay(self.file(resource("t"), transform="{ type: set, columns: { id: id + 100 } }, "
                              "{ type: set, columns: { id: id + 1000 } }"))
        self.assertEqual(self.ids(), [1, 2, 1004, 1103])

    def test_one_resource_alone(self):
        file = self.file(resource("t"), resource("u"))
        self.load(file)
        self.set_aside("t", {"id": 3})
        self.set_aside("u", {"id": 4})
        self.replay(file, OK, "--resource", "u")
        self.assertEqual((self.ids("t"), self.ids("u")), ([1, 2], [1, 2, 4]))
        self.assertEqual([name for name, _ in self.letters()], ["t"])

    def test_a_resource_that_is_gone_is_mentioned_and_left(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3})
        self.set_aside("gone", {"id": 4}, {"id": 5})
        result = self.replay(self.t, REJECTS)
        self.assertIn("2 rows are left", result.err)
        self.assertEqual(self.ids(), [1, 2, 3])
        self.assertEqual([name for name, _ in self.letters()], ["gone", "gone"])

    def test_without_a_database_none_is_made(self):
        result = self.replay(self.t)
        self.assertIn("0 rows put back", result.err)
        self.assertFalse(self.database.is_there())

    def test_a_replay_is_a_run_of_the_list(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3})
        self.replay(self.t)
        shown = self.load(self.t, OK, "show", command="state")
        self.assertIn("no pass is open", shown.out)
        self.assertEqual(shown.out.count("exit 0"), 2)
        self.assertNotIn("set aside", shown.out)


@on_both
class Replacing(ReplayCase):
    def setUp(self):
        super().setUp()
        self.more = "on_row_error: dead_letter, write_disposition: replace"
        self.t = self.file(resource("t", self.more))

    def test_they_go_into_what_was_published(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3})
        self.replay(self.t)
        self.assertEqual(self.ids(), [1, 2, 3])
        self.load(self.t)
        self.assertEqual(self.ids(), [1, 2])

    def test_not_while_a_run_is_to_be_finished(self):
        self.load(self.t)
        self.set_aside("t", {"id": 3})
        broken = self.t.replace("/items/{partition.n}", "/items/{partition.n}?every=2&fail=99&as=404")
        self.assertNotEqual(self.run_weir(broken).code, OK)
        result = self.replay(broken, BAD_FILE)
        self.assertIn("E-STATE-OPEN", result.err)
        self.assertEqual(len(self.letters()), 1)


@on(Sqlite)
class OtherLoaders(ReplayCase):
    def test_a_loader_without_dead_letters(self):
        file = self.file(("t", "")).replace("sqlite", "ndjson")
        result = self.replay(file, BAD_FILE)
        self.assertIn("E-STATE-NONE", result.err)


if __name__ == "__main__":
    unittest.main()
