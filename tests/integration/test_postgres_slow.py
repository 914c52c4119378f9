"""R01: a fast source and a slow line to the server. What waits is bounded, and so is the memory."""

import unittest

import harness
from harness import OK
from postgres_case import PostgresCase
from proxy import Proxy
from state_case import resource

setUpModule = harness.start_server

MIB = 1 << 20
UNITS = 16 if harness.sanitized() else 48   # one MiB each
MEMORY = 8 * MIB                            # that batches may take
CEILING = 96 * MIB                          # of the whole program


class SlowLine(PostgresCase):
    def test_what_waits_is_bounded(self):
        with Proxy(self.database.server.socket, bytes_per_second=6 * MIB) as line:
            env = {"PG": f"host=127.0.0.1 port={line.port} user=weir dbname={self.database.name}"}
            file = self.pipeline(
                [resource("t", "/big?mb=1&i={partition.n}",
                          f"partitions: {{ n: {{ from: 1, to: {UNITS} }} }}")],
                more=f"limits: {{ memory: {MEMORY // MIB}MiB }}")
            run = self.start_weir(file, env=env)
            waiting = []
            while run.alive():
                # In this order, so that what arrives in between counts as waiting.
                arrived = line.bytes_to_server
                waiting.append(harness.server().stats()["bytes_sent"] - arrived)
            result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id) FROM t"),
                         [(UNITS * 1024, 1024)])
        self.assert_settled()
        self.assertLess(max(waiting), MEMORY + 16 * MIB)
        if not harness.sanitized():
            self.assertLess(result.peak_rss, CEILING)


if __name__ == "__main__":
    unittest.main()
