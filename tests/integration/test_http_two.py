"""The http extractor and HTTP/2, through the program: http_version: auto."""

import http.client
import json
import shutil
import ssl
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import harness
from harness import BAD_FILE, OK

SERVER = Path(__file__).resolve().parents[1] / "servers" / "two.py"
FOLDER = None


def setUpModule():
    global FOLDER
    FOLDER = Path(tempfile.mkdtemp(prefix="weir-two-"))
    unittest.addModuleCleanup(shutil.rmtree, FOLDER)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"],
                   check=True, capture_output=True, cwd=FOLDER, stdin=subprocess.DEVNULL)


class Two(harness.Case):
    def serve(self, *options):
        process = subprocess.Popen(
            [sys.executable, "-B", SERVER, "--cert", FOLDER / "cert.pem", "--key",
             FOLDER / "key.pem", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.stdin.close)
        self.url = process.stdout.readline().split()[2]

    def stats(self):
        context = ssl.create_default_context(cafile=FOLDER / "cert.pem")
        connection = http.client.HTTPSConnection(self.url.split("//")[1], context=context)
        connection.request("GET", "/stats")
        answer = json.load(connection.getresponse())
        connection.close()
        return answer

    def load(self, query, more="", pages=60, version="auto", command="run", limits="",
             concurrency="max: 12"):
        return self.run_weir(f"""
            weir: 1
            name: two
            {limits}
            extract:
              type: http
              http_version: {version}
              tls: {{ ca_file: "${{FOLDER}}/cert.pem" }}
              retry: {{ initial_interval: 10ms, max_attempts: 4 }}
              concurrency: {{ {concurrency} }}
              {more}
              resources:
                - name: t
                  url: "${{SERVER}}/rows?page={{partition.page}}&{query}"
                  data_selector: "data"
                  partitions: {{ page: {{ from: 1, to: {pages} }} }}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, command=command, env={"SERVER": self.url, "FOLDER": FOLDER})

    def assert_whole(self, pages=60):
        self.assertEqual(
            harness.query(self.db, "SELECT count(*), count(DISTINCT id), max(id) FROM t"),
            [(pages * 100, pages * 100, pages * 100)])
        self.db.unlink()

    def test_many_requests_share_one_connection(self):
        self.serve()
        self.assert_exit(self.load("delay=10"), OK)
        self.assert_whole()
        stats = self.stats()
        self.assertEqual((stats["two"], stats["one"], stats["connections"]), (60, 0, 2))
        self.assertEqual(stats["most_streams"], 12)

    def test_per_host_counts_requests_and_not_connections(self):
        self.serve()
        self.assert_exit(self.load("delay=10", concurrency="max: 12, per_host: 3"), OK)
        self.assert_whole()
        self.assertEqual(self.stats()["most_streams"], 3)

    def test_one_is_spoken_unless_the_file_says_otherwise(self):
        self.serve()
        self.assert_exit(self.load("a=1", version="1.1"), OK)
        self.assert_whole()
        stats = self.stats()
        self.assertEqual((stats["two"], stats["one"]), (0, 60))

    def test_servers_without_it_are_asked_by_one(self):
        self.serve("--one")
        self.assert_exit(self.load("a=1"), OK)
        self.assert_whole()
        self.assertEqual(self.stats()["one"], 60)

    def test_what_goes_wrong_is_asked_for_again_and_nothing_is_lost(self):
        for fault in ("reset", "refuse", "goaway", "cut&length=0", "flood", "goodbye"):
            with self.subTest(fault=fault):
                self.serve()
                self.assert_exit(self.load(f"as={fault}", pages=24), OK)
                self.assert_whole(24)

    def test_a_server_whose_http_2_never_works_is_asked_by_one(self):
        self.serve()
        self.assert_exit(self.load("as=reset&times=2", pages=24), OK)
        self.assert_whole(24)
        self.assertGreater(self.stats()["one"], 0)

    def test_large_answers_in_little_memory(self):
        """What must wait for room holds up no other answer of its connection."""
        self.serve()
        result = self.load("pad=8000&delay=5", pages=24, limits="limits: { memory: 16MiB }")
        self.assert_exit(result, OK)
        # Whether any had to wait, and went another way, is a matter of how fast this machine is.
        self.assert_whole(24)

    def test_another_word_is_a_mistake(self):
        self.serve()
        result = self.load("a=1", version="3", command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("http_version", result.err + result.out)


if __name__ == "__main__":
    unittest.main()
