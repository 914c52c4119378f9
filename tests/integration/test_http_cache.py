"""cache: answers that are kept, asked about, and asked for again when something is wrong with them."""

import os
import random
import stat
import time
import unittest
from urllib.parse import urlencode

import harness
from harness import BAD_FILE, OK, SOURCE

setUpModule = harness.start_server

TOTAL = "{ type: page_number, total_path: total_pages, prefetch: 4 }"
TOKEN = "tok-4711-very-secret"


def rows(n, changed=()):
    return [{"id": i, "text": "changed" if i in changed else "as it was"} for i in range(1, n + 1)]


class CacheCase(harness.Case):
    def setUp(self):
        super().setUp()
        self.folder = self.work / "cache"
        harness.server().put("a", rows(100))

    def pipeline(self, cache="ttl: 1h", resource="", extract="", paginator=TOTAL, name="a", **query):
        query = urlencode({"size": 10, **query})
        return f"""
            weir: 1
            name: kept
            extract:
              type: http
              cache: {{ path: "${{WORK}}/cache", {cache} }}
              {extract}
              resources:
                - name: t
                  url: "${{SERVER}}/kept/{name}?{query}"
                  data_selector: data
                  paginator: {paginator}
                  {resource}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """

    def load(self, *args, env=None, **wishes):
        """A run into a new database, and how often the server was asked."""
        self.db.unlink(missing_ok=True)
        before = harness.server().stats()["requests_total"]
        result = self.run_weir(self.pipeline(*args, **wishes), env=env)
        self.asked = harness.server().stats()["requests_total"] - before
        return result

    def count(self, result, name):
        return result.report["resources"][0]["requests"].get(name, 0)

    def texts(self):
        return dict(harness.query(self.db, "SELECT id, text FROM t"))

    def assert_loaded_all(self, result, asked, n=100, changed=()):
        self.assert_exit(result, OK)
        self.assertEqual(self.texts(), {row["id"]: row["text"] for row in rows(n, changed)})
        self.assertEqual(harness.query(self.db, "SELECT count(*) FROM t"), [(n,)])
        self.assertEqual(self.asked, asked)

    def entries(self):
        return sorted(path for path in self.folder.glob("??/*"))

    def begun(self):
        return sorted(self.folder.glob("new-*"))


