"""The http extractor and TLS, through the program: whom it trusts, and who it says it is (mTLS)."""

import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import harness
from harness import BAD_FILE, OK, SOURCE
from misbehaving import MisbehavingServer

SECRET = "SECRET-of-the-key"
FOLDER = None
SAFE = None


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, cwd=FOLDER,
                   stdin=subprocess.DEVNULL)


def make_pair(name, *more):
    """NAME.pem and NAME.key, which is not encrypted."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out",
            f"{name}.pem", "-days", "2", "-subj", f"/CN={name}", *more)


def setUpModule():
    global FOLDER, SAFE
    FOLDER = Path(tempfile.mkdtemp(prefix="weir-tls-"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER)
    make_pair("server", "-addext", "subjectAltName=IP:127.0.0.1")
    make_pair("client")
    make_pair("stranger")
    openssl("pkey", "-in", "client.key", "-aes256", "-passout", f"pass:{SECRET}", "-out",
            "locked.key")
    both = (FOLDER / "server.pem").read_text() + (FOLDER / "server.key").read_text()
    (FOLDER / "both.pem").write_text(both)
    SAFE = MisbehavingServer("--tls-cert", FOLDER / "both.pem", "--tls-ca", FOLDER / "client.pem")
    unittest.addModuleCleanup(SAFE.stop)


class Certificates(harness.Case):
    def setUp(self):
        super().setUp()
        SAFE.reset()

    def load(self, tls, path="/pages?page={partition.page}", selector="data", command="run",
             server="${SAFE}", follow="home"):
        tls = ", ".join(f"{key}: {value}" for key, value in tls.items())
        return self.run_weir(f"""
            weir: 1
            name: safe
            extract:
              type: http
              follow: {follow}
              tls: {{ ca_file: "${{KEYS}}/server.pem", {tls} }}
              retry: {{ initial_interval: 10ms, max_attempts: 2 }}
              data_selector: "{selector}"
              resources:
                - name: t
                  url: "{server}{path}"
                  partitions: {{ page: {{ from: 1, to: 5 }} }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, command=command, env={
                "SAFE": SAFE.safe, "PLAIN": SAFE.url, "KEYS": FOLDER, "SECRET": SECRET})

    def keys(self, name, key=None, **more):
        return {"cert_file": f'"${{KEYS}}/{name}.pem"', "key_file": f'"${{KEYS}}/{key or name}.key"',
                **more}

    def assert_refused(self, result):
        self.assert_exit(result, SOURCE)
        self.assertRegex(result.err, r"error\[E-(TLS|HTTP-RESET)\].*tls\.cert_file")
        self.assertNotIn("SECRET", result.out + result.err + str(result.report))
        self.assertEqual(SAFE.stats()["requests_total"], 0)

    def test_a_known_client_is_let_in(self):
        for tls in (self.keys("client"),
                    self.keys("client", "locked", key_password='"${SECRET}"')):
            with self.subTest(tls=tls):
                self.db.unlink(missing_ok=True)
                self.assert_exit(self.load(tls), OK)
                self.assertEqual(harness.query(self.db, "SELECT count(*) FROM t"), [(500,)])

    def test_others_are_not(self):
        """Nobody gets an answer; whether the server says why, or only hangs up, is its own."""
        for tls in ({"insecure": "false"}, self.keys("stranger"),
                    self.keys("client", "stranger"),
                    self.keys("client", "locked"),
                    self.keys("client", "locked", key_password='"${SECRET}-wrong"')):
            with self.subTest(tls=tls):
                self.assert_refused(self.load(tls))

    def test_mistakes_are_told_before_anything_is_asked(self):
        result = self.load({"key_file": "a.key"}, command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-REQUIRED]: 'key_file' needs 'cert_file'", result.err + result.out)

    def test_a_file_that_is_not_there(self):
        result = self.load({"cert_file": '"${KEYS}/none.pem"'})
        self.assertNotEqual(result.code, OK)
        self.assertIn("tls.cert_file: cannot read", result.err)
        self.assertEqual(SAFE.stats()["requests_total"], 0)

    def test_s07_a_redirect_to_a_plain_address_is_not_followed(self):
        """S07: what was asked for in safety is not asked for in the open."""
        plain = SAFE.url + "/rows"
        result = self.load(self.keys("client"), "/redirect?to=" + plain + "&i={partition.page}")
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-ORIGIN]", result.err)

    def test_s01_a_certificate_is_shown_to_no_other_origin(self):
        """Where a redirect leads, the server learns as little of us as of any stranger."""
        result = self.load(self.keys("client"), f"/redirect?to={SAFE.safe}/rows&i={{partition.page}}",
                           server="${PLAIN}", follow="any")
        self.assert_exit(result, SOURCE)
        self.assertRegex(result.err, r"error\[E-(TLS|HTTP-RESET)\]")
        self.assertEqual(set(SAFE.urls("/rows")), set())


