"""conditional: what has not changed since the last complete pass is not loaded again, and what has
changed arrives, whatever ends the runs in between.

postgres is among the databases.
"""

import random
import select
import signal
import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
from state_case import StateCase, on_both, resource

setUpModule = harness.start_server

TOTAL = "paginator: { type: page_number, total_path: total_pages, prefetch: 4 }"
AHEAD = "paginator: { type: page_number, prefetch: 4 }"
CACHE = 'cache: { path: "${WORK}/cache", ttl: 0s }'
MERGE = "write_disposition: merge, primary_key: id"
REPLACE = "write_disposition: replace"
SIZE = 10


class ConditionalCase(StateCase):
    def setUp(self):
        super().setUp()
        self.versions = {i: 0 for i in range(1, 101)}
        self.put()

    def put(self, *changed, name="a"):
        """Gives these rows a new version; the rows as the server has them now."""
        for i in changed:
            self.versions[i] = self.versions.get(i, 0) + 1
        self.data = [{"id": i, "v": v} for i, v in sorted(self.versions.items())]
        harness.server().put(name, self.data)

    def one(self, *options, name="t", of="a", **query):
        query = {"size": SIZE, **query}
        path = f"/kept/{of}?" + "&".join(f"{key}={value}" for key, value in query.items())
        return resource(name, path, "data_selector: data", "conditional: true", *options)

    def load(self, *options, extract="", env=None, **query):
        """A run, how often it asked, and how often it heard that nothing has changed."""
        before = harness.server().stats()
        result = self.run_weir(self.pipeline([self.one(*options, **query)], extract=extract),
                               env=env or {})
        after = harness.server().stats()
        self.assert_exit(result, OK)
        self.asked = after["requests_total"] - before["requests_total"]
        self.unchanged = after["not_modified"] - before["not_modified"]
        return result

    def table(self, name="t"):
        return sorted(self.database.query(f'SELECT id, v FROM "{name}"'))

    def all_once(self):
        return sorted((row["id"], row["v"]) for row in self.data)

    def page_of(self, i):
        """All rows of the page that this one stands in, as they are now."""
        page = (i - 1) // SIZE
        return [(row["id"], row["v"]) for row in self.data[page * SIZE:page * SIZE + SIZE]]