class Keeping(CacheCase):
    def test_what_is_young_enough_is_not_asked_for(self):
        result = self.load()
        self.assert_loaded_all(result, 10)
        self.assertEqual(self.count(result, "from_cache"), 0)
        self.assertEqual(len(self.entries()), 10)
        self.assertEqual(self.begun(), [])
        result = self.load()
        self.assert_loaded_all(result, 0)
        self.assertEqual(self.count(result, "from_cache"), 10)
        self.assertEqual(self.count(result, "done"), 0)
        self.assertIn("10 answers from the cache", result.err + result.out)

    def test_what_is_too_old_is_asked_about(self):
        for tag in ("strong", "weak", "time"):
            with self.subTest(tag=tag):
                self.assert_loaded_all(self.load(tag=tag), 10)
                before = harness.server().stats()["not_modified"]
                result = self.load("ttl: 0s", tag=tag)
                self.assert_loaded_all(result, 10)
                self.assertEqual(harness.server().stats()["not_modified"] - before, 10)
                self.assertEqual(self.count(result, "not_modified"), 10)

    def test_an_answer_that_was_confirmed_is_young_again(self):
        self.load()
        self.make_old(7200)
        result = self.load()
        self.assert_loaded_all(result, 10)
        self.assertEqual(self.count(result, "not_modified"), 10)
        self.assert_loaded_all(self.load(), 0)

    def make_old(self, seconds):
        past = time.time() - seconds
        for path in self.entries():
            os.utime(path, (past, past))

    def test_what_has_changed_arrives(self):
        self.load()
        harness.server().put("a", rows(100, changed=(42,)))
        result = self.load("ttl: 0s")
        self.assert_loaded_all(result, 10, changed=(42,))
        self.assertEqual(self.count(result, "not_modified"), 9)
        self.assert_loaded_all(self.load(), 0, changed=(42,))

    def test_without_validators_all_is_fetched(self):
        self.load(tag="none")
        result = self.load("ttl: 0s", tag="none")
        self.assert_loaded_all(result, 10)
        self.assertEqual(self.count(result, "not_modified"), 0)
        self.assert_loaded_all(self.load(tag="none"), 0)

    def test_a_chain_that_is_asked_for_is_asked_for_to_its_end(self):
        """Pages from before and after a change would be mixed: rows that moved would be lost."""
        one = "{ type: page_number, total_path: total_pages }"
        self.load(paginator=one)
        harness.server().put("a", rows(100, changed=range(1, 101)))
        oldest = min(self.entries(), key=lambda path: path.stat().st_mtime_ns)
        os.utime(oldest, (0, 0))
        self.assert_loaded_all(self.load(paginator=one), 10, changed=range(1, 101))

    def test_a_time_to_come_is_not_believed(self):
        self.load()
        self.make_old(-7200)
        self.assert_loaded_all(self.load(), 10)

    def test_what_a_server_forbids_to_keep_is_not_kept(self):
        for query in ({"control": "private, no-store"}, {"vary": "Accept, *"}):
            with self.subTest(query=query):
                self.assert_loaded_all(self.load(**query), 10)
                self.assertEqual(self.entries(), [])
        self.assert_loaded_all(self.load(control="private, max-age=0"), 10)
        self.assertEqual(len(self.entries()), 10)

    def test_only_get_is_kept(self):
        text = self.pipeline(resource="method: POST")
        result = self.run_weir(text)
        self.assert_exit(result, OK)
        self.assertEqual(self.entries(), [])
        result = self.run_weir(text, command="check")
        self.assert_exit(result, OK)
        self.assertIn("whole answers to GET are kept", result.err + result.out)

    def test_a_preview_uses_it_too(self):
        text = self.pipeline(paginator="single_page")
        for _ in range(2):
            self.assert_exit(self.run_weir(text, command="preview"), OK)
            self.assertEqual(len(self.entries()), 1)
            self.assertEqual(harness.server().stats()["requests_total"], 1)

    def test_mistakes_are_told_with_their_place(self):
        result = self.run_weir(self.pipeline("tll: 1h"), command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("did you mean 'ttl'", result.err)


class Paging(CacheCase):
    def test_links_come_from_the_cache(self):
        for links, paginator in (("body", "{ type: json_link, next_url_path: next }"),
                                 ("head", "{ type: header_link }"), ("head", "{ type: auto }")):
            with self.subTest(links=links, paginator=paginator):
                for path in self.entries():
                    path.unlink()
                self.assert_loaded_all(self.load(paginator=paginator, links=links), 10)
                self.assert_loaded_all(self.load(paginator=paginator, links=links), 0)
                self.assert_loaded_all(
                    self.load("ttl: 0s", paginator=paginator, links=links), 10)

    def test_a_tag_that_says_nothing_of_the_link_hides_no_page(self):
        """The last page is the same when another one follows it, but for its head."""
        wishes = {"paginator": "{ type: header_link }", "links": "head", "totals": 0, "tag": "body"}
        self.assert_loaded_all(self.load("ttl: 0s", **wishes), 10)
        harness.server().put("a", rows(105))
        self.assert_loaded_all(self.load("ttl: 0s", **wishes), 12, n=105)
        self.assert_loaded_all(self.load("ttl: 1h", **wishes), 0, n=105)

    def test_a_header_that_nobody_looked_for_is_not_missing(self):
        """What is kept for a paginator that needs less is not taken by one that needs more."""
        action = "response_actions: [{ headers: { Cache-Control: x }, action: stop }]"
        self.assert_loaded_all(self.load(), 10)
        self.assert_loaded_all(self.load(resource=action), 10)
        self.assert_loaded_all(self.load(resource=action), 0)

    def test_pages_beyond_the_end_are_not_kept(self):
        ahead = "{ type: page_number, prefetch: 8 }"
        self.load(paginator=ahead)
        self.assertEqual(len(self.entries()), 11)   # the empty one is the end, and a good answer
        self.load(paginator=ahead)
        self.assertEqual(self.texts(), {row["id"]: row["text"] for row in rows(100)})

    def test_children_come_from_the_cache(self):
        for name in range(1, 6):
            harness.server().put(f"c{name}", rows(20))
        harness.server().put("parents", [{"id": i, "name": f"c{i}"} for i in range(1, 6)])
        text = """
            weir: 1
            name: family
            extract:
              type: http
              base_url: "${SERVER}"
              cache: { path: "${WORK}/cache", ttl: 1h }
              data_selector: data
              resources:
                - { name: parents, path: "/kept/parents" }
                - name: children
                  path: "/kept/{resources.parents.name}"
                  params: { size: 10 }
                  paginator: { type: page_number, total_path: total_pages }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """
        for asked in (11, 0):
            self.db.unlink(missing_ok=True)
            before = harness.server().stats()["requests_total"]
            self.assert_exit(self.run_weir(text), OK)
            self.assertEqual(harness.query(self.db, "SELECT count(*) FROM children"), [(100,)])
            self.assertEqual(harness.server().stats()["requests_total"] - before, asked)


class Trust(CacheCase):
    def test_what_is_damaged_is_asked_for(self):
        def cut(path):
            os.truncate(path, path.stat().st_size - 7)

        def flip(place):
            def change(path):
                data = bytearray(path.read_bytes())
                data[place] ^= 1
                path.write_bytes(data)
            return change

        def swap(path):
            others = [other for other in self.entries() if other != path]
            path.write_bytes(others[0].read_bytes())

        for change in (cut, flip(-3), flip(0), flip(14), flip(130), swap,
                       lambda path: path.write_bytes(b""),
                       lambda path: (path.unlink(), path.mkdir()),
                       lambda path: (path.unlink(), path.symlink_to("/etc/hostname"))):
            with self.subTest(change=change):
                self.load()
                victim = self.entries()[3]
                whole = victim.read_bytes()
                change(victim)
                result = self.load()
                self.assert_exit(result, OK)
                self.assertEqual(self.texts(), {row["id"]: row["text"] for row in rows(100)})
                self.assertGreater(self.asked, 0)
                if not victim.is_dir():
                    self.assertFalse(victim.is_symlink())
                    self.assertEqual(victim.read_bytes(), whole)
                    self.assert_loaded_all(self.load(), 0)
                else:
                    victim.rmdir()

    def test_an_answer_is_its_askers_own(self):
        for token in ("anna", "berta"):
            harness.server().put(f"a.{token}", rows(100, changed=(1,) if token == "berta" else ()))
        auth = 'auth: { type: bearer, token: "${TOKEN}" }'
        for token, changed in (("anna", ()), ("berta", (1,))):
            result = self.load(resource=auth, login=1, env={"TOKEN": token})
            self.assert_loaded_all(result, 10, changed=changed)
        self.assertEqual(len(self.entries()), 20)
        self.assert_loaded_all(self.load(resource=auth, login=1, env={"TOKEN": "anna"}), 0)

    def test_no_secret_comes_into_the_folder(self):
        harness.server().put(f"a.{TOKEN}", rows(20))
        auth = 'auth: { type: bearer, token: "${TOKEN}" }'
        everywhere = "response_actions: [{ when: \"headers ->> 'x' = 'y'\", action: fail }]"
        for query in ({}, {"leak": 1}):
            for more in ("", everywhere):
                self.load(resource=f"{auth}\n                  {more}", login=1,
                          env={"TOKEN": TOKEN}, **query)
                self.assertEqual(len(self.texts()), 20)
        self.assertEqual(len(self.entries()), 4)    # those that leak are not kept
        for path in self.folder.rglob("*"):
            text = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
            for secret in (TOKEN, "a-cookie-that-lets-in", "Authorization"):
                self.assertNotIn(secret.encode(), text)

    def test_a_key_in_the_address_is_in_no_name(self):
        auth = f'auth: {{ type: api_key, name: where, location: query, api_key: "${{TOKEN}}" }}'
        self.server_may_be_asked_wrongly = True
        self.load(resource=auth, env={"TOKEN": TOKEN})
        for path in self.folder.rglob("*"):
            self.assertNotIn(TOKEN, path.name)

    def test_only_its_owner_may_look(self):
        self.load()
        self.assertEqual(stat.S_IMODE(self.folder.stat().st_mode), 0o700)
        for path in self.folder.rglob("*"):
            wanted = 0o700 if path.is_dir() else 0o600
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), wanted)

    def test_a_folder_that_others_may_write_to_is_not_used(self):
        self.folder.mkdir()
        self.folder.chmod(0o777)
        for _ in range(2):
            result = self.load()
            self.assert_loaded_all(result, 10)
            self.assertIn("others may write to it", result.err)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_where_there_can_be_no_folder_the_run_goes_on(self):
        self.folder.write_text("a file\n")
        result = self.load()
        self.assert_loaded_all(result, 10)
        self.assertIn("cache: the folder", result.err)
        self.assertEqual(result.err.count("goes on without it"), 1)

    def test_where_nothing_can_be_written_the_run_goes_on(self):
        self.load()
        for path in self.entries():
            path.unlink()
        for group in self.folder.iterdir():
            group.rmdir()
        for n in range(256):
            (self.folder / f"{n:02x}").write_text("in the way")
        result = self.load()
        self.assert_loaded_all(result, 10)
        self.assertEqual(result.err.count("cannot be written"), 1)
        self.assertEqual(self.begun(), [])


    def test_a_file_that_cannot_be_written_whole_is_none(self):
        """As on a full disk: what is larger than the limit on files ends in the middle."""
        harness.server().put("a", [{"id": i, "text": "x" * 400000} for i in range(1, 11)])
        self.write("p.yaml", self.pipeline(resource='where: "id < 0"', size=1))
        run = harness.Run(
            ["sh", "-c", "trap '' XFSZ; ulimit -f 600; exec \"$0\" run p.yaml --report r.json",
             str(harness.program())], self.environment({}), self.work, self.work / "r.json")
        self.addCleanup(run.kill)
        result = self.check(run.wait())
        self.assert_exit(result, OK)
        self.assertEqual(result.report["resources"][0]["rows"]["read"], 10)
        self.assertEqual(result.err.count("cannot be written: File too large"), 1)
        self.assertEqual(self.entries() + self.begun(), [])


