"""Are the faults of the misbehaving server really on the wire? A raw socket looks.

    python3 -m unittest discover -s tests/servers
"""

import concurrent.futures
import json
import socket
import subprocess
import sys
import time
import unittest

from misbehaving import PROGRAM, MisbehavingServer
from raw_client import Client, ServerCase


class Endings(ServerCase):
    """How a connection ends, and what came before."""

    def test_resets(self):
        for when, least, most in (("now", 0, 0), ("headers", 10, 40), ("body", 100, 10**4)):
            with self.subTest(when=when):
                client = self.client().send(f"/reset?when={when}").read(quiet=5)
                self.assertEqual(client.end, "rst")
                self.assertTrue(least <= len(client.data) <= most, client.data)

    def test_every_flaky_fault(self):
        ends = {"reset": "rst", "reset-headers": "rst", "reset-body": "rst", "close": "fin",
                "truncated": "fin", "stall": None, "hang": None}
        for fault, end in ends.items():
            with self.subTest(fault=fault):
                client = self.client().send(f"/flaky?as={fault}&key={fault}").read()
                self.assertEqual(client.end, end)
                if fault in ("truncated", "stall", "reset-body"):
                    self.assertLess(len(client.body), int(client.header("Content-Length")))
                    self.assertGreater(len(client.body), 0)
                elif fault != "reset-headers":
                    self.assertEqual(client.data, b"")
                self.assertEqual(len(self.json(f"/flaky?as={fault}&key={fault}")), 10)
        self.no_mistakes()

    def test_flaky_statuses_and_bodies(self):
        for status in (400, 401, 403, 404, 410, 422, 429, 500, 503):
            self.assertEqual(self.get(f"/flaky?as={status}").status, status)
        self.assertEqual(self.get("/flaky?as=429&retry_after=7").header("Retry-After"), "7")
        for fault in ("badjson", "html", "empty"):
            with self.assertRaises(ValueError):
                json.loads(self.get(f"/flaky?as={fault}").body)
        self.assertIn("error", self.json("/flaky?as=wrongshape"))

    def test_truncated_in_three_ways(self):
        client = self.get("/truncated")
        self.assertLess(len(client.body), int(client.header("Content-Length")))
        client = self.get("/truncated?chunked=1")
        self.assertEqual(client.header("Transfer-Encoding"), "chunked")
        self.assertNotIn(b"\r\n0\r\n\r\n", client.data)
        client = self.get("/truncated?close=1")
        self.assertIsNone(client.header("Content-Length"))
        self.assertIsNone(client.header("Transfer-Encoding"))
        with self.assertRaises(ValueError):
            json.loads(client.body)

    def test_truncated_behind_a_record_looks_whole(self):
        self.assertTrue(self.get("/truncated?at=record").body.endswith(b"}"))
        client = self.get("/truncated?at=record&format=ndjson&close=1")
        rows = [json.loads(line) for line in client.body.splitlines()]
        self.assertTrue(1 <= len(rows) < 10 and client.body.endswith(b"\n"))

    def test_dropped_connection_after_a_good_answer(self):
        client = self.client().send("/rows?drop=1").read(quiet=5)
        self.assertEqual((client.status, client.end), (200, "fin"))
        self.assertIsNone(client.header("Connection"))


class Framing(ServerCase):
    def lengths(self, target):
        client = self.client().send(target).read()
        return [line.partition(b": ")[2] for line in client.head.split(b"\r\n")
                if line.startswith(b"Content-Length")], client

    def test_lying_lengths(self):
        self.assertEqual(self.lengths("/cl-negative")[0], [b"-5"])
        self.assertGreater(int(self.lengths("/cl-overflow")[0][0]), 2**64)
        values, _ = self.lengths("/cl-dup")
        self.assertEqual((len(values), len(set(values))), (2, 2))
        values, client = self.lengths("/cl-te")
        self.assertEqual((len(values), client.header("Transfer-Encoding")), (1, "chunked"))

    def test_cl_short_hides_a_second_answer_and_stays_open(self):
        client = self.client().send("/cl-short").read()
        length = int(client.header("Content-Length"))
        self.assertEqual(json.loads(client.body[:length])[0]["id"], 1)
        hidden = client.body[length:]
        self.assertTrue(hidden.startswith(b"HTTP/1.1 200 OK\r\n") and b'"id":666' in hidden)
        self.assertIsNone(client.end)
        client.data = b""
        self.assertEqual(client.send("/rows?n=1").read().status, 200)

    def test_heads_that_are_none(self):
        for kind, start in (("word", b"HTTP/1.1 2oo OK"), ("huge", b"HTTP/1.1 99999 Huge"),
                            ("protocol", b"ICY 200 OK"), ("bare", b"HTTP/1.1\r\n")):
            data = self.get(f"/bad-status-line?kind={kind}").data
            self.assertTrue(data.startswith(start), data)
        self.assertTrue(self.get("/http09").data.startswith(b'[{"id":1'))
        garbage = self.get("/garbage").data
        self.assertEqual((len(garbage), garbage), (4000, self.get("/garbage").data))
        self.assertIn(b"X-Nul: a\0b\r\n", self.get("/nul-header").data)

    def test_chunks_that_are_none(self):
        self.assertIn(b"\r\nzz\r\n", self.get("/chunked-garbage").body)
        size = self.get("/chunked-huge").body.partition(b"\r\n")[0]
        self.assertGreater(int(size, 16), 2**64)

    def test_heads_without_end(self):
        for target, text in (("/endless-1xx", b"HTTP/1.1 100 Continue\r\n\r\n"),
                             ("/endless-headers", b"X-More: ")):
            client = self.client().send(target).read(quiet=5, most=1 << 20)
            self.assertGreater(client.data.count(text), 500)
            client.close()
        self.server.wait_for(lambda stats: stats["in_flight"] == 0)


