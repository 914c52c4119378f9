"""Positions: where each unit stands in its chain, and that a run goes on where the last one stopped."""

import json
import unittest
from urllib.parse import urlencode

import harness
from harness import BAD_FILE, OK, REJECTS, SOURCE, WEIR

setUpModule = harness.start_server

PLUGINS = WEIR.parent / "tests" / "plugins.d"
FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"
TOTAL = "{ type: page_number, total_path: total_pages }"
CURSOR = "{ type: cursor, cursor_path: next, cursor_param: cursor }"
ITEMS = 'url: "${SERVER}/items/{partition.id}?missing_every=10"'


class PositionCase(harness.Case):
    def resource(self, *keys, name="t"):
        lines = "\n                  ".join(keys)
        return f"""
                - name: {name}
                  {lines}"""

    def run_resources(self, *resources, extract=""):
        return self.run_weir(f"""
            weir: 1
            name: positions
            extract:
              type: http
              {extract}
              resources:{"".join(resources)}
            load: {{ type: positions, trace: "${{WORK}}/trace", state: "${{WORK}}/state" }}
            """, "--plugins", PLUGINS)

    def run_pages(self, paginator, *keys, **query):
        url = 'url: "${SERVER}/pages?' + urlencode(query) + '"'
        return self.run_resources(self.resource(url, "data_selector: data",
                                                f"paginator: {paginator}", *keys))

    def units(self, name="t"):
        """The units of the last run, as the loader got them."""
        lines = (self.work / "trace").read_text().splitlines()
        return [unit for unit in map(json.loads, lines) if unit["resource"] == name]

    def shapes(self):
        """(number, what it means, rows) of each unit; "-" stands before what was left out."""
        return [(unit["number"], "-" * unit["left_out"] + unit["follow"], unit["rows"])
                for unit in self.units()]

    def asked(self, run):
        """What the run did, and how many requests it took."""
        before = harness.server().stats()["requests_total"]
        result = run()
        return result, harness.server().stats()["requests_total"] - before

    def edit_state(self, old, new):
        path = self.work / "state"
        text = path.read_text()
        self.assertIn(old, text)
        path.write_text(text.replace(old, new))


def chain(first, last, rows=100):
    """The shapes of pages that follow each other to an end."""
    return [(n, "end" if n == last else "next", rows) for n in range(first, last + 1)]


class Positions(PositionCase):
    def test_one_page_is_an_end(self):
        self.assert_exit(self.run_pages("{ type: single_page }", style="page"), OK)
        self.assertEqual(self.shapes(), chain(0, 0))

    def test_computed_pages_need_no_name(self):
        for paginator in (TOTAL, TOTAL.replace("}", ", prefetch: 5 }"),
                          "{ type: offset, limit: 100, total_path: total }",
                          "{ type: page_number, has_more_path: has_more }",
                          "{ type: page_number, maximum_page: 10 }"):
            with self.subTest(paginator=paginator):
                style = "offset" if "offset" in paginator else "page"
                self.assert_exit(self.run_pages(paginator, style=style), OK)
                self.assertEqual(self.shapes(), chain(0, 9))
                self.assertEqual({unit["next"] for unit in self.units()}, {None})
                self.assertEqual({unit["label"] for unit in self.units()}, {None})
                self.assertEqual(len({unit["chain"] for unit in self.units()}), 1)

    def test_an_empty_page_is_the_end_and_what_lies_behind_it_is_nothing(self):
        for prefetch in (1, 8):
            with self.subTest(prefetch=prefetch):
                self.assert_exit(self.run_pages(f"{{ type: page_number, prefetch: {prefetch} }}",
                                                style="page", totals=0), OK)
                self.assertEqual(self.shapes(), [*chain(0, 10)[:-1], (10, "end", 0)])

    def test_what_names_the_next_page_is_remembered(self):
        for paginator, style in ((CURSOR, "cursor"), ("{ type: json_link }", "next_url"),
                                 ("{ type: header_link }", "link")):
            with self.subTest(paginator=paginator):
                self.assert_exit(self.run_pages(paginator, style=style), OK)
                self.assertEqual(self.shapes(), chain(0, 9))
                names = [unit["next"] for unit in self.units()]
                self.assertIsNone(names.pop())
                self.assertEqual(len(set(names)), 9)
                if paginator != CURSOR:
                    for name in names:
                        self.assertTrue(name.startswith(harness.server().url + "/pages?"), name)

    def test_relative_links_are_remembered_whole(self):
        self.assert_exit(self.run_pages("{ type: json_link }", style="next_url", relative=1), OK)
        self.assertTrue(self.units()[0]["next"].startswith(harness.server().url))

    def test_each_partition_is_a_chain(self):
        result = self.run_resources(self.resource(
            'url: "${SERVER}/items/{partition.id}"', "partitions: { id: { from: 1, to: 50 } }"))
        self.assert_exit(result, OK)
        self.assertEqual(self.shapes(), chain(0, 0, rows=1) * 50)
        self.assertEqual(len({unit["chain"] for unit in self.units()}), 50)
        for unit in self.units():
            self.assertEqual(unit["chain"], unit["series"])


