"""Answers that are loaded while they arrive: larger than memory, broken off, changed, killed."""

import random
import select
import signal
import unittest

import harness
from databases import Sqlite
from harness import BAD_FILE, DATA, OK, REJECTS, SOURCE
from postgres_case import PostgresCase
from proxy import Proxy
from state_case import StateCase, on, on_both, query_of, resource

setUpModule = harness.start_server

ROWS = 2500          # of 1 KiB: two pieces of 1 MiB, and a rest
AT = 1600            # KiB: behind the first piece
BROKEN = {"fail": 2, "at": AT}


class StreamCase(StateCase):
    def stream(self, *options, path="/stream", **query):
        where = f"{path}?{query_of(query)}"
        return self.pipeline([resource("t", where, "stream: true", *options)])

    def assert_rows(self, count=ROWS):
        self.assertEqual(self.database.query(
            "SELECT count(*), count(DISTINCT id), min(CAST(id AS integer)), "
            "max(CAST(id AS integer)) FROM t"),
            [(count, count, 1 if count else None, count or None)])

    def loaded(self):
        """How many rows there are, each once and none left out before it."""
        if not self.database.has_table("t"):
            return 0
        n, = self.database.query("SELECT count(*) FROM t")[0]
        self.assert_rows(n)
        return n


@on_both
class Stream(StreamCase):
    def test_each_form_gives_its_rows(self):
        """R01: be it packed, be it without an end of its own, be it in a document."""
        for n, (form, gzip, option) in enumerate((
                ("json", 0, ""), ("json", 1, "format: json"),
                ("framed", 1, "data_selector: data.items"),
                ("ndjson", 0, ""), ("csv", 1, "format: csv"), ("csv", 0, ""))):
            with self.subTest(form=form, gzip=gzip):
                self.database.empty()
                result = self.run_weir(self.stream(option, form=form, gzip=gzip, n=ROWS, i=n))
                self.assert_exit(result, OK)
                self.assert_rows()

    def test_what_breaks_off_goes_on(self):
        """Each row once, however it broke off; what was loaded is passed over."""
        for n, (fault, form, gzip, option) in enumerate((
                ("close", "json", 0, ""), ("reset", "framed", 0, "data_selector: data.items"),
                ("unclosed", "json", 0, ""), ("crc", "json", 1, ""), ("close", "ndjson", 0, ""),
                ("close", "csv", 0, ""))):
            with self.subTest(fault=fault, form=form):
                self.database.empty()
                result = self.run_weir(self.stream(
                    option, form=form, gzip=gzip, n=ROWS, i=n, **{"as": fault}, **BROKEN))
                self.assert_exit(result, OK)
                self.assert_rows()

    def test_another_frame_is_the_same_answer(self):
        """What stands around the records is no part of what is loaded."""
        result = self.run_weir(self.stream("data_selector: data.items", form="framed", n=ROWS,
                                           again="frame", **BROKEN))
        self.assert_exit(result, OK)
        self.assert_rows()

    def test_what_ends_too_early_is_an_error(self):
        """Never a whole: the rows before stay, and the next run adds the others."""
        for n, fault in enumerate(("close", "unclosed")):
            with self.subTest(fault=fault):
                self.database.empty()
                file = self.stream(n=ROWS, i=n, fail=5, at=AT, **{"as": fault})
                result = self.run_weir(file)
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-HTTP-TRUNCATED]", result.err)
                self.assertIn("5 attempts", result.err)
                self.assertIn(self.loaded(), range(1000, AT))
                self.assert_exit(self.run_weir(file), OK)
                self.assert_rows()

    def test_only_a_connection_that_ends_proves_nothing(self):
        """But a document that is closed does, and lines do not."""
        self.assert_exit(self.run_weir(self.stream(framing="none", n=ROWS)), OK)
        self.assert_rows()
        self.database.empty()
        result = self.run_weir(self.stream(framing="none", form="ndjson", n=ROWS))
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-HTTP-TRUNCATED]", result.err)

    def test_another_answer_is_noticed(self):
        """Nothing of it is mixed with what was loaded."""
        for n, (again, then) in enumerate((("rows", 200), ("fewer", 200), ("same", 204))):
            with self.subTest(again=again, then=then):
                self.database.empty()
                result = self.run_weir(self.stream(n=ROWS, i=n, again=again, then=then, fail=1,
                                                   at=AT))
                self.assert_exit(result, SOURCE)
                self.assertIn("error[E-ANSWER-CHANGED]", result.err)
                self.assertIn("--restart", result.err)
                self.assertIn(self.loaded(), range(1000, AT))

    def test_an_error_that_is_ignored_is_no_end(self):
        result = self.run_weir(self.stream(
            "response_actions: [{ status_code: [404], action: ignore }]", n=ROWS, then=404, fail=1,
            at=AT))
        self.assert_exit(result, SOURCE)
        self.assertIn("error[E-ANSWER-CHANGED]", result.err)

    def test_what_is_skipped_is_asked_for_again(self):
        file = self.stream("on_error: continue", n=ROWS, fail=5, at=AT)
        self.assert_exit(self.run_weir(file), REJECTS)
        self.assertIn(self.loaded(), range(1000, AT))
        self.assert_exit(self.run_weir(file), OK)
        self.assert_rows()

    def test_replace_and_merge(self):
        for disposition in ("replace", "merge, primary_key: id"):
            with self.subTest(disposition=disposition):
                self.database.empty()
                file = self.stream(f"write_disposition: {disposition}", n=ROWS, i=disposition[0],
                                   **BROKEN)
                self.assert_exit(self.run_weir(file), OK)
                self.assert_exit(self.run_weir(file), OK)
                self.assert_rows()

    def left_by_a_crash(self):
        """The rows, without a look that would mend the database before the next run does."""
        if not self.database.is_there():
            return 0
        with self.database.left_by_a_crash() as left:
            return left.query("SELECT count(*) FROM t")[0][0] if left.has_table("t") else 0

    def test_killed_at_any_moment(self):
        """P01: each row once, after as many runs as it takes."""
        dice = random.Random(7)
        file = self.stream("retry: { max_attempts: 5, initial_interval: 2ms }", n=ROWS,
                           pause=0.004, fail=3, at=2200, **{"as": "reset"})
        seen = [0]
        for _ in range(5):
            run = self.start_weir(file, "--run-id", "k")
            if select.select([run.pidfd], [], [], dice.uniform(0.05, 0.35))[0]:
                self.assert_exit(self.check(run.wait()), OK)
            run.signal(signal.SIGKILL)
            run.wait()
            seen.append(self.left_by_a_crash())
            self.assertGreaterEqual(seen[-1], seen[-2])
        self.assert_exit(self.run_weir(file, "--run-id", "k"), OK)
        self.assert_rows()
        self.assert_settled()


