"""Paging: every style gives every row once and in order, also when pages are asked for ahead."""

import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
from paging_case import PagingCase

setUpModule = harness.start_server

PAGE_NUMBER = "{ type: page_number, total_path: total_pages }"
CURSOR = "{ type: cursor, cursor_path: next, cursor_param: cursor }"
JSON_LINK = "{ type: json_link }"
HEADER_LINK = "{ type: header_link }"


class Styles(PagingCase):
    """H10: each way of paging, and how it ends."""

    def test_page_numbers_with_a_total(self):
        result = self.load(PAGE_NUMBER, style="page")
        self.assert_all(result)
        self.assertEqual(self.requests(), 10)

    def test_page_numbers_until_an_empty_page(self):
        self.assert_all(self.load("{ type: page_number }", style="page", totals=0))
        self.assertEqual(self.requests(), 11)

    def test_page_numbers_until_the_server_says_no_more(self):
        self.assert_all(self.load("{ type: page_number, has_more_path: has_more }", style="page"))
        self.assertEqual(self.requests(), 10)

    def test_page_numbers_from_somewhere_on(self):
        for more in ("total_path: total_pages", "prefetch: 3", "maximum_page: 10"):
            with self.subTest(more=more):
                self.db.unlink(missing_ok=True)
                self.assert_exit(self.load(f"{{ type: page_number, page: 4, {more} }}",
                                           style="page"), OK)
                self.assertEqual(self.ids(), list(range(301, 1001)))
        self.db.unlink(missing_ok=True)
        self.assert_exit(self.load("{ type: page_number, page: 14, total_path: total_pages }",
                                   "max_failed_partitions: 1", style="page"), OK)

    def test_offsets_with_a_total(self):
        self.assert_all(self.load("{ type: offset, limit: 100, total_path: total }",
                                  style="offset"))
        self.assertEqual(self.requests(), 10)

    def test_offsets_until_an_empty_page(self):
        self.assert_all(self.load("{ type: offset, limit: 100 }", style="offset", totals=0))
        self.assertEqual(self.requests(), 11)

    def test_offsets_whose_last_page_is_not_full(self):
        self.assert_all(self.load("{ type: offset, limit: 30, total_path: total }",
                                  style="offset"))
        self.assertEqual(self.requests(), 34)

    def test_cursors_end_with_null_nothing_or_an_empty_text(self):
        for end in ("null", "missing", "empty"):
            with self.subTest(end=end):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                self.assert_all(self.load(CURSOR, style="cursor", end=end))
                self.assertEqual(self.requests(), 10)

    def test_links_in_the_answer(self):
        self.assert_all(self.load(JSON_LINK, style="next_url"))

    def test_relative_links_in_the_answer(self):
        self.assert_all(self.load(JSON_LINK, style="next_url", relative=1))

    def test_links_in_the_header(self):
        self.assert_all(self.load(HEADER_LINK, style="link"))

    def test_cursors_in_a_header(self):
        paginator = "{ type: header_cursor, cursor_key: x-next-cursor, cursor_param: cursor }"
        for end in ("null", "empty"):
            with self.subTest(end=end):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                self.assert_all(self.load(paginator, style="header", end=end))
                self.assertEqual(self.requests(), 10)

    def test_a_cursor_in_a_header_goes_into_a_body(self):
        paginator = ("{ type: header_cursor, cursor_key: X-Next-Cursor, "
                     "cursor_body_path: variables.at.cursor }")
        self.assert_all(self.load(paginator, 'method: POST\n                  '
                                  'json: { variables: { at: {} } }',
                                  path="/placed", style="header", place="body"))

    def test_keys_of_last_rows(self):
        paginator = "{ type: keyset, last_record_path: id, param: after }"
        self.assert_all(self.load(paginator, style="keyset"))
        self.assertEqual(self.requests(), 11)
        self.db.unlink()
        harness.server().reset()
        paginator = paginator.replace("}", ", has_more_path: has_more }")
        self.assert_all(self.load(paginator, style="keyset"))
        self.assertEqual(self.requests(), 10)

    def test_one_page_is_all_unless_said_otherwise(self):
        result = self.load("{ type: single_page }", style="page")
        self.assert_all(result, 100)
        self.assertEqual(self.requests(), 1)

    def test_no_rows_at_all(self):
        for paginator, style in ((PAGE_NUMBER, "page"), (CURSOR, "cursor"), (HEADER_LINK, "link")):
            with self.subTest(style=style):
                harness.server().reset()
                self.assert_exit(self.load(paginator, style=style, total=0), OK)
                self.assertEqual(self.requests(), 1)

    def test_pages_that_overlap_are_loaded_as_served(self):
        """H12: nothing is dropped in silence."""
        self.assert_exit(self.load(PAGE_NUMBER, style="page", dup=5), OK)
        self.assert_loaded("t", style="page", dup=5)

    def test_an_empty_page_that_names_a_next_one_is_no_end(self):
        self.assert_exit(self.load(CURSOR, style="cursor", empty_at=4), OK)
        self.assertEqual(len(self.ids()), 900)

    def test_an_empty_page_is_an_end_if_the_file_says_so(self):
        paginator = CURSOR.replace("}", ", stop_after_empty_page: true }")
        self.assert_exit(self.load(paginator, style="cursor", empty_at=4), OK)
        self.assertEqual(len(self.ids()), 300)

    def test_bodies_are_sent_with_every_page(self):
        result = self.run_weir("""
            weir: 1
            name: pages
            extract:
              type: http
              base_url: "${SERVER}"
              resources:
                - name: t
                  path: /pages
                  method: POST
                  json: { style: page, total: 1000 }
                  data_selector: data
                  paginator: { type: page_number, total_path: total_pages }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """)
        self.assert_all(result)


