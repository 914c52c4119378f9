"""Rows that a server takes time to make: jobs are created, asked about, and their results downloaded."""

import random
import signal
import time
import unittest

import harness
from databases import Sqlite
from harness import KILLED, OK, REJECTS, SOURCE
from state_case import StateCase, on, on_both, query_of

setUpModule = harness.start_server

BAD_FILE = 2
SEEDS = 1 if harness.sanitized() else 3
KILLS = 5
SOON = "interval: 10ms, timeout: 1m"
POLL = 'path: "/jobs/{job.id}", ' + SOON
STATUS = "status: { path: state, completed: [JobComplete], failed: [Failed] }"
FILES = "download: { urls_path: files }"
IDS = "SELECT CAST(id AS integer) FROM t ORDER BY 1"     # CSV has texts
ONCE = "retry: { max_attempts: 1 }"


def job(*parts, poll=POLL):
    return "job: { " + ", ".join([f"poll: {{ {poll} }}", *(part for part in parts if part)]) + " }"


def table(name, job_text, *options, url="/jobs", **query):
    parts = [f"name: {name}", f'path: "{url}?{query_of(query)}"', "method: POST", "json: { q: all }",
             job_text, *options]
    return "{ " + ", ".join(part for part in parts if part) + " }"


class JobCase(StateCase):
    def setUp(self):
        super().setUp()
        harness.server().reset()

    def file(self, *resources, **parts):
        return self.pipeline(resources, extract='base_url: "${SERVER}"\n              ' +
                             parts.pop("extract", ""), **parts)

    def one(self, *parts, options=(), poll=POLL, extract="", load="", more="", **query):
        return self.file(table("t", job(*(parts or (STATUS, FILES)), poll=poll), *options, **query),
                         extract=extract, load=load, more=more)

    def seen(self):
        return harness.server().ask("/jobs-seen")

    def loads(self, file, count=10, **options):
        result = self.run_weir(file, **options)
        self.assert_exit(result, OK)
        self.assertEqual(self.rows(IDS), list(range(1, count + 1)))
        self.assert_settled()
        return result

    def fails(self, file, code, words="", exit_code=SOURCE, **options):
        result = self.run_weir(file, **options)
        self.assert_exit(result, exit_code)
        self.assertIn(code, result.err)
        self.assertIn(words, result.err)
        return result


@on_both
class Reading(JobCase):
    def test_parts_are_loaded_one_behind_the_other(self):
        self.loads(self.one(parts=3, polls=3), 30)
        seen = self.seen()
        self.assertEqual((seen["created"], seen["polls"]), (1, 4))
        self.assertEqual(seen["downloads"], {"1-0": 1, "1-1": 1, "1-2": 1})
        self.assertEqual(seen["bodies"], ['{"q":"all"}'])

    def test_each_pass_creates_anew(self):
        file = self.one(options=["write_disposition: replace"])
        for n in (1, 2):
            self.loads(file)
            self.assertEqual(self.seen()["created"], n)

    def test_a_job_for_each_partition(self):
        parts = "partitions: { n: [1, 11, 21, 31, 41, 51] }"
        for limit in (1, 4):
            harness.server().reset()
            self.database.empty()
            text = table("t", job(STATUS, FILES, f"max: {limit}"), parts, first="{partition.n}", polls=5)
            self.loads(self.file(text), 60)
            self.assertEqual(self.seen()["created"], 6)
            self.assertLessEqual(self.seen()["most"], limit)
        self.assertGreater(self.seen()["most"], 1)