class Failures(PositionCase):
    def test_the_page_that_ends_the_run_has_no_position(self):
        for prefetch in (1, 6):
            for fault in ("503", "badjson"):
                with self.subTest(prefetch=prefetch, fault=fault):
                    (self.work / "state").unlink(missing_ok=True)
                    result = self.run_pages(
                        TOTAL.replace("}", f", prefetch: {prefetch} }}"), FAST, style="page",
                        fail_page=5, fail=99, **{"as": fault})
                    self.assertNotEqual(result.code, OK)
                    self.assertEqual(self.shapes(), chain(0, 9)[:4])

    def test_a_page_that_is_left_out_is_a_hole(self):
        for fault in ("503", "badjson"):
            with self.subTest(fault=fault):
                (self.work / "state").unlink(missing_ok=True)
                result = self.run_pages(TOTAL, FAST, "on_error: continue", style="page",
                                        fail_page=3, fail=99, **{"as": fault})
                self.assert_exit(result, REJECTS)
                self.assertEqual(self.shapes(),
                                 [*chain(0, 9)[:2], (2, "-next", 0), *chain(3, 9)])
                hole = self.units()[2]
                self.assertEqual(hole["error"], "E-JSON" if fault == "badjson" else "E-HTTP-STATUS")
                self.assertIn("page=3", hole["label"])

    def test_the_last_page_may_be_left_out(self):
        result = self.run_pages(TOTAL, FAST, "on_error: continue", style="page", fail_page=10,
                                fail=99)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.shapes(), [*chain(0, 9)[:9], (9, "-end", 0)])

    def test_the_rest_of_a_partition_waits(self):
        for word in ("skip_partition", "continue"):
            with self.subTest(word=word):
                (self.work / "state").unlink(missing_ok=True)
                paginator, style = (TOTAL, "page") if word == "skip_partition" else (CURSOR, "cursor")
                result = self.run_pages(paginator, FAST, f"on_error: {word}", style=style,
                                        fail_page=3, fail=99)
                self.assert_exit(result, REJECTS)
                self.assertEqual(self.shapes(), [*chain(0, 9)[:2], (2, "wait", 0)])

    def test_failures_in_a_row_without_a_known_end_wait(self):
        result = self.run_resources(self.resource(
            'url: "${SERVER}/status?code=404"', "on_error: continue",
            "paginator: { type: page_number }"))
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.shapes(), [(0, "-next", 0), (1, "-next", 0), (2, "wait", 0)])

    def test_a_page_that_repeats_the_one_before_does_not_count(self):
        paginator = "{ type: page_number }"
        result = self.run_pages(paginator, style="page", loop_at=4, totals=0)
        self.assert_exit(result, SOURCE)
        self.assertEqual(self.shapes(), chain(0, 9)[:4])
        (self.work / "state").unlink()
        result = self.run_pages(paginator, "on_error: skip_partition", style="page", loop_at=4,
                                totals=0)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.shapes(), [*chain(0, 9)[:4], (4, "wait", 0)])
        self.assertEqual(self.units()[4]["error"], "E-PAGE-REPEAT")

    def test_a_page_that_may_not_be_asked_for_fails_itself_and_not_the_one_before(self):
        result = self.run_pages("{ type: json_link }", "on_error: skip_partition",
                                style="next_url", next_other=1)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.shapes(), [(0, "next", 100), (1, "wait", 0)])
        self.assertTrue(self.units()[0]["next"].startswith(harness.server().other))
        self.assertEqual(self.units()[1]["error"], "E-ORIGIN")

    def test_requests_that_cannot_be_made_wait(self):
        self.write("urls.txt", f"{harness.server().url}/items/1\nfile:///etc/passwd\n")
        result = self.run_resources(self.resource(
            'url: "{partition.url}"', "on_error: skip_partition",
            "partitions: { url: { file: '${WORK}/urls.txt' } }"))
        self.assert_exit(result, REJECTS)
        self.assertEqual(sorted(self.shapes()), [(0, "end", 1), (0, "wait", 0)])

    def test_missing_partitions_are_gaps(self):
        result = self.run_resources(self.resource(
            ITEMS, "on_error: skip_partition", "partitions: { id: { from: 1, to: 30 } }"))
        self.assert_exit(result, REJECTS)
        self.assertEqual(sorted(self.shapes()), [(0, "end", 1)] * 27 + [(0, "wait", 0)] * 3)
        gaps = [unit for unit in self.units() if unit["follow"] == "wait"]
        for gap in gaps:
            self.assertRegex(gap["label"], r"^GET http://\S+/items/\d0\?\S* \(id=\d0\)$")

    def test_labels_hold_no_secret(self):
        self.write("q", "SECRET-in-a-parameter")
        result = self.run_resources(self.resource(
            'url: "${SERVER}/status?code=404"', "on_error: skip_partition",
            "params: { q: '${file:q}' }"))
        self.assert_exit(result, REJECTS)
        self.assertIn("/status?", self.units()[0]["label"])
        self.assertNotIn("SECRET", (self.work / "trace").read_text())

    def test_more_gaps_than_allowed_leave_the_last_one_to_the_next_run(self):
        result = self.run_resources(self.resource(
            ITEMS, "on_error: skip_partition", "max_failed_partitions: 0",
            "partitions: { id: { from: 10, to: 10 } }"))
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-GAPS", result.err)
        self.assertEqual(self.units(), [])


