"""Logins that are got from a server, and got again."""

import unittest

import harness
from harness import BAD_FILE, OK, SOURCE
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

    def test_a_refusal_that_only_the_file_can_tell(self):
        """H08 with another status than 401, and with one in the body alone."""
        action = "action: refresh_auth"
        for refusal, fits in ((403, "status_code: 403"), (200, "content: token expired")):
            with self.subTest(refusal=refusal):
                self.db.unlink(missing_ok=True)
                harness.server().reset()
                result = self.units(self.client(), f"response_actions: [{{ {fits}, {action} }}]",
                                    f", refusal: {refusal}")
                self.assert_exit(result, OK)
                self.assertEqual(sorted(self.ids()), [1] * 100)
                self.assertLessEqual(self.hits("/token"), 30)
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


class Session(LoginCase):
    def session(self, *more, login="json: { user: user, password: '${P}' }", gives="json"):
        path = "${SERVER}/login?gives=" + gives
        keys = ", ".join((f"login: {{ path: '{path}', {login} }}", *more))
        return f"auth: {{ type: session, {keys} }}"

    def enter(self, auth, **query):
        harness.server().reset()
        result = self.load("/auth", auth, **query)
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(len(self.ids()), 10)
        self.assertEqual(self.hits("/login"), 1)

    def test_a_token_in_the_answer(self):
        token = "token_path: data.token"
        self.enter(self.session(token), kind="token")
        self.enter(self.session(token, login="data: { user: user, password: '${P}' }"),
                   kind="token")
        self.enter(self.session(token, "use: { type: api_key, name: X-Api-Key }"), kind="session")
        for place in ("query", "cookie"):
            use = f"use: {{ type: api_key, name: api_key, location: {place} }}"
            self.enter(self.session(token, use), kind="session", **{"in": place})

    def test_a_token_in_a_header_of_the_answer(self):
        self.enter(self.session("token_header: X-Session", gives="header"), kind="token")

    def test_cookies(self):
        self.enter(self.session("cookie: true", gives="cookie"), kind="session",
                   **{"in": "cookie", "name": "sid"})

    def test_a_path_behind_the_base_url(self):
        harness.server().reset()
        result = self.load("/auth", "auth: { type: session, login: { path: /login, json: "
                           "{ user: user, password: '${P}' } }, token_path: data.token }",
                           extract="base_url: '${SERVER}'", kind="token")
        self.assert_exit(result, OK)

    def test_a_session_that_ends_in_mid_run(self):
        """H08 for sessions."""
        result = self.units(self.session("token_path: data.token"))
        self.assert_exit(result, OK)
        self.assertEqual(len(self.ids()), 100)
        self.assertLessEqual(self.hits("/login"), 25)

    def test_a_wrong_password_and_nothing_of_it_is_shown(self):
        err = self.refused(self.session("token_path: data.token"), env={"P": "SECRET-wrong"})
        self.assertIn("who are you", err)
        self.assertIn("error[E-AUTH]", err)

    def test_answers_that_hold_no_login(self):
        for key, gives, text in (("token_path: data.token", "nothing", "no token at 'data.token'"),
                                 ("token_path: x.y", "json", "no token at 'x.y'"),
                                 ("token_header: X-Session", "json", "no token at 'X-Session'"),
                                 ("cookie: true", "json", "sets no cookie")):
            with self.subTest(key=key):
                self.assertIn(text, self.refused(self.session(key, gives=gives)))


