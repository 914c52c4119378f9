"""Partitions, and many requests at once: what is asked for, how much at a time, and in what order."""

import signal
import unittest

import harness
from harness import BAD_FILE, DATA, OK, REJECTS, SOURCE, TERMINATED

setUpModule = harness.start_server


class PartitionCase(harness.Case):
    def load(self, resources, extract="", more="", env=None, **options):
        return self.run_weir(self.pipeline(resources, extract, more), env=env, **options)

    def pipeline(self, resources, extract="", more=""):
        items = "\n".join(f"                - {resource}" for resource in resources)
        return f"""
            weir: 1
            name: partitions
            {more}
            extract:
              type: http
              base_url: "${{SERVER}}"
              {extract}
              resources:
{items}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """

    def ids(self, table="t"):
        return [row[0] for row in harness.query(self.db, f'SELECT id FROM "{table}"')]

    def echoes(self):
        """Path and query of every request, as the server saw them."""
        return sorted(row[0] for row in harness.query(self.db, "SELECT target FROM t"))

    def stats(self):
        return harness.server().stats()


ITEMS = "{ name: t, path: '/items/{partition.id}', partitions: { id: { from: 1, to: 500 } } }"


class Values(PartitionCase):
    def test_a_range(self):
        result = self.load([ITEMS])
        self.assert_exit(result, OK)
        self.assertEqual(sorted(self.ids()), list(range(1, 501)))
        self.assertEqual(self.stats()["requests_total"], 500)

    def test_a_list_and_a_product(self):
        result = self.load(["{ name: t, path: '/echo', params: { a: '{partition.a}', b: "
                            "'{partition.b}', rows: 1 }, partitions: { a: [x, y z], b: { from: 1, "
                            "to: 2 } } }"])
        self.assert_exit(result, OK)
        self.assertEqual(self.echoes(), [
            "/echo?a=x&b=1&rows=1", "/echo?a=x&b=2&rows=1",
            "/echo?a=y%20z&b=1&rows=1", "/echo?a=y%20z&b=2&rows=1"])

    def test_a_file_of_urls(self):
        urls = [f"{harness.server().url}/items/{n}" for n in range(1, 51)]
        self.write("urls.txt", "# all items\n\n" + "\n".join(urls) + "\n")
        result = self.load(["{ name: t, url: '{partition.url}', partitions: { url: { file: "
                            "'${WORK}/urls.txt' } } }"])
        self.assert_exit(result, OK)
        self.assertEqual(sorted(self.ids()), list(range(1, 51)))

    def test_values_stay_in_their_place(self):
        """S16: in a query."""
        self.write("ids.txt", "../rows\na?b=c#d\nx@evil.invalid/\n%2e%2e\n")
        result = self.load(["{ name: t, path: '/echo', params: { v: '{partition.v}', rows: 1 }, "
                            "partitions: { v: { file: '${WORK}/ids.txt' } } }"])
        self.assert_exit(result, OK)
        self.assertEqual(self.echoes(), [
            "/echo?v=%252e%252e&rows=1", "/echo?v=..%2Frows&rows=1", "/echo?v=a%3Fb%3Dc%23d&rows=1",
            "/echo?v=x%40evil.invalid%2F&rows=1"])

    def test_a_path_is_one_segment(self):
        """S16: in a path."""
        self.server_may_be_asked_wrongly = True
        self.write("ids.txt", "1/../../rows\n")
        result = self.load(["{ name: t, path: '/items/{partition.id}', partitions: { id: { file: "
                            "'${WORK}/ids.txt' } } }"])
        self.assert_exit(result, SOURCE)
        self.assertEqual(list(harness.server().stats("/")["urls"]), ["/items/1%2F..%2F..%2Frows"])

    def test_headers_cannot_be_smuggled(self):
        """S16: in a header."""
        self.write("ids.txt", b"a\rX-Evil: 1\n".decode())
        result = self.load(["{ name: t, path: '/echo', params: { rows: 1 }, headers: { X-Part: "
                            "'{partition.v}' }, partitions: { v: { file: '${WORK}/ids.txt' } } }"])
        self.assert_exit(result, DATA)
        self.assertIn("error[E-HEADER]", result.err)
        self.assertEqual(self.stats()["requests_total"], 0)

    def test_a_request_that_cannot_be_made_is_a_failed_partition(self):
        self.write("urls.txt", f"{harness.server().url}/items/1\nfile:///etc/passwd\nnonsense\n")
        result = self.load(["{ name: t, url: '{partition.url}', on_error: skip_partition, "
                            "partitions: { url: { file: '${WORK}/urls.txt' } } }"])
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.ids(), [1])
        self.assertEqual([failure["code"] for failure in result.report["failures"]],
                         ["E-URL-SCHEME", "E-URL"])

    def test_a_file_that_is_not_there_is_told(self):
        result = self.load(["{ name: t, path: '/items/{partition.id}', partitions: { id: { file: "
                            "'${WORK}/none.txt' } } }"])
        self.assertNotEqual(result.code, OK)
        self.assertIn("none.txt", result.err)
        self.assertEqual(self.stats()["requests_total"], 0)

    def test_a_typing_error_in_a_placeholder_is_told(self):
        result = self.load([ITEMS.replace("{partition.id}", "{partition.di}")])
        self.assert_exit(result, BAD_FILE)
        self.assertIn("pipeline.yaml:9:32", result.err)
        self.assertIn("there is no partition 'di' in this resource", result.err)

    def test_a_parent_that_is_not_there_is_told(self):
        result = self.load([ITEMS.replace("{partition.id}", "{resources.repos.id}")])
        self.assert_exit(result, BAD_FILE)
        self.assertIn("there is no resource 'repos'", result.err)

    def test_partitions_with_pages(self):
        result = self.load(["{ name: t, path: /pages, params: { style: page, total: 30, size: 10, "
                            "key: '{partition.k}' }, data_selector: data, partitions: { k: { from: "
                            "1, to: 40 } }, paginator: { type: page_number, total_path: "
                            "total_pages, prefetch: 2 } }"])
        self.assert_exit(result, OK)
        self.assertEqual(sorted(self.ids()), sorted(list(range(1, 31)) * 40))
        self.assertEqual(self.stats()["requests_total"], 120)