@on_both
class Changes(ConditionalCase):
    def test_only_what_has_changed_is_loaded_again(self):
        for tag in ("strong", "weak", "time"):
            with self.subTest(tag=tag):
                self.database.empty()
                self.load(TOTAL, tag=tag)
                loaded = self.all_once()
                self.assertEqual(self.table(), loaded)
                result = self.load(TOTAL, tag=tag)
                self.assertEqual((self.asked, self.unchanged), (10, 10))
                self.assertEqual(self.table(), loaded)
                self.assertEqual(result.report["resources"][0]["requests"]["not_modified"], 10)
                self.put(42)
                self.load(TOTAL, tag=tag)
                self.assertEqual((self.asked, self.unchanged), (10, 9))
                loaded = sorted(loaded + self.page_of(42))
                self.assertEqual(self.table(), loaded)
                # Notes that were borne again are there as well as those that came.
                self.load(TOTAL, tag=tag)
                self.assertEqual((self.asked, self.unchanged), (10, 10))
                self.assertEqual(self.table(), loaded)

    def test_without_validators_all_is_fetched_and_what_has_changed_is_loaded(self):
        self.load(TOTAL, tag="none")
        loaded = self.all_once()
        self.put(42)
        self.load(TOTAL, tag="none")
        self.assertEqual((self.asked, self.unchanged), (10, 0))
        self.assertEqual(self.table(), sorted(loaded + self.page_of(42)))

    def test_a_tag_that_does_not_change_hides_nothing(self):
        """Of a server that gives one tag to all, and never answers with 304."""
        self.load(TOTAL, MERGE, tag="constant")
        self.put(42)
        self.load(TOTAL, MERGE, tag="constant")
        self.assertEqual((self.asked, self.unchanged), (10, 0))
        self.assertEqual(self.table(), self.all_once())

    def test_an_end_that_has_moved_is_found(self):
        self.load(AHEAD, MERGE, totals=0)
        for rows in (5, 20, 1):
            for i in range(rows):
                self.versions[len(self.versions) + 1] = 0
            self.put()
            self.load(AHEAD, MERGE, totals=0)
            self.assertEqual(self.table(), self.all_once())
        self.load(AHEAD, MERGE, totals=0)
        self.assertEqual(self.table(), self.all_once())

    def test_single_pages_and_partitions(self):
        parts = "partitions: { i: { from: 1, to: 20 } }"
        self.load(parts, "params: { page: \"{partition.i}\" }", size=5)
        self.assertEqual(self.table(), self.all_once())
        self.put(7)
        self.load(parts, "params: { page: \"{partition.i}\" }", size=5)
        self.assertEqual((self.asked, self.unchanged), (20, 19))
        self.assertEqual(self.table(), sorted(self.all_once() + [(7, 0)] +
                                              [(i, 0) for i in (6, 8, 9, 10)]))

    def test_another_question_is_answered_whole(self):
        """Another login, address or header: what was noted is of no use; nor is it where the file
        makes something else of the rows."""
        for token in ("anna", "berta"):
            harness.server().put(f"a.{token}", self.data)
        login = 'auth: { type: bearer, token: "${TOKEN}" }'
        anna, berta = {"TOKEN": "anna"}, {"TOKEN": "berta"}
        self.load(TOTAL, MERGE, login, env=anna, login=1)
        self.load(TOTAL, MERGE, login, env=anna, login=1)
        self.assertEqual(self.unchanged, 10)
        self.load(TOTAL, MERGE, login, env=berta, login=1)
        self.assertEqual(self.unchanged, 0)
        self.load(TOTAL, MERGE, login, "where: \"id > 5\"", env=berta, login=1)
        self.assertEqual(self.unchanged, 0)

    def test_what_was_ignored_may_count_in_another_pass(self):
        self.load(TOTAL, 'response_actions: [{ content: "v", action: ignore }]')
        self.load(TOTAL)
        self.assertEqual(self.unchanged, 0)
        self.assertEqual(self.table(), self.all_once())

    def test_a_table_that_is_gone_is_filled_anew(self):
        self.load(TOTAL)
        self.database.make("DROP TABLE t;")
        self.load(TOTAL)
        self.assertEqual(self.unchanged, 0)
        self.assertEqual(self.table(), self.all_once())

    def test_incremental_goes_on_from_its_mark(self):
        new = ("incremental: { cursor_path: v, cursor_type: integer }", "paginator: { type: page_number }")
        for n in (1, 2, 2):
            for i in range(1, n + 1):
                self.put(i * 10)
            self.load(*new, MERGE, totals=0)
            self.assertEqual(self.table(), self.all_once())

    def test_304_that_nobody_asked_for_is_an_error(self):
        text = self.pipeline(["{ name: t, url: \"${SERVER}/status?code=304\", conditional: true }"])
        result = self.run_weir(text)
        self.assert_exit(result, SOURCE)
        self.assertIn("nothing asked for that", result.err)


