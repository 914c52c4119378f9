"""Do tables and SELECTs of a database arrive, each row once, whatever their keys and values are?

postgres is among the databases.
"""

import sqlite3
import unittest

import harness
from databases import Postgres
from harness import BAD_FILE, DATA, OK
from source_case import PostgresSource, SourceCase, SqliteSource, pairs, sources


@pairs
class Copying:
    def test_rows_over_many_chunks(self):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, name text)")
        self.source.fill("t", 25001)
        self.copy("name: t, primary_key: id, write_disposition: merge")
        self.assertEqual(self.rows("t", "count(*), min(id), max(id), count(DISTINCT name)"),
                         [(25001, 1, 25001, 25001)])

    def test_exactly_as_many_rows_as_a_chunk_takes(self):
        for count in (9999, 10000, 10001):
            with self.subTest(count):
                self.source.make(f"CREATE TABLE t{count} (id {self.source.big} PRIMARY KEY, v text)")
                self.source.fill(f"t{count}", count)
                self.copy(f"name: t{count}")
                self.assertEqual(self.rows(f"t{count}", "count(*), count(DISTINCT id)"),
                                 [(count, count)])

    def test_an_empty_table_and_several_resources(self):
        self.source.make(f"CREATE TABLE a (id {self.source.big} PRIMARY KEY, v text);"
                         f"CREATE TABLE b (id {self.source.big} PRIMARY KEY, v text);"
                         f"CREATE TABLE c (id {self.source.big} PRIMARY KEY, v text);"
                         "INSERT INTO a VALUES (1, 'x'); INSERT INTO c VALUES (2, 'y')")
        self.copy("name: a", "name: b", "name: c")
        self.assertEqual(self.rows("a"), [(1, "x")])
        self.assertEqual(self.rows("c"), [(2, "y")])

    def test_a_key_of_several_columns_and_kinds(self):
        self.source.make("CREATE TABLE t (a text, b integer, c text, PRIMARY KEY (a, b))")
        texts = ["", "A", "a", "B", "b", "Ä", "ä", "z", "'", '"', "\\", "\\N", "1:2,", "tab\there",
                 "two\nlines", "\U0001F600", "日本"]
        rows = [(text, number, f"{text} {number}") for text in texts for number in (-1, 0, 1)]
        for a, b, c in rows:
            a, c = (text.replace("'", "''") for text in (a, c))
            self.source.make(f"INSERT INTO t VALUES ('{a}', {b}, '{c}')")
        self.copy("name: t")
        self.assertEqual(sorted(self.rows()), sorted(rows))

    def test_hostile_names(self):
        name = 'drop "table" \'x\'; --'.replace('"', '""')
        self.source.make(f'CREATE TABLE "{name}" ("select" integer PRIMARY KEY, "a""b" text, "c d" text);'
                         f"INSERT INTO \"{name}\" VALUES (1, 'x', 'y')")
        self.copy("name: t, from: 'drop \"table\" ''x''; --'")
        self.assertEqual(self.rows(), [(1, "x", "y")])

    def test_large_rows_do_not_come_together(self):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, v text)")
        big = ("printf('%.*c', 5000000, 'x')" if isinstance(self.source, SqliteSource)
               else "repeat('x', 5000000)")
        self.source.fill("t", 60, f"CASE WHEN n > 20 THEN {big} ELSE 'small' END")
        result = self.copy("name: t")
        self.assertEqual(self.rows("t", "count(*), sum(length(v))"), [(60, 40 * 5000000 + 100)])
        if not harness.sanitized():
            self.assertLess(result.peak_rss, 260 << 20)


