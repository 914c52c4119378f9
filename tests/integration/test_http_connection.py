"""Where the http extractor connects to, and where it does not, through the program."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
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
        with HttpProxy() as proxy:
            pass
        result = self.load_through(proxy, login=ENCODED)
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[E-HTTP-CONNECT]: extract: GET {harness.server().url}", result.err)
        self.assertIn(f"127.0.0.1:{proxy.port} refused the connection", result.err)
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