@on(Sqlite)
class Bounds(StreamCase):
    def test_larger_than_memory(self):
        """B16, R01: 100 MiB, in 64."""
        file = self.pipeline([resource("t", "/big?mb=100&kind=rows", "stream: true")],
                             more="limits: { memory: 64MiB }")
        result = self.run_weir(file)
        self.assert_exit(result, OK)
        self.assert_rows(102400)

    def test_what_has_no_end_is_refused_early(self):
        """B16: after the largest record that may be, and not after all of it."""
        for kind, code in (("string", "STRING"), ("key", "KEY"), ("array", "RECORD"),
                           ("object", "RECORD"), ("ws", "RECORD"), ("ws_row", "RECORD")):
            with self.subTest(kind=kind):
                harness.server().reset()
                result = self.run_weir(self.stream(path="/big", kind=kind, mb=300))
                self.assert_exit(result, DATA)
                self.assertIn(f"error[E-LIMIT-{code}]", result.err)
                self.assertLess(harness.server().stats()["bytes_sent"], 64 << 20)

    def test_a_sequence_is_refused_by_what_it_says_it_is(self):
        result = self.run_weir(self.pipeline([resource("t", "/sequence", "stream: true")]))
        self.assert_exit(result, DATA)
        self.assertIn("error[E-BODY-SHAPE]", result.err)
        self.assertIn("a sequence of JSON texts", result.err)

    def test_what_cannot_be_streamed_is_told(self):
        for options, says in (
                (("paginator: { type: page_number }",), "pages are no such"),
                (("format: { type: xml, record: r }",), "cannot cut XML"),
                (("format: json_seq",), "cannot cut sequences of JSON texts"),
                (("format: { type: json, schema_path: s }",), "list the names under 'columns'"),
                (("data_selector: 'a[0].b'",), "by keys alone"),
                (("conditional: true",), "'conditional' is for answers that are units"),
                (("job: { poll: { path: /x } }",), "the results of a 'job' are read as wholes"),
                (('response_actions: [{ content: "busy", action: retry }]',), "status_code")):
            with self.subTest(says=says):
                result = self.run_weir(self.stream(*options), command="check")
                self.assert_exit(result, BAD_FILE)
                self.assertIn(says, result.err)


class SlowLine(PostgresCase):
    def test_a_slow_database_slows_the_server(self):
        """R01: what is under way is what memory may hold, and all of it is one answer."""
        mib = 16 if harness.sanitized() else 32
        with Proxy(self.database.server.socket, bytes_per_second=16 << 20) as line:
            env = {"PG": f"host=127.0.0.1 port={line.port} user=weir dbname={self.database.name}"}
            file = self.pipeline([resource("t", f"/big?mb={mib}&kind=rows", "stream: true")],
                                 more="limits: { memory: 8MiB }")
            run = self.start_weir(file, env=env)
            waiting = []
            while run.alive():
                # In this order, so that what arrives in between counts as waiting.
                arrived = line.bytes_to_server
                waiting.append(harness.server().stats()["bytes_sent"] - arrived)
            result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(self.rows("SELECT count(*), count(DISTINCT id) FROM t"),
                         [(mib * 1024, mib * 1024)])
        self.assert_settled()
        self.assertLess(max(waiting), (8 + 16) << 20)
        if not harness.sanitized():
            self.assertLess(result.peak_rss, 96 << 20)


if __name__ == "__main__":
    unittest.main()
