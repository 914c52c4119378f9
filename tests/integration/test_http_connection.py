"""Where the http extractor connects to, and where it does not, through the program."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
import ports
from harness import BAD_FILE, OK, SOURCE
from http_proxy import HttpProxy
from misbehaving import MisbehavingServer

PASSWORD = "SECRET/of:me"
LOGIN = "me:" + PASSWORD
ENCODED = "me:SECRET%2Fof%3Ame"
# Besides the whole: as the address has it, and as the header.
FORMS = ("SECRET", "bWU6U0VDUkVU")

setUpModule = harness.start_server


class ConnectionCase(harness.Case):
    def load(self, *keys, url="${SERVER}/rows?n=10", more="", command="run", env=None):
        lines = "\n              ".join(keys)
        return self.run_weir(f"""
            weir: 1
            name: connection
            extract:
              type: http
              retry: {{ initial_interval: 10ms, max_attempts: 2 }}
              {lines}
              resources:
                - {{ name: t, url: "{url}"{more} }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, command=command, env=env)

    def count(self):
        return harness.query(self.db, "SELECT count(*) FROM t")[0][0]

    def requests(self):
        return harness.server().stats()["requests_total"]


class Addresses(ConnectionCase):
    def test_s05_no_request_reaches_a_private_address(self):
        result = self.load("addresses: public")
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-HTTP-ADDRESS]", result.err)
        self.assertIn("leads to 127.0.0.1", result.err)
        self.assertNotIn("attempt", result.err)
        self.assertEqual(self.requests(), 0)
        self.assert_exit(self.load("addresses: any"), OK)
        self.assertEqual(self.count(), 10)


class Follow(ConnectionCase):
    """S01: redirects to another origin, where nothing of ours may go along."""

    PRIVATE = ('headers: { X-Api-Key: "${S}", Cookie: "s=${S}", Referer: "http://${S}/", '
               "Accept: text/x-own }", 'params: { token: "${S}" }')

    def follow(self, url, *keys, env=None, more=""):
        return self.load("follow: any", *keys, url=url, more=more,
                         env={"S": "SECRET-token"} | (env or {}))

    def others(self):
        stats = harness.server().stats()
        return stats["other_origin_hits"], stats["leak_count"]

    def test_s01_it_is_asked_as_by_a_stranger(self):
        logins = ('auth: { type: bearer, token: "${S}" }',
                  'auth: { type: http_basic, username: me, password: "${S}" }',
                  'auth: { type: api_key, name: X-Key, api_key: "${S}" }',
                  'auth: { type: api_key, name: key, api_key: "${S}", location: query }',
                  'auth: { type: api_key, name: key, api_key: "${S}", location: cookie }')
        hits = 0
        for code in (301, 302, 303, 307, 308):
            for login in logins:
                private = self.PRIVATE if "cookie" not in login else (self.PRIVATE[1],)
                with self.subTest(code=code, login=login):
                    self.db.unlink(missing_ok=True)
                    result = self.follow(f"${{SERVER}}/redirect-other-origin?code={code}", login,
                                         *private, "method: POST", 'json: { q: "${S}" }')
                    self.assert_exit(result, OK)
                    self.assertEqual(self.count(), 10)
                    hits += 1
                    self.assertEqual(self.others(), (hits, 0))

    def test_it_may_learn_what_is_accepted(self):
        result = self.follow("${SERVER}/redirect-other-origin?to=/echo?rows=1", *self.PRIVATE)
        self.assert_exit(result, OK)
        headers = harness.query(self.db, "SELECT headers FROM t")[0][0].lower()
        self.assertIn("text/x-own", headers)
        self.assertNotIn("secret", headers)

    def test_who_is_sent_back_comes_as_a_stranger(self):
        home = harness.server().url
        result = self.follow(f"${{SERVER}}/redirect-other-origin?to=/redirect?to={home}/auth",
                             'auth: { type: bearer, token: "${S}" }')
        self.assert_exit(result, SOURCE)
        self.assertIn("status 401", result.err)
        self.assertEqual(self.others(), (1, 0))
        self.assertEqual(harness.server().hits("/auth"), 1)

    def test_links_from_there_are_held_to_where_we_came_from(self):
        other = harness.server().other
        harness.server().put("linked", {"rows": [{"id": 1}], "next": f"{other}/rows"})
        result = self.follow(
            "${SERVER}/redirect-other-origin?to=/data/linked", "data_selector: rows",
            "paginator: { type: json_link, next_url_path: next }",
            'auth: { type: bearer, token: "${S}" }')
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-ORIGIN]", result.err)
        self.assertEqual(self.others(), (1, 0))

    def test_a_login_in_the_address_stays_at_home(self):
        key = 'auth: { type: api_key, name: key, api_key: "${S}", location: query }'
        there = "${SERVER}/redirect-other-origin?to="
        self.assert_exit(self.follow(there + "/echo?rows=1%26key=SECRET-token", key), OK)
        self.assertEqual(self.others(), (1, 0))
        result = self.follow(there + "/echo?rows=1%26other=SECRET-token", key)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-ORIGIN]", result.err)
        self.assertNotIn("SECRET", result.err)
        self.assertEqual(self.others(), (1, 0))

    def test_another_try_begins_at_home(self):
        """What fails there is asked for again as the page itself, with the login."""
        result = self.follow("${SERVER}/redirect-other-origin?to=/status?code=503",
                             'auth: { type: bearer, token: "${S}" }')
        self.assert_exit(result, SOURCE)
        self.assertEqual(self.others(), (2, 0))
        self.assertEqual(harness.server().urls("/redirect-other-origin").total(), 2)

    def test_the_rule_may_change_when_a_run_goes_on(self):
        there = "${SERVER}/redirect-other-origin"
        self.assert_exit(self.load(url=there), SOURCE)
        self.assertEqual(self.others(), (0, 0))
        self.assert_exit(self.load("follow: any", url=there), OK)
        self.assertEqual(self.count(), 10)