@sources
class Reading:
    def make_rows(self, count=5):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, v text)")
        self.source.fill("t", count)

    def test_a_query_with_a_semicolon_and_a_comment(self):
        self.make_rows()
        for query in ("SELECT id, v FROM t;", "SELECT id, v FROM t -- all", "SELECT id, v FROM t ;\\n "):
            with self.subTest(query):
                self.copy(f'name: q, query: "{query}", key: id, write_disposition: replace')
                self.assertEqual(self.rows("q", "count(*)"), [(5,)])

    def test_what_is_not_one_select_is_refused(self):
        self.make_rows()
        for query in ("SELECT id FROM t; DELETE FROM t", "DELETE FROM t", "DELETE FROM t RETURNING id",
                      "WITH x AS (INSERT INTO t VALUES (9, '') RETURNING id) SELECT id FROM x",
                      "SELECT id FROM t) AS a; DELETE FROM t; SELECT * FROM (SELECT 1 AS id"):
            with self.subTest(query):
                result = self.run_weir(self.pipeline(f'name: q, query: "{query}", key: id'))
                self.assertIn(result.code, (BAD_FILE, 3), str(result))
                self.assertEqual(self.source.query("SELECT count(*) FROM t"), [(5,)])

    def test_two_rows_of_one_key(self):
        self.source.make("CREATE TABLE t (k integer, v text)")
        self.source.fill("t", 12000)
        for twin in (1, 5000, 9999, 10000, 10001, 12000):
            with self.subTest(twin):
                self.source.make(f"INSERT INTO t VALUES ({twin}, 'twin')")
                self.refuse("E-SOURCE-KEY", "name: t, key: k, write_disposition: replace")
                self.source.make("DELETE FROM t WHERE v = 'twin'")
        self.copy("name: t, key: k, write_disposition: replace")
        self.assertEqual(self.rows("t", "count(*)"), [(12000,)])

    def test_a_key_that_is_null(self):
        self.source.make("CREATE TABLE t (k integer, v text)")
        self.source.fill("t", 12000)
        self.source.make("INSERT INTO t VALUES (NULL, 'null')")
        self.refuse("null", "name: t, key: k")
        self.refuse("null", "name: t, key: [k, v]")

    def test_what_is_not_there_is_named(self):
        self.make_rows()
        self.refuse("nowhere", "name: nowhere")
        self.refuse("nokey", "name: t, key: nokey")
        self.refuse("nocursor", "name: t, incremental: { cursor_path: nocursor, cursor_type: integer }")

    def test_a_view_needs_a_key(self):
        self.make_rows()
        self.source.make("CREATE VIEW w AS SELECT id, v FROM t")
        self.refuse("E-SOURCE-KEY", "name: w")
        self.copy("name: w, key: id")
        self.assertEqual(self.rows("w", "count(*)"), [(5,)])

    def test_the_report_tells_bytes(self):
        self.make_rows(1000)
        self.assertNotIn(" 0 B received", self.copy("name: t").err)

    def test_a_cursor_brings_what_is_new_once(self):
        self.make_rows(10)
        line = "name: t, incremental: { cursor_path: id, cursor_type: integer }"
        self.copy(line)
        self.copy(line)
        self.source.make("INSERT INTO t VALUES (11, 'new')")
        self.copy(line)
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT id)"), [(11, 11)])

    def test_rows_without_a_cursor_follow_the_rule(self):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, at text, n integer);"
                         "INSERT INTO t VALUES (1, '2024-05-01T10:00:00Z', 1), (2, NULL, NULL),"
                         "(3, '2024-05-02 10:00:00', 3)")
        for cursor in ("at, initial_value: '2024-01-01'", "n, cursor_type: integer, initial_value: 0",
                       "at, cursor_type: text, initial_value: '0'",
                       "n, cursor_type: integer, initial_value: 0, end_value: 100, step: 10"):
            with self.subTest(cursor):
                def line(rule, table):
                    return (f"name: {table}, from: t, incremental: {{ cursor_path: {cursor}, "
                            f"on_cursor_value_missing: {rule} }}")
                self.database.empty()
                self.refuse("E-CURSOR", line("fail", "f"), code=DATA)
                self.database.empty()
                self.copy(line("include", "i"))
                self.assertEqual(self.rows("i", "id"), [(1,), (2,), (3,)])
                self.database.empty()
                self.copy(line("exclude", "e"))
                self.assertEqual(self.rows("e", "id"), [(1,), (3,)])

    def test_texts_of_time_in_many_forms(self):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, at text);"
                         "INSERT INTO t VALUES (1, '2024-05-01 10:00:00'), (2, '2024-05-01T12:00:00+02:00'),"
                         "(3, '2024-05-01T09:59:59.999Z'), (4, '2024-05-02T00:30:00+14:00'), (5, '2024-05-03')")
        self.copy("name: t, incremental: { cursor_path: at, initial_value: '2024-05-01T10:00:00Z' }")
        self.assertEqual(self.rows("t", "id"), [(1,), (2,), (4,), (5,)])

    def test_steps_over_days(self):
        self.source.make(f"CREATE TABLE t (id {self.source.big} PRIMARY KEY, at text)")
        for day in range(1, 31):
            self.source.make(f"INSERT INTO t VALUES ({day}, '2024-04-{day:02}T12:00:00Z')")
        self.copy("name: t, incremental: { cursor_path: at, initial_value: '2024-04-01', "
                  "end_value: '2024-05-01', step: 1d }")
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT id)"), [(30, 30)])