@on(Sqlite)
class Shapes(JobCase):
    """What servers differ in."""

    def test_where_the_result_is(self):
        path = 'download: { path: "/jobs-result/{job.id}" }'
        where = 'download: { path: "/jobs-where/{job.result.id}", urls_path: "files[*].url" }'
        cases = [
            ((STATUS, FILES), {"urls": "text"}, 10), ((STATUS, FILES), {"urls": "list", "parts": 2}, 20),
            ((STATUS, 'download: { urls_path: "files[*].url" }'), {"urls": "objects", "parts": 2}, 20),
            ((STATUS, 'download: { urls_path: "files[*]" }'), {"urls": "list", "parts": 2}, 20),
            ((STATUS, where), {"urls": "objects", "parts": 2}, 20),
            ((STATUS, path), {}, 10), ((STATUS, FILES), {"urls": "null"}, 0),
            ((STATUS, FILES), {"parts": 0}, 0),
        ]
        for parts, query, count in cases:
            with self.subTest(parts=parts, query=query):
                harness.server().reset()
                self.database.empty()
                result = self.run_weir(self.one(*parts, **query))
                self.assert_exit(result, OK)
                if count:
                    self.assertEqual(self.rows(), list(range(1, count + 1)))
                self.assertEqual(self.seen()["created"], 1)

    def test_the_answer_that_says_that_it_is_done_has_the_rows(self):
        self.loads(self.one(STATUS, options=["data_selector: data"]))

    def test_statuses_of_http_alone(self):
        self.loads(self.one("max: 2", status="http"))
        harness.server().reset()
        self.database.empty()
        self.loads(self.one("max: 2", poll=SOON, status="http", location=1))
        self.assertEqual(self.seen()["polls"], 3)

    def test_a_redirect_to_the_result(self):
        self.loads(self.one("max: 2", status="see_other"))
        self.assertEqual(self.seen()["downloads"], {"1 0": 1})

    def test_polls_with_a_body(self):
        poll = POLL + ', method: POST, json: { id: "{job.id}", name: "<{job.job.name}>" }'
        self.loads(self.one(poll=poll, polls=1))
        self.assertEqual(self.seen()["bodies"], ['{"q":"all"}'] + ['{"id":1,"name":"<job 1>"}'] * 2)

    def test_files_that_are_packed(self):
        for kind in ("csv", "ndjson", "json"):
            with self.subTest(kind=kind):
                harness.server().reset()
                self.database.empty()
                self.loads(self.one(options=[f"format: {kind}"], type=kind, pack=1, parts=2), 20)

    def test_pages_by_a_header(self):
        paginator = "paginator: { type: header_cursor, cursor_key: Sforce-Locator, cursor_param: locator }"
        self.loads(self.one(STATUS, 'download: { path: "/jobs-result/{job.id}" }', pages=3,
                            options=[paginator, "format: csv"], type="csv"))
        self.assertEqual(self.seen()["downloads"], {"1 0": 1, "1 1": 1, "1 2": 1})

    def test_the_server_says_how_long_to_wait(self):
        begun = time.monotonic()
        self.loads(self.one(polls=1, retry_after=2))
        self.assertGreaterEqual(time.monotonic() - begun, 1.9)
        self.assertEqual(self.seen()["polls"], 2)

    def test_a_child_has_a_job_for_each_row_of_its_parent(self):
        harness.server().put("accounts", [{"number": n} for n in (1, 11, 21)])
        parent = "{ name: accounts, path: /data/accounts, data_selector: data }"
        child = table("t", job(STATUS, FILES), first="{resources.accounts.number}")
        self.loads(self.file(parent, child), 30)
        self.assertEqual(self.seen()["created"], 3)

    def test_polls_are_not_kept(self):
        cache = 'cache: { path: "${WORK}/cache", ttl: 1d }'
        for _ in range(2):
            harness.server().reset()
            self.database.empty()
            self.loads(self.one(parts=2, polls=3, extract=cache, signed=5), 20)
            self.assertEqual((self.seen()["polls"], len(self.seen()["downloads"])), (4, 2))

    def test_waiting_is_no_failure(self):
        result = self.loads(self.one(polls=20, options=[ONCE]))
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], 0)