class AtOnce(PartitionCase):
    SLOW = ("{ name: t, path: '/slow?n=1&delay=0.05&i={partition.id}', partitions: "
            "{ id: { from: 1, to: 100 } } }")

    def test_never_more_than_allowed(self):
        """H07: neither requests nor connections."""
        for extract, most in (("concurrency: { max: 8 }", 8),
                              ("concurrency: { max: 8, per_host: 3 }", 3),
                              ("concurrency: { max: 1 }", 1), ("", 16)):
            with self.subTest(extract=extract):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                self.assert_exit(self.load([self.SLOW], extract), OK)
                stats = self.stats()
                self.assertEqual(stats["max_inflight"], most)
                self.assertLessEqual(stats["max_simultaneous_connections"], most)
                self.assertLessEqual(stats["connections_total"], most)

    def test_the_pool_is_kept_full(self):
        result = self.load([self.SLOW.replace("0.05", "0.5")], "concurrency: { max: 50 }")
        self.assert_exit(result, OK)
        self.assertEqual(self.stats()["max_inflight"], 50)

    def test_hosts_are_limited_each(self):
        """One that answers nothing for a while has its four requests, and the other all it wants."""
        server = harness.server()
        urls = [f"{where}&n=1&i={n}" for n in range(40)
                for where in (f"{server.url}/flaky?as=held", f"{server.other}/rows?key=k")]
        self.write("urls.txt", "\n".join(urls) + "\n")
        run = self.start_weir(self.pipeline(
            ["{ name: t, url: '{partition.url}', partitions: { url: { file: '${WORK}/urls.txt' } } }"],
            "concurrency: { max: 16, per_host: 4 }"))
        run.when(lambda: self.stats()["other_origin_hits"] == 40)
        self.assertEqual((self.stats()["requests_total"], self.stats()["max_inflight"]), (4, 4))
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)
        self.assertEqual(self.stats()["max_inflight"], 4)
        self.assertEqual(len(self.ids()), 80)

    def test_resources_take_turns(self):
        slow = ("{{ name: {0}, path: '/slow?n=1&delay=0.03&key={0}&i={{partition.id}}', "
                "partitions: {{ id: {{ from: 1, to: 60 }} }} }}")
        result = self.load([slow.format("a"), slow.format("b")], "concurrency: { max: 4 }")
        self.assert_exit(result, OK)
        urls = harness.server().stats("/slow")["urls"]
        order = sorted(urls, key=lambda target: urls[target]["times"][0])
        early = sum("key=a" in target for target in order[:60])
        self.assertTrue(20 <= early <= 40, early)

    def test_a_server_that_hangs_does_not_hold_up_the_others(self):
        hang = "{ name: h, path: /hang, retry: { max_attempts: 2, initial_interval: 10ms } }"
        result = self.load([hang, ITEMS], "timeout: { stall: 1s }")
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-STALL", result.err)
        self.assertEqual(sorted(self.ids()), list(range(1, 501)))

    def test_retries_hold_up_nobody(self):
        result = self.load([ITEMS.replace("{partition.id}'",
                                          "{partition.id}?chaos=0.3&seed=1'")],
                           "retry: { initial_interval: 20ms, max_interval: 100ms }")
        self.assert_exit(result, OK)
        self.assertEqual(sorted(self.ids()), list(range(1, 501)))
        self.assertGreater(result.report["resources"][0]["requests"]["retries"], 50)

    def test_a_server_that_turns_all_away_is_not_overrun(self):
        result = self.load([ITEMS.replace("{partition.id}'",
                                          "{partition.id}?as=503&fail=99'").replace("500", "5000")],
                           "retry: { initial_interval: 200ms, max_attempts: 2 }")
        self.assert_exit(result, SOURCE)
        self.assertLess(self.stats()["requests_total"], 400)

    def test_many_small_answers(self):
        result = self.load([ITEMS.replace("500", "5000")], "concurrency: { max: 100 }")
        self.assert_exit(result, OK)
        ids = self.ids()
        self.assertEqual((len(ids), sum(ids)), (5000, 12502500))