class GoingOn(PositionCase):
    FAILING = {"fail_page": 5, "fail": 2}       # as often as FAST asks

    def fail_then_go_on(self, paginator, style, *keys, **more):
        query = {"style": style, **self.FAILING, **more}
        self.assert_exit(self.run_pages(paginator, FAST, *keys, **query), SOURCE)
        self.assertEqual(self.shapes(), chain(0, 9)[:4])
        return self.asked(lambda: self.run_pages(paginator, FAST, *keys, **query))

    def test_every_paginator_goes_on_behind_the_last_page(self):
        for paginator, style in ((TOTAL, "page"), ("{ type: offset, limit: 100 }", "offset"),
                                 (TOTAL.replace("}", ", prefetch: 4 }"), "page"),
                                 ("{ type: page_number, has_more_path: has_more }", "page"),
                                 (CURSOR, "cursor"), ("{ type: json_link }", "next_url"),
                                 ("{ type: header_link }", "link")):
            with self.subTest(paginator=paginator):
                harness.server().reset()
                (self.work / "state").unlink(missing_ok=True)
                result, requests = self.fail_then_go_on(paginator, style)
                self.assert_exit(result, OK)
                has_empty = "offset" in paginator
                self.assertEqual(self.shapes()[:6], [*chain(4, 9)[:5],
                                                     (9, "next" if has_empty else "end", 100)])
                self.assertEqual(requests, 6 + has_empty)

    def test_max_pages_are_those_of_the_whole_chain(self):
        for paginator, style in ((CURSOR, "cursor"), ("{ type: page_number }", "page")):
            with self.subTest(paginator=paginator):
                harness.server().reset()
                (self.work / "state").unlink(missing_ok=True)
                result, requests = self.fail_then_go_on(paginator.replace("}", ", max_pages: 6 }"),
                                                        style)
                self.assert_exit(result, OK)
                self.assertEqual(self.shapes(), chain(4, 5))
                self.assertEqual(requests, 2)

    def test_a_page_that_waited_is_asked_for_again(self):
        result, requests = None, 0
        query = {"style": "cursor", **self.FAILING}
        result = self.run_pages(CURSOR, FAST, "on_error: skip_partition", **query)
        self.assert_exit(result, REJECTS)
        result, requests = self.asked(
            lambda: self.run_pages(CURSOR, FAST, "on_error: skip_partition", **query))
        self.assert_exit(result, OK)
        self.assertEqual(self.shapes(), chain(4, 9))
        self.assertEqual(requests, 6)

    def test_a_hole_is_asked_for_alone(self):
        query = {"style": "page", **self.FAILING}
        run = lambda: self.run_pages(TOTAL, FAST, "on_error: continue", **query)
        self.assert_exit(run(), REJECTS)
        result, requests = self.asked(run)
        self.assert_exit(result, OK)
        self.assertEqual(self.shapes(), [(4, "fill", 100)])
        self.assertEqual(requests, 1)

    def test_a_hole_that_fails_again_is_still_one(self):
        for fault in ("503", "badjson"):
            with self.subTest(fault=fault):
                (self.work / "state").unlink(missing_ok=True)
                query = {"style": "page", "fail_page": 5, "fail": 99, "as": fault}
                run = lambda: self.run_pages(TOTAL, FAST, "on_error: continue", **query)
                self.assert_exit(run(), REJECTS)
                self.assert_exit(run(), REJECTS)
                self.assertEqual(self.shapes(), [(4, "-fill", 0)])
                self.assertIn("page=5", self.units()[0]["label"])

    def test_holes_and_the_rest_of_one_chain(self):
        query = {"style": "page", **self.FAILING}
        self.assert_exit(self.run_pages(TOTAL, FAST, "on_error: continue", **query), REJECTS)
        lines = (self.work / "state").read_text().splitlines()
        name, identity = next(line for line in lines if line.startswith("place")).split()[1:3]
        self.edit_state(f"place {name} {identity} 10 1", f"place {name} {identity} 8 0")
        with open(self.work / "state", "a", encoding="utf-8") as state:
            state.write(f"gap {name} {identity} 2 1\n")
        result, requests = self.asked(
            lambda: self.run_pages(TOTAL, FAST, "on_error: continue", **query))
        self.assert_exit(result, OK)
        self.assertEqual(sorted(self.shapes()),
                         [(2, "fill", 100), (4, "fill", 100), (8, "next", 100), (9, "end", 100)])
        self.assertEqual(requests, 4)

    def test_failures_in_a_row_are_counted_over_runs(self):
        def run():
            return self.run_resources(self.resource(
                'url: "${SERVER}/status?code=404"', "on_error: continue",
                "paginator: { type: page_number }"))
        self.assert_exit(run(), REJECTS)
        self.assert_exit(run(), REJECTS)
        self.assertEqual(sorted(self.shapes()), [(0, "-fill", 0), (1, "-fill", 0), (2, "wait", 0)])

    def test_only_partitions_that_are_missing_are_asked_for(self):
        def run():
            return self.run_resources(self.resource(
                ITEMS, "on_error: skip_partition", "max_failed_partitions: 3",
                "partitions: { id: { from: 1, to: 30 } }"))
        self.assert_exit(run(), REJECTS)
        first = {unit["chain"] for unit in self.units() if unit["follow"] == "wait"}
        result, requests = self.asked(run)
        self.assert_exit(result, REJECTS)
        self.assertEqual({unit["chain"] for unit in self.units()}, first)
        self.assertEqual(requests, 3)
        self.assertEqual(result.report["resources"][0]["requests"]["failed"], 3)
        _, requests = self.asked(run)
        self.assertEqual(requests, 30, "what fails twice is given up, and the next run begins anew")

    def test_thousands_of_partitions_that_are_done(self):
        def run():
            return self.run_resources(self.resource(
                'url: "${SERVER}/items/{partition.id}?missing_every=7000"',
                "on_error: skip_partition", "partitions: { id: { from: 1, to: 7000 } }"))
        self.assert_exit(run(), REJECTS)
        result, requests = self.asked(run)
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.shapes(), [(0, "wait", 0)])
        self.assertIn("/items/7000?", self.units()[0]["label"])
        self.assertEqual(requests, 1)

    def test_what_only_tunes_may_change_in_between(self):
        query = {"style": "page", **self.FAILING}
        self.write("t", "SECRET")
        self.assert_exit(self.run_pages(TOTAL, FAST, **query), SOURCE)
        result = self.run_resources(
            self.resource('url: "${SERVER}/pages?' + urlencode(query) + '"', "data_selector: data",
                          "paginator: { type: page_number, total_path: total_pages, prefetch: 3 }",
                          "retry: { max_attempts: 9 }", "on_error: continue",
                          "max_failed_partitions: 1", "auth: { type: bearer, token: '${file:t}' }"),
            extract="\n              ".join((
                "concurrency: { max: 3 }", "timeout: { stall: 9s }", "user_agent: x",
                "max_response_size: 1MiB", "tls: { insecure: true }")))
        self.assert_exit(result, OK)
        self.assertEqual(self.shapes(), chain(4, 9))

    def test_a_resource_that_was_read_is_not_asked_for(self):
        query = {"style": "page", **self.FAILING}
        self.assert_exit(self.run_pages(TOTAL, FAST, **query), SOURCE)
        self.edit_state("generation t 0", "generation t 1")
        result, requests = self.asked(lambda: self.run_pages(TOTAL, FAST, **query))
        self.assert_exit(result, OK)
        self.assertEqual((self.units(), requests), ([], 0))


