"""S08: no secret is told anywhere, neither one of the file nor one that was got on the way, though the
server repeats all that it is sent."""

import base64
import unittest
from pathlib import Path

import harness
from databases import Postgres
from harness import OK, SOURCE
from state_case import StateCase, on_both, resource

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"
SECRETS = {"S": "SECRET-token", "C": "SECRET-client", "P": "SECRET-password", "R": "SECRET-refresh-0",
           "J": "SECRET-signing-key", "K": "c2l4dGVlbiBieXRlcyBhbmQgc2l4dGVlbiBieXRlcyE="}
SESSION = ("type: session, login: { path: '${SERVER}/login?gives=%s', "
           "json: { user: user, password: '${P}' } }, ")
LOGINS = {
    "bearer": "type: bearer, token: '${S}'",
    "basic": "type: http_basic, username: me, password: '${S}'",
    "header": "type: api_key, name: X-Api-Key, api_key: '${S}'",
    "query": "type: api_key, name: key, api_key: '${S}', location: query",
    "cookie": "type: api_key, name: key, api_key: '${S}', location: cookie",
    "client_credentials": "type: oauth2_client_credentials, access_token_url: '${SERVER}/token', "
                          "client_id: client, client_secret: '${C}'",
    "refresh_token": "type: oauth2_refresh_token, access_token_url: '${SERVER}/refresh?rotate=1', "
                     "client_id: client, refresh_token: '${R}', "
                     "store: { path: '${WORK}/login', key: '${K}' }",
    "session": SESSION % "json" + "token_path: data.token",
    "session cookie": SESSION % "cookie" + "cookie: true",
    "jwt": "type: jwt, algorithm: HS256, key: '${J}', headers: { kid: k1 }, "
           "claims: { iss: me, aud: weir }",
    "pool": "type: token_pool, tokens: ['${S}', '${C}']",
}
MORE = ("headers: { X-Other: '${P}' }", "params: { q: '${C}' }", "method: POST", "json: { q: '${J}' }")
# How they would look; base64 without its last digits, which depend on what follows.
FORMS = ("SECRET", base64.b64encode(b"SECRET").decode(), base64.b64encode(b"me:SEC").decode(), "eyJ")


@on_both
class Secrets(StateCase):
    def assert_told_nowhere(self, result):
        told = result.out + result.err + str(result.report)
        for form in FORMS:
            self.assertNotIn(form, told)

    def assert_kept_nowhere(self):
        """Neither in the database nor in a file of the run's."""
        kept = [self.database.content(), *(path.read_bytes() for path in self.work.iterdir()
                                           if path.is_file() and path.name != "pipeline.yaml")]
        for content in kept:
            for form in FORMS:
                self.assertNotIn(form.encode(), content)

    def test_of_requests_that_fail(self):
        ways = (("1", ("-v",)), ("base64", ("-v", "--log", "json")))
        for name, login in LOGINS.items():
            for echo, args in ways[self.DATABASE is Postgres:]:
                with self.subTest(login=name, echo=echo):
                    harness.server().reset()
                    for file in self.work.glob("login*"):
                        file.unlink()
                    self.database.empty()
                    result = self.run_weir(self.pipeline([resource(
                        "t", f"/status?code=503&echo={echo}", f"auth: {{ {login} }}", *MORE, FAST)]),
                        *args, env=SECRETS)
                    self.assert_exit(result, SOURCE)
                    self.assertIn("secrets" if echo == "base64" else "target", result.err)
                    self.assert_told_nowhere(result)
        self.assert_kept_nowhere()

    def test_while_a_run_is_at_work(self):
        """No list of processes shows it, and there is no other process that could have got it."""
        file = self.pipeline([resource("t", "/auth?kind=token",
                                       f"auth: {{ {LOGINS['client_credentials']} }}"),
                              resource("u", "/flaky?as=held&fail=1", MORE[0], *MORE[2:])],
                             extract="timeout: { stall: 1h }")
        run = self.start_weir(file, env=SECRETS)
        run.when(lambda: harness.server().requests() >= 3)
        process = Path(f"/proc/{run.pid}")
        self.assertNotIn(b"SECRET", (process / "cmdline").read_bytes())
        self.assertEqual([children.read_text() for children in process.glob("task/*/children")
                          if children.read_text()], [])
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assert_told_nowhere(result)
        self.assert_kept_nowhere()


if __name__ == "__main__":
    unittest.main()