@on_both
class WithCache(ConditionalCase):
    def test_pages_that_name_the_next_one(self):
        for links, paginator in (("body", "paginator: { type: json_link, next_url_path: next }"),
                                 ("head", "paginator: { type: header_link }")):
            with self.subTest(links=links):
                self.database.empty()
                self.load(paginator, extract=CACHE, links=links, totals=0)
                loaded = self.all_once()
                self.load(paginator, extract=CACHE, links=links, totals=0)
                self.assertEqual((self.asked, self.unchanged), (10, 10))
                self.assertEqual(self.table(), loaded)
                self.put(42)
                self.load(paginator, extract=CACHE, links=links, totals=0)
                self.assertEqual(self.unchanged, 9)
                self.assertEqual(self.table(), sorted(loaded + self.page_of(42)))

    def test_a_page_that_is_the_last_no_more_is_not_loaded_again(self):
        wishes = {"links": "head", "totals": 0, "tag": "body"}
        self.load("paginator: { type: header_link }", extract=CACHE, **wishes)
        for i in range(101, 106):
            self.versions[i] = 0
        self.put()
        self.load("paginator: { type: header_link }", extract=CACHE, **wishes)
        self.assertEqual(self.table(), self.all_once())

    def test_what_is_young_and_was_loaded_is_not_loaded_again(self):
        young = CACHE.replace("0s", "1h")
        self.load(TOTAL, extract=young)
        self.load(TOTAL, extract=young)
        self.assertEqual(self.asked, 0)
        self.assertEqual(self.table(), self.all_once())

    def test_what_another_pipeline_has_kept_is_new_to_this_one(self):
        """The cache knows the answer of today, the database that of yesterday."""
        self.load(TOTAL, MERGE, extract=CACHE)
        self.put(42)
        other = self.pipeline([self.one(TOTAL)], extract=CACHE, name="other")
        self.assert_exit(self.run_weir(other.replace("name: t,", "name: u,")), OK)
        self.load(TOTAL, MERGE, extract=CACHE)
        self.assertEqual(self.unchanged, 10)
        self.assertEqual(self.table(), self.all_once())

    def test_an_empty_cache_asks_by_what_was_noted(self):
        self.load(TOTAL, extract=CACHE)
        for path in (self.work / "cache").glob("??/*"):
            path.unlink()
        self.load(TOTAL, extract=CACHE)
        self.assertEqual((self.asked, self.unchanged), (10, 10))
        self.assertEqual(self.table(), self.all_once())

    def test_where_bodies_are_needed_an_empty_cache_fetches_them(self):
        link = "paginator: { type: json_link, next_url_path: next }"
        self.load(link, extract=CACHE, links="body")
        loaded = self.all_once()
        for path in (self.work / "cache").glob("??/*"):
            path.unlink()
        self.put(42)
        self.load(link, extract=CACHE, links="body")
        self.assertEqual((self.asked, self.unchanged), (10, 0))
        # What the server calls the same is, though it came whole.
        self.assertEqual(self.table(), sorted(loaded + self.page_of(42)))

    def test_a_table_that_is_replaced_is_whole(self):
        for changed in ((), (), (42,), ()):
            self.put(*changed)
            self.load(TOTAL, REPLACE, extract=CACHE)
            self.assertEqual(self.table(), self.all_once())
        self.assertEqual(self.unchanged, 10)

    def test_children_are_read_though_their_parent_has_not_changed(self):
        harness.server().put("parents", [{"id": i, "v": i, "name": f"c{i}"} for i in (1, 2, 3)])
        for i in (1, 2, 3):
            harness.server().put(f"c{i}", [{"id": i * 10 + k, "v": 0} for k in range(5)])
        child = ('{ name: t, url: "${SERVER}/kept/{resources.p.name}", data_selector: data, '
                 "conditional: true }")
        text = self.pipeline([self.one(name="p", of="parents"), child], extract=CACHE)
        expected = [(i * 10 + k, 0) for i in (1, 2, 3) for k in range(5)]
        for _ in range(2):
            self.assert_exit(self.run_weir(text), OK)
            self.assertEqual(self.table(), expected)
            self.assertEqual(len(self.table("p")), 3)
        harness.server().put("c2", [{"id": 20 + k, "v": 1} for k in range(5)])
        self.assert_exit(self.run_weir(text), OK)
        self.assertEqual(self.table(), sorted(expected + [(20 + k, 1) for k in range(5)]))
        self.assertEqual(len(self.table("p")), 3)


