"""The http extractor and servers that cannot be believed, through the program and into both databases."""

import json
import unittest

import harness
import ports
from databases import Postgres, Sqlite
from harness import DATA, OK, REJECTS, SOURCE
from misbehaving import MisbehavingServer
from proxy import Proxy
from state_case import StateCase, items, on, on_both, query_of, resource

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 20ms, max_attempts: 2 }"
ESCAPES = {byte for byte in range(0x20)} - {0x0a} | {0x7f}
# What turns the direction of writing, among others.
UNSEEN = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u2028\u2029\x9b"


class HostileCase(StateCase):
    def load(self, path, *options, args=(), **query):
        """One resource, t, into a database without it."""
        self.database.empty()
        where = path + ("?" + query_of(query) if query else "")
        return self.run_weir(self.pipeline([resource("t", where, FAST, *options)]), *args)

    def partitions(self, *paths, name="t"):
        """One resource of these URLs; what stands there already stays as it is."""
        urls = json.dumps([p if "://" in p else harness.server().url + p for p in paths])
        return (f'{{ name: {name}, url: "{{partition.url}}", partitions: {{ url: {urls} }}, {FAST}, '
                "on_error: skip_partition }")

    def some(self, ways, step=4):
        """All of them, and each step-th where the database makes no difference and takes its time."""
        return ways[::step if self.DATABASE is Postgres else 1]

    def ids(self):
        return self.rows() if self.has_table("t") else []

    def assert_refused(self, result, code):
        self.assert_exit(result, SOURCE)
        self.assertIn(f"error[{code}]", result.err)
        self.assertEqual(self.ids(), [])


@on_both
class Framing(HostileCase):
    def test_b04_answers_whose_end_is_in_doubt(self):
        """B04: what one part of the world reads otherwise than another is read by nobody."""
        for path in self.some(("/chunked-garbage", "/chunked-huge", "/cl-negative", "/cl-overflow",
                               "/cl-dup", "/cl-te", "/bad-status-line", "/bad-status-line?kind=bare",
                               "/http09", "/garbage", "/nul-header")):
            with self.subTest(path=path):
                self.assert_refused(self.load(path), "E-HTTP-PROTOCOL")

    def test_h14_headers_without_end(self):
        """H14: 100 Continue again and again, and headers of one answer."""
        for path in ("/endless-1xx", "/endless-headers"):
            with self.subTest(path=path):
                result = self.load(path)
                self.assert_refused(result, "E-HTTP-HEADERS")
                if not harness.sanitized():
                    self.assertLess(result.peak_rss, 96 << 20)

    def test_b04_an_answer_behind_an_answer(self):
        """B04: no row of what hides there, and nothing more over that connection."""
        result = self.run_weir(self.pipeline(
            [self.partitions("/cl-short", "/rows?n=3", "/rows?n=4")],
            extract="concurrency: { max: 1 }"))
        self.assertIn(result.code, (OK, REJECTS), str(result))
        self.assertNotIn(666, self.ids())
        self.assertGreaterEqual(len(self.ids()), 7)
        urls = harness.server().stats("/")["urls"]
        self.assertFalse(set(urls["/cl-short"]["connections"]) & set(urls["/rows?n=3"]["connections"]))

    def test_b01_a_body_that_ends_too_early(self):
        """B01: JSON and NDJSON, also where a record ends there: asked for again, and no row of it."""
        for at in ("middle", "record"):
            for form in self.some(("json", "ndjson"), 2):
                with self.subTest(at=at, form=form):
                    query = {"at": at, "format": form, "n": 100}
                    result = self.load("/truncated", **query)
                    self.assert_refused(result, "E-HTTP-TRUNCATED")
                    self.assertRegex(result.err, r"got [\d,]+ of [\d,]+ bytes")
                    self.assert_exit(self.load("/truncated", **query, fail=1, key="mended"), OK)
                    self.assertEqual(self.ids(), list(range(1, 101)))