class Proxies(ConnectionCase):
    def load_through(self, proxy, *keys, login="", **more):
        env = {"PROXY": f"http://{login}{'@' if login else ''}127.0.0.1:{proxy.port}"}
        return self.load('proxy: "${PROXY}"', *keys, env=env | more.pop("env", {}), **more)

    def assert_no_secret(self, result):
        for form in FORMS:
            self.assertNotIn(form, result.out + result.err + str(result.report))

    def test_requests_go_through_it(self):
        with HttpProxy() as proxy:
            result = self.load_through(proxy, "auth: { type: bearer, token: '${S}' }",
                                       env={"S": "SECRET-token", "no_proxy": "*"})
        self.assert_exit(result, OK)
        self.assertEqual(self.count(), 10)
        self.assertEqual(proxy.asked, [f"GET {harness.server().url}/rows?n=10 HTTP/1.1"])

    def test_it_gets_its_login_and_the_server_does_not(self):
        with HttpProxy(LOGIN) as proxy:
            result = self.load_through(proxy, url="${SERVER}/status?code=503&echo=1", login=ENCODED)
        self.assert_exit(result, SOURCE)
        self.assertIn("status 503", result.err)
        self.assertNotIn("proxy-authorization", result.err.lower())
        self.assert_no_secret(result)
        self.assertEqual(len(proxy.asked), 2)

    def test_a_wrong_login_is_told_at_once_and_shows_nothing(self):
        with HttpProxy(LOGIN) as proxy:
            result = self.load_through(proxy, login="me:SECRET-wrong")
        self.assert_exit(result, SOURCE)
        self.assertIn("status 407", result.err)
        self.assertIn("check the login in 'proxy'", result.err)
        self.assert_no_secret(result)
        self.assertEqual(len(proxy.asked), 1)
        self.assertEqual(self.requests(), 0)

    def test_one_that_is_not_there_is_named(self):
        with ports.reserved() as port:
            result = self.load('proxy: "${PROXY}"', env={"PROXY": f"http://{ENCODED}@127.0.0.1:{port}"})
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[E-HTTP-CONNECT]: extract: GET {harness.server().url}", result.err)
        self.assertIn(f"127.0.0.1:{port} refused the connection", result.err)
        self.assert_no_secret(result)

    def test_the_environment_names_one_only_on_wish(self):
        """S06: what the environment says of proxies counts where the file says so."""
        with HttpProxy(LOGIN) as proxy:
            address = f"http://{ENCODED}@127.0.0.1:{proxy.port}"
            for keys, env, through in (((), {}, 0), (("proxy: env",), {}, 1),
                                       (("proxy: env",), {"no_proxy": "127.0.0.1"}, 0)):
                with self.subTest(keys=keys, env=env):
                    self.db.unlink(missing_ok=True)
                    before = len(proxy.asked)
                    result = self.load(*keys, env={"http_proxy": address} | env)
                    self.assert_exit(result, OK)
                    self.assertEqual(len(proxy.asked) - before, through)
                    self.assert_no_secret(result)

    def test_mistakes_are_told_and_show_nothing(self):
        for value, says in (("ftp://SECRET:SECRET@h:1", "needs an address with a port"),
                            ("http://SECRET:SECRET@h", "needs an address with a port"),
                            ("http://SECRET:SECRET@h:1/path", "needs an address with a port"),
                            ("nothing", "needs an address with a port")):
            with self.subTest(value=value):
                result = self.load('proxy: "${P}"', env={"P": value}, command="check")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(says, result.err + result.out)
                self.assert_no_secret(result)
        result = self.load("proxy: http://h:1", "addresses: public", command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("exclude each other", result.err + result.out)


class Tunnels(ConnectionCase):
    """https through a proxy: it sees where to, and nothing else."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="weir-tls-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "both.pem",
             "-out", "ca.pem", "-days", "2", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True, cwd=cls.folder,
            stdin=subprocess.DEVNULL)
        with open(cls.folder / "both.pem", "a", encoding="ascii") as both:
            both.write((cls.folder / "ca.pem").read_text())
        cls.safe = MisbehavingServer("--tls-cert", cls.folder / "both.pem")
        cls.addClassCleanup(cls.safe.stop)

    def load_through(self, proxy, login=ENCODED):
        env = {"SAFE": self.safe.safe, "CA": self.folder / "ca.pem", "S": "SECRET-token",
               "PROXY": f"http://{login}@127.0.0.1:{proxy.port}"}
        return self.load('proxy: "${PROXY}"', 'tls: { ca_file: "${CA}" }', url="${SAFE}/auth",
                         more=', auth: { type: bearer, token: "${S}" }', env=env)

    def test_it_sees_neither_request_nor_login(self):
        with HttpProxy(LOGIN) as proxy:
            self.assert_exit(self.load_through(proxy), OK)
        self.assertEqual(self.count(), 10)
        authority = self.safe.safe.removeprefix("https://")
        self.assertEqual(proxy.asked, [f"CONNECT {authority} HTTP/1.1"])
        self.assertNotRegex(proxy.heads[0], r"(?im)^authorization:")

    def test_it_may_be_spoken_to_by_tls_itself(self):
        """Its certificate is held to the same authorities as a server's."""
        with HttpProxy(LOGIN, certificate=self.folder / "both.pem") as proxy:
            env = {"PROXY": f"https://{ENCODED}@127.0.0.1:{proxy.port}",
                   "CA": self.folder / "ca.pem"}
            self.assert_exit(self.load('proxy: "${PROXY}"', env=env), SOURCE)
            self.assertEqual(proxy.asked, [])
            result = self.load('proxy: "${PROXY}"', 'tls: { ca_file: "${CA}" }', env=env)
        self.assert_exit(result, OK)
        self.assertEqual(self.count(), 10)
        self.assertEqual(len(proxy.asked), 1)

    def test_a_refusal_is_no_answer_of_the_server(self):
        for login, status, tries in (("me:SECRET-wrong", None, 1), (ENCODED, 403, 1),
                                     (ENCODED, 503, 2)):
            with self.subTest(login=login, status=status), HttpProxy(LOGIN, status) as proxy:
                result = self.load_through(proxy, login)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-PROXY]", result.err)
                self.assertIn(f"status {status or 407}", result.err)
                self.assertEqual(len(proxy.asked), tries)
                for form in FORMS:
                    self.assertNotIn(form, result.out + result.err + str(result.report))


if __name__ == "__main__":
    unittest.main()