class Trust(harness.Case):
    """S07, S06: which servers are believed to be who they say, whatever the environment says."""

    @classmethod
    def setUpClass(cls):
        make_pair("other", "-addext", "subjectAltName=DNS:other.test")
        openssl("req", "-new", "-key", "server.key", "-subj", "/CN=server", "-out", "late.csr")
        openssl("x509", "-req", "-in", "late.csr", "-signkey", "server.key", "-days", "-1", "-out",
                "expired.pem")

    def serve(self, certificate, key):
        both = self.write("both.pem", (FOLDER / f"{certificate}.pem").read_text()
                          + (FOLDER / f"{key}.key").read_text())
        server = MisbehavingServer("--tls-cert", both)
        self.addCleanup(server.stop)
        return server

    def load(self, server, tls=None, path="/rows", env=None):
        tls = f"tls: {{ {tls} }}" if tls else ""
        return self.run_weir(f"""
            weir: 1
            name: t
            extract: {{ type: http, url: "${{SAFE}}{path}", {tls} }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, env={"SAFE": server.safe, "KEYS": FOLDER} | (env or {}))

    def test_s07_nobody_else_is_asked_for_anything(self):
        for certificate, key, tls, says in (
                ("server", "server", None, "tls.ca_file"),
                ("other", "other", 'ca_file: "${KEYS}/other.pem"', "127.0.0.1"),
                ("expired", "server", 'ca_file: "${KEYS}/expired.pem"', "expired")):
            with self.subTest(certificate=certificate):
                server = self.serve(certificate, key)
                result = self.load(server, tls)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-TLS]", result.err)
                self.assertIn(says, result.err)
                self.assertEqual(server.stats()["requests_total"], 0)
                self.assert_exit(self.load(server, "insecure: true"), OK)
                self.db.unlink()

    def test_s06_the_environment_adds_no_trust_and_no_login(self):
        server = self.serve("server", "server")
        authority = FOLDER / "server.pem"
        keys = self.work / "keys.log"
        env = {"SSL_CERT_FILE": authority, "CURL_CA_BUNDLE": authority, "SSL_CERT_DIR": FOLDER,
               "SSLKEYLOGFILE": keys, "HOME": self.work, "CURL_HOME": self.work}
        self.write(".netrc", "machine 127.0.0.1 login me password SECRET\n")
        self.write(".curlrc", "insecure\nheader = X-Own: SECRET\n")
        result = self.load(server, env=env)
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-TLS]", result.err)
        self.assertEqual(server.stats()["requests_total"], 0)
        result = self.load(server, 'ca_file: "${KEYS}/server.pem"', "/echo?rows=1", env)
        self.assert_exit(result, OK)
        headers = harness.query(self.db, "SELECT headers FROM t")[0][0].lower()
        self.assertNotIn("authorization", headers)
        self.assertNotIn("secret", headers)
        self.assertFalse(keys.exists())


if __name__ == "__main__":
    unittest.main()
