"""Logins that are got from a server, and got again."""

import unittest

import harness
from harness import OK, SOURCE
from test_http_errors import FAST, ErrorCase

setUpModule = harness.start_server

SECRETS = {"S": "SECRET-client", "P": "SECRET-password"}

class LoginCase(ErrorCase):
    def client(self, *more, token="/token"):
        keys = ", ".join((f"access_token_url: '${{SERVER}}{token}'", "client_id: client",
                          "client_secret: '${S}'", *more))
        return f"auth: {{ type: oauth2_client_credentials, {keys} }}"

    def load(self, path, *keys, env=None, **options):
        return super().load(path, FAST, *keys, env=SECRETS | (env or {}), **options)

    def check_output(self, result):
        """S08: no secret and no token anywhere."""
        self.assertNotIn("SECRET", result.out + result.err + str(result.report))
        if self.db.exists():
            self.assertNotIn(b"SECRET", self.db.read_bytes())

    def refused(self, *keys, path="/auth", **options):
        result = self.load(path, *keys, **options)
        self.assert_exit(result, SOURCE)
        self.check_output(result)
        return result.err

    def units(self, auth, extract="", never=""):
        result = self.run_weir(f"""
            weir: 1
            name: units
            extract:
              type: http
              concurrency: {{ max: 8 }}
              {auth}
              {FAST}
              {extract}
              resources:
                - name: t
                  url: "${{SERVER}}/auth"
                  params: {{ uses: 5, n: 1, i: "{{partition.i}}" {never} }}
                  partitions: {{ i: {{ from: 1, to: 100 }} }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, env=SECRETS)
        self.check_output(result)
        return result


class ClientCredentials(LoginCase):
    def test_a_token_that_comes_to_its_end_in_mid_run(self):
        """H08: a token serves 5 requests, 100 units, 8 at a time."""
        result = self.units(self.client())
        self.assert_exit(result, OK)
        self.assertEqual(len(self.ids()), 100)
        self.assertLessEqual(self.hits("/token"), 25)
        self.assertGreaterEqual(self.hits("/token"), 20)
        self.assertIn("with a new login", result.err)

    def test_who_is_refused_for_ever_is_asked_twice(self):
        """H08: refused for ever."""
        err = self.refused(self.client(), kind="token", never=1)
        self.assertIn("error[E-HTTP-STATUS]", err)
        self.assertIn("2 attempts, the last: status 401", err)
        self.assertEqual(self.hits("/auth"), 2)
        self.assertEqual(self.hits("/token"), 2)

    def test_one_login_for_all_that_wait(self):
        result = self.load("/auth", self.client(), "partitions: { i: { from: 1, to: 20 } }",
                           "params: { i: '{partition.i}' }", kind="token")
        self.assert_exit(result, OK)
        self.assertEqual(self.hits("/token"), 1)
        self.assertEqual(self.hits("/auth"), 20)

    def test_resources_share_the_login_of_the_file(self):
        result = self.run_weir(f"""
            weir: 1
            name: two
            extract:
              type: http
              {self.client()}
              resources:
                - {{ name: t, url: "${{SERVER}}/auth?kind=token" }}
                - {{ name: u, url: "${{SERVER}}/auth?kind=token&n=3" }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, env=SECRETS)
        self.assert_exit(result, OK)
        self.assertEqual(self.hits("/token"), 1)

    def test_a_token_is_renewed_before_it_expires(self):
        """Each lives for 1 s, less a tenth, and the pages take longer than that together."""
        result = self.load("/auth", self.client(token="/token?expires_in=1"),
                           "partitions: { i: { from: 1, to: 8 } }",
                           "params: { i: '{partition.i}', delay: 0.3 }",
                           extract="concurrency: { max: 1 }", kind="token")
        self.assert_exit(result, OK)
        self.assertGreaterEqual(self.hits("/token"), 2)
        self.assertEqual(self.hits("/auth"), 8)

    def test_name_and_secret_in_a_header(self):
        result = self.load("/auth", self.client("client_auth: basic"), kind="token")
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(len(self.ids()), 10)

    def test_more_fields_go_along(self):
        data = "access_token_request_data: { scope: 'a b', audience: '${P}' }"
        result = self.load("/auth", self.client(data, token="/token?scope=a%20b"), kind="token")
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertIn("invalid_scope", self.refused(self.client(data, token="/token?scope=b")))

    def test_a_login_is_tried_again(self):
        result = self.load("/auth", self.client(token="/token?fail=2"), kind="token")
        self.assert_exit(result, OK)
        self.assertEqual(self.hits("/token"), 3)

    def test_a_login_that_never_comes_ends_the_run(self):
        err = self.refused(self.client(token="/token?fail=99"), "on_error: skip_partition")
        self.assertIn("error[E-AUTH]: extract: no login from http://", err)
        self.assertIn("5 attempts, the last: status 503", err)
        self.assertEqual(self.hits("/auth"), 0)

    def test_a_wrong_secret(self):
        err = self.refused(self.client(), env={"S": "SECRET-wrong"})
        self.assertIn("error[E-AUTH]", err)
        self.assertIn("invalid_client", err)
        self.assertEqual(self.hits("/token"), 1)

    def test_answers_that_are_no_login(self):
        for token, text in (("/rows", "no access_token"), ("/body?kind=html", "no JSON document"),
                            ("/redirect?to=/token", "nowhere else")):
            with self.subTest(token=token):
                self.assertIn(text, self.refused(self.client(token=token)))


if __name__ == "__main__":
    unittest.main()
