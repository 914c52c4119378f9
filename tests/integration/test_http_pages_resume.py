"""Every way of paging goes on where a run ended, in both databases, and asks for nothing twice."""

import re
import unittest

import harness
from harness import OK, REJECTS, SOURCE
from state_case import StateCase, on_both, resource

setUpModule = harness.start_server

ONCE = "retry: { max_attempts: 1 }"
AGAIN = "response_actions: [{ content: something went wrong, action: retry }]"
POST = "method: POST, json: { variables: { at: {} } }"
WAYS = {
    "header_cursor": ("/pages", "header", "cursor_key: X-Next-Cursor, cursor_param: cursor", ""),
    "keyset": ("/pages", "keyset", "last_record_path: id, param: after", ""),
    "auto": ("/pages", "cursor", "", ""),
    "page_number": ("/placed", "page", 'path_param: "/{page}", prefetch: 4', "place: path"),
    "offset": ("/placed", "offset", "limit: 100, offset_header: X-Offset, limit_header: X-Limit",
               "place: header"),
    "cursor": ("/placed", "cursor", "cursor_path: next, cursor_body_path: variables.at.cursor",
               "place: body"),
}


def way(kind, *options, **query):
    path, style, keys, place = WAYS[kind]
    query |= {"style": style} | ({"place": place.split()[1]} if place else {})
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return resource("t", f"{path}?{text}", "data_selector: data",
                    f"paginator: {{ type: {kind}, {keys} }}", POST if "body" in place else "",
                    *options)


def count_known(asked):
    """How often it was asked for pages up to the empty one; with prefetch it asks for some beyond, and
    how many depends on how fast answers are read."""
    numbers = {url: re.match(r"/placed/(\d+)", url) for url in asked}
    return sum(n for url, n in asked.items() if not numbers[url] or int(numbers[url][1]) <= 11)


@on_both
class Resume(StateCase):
    def ids(self, table):
        return self.rows(f"SELECT id FROM {table} ORDER BY id")

    def test_behind_the_last_page(self):
        for kind in WAYS:
            with self.subTest(kind=kind):
                harness.server().reset()
                name = f"resume_{kind}"
                query = {"fail_page": 6, "fail": 99, "as": 503, "totals": 0}
                if kind == "auto":
                    query["totals"] = 1
                file = self.pipeline([way(kind, ONCE, f"table: {name}", **query)], name=name)
                self.assert_exit(self.run_weir(file), SOURCE)
                self.assertEqual(self.ids(name), list(range(1, 501)))
                harness.server().heal()
                result, asked = self.run_asking(file)
                self.assert_exit(result, OK)
                self.assertEqual(self.ids(name), list(range(1, 1001)))
                self.assertLessEqual(count_known(asked), 11)


@on_both
class Answers(StateCase):
    def test_one_that_was_left_out_though_its_status_was_good_is_asked_for_alone(self):
        file = self.pipeline([way("page_number", AGAIN, "on_error: continue", fail_page=3, fail=99,
                                  **{"as": "wrongshape"})])
        result = self.run_weir(file)
        self.assert_exit(result, REJECTS)
        self.assertIn("E-HTTP-ANSWER", result.err)
        self.assertEqual((self.count(), self.count_state("gap")), (900, 1))
        harness.server().heal()
        result, asked = self.run_asking(file)
        self.assert_exit(result, OK)
        self.assertEqual(sum(asked.values()), 1)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()

    def test_an_end_by_a_status_is_an_end_for_good(self):
        file = self.pipeline([way("page_number", "response_actions: [{ status_code: 404, action: "
                                  "stop }]", end="404")])
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assert_settled()


if __name__ == "__main__":
    unittest.main()
