"""What the tests of state share: pipelines, what runs leave behind, and what they ask for.

    class Resuming(StateCase):
        def test_it_goes_on(self):
            file = self.pipeline([pages(total=1000, fail_page=3, fail=99)])
            self.assert_exit(self.run_weir(file), SOURCE)
            harness.server().heal()
            result, asked = self.run_asking(file)
            self.assert_exit(result, OK)
            self.assert_settled()
"""

import hashlib
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from urllib.parse import urlencode

import harness

LOCKED = 7

CURSOR = "{ type: cursor, cursor_path: next, cursor_param: cursor }"
PAGE_NUMBER = "{ type: page_number, total_path: total_pages }"
PAGINATORS = {"cursor": CURSOR, "page": PAGE_NUMBER, "next_url": "{ type: json_link }",
              "link": "{ type: header_link }", "offset": "{ type: offset, limit: 100 }"}

# Of a whole test's run: as many retries as the server's chaos needs, and no waiting.
RETRY = "retry: { max_attempts: 5, initial_interval: 2ms, max_interval: 10ms }"
STATE_TABLES = ("_weir_place", "_weir_gap", "_weir_mark_seen")
SUFFIXES = ("", "-journal", "-wal")


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


class Readers(threading.Thread):
    """Counts rows again and again while something is published."""

    def __init__(self, db):
        super().__init__()
        self.db = db
        self.seen = set()
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(0.002):
            try:
                self.seen.add(harness.query(self.db, "SELECT count(*) FROM t")[0][0])
            except sqlite3.OperationalError as busy:
                if "locked" not in str(busy):
                    raise

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


class StateCase(harness.Case):
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
            load: {{ type: sqlite, path: "${{WORK}}/out.db", {load} }}
            """

    def run_asking(self, pipeline, *args, prefix="/", **options):
        """Run to the end: the result, and how often each URL was asked meanwhile."""
        before = harness.server().urls(prefix)
        result = self.run_weir(pipeline, *args, **options)
        return result, harness.server().urls(prefix) - before

    # What is in the database

    def rows(self, sql="SELECT id FROM t ORDER BY id"):
        found = harness.query(self.db, sql)
        return [row[0] for row in found] if found and len(found[0]) == 1 else found

    def count(self, table="t"):
        return harness.query(self.db, f'SELECT count(*) FROM "{table}"')[0][0]

    def has_table(self, table):
        return self.db.exists() and bool(harness.query(
            self.db, "SELECT 1 FROM sqlite_master WHERE name = ?", table))

    def make(self, script):
        """What was there before weir."""
        with closing(sqlite3.connect(self.db)) as connection:
            connection.executescript(script)

    @contextmanager
    def left_by_a_crash(self):
        """A connection to a copy of the database with its journals. The copy recovers as it is
        opened; the database itself is left for the next run."""
        folder = self.work / "copy"
        folder.mkdir()
        try:
            for suffix in SUFFIXES:
                file = self.db.with_name(self.db.name + suffix)
                if file.exists():
                    shutil.copy(file, folder)
            with closing(sqlite3.connect(folder / self.db.name)) as connection:
                yield connection
        finally:
            shutil.rmtree(folder)

    def assert_sound(self, connection):
        found = connection.execute("PRAGMA integrity_check").fetchall()
        self.assertEqual(found, [("ok",)])

    def assert_settled(self):
        """Nothing is left of the work: no place, no gap, no table beside the real ones."""
        with closing(sqlite3.connect(f"{self.db.as_uri()}?mode=ro", uri=True)) as connection:
            self.assert_sound(connection)
            staged = connection.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE '\\_weir\\_stage\\_%' ESCAPE '\\'")
            self.assertEqual(staged.fetchall(), [])
            for table in STATE_TABLES:
                left = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                self.assertEqual(left, 0, f"rows of {table}")
        self.assertFalse(self.db.with_name(self.db.name + ".weir-lock").exists())
