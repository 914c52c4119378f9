"""What the tests of state share: pipelines, what runs leave behind, and what they ask for.

    @on_both
    class Resuming(StateCase):
        def test_it_goes_on(self):
            file = self.pipeline([pages(total=1000, fail_page=3, fail=99)])
            self.assert_exit(self.run_weir(file), SOURCE)
            harness.server().heal()
            result, asked = self.run_asking(file)
            self.assert_exit(result, OK)
            self.assert_settled()

These are two tests, ResumingSqlite.test_it_goes_on and ResumingPostgres.test_it_goes_on. What is only
one database's says so: @on(Sqlite).
"""

import hashlib
import sys
import threading
from urllib.parse import urlencode

import harness
from databases import Postgres, Sqlite

LOCKED = 7

CURSOR = "{ type: cursor, cursor_path: next, cursor_param: cursor }"
PAGE_NUMBER = "{ type: page_number, total_path: total_pages }"
PAGINATORS = {"cursor": CURSOR, "page": PAGE_NUMBER, "next_url": "{ type: json_link }",
              "link": "{ type: header_link }", "offset": "{ type: offset, limit: 100 }"}

# Of a whole test's run: as many retries as the server's chaos needs, and no waiting.
RETRY = "retry: { max_attempts: 5, initial_interval: 2ms, max_interval: 10ms }"
STATE_TABLES = ("place", "gap", "mark_seen")     # empty when no pass is open


def query_of(parameters):
    """A query in which placeholders and variables stay as they are."""
    return urlencode(parameters, safe="{}$:.")


def resource(name, path, *options):
    """A resource of the server: one line of YAML."""
    parts = [f"name: {name}", f'url: "${{SERVER}}{path}"', *(option for option in options if option)]
    return "{ " + ", ".join(parts) + " }"


def pages(name="t", *options, style="cursor", **query):
    """/pages of the server."""
    return resource(name, f"/pages?style={style}&{query_of(query)}", "data_selector: data",
                    f"paginator: {PAGINATORS[style]}", *options)


def data(name, *options, of=None, style="page", **query):
    """/data of the server: what the test has put under this name."""
    return resource(name, f"/data/{of or name}?style={style}&{query_of(query)}",
                    "data_selector: data", f"paginator: {PAGINATORS[style]}", *options)


def items(count, name="t", *options, **query):
    """/items of the server: a set of so many units of one row."""
    path = "/items/{partition.n}" + ("?" + query_of(query) if query else "")
    return resource(name, path, f"partitions: {{ n: {{ from: 1, to: {count} }} }}", *options)


def file_hash(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def on(*databases):
    """The tests of a class with each of these databases: classes of their own, so named."""
    def make(tests):
        module = sys.modules[tests.__module__]
        for database in databases:
            name = tests.__name__ + database.__name__
            setattr(module, name, type(name, (tests, harness.Case), {
                "DATABASE": database, "__module__": tests.__module__, "__doc__": tests.__doc__}))
        return tests
    return make


on_both = on(Sqlite, Postgres)


class Readers(threading.Thread):
    """Counts rows again and again while something is published."""

    def __init__(self, database):
        super().__init__()
        self.database = database
        self.seen = set()
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.002):
            self.seen.update(self.database.count_as_a_reader("t"))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class StateCase:
    """Tests that @on gives a database."""

    DATABASE = None

    def setUp(self):
        super().setUp()
        self.database = self.make_database()
        self.addCleanup(self.database.close)

    def make_database(self):
        return self.DATABASE(self.work)

    def environment(self, more):
        return super().environment(self.database.environment | more)

    def pipeline(self, resources, load="", extract="", more="", transform="", name="state"):
        lines = "\n".join(f"                - {line}" for line in resources)
        return f"""
            weir: 1
            name: {name}
            {more}
            extract:
              type: http
              {RETRY}
              {extract}
              resources:
{lines}
            transform: [{transform}]
            load: {{ {self.database.load}, {load} }}
            """

    def run_on(self, pipeline, *args, **options):
        """Run a file with the test's database where it says DATABASE."""
        return self.run_weir(pipeline.replace("DATABASE", self.database.load), *args, **options)

    def run_asking(self, pipeline, *args, prefix="/", **options):
        """Run to the end: the result, and how often each URL was asked meanwhile."""
        before = harness.server().urls(prefix)
        result = self.run_weir(pipeline, *args, **options)
        return result, harness.server().urls(prefix) - before

    # What is in the database

    def rows(self, sql="SELECT id FROM t ORDER BY id"):
        found = self.database.query(sql)
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    def count(self, table="t"):
        return self.database.query(f'SELECT count(*) FROM "{table}"')[0][0]

    def count_state(self, table):
        """Of a table of weir's own."""
        return self.database.query(f"SELECT count(*) FROM {{weir}}{table}")[0][0]

    def has_table(self, table):
        return self.database.has_table(table)

    def has_rows(self, count):
        """Whether the table is there with so many rows at least."""
        return self.has_table("t") and self.count() >= count

    def digest(self, table="t"):
        return harness.digest_of(self.database.query(f'SELECT id, name FROM "{table}" ORDER BY id'))

    def make(self, script):
        """What was there before weir."""
        self.database.make(script)

    def assert_sound(self, database=None):
        self.assertTrue((database or self.database).is_sound())

    def assert_settled(self):
        """Nothing is left of the work: no place, no gap, no table beside the real ones."""
        self.assert_sound()
        self.assertEqual(self.database.staged(), [])
        for table in STATE_TABLES:
            self.assertEqual(self.count_state(table), 0, f"rows of {table}")
        self.assertEqual(self.database.leftovers(), [])
