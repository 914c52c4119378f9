"""Rows sent to an API: all of them arrive, and what comes again bears the same key."""

import json
import signal
import unittest
from collections import Counter

import harness
from harness import DATA, DESTINATION, INTERRUPTED, OK

setUpModule = harness.start_server

FAST = "retry: { initial_interval: 10ms, max_interval: 50ms }"


class LoadCase(harness.Case):
    def pipeline(self, inbox="", *keys, source="style=page&total=100&size=10", more=""):
        """100 rows in answers of 10, unless the source says otherwise, sent to the inbox."""
        lines = "\n".join(f"  {key}" for key in (FAST, *keys))
        return (f"weir: 1\nname: sending\n{more}extract:\n  type: http\n"
                f"  url: ${{SERVER}}/pages?{source}\n  data_selector: data\n"
                "  paginator: { type: page_number, prefetch: 4 }\n"
                f"load:\n  type: http\n  url: \"${{SERVER}}/inbox/box?{inbox}\"\n{lines}\n")

    def send(self, inbox="", *keys, env=None, **pipeline):
        return self.run_weir(self.pipeline(inbox, *keys, **pipeline), env=env)

    def seen(self, name="box"):
        return harness.server().ask("/inbox-seen", name=name)

    def ids(self):
        return sorted(row["id"] for row in self.seen()["rows"])

    def assert_all_once(self, n=100):
        self.assertEqual(self.ids(), list(range(1, n + 1)))

    def attempts(self):
        """How often each key came."""
        return Counter(request["key"] for request in self.seen()["requests"])


