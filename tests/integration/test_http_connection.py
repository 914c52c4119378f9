"""Where the http extractor connects to, and where it does not, through the program."""

import unittest

import harness
from harness import OK, SOURCE

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


if __name__ == "__main__":
    unittest.main()