@on_both
class Resuming(JobCase):
    def test_killed_while_it_waits(self):
        file = self.one(polls=60, parts=2, load="batching: { period: 10ms }",
                        poll=POLL.replace("10ms", "50ms"))
        run = self.start_weir(file, "--run-id", "k")
        harness.server().wait_for(lambda stats: stats["paths"].get("/jobs/1", 0) > 5)
        run.signal(signal.SIGKILL)
        self.assert_exit(run.wait(), KILLED)
        self.loads(file, 20)
        self.assertEqual(self.seen()["created"], 1)

    def test_it_goes_on_behind_the_parts_that_are_there(self):
        wrong = "response_actions: [{ status_code: 200, content: '\"id\":21,', action: fail }]"
        file = self.one(options=["{0}"], parts=4, signed=1)
        self.fails(file.replace("{0}", wrong), "E-HTTP-ANSWER", "?signature=***")
        self.assertEqual(self.count(), 20)
        self.loads(file.replace(", {0}", ""), 40)
        seen = self.seen()
        self.assertEqual(seen["created"], 1)
        self.assertEqual(seen["downloads"], {"1-0": 1, "1-1": 1, "1-2": 2, "1-3": 1})

    def test_one_that_failed_is_created_anew_by_the_next_run(self):
        for bad, code in (("failed", "E-JOB-FAILED"), ("lost", "E-JOB-LOST"),
                          ("endless", "E-JOB-TIMEOUT")):
            with self.subTest(bad=bad):
                harness.server().reset()
                self.database.empty()
                file = self.one(bad=bad, bad_jobs=1, poll=POLL.replace("1m", "300ms"))
                self.fails(file, code)
                self.assertEqual(self.seen()["created"], 1)
                self.loads(file)
                self.assertEqual(self.seen()["created"], 2)

    def test_a_partition_whose_job_fails_is_a_gap(self):
        text = table("t", job(STATUS, FILES, "max: 1"), "partitions: { n: [1, 11, 21] }",
                     "on_error: skip_partition", first="{partition.n}", bad="failed", bad_jobs=1)
        result = self.fails(self.file(text), "E-JOB-FAILED", exit_code=REJECTS)
        self.assertIn("n=1", result.err)
        self.assertEqual(self.rows(), list(range(11, 31)))
        self.loads(self.file(text), 30)
        self.assertEqual(self.seen()["created"], 4)

    def test_what_is_new(self):
        file = self.file(table("t", job(STATUS, FILES), "incremental: { cursor_path: id, "
                               "cursor_type: integer, initial_value: 1 }", "primary_key: id",
                               "write_disposition: merge", first="{incremental.start_value}"))
        self.loads(file)
        self.loads(file, 19)
        self.assertEqual(self.seen()["created"], 2)


@on_both
class Killed(JobCase):
    """P01 with jobs: killed at random moments, and started again at once."""

    def test_killed(self):
        text = table("t", job(STATUS, FILES), "partitions: { n: [1, 31, 61, 91] }",
                     first="{partition.n}", parts=3, polls=8, signed=2)
        file = self.write("jobs.yaml", self.file(text, load="batching: { rows: 10, period: 5ms }"))
        begun = time.monotonic()
        self.loads(file, 120)
        duration = time.monotonic() - begun
        for seed in range(SEEDS):
            with self.subTest(seed=seed):
                self.database.empty()
                kills = self.kill_until_done(
                    file, random.Random(f"http jobs {seed}"), duration, "--run-id", "k", kills=KILLS)
                self.assertEqual(self.rows(), list(range(1, 121)))
                self.assert_settled()
                print(f"{kills} kills ", end="", flush=True)


