"""What the tests of PostgreSQL alone share: a server that may be stopped, and who is connected to it."""

import os
import unittest

import harness
import postgres
from databases import Postgres
from state_case import StateCase

SEEDS = 1 if harness.sanitized() else 3


def seeds(count=SEEDS):
    """WEIR_SEED=n repeats one, WEIR_SEEDS=n tries those from 1 to n."""
    wanted = os.environ.get("WEIR_SEED")
    return [int(wanted)] if wanted else range(1, int(os.environ.get("WEIR_SEEDS") or count) + 1)


class PostgresCase(StateCase, harness.Case):
    DATABASE = Postgres

    def backends(self, where="true"):
        """The server's processes that work for weir in this database."""
        return [pid for pid, in self.database.query(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            f"AND application_name LIKE 'weir%' AND ({where}) ORDER BY backend_start")]

    def lanes(self, where="true"):
        return self.backends(f"application_name LIKE '%lane%' AND ({where})")

    def terminate(self, pids):
        for pid in pids:
            self.database.query("SELECT pg_terminate_backend($1)", pid)

    def make_role(self, name, words="LOGIN"):
        self.make(f"CREATE ROLE {name} {words}")
        self.addCleanup(self.database.make, f"DROP OWNED BY {name}; DROP ROLE {name}")

    def assert_whole_pages(self, size=100):
        """Whole pages from the first on, and nothing else. How many rows that is."""
        there = self.rows()
        self.assertEqual(there, list(range(1, len(there) + 1)))
        self.assertEqual(len(there) % size, 0)
        return len(there)

    def assert_all_pages(self, count=1000):
        self.assertEqual(self.rows(), list(range(1, count + 1)))
        self.assert_settled()


class ClusterCase(PostgresCase):
    """The tests of a class have a server of their own; each finds it running."""

    SETTINGS = {}

    @classmethod
    def setUpClass(cls):
        cls.cluster = postgres.Cluster(**cls.SETTINGS)
        cls.addClassCleanup(cls.cluster.close)

    def make_database(self):
        self.cluster.start_unless_running()
        return Postgres(self.work, self.cluster)


skip_unless_root = unittest.skipUnless(os.geteuid() == 0, "only root can mount a file system")