class Prefetch(PagingCase):
    """The rows and their order are those of reading page by page."""

    def test_any_window_gives_the_same(self):
        for prefetch in (1, 2, 7, 16, 100):
            for paginator, query in (
                    (f"{{ type: page_number, total_path: total_pages, prefetch: {prefetch} }}",
                     {"style": "page"}),
                    (f"{{ type: page_number, prefetch: {prefetch} }}",
                     {"style": "page", "totals": 0}),
                    (f"{{ type: offset, limit: 100, total_path: total, prefetch: {prefetch} }}",
                     {"style": "offset"}),
                    (f"{{ type: offset, limit: 100, prefetch: {prefetch} }}",
                     {"style": "offset", "totals": 0})):
                with self.subTest(paginator=paginator):
                    self.db.unlink(missing_ok=True)
                    self.assert_all(self.load(paginator, **query))

    def test_answers_out_of_order_are_loaded_in_order(self):
        self.assert_all(self.load(
            "{ type: page_number, total_path: total_pages, prefetch: 8 }",
            "retry: { initial_interval: 10ms }", style="page", size=20, chaos=0.5, seed=3))

    def test_nothing_beyond_the_total_is_asked_for(self):
        self.assert_all(self.load("{ type: page_number, total_path: total_pages, prefetch: 64 }",
                                  style="page"))
        self.assertEqual(self.requests(), 10)

    def test_without_a_total_little_is_asked_for_beyond_the_end(self):
        self.assert_all(self.load("{ type: page_number, prefetch: 4 }", style="page", totals=0))
        self.assertLessEqual(self.requests(), 11 + 2 * 4)

    def test_errors_beyond_the_end_are_no_failures(self):
        result = self.load("{ type: page_number, has_more_path: has_more, prefetch: 6 }",
                           style="page", end="empty_page")
        self.assert_all(result)
        self.db.unlink()
        result = self.load("{ type: page_number, maximum_page: 10, prefetch: 6 }",
                           style="page", end="404")
        self.assert_all(result)
        self.assertEqual(result.report["resources"][0]["requests"]["failed"], 0)

    def test_pages_behind_an_empty_one_are_dropped(self):
        for prefetch in (1, 8):
            with self.subTest(prefetch=prefetch):
                self.db.unlink(missing_ok=True)
                result = self.load(f"{{ type: page_number, prefetch: {prefetch} }}", style="page",
                                   totals=0, empty_at=4)
                self.assert_exit(result, OK)
                self.assertEqual(self.ids(), list(range(1, 301)))

    def test_a_failed_page_keeps_those_before_it_only(self):
        for prefetch in (1, 8):
            with self.subTest(prefetch=prefetch):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                result = self.load(
                    f"{{ type: page_number, total_path: total_pages, prefetch: {prefetch} }}",
                    "retry: { initial_interval: 10ms }", style="page", fail_page=5, fail=99)
                self.assert_exit(result, SOURCE)
                self.assertEqual(self.ids(), list(range(1, 401)))