class WordCase(HostileCase):
    def assert_clean(self, text):
        """No byte that a terminal obeys, and no mark that turns what stands around it."""
        self.assertEqual({byte for byte in text.encode() if byte in ESCAPES}, set())
        self.assertEqual([c for c in text if c in UNSEEN], [])

    def assert_told(self, result, code, line):
        """All that is said is clean, and of what is quoted no line begins as one of ours."""
        self.assert_exit(result, code)
        self.assert_clean(result.out + result.err)
        said = [one for one in result.err.splitlines() if line in one]
        self.assertTrue(said, str(result))
        self.assertNotRegex(result.err, r"(?m)^weir: error\[E-FAKE\]")
        return said


@on_both
class Words(WordCase):
    FILES = ((), ("--log", "json"), ("-v",))
    KEYS = ("a\x1b[31mb", "a\nb", "a\rb", "a\u202eb", "\x01")

    def test_s15_what_a_server_says_is_shown_and_does_nothing(self):
        """S15: no byte of an answer controls a terminal or makes a line of its own."""
        for status, lines in ((400, 1), (503, 2)):
            for args in self.FILES:
                with self.subTest(status=status, args=args):
                    result = self.load("/log-inject", status=status, args=args)
                    self.assertEqual(len(self.assert_told(result, SOURCE, f"status {status}")), lines)
                    if "json" in args:
                        for line in result.err.splitlines():
                            json.loads(line)

    def test_s15_nor_do_values_and_keys(self):
        """S15: those of rows that the table does not take."""
        result = self.load("/log-inject", status=200, args=("-v",))
        self.assert_clean(result.out + result.err)
        number = "bigint" if self.DATABASE is Postgres else "INTEGER"
        for key, args in zip(self.KEYS, self.FILES * 2):
            with self.subTest(args=args, key=key):
                harness.server().put("t", [{"id": 1, key: 1}, {"id": 2, key: "\x1b[2Jx"}])
                self.database.empty()
                self.make(f'CREATE TABLE t (id {number}, "{key}" {number})' + self.database.strict)
                result = self.run_weir(
                    self.pipeline([resource("t", "/data/t", "data_selector: data")]), *args)
                self.assert_told(result, DATA, "E-TYPE")
                self.assertNotIn("x1B[2J", result.err)

    def test_s15_nor_does_what_a_database_says(self):
        """S15: a trigger writes whatever it likes into its error, and on PostgreSQL into notices."""
        word = "\x1b[2J\x07\u202eweir\nweir: error[E-FAKE]: this line was written by a trigger"
        if self.DATABASE is Sqlite:
            script = ("CREATE TABLE t (id INTEGER); CREATE TRIGGER g BEFORE INSERT ON t BEGIN "
                      f"SELECT RAISE(ABORT, '{word}'); END")
        else:
            script = f"""CREATE TABLE t (id bigint);
                CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    RAISE NOTICE '{word}'; RAISE WARNING '{word}';
                    RAISE EXCEPTION '{word}' USING DETAIL = '{word}', HINT = '{word}',
                        ERRCODE = 'check_violation', CONSTRAINT = '{word[:20]}';
                END $$;
                CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()"""
        for args in self.FILES:
            with self.subTest(args=args):
                self.database.empty()
                self.make(script)
                result = self.run_weir(self.pipeline([items(3)]), *args)
                self.assertNotEqual(result.code, OK)
                self.assert_told(result, result.code, "error")