class Failures(CacheCase):
    def test_answers_that_are_none_are_not_kept(self):
        harness.server().put("b", {"data": "no rows here"})
        result = self.run_weir(self.pipeline(name="b").replace("/kept/b", "/data/b"))
        self.assertNotEqual(result.code, OK)
        self.assertEqual(self.entries(), [])
        harness.server().put("b", rows(10))
        result = self.run_weir(self.pipeline(name="b").replace("/kept/b", "/data/b"))
        self.assert_exit(result, OK)
        self.assertEqual(len(self.texts()), 10)

    def test_an_answer_that_is_to_be_asked_for_again_is_not_kept(self):
        actions = ('response_actions: [{ content: "broken", action: retry }]\n'
                   '                  retry: { max_attempts: 2, initial_interval: 1ms }')
        harness.server().put("a", [{"id": 1, "text": "broken"}])
        self.assert_exit(self.load(resource=actions), SOURCE)
        self.assertEqual(self.entries(), [])
        self.assertEqual(self.begun(), [])
        harness.server().put("a", rows(100))
        self.assert_loaded_all(self.load(resource=actions), 10)

    def test_what_the_file_says_now_counts_for_what_was_kept(self):
        self.load()
        actions = ('response_actions: [{ content: "as it was", action: retry }]\n'
                   '                  retry: { max_attempts: 2, initial_interval: 1ms }')
        result = self.load(resource=actions)
        self.assert_exit(result, SOURCE)
        self.assertIn("E-HTTP-ANSWER", result.err)
        self.assertIn("2 attempts", result.err)
        harness.server().put("a", rows(100, changed=range(1, 101)))
        self.assert_loaded_all(self.load(resource=actions), 10, changed=range(1, 101))

    def test_a_kept_answer_is_not_at_fault_for_long(self):
        """What cannot be read as the file has it today is asked for; then it is the server's fault."""
        self.load()
        result = self.load(resource="format: { type: json, columns: [a, b] }",
                           paginator="single_page", page=1)
        self.assertNotEqual(result.code, OK)
        self.assertEqual(self.asked, 1)

    def test_killed_at_any_time_what_is_kept_is_whole(self):
        harness.server().put("a", rows(300))
        chance = random.Random(8)
        for _ in range(6):
            run = self.start_weir(self.pipeline("ttl: 1h", delay=0.01))
            time.sleep(chance.uniform(0.02, 0.25))
            run.kill()
        self.db.unlink(missing_ok=True)
        result = self.run_weir(self.pipeline(delay=0.01))
        self.assert_exit(result, OK)
        self.assertEqual(len(self.texts()), 300)
        result = self.load(delay=0.01)
        self.assert_loaded_all(result, 0, n=300)

    def test_what_a_killed_run_has_begun_is_swept(self):
        self.folder.mkdir(mode=0o700)
        old, young = self.folder / "new-0000-1", self.folder / "new-0000-2"
        for path in (old, young):
            path.write_bytes(b"half")
        os.utime(old, (0, 0))
        self.load()
        self.assertFalse(old.exists())
        self.assertTrue(young.exists())

    def test_runs_may_share_it(self):
        texts = []
        for n in range(3):
            text = self.pipeline(delay=0.01).replace("out.db", f"out{n}.db")
            texts.append(self.write(f"p{n}.yaml", text.replace("name: kept", f"name: kept{n}")))
        for run in [self.start_weir(path) for path in texts]:
            self.assert_exit(self.check(run.wait()), OK)
        for n in range(3):
            ids = harness.query(self.work / f"out{n}.db", "SELECT count(DISTINCT id) FROM t")
            self.assertEqual(ids, [(100,)])
        self.assertEqual(len(self.entries()), 10)
        self.assertEqual(self.begun(), [])
        self.assert_loaded_all(self.load(delay=0.01), 0)


