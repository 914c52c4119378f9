"""S08: whatever fails, the password is told nowhere: not by us, and not by what libpq says of a
connection string that it cannot read."""

import base64
import json
import unittest
from pathlib import Path
from urllib.parse import quote

import harness
from harness import BAD_FILE, DESTINATION, OK
from postgres_case import PostgresCase
from state_case import pages

setUpModule = harness.start_server

SECRET = "SECRET-pa%zz w:o/r@d='x\\"


def forms(secret):
    """How it might be written."""
    yield secret
    yield quote(secret, safe="")
    yield quote(secret)
    yield base64.b64encode(secret.encode()).decode()
    yield json.dumps(secret)[1:-1]
    yield "SECRET"


class Passwords(PostgresCase):
    def setUp(self):
        super().setUp()
        literal = SECRET.replace("'", "''")
        self.role = f"guarded_{self.database.name}"
        self.make_role(self.role, f"LOGIN PASSWORD '{literal}' IN ROLE password")
        self.make(f"GRANT CREATE ON DATABASE {self.database.name} TO {self.role};"
                  f"GRANT ALL ON SCHEMA public TO {self.role}")

    def where(self):
        return f"host: '{self.database.server.socket_folder}', dbname: {self.database.name}"

    def file(self, load):
        return self.pipeline([pages(total=100)]).replace(self.database.load, "type: postgres, " + load)

    def told_nowhere(self, run):
        result = self.check(run.wait())
        told = result.out + result.err + json.dumps(result.report)
        for form in forms(SECRET):
            self.assertNotIn(form, told)
        return result

    def load(self, load, env, *args):
        args = args or ("--log", "json", "-v")
        return self.told_nowhere(self.start_weir(self.file(load + ", retry: 300ms"), *args, env=env))

    def test_the_right_one_works(self):
        for load in (f"user: {self.role}, password: '${{SECRET}}', " + self.where(), "dsn: '${DSN}'"):
            with self.subTest(load=load):
                self.database.empty()
                self.make(f"GRANT CREATE ON DATABASE {self.database.name} TO {self.role};"
                          f"GRANT ALL ON SCHEMA public TO {self.role}")
                dsn = (f"postgres://{self.role}:{quote(SECRET, safe='')}@"
                       f"{quote(str(self.database.server.socket_folder), safe='')}/{self.database.name}")
                self.assert_exit(self.load(load, {"SECRET": SECRET, "DSN": dsn}), OK)
                self.assertEqual(self.count(), 100)
                self.assertNotIn(b"SECRET", self.database.content())

    def test_a_wrong_one(self):
        result = self.load(f"user: {self.role}, password: '${{SECRET}}', " + self.where(),
                           {"SECRET": SECRET + "wrong"})
        self.assert_exit(result, DESTINATION)
        self.assertIn("password", result.err)
        self.assertEqual(harness.server().stats()["requests_total"], 0)

    def test_a_host_that_is_not_there(self):
        for host in ("no-such-host.invalid", "127.0.0.1:1", "/no/such/folder"):
            with self.subTest(host=host):
                where = quote(host, safe="") if host.startswith("/") else host
                dsn = f"postgres://u:{quote(SECRET, safe='')}@{where}/d"
                result = self.load("dsn: '${DSN}'", {"DSN": dsn})
                self.assertIn(result.code, (DESTINATION, BAD_FILE), str(result))

    def test_strings_that_cannot_be_read(self):
        for dsn in (f"postgres://u:{SECRET}@h/d", f"host=h password={SECRET}", f"host=h {SECRET}",
                    f"postgres://u:{SECRET}", f"password='{SECRET} host=h", "postgres://%zzSECRET",
                    f"postgres://u@h:SECRET/d", "host=h port=SECRET", "SECRET"):
            with self.subTest(dsn=dsn):
                for args in ((), ("--log", "text", "-v")):
                    result = self.load("dsn: '${DSN}'", {"DSN": dsn}, *args)
                    self.assertIn(result.code, (DESTINATION, BAD_FILE), str(result))

    def test_while_it_runs_no_list_of_processes_shows_it(self):
        file = self.pipeline([pages(style="page", fail_page=2, fail=1, **{"as": "held"})],
                             extract="timeout: { stall: 1h }")
        run = self.start_weir(file.replace(
            self.database.load,
            f"type: postgres, user: {self.role}, password: '${{SECRET}}', {self.where()}"),
            env={"SECRET": SECRET})
        run.when(lambda: self.has_rows(100))
        self.assertNotIn(b"SECRET", Path(f"/proc/{run.pid}/cmdline").read_bytes())
        harness.server().heal()
        self.assert_exit(self.told_nowhere(run), OK)


if __name__ == "__main__":
    unittest.main()
