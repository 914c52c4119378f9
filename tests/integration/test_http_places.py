"""Where a page's number, offset or cursor goes: header, body and path, besides the query."""

import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
from paging_case import PagingCase

setUpModule = harness.start_server


class Places(PagingCase):
    def placed(self, style, place, paginator, resource=(), **query):
        return self.load(paginator, lines(resource), path="/placed", style=style, place=place,
                         **query)

    def test_headers(self):
        for style, paginator in (
                ("page", "{ type: page_number, page_header: X-Page, prefetch: 3 }"),
                ("offset", "{ type: offset, limit: 70, offset_header: X-Offset, "
                           "limit_header: X-Limit, total_path: total }"),
                ("cursor", "{ type: cursor, cursor_path: next, cursor_header: X-Cursor }")):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                self.assert_all(self.placed(style, "header", paginator,
                                            ["headers: { X-Other: a }"]))

    def test_bodies(self):
        for style, paginator, values in (
                ("page", "{ type: page_number, page_body_path: variables.at.page }", ""),
                ("page", "{ type: page_number, page_body_path: variables.at.page }", "page: 9"),
                ("offset", "{ type: offset, limit: 100, offset_body_path: variables.at.offset, "
                           "limit_body_path: variables.at.limit, total_path: total }", ""),
                ("cursor", "{ type: cursor, cursor_path: next, "
                           "cursor_body_path: variables.at.cursor }", "")):
            with self.subTest(style=style, values=values):
                self.db.unlink(missing_ok=True)
                self.assert_all(self.placed(style, "body", paginator, body(values)))

    def test_paths(self):
        for style, paginator in (
                ("page", '{ type: page_number, path_param: "/{page}", total_path: total_pages }'),
                ("offset", '{ type: offset, limit: 100, path_param: "/{offset}", '
                           'limit_param: size, total_path: total }'),
                ("cursor", '{ type: cursor, cursor_path: next, path_param: "/{cursor}" }')):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                self.assert_all(self.placed(style, "path", paginator))

    def test_a_run_that_ended_early_goes_on(self):
        for style, place, paginator, resource in (
                ("page", "header", "{ type: page_number, page_header: X-Page }", []),
                ("cursor", "body", "{ type: cursor, cursor_path: next, "
                                   "cursor_body_path: variables.at.cursor }", body("")),
                ("cursor", "path", '{ type: cursor, cursor_path: next, path_param: "/{cursor}" }',
                 [])):
            with self.subTest(style=style, place=place):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                resource = [*resource, "retry: { max_attempts: 1 }"]
                query = {"fail_page": 5, "fail": 1, "key": style + place}
                result = self.placed(style, place, paginator, resource, **query)
                self.assert_exit(result, SOURCE)
                self.assertEqual("page 5: status 503" in result.err, place != "path")
                self.assertEqual(self.ids(), list(range(1, 401)))
                before = self.requests()
                self.assert_all(self.placed(style, place, paginator, resource, **query))
                self.assertLessEqual(self.requests() - before, 7)

    def test_retries_carry_the_place_too(self):
        self.assert_all(self.placed(
            "page", "body", "{ type: page_number, page_body_path: variables.at.page }",
            [*body(""), "retry: { initial_interval: 10ms }"], fail_page=3, fail=2))


    def test_forms(self):
        for paginator, style, fields in (
                ("{ type: page_number, page_body_path: page, total_path: total_pages, prefetch: 3 }",
                 "page", "{ style: page, total: 500 }"),
                ("{ type: offset, limit: 100, offset_body_path: offset, limit_body_path: limit, "
                 "total_path: total }", "offset", "{ style: offset, total: 500 }"),
                ("{ type: cursor, cursor_path: next, cursor_body_path: cursor }", "cursor",
                 "{ total: 500 }")):
            with self.subTest(style=style):
                self.db.unlink(missing_ok=True)
                self.assert_all(self.load(paginator, lines(["method: POST", f"data: {fields}"])),
                                500)

    def test_what_a_form_and_a_text_arrive_as(self):
        for data, expected in (('{ a: "x & {partition.p}", b: [1, 2] }',
                                ["a=x%20%26%20%3D%26%0D%0A&b=1&b=2",
                                 "application/x-www-form-urlencoded"]),
                               ('"<a>{partition.p}</a>"',
                                ["<a>=&\r\n</a>", "text/plain; charset=utf-8"])):
            with self.subTest(data=data):
                self.db.unlink(missing_ok=True)
                result = self.run_weir(f"""
                    weir: 1
                    name: forms
                    extract:
                      type: http
                      resources:
                        - name: t
                          url: "${{SERVER}}/echo?rows=1"
                          method: POST
                          data: {data}
                          partitions: {{ p: ["=&\\r\\n"] }}
                    load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
                    """)
                self.assert_exit(result, OK)
                body, headers = harness.query(self.db, "SELECT body, headers FROM t")[0]
                self.assertEqual(body, expected[0])
                self.assertIn(expected[1], headers)

    def test_what_a_parent_says_goes_into_data(self):
        result = self.run_weir("""
            weir: 1
            name: forms
            extract:
              type: http
              base_url: "${SERVER}"
              resources:
                - { name: p, path: /pages?total=3, data_selector: data }
                - { name: t, path: /echo?rows=1, method: POST, data: { id: "{resources.p.id}" } }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """)
        self.assert_exit(result, OK)
        self.assertEqual([row[0] for row in harness.query(
            self.db, "SELECT body FROM t ORDER BY 1")], ["id=1", "id=2", "id=3"])


def body(values):
    return ["method: POST", "json: { variables: { at: { %s } } }" % values]


def lines(options):
    return ("\n" + " " * 18).join(options)


class Mistakes(PagingCase):
    def test_they_are_told_before_anything_is_asked(self):
        for text, paginator, resource in (
                ("one place for the page is enough",
                 "{ type: page_number, page_param: p, page_header: X-Page }", []),
                ("'X-Page' is set here and by the paginator's page_header",
                 "{ type: page_number, page_header: X-Page }", ["headers: { x-page: '1' }"]),
                ("give the resource 'json'",
                 "{ type: page_number, page_body_path: a.b }", []),
                ("leads through what is no object",
                 "{ type: page_number, page_body_path: a.b }", ["method: POST", "json: { a: 7 }"]),
                ("is no place in a body",
                 "{ type: page_number, page_body_path: 'a[0]' }", ["method: POST", "json: {}"]),
                ("a text has no places", "{ type: page_number, page_body_path: p }",
                 ["method: POST", "data: a"]),
                ("is no field of a form", "{ type: page_number, page_body_path: a.b }",
                 ["method: POST", "data: {}"]),
                ("'p' is set here and in data", "{ type: page_number, page_body_path: p }",
                 ["method: POST", "data: { p: 1 }"]),
                ("has no {page} in it", "{ type: page_number, path_param: /x }", []),
                ("cannot stand in a path", "{ type: page_number, path_param: '/{page}/{size}' }",
                 []),
                ("'cursor_param' is required", "{ type: cursor, cursor_path: next }", [])):
            with self.subTest(text=text):
                result = self.load(paginator, lines(resource), path="/placed")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(text, result.err)
                self.assertEqual(self.requests(), 0)


if __name__ == "__main__":
    unittest.main()
