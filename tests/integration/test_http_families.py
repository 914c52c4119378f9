"""Fan-out over HTTP: resources that are asked for with what rows of others say, however runs end."""

import random
import time

import harness
from harness import OK, SOURCE
from databases import Postgres, Sqlite
from state_case import CURSOR, PAGE_NUMBER, StateCase, on, on_both

setUpModule = harness.start_server

BAD_FILE = 2
LACKS = 9
SEEDS = 2 if harness.sanitized() else 6

REPOS = [{"id": n, "full_name": f"org/{n}", "open": n % 2} for n in range(1, 31)]
ISSUES = [{"id": 100 * n + i, "repo": f"org/{n}", "number": f"{n}-{i}"}
          for n in range(1, 31) for i in range(n % 4 * 3)]
COMMENTS = [{"id": 10 * issue["id"] + c, "issue": issue["id"]}
            for issue in ISSUES for c in range(issue["id"] % 3)]


def put(repos=REPOS, issues=ISSUES, comments=COMMENTS):
    harness.server().put("repos", repos)
    harness.server().put("issues", issues)
    harness.server().put("comments", comments)


def resource(name, where="", *options, size=4, paginator=CURSOR, **query):
    style = "page" if paginator == PAGE_NUMBER else "cursor"
    more = "".join(f", {key}: {value}" for key, value in query.items())
    parts = [f"name: {name}", f"path: /data/{name}",
             f"params: {{ style: {style}, size: {size}{more}{where} }}",
             "data_selector: data", f"paginator: {paginator}", *options]
    return "{ " + ", ".join(parts) + " }"


def repos(*options, **query):
    return resource("repos", "", *options, size=8, **query)


def issues(*options, **query):
    return resource("issues", ", where: 'repo:{resources.repos.full_name}'", *options, **query)


def comments(*options, **query):
    return resource("comments", ", where: 'issue:{resources.issues.id}'",
                    *options, size=1, **query)


class FamilyCase(StateCase):
    def setUp(self):
        super().setUp()
        harness.server().reset()
        put()

    def family(self, *resources, **parts):
        return self.pipeline(resources or (repos(), issues(), comments()),
                             extract='base_url: "${SERVER}"\n              ' +
                             parts.pop("extract", ""), **parts)

    def ids(self, table, database=None):
        return sorted(row[0] for row in (database or self.database).query(f"SELECT id FROM {table}"))

    def assert_table(self, table, rows):
        self.assertEqual(self.ids(table), sorted(row["id"] for row in rows), f"rows of {table}")

    def assert_all(self):
        for table, rows in ("repos", REPOS), ("issues", ISSUES), ("comments", COMMENTS):
            self.assert_table(table, rows)
        self.assert_settled()


@on_both
class Reading(FamilyCase):
    def test_three_generations(self):
        self.assert_exit(self.run_weir(self.family()), OK)
        self.assert_all()

    def test_whatever_the_paging_and_the_order_in_the_file(self):
        for paginator in CURSOR, PAGE_NUMBER:
            self.database.empty()
            file = self.family(comments(paginator=paginator), issues(paginator=paginator),
                               repos(paginator=paginator))
            self.assert_exit(self.run_weir(file), OK)
            self.assert_all()

    def test_rows_get_fields_of_their_parent(self):
        file = self.family(repos(), issues("include_from_parent: [id, open]"),
                           comments("include_from_parent: { issue_number: number, of: repos_id }"))
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all()
        for id, repo, repos_id, is_open in self.database.query(
                "SELECT id, repo, repos_id, repos_open FROM issues"):
            self.assertEqual((repo, is_open), (f"org/{repos_id}", repos_id % 2), id)
        for issue, number, of in self.database.query(
                "SELECT issue, issue_number, \"of\" FROM comments"):
            self.assertEqual(number, f"{of}-{issue % 100}")

    def test_where_decides_what_is_asked_for(self):
        file = self.family(repos("where: open = 1"), issues())
        result, asked = self.run_asking(file, prefix="/data/issues")
        self.assert_exit(result, OK)
        self.assert_table("repos", [row for row in REPOS if row["open"]])
        self.assert_table("issues", [row for row in ISSUES if int(row["number"].split("-")[0]) % 2])
        self.assertFalse([url for url in asked if "org%2F2&" in url or url.endswith("org%2F2")])

    def test_a_parent_that_is_not_loaded(self):
        self.assert_exit(self.run_weir(self.family(repos("selected: false"), issues())), OK)
        self.assert_table("issues", ISSUES)
        self.assertFalse(self.has_table("repos"))
        self.assert_settled()

    def test_the_same_field_twice_is_asked_for_once(self):
        put(repos=REPOS + [dict(row, id=row["id"] + 1000) for row in REPOS[:20]])
        result, asked = self.run_asking(self.family(repos(), issues()), prefix="/data/issues")
        self.assert_exit(result, OK)
        self.assert_table("issues", ISSUES)
        self.assertEqual(set(asked.values()), {1})
        self.assertIn("20 rows of 'repos' led to what was read for another row", result.err)

    def test_many_children_of_few_pages(self):
        rows = [{"id": n, "full_name": f"org/{n}"} for n in range(12000)]
        put(repos=rows, issues=[{"id": n, "repo": f"org/{n}"} for n in range(0, 12000, 5)])
        file = self.family(resource("repos", size=6000),
                           issues(), extract="concurrency: { max: 64 }")
        self.assert_exit(self.run_weir(file, timeout=280), OK)
        self.assertEqual(self.count("issues"), 2400)
        self.assert_settled()

    def test_a_row_without_the_field_is_told(self):
        put(repos=REPOS + [{"id": 99}])
        result = self.run_weir(self.family(repos(), issues()))
        self.assert_exit(result, harness.DATA)
        self.assertIn("error[E-PARENT]", result.err)
        self.assertIn("the row has no 'full_name'; leave such rows out with where", result.err)

    def test_or_set_aside(self):
        put(repos=REPOS + [{"id": 99}])
        result = self.run_weir(self.family(repos("on_row_error: dead_letter"), issues()))
        self.assert_exit(result, LACKS)
        self.assert_table("repos", REPOS)
        self.assert_table("issues", ISSUES)