class Restored(PositionCase):
    """A database is no more to be trusted than a server is."""

    TOKEN = "auth: { type: bearer, token: '${file:token}' }"

    def setUp(self):
        super().setUp()
        self.write("token", "SECRET-token")

    def fail(self, style="next_url", paginator="{ type: json_link }", *keys):
        query = {"style": style, "fail_page": 5, "fail": 2}
        return self.run_pages(paginator, FAST, self.TOKEN, *keys, **query)

    def interrupt(self):
        self.assert_exit(self.fail(), SOURCE)
        return next(unit["next"] for unit in reversed(self.units()))

    def test_a_link_to_another_origin_gets_no_login(self):
        home = self.interrupt()
        away = home.replace(harness.server().url, harness.server().other)
        self.edit_state(home, away)
        result = self.fail()
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-ORIGIN]", result.err)
        stats = harness.server().stats()
        self.assertEqual((stats["other_origin_hits"], stats["leak_count"]), (0, 0))
        self.assertEqual(self.units(), [])
        host = harness.server().other.removeprefix("http://")
        back = harness.server().url.removeprefix("http://")
        result = self.fail("next_url", f"{{ type: json_link, allow_hosts: ['{host}', '{back}'] }}")
        self.assert_exit(result, OK)
        self.assertEqual(self.shapes(), chain(4, 9))

    def test_a_link_that_is_none(self):
        home = self.interrupt()
        self.edit_state(home, "file:///etc/passwd")
        result = self.fail()
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-URL-SCHEME]", result.err)
        self.assertEqual(self.units(), [])

    def test_a_link_that_is_not_there(self):
        home = self.interrupt()
        self.edit_state(home, "-")
        self.assert_exit(self.fail(), SOURCE)
        self.assertEqual(self.units(), [])

    def test_behind_a_circle_nothing_goes_on(self):
        def run():
            return self.run_pages(CURSOR, style="cursor", loop_at=6, loop_to=2)
        self.assert_exit(run(), SOURCE)
        self.assertEqual(self.shapes(), [(n, "next", 100) for n in range(6)])
        result, requests = self.asked(run)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-PAGE-LOOP]", result.err)
        self.assertIn("--restart", result.err)
        self.assertEqual((self.units(), requests), ([], 0))


