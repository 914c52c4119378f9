"""The databases that rows are loaded into, as the tests of state see them: what a pipeline says, what
is in the tables, and what nothing may be left of.

Each test has one of its own. In SQL of the tests both have the tables of the pipeline under the same
names, and {weir} stands for whatever comes before the name of a table of state.
"""

import os
import re
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager

import harness      # finds tests/servers
import libpq
import postgres

SUFFIXES = ("", "-journal", "-wal")


class Sqlite:
    load = 'type: sqlite, path: "${WORK}/out.db"'
    weir = "_weir_"
    stage = "_weir_stage_"      # how the name of a table begins in which rows wait
    row_id = "rowid"            # changes when the row is written anew
    strict = " STRICT"          # of a table that takes nothing but values of its types
    environment = {}

    def __init__(self, work):
        self.file = work / "out.db"

    def close(self):
        pass

    def empty(self):
        """As before the first run."""
        for file in self.file.parent.glob(self.file.name + "*"):
            file.unlink()

    def is_there(self):
        """Whether anything was ever made in it."""
        return self.file.exists()

    def query(self, sql, *values):
        """Looked at read-only, so that a look changes nothing. Values are $1 and so on."""
        return harness.query(self.file, self._dialect(sql), *values)

    def _dialect(self, sql):
        return re.sub(r"\$(\d)", r"?\1", sql).replace("{weir}", self.weir)

    def make(self, script):
        with closing(sqlite3.connect(self.file, timeout=30)) as connection:
            connection.executescript(script.replace("{weir}", self.weir))

    def has_table(self, name):
        return self.is_there() and bool(self.query(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1", name))

    def staged(self):
        """The tables in which rows wait to be published."""
        return [name for name, in self.query(
            "SELECT name FROM sqlite_master WHERE name LIKE '\\_weir\\_stage\\_%' ESCAPE '\\'")]

    def is_sound(self):
        return self.query("PRAGMA integrity_check") == [("ok",)]

    def leftovers(self):
        """What stands beside the tables though no run is at work."""
        lock = self.file.with_name(self.file.name + ".weir-lock")
        return [lock] if lock.exists() else []

    @contextmanager
    def left_by_a_crash(self):
        """A copy of the database with its journals. The copy recovers as it is opened; the
        database itself is left for the next run."""
        copy = Sqlite(self.file.parent / "copy")
        copy.file.parent.mkdir()
        try:
            for suffix in SUFFIXES:
                file = self.file.with_name(self.file.name + suffix)
                if file.exists():
                    shutil.copy(file, copy.file.parent)
            with closing(sqlite3.connect(copy.file)) as connection:
                connection.execute("SELECT count(*) FROM sqlite_master")
            yield copy
        finally:
            shutil.rmtree(copy.file.parent)

    def save(self, name):
        """Keep what is in it under a name."""
        shutil.copy(self.file, self.file.with_name(name))

    def restore(self, name):
        self.empty()
        shutil.copy(self.file.with_name(name), self.file)

    def indexes(self, table):
        """Those that no key has made."""
        return [name for name, in self.query(
            "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name = $1", table)]

    def content(self):
        """Everything in it, in whatever form."""
        return self.file.read_bytes()

    # For whoever else is at work there

    holder = os.getpid()

    @contextmanager
    def hold(self):
        """Keeps everybody from writing, as any other program might, until release() or the end."""
        with closing(sqlite3.connect(self.file, isolation_level=None, timeout=30,
                                     check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield lambda: other.execute("COMMIT")

    def let_readers_stay(self):
        self.make("PRAGMA journal_mode = WAL")

    @contextmanager
    def snapshot(self):
        """query() that sees what was there at the first look. A writer must be able to go on, so
        let_readers_stay() comes before."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            yield lambda sql: connection.execute(sql).fetchall()
            connection.execute("COMMIT")

    def count_as_a_reader(self, table):
        """What a reader sees, at once and in the end; nothing when it is kept out."""
        try:
            return [self.query(f'SELECT count(*) FROM "{table}"')[0][0]]
        except sqlite3.OperationalError as busy:
            if "locked" not in str(busy):
                raise
            return []


class Postgres:
    load = 'type: postgres, dsn: "${PG}", schema: public'
    weir = "weir."
    stage = "weir.stage_"
    row_id = "ctid"
    strict = ""

    def __init__(self, work, server=None):
        self.server = server or postgres.shared()
        self.name = self.server.create_database()
        self.saved = {}
        self.connection = None

    @property
    def environment(self):
        return {"PG": self.server.conninfo(self.name)}

    def close(self):
        self._leave()
        for name in (self.name, *self.saved.values()):
            self.server.drop_database(name)

    def _leave(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def connect(self):
        return self.server.connect(self.name)

    def empty(self):
        self._leave()
        self.server.empty_database(self.name)

    def is_there(self):
        return bool(self.query("SELECT 1 FROM pg_namespace WHERE nspname = 'weir' UNION ALL "
                               "SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace"))

    def query(self, sql, *values):
        try:
            return self._query(sql, *values)
        except libpq.Error as error:
            # What a server that was ended in between has forgotten.
            if error.sqlstate and not error.sqlstate.startswith("57P"):
                raise
            self._leave()
            return self._query(sql, *values)

    def _query(self, sql, *values):
        if self.connection is None:
            self.connection = self.connect()
        return self.connection.execute(sql.replace("{weir}", self.weir), *values)

    def make(self, script):
        self.query(script)

    def has_table(self, name):
        return bool(self.query(
            "SELECT 1 FROM pg_class WHERE relname = $1 AND relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace", name))

    def staged(self):
        return [name for name, in self.query(
            "SELECT 'weir.' || quote_ident(relname) FROM pg_class JOIN pg_namespace n "
            "ON n.oid = relnamespace WHERE nspname = 'weir' AND relname LIKE 'stage\\_%' "
            "AND relkind = 'r'")]

    def is_sound(self):
        """Every index of the tables can be read to its end, and the server can still write."""
        self.make("CREATE TABLE public.still_writes (x int); DROP TABLE public.still_writes")
        return True

    def leftovers(self):
        """Transactions that were left open. Processes of a run that ended need a moment to end."""
        sql = ("SELECT pid, state, query FROM pg_stat_activity WHERE datname = current_database() "
               "AND pid <> pg_backend_pid() AND state <> 'idle' AND application_name LIKE 'weir%'")
        for _ in range(100):
            if not self.query(sql):
                return []
            time.sleep(0.05)
        return self.query(sql)

    @contextmanager
    def left_by_a_crash(self):
        """The database at one moment: the process of a killed run may not have ended yet."""
        self._leave()
        self.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        look = Snapshot(self)
        try:
            yield look
        finally:
            self._leave()

    def save(self, name):
        self._leave()
        if name not in self.saved:
            self.saved[name] = f"{self.name}_{len(self.saved)}"
        self._copy(self.name, self.saved[name])

    def restore(self, name):
        self._leave()
        self._copy(self.saved[name], self.name)

    def _copy(self, source, target):
        with self.server.connect() as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {target} WITH (FORCE)")
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", source)
            connection.execute(f"CREATE DATABASE {target} TEMPLATE {source}")

    def indexes(self, table):
        return [name for name, in self.query(
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public' AND tablename = $1 "
            "AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)", table)]

    def content(self):
        return postgres.dump(self.server.conninfo(self.name))

    @contextmanager
    def hold(self, mode="EXCLUSIVE", table="t"):
        with self.connect() as other:
            self.holder = other.pid
            other.execute(f"BEGIN; LOCK TABLE {table} IN {mode} MODE")
            yield lambda: other.execute("COMMIT")

    def let_readers_stay(self):
        pass

    @contextmanager
    def snapshot(self):
        with self.connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            yield connection.execute
            connection.execute("COMMIT")

    def count_as_a_reader(self, table):
        with self.snapshot() as query:
            first, = query(f'SELECT count(*) FROM "{table}"')[0]
            time.sleep(0.005)
            last, = query(f'SELECT count(*) FROM "{table}"')[0]
        return [first, last]


class Snapshot(Postgres):
    """The same database, at the moment of a transaction that is open."""

    def __init__(self, of):
        self.of = of

    def query(self, sql, *values):
        return self.of._query(sql, *values)

    def is_sound(self):
        return True