class Size(CacheCase):
    def test_the_folder_stays_below_its_size(self):
        large = [{"id": i, "text": "x" * 40000} for i in range(1, 101)]
        harness.server().put("a", large)
        result = self.load("ttl: 1h, max_size: 1MiB", size=1)
        self.assert_exit(result, OK)
        self.assertEqual(len(self.texts()), 100)
        # A sweep ends with its run; what came too fast for it is left to the next ones.
        size = min(self.size_after_a_run() for _ in range(4))
        self.assertLess(size, 2 * 1024 * 1024)
        self.assertGreater(size, 200 * 1024)

    def size_after_a_run(self):
        self.load("ttl: 1h, max_size: 1MiB", size=1, control="no-cache")
        return sum(path.stat().st_size for path in self.entries())

    def test_answers_larger_than_memory_are_read_one_by_one(self):
        harness.server().put("a", [{"id": i, "text": "x" * 100000} for i in range(1, 101)])
        memory = "limits: { memory: 16MiB }\n            extract:"
        text = self.pipeline(size=10).replace("extract:", memory, 1)
        for asked in (10, 0):
            self.db.unlink(missing_ok=True)
            before = harness.server().stats()["requests_total"]
            self.assert_exit(self.run_weir(text), OK)
            self.assertEqual(harness.server().stats()["requests_total"] - before, asked)
            self.assertEqual(len(self.texts()), 100)