class Ranges(PositionCase):
    """Rows 10n to 10n+9 have the time n seconds past the beginning of 2024; there are 1,000."""

    PARAMS = 'params: { since: "{incremental.start_value}", until: "{incremental.end_value}" }'

    def run_range(self, incremental, *keys, paginator=CURSOR, params=PARAMS, **query):
        keys = (f"incremental: {{ cursor_path: at, {incremental} }}", params, *keys)
        return self.run_pages(paginator, *keys, **{"style": "cursor", **query})

    @staticmethod
    def at(seconds):
        return f"2024-01-01T00:{seconds // 60:02}:{seconds % 60:02}Z"

    def between(self, start, end):
        return f"initial_value: '{self.at(start)}', end_value: '{self.at(end)}'"

    def test_a_range_is_a_chain(self):
        self.assert_exit(self.run_range(self.between(50, 70)), OK)
        self.assertEqual(self.shapes(), chain(0, 1))
        self.assertEqual([unit["mark"] for unit in self.units()], [self.at(59), self.at(69)])
        self.assertEqual(self.units()[0]["chain"], self.units()[0]["series"])

    def test_the_first_run_needs_no_beginning(self):
        self.assert_exit(self.run_range("cursor_type: datetime"), OK)
        self.assertEqual(self.shapes(), chain(0, 9))

    def test_the_next_run_begins_at_the_mark(self):
        self.assert_exit(self.run_range(self.between(0, 80)), OK)
        end = self.at(100)
        result, requests = self.asked(lambda: self.run_range(
            f"initial_value: '{self.at(0)}', end_value: '{end}', on_cursor_value_missing: fail",
            params='params: { since: "{incremental.start_value}" }'))
        self.assert_exit(result, OK)
        self.assertEqual(requests, 3)       # from 790 on, 1,000 included
        self.assertEqual([unit["number"] for unit in self.units()], [0, 1, 2])
        self.assertEqual(self.units()[-1]["mark"], self.at(99))

    def test_each_window_is_a_chain(self):
        steps = self.between(0, 100) + ", step: 20s"
        self.assert_exit(self.run_range(steps, size=50), OK)
        by_chain = {}
        for unit in self.units():
            by_chain.setdefault(unit["chain"], []).append(unit)
        self.assertEqual(len(by_chain), 5)
        self.assertEqual(len({unit["series"] for unit in self.units()}), 1)
        for units in by_chain.values():
            self.assertEqual([unit["number"] for unit in units], [0, 1, 2, 3])
            self.assertEqual([unit["follow"] for unit in units], ["next"] * 3 + ["end"])
        self.assertEqual(sum(unit["rows"] for unit in self.units()), 999)

    def test_windows_go_on_one_by_one(self):
        def run():
            return self.run_range(self.between(0, 100) + ", step: 20s", FAST,
                                  "on_error: skip_partition", fail_page=2, fail=2)
        self.assert_exit(run(), REJECTS)
        self.assertEqual([unit["follow"] for unit in self.units()].count("wait"), 5)
        result, requests = self.asked(run)
        self.assert_exit(result, OK)
        self.assertEqual({unit["number"] for unit in self.units()}, {1})
        self.assertEqual({unit["follow"] for unit in self.units()}, {"end"})
        self.assertEqual(requests, 5)

    def test_partitions_have_windows_of_their_own(self):
        result = self.run_resources(self.resource(
            'url: "${SERVER}/pages?style=cursor&size=1000"', "data_selector: data",
            "partitions: { p: [a, b] }", 'headers: { X-P: "{partition.p}" }', self.PARAMS,
            f"incremental: {{ cursor_path: at, step: 50s, {self.between(0, 100)} }}"))
        self.assert_exit(result, OK)
        self.assertEqual(len({unit["chain"] for unit in self.units()}), 4)
        self.assertEqual(len({unit["series"] for unit in self.units()}), 2)
        self.assertEqual(sum(unit["rows"] for unit in self.units()), 2 * 999)

    def test_an_order_of_rows_ends_a_chain_early(self):
        for prefetch in (0, 4):
            with self.subTest(prefetch=prefetch):
                (self.work / "state").unlink(missing_ok=True)
                paginator = CURSOR
                if prefetch:
                    paginator = f"{{ type: page_number, prefetch: {prefetch} }}"
                result, requests = self.asked(lambda: self.run_range(
                    self.between(0, 25) + ", row_order: asc", paginator=paginator, params="",
                    style="page" if prefetch else "cursor"))
                self.assert_exit(result, OK)
                self.assertEqual(self.shapes(),
                                 [*chain(0, 9)[:2], (2, "next", 49), (3, "end", 0)])
                if not prefetch:
                    self.assertEqual(requests, 4)

    def test_placeholders_are_checked(self):
        result = self.run_pages(CURSOR, self.PARAMS, style="cursor")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("'{incremental.start_value}' needs an 'incremental' key", result.err)