@on(Sqlite)
class Hostile(JobCase):
    def test_urls_that_expire_are_asked_for_anew(self):
        self.loads(self.one(parts=4, signed=1), 40)
        seen = self.seen()
        self.assertEqual(seen["created"], 1)
        self.assertEqual(seen["downloads"], {f"1-{n}": 1 for n in range(4)})

    def test_elsewhere_only_where_the_file_says_so(self):
        other = harness.server().other.removeprefix("http://")
        auth = 'auth: { type: bearer, token: "${TOKEN}" }'
        env = {"TOKEN": "SECRET-static"}
        file = self.one(place="other", parts=2, extract=auth)
        self.fails(file, "E-ORIGIN", "job.download.allow_hosts", env=env)
        self.assertEqual(harness.server().stats()["other_origin_hits"], 0)
        allowed = f'download: {{ urls_path: files, allow_hosts: ["{other}"] }}'
        self.loads(self.one(STATUS, allowed, place="other", parts=2, extract=auth), 20, env=env)
        stats = harness.server().stats()
        self.assertEqual((stats["other_origin_hits"], stats["leak_count"]), (2, 0))
        self.database.empty()
        login = allowed.replace(" }", ", login: true }")
        self.loads(self.one(STATUS, login, place="other", parts=2, extract=auth), 20, env=env)
        self.assertEqual(harness.server().stats()["leak_count"], 2)

    def test_a_location_elsewhere(self):
        self.fails(self.one("max: 1", poll=SOON, location="other"), "E-ORIGIN", "job.poll.url")

    def test_what_a_server_says_of_a_failure_holds_no_secret(self):
        parts = (STATUS, FILES, "error_path: error")
        self.fails(self.one(*parts, bad="failed"), "E-JOB-FAILED", "the query is wrong")
        result = self.fails(self.one(*parts, bad="failed", extract='auth: { type: bearer, '
                            'token: "${TOKEN}" }'), "E-JOB-FAILED", "the query is wrong",
                            env={"TOKEN": "SECRET-refresh-0"})
        self.assertNotIn("SECRET", result.err)

    def test_statuses(self):
        running = STATUS.replace(" }", ", running: [InProgress] }")
        self.fails(self.one(running, FILES, bad="strange"), "E-JOB-STATUS", "'Confused'")
        self.fails(self.one(status="object"), "E-JOB-STATUS", "job.status.path")
        self.fails(self.one(STATUS.replace("state", "nowhere"), FILES), "E-JOB-STATUS", "nothing at")
        self.loads(self.one(STATUS.replace("JobComplete", "7"), FILES, status="number", polls=0))

    def test_results(self):
        self.fails(self.one(urls="nothing"), "E-JOB-RESULT", "nothing at 'files'")
        self.fails(self.one(urls="numbers"), "E-JOB-RESULT", "no text at 'files'")
        self.fails(self.one(parts=10001), "E-LIMIT", "no more than 10000")
        self.fails(self.one(parts=1000000), "E-LIMIT-BODY")

    def test_answers_that_name_no_job(self):
        self.fails(self.one(gives="nothing"), "E-JOB-CREATE", "{job.id}")
        self.fails(self.one("max: 1", poll=SOON), "E-JOB-CREATE", "Location")
        self.fails(self.one(location=1), "E-JOB-CREATE")

    def test_stopped_while_it_waits(self):
        run = self.start_weir(self.one(bad="endless", poll=POLL.replace("10ms", "10s")))
        harness.server().wait_for(lambda stats: stats["paths"].get("/jobs/1", 0) > 0)
        begun = time.monotonic()
        run.signal(signal.SIGINT)
        run.wait()
        self.assertLess(time.monotonic() - begun, 20)


@on(Sqlite)
class Mistakes(JobCase):
    def test_they_are_told_by_check(self):
        words = "status: { completed: [a] }"
        cases = {
            ("status: { path: state }",): "'path' needs 'completed'",
            (words,): "need 'path'",
            ("status: { path: s, completed: [a], failed: [a] }",): "'a' is among 'completed' already",
            (STATUS, 'download: { urls_path: "a[*][0]" }'): "only names can stand",
            (STATUS, "download: { path: /a, url: /b }"): "exclude each other",
            (STATUS, "download: { urls_path: a, allow_hosts: ['http://x'] }"): "is no host",
            (STATUS, "download: { urls_path: a, headers: { TE: x } }"): "set by weir itself",
            (STATUS, 'download: { path: "/{job.a[}" }'): "names no place in an answer",
            (STATUS, 'download: { path: "/{partition.a}" }'): "needs a 'partitions' key",
            (STATUS, "maximum: 1"): "unknown key 'maximum'",
        }
        for parts, message in cases.items():
            with self.subTest(parts=parts):
                self.fails(self.one(*parts), "", message, BAD_FILE, command="check")
        for poll, message in (
                ('path: "/jobs/{job.id}", interval: 2s, timeout: 1s', "shorter than 'interval'"),
                ('path: "/jobs/{job.id}", interval: 10ms, timeout: 1d', "more than 10000 times"),
                ('path: "/jobs/{job.id}", json: {}', "a GET carries no body")):
            self.fails(self.one(STATUS, poll=poll), "", message, BAD_FILE, command="check")
        for options, message in (
                (["paginator: { type: offset, limit: 1 }"], "cannot be read with the paginator 'offset'"),
                (["conditional: true"], "'conditional' cannot be had together with 'job'"),
                (["response_actions: [{ status_code: 400, action: reset_pagination }]",
                  "write_disposition: merge", "primary_key: id"], "cannot be had together with 'job'"),
                (["params: { a: '{job.id}' }"], "job")):
            self.fails(self.one(options=options), "", message, BAD_FILE, command="check")


if __name__ == "__main__":
    unittest.main()