class Rows(LoadCase):
    def test_every_row_arrives_once_in_requests_of_one_answer(self):
        result = self.send()
        self.assert_exit(result, OK)
        self.assert_all_once()
        requests = self.seen()["requests"]
        self.assertEqual([len(request["ids"]) for request in requests], [10] * 10)
        self.assertEqual({request["method"] for request in requests}, {"POST"})
        self.assertEqual(set(self.attempts().values()), {1})
        self.assertEqual(result.report["resources"][0]["rows"]["loaded"], 100)

    def test_an_answer_is_cut_by_rows_and_by_bytes(self):
        self.assert_exit(self.send("", "batch: { rows: 4 }", "concurrency: { max: 1 }"), OK)
        self.assertEqual([len(request["ids"]) for request in self.seen()["requests"]], [4, 4, 2] * 10)
        self.assert_all_once()
        harness.server().reset()
        self.assert_exit(self.send("", "batch: { bytes: 60 }"), OK)
        self.assert_all_once()
        sizes = [len(request["body"]) for request in self.seen()["requests"]]
        self.assertTrue(all(size <= 60 + 20 for size in sizes) and len(sizes) > 30, sizes)

    def test_one_at_a_time_they_come_in_order(self):
        self.assert_exit(self.send("delay=0.001", "concurrency: { max: 1 }"), OK)
        self.assertEqual([row["id"] for row in self.seen()["rows"]], list(range(1, 101)))

    def test_the_ways_a_body_is_written(self):
        forms = {
            "body: { format: json }": ("", "application/json"),
            "body: { format: json, key: data }": ("under=data", "application/json"),
            "body: { format: ndjson }": ("", "application/x-ndjson"),
            "body: { format: rows }": ("", "application/json"),
        }
        for form, (inbox, content_type) in forms.items():
            with self.subTest(form=form):
                harness.server().reset()
                self.assert_exit(self.send(inbox, form), OK)
                self.assert_all_once()
                headers = dict(self.seen()["requests"][0]["headers"])
                self.assertEqual(headers["content-type"], content_type)
        self.assertEqual(len(self.seen()["requests"]), 100)

    def test_method_headers_and_login(self):
        result = self.send(
            "", "method: PATCH", "headers: { X-Day: \"{vars.day}\", Content-Type: application/x+json }",
            "auth: { type: bearer, token: \"${T}\" }", "idempotency_key: { header: X-Key }",
            more="vars: { day: monday }\n", env={"T": "SECRET-token"})
        self.assert_exit(result, OK)
        request = self.seen()["requests"][0]
        headers = dict(request["headers"])
        self.assertEqual(request["method"], "PATCH")
        self.assertEqual((headers["x-day"], headers["content-type"], headers["authorization"]),
                         ("monday", "application/x+json", "Bearer SECRET-token"))
        self.assertRegex(headers["x-key"], "^[0-9a-f]{32}$")

    def test_a_login_that_comes_to_its_end_in_mid_run(self):
        """H08: a token serves 4 requests of 25."""
        result = self.send(
            "uses=4", "batch: { rows: 4 }", "concurrency: { max: 3 }",
            "auth: { type: oauth2_client_credentials, access_token_url: '${SERVER}/token', "
            "client_id: client, client_secret: '${S}' }", env={"S": "SECRET-client"})
        self.assert_exit(result, OK)
        self.assert_all_once()
        self.assertNotIn("SECRET", result.out + result.err)

    def test_tokens_that_are_used_up_make_way_for_others(self):
        tokens = {f"T{i}": f"SECRET-{i}" for i in (1, 2, 3)}
        result = self.send(
            "quota=10", "batch: { rows: 4 }", "concurrency: { max: 1 }",     # 30 requests
            "auth: { type: token_pool, tokens: ['${T1}', '${T2}', '${T3}'], "
            "remaining_header: X-RateLimit-Remaining }", env=tokens)
        self.assert_exit(result, OK)
        self.assert_all_once()
        self.assertNotIn("SECRET", result.out + result.err)

    def test_a_login_that_answers_a_challenge(self):
        text = self.pipeline("", "auth: { type: digest, username: user, password: '${P}' }")
        text = text.replace("/inbox/box?", "/auth?kind=digest")
        result = self.run_weir(text, env={"P": "SECRET-password"})
        self.assert_exit(result, OK)
        self.assertEqual(result.report["resources"][0]["rows"]["loaded"], 100)
        self.assertGreaterEqual(harness.server().hits("/auth?kind=digest"), 11)

    def test_a_login_that_is_refused(self):
        result = self.send(
            "uses=0", "auth: { type: oauth2_client_credentials, access_token_url: '${SERVER}/token', "
            "client_id: client, client_secret: '${S}' }", env={"S": "SECRET-client"})
        self.assert_exit(result, DESTINATION)
        self.assertIn("status 401", result.err)
        self.assertNotIn("SECRET", result.out + result.err)
        result = self.send(
            "uses=9", "auth: { type: oauth2_client_credentials, access_token_url: '${SERVER}/token', "
            "client_id: client, client_secret: '${S}' }", env={"S": "SECRET-wrong"})
        self.assert_exit(result, DESTINATION)
        self.assertIn("E-AUTH", result.err)

    def test_values_keep_what_they_are(self):
        rows = [{"id": 1, "n": 12345678901234567890, "f": 0.10, "t": 'a "b"\n', "j": {"k": [1, None]},
                 "b": False, "z": None}, {"id": 2, "other": "x"}]
        harness.server().put("rows", rows)
        text = self.pipeline().replace("/pages?style=page&total=100&size=10", "/data/rows?style=page")
        self.assert_exit(self.run_weir(text), OK)
        body = self.seen()["requests"][0]["body"]
        self.assertIn('"n":12345678901234567890', body)
        self.assertEqual(json.loads(body), rows)
        self.assert_exit(self.run_weir(text + "  body: { nulls: false }\n"), OK)
        first, second = self.seen()["requests"]
        del rows[0]["z"]
        self.assertEqual(json.loads(second["body"]), rows)
        self.assertEqual(first["key"], second["key"])