class OnSqlite(PositionCase):
    """The whole of it: however often a run fails in between, each row is there once."""

    def load(self, paginator, *keys, **query):
        lines = "\n                  ".join(keys)
        return self.run_weir(f"""
            weir: 1
            name: positions
            extract:
              type: http
              resources:
                - name: t
                  url: "${{SERVER}}/pages?{urlencode(query)}"
                  data_selector: data
                  paginator: {paginator}
                  {FAST}
                  {lines}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """)

    def test_a_failed_run_is_finished_by_the_next(self):
        for paginator, style in ((TOTAL, "page"), (TOTAL.replace("}", ", prefetch: 4 }"), "page"),
                                 ("{ type: offset, limit: 100, total_path: total }", "offset"),
                                 (CURSOR, "cursor"), ("{ type: json_link }", "next_url"),
                                 ("{ type: header_link }", "link")):
            # What is given up twice is given up for good; a failed run may be repeated.
            for on_error, code, runs in (("fail", SOURCE, 3), ("skip_partition", REJECTS, 1),
                                         ("continue", REJECTS, 1)):
                with self.subTest(paginator=paginator, on_error=on_error):
                    for file in self.work.glob("out.db*"):
                        file.unlink()
                    harness.server().reset()
                    query = {"style": style, "fail_page": 5, "fail": 2 * runs}
                    for _ in range(runs):
                        self.assert_exit(
                            self.load(paginator, f"on_error: {on_error}", **query), code)
                    self.assert_exit(self.load(paginator, f"on_error: {on_error}", **query), OK)
                    self.assert_loaded("t", style=style)


if __name__ == "__main__":
    unittest.main()
