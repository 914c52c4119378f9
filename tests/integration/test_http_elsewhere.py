"""Where answers lead: redirects and links to other origins, to other schemes, and to no place at all."""

import unittest
from urllib.parse import quote

import harness
from harness import OK, SOURCE
from state_case import StateCase, on_both, resource

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"
LOGINS = ('auth: { type: bearer, token: "${S}" }',
          'auth: { type: http_basic, username: me, password: "${S}" }',
          'auth: { type: api_key, name: X-Api-Key, api_key: "${S}" }',
          'auth: { type: api_key, name: token, api_key: "${S}", location: query }',
          'auth: { type: api_key, name: key, api_key: "${S}", location: cookie }')
PRIVATE = ('headers: { X-Own: "${S}", Referer: "http://${S}/" }',)
POST = ("method: POST", 'json: { q: "${S}" }')
NO_ADDRESS = ("file:///etc/passwd", "ftp://h/", "gopher://h/", "dict://h/", "data:,x", "javascript:x")


class ElsewhereCase(StateCase):
    def load(self, line, code=SOURCE):
        """And nothing of the secret or of a file of passwords is told."""
        self.database.empty()
        result = self.run_weir(self.pipeline([line]), env={"S": "SECRET-token"})
        self.assert_exit(result, code)
        told = result.out + result.err + str(result.report)
        for word in ("SECRET", "root:"):
            self.assertNotIn(word, told)
        return result

    def load_linked(self, link, *options, code=SOURCE):
        """A page that names this as the next one."""
        harness.server().put("t", {"data": [{"id": 1}], "next": link})
        result = self.load(resource("t", "/data/t", "data_selector: data", *options,
                                    "paginator: { type: json_link, next_url_path: next }"), code)
        self.assertEqual(self.rows(), [1])
        return result

    def assert_not_in_the_database(self, *words):
        for word in words:
            self.assertNotIn(word, self.database.content())

    def assert_nobody_else_was_asked(self):
        stats = harness.server().stats()
        self.assertEqual((stats["other_origin_hits"], stats["leak_count"]), (0, 0))


@on_both
class Origins(ElsewhereCase):
    def test_s01_a_redirect_to_another_one(self):
        """S01: not followed, by whatever login and with whatever goes along."""
        for code, more in ((302, ()), (307, POST)):
            for login in LOGINS:
                with self.subTest(code=code, login=login):
                    result = self.load(resource("t", f"/redirect-other-origin?code={code}", login,
                                                *PRIVATE, 'params: { token: "${S}" }', *more))
                    self.assertIn("error[E-ORIGIN]", result.err)
        self.assert_nobody_else_was_asked()
        self.assert_not_in_the_database(b"SECRET")

    def test_s01_a_link_to_another_one(self):
        """S01: the next page is nowhere else either; the page that says so is loaded."""
        for login in LOGINS:
            if "query" not in login:
                with self.subTest(login=login):
                    result = self.load_linked(harness.server().other + "/rows", login, *PRIVATE)
                    self.assertIn("error[E-ORIGIN]", result.err)
        self.assert_nobody_else_was_asked()
        self.assert_not_in_the_database(b"SECRET")


@on_both
class Addresses(ElsewhereCase):
    def test_s03_other_schemes(self):
        """S03: neither redirects nor links lead to files and the like."""
        for to in NO_ADDRESS:
            with self.subTest(to=to):
                result = self.load(resource("t", f"/redirect?to={to}"))
                self.assertIn("error[E-URL-SCHEME]", result.err)
                self.assertIn("error[E-URL-SCHEME]", self.load_linked(to).err)
        self.assert_not_in_the_database(b"root:", b"/etc/passwd")

    def test_s03_no_address_at_all(self):
        """S03: an empty one is an error where something must follow, and the end of pages."""
        self.assertIn("error[E-", self.load(resource("t", "/redirect?to=")).err)
        self.load_linked("", code=OK)

    def test_s03_addresses_that_are_too_long(self):
        """S03: 10 MB, which no text repeats."""
        for long, says in ((10_000_000, "E-HTTP-HEADERS"), (100_000, "64 KiB")):
            self.assert_short(self.load(resource("t", f"/redirect?long={long}")), says)
        self.assert_short(self.load_linked(harness.server().url + "/rows?i=" + "l" * 10_000_000),
                          "64 KiB")

    def assert_short(self, result, says):
        self.assertIn(says, result.err)
        self.assertLess(len(result.err), 2500)


@on_both
class Marks(ElsewhereCase):
    """What a server names the next page by comes back in its place, and does not break out of it."""

    EVIL = "a\r\nX-Evil: 1\r\n\r\n&cursor=b#../?@"

    def load_marked(self, *place, code=SOURCE):
        harness.server().reset()
        harness.server().put("t", {"data": [{"id": 1}], "next": self.EVIL})
        result = self.load(resource(
            "t", "/data/t", "data_selector: data", FAST,
            f"paginator: {{ type: cursor, cursor_path: next, {', '.join(place)} }}"), code)
        return result

    def test_s16_in_a_header(self):
        """S16: no value makes a header of its own."""
        result = self.load_marked("cursor_header: X-Next")
        self.assertIn("error[E-HEADER]", result.err)
        self.assertEqual(harness.server().requests(), 1)

    def test_s16_in_the_address(self):
        """S16: each byte that means something there is written otherwise."""
        self.server_may_be_asked_wrongly = True
        self.load_marked("cursor_param: cursor")
        asked = list(harness.server().stats("/")["urls"])
        self.assertEqual(asked, ["/data/t", "/data/t?cursor=" + quote(self.EVIL, safe="")])


if __name__ == "__main__":
    unittest.main()