class Retries(LoadCase):
    def test_what_is_sent_again_bears_the_same_key(self):
        for fault in ("503", "429", "409", "425", "reset", "close", "truncated"):
            with self.subTest(fault=fault):
                harness.server().reset()
                self.assert_exit(self.send(f"fail=2&as={fault}"), OK)
                self.assert_all_once()
                self.assertEqual(len(self.attempts()), 10)
                bodies = {(request["key"], request["body"]) for request in self.seen()["requests"]}
                self.assertEqual(len(bodies), 10)
                self.assertGreaterEqual(min(self.attempts().values()), 3)

    def test_an_answer_that_is_lost(self):
        """The server has the rows; it knows them by their key when they come again."""
        self.assert_exit(self.send("lose=1&dedup=1"), OK)
        self.assert_all_once()
        self.assertGreaterEqual(min(self.attempts().values()), 2)

    def test_without_keys_heeded_rows_may_come_twice(self):
        self.assert_exit(self.send("lose=1", source="style=page&total=10&size=10"), OK)
        self.assertGreaterEqual(min(Counter(self.ids()).values()), 2)

    def test_all_wait_when_the_server_asks_one_to(self):
        text = self.pipeline("busy=1&as=429&retry_after=1&delay=0.1", "concurrency: { max: 2 }")
        result = self.run_weir(text.replace("max_interval: 50ms", "max_interval: 5s"))
        self.assert_exit(result, OK)
        self.assert_all_once()
        times = [request["at"] for request in self.seen()["requests"]]
        self.assertEqual([at for at in times if 0.3 < at - times[0] < 0.95], [])

    def test_a_server_that_asks_for_time_gets_it(self):
        text = self.pipeline("fail=1&as=429&retry_after=1", "concurrency: { max: 1 }",
                             source="style=page&total=10&size=10")
        result = self.run_weir(text.replace("max_interval: 50ms", "max_interval: 5s"))
        self.assert_exit(result, OK)
        first, second = self.seen()["requests"]
        self.assertGreaterEqual(second["at"] - first["at"], 0.99)

    def test_giving_up(self):
        result = self.send("fail=99&as=503&retry_after=0", "concurrency: { max: 1 }")
        self.assert_exit(result, DESTINATION)
        self.assertEqual(list(self.attempts().values()), [5])
        self.assertIn("E-HTTP-STATUS", result.err)
        self.assertIn("resource 'sending', rows 1 to 10 of its unit: POST http://", result.err)
        self.assertIn("5 attempts", result.err)


class Refusals(LoadCase):
    def test_a_refusal_ends_the_run_at_once(self):
        result = self.send("refuse=15", "concurrency: { max: 1 }")
        self.assert_exit(result, DATA)
        self.assertEqual(set(self.attempts().values()), {1})
        self.assertEqual(self.ids(), list(range(1, 11)))
        self.assertIn("rows 1 to 10 of its unit: POST", result.err)
        self.assertIn("status 422, '{\"error\":\"not this one\"", result.err)

    def test_the_row_that_was_sent_alone_is_named(self):
        result = self.send("refuse=15", "body: { format: rows }", "concurrency: { max: 1 }")
        self.assert_exit(result, DATA)
        self.assertIn("resource 'sending', row 5 of its unit: POST", result.err)
        self.assertEqual(self.ids(), list(range(1, 15)))

    def test_neither_secrets_nor_values_of_rows_are_shown(self):
        """S08: the server quotes the row, and all headers."""
        result = self.send("refuse=15", "auth: { type: bearer, token: \"${T}\" }",
                           "headers: { X-Other: \"${O}\" }",
                           env={"T": "SECRET-token", "O": "SECRET-other"})
        self.assert_exit(result, DATA)
        for text in ("SECRET", "name-15", self.attempts().most_common(1)[0][0]):
            self.assertNotIn(text, result.out + result.err + json.dumps(result.report))

    def test_statuses_that_are_no_data(self):
        for status, code in ((401, DESTINATION), (404, DESTINATION), (400, DATA), (413, DATA)):
            with self.subTest(status=status):
                harness.server().reset()
                self.assert_exit(self.send(f"refuse=1&status={status}", "concurrency: { max: 1 }"), code)
                self.assertEqual(list(self.attempts().values()), [1])

    def test_a_redirect_is_told_and_not_followed(self):
        result = self.send("to=${OTHER}/inbox/other")
        self.assert_exit(result, DESTINATION)
        self.assertIn("E-HTTP-REDIRECT", result.err)
        self.assertIn("rows are not sent on", result.err)
        self.assertNotIn("SECRET", result.err)
        self.assertEqual(self.seen("other")["requests"], [])

    def test_no_server(self):
        text = self.pipeline().replace("${SERVER}/inbox", "http://127.0.0.1:1/inbox")
        result = self.run_weir(text)
        self.assert_exit(result, DESTINATION)
        self.assertIn("E-HTTP-CONNECT", result.err)