@on_both
class Killed(ConditionalCase):
    def run_killed(self, file, dice, kills):
        """Runs, killed at random moments, until one ends; what comes between two runs."""
        for _ in range(kills):
            run = self.start_weir(file)
            if not select.select([run.pidfd], [], [], dice.uniform(0.03, 0.2))[0]:
                run.signal(signal.SIGKILL)
            if run.wait().code == OK:
                return
            yield
        self.assert_exit(self.run_weir(file), OK)

    def file(self, *options, extract=""):
        return self.write("work.yaml", self.pipeline(
            [self.one(TOTAL, *options, delay=0.004)], extract=extract,
            load="batching: { rows: 20, period: 10ms }"))

    def test_every_change_arrives_once(self):
        """Appended: whatever is loaded twice, or not at all, would be seen."""
        for extract in ("", CACHE):
            with self.subTest(extract=extract):
                dice = random.Random(3)
                self.database.empty()
                file = self.file(extract=extract)
                for _ in self.run_killed(file, dice, 2):
                    pass
                loaded = self.all_once()
                self.assertEqual(self.table(), loaded)
                for _ in range(4):
                    changed = dice.sample(range(1, 101), 3)
                    self.put(*changed)
                    for _ in self.run_killed(file, dice, 3):
                        pass
                    pages = {(i - 1) // SIZE: i for i in changed}
                    loaded += [row for i in pages.values() for row in self.page_of(i)]
                    self.assertEqual(self.table(), sorted(loaded))

    def test_every_change_arrives_though_the_source_changes_in_a_pass(self):
        for extract in ("", CACHE):
            with self.subTest(extract=extract):
                dice = random.Random(4)
                self.database.empty()
                file = self.file(MERGE, extract=extract)
                for _ in range(4):
                    self.put(*dice.sample(range(1, 101), 3))
                    for _ in self.run_killed(file, dice, 3):
                        self.put(*dice.sample(range(1, 101), 2))
                # One pass that begins behind the last change.
                self.assert_exit(self.run_weir(file), OK)
                self.assertEqual(self.table(), self.all_once())

    def test_begun_anew(self):
        file = self.file(MERGE)
        self.assert_exit(self.run_weir(file), OK)
        self.put(13, 57)
        for _ in self.run_killed(file, random.Random(5), 1):
            break
        self.assert_exit(self.run_weir(file, "--restart"), OK)
        self.assertEqual(self.table(), self.all_once())


class Refusals(harness.Case):
    def check_file(self, line, extract="", load='{ type: sqlite, path: "${WORK}/out.db" }'):
        return self.run_weir(f"""
            weir: 1
            name: refused
            extract:
              type: http
              conditional: true
              {extract}
              resources:
                - {{ url: "${{SERVER}}/kept/a", {line} }}
            load: {load}
            """, command="check")

    def test_what_cannot_be_kept_up_is_refused(self):
        cases = {
            "name: t, write_disposition: replace": "replace needs the rows of every answer",
            "name: t, paginator: { type: json_link, next_url_path: next }":
                "each page says what the next one is",
            "name: t, paginator: auto": "each page says what the next one is",
            'name: p }\n                - { name: t, url: "${SERVER}/kept/{resources.p.id}"':
                "other resources are read from its rows",
        }
        for line, reason in cases.items():
            with self.subTest(line):
                result = self.check_file(line)
                self.assert_exit(result, BAD_FILE)
                self.assertIn("'conditional' needs a 'cache' under extract here", result.err)
                self.assertIn(reason, result.err)
                self.assert_exit(self.check_file(line, "cache: {}"), OK)

    def test_jobs_are_refused(self):
        job = ("name: t, method: POST, job: { poll: { path: x }, status: { completed: [d], path: s } }, "
               "paginator: single_page")
        self.assertIn("'conditional' is not for a job", self.check_file(job, "cache: {}").err)

    def test_only_get_and_loaders_that_remember(self):
        result = self.check_file("name: t, method: POST", "cache: {}")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("'conditional' is for GET", result.err)
        result = self.check_file("name: t", load='{ type: ndjson, path: "${WORK}/out" }')
        self.assert_exit(result, BAD_FILE)
        self.assertIn("needs a loader that remembers", result.err)


if __name__ == "__main__":
    unittest.main()