class RefreshToken(LoginCase):
    KEYS = {"K": "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRlcyE=", "R": "SECRET-refresh-0"}

    def setUp(self):
        super().setUp()
        harness.server().reset()
        self.vault = self.work / "login"

    def token(self, *more, answer="rotate=1", store=True):
        if store:
            more = (*more, "store: { path: '${WORK}/login', key: '${K}' }")
        keys = ", ".join((f"access_token_url: '${{SERVER}}/refresh?{answer}'", "client_id: client",
                          "refresh_token: '${R}'", *more))
        return f"auth: {{ type: oauth2_refresh_token, {keys} }}"

    def load(self, path, *keys, env=None, **options):
        return super().load(path, *keys, env=self.KEYS | (env or {}), **options)

    def check_output(self, result):
        super().check_output(result)
        for file in self.work.glob("login*"):
            self.assertNotIn(b"SECRET", file.read_bytes())
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def enter(self, *more, **options):
        result = self.load("/auth", self.token(*more, **options), kind="token")
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(len(self.ids()), 10)
        return result

    def test_each_run_begins_with_the_token_of_the_last(self):
        for n in range(1, 4):
            self.enter()
            self.assertEqual(self.hits("/refresh"), n)

    def test_a_login_that_is_renewed_in_mid_run(self):
        result = self.load("/auth", self.token(), "params: { i: '{partition.i}' }",
                           "partitions: { i: { from: 1, to: 20 } }", uses=5)
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertGreaterEqual(self.hits("/refresh"), 4)
        self.enter()

    def test_without_a_store_the_run_warns(self):
        self.assertNotIn("store", self.enter(store=False, answer="rotate=0").err)
        self.assertIn("say store under auth", self.enter(store=False).err)
        err = self.refused(self.token(store=False), kind="token")
        self.assertIn("invalid_grant", err)

    def test_an_answer_that_was_lost_is_told(self):
        for _ in range(2):
            err = self.refused(self.token(answer="rotate=1&lose=1"), kind="token")
            self.assertIn("error[E-AUTH-LOST]", err)
        # A new one in the file is preferred to the one that is stored.
        result = self.load("/auth", self.token(answer="rotate=1&lose=1"), kind="token",
                           env={"R": "SECRET-refresh-1"})
        self.assert_exit(result, OK)

    def test_a_refusal_is_no_loss(self):
        for _ in range(2):
            err = self.refused(self.token(), kind="token", env={"R": "SECRET-wrong"})
            self.assertIn("error[E-AUTH]", err)
            self.assertIn("invalid_grant", err)

    def test_another_key_does_not_open_the_store(self):
        self.enter()
        harmed = self.vault.read_bytes()
        result = self.load("/auth", self.token(), kind="token", env={"K": "0" * 64})
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-AUTH-STORE]", result.err)
        self.assertEqual(self.vault.read_bytes(), harmed)
        self.vault.write_bytes(harmed[:-1] + bytes([harmed[-1] ^ 1]))
        self.assert_exit(self.load("/auth", self.token(), kind="token"), BAD_FILE)

    def test_a_store_that_cannot_be_written(self):
        auth = self.token("store: { path: '${WORK}/nowhere/login', key: '${K}' }", store=False)
        result = self.load("/auth", auth, kind="token")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("check store.path", result.err)
        self.assertEqual(self.hits("/refresh"), 0)

    def test_processes_share_the_store(self):
        pipeline = f"""
            weir: 1
            name: NAME
            extract:
              type: http
              {FAST}
              {self.token(answer="rotate=1&pause=0.3")}
              resources: [{{ name: t, url: "${{SERVER}}/auth?kind=token" }}]
            load: {{ type: ndjson, path: "${{WORK}}/NAME" }}
            """
        runs = [self.start_weir(pipeline.replace("NAME", name), env=SECRETS | self.KEYS)
                for name in ("one", "two", "three")]
        for run in runs:
            self.assert_exit(run.wait(), OK)
        self.assertEqual(self.hits("/refresh"), 3)

    def test_what_is_no_key(self):
        auth = self.token("store: { path: x, key: '${P}' }", store=False)
        result = self.load("/auth", auth, kind="token")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("openssl rand -base64 32", result.err)