@on_both
class Slow(HostileCase):
    SILENT = ("/hang", "/stall", "/drip?bps=10", "/slow-headers?bps=10")

    def test_n02_silent_servers_hold_nobody_else_up(self):
        """N02: who never answers, or cannot be connected to, is given up in time; all others are
        loaded meanwhile, and nothing turns round and round."""
        with ports.black_hole() as port:
            silent = [*self.SILENT, f"http://127.0.0.1:{port}/rows"]
            run = self.start_weir(self.pipeline(
                [self.partitions(*silent, name="u"), items(500)],
                extract="timeout: { connect: 2s, stall: 2s }"))
            run.when(lambda: harness.server().stats()["paths"].get("/items/500"))
            before = run.cpu()
            result = self.check(run.wait())
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.ids(), list(range(1, 501)))
        self.assertFalse(self.has_table("u") and self.count("u"))
        codes = sorted(failure["code"] for failure in result.report["failures"])
        self.assertEqual(codes, ["E-HTTP-CONNECT", *["E-HTTP-STALL"] * len(self.SILENT)])
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], len(silent))
        if not harness.sanitized():
            self.assertLess(result.cpu - before, 1, str(result))   # of four seconds and more


@on(Sqlite)
class Moving(HostileCase):
    def test_n07_who_is_slow_but_moves_may_go_on(self):
        """N07: answers that take longer than timeout.stall, of a slow server and over a slow line."""
        server = harness.server().url
        with Proxy(("127.0.0.1", int(server.rpartition(":")[2])), answers_per_second=5000) as line:
            result = self.run_weir(self.pipeline(
                [self.partitions("/drip?bps=5000&n=250", f"http://127.0.0.1:{line.port}/rows?n=240")],
                extract="timeout: { stall: 2s }"))
        self.assert_exit(result, OK)
        self.assertEqual(len(self.ids()), 490)
        self.assertGreater(result.seconds, 3)
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], 0)


@on_both
class Restarts(HostileCase):
    """N01: a server that is not there yet, or goes away for a while, is waited for."""

    PATIENT = "retry: { initial_interval: 50ms, max_interval: 200ms, max_attempts: 200 }"

    def setUp(self):
        super().setUp()
        self.port = self.enterContext(ports.reserved())

    def serve(self):
        server = MisbehavingServer("--port", self.port)
        self.addCleanup(server.stop)
        return server

    def start(self, count, port):
        """With a page of another resource that the server holds back until it is healed."""
        lines = items(count, "t", self.PATIENT), resource("u", "/flaky?as=held&fail=9", self.PATIENT)
        return self.start_weir(self.pipeline(
            [line.replace("${SERVER}", f"http://127.0.0.1:{port}") for line in lines]))

    def assert_all(self, run, count, server):
        server.heal()
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), list(range(1, count + 1)))
        self.assertEqual(self.count("u"), 10)
        self.assert_settled()
        return result

    def test_n01_a_server_that_is_late(self):
        run = self.start(100, self.port)
        run.when(lambda: "E-HTTP-CONNECT" in run.said() or "refused" in run.said())
        self.assert_all(run, 100, self.serve())

    def test_n01_a_server_that_is_started_anew_again_and_again(self):
        """N01: it is ended in the middle of answers, and connections to it are refused meanwhile."""
        server, run = self.serve(), self.start(2000, self.port)
        run.when(lambda: server.requests() > 300)
        for _ in range(3):
            run.when(lambda: server.stats()["paths"].get("/flaky"))
            server.kill()
            server = self.serve()
        result = self.assert_all(run, 2000, server)
        self.assertGreaterEqual(result.report["resources"][1]["requests"]["retries"], 3)

    def test_n01_a_server_that_drops_its_connections(self):
        """N01: as one does that reads its own settings anew."""
        server = self.serve()
        with Proxy(("127.0.0.1", self.port)) as line:
            run = self.start(1500, line.port)
            for n in range(1, 7):
                run.when(lambda: server.requests() > 200 * n)
                run.when(lambda: server.stats()["paths"].get("/flaky", 0) >= n)
                line.cut_all()
            self.assert_all(run, 1500, server)
            self.assertGreaterEqual(line.n_connections, 7)


if __name__ == "__main__":
    unittest.main()