class SecondRuns(LoadCase):
    def keys(self):
        return {request["key"]: tuple(request["ids"]) for request in self.seen()["requests"]}

    def test_a_run_that_was_killed_and_the_next_one(self):
        """SIGKILL while answers are on their way; the server heeds keys, and has each row once."""
        text = self.pipeline("hold=5&dedup=1", "batch: { rows: 3 }")
        run = self.start_weir(text)
        run.when(lambda: len(self.seen()["requests"]) >= 8)
        run.signal(signal.SIGKILL)
        run.wait()
        before = self.keys()
        self.assertGreaterEqual(len(self.seen()["taken"]), 8)
        harness.server().heal()
        self.assert_exit(self.run_weir(text), OK)
        self.assert_all_once()
        self.assertEqual(before.items() - self.keys().items(), set())
        self.assertEqual(len(self.keys()), 40)      # 4 of each answer, in both runs

    def test_keys_do_not_depend_on_what_comes_together(self):
        self.assert_exit(self.send("", "concurrency: { max: 1 }"), OK)
        first = self.keys()
        text = self.pipeline("", "body: { nulls: false }")
        self.assert_exit(self.run_weir(text.replace("prefetch: 4", "prefetch: 1")), OK)
        self.assertEqual(self.keys(), first)
        self.assertEqual(set(self.attempts().values()), {2})

    def test_what_changed_is_new(self):
        rows = [{"id": i, "name": "x"} for i in range(1, 5)]
        text = self.pipeline("dedup=1").replace("/pages?style=page&total=100&size=10",
                                                "/data/rows?style=page&size=2")
        harness.server().put("rows", rows)
        self.assert_exit(self.run_weir(text), OK)
        rows[3]["name"] = "y"
        harness.server().put("rows", rows)
        self.assert_exit(self.run_weir(text), OK)
        self.assertEqual([row["id"] for row in self.seen()["rows"]], [1, 2, 3, 4, 3, 4])

    def test_another_scope_is_another_key(self):
        text = self.pipeline("dedup=1", "idempotency_key: { scope: \"${DAY}\" }")
        for day, n in (("1", 100), ("1", 100), ("2", 200)):
            self.assert_exit(self.run_weir(text, env={"DAY": day}), OK)
            self.assertEqual(len(self.ids()), n)

    def test_equal_rows_at_two_places_are_two(self):
        same = {"name": "same"}
        harness.server().put("rows", [same, same, {"id": 1}, same, same, {"id": 2}])
        text = self.pipeline("dedup=1", "batch: { rows: 1 }").replace(
            "/pages?style=page&total=100&size=10", "/data/rows?style=page&size=3")
        self.assert_exit(self.run_weir(text), OK)
        self.assertEqual(len(self.seen()["rows"]), 6)