@on_both
class GoingOn(FamilyCase):
    def test_nothing_is_asked_for_again(self):
        file = self.family(repos(), issues("on_error: skip_partition", fail=99, fail_page=1))
        self.assert_exit(self.run_weir(file), LACKS)
        self.assert_table("repos", REPOS)
        harness.server().heal()
        result, again = self.run_asking(file, prefix="/data/")
        self.assert_exit(result, OK)
        self.assertFalse([url for url in again if "/data/repos" in url])
        self.assert_table("issues", ISSUES)
        self.assert_settled()

    def test_pages_left_out_are_asked_for_with_what_opened_their_chain(self):
        part = [{"id": n, "repo": "org/1"} for n in range(40)]
        put(repos=REPOS[:1], issues=part)
        file = self.family(repos(), issues("on_error: continue", "include_from_parent: [id]",
                                           paginator=PAGE_NUMBER, fail=99, fail_page=3))
        self.assert_exit(self.run_weir(file), LACKS)
        self.assertEqual(self.count("issues"), 36)
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_table("issues", part)
        self.assertEqual(self.database.query("SELECT DISTINCT repos_id FROM issues"), [(1,)])
        self.assert_settled()

    def test_a_source_that_fails(self):
        file = self.family(repos(), issues(), comments(fail=99, fail_page=2))
        for _ in range(2):
            self.assert_exit(self.run_weir(file), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file), OK)
        self.assert_all()

    def test_a_field_that_holds_a_secret_is_not_stored(self):
        put(repos=[{"id": 1, "full_name": "org/s3cr3t-s3cr3t"}])
        file = self.family(repos(), issues(), extract="auth: { type: bearer, token: s3cr3t-s3cr3t }")
        result = self.run_weir(file)
        self.assert_exit(result, SOURCE)
        self.assertIn("E-STATE-SECRET", result.err)
        self.assertNotIn("s3cr3t-s3cr3t", result.err)


@on(Sqlite)
class Mistakes(FamilyCase):
    def test_they_are_told_by_check(self):
        cases = {
            issues("include_from_parent: 1"): "needs a list of columns of the parent",
            resource("issues", "", "include_from_parent: [id]"): "is read from another one's rows",
            issues("on_error: continue", "max_failed_partitions: 5%"): "as a number",
            resource("issues", ", a: '{resources.repos.owner.id}'"): "looks into a value",
            resource("issues", ", a: '{resources.repo.id}'"): "did you mean 'repos'?",
        }
        for text, message in cases.items():
            file = self.family(repos(), text, resource("other"))
            result = self.run_weir(file, command="check")
            self.assert_exit(result, BAD_FILE)
            self.assertIn(message, result.err)


class KillCase(FamilyCase):
    """P01 with families over HTTP: killed at random moments, and started again at once."""

    TABLES = "repos", "issues", "comments"

    def assert_nothing_twice(self):
        if not self.database.is_there():
            return
        with self.database.left_by_a_crash() as left:
            for table in self.TABLES:
                found = self.ids(table, left) if left.has_table(table) else []
                self.assertEqual(len(found), len(set(found)), f"rows of {table} came twice")

    def kill(self, file, assert_all, seeds=SEEDS):
        """The file of a pipeline; `assert_all` looks at what is there behind its end."""
        begun = time.monotonic()
        self.assert_exit(self.run_weir(file), OK)
        duration = time.monotonic() - begun
        kills = 0
        for seed in range(seeds):
            with self.subTest(seed=seed):
                self.database.empty()
                kills += self.kill_until_done(
                    file, random.Random(f"http family {seed}"), duration, "--run-id", "k",
                    look=self.assert_nothing_twice)
                assert_all()
        print(f"{kills} kills ", end="", flush=True)


@on_both
class Killed(KillCase):
    def test_killed(self):
        file = self.write("family.yaml", self.family(
            repos(chaos=0.1, delay=0.002), issues(chaos=0.1, delay=0.001), comments(chaos=0.1),
            load="batching: { rows: 20, period: 5ms }"))
        self.kill(file, self.assert_all)
