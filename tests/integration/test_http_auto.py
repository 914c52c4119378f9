"""The paginator `auto`: it does what the first answer says, or says that it does not know."""

import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
from paging_case import PagingCase

setUpModule = harness.start_server

AUTO = "{ type: auto }"


class Auto(PagingCase):
    def fresh(self, paginator=AUTO, resource="", **query):
        self.db.unlink(missing_ok=True)
        harness.server().reset()
        return self.load(paginator, resource, **query)

    def test_what_is_usual_is_found(self):
        for query, how in (({"style": "link"}, "the Link header"),
                           ({"style": "next_url"}, "next"),
                           ({"style": "next_url", "relative": 1, "end": "missing"}, "next"),
                           ({"style": "cursor"}, "next"),
                           ({"style": "cursor", "end": "missing", "totals": 0}, "next"),
                           ({"style": "cursor", "end": "empty", "empty_at": 0}, "next"),
                           ({"style": "page"}, "total_pages")):
            with self.subTest(query=query):
                result = self.fresh(**query)
                self.assert_all(result)
                self.assertEqual(self.requests(), 10)
                self.assertIn(f"t: paginator auto: {how} leads to the next page", result.err)

    def test_an_empty_page_is_no_end(self):
        self.assert_exit(self.fresh(style="cursor", empty_at=4), OK)
        self.assertEqual(len(self.ids()), 900)

    def test_one_page_is_told(self):
        for query in ({"style": "page", "total": 50}, {"style": "link", "total": 50},
                      {"style": "offset", "total": 50}):
            with self.subTest(query=query):
                result = self.fresh(**query)
                self.assert_all(result, 50)
                self.assertIn("so this one is all there is", result.err)

    def test_more_than_it_knows_to_ask_for_is_an_error(self):
        for style, path in (("offset", "has_more"), ("header", "has_more")):
            with self.subTest(style=style):
                result = self.fresh(style=style)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-PAGE-AUTO]", result.err)
                self.assertIn(f"'{path}' says that there is more", result.err)
                self.assertEqual(self.requests(), 1)

    def test_a_run_that_ended_early_goes_on(self):
        for style in ("link", "next_url", "cursor", "page"):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                query = {"style": style, "fail_page": 6, "key": style}
                once = "retry: { max_attempts: 1 }"
                self.assert_exit(self.load(AUTO, once, **query), SOURCE)
                self.assertEqual(self.ids(), list(range(1, 501)))
                before = self.requests()
                self.assert_all(self.load(AUTO, once, **query))
                self.assertEqual(self.requests() - before, 5)

    def test_circles_and_other_hosts_are_refused(self):
        for query, code, rows in (({"style": "cursor", "loop_at": 4}, "E-PAGE-LOOP", 400),
                                  ({"style": "page", "loop_at": 4}, "E-CURSOR-REPEAT", 400),
                                  ({"style": "link", "next_other": 1}, "E-ORIGIN", 100)):
            with self.subTest(query=query):
                result = self.fresh(**query)
                self.assert_exit(result, SOURCE)
                self.assertIn(f"error[{code}]", result.err)
                self.assertEqual(self.ids(), list(range(1, rows + 1)))

    def test_where_it_cannot_be_safe_it_is_refused(self):
        for text, resource in (
                ("cannot know where pages go in a POST",
                 "method: POST\n                  json: {}"),
                ("may have to send 'page' itself", "params: { page: 3 }")):
            with self.subTest(text=text):
                result = self.fresh(resource=resource, style="page")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(text, result.err)
                self.assertEqual(self.requests(), 0)


if __name__ == "__main__":
    unittest.main()
