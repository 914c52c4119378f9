"""What the tests of databases as sources share: where rows come from, and a pipeline that copies them."""

import sqlite3
import sys
from contextlib import closing

import harness
import postgres
from databases import Postgres, Sqlite


class SqliteSource:
    extract = 'type: sqlite, path: "${WORK}/source.db"'
    big, blob, real, text = "INTEGER", "BLOB", "REAL", "TEXT"
    row_number = "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {0})"
    environment = {}

    def __init__(self, work):
        self.file = work / "source.db"
        self.make("CREATE TABLE unused (n INTEGER)")

    def close(self):
        pass

    def make(self, script):
        with closing(sqlite3.connect(self.file, timeout=30)) as connection:
            connection.executescript(script)

    def query(self, sql):
        return harness.query(self.file, sql)

    def fill(self, table, count, values="'row ' || n"):
        self.make(f"{self.row_number.format(count)} INSERT INTO {table} SELECT n, {values} FROM s")


class PostgresSource:
    extract = 'type: postgres, dsn: "${SOURCE}"'
    big, blob, real, text = "bigint", "bytea", "float8", "text"

    def __init__(self, work, server=None):
        self.server = server or postgres.shared()
        self.name = self.server.create_database()

    @property
    def environment(self):
        return {"SOURCE": self.server.conninfo(self.name)}

    def close(self):
        self.server.drop_database(self.name)

    def query(self, sql):
        with self.server.connect(self.name) as connection:
            return connection.execute(sql)

    def make(self, script):
        self.query(script)

    def fill(self, table, count, values="'row ' || n"):
        self.make(f"INSERT INTO {table} SELECT n, {values} FROM generate_series(1, {count}) AS s(n)")


class SourceCase(harness.Case):
    SOURCE, DATABASE = SqliteSource, Sqlite

    def setUp(self):
        super().setUp()
        self.source = self.SOURCE(self.work)
        self.addCleanup(self.source.close)
        self.database = self.DATABASE(self.work)
        self.addCleanup(self.database.close)

    def environment(self, more):
        return super().environment(self.source.environment | self.database.environment | more)

    def pipeline(self, *resources, extract="", load="", more=""):
        lines = "\n".join(f"                - {{ {line} }}" for line in resources)
        return f"""
            weir: 1
            name: copy
            {more}
            extract:
              {self.source.extract.replace(", ", chr(10) + " " * 14)}
              {extract}
              resources:
{lines}
            load: {{ {self.database.load}{load and ", " + load} }}
            """

    def copy(self, *resources, code=harness.OK, **options):
        result = self.run_weir(self.pipeline(*resources, **options))
        self.assert_exit(result, code)
        return result

    def refuse(self, error, *resources, code=harness.SOURCE, **options):
        """And what was begun is forgotten, so that another pipeline may follow."""
        result = self.copy(*resources, code=code, **options)
        self.assertIn(error, result.err)
        self.database.empty()
        return result

    def rows(self, table="t", columns="*", order="1"):
        return self.database.query(f'SELECT {columns} FROM "{table}" ORDER BY {order}')


def pairs(tests):
    """The tests of a class from each database into each."""
    module = sys.modules[tests.__module__]
    for source in (SqliteSource, PostgresSource):
        for database in (Sqlite, Postgres):
            name = f"{tests.__name__}{source.__name__.removesuffix('Source')}To{database.__name__}"
            case = type(name, (tests, SourceCase), {
                "SOURCE": source, "DATABASE": database, "__module__": tests.__module__})
            setattr(module, name, case)
    return tests


def sources(tests):
    """The same from each, into SQLite."""
    module = sys.modules[tests.__module__]
    for source in (SqliteSource, PostgresSource):
        name = f"{tests.__name__}{source.__name__.removesuffix('Source')}"
        setattr(module, name, type(name, (tests, SourceCase), {
            "SOURCE": source, "__module__": tests.__module__}))
    return tests