class Jwt(LoginCase):
    def jwt(self, *more, key="key: '${S}'", claims="{ iss: me, aud: weir }"):
        keys = ", ".join(("algorithm: HS256", key, "headers: { kid: k1 }", f"claims: {claims}",
                          *more))
        return f"auth: {{ type: jwt, {keys} }}"

    def load(self, path, *keys, env=None, **options):
        return super().load(path, *keys, env={"S": "SECRET-signing-key"} | (env or {}), **options)

    def enter(self, auth, kind="jwt"):
        result = self.load("/auth", auth, kind=kind)
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertNotIn("eyJ", result.out + result.err + str(result.report))
        self.assertEqual(len(self.ids()), 10)

    def test_a_token_that_is_signed_here(self):
        self.enter(self.jwt())
        self.write("key", "SECRET-signing-key\n")
        self.enter(self.jwt(key="key_file: '${WORK}/key'"))

    def test_a_token_that_is_exchanged(self):
        harness.server().reset()
        self.enter(self.jwt("exchange: '${SERVER}/exchange'"), kind="token")
        self.assertEqual(self.hits("/exchange"), 1)

    def test_a_token_that_is_refused(self):
        harness.server().reset()
        err = self.refused(self.jwt(claims="{ aud: else }"), kind="jwt")
        self.assertIn("2 attempts, the last: status 401", err)
        self.assertNotIn("eyJ", err)
        err = self.refused(self.jwt("exchange: '${SERVER}/exchange'", claims="{ aud: else }"))
        self.assertIn("invalid_grant", err)
        self.assertNotIn("eyJ", err)

    def test_keys_that_cannot_sign(self):
        result = self.load("/auth", self.jwt(key="key_file: '${WORK}/nowhere'"))
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-FILE]", result.err)
        result = self.load("/auth", self.jwt().replace("HS256", "RS256"))
        self.assert_exit(result, BAD_FILE)
        self.assertIn("a private key in PEM form", result.err)


class Digest(LoginCase):
    DIGEST = "auth: { type: digest, username: user, password: '${P}' }"

    def setUp(self):
        super().setUp()
        harness.server().reset()

    def test_both_algorithms(self):
        for algorithm in ("MD5", "SHA-256"):
            result = self.load("/auth", self.DIGEST, "params: { q: 'a b&c=\"' }", kind="digest",
                               algorithm=algorithm)
            self.assert_exit(result, OK)
            self.check_output(result)
            self.assertEqual(len(self.ids()), 10)
            # Asked once without a login, to be told what to meet.
            self.assertEqual(self.hits("/auth"), 2)
            harness.server().reset()

    def test_many_requests_meet_one_challenge(self):
        result = self.load("/auth", self.DIGEST, "params: { i: '{partition.i}', n: 1 }",
                           "partitions: { i: { from: 1, to: 50 } }", kind="digest")
        self.assert_exit(result, OK)
        self.assertEqual(self.hits("/auth"), 51)

    def test_a_challenge_that_comes_to_its_end_in_mid_run(self):
        """H08 for challenges: each is met 5 times."""
        result = self.load("/auth", self.DIGEST, "params: { i: '{partition.i}', n: 1 }",
                           "partitions: { i: { from: 1, to: 50 } }", kind="digest", uses=5,
                           extract="concurrency: { max: 8 }")
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(result.report["resources"][0]["rows"]["loaded"], 50)

    def test_a_wrong_password_is_sent_once(self):
        err = self.refused(self.DIGEST, kind="digest", env={"P": "SECRET-wrong"})
        self.assertIn("2 attempts, the last: status 401", err)
        self.assertEqual(self.hits("/auth"), 2)

    def test_a_server_that_demands_something_else(self):
        err = self.refused(self.DIGEST, kind="basic")
        self.assertIn("status 401", err)
        self.assertEqual(self.hits("/auth"), 1)