class Incremental(CacheCase):
    def test_windows_are_kept_each_for_itself(self):
        days = [{"id": i, "day": f"2024-01-{i:02}"} for i in range(1, 29)]
        harness.server().put("d", days)
        text = """
            weir: 1
            name: windows
            extract:
              type: http
              cache: { path: "${WORK}/cache", ttl: 1h }
              resources:
                - name: t
                  url: "${SERVER}/data/d"
                  params: { column: day, since: "{incremental.start_value}", until: "{incremental.end_value}" }
                  data_selector: data
                  primary_key: id
                  incremental: { cursor_path: day, cursor_type: date, initial_value: "2024-01-01", end_value: "2024-01-29", step: 7d }
            load: { type: sqlite, path: "${WORK}/out.db" }
            """
        for asked in (4, 0):
            self.db.unlink(missing_ok=True)
            before = harness.server().stats()["requests_total"]
            self.assert_exit(self.run_weir(text), OK)
            self.assertEqual(harness.query(self.db, "SELECT count(*) FROM t"), [(28,)])
            self.assertEqual(harness.server().stats()["requests_total"] - before, asked)


class Logins(CacheCase):
    def test_what_is_kept_needs_no_login(self):
        login = ("auth: { type: oauth2_client_credentials, client_id: client, "
                 'client_secret: "${SECRET}", access_token_url: "${SERVER}/token" }')
        harness.server().put("a", rows(100))
        self.load(resource=login, env={"SECRET": "SECRET-client"})
        first = self.asked
        self.assertEqual(self.load(resource=login, env={"SECRET": "SECRET-client"}).code, OK)
        self.assertGreater(first, 10)
        self.assertEqual(self.asked, 0)

    def test_a_rate_limit_is_not_touched(self):
        limits = "rate_limits: [{ name: slow, limit: 20, interval: 1h, max_wait: 1s }]"
        self.assert_loaded_all(self.load(extract=limits), 10)
        for _ in range(3):
            self.assert_loaded_all(self.load(extract=limits), 0)


if __name__ == "__main__":
    unittest.main()