class Pace(ServerCase):
    def test_hundreds_of_slow_answers_at_once_are_on_time(self):
        clients = [self.client() for _ in range(300)]
        started = time.monotonic()
        for n, client in enumerate(clients):
            client.send(f"/slow?delay=0.5&i={n}")
        for client in clients:
            client.read(quiet=10, most=1)
        self.assertTrue(0.5 <= time.monotonic() - started < 5)
        stats = self.server.stats()
        self.assertEqual((stats["max_simultaneous_connections"], stats["max_inflight"],
                          stats["connections_total"]), (300, 300, 300))

    def test_a_wait_is_exact(self):
        waits = []
        client = self.client()
        for _ in range(20):
            client.data, started = b"", time.monotonic()
            client.send("/slow?delay=0.05").read(quiet=5, most=1)
            waits.append(time.monotonic() - started)
            client.read(quiet=0.01)
        waits.sort()
        self.assertTrue(0.049 <= waits[0] and waits[10] < 0.1, waits)

    def test_hang_and_stall_end_when_the_client_does(self):
        for target, body in (("/hang", 0), ("/stall", 300)):
            client = self.client().send(target).read()
            self.assertTrue(client.end is None and len(client.body) >= body)
            self.assertEqual(self.server.stats()["in_flight"], 1)
            client.close()
            self.server.wait_for(lambda stats: stats["in_flight"] == 0)

    def test_drip_keeps_its_pace(self):
        started = time.monotonic()
        client = self.get("/drip?bps=2000&n=10")
        late = time.monotonic() - started - len(client.body) / 2000
        self.assertTrue(-0.11 < late < 1, late)
        self.assertEqual(len(json.loads(client.body)), 10)

    def test_slow_headers(self):
        client = self.client().send("/slow-headers?bps=20").read(quiet=0.2, most=10)
        self.assertTrue(b"HTTP/1.1 20".startswith(client.data[:11]) and len(client.data) < 20)


class Counting(ServerCase):
    def test_connections_hits_and_what_the_tests_ask_is_not_counted(self):
        client = self.client()
        for _ in range(3):
            client.data = b""
            client.send("/rows?n=1").read(quiet=10, most=100)
        self.get("/rows?n=1")
        with socket.create_connection(client.socket.getpeername()):
            pass
        stats = self.server.wait_for(lambda stats: stats["silent_connections"])
        self.assertEqual((stats["requests_total"], stats["connections_total"],
                          stats["max_simultaneous_connections"], stats["silent_connections"]),
                         (4, 2, 2, 1))
        seen = self.server.stats("/rows")["urls"]["/rows?n=1"]
        self.assertEqual((seen["hits"], seen["connections"]), (4, [1, 1, 1, 2]))
        self.assertTrue(4 * 60 < stats["bytes_sent"] < 4 * 300, stats["bytes_sent"])
        self.no_mistakes()

    def test_wrong_questions_are_refused_loudly(self):
        for target in ("/pages?fial=2", "/pages?size=x", "/flaky?as=nonsense", "/items/x",
                       "/body?kind=nope", "/pages?cursor=zzz"):
            self.assertEqual(self.get(target).status, 400, target)
        self.assertEqual(self.get("/nowhere").status, 404)
        self.assertEqual(len(self.server.mistakes()), 6)
        self.assertEqual(self.server.stats()["server_errors"], [])

    def test_requests_that_are_not_http(self):
        for text in (b"hello\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
                     b"POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"):
            client = self.client()
            client.socket.sendall(text)
            self.assertEqual(client.read(quiet=5).end, "fin")
        self.assertEqual(len(self.server.mistakes()), 3)

    def test_the_index_names_every_route(self):
        for route in self.server.ask("/")["routes"]:
            self.assertTrue(route["what"], route["path"])

    def test_thousands_of_requests(self):
        def load(part):
            client = Client(self.server.url)
            try:
                for n in range(200):
                    client.data = b""
                    client.send(f"/items/{part * 200 + n + 1}").read(quiet=10, most=80)
            finally:
                client.close()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(load, range(8)))
        stats = self.server.stats()
        self.assertEqual((stats["requests_total"], stats["connections_total"]), (1600, 8))


class Process(unittest.TestCase):
    def test_it_ends_with_its_starter(self):
        process = subprocess.Popen([sys.executable, "-B", str(PROGRAM), "--until-eof"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.kill)
        process.stdout.readline()
        process.stdin.close()
        self.assertEqual(process.wait(10), 0)

    def test_it_stops_while_clients_hang(self):
        mine = MisbehavingServer()
        clients = [Client(mine.url).send("/hang") for _ in range(50)]
        mine.wait_for(lambda stats: stats["in_flight"] == 50)
        mine.stop()
        self.assertEqual(mine.process.returncode, 0)
        for client in clients:
            self.assertIsNotNone(client.read(quiet=5).end)
            client.close()


if __name__ == "__main__":
    unittest.main()