class Limits(PagingCase):
    def test_max_pages(self):
        for paginator, style in (("page_number, total_path: total_pages", "page"),
                                 ("page_number, prefetch: 5", "page"),
                                 ("cursor, cursor_path: next, cursor_param: cursor", "cursor"),
                                 ("header_link", "link"), ("json_link", "next_url")):
            with self.subTest(paginator=paginator):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                self.assert_all(self.load(f"{{ type: {paginator}, max_pages: 3 }}", style=style),
                                300)
                self.assertEqual(self.requests(), 3)

    def test_maximum_page_is_the_last_one(self):
        self.assert_all(self.load("{ type: page_number, maximum_page: 4 }", style="page"), 400)
        self.assertEqual(self.requests(), 4)

    def test_maximum_offset_is_not_asked_for(self):
        self.assert_all(self.load("{ type: offset, limit: 100, maximum_offset: 300 }",
                                  style="offset"), 300)
        self.assertEqual(self.requests(), 3)


class StopWhen(PagingCase):
    def test_a_row_ends_the_pages(self):
        for paginator, style in (("page_number", "page"), ("page_number, prefetch: 6", "page"),
                                 ("cursor, cursor_path: next, cursor_param: cursor", "cursor"),
                                 ("keyset, last_record_path: id, param: after", "keyset"),
                                 ("json_link", "next_url"), ("header_link", "link")):
            for condition in ("id = 333", "id > 399", "id IN (5, 301)"):
                with self.subTest(paginator=paginator, condition=condition):
                    self.db.unlink(missing_ok=True)
                    n = 100 if "IN" in condition else 400
                    self.assert_all(self.load(
                        f'{{ type: {paginator}, stop_when: "{condition}" }}', style=style), n)

    def test_it_is_the_end_for_the_next_run_too(self):
        paginator = '{ type: page_number, stop_when: "id = 333" }'
        query = {"style": "page", "fail_page": 3, "key": "stop"}
        self.assert_exit(self.load(paginator, "retry: { max_attempts: 1 }", **query), SOURCE)
        self.assert_all(self.load(paginator, "retry: { max_attempts: 1 }", **query), 400)
        self.assertEqual(self.requests(), 5)

    def test_a_condition_that_is_none(self):
        result = self.load('{ type: page_number, stop_when: "id >" }', style="page")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-SQL]", result.err)