class Ending(LoadCase):
    def test_ctrl_c_while_the_server_is_silent(self):
        run = self.start_weir(self.pipeline("hold=3"))
        run.when(lambda: len(self.seen()["requests"]) >= 4)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        self.assert_exit(result, INTERRUPTED)
        self.assertIn("not all rows were sent", result.err)

    def test_ctrl_c_while_it_waits_for_another_try(self):
        text = self.pipeline("fail=99&as=503").replace("initial_interval: 10ms, max_interval: 50ms",
                                                       "initial_interval: 50s")
        run = self.start_weir(text)
        run.when(lambda: len(self.seen()["requests"]) >= 4)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        self.assert_exit(result, INTERRUPTED)

    def test_ctrl_c_while_all_goes_well_sends_what_was_read(self):
        run = self.start_weir(self.pipeline("delay=0.01", source="style=page&total=20000&size=10"))
        run.when(lambda: len(self.seen()["requests"]) >= 20)
        run.signal(signal.SIGINT)
        result = self.check(run.wait())
        self.assert_exit(result, INTERRUPTED)
        committed = result.report["resources"][0]["rows"]["loaded"]
        self.assertEqual(len(self.ids()), committed)

    def test_a_slow_server_holds_the_source_back(self):
        """What is read and not sent yet stays within limits.memory."""
        run = self.start_weir(self.pipeline("hold=1", source="style=page&total=200000&size=1000",
                                            more="limits: { memory: 16MiB }\n"))
        run.when(lambda: len(self.seen()["requests"]) >= 4)
        asked = harness.wait_until(self.stands_still)
        self.assertLess(asked, 200)
        run.signal(signal.SIGKILL)
        run.wait()

    def stands_still(self):
        """How many pages were asked for, once that does not grow any more."""
        before = harness.server().stats()["paths"].get("/pages", 0)
        try:
            harness.wait_until(
                lambda: harness.server().stats()["paths"].get("/pages", 0) != before, timeout=2)
        except AssertionError:
            return before
        return None


class Sources(LoadCase):
    def test_several_resources_say_which_they_are(self):
        result = self.run_weir("""
            weir: 1
            name: two
            extract:
              type: http
              base_url: ${SERVER}
              resources:
                - { name: a, path: "/rows?n=3" }
                - { name: b, path: "/rows?n=3" }
            load: { type: http, url: "${SERVER}/inbox/box?dedup=1", body: { table_key: _table } }
            """)
        self.assert_exit(result, OK)
        self.assertEqual(Counter(row["_table"] for row in self.seen()["rows"]), {"a": 3, "b": 3})

    def test_a_column_that_is_the_table_key(self):
        result = self.send("", "body: { table_key: name }")
        self.assert_exit(result, DATA)
        self.assertIn("E-COLUMN-COLLISION", result.err)
        self.assertEqual(self.seen()["requests"], [])

    def test_from_a_database(self):
        self.assert_exit(self.run_weir(self.pipeline().replace(
            self.pipeline().partition("load:")[2], "\n  type: sqlite\n  path: ${WORK}/out.db\n")), OK)
        text = """
            weir: 1
            name: back
            extract: { type: sqlite, path: "${WORK}/out.db", resources: [{ name: sending, primary_key: id }] }
            load: { type: http, url: "${SERVER}/inbox/box?dedup=1", batch: { rows: 7 } }
            """
        for _ in range(2):
            self.assert_exit(self.run_weir(text), OK)
            self.assert_all_once()
        self.assertEqual(set(self.attempts().values()), {2})

    def test_the_example(self):
        with harness.DemoApi() as api:
            target = harness.server().url + "/inbox/box?under=airports&dedup=1"
            for _ in range(2):
                self.assert_exit(self.run_weir(harness.ROOT / "pipelines" / "airports_to_api.yaml",
                                               env={"SOURCE_URL": api.url, "TARGET_URL": target}), OK)
        ids = [row["id"] for row in self.seen()["rows"]]
        self.assertGreater(len(ids), 200)
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(set(self.attempts().values()), {2})

    def test_check_says_what_is_promised(self):
        result = self.run_weir(self.pipeline(), command="check")
        self.assert_exit(result, OK)
        self.assertIn("guarantee: at least once: the http loader keeps no state, so a run that ends early "
                      "begins anew; a server that heeds the keys of requests has each row once\n", result.out)
        result = self.run_weir(self.pipeline().replace("load:", "  on_row_error: dead_letter\nload:"),
                               command="check")
        self.assert_exit(result, harness.BAD_FILE)


if __name__ == "__main__":
    unittest.main()