class Sqlites(SourceCase):
    def test_all_kinds_of_values(self):
        self.source.make("CREATE TABLE t (id INTEGER PRIMARY KEY, v, flag BOOLEAN);"
                         "INSERT INTO t VALUES (1, 9223372036854775807, 1), (2, 1.5, 0), (3, 'text', NULL),"
                         "(4, x'00ff', 1), (5, NULL, 0), (6, 'nul' || char(0) || 'inside', 7)")
        self.copy("name: t")
        self.assertEqual(self.rows("t", "id, v"), [
            (1, 9223372036854775807), (2, 1.5), (3, "text"), (4, b"\x00\xff"), (5, None),
            (6, "nul\0inside")])

    def test_keys_that_only_their_order_takes_for_one(self):
        self.source.make("CREATE TABLE t (k TEXT COLLATE NOCASE, v)")
        self.source.make("WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 9999) "
                         "INSERT INTO t SELECT printf('%05d', n), n FROM s;"
                         "INSERT INTO t VALUES ('a', 1), ('A', 2), ('b', 3), ('a ', 4)")
        self.copy("name: t, key: k")
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT k)"), [(10003, 10003)])

    def test_numbers_that_sort_as_one(self):
        self.source.make("CREATE TABLE t (k, v);"
                         "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 9999) "
                         "INSERT INTO t SELECT n, 1 FROM s; INSERT INTO t VALUES (10000, 1), (10000.0, 2), (10001, 3)")
        self.copy("name: t, key: k")
        self.assertEqual(self.rows("t", "count(*)"), [(10002,)])

    def test_tables_without_row_numbers_and_without_keys(self):
        self.source.make("CREATE TABLE a (k BLOB, n REAL, PRIMARY KEY (k, n)) WITHOUT ROWID;"
                         "INSERT INTO a VALUES (x'', 1.5), (x'00', -2), (x'ff', 1e300);"
                         "CREATE TABLE b (v); INSERT INTO b VALUES (1), (1), (NULL)")
        self.copy("name: a", "name: b")
        self.assertEqual(self.rows("a", "count(*)"), [(3,)])
        self.assertEqual(self.rows("b", "count(*)"), [(3,)])

    def test_a_primary_key_with_null(self):
        self.source.make("CREATE TABLE t (k TEXT PRIMARY KEY); INSERT INTO t VALUES (NULL), (NULL), ('a')")
        self.refuse("null", "name: t")

    def test_numbers_where_texts_are_expected_fail(self):
        self.source.make("CREATE TABLE t (id INTEGER PRIMARY KEY, at); INSERT INTO t VALUES (1, 5)")
        self.refuse("E-CURSOR", "name: t, incremental: { cursor_path: at, initial_value: '2024-01-01' }",
                    code=DATA)

    def test_from_and_into_one_file(self):
        self.source.make("CREATE TABLE t (id INTEGER PRIMARY KEY, v text)")
        self.source.fill("t", 30000)
        self.database.load = 'type: sqlite, path: "${WORK}/source.db"'
        for disposition in ("append", "merge", "replace"):
            with self.subTest(disposition):
                self.copy(f"name: c_{disposition}, from: t, primary_key: id, write_disposition: {disposition}")
                self.assertEqual(self.source.query(f"SELECT count(*) FROM c_{disposition}"), [(30000,)])

    def test_a_text_that_is_no_utf8(self):
        self.source.make("CREATE TABLE t (v); INSERT INTO t VALUES (CAST(x'ff' AS TEXT))")
        self.refuse("E-UTF8", "name: t", code=DATA)

    def test_a_database_that_is_locked_or_not_there(self):
        self.source.make("CREATE TABLE t (v); INSERT INTO t VALUES (1); PRAGMA journal_mode = DELETE")
        other = sqlite3.connect(self.source.file, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        self.refuse("E-DB-LOCKED", "name: t", extract="lock_wait: 50ms")
        other.execute("COMMIT")
        self.copy("name: t")
        self.source.file.unlink()
        self.refuse("E-DB-READ", "name: t")
        self.assertFalse(self.source.file.exists())


class Postgreses(SourceCase):
    SOURCE = PostgresSource

    def test_all_kinds_of_values(self):
        self.database.close()
        self.database = Postgres(self.work)
        self.addCleanup(self.database.close)
        self.source.make("""
            CREATE TYPE mood AS ENUM ('good', 'b''ad'); CREATE TYPE pair AS (a int, b text);
            CREATE TABLE t (id int PRIMARY KEY, n numeric, f8 float8, f4 float4, ts timestamptz, t timestamp,
                d date, tm time, a int[], aa text[], j jsonb, js json, b bytea, flag boolean, u uuid, m mood, p pair,
                i interval, c char(5));
            INSERT INTO t VALUES (1, 12345678901234567890.1234567890, 0.1, 0.1, '2024-05-01 10:00:00.123456+02',
                '2024-05-01 10:00:00', '2024-02-29', '10:00:01', '{1,NULL,3}', ARRAY['a,b', E'c"\\n', NULL],
                '{"a": [1, "x\\ty"]}', '[1,  2]', E'\\\\x00ff0a', true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b''ad',
                ROW(1, 'x'), '1 day 02:00', 'ab');
            INSERT INTO t (id) VALUES (2);
            INSERT INTO t (id, f8, f4) VALUES (3, 'NaN', 'Infinity'), (4, '-Infinity', 1e-40)""")
        self.copy("name: t")
        self.assertEqual(self.rows("t", "id, n::text, f8::text, f4::text, ts::text, t, d::text, tm, a::text, aa::text"), [
            (1, "12345678901234567890.1234567890", "0.1", "0.1", "2024-05-01 08:00:00.123456+00",
             "2024-05-01 10:00:00", "2024-02-29", "10:00:01", "[1, null, 3]", '["a,b", "c\\"\\n", null]'),
            (2, *[None] * 9), (3, None, "NaN", "Infinity", *[None] * 6),
            (4, None, "-Infinity", "1e-40", *[None] * 6)])
        self.assertEqual(self.rows("t", "j::text, js::text, b, flag, u, m, p::text, i, c")[0], (
            '{"a": [1, "x\\ty"]}', '[1, 2]', b"\x00\xff\n", True, "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            "b'ad", '{"a": 1, "b": "x"}', "P1DT2H", "ab   "))

    def test_keys_of_every_type(self):
        self.source.make("CREATE TYPE mood AS ENUM ('zz', 'aa')")
        for kind, values in {
                "numeric": ["-1.50", "0", "1e30", "NaN"], "float8": ["-Infinity", "0.1", "1e300", "Infinity"],
                "timestamptz": ["-infinity", "2024-01-01", "infinity"], "date": ["2024-01-01", "2024-01-02"],
                "uuid": ["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"], "bytea": ["", "\\x00", "\\xff"],
                "boolean": ["false", "true"], "mood": ["zz", "aa"], "inet": ["10.0.0.1", "::1"],
                "interval": ["1 day", "1 month"], "char(3)": ["a", "b"], "int[]": ["{}", "{1}", "{1,2}"],
                "jsonb": ["1", "[]"]}.items():
            with self.subTest(kind):
                rows = ", ".join(f"('{value}', {n})" for n, value in enumerate(values))
                self.source.make(f"DROP TABLE IF EXISTS t; CREATE TABLE t (k {kind} PRIMARY KEY, n int);"
                                 f"INSERT INTO t VALUES {rows}")
                self.database.empty()
                self.copy("name: t")
                self.assertEqual(self.rows("t", "count(*)"), [(len(values),)])

    def test_values_that_are_one_by_their_type(self):
        self.source.make("CREATE TABLE t (k numeric, v int); INSERT INTO t VALUES (1.0, 1), (1.00, 2)")
        self.refuse("E-SOURCE-KEY", "name: t, key: k")

    def test_incremental_by_times_of_all_types(self):
        for kind in ("timestamptz", "timestamp", "date"):
            with self.subTest(kind):
                self.database.empty()
                self.source.make(f"DROP TABLE IF EXISTS t; CREATE TABLE t (id int PRIMARY KEY, at {kind});"
                                 "INSERT INTO t VALUES (1, '2024-05-01 00:00'), (2, '2024-05-03 10:00:00.123456'), (3, '2024-04-01')")
                line = "name: t, incremental: { cursor_path: at, initial_value: '2024-05-01T02:00:00+02:00' }"
                self.copy(line)
                self.copy(line)
                self.source.make("INSERT INTO t VALUES (4, '2024-05-03 10:00:00.123456'), (5, '2024-05-04')")
                self.copy(line)
                self.assertEqual(self.rows("t", "id"), [(1,), (2,), (4,), (5,)])

    def test_a_text_cursor_in_any_collation(self):
        self.source.make('CREATE TABLE t (id int PRIMARY KEY, at text COLLATE "en-x-icu");'
                         "INSERT INTO t VALUES (1, 'a'), (2, 'B'), (3, 'b'), (4, 'Z')")
        self.copy("name: t, incremental: { cursor_path: at, cursor_type: text, initial_value: 'Z' }")
        self.assertEqual(self.rows("t", "id"), [(1,), (3,), (4,)])

    def test_from_and_into_one_database(self):
        self.database.close()
        self.database = Postgres(self.work)
        self.addCleanup(self.database.close)
        self.database.make("CREATE TABLE t (id bigint PRIMARY KEY, v text);"
                           "INSERT INTO t SELECT n, 'row ' || n FROM generate_series(1, 100000) AS s(n)")
        self.source.extract = 'type: postgres, dsn: "${PG}"'
        for disposition in ("append", "merge", "replace"):
            with self.subTest(disposition):
                self.copy(f"name: c_{disposition}, from: t, primary_key: id, write_disposition: {disposition}",
                          load="lanes: 4", more="limits: { memory: 16MiB }")
                self.assertEqual(self.rows(f"c_{disposition}", "count(*), sum(id)"), [(100000, 5000050000)])

    def test_a_preview_ends_before_the_table_does(self):
        self.source.make("CREATE TABLE t (id bigint PRIMARY KEY, v text)")
        self.source.fill("t", 300000)
        result = self.run_weir(self.pipeline("name: t"), command="preview")
        self.assert_exit(result, OK)
        self.assertIn("row 1", result.out)

    def test_keys_whose_operators_stand_in_another_schema(self):
        """As those of citext, which is not everywhere: the order of the type is not that of its bytes."""
        self.source.make("""
            CREATE SCHEMA other; CREATE TYPE other.pair AS (a int, b text);
            CREATE TABLE t (k other.pair PRIMARY KEY, v int);
            INSERT INTO t SELECT ROW(n, 'x')::other.pair, n FROM generate_series(1, 25000) AS s(n)""")
        run = self.start_weir(self.pipeline("name: t", load="batching: { rows: 10000 }"))
        harness.wait_until(lambda: not run.alive() or (self.database.has_table("t") and self.rows("t", "count(*)")))
        run.kill()
        if run.wait().code != OK:
            self.copy("name: t", load="batching: { rows: 10000 }")
        self.assertEqual(self.rows("t", "count(*), count(DISTINCT v)"), [(25000, 25000)])

    def test_two_columns_of_one_name(self):
        self.refuse("E-SOURCE", "name: q, query: 'SELECT 1 AS a, 2 AS a, 3 AS id', key: id")

    def test_a_table_without_a_key(self):
        self.source.make("CREATE TABLE t (v int)")
        self.refuse("E-SOURCE-KEY", "name: t")

    def test_tables_of_another_schema(self):
        self.source.make("CREATE SCHEMA sales; CREATE TABLE sales.o (id int PRIMARY KEY); INSERT INTO sales.o VALUES (1)")
        self.copy("name: o, from: sales.o")
        self.copy("name: p, from: o", extract="schema: sales")
        self.assertEqual(self.rows("o") + self.rows("p"), [(1,), (1,)])

    def test_what_is_no_select(self):
        self.source.make("CREATE TABLE t (id int PRIMARY KEY)")
        for query in ("DELETE FROM t RETURNING id", "SELEC 1 AS id",
                      "WITH gone AS (DELETE FROM t RETURNING id) SELECT id FROM gone"):
            self.refuse("E-SOURCE-QUERY", f"name: q, query: '{query}', key: id")

    def test_a_function_that_writes(self):
        self.source.make("CREATE TABLE t (id int PRIMARY KEY);"
                         "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'INSERT INTO t VALUES (1) RETURNING id'")
        self.refuse("E-SOURCE-QUERY", "name: q, query: 'SELECT f() AS id', key: id")


if __name__ == "__main__":
    unittest.main()