class Loops(PagingCase):
    def assert_stopped(self, result, rows, code="E-PAGE-LOOP"):
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.ids(), list(range(1, rows + 1)))

    def test_a_cursor_that_repeats(self):
        """H09: the page names itself."""
        self.assert_stopped(self.load(CURSOR, style="cursor", loop_at=4), 400)
        self.assertLessEqual(self.requests(), 6)

    def test_a_cursor_that_leads_further_back(self):
        self.assert_stopped(self.load(CURSOR, style="cursor", loop_at=6, loop_to=2), 600)
        self.assertLessEqual(self.requests(), 8)

    def test_links_that_repeat(self):
        self.assert_stopped(self.load(JSON_LINK, style="next_url", loop_at=4), 400)
        self.db.unlink()
        self.assert_stopped(self.load(HEADER_LINK, style="link", loop_at=4), 400)

    def test_a_server_that_does_not_know_the_cursor(self):
        self.assert_stopped(self.load(CURSOR.replace("cursor_param: cursor", "cursor_param: after"),
                                      style="cursor"), 100, "E-CURSOR-REPEAT")
        self.assertLessEqual(self.requests(), 3)
        self.db.unlink()
        self.assert_stopped(self.load("{ type: keyset, last_record_path: id, param: cursor }",
                                      style="page"), 100, "E-CURSOR-REPEAT")

    def test_a_server_that_does_not_know_the_page(self):
        for prefetch in (1, 8):
            with self.subTest(prefetch=prefetch):
                self.db.unlink(missing_ok=True)
                self.assert_stopped(self.load(
                    f"{{ type: page_number, prefetch: {prefetch} }}", style="page", loop_at=4,
                    totals=0), 400, "E-PAGE-REPEAT")

    def test_a_server_that_ignores_the_offset_in_an_answer_that_differs(self):
        for paginator in ("{ type: offset, limit: 100, offset_param: after, prefetch: 4 }",
                          "{ type: offset, limit: 100, offset_param: after, total_path: total }"):
            with self.subTest(paginator=paginator):
                self.db.unlink(missing_ok=True)
                self.assert_stopped(self.load(paginator, style="offset", stamp=1), 100,
                                    "E-OFFSET-IGNORED")

    def test_a_server_that_begins_anew_behind_its_end(self):
        self.assert_stopped(self.load("{ type: page_number }", style="page", wrap=1, totals=0),
                            1000, "E-PAGE-REPEAT")

    def test_pages_that_are_alike_are_no_loop_where_the_end_is_known(self):
        result = self.load("{ type: page_number, total_path: total_pages }", style="page",
                           loop_at=4)
        self.assert_exit(result, OK)
        self.assertEqual(len(self.ids()), 1000)


class Empty(PagingCase):
    """A page without rows is no end where the answer says that more follow."""

    def test_a_page_that_a_filter_of_the_server_emptied(self):
        for paginator in (PAGE_NUMBER, "{ type: page_number, has_more_path: has_more }",
                          "{ type: offset, limit: 100, total_path: total, prefetch: 3 }"):
            with self.subTest(paginator=paginator):
                self.db.unlink(missing_ok=True)
                style = "offset" if "offset" in paginator else "page"
                result = self.load(paginator, style=style, empty_at=4)
                self.assert_exit(result, OK)
                self.assertEqual(len(self.ids()), 900)
                self.assertIn("though more pages are said to follow", result.err)

    def test_too_many_of_them_are_a_failure(self):
        result = self.load("{ type: page_number, has_more_path: has_more }", style="page",
                           size=1, total=2000, empty_from=5)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-PAGE-EMPTY]", result.err)
        self.assertEqual(len(self.ids()), 4)
        self.assertLessEqual(self.requests(), 107)


class Nowhere(PagingCase):
    """A path at which nothing ever stands would end a chain in silence."""

    def warned(self, paginator, **query):
        self.db.unlink(missing_ok=True)
        result = self.load(paginator, **query)
        self.assert_exit(result, OK)
        return "not even null" in result.err

    def test_a_wrong_path_is_told(self):
        wrong = CURSOR.replace("cursor_path: next", "cursor_path: meta.next")
        self.assertTrue(self.warned(wrong, style="cursor"))
        self.assertTrue(self.warned("{ type: json_link, next_url_path: links.next }",
                                    style="next_url"))
        self.assertTrue(self.warned("{ type: page_number, has_more_path: more }", style="page"))
        self.assertTrue(self.warned("{ type: page_number, total_path: pages }", style="page"))

    def test_a_regular_end_is_not(self):
        for end in ("null", "missing", "empty"):
            self.assertFalse(self.warned(CURSOR, style="cursor", end=end))
        self.assertFalse(self.warned(CURSOR, style="cursor", total=50))
        self.assertFalse(self.warned(CURSOR, style="cursor", total=0, end="missing"))
        self.assertFalse(self.warned(PAGE_NUMBER, style="page"))


