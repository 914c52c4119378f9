"""Does PostgreSQL for tests do as it is told, and end with them? And the proxy in front of it?"""

import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

import libpq
import postgres
from proxy import Proxy

BEGUN = """
import sys, postgres
print(postgres.Cluster().folder, flush=True)
sys.stdin.read()
"""


def is_running(pid):
    """What has ended may wait for somebody to ask how."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"


class Databases(unittest.TestCase):
    def setUp(self):
        self.server = postgres.shared()
        self.name = self.server.create_database()
        self.addCleanup(self.server.drop_database, self.name)

    def test_values_come_as_what_they_are(self):
        with self.server.connect(self.name) as connection:
            rows = connection.execute("SELECT 1, 'ä', 1.5::float8, NULL, true, "
                                      "3000000000 * 4000000000::numeric, '\\x00ff'::bytea")
            self.assertEqual(rows, [(1, "ä", 1.5, None, True, 12 * 10**18, b"\x00\xff")])
            self.assertEqual(connection.execute("SELECT $1::bigint + 1, $2::text", 4, None),
                             [(5, None)])

    def test_a_refusal_has_its_code(self):
        with self.server.connect(self.name) as connection:
            with self.assertRaises(libpq.Error) as caught:
                connection.execute("SELECT * FROM nowhere")
            self.assertEqual(caught.exception.sqlstate, "42P01")

    def test_an_emptied_database_has_nothing(self):
        with self.server.connect(self.name) as connection:
            connection.execute("CREATE TABLE t (id int)")
            self.server.empty_database(self.name)
            with self.assertRaises(libpq.Error) as caught:
                connection.execute("SELECT 1")
            self.assertIn(caught.exception.sqlstate, ("", "57P01"))
        with self.server.connect(self.name) as connection:
            self.assertEqual(connection.execute("SELECT to_regclass('t')"), [(None,)])


class Clusters(unittest.TestCase):
    def test_committed_rows_survive_a_crash(self):
        with postgres.Cluster() as cluster:
            with cluster.connect() as connection:
                connection.execute("CREATE TABLE t AS SELECT 1 AS id")
                connection.execute("BEGIN; INSERT INTO t VALUES (2)")
                cluster.crash()
            cluster.start()
            with cluster.connect() as connection:
                self.assertEqual(connection.execute("SELECT id FROM t"), [(1,)])
        self.assertFalse(cluster.folder.exists())

    def test_a_killed_test_leaves_no_server(self):
        test = subprocess.Popen(
            [sys.executable, "-B", "-c", BEGUN], cwd=Path(__file__).parent, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        with test:
            folder = Path(test.stdout.readline().strip())
            server = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(test.pid, signal.SIGKILL)
        deadline = time.monotonic() + 30
        while folder.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertFalse(folder.exists())
        self.assertFalse(is_running(server))

    def test_a_password_is_asked_for(self):
        server = postgres.shared()
        with server.connect() as connection:
            connection.execute("CREATE ROLE guarded LOGIN PASSWORD 'right' IN ROLE password")
            try:
                with self.assertRaises(libpq.Error):
                    libpq.Connection(server.conninfo(user="guarded") + " password=wrong")
                with libpq.Connection(server.conninfo(user="guarded") + " password=right") as one:
                    self.assertEqual(one.execute("SELECT current_user::text"), [("guarded",)])
            finally:
                connection.execute("DROP ROLE guarded")


class Proxies(unittest.TestCase):
    def setUp(self):
        server = postgres.shared()
        self.name = server.create_database()
        self.addCleanup(server.drop_database, self.name)
        self.direct = server.connect(self.name)
        self.addCleanup(self.direct.close)
        self.direct.execute("CREATE TABLE t (id int)")
        self.proxy = Proxy(server.socket)
        self.addCleanup(self.proxy.close)

    def connect(self):
        return libpq.Connection(
            f"host=127.0.0.1 port={self.proxy.port} user=weir dbname={self.name}")

    def commit(self):
        with self.connect() as connection:
            connection.execute("BEGIN; INSERT INTO t VALUES (1)")
            connection.execute("COMMIT")

    def cut_off(self):
        with self.assertRaises(libpq.Error) as caught:
            self.commit()
        self.assertEqual(caught.exception.sqlstate, "")
        self.assertTrue(self.proxy.was_cut())
        time.sleep(0.2)
        return self.direct.execute("SELECT count(*) FROM t")[0][0]

    def test_a_cut_before_and_behind_a_commit(self):
        self.proxy.cut_before(b"COMMIT")
        self.assertEqual(self.cut_off(), 0)
        self.proxy.cut_after(b"COMMIT")
        self.assertEqual(self.cut_off(), 1)
        self.commit()
        self.proxy.cut_before(b"COMMIT", skip=1)
        self.commit()
        self.assertEqual(self.cut_off(), 3)

    def test_a_line_that_stands_still_or_is_refused(self):
        with self.connect() as connection:
            self.proxy.stall()
            threading.Timer(0.3, self.proxy.flow).start()
            begun = time.monotonic()
            connection.execute("SELECT 1")
            self.assertGreaterEqual(time.monotonic() - begun, 0.25)
        self.proxy.refuse()
        with self.assertRaises(libpq.Error):
            self.connect()

    def test_a_slow_line(self):
        with self.connect() as connection:
            self.proxy.bytes_per_second = 100_000
            begun = time.monotonic()
            connection.execute("SELECT length($1)", "x" * 50_000)
            self.assertGreaterEqual(time.monotonic() - begun, 0.4)


if __name__ == "__main__":
    unittest.main()
