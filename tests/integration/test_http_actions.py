"""response_actions: what a file says about certain answers, by status, headers and body."""

import unittest

import harness
from harness import BAD_FILE, DATA, OK, REJECTS, SOURCE
from paging_case import PagingCase

setUpModule = harness.start_server

TOTAL = "{ type: page_number, total_path: total_pages }"
AHEAD = "{ type: page_number, total_path: total_pages, prefetch: 8 }"
CURSOR = "{ type: cursor, cursor_path: next, cursor_param: cursor }"
FAST = "retry: { initial_interval: 10ms, max_interval: 20ms }"
WRONG = "something went wrong"


def lines(*options):
    return ("\n" + " " * 18).join(options)


class ActionCase(PagingCase):
    def act(self, action, paginator=TOTAL, *options, style="page", **query):
        self.db.unlink(missing_ok=True)
        return self.load(paginator, lines(f"response_actions: [{action}]", FAST, *options),
                         style=style, **query)

    def assert_failed(self, result, code, rows):
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.ids(), list(range(1, rows + 1)))

    def failed(self, result):
        return result.report["resources"][0]["requests"]["failed"]

    def without_page(self, page):
        return [n for n in range(1, 1001) if (n - 1) // 100 != page - 1]


class Statuses(ActionCase):
    def test_a_status_is_the_regular_end(self):
        """H10: style=page&end=404 ends well only where the file says so."""
        for prefetch in (1, 6):
            with self.subTest(prefetch=prefetch):
                result = self.act("{ status_code: 404, action: stop }",
                                  f"{{ type: page_number, prefetch: {prefetch} }}", end="404")
                self.assert_all(result)
                self.assertEqual(self.failed(result), 0)
        self.assert_failed(self.act("{ status_code: 410, action: stop }",
                                    "{ type: page_number }", end="404"), "E-HTTP-STATUS", 1000)

    def test_an_answer_that_is_ignored_has_no_rows(self):
        action = "{ status_code: 410, action: ignore }"
        for paginator in (TOTAL, AHEAD):
            with self.subTest(paginator=paginator):
                result = self.act(action, paginator, fail_page=3, fail=99, **{"as": "410"})
                self.assert_exit(result, OK)
                self.assertEqual(self.ids(), self.without_page(3))
        result = self.act(action, "{ type: page_number }", totals=0, fail_page=3, fail=99,
                          **{"as": "410"})
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), list(range(1, 201)))

    def test_a_partition_is_left_out(self):
        result = self.act("{ status_code: 404, action: skip_partition }", TOTAL,
                          "partitions: { often: [0, 9] }", 'params: { fail: "{partition.often}" }',
                          fail_page=2, **{"as": "404"})
        self.assert_exit(result, REJECTS)
        self.assertEqual(len(self.ids()), 1100)

    def test_a_status_is_asked_for_again_or_not(self):
        self.assert_all(self.act("{ status_code: 4xx, action: retry }", TOTAL, fail_page=3, fail=2,
                                 **{"as": "404"}))
        self.assert_all(self.act("{ status_code: [403, 404], action: rate_limited }", AHEAD,
                                 fail_page=3, fail=2, **{"as": "403"}))
        result = self.act("{ status_code: 503, action: fail }", TOTAL, fail_page=3, fail=99)
        self.assert_failed(result, "E-HTTP-STATUS", 200)
        self.assertNotIn("attempts", result.err)

    def test_the_first_that_fits_counts(self):
        self.assert_failed(self.act(
            "{ status_code: 404, content: no such text, action: retry }, "
            "{ status_code: 404, action: fail }, { status_code: 4xx, action: retry }",
            TOTAL, fail_page=3, fail=2, **{"as": "404"}), "E-HTTP-STATUS", 200)

    def test_a_login_that_cannot_be_had_anew_is_refused_for_good(self):
        result = self.act("{ status_code: 403, action: refresh_auth }", TOTAL, fail_page=3, fail=2,
                          **{"as": "403"})
        self.assert_failed(result, "E-HTTP-STATUS", 200)
        self.assertNotIn("attempts", result.err)