class Keysets(PagingCase):
    def assert_stopped(self, result, code, rows):
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.ids(), list(range(1, rows + 1)))

    def test_keys_that_do_not_grow(self):
        self.assert_stopped(self.load(
            "{ type: keyset, last_record_path: id, param: after, order: desc }", style="keyset"),
            "E-PAGE-ORDER", 200)

    def test_rows_without_a_key(self):
        self.assert_stopped(self.load(
            "{ type: keyset, last_record_path: meta.id, param: after }", style="keyset"),
            "E-PAGE-KEY", 100)

    def test_a_run_that_ended_early_goes_on(self):
        resource = "retry: { max_attempts: 1 }"
        for paginator, style in (
                ("{ type: keyset, last_record_path: id, param: after }", "keyset"),
                ("{ type: header_cursor, cursor_key: X-Next-Cursor, cursor_param: cursor }",
                 "header")):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                query = {"style": style, "fail_page": 7, "key": style}
                self.assert_exit(self.load(paginator, resource, **query), SOURCE)
                self.assertEqual(self.ids(), list(range(1, 601)))
                before = self.requests()
                self.assert_all(self.load(paginator, resource, **query))
                self.assertLessEqual(self.requests() - before, 5)


class Elsewhere(PagingCase):
    def test_a_next_link_to_another_origin_is_refused(self):
        """S01: be it in the body or in a header."""
        for paginator, style in ((JSON_LINK, "next_url"), (HEADER_LINK, "link")):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                result = self.load(paginator, "auth: { type: bearer, token: '${TOKEN}' }",
                                   env={"TOKEN": "SECRET-token"}, style=style, next_other=1)
                self.assert_exit(result, SOURCE)
                self.assertIn("E-ORIGIN", result.err)
                self.assertEqual(len(self.ids()), 100)
        stats = harness.server().stats()
        self.assertEqual(stats["other_origin_hits"], 0)
        self.assertEqual(stats["leak_count"], 0)

    def test_a_listed_host_may_be_followed(self):
        other = harness.server().other.removeprefix("http://")
        result = self.load(f"{{ type: json_link, allow_hosts: ['{other}', '{self.host()}'] }}",
                           style="next_url", next_other=1)
        self.assert_all(result)

    def host(self):
        return harness.server().url.removeprefix("http://")

    def test_a_next_link_that_is_no_link(self):
        """S03: the pages before it stay."""
        for link, code in (("file:///etc/passwd", "E-URL-SCHEME"), ("ftp://h/x", "E-URL-SCHEME"),
                           ("data:text/plain,x", "E-URL-SCHEME"),
                           ("javascript:alert(1)", "E-URL-SCHEME"), ("http://", "E-URL"),
                           ("//evil.invalid/x", "E-ORIGIN")):
            with self.subTest(link=link):
                self.db.unlink(missing_ok=True)
                result = self.load(JSON_LINK, style="next_url", next_raw=link)
                self.assert_exit(result, SOURCE)
                self.assertIn(f"error[{code}]", result.err)
                self.assertEqual(len(self.ids()), 100)


class Ends(PagingCase):
    def test_a_404_behind_the_last_page_comes_with_a_hint(self):
        """H10: it is no end unless the file says so."""
        result = self.load("{ type: page_number }", style="page", end="404")
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-HTTP-STATUS]", result.err)
        self.assertIn("if the server ends its pages so", result.err)
        self.assertEqual(self.ids(), list(range(1, 1001)))

    def test_mistakes_are_told_before_anything_is_asked(self):
        result = self.load("{ type: cursor, cursor_path: next }", style="cursor")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("'cursor_param' is required", result.err)
        self.assertEqual(self.requests(), 0)


if __name__ == "__main__":
    unittest.main()