class Memory(PartitionCase):
    """Answers outgrow what was guessed: they pause while they arrive, and none is lost."""

    def big(self, mb, n, *more):
        keys = ", ".join((f"path: '/big?mb={mb}&i={{partition.id}}'",
                          f"partitions: {{ id: {{ from: 1, to: {n} }} }}", *more))
        return f"{{ name: t, {keys} }}"

    def assert_big(self, result, mb, n, most=None):
        self.assert_exit(result, OK)
        rows = harness.query(self.db, "SELECT count(*), count(DISTINCT id), sum(id) FROM t")
        self.assertEqual(rows, [(mb * n * 1024, mb * 1024, n * sum(range(1, mb * 1024 + 1)))])
        self.assertEqual(result.report["resources"][0]["requests"]["retries"], 0)
        self.assertEqual(self.stats()["requests_total"], n)
        if most and not harness.sanitized():
            self.assertLess(result.peak_rss, most << 20)

    def test_many_large_answers_at_once(self):
        for mb, n, most in ((1, 60, 96), (4, 24, 96), (20, 16, 140)):
            with self.subTest(mb=mb):
                harness.server().reset()
                self.db.unlink(missing_ok=True)
                self.assert_big(self.load([self.big(mb, n)]), mb, n, most)

    def test_one_that_is_larger_than_the_budget(self):
        self.assert_big(self.load([self.big(20, 1)], "", "limits: { memory: 16MiB }"), 20, 1)

    def test_a_small_budget_stands_still_for_nobody(self):
        result = self.load([self.big(2, 40)], "concurrency: { max: 40 }",
                           "limits: { memory: 16MiB }")
        self.assert_big(result, 2, 40, 96)

    def test_a_slow_database_is_no_stall_of_the_server(self):
        pipeline = self.pipeline([self.big(8, 16)], "timeout: { stall: 1500ms }")
        pipeline = pipeline.replace("type: sqlite, path: \"${WORK}/out.db\"", "type: slow, wait: 200ms")
        result = self.run_weir(pipeline, "--plugins", harness.WEIR.parent / "tests" / "plugins.d")
        self.assert_exit(result, OK)
        told = result.report["resources"][0]
        self.assertEqual(told["rows"]["loaded"], 16 * 8 * 1024)
        self.assertEqual(told["requests"]["retries"], 0)
        self.assertGreater(result.seconds, 3)
        if not harness.sanitized():
            self.assertLess(result.peak_rss, 96 << 20)

    def test_pages_ahead_of_their_turn_wait_for_it(self):
        for extra in ("", "&fail_page=1&fail=2", "&fail_page=4&fail=1&as=reset-body"):
            with self.subTest(extra=extra):
                self.db.unlink(missing_ok=True)
                result = self.load(
                    [f"{{ name: t, path: '/pages?style=page&total=160000&size=10000{extra}', "
                     "data_selector: data, retry: { initial_interval: 300ms, jitter: none }, "
                     "paginator: { type: page_number, total_path: total_pages, prefetch: 16 } }"],
                    "concurrency: { max: 15 }", "limits: { memory: 16MiB }")
                self.assert_exit(result, OK)
                ids = [row[0] for row in harness.query(self.db, "SELECT id FROM t ORDER BY rowid")]
                self.assertEqual(ids, list(range(1, 160001)))

    def test_a_stopped_run_leaves_what_pauses(self):
        run = self.start_weir(self.pipeline([self.big(20, 400)], "",
                                            "limits: { memory: 16MiB }"))
        harness.server().wait_for(lambda stats: stats["bytes_sent"] > 60 << 20)
        run.signal(signal.SIGTERM)
        self.assert_exit(self.check(run.wait()), TERMINATED)


class Signals(PartitionCase):
    def test_a_stopped_run_keeps_whole_pages(self):
        run = self.start_weir(self.pipeline(
            ["{ name: t, path: '/pages?style=page&total=100000&delay=0.02', data_selector: data, "
             "paginator: { type: page_number, total_path: total_pages, prefetch: 4 } }"]))
        harness.server().wait_for(lambda stats: stats["requests_total"] > 40)
        run.signal(signal.SIGTERM)
        result = self.check(run.wait())
        self.assert_exit(result, TERMINATED)
        ids = self.ids()
        self.assertGreater(len(ids), 0)
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        self.assertEqual(len(ids) % 100, 0)

    def test_a_run_that_waits_for_a_retry_stops_at_once(self):
        run = self.start_weir(self.pipeline(
            ["{ name: t, path: '/flaky?fail=99', retry: { initial_interval: 1h, "
             "max_interval: 1h, jitter: none } }"]))
        harness.server().wait_for(lambda stats: stats["requests_total"] == 1)
        run.signal(signal.SIGTERM)
        result = self.check(run.wait())
        self.assert_exit(result, TERMINATED)


if __name__ == "__main__":
    unittest.main()