class GoodStatuses(ActionCase):
    """Answers that are errors, though their status is 200."""

    def test_they_are_asked_for_again(self):
        action = f"{{ status_code: 200, content: {WRONG}, action: retry }}"
        for paginator, style in ((TOTAL, "page"), (AHEAD, "page"), (CURSOR, "cursor")):
            for page in (1, 3):
                with self.subTest(paginator=paginator, page=page):
                    self.assert_all(self.act(action, paginator, style=style, fail_page=page,
                                             fail=2, **{"as": "wrongshape"}))

    def test_they_fail_in_the_end_and_the_next_run_goes_on(self):
        action = f"{{ content: {WRONG}, action: retry }}"
        for paginator in (TOTAL, AHEAD):
            with self.subTest(paginator=paginator):
                query = {"fail_page": 3, "fail": 5, "as": "wrongshape", "key": paginator}
                self.assert_failed(self.act(action, paginator, **query), "E-HTTP-ANSWER", 200)
                options = lines(f"response_actions: [{action}]", FAST)
                self.assert_all(self.load(paginator, options, style="page", **query))

    def test_they_are_an_end_or_nothing_or_a_failure(self):
        query = {"fail_page": 3, "fail": 99, "as": "wrongshape"}
        for paginator in (TOTAL, AHEAD):
            with self.subTest(paginator=paginator):
                self.assert_exit(self.act(f"{{ content: {WRONG}, action: stop }}", paginator,
                                          **query), OK)
                self.assertEqual(self.ids(), list(range(1, 201)))
                self.assert_exit(self.act(f"{{ content: {WRONG}, action: ignore }}", paginator,
                                          **query), OK)
                self.assertEqual(self.ids(), self.without_page(3))
                self.assert_failed(self.act(f"{{ content: {WRONG}, action: fail }}", paginator,
                                            **query), "E-HTTP-ANSWER", 200)
                self.assert_exit(self.act(f"{{ content: {WRONG}, action: skip_partition }}",
                                          paginator, **query), REJECTS)
                self.assertEqual(self.ids(), list(range(1, 201)))

    def test_headers_tell(self):
        self.assert_all(self.act("{ headers: { content-type: text/html }, action: retry }", TOTAL,
                                 fail_page=3, fail=2, **{"as": "html"}))
        result = self.act(
            "{ headers: { content-type: text/html }, content: sign out, action: retry }",
            TOTAL, fail_page=3, fail=2, key="out", **{"as": "html"})
        self.assert_exit(result, DATA)
        self.assertIn("error[E-BODY-SHAPE]", result.err)

    def test_many_that_fail_at_once_come_in_order(self):
        action = f"{{ content: {WRONG}, action: retry }}"
        for page in range(2, 10):
            with self.subTest(page=page):
                self.assert_all(self.act(action, AHEAD.replace("8", "16"), chaos=0.3, seed=page,
                                         fail_page=page, fail=2, **{"as": "wrongshape"}))


class Conditions(ActionCase):
    """when: SQL over status, headers and body."""

    def test_of_good_answers(self):
        action = "{ when: \"status = 200 AND body ->> '$.error' LIKE '%wrong%'\", action: retry }"
        for paginator, style in ((TOTAL, "page"), (AHEAD, "page"), (CURSOR, "cursor")):
            with self.subTest(paginator=paginator):
                self.assert_all(self.act(action, paginator, style=style, fail_page=3, fail=2,
                                         **{"as": "wrongshape"}))

    def test_of_failures_and_headers(self):
        action = ("{ when: \"status / 100 = 4 AND headers ->> 'content-type' LIKE '%json%'\", "
                  "action: retry }")
        self.assert_all(self.act(action, AHEAD, fail_page=3, fail=2, **{"as": "404"}))
        self.assert_failed(self.act(action.replace("json", "soap"), TOTAL, fail_page=3, fail=99,
                                    **{"as": "404"}), "E-HTTP-STATUS", 200)

    def test_a_failed_answer_names_the_condition(self):
        result = self.act("{ when: \"body -> '$.data' IS NULL\", action: fail }", TOTAL,
                          fail_page=3, fail=99, **{"as": "wrongshape"})
        self.assert_failed(result, "E-HTTP-ANSWER", 200)
        self.assertIn("when body -> '$.data' IS NULL", result.err)


class Mistakes(ActionCase):
    def test_they_are_told_before_anything_is_asked(self):
        for text, action in (("this would hold for every answer", "{ action: stop }"),
                             ("needs statuses such as 404", "{ status_code: 99, action: stop }"),
                             ("'action' is required", "{ status_code: 404 }"),
                             ("no such function: lowercase",
                              "{ when: 'lowercase(body) = 1', action: stop }"),
                             ("an answer has no 'code'", "{ when: code = 3, action: stop }"),
                             ("cannot be the name of a header",
                              "{ headers: { 'a b': x }, action: stop }")):
            with self.subTest(text=text):
                result = self.act(action)
                self.assert_exit(result, BAD_FILE)
                self.assertIn(text, result.err)
                self.assertEqual(self.requests(), 0)


if __name__ == "__main__":
    unittest.main()