class TokenPool(LoginCase):
    TOKENS = {f"T{i}": f"SECRET-pool-{i}" for i in (1, 2, 3)}
    QUOTA = ("remaining_header: X-RateLimit-Remaining", "reset_header: X-RateLimit-Reset")

    def setUp(self):
        super().setUp()
        harness.server().reset()

    def pool(self, *more, tokens="tokens: ['${T1}', '${T2}', '${T3}']"):
        return f"auth: {{ type: token_pool, {', '.join((tokens, *more))} }}"

    def units(self, auth, count, *keys, **query):
        return self.load("/quota", auth, "params: { i: '{partition.i}' }",
                         f"partitions: {{ i: {{ from: 1, to: {count} }} }}", *keys,
                         env=self.TOKENS, n=1, **query)

    def loaded(self, result):
        return result.report["resources"][0]["rows"]["loaded"]

    def test_all_that_the_tokens_have_is_used_and_no_more(self):
        result = self.units(self.pool(*self.QUOTA), 30, extract="concurrency: { max: 4 }")
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(self.loaded(result), 30)

    def test_a_token_that_is_used_up_makes_way_for_the_others(self):
        """Nobody says what is left, so each is found out by what it is answered."""
        for status in (403, 429):
            harness.server().reset()
            result = self.units(self.pool(self.QUOTA[0]), 30, **{"as": status})
            self.assert_exit(result, OK)
            self.assertEqual(self.loaded(result), 30)

    def test_some_requests_are_left_to_others(self):
        result = self.units(self.pool(*self.QUOTA, "reserve: 5", "max_wait: 1s"), 30,
                            extract="concurrency: { max: 1 }")
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-AUTH-QUOTA]", result.err)
        self.check_output(result)
        # The first answer of each token says what it has left.
        self.assertEqual(self.hits("/quota"), 15)

    def test_the_run_waits_until_a_count_begins_anew(self):
        result = self.units(self.pool(*self.QUOTA), 40, window=2)
        self.assert_exit(result, OK)
        self.assertEqual(self.loaded(result), 40)
        self.assertIn("all 3 tokens of the pool are used up", result.err)

    def test_when_none_is_left_a_429_speaks_for_the_origin(self):
        result = self.units(self.pool(self.QUOTA[1]), 10, limit=2, window=1, **{"as": 429})
        self.assert_exit(result, OK)
        self.assertEqual(self.loaded(result), 10)
        self.assertIn("is asked nothing for", result.err)

    def test_a_token_that_is_refused_is_left_out(self):
        result = self.units(self.pool(*self.QUOTA), 20, bad=2)
        self.assert_exit(result, OK)
        self.check_output(result)
        self.assertEqual(self.loaded(result), 20)
        self.assertIn("token 2 of the pool is refused", result.err)

    def test_all_are_refused(self):
        self.write("tokens", "SECRET-wrong-1\n\nSECRET-wrong-2\n")
        auth = self.pool(tokens="file: '${WORK}/tokens'")
        result = self.load("/quota", auth, env={})
        self.assert_exit(result, SOURCE)
        self.check_output(result)
        self.assertEqual(self.hits("/quota"), 2)

    def test_tokens_of_a_file(self):
        self.write("tokens", "SECRET-pool-1\r\nSECRET-pool-3\n")
        auth = self.pool(*self.QUOTA, tokens="file: '${WORK}/tokens'")
        self.assert_exit(self.units(auth, 20), OK)
        result = self.load("/quota", self.pool(tokens="file: '${WORK}/nowhere'"))
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-FILE]", result.err)


class Keys(LoginCase):
    def test_a_key_in_a_cookie(self):
        key = "auth: { type: api_key, name: api_key, api_key: '${S}', location: cookie }"
        result = self.load("/auth", key, kind="api_key", env={"S": "SECRET-key"},
                           **{"in": "cookie"})
        self.assert_exit(result, OK)
        self.check_output(result)


if __name__ == "__main__":
    unittest.main()
