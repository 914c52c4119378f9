"""What a pipeline file says under `schema`, and tables that are there already, end to end."""

import harness
from harness import BAD_FILE, DATA, DESTINATION, OK, REJECTS
from databases import Postgres
from state_case import StateCase, data, on

setUpModule = harness.start_server

ASIDE = "on_row_error: dead_letter"
COLUMNS = ("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' "
           "ORDER BY attnum) FROM pg_attribute WHERE attrelid = 'public.t'::regclass "
           "AND attnum > 0 AND NOT attisdropped")


@on(Postgres)
class Schema(StateCase):
    def load(self, rows, *options, schema="", columns="", table="t", **pipeline):
        """A run with these rows, and what the contract says."""
        harness.server().put(table, rows)
        parts = [f"contract: {{ {schema} }}" if schema else "",
                 f"columns: {{ t: {{ {columns} }} }}" if columns else ""]
        said = ", ".join(part for part in parts if part)
        more = f"schema: {{ {said} }}" if said else ""
        return self.run_weir(self.pipeline([data(table, *options)], more=more, **pipeline))

    def columns(self):
        return self.database.query(COLUMNS)[0][0]

    def assert_error(self, result, code, error, *texts):
        self.assert_exit(result, code)
        for text in (error, *texts):
            self.assertIn(text, result.err)

    # Columns and types

    def test_a_table_grows_with_its_rows(self):
        self.assert_exit(self.load([{"id": n, "v": n} for n in range(150)]), OK)
        self.assertEqual(self.columns(), "id bigint, v bigint")
        rows = [{"id": n, "v": n + 0.5, "w": "x"} for n in range(150, 300)]
        result = self.load(rows)
        self.assert_exit(result, OK)
        self.assertEqual(self.columns(), "id bigint, v numeric, w text")
        self.assertIn("v numeric (was bigint), w text", result.err)
        self.assertEqual(self.rows("SELECT count(*), sum(v) FROM t")[0][0], 300)
        self.assertEqual(self.rows("SELECT v::text FROM t WHERE id IN (7, 200) ORDER BY id"),
                         ["7", "200.5"])

    def test_types_change_in_the_middle_of_a_run(self):
        rows = [{"id": n, "v": n if n < 500 else f"word {n}"} for n in range(1, 1001)]
        rows[700]["late"] = True
        self.assert_exit(self.load(rows, load="lanes: 4, batching: { rows: 20, period: 5ms }"), OK)
        self.assertEqual(self.columns(), "id bigint, v text, late boolean")
        self.assertEqual(self.rows(), list(range(1, 1001)))
        self.assertEqual(self.rows("SELECT v FROM t WHERE id IN (3, 777) ORDER BY id"),
                         ["3", "word 777"])

    def test_declared_types_are_made(self):
        rows = [{"id": 1, "at": "2024-02-29T12:00:00+02:00", "price": "12.50", "tags": ["a", "b"],
                 "never": None}]
        self.assert_exit(self.load(rows, columns='at: timestamptz, price: "numeric(8,2)", '
                                   'tags: "text[]", never: date, id: int'), OK)
        self.assertEqual(self.columns(), "id integer, at timestamp with time zone, "
                         "price numeric(8,2), tags text[], never date")
        self.assertEqual(self.rows("SELECT extract(epoch FROM at)::bigint, price::text, tags[2] "
                                   "FROM t"), [(1709200800, "12.50", "b")])

    def test_a_declared_type_is_no_wish(self):
        rows = [{"id": n, "at": "2024-02-29" if n != 7 else "soon"} for n in range(1, 11)]
        self.assert_error(self.load(rows, columns="at: date"), DATA, "E-TYPE", "column 'at'")
        self.database.empty()
        self.assert_exit(self.load(rows, ASIDE, columns="at: date"), REJECTS)
        self.assertEqual(self.rows(), [1, 2, 3, 4, 5, 6, 8, 9, 10])
        self.assertEqual(self.columns(), "id bigint, at date")

    def test_a_declared_type_that_the_table_has_not_is_told(self):
        self.make('CREATE TABLE t (id bigint, "Lat" numeric(9,6), at timestamptz)')
        alter = 'ALTER TABLE "public"."t" ALTER COLUMN "Lat" TYPE numeric USING "Lat"::numeric'
        columns = "id: bigint, Lat: numeric, at: timestamptz"
        result = self.load([{"id": 1, "Lat": 1.5, "at": "2024-02-29"}], columns=columns)
        self.assert_exit(result, OK)
        self.assertEqual(result.err.count("the file declares"), 1)
        self.assertIn("'Lat' is numeric(9,6), the file declares numeric;", result.err)
        self.assertIn(alter, result.err)
        self.make(alter)
        result = self.load([{"id": 2, "Lat": 1.5, "at": "2024-02-29"}], columns=columns)
        self.assert_exit(result, OK)
        self.assertNotIn("the file declares", result.err)
        self.assert_error(self.load([{"id": 3, "Lat": True}], columns=columns), DATA, "E-TYPE",
                          'ALTER TABLE "public"."t" ALTER COLUMN "Lat" TYPE')

    def test_a_declared_column_that_never_came_is_told(self):
        for option in ("", "write_disposition: replace"):
            self.database.empty()
            result = self.load([{"id": 1, "at": None}], option, columns="idd: int, at: date")
            self.assert_exit(result, OK)
            self.assertIn("the declared column 'idd' never came; did you mean 'id'?", result.err)
            self.assertNotIn("'at' never", result.err)
        self.make("ALTER TABLE t ADD idd int")
        result = self.load([{"id": 1}], option, columns="idd: int, at: date")
        self.assertIn("the declared column 'idd' never came; did you mean 'id'?", result.err)
        self.assertIn("the declared column 'at' never came\n", result.err)

    def test_replaced_tables_grow_too(self):
        self.assert_exit(self.load([{"id": 1, "v": 1}, {"id": 2, "v": 2}],
                                   "write_disposition: replace"), OK)
        self.assert_exit(self.load([{"id": 3, "v": 0.5}, {"id": 4, "v": 2, "w": "x"}],
                                   "write_disposition: replace"), OK)
        self.assertEqual(self.columns(), "id bigint, v numeric, w text")
        self.assertEqual(self.rows(), [3, 4])

    def test_somebody_else_makes_the_table_at_the_same_moment(self):
        harness.server().put("t", [{"id": n, "v": n} for n in range(1, 101)])
        waiting = ("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                   "AND application_name LIKE 'weir%' AND wait_event_type = 'Lock'")
        with self.database.connect() as other:
            other.execute("BEGIN; CREATE TABLE t (id integer)")
            run = self.start_weir(self.pipeline([data("t")]))
            run.when(lambda: self.database.query(waiting))
            other.execute("COMMIT")
        self.assert_exit(self.check(run.wait()), OK)
        self.assertEqual(self.columns(), "id integer, v bigint")
        self.assertEqual(self.rows(), list(range(1, 101)))

    # The contract

    def test_frozen_tables_have_to_be_there(self):
        before = harness.server().urls("/data")
        result = self.load([{"id": 1}], schema="tables: freeze")
        self.assert_error(result, DESTINATION, "E-DB-SCHEMA", "tables: evolve")
        self.assertEqual(harness.server().urls("/data"), before)
        self.make("CREATE TABLE t (id bigint)")
        self.assert_exit(self.load([{"id": 1}], schema="tables: freeze"), OK)

    def test_what_happens_to_columns(self):
        self.make("CREATE TABLE t (id bigint)")
        rows = [{"id": n, **({"new": n} if n in (4, 8) else {})} for n in range(1, 11)]
        self.assert_error(self.load(rows, schema="columns: freeze"), DATA, "E-CONTRACT", "'new'")
        self.assertEqual(self.count(), 0)
        result = self.load(rows, schema="columns: discard_value")
        self.assert_exit(result, OK)
        self.assertIn("0 rows and 2 values were left out", result.err)
        self.assertEqual(self.rows(), list(range(1, 11)))
        self.make("DELETE FROM t")
        result = self.load(rows, schema="columns: discard_row")
        self.assert_exit(result, OK)
        self.assertIn("2 rows and 0 values were left out", result.err)
        self.assertEqual(self.rows(), [1, 2, 3, 5, 6, 7, 9, 10])
        self.make("DELETE FROM t")
        self.assert_exit(self.load(rows, ASIDE, schema="columns: dead_letter"), REJECTS)
        self.assertEqual(self.rows(), [1, 2, 3, 5, 6, 7, 9, 10])
        self.assertEqual(self.columns(), "id bigint")

    def test_what_happens_to_values(self):
        self.make("CREATE TABLE t (id bigint, v smallint)")
        rows = [{"id": n, "v": n if n != 5 else 40000} for n in range(1, 11)]
        self.assert_error(self.load(rows), DATA, "E-TYPE", "column 'v'", "smallint")
        self.assert_error(self.load(rows, ASIDE, schema="data_type: freeze"), DATA, "E-TYPE",
                          "data_type: freeze")
        self.assertEqual(self.count(), 0)
        self.assert_exit(self.load(rows, schema="data_type: discard_value"), OK)
        self.assertEqual(self.rows("SELECT v FROM t ORDER BY id"),
                         [1, 2, 3, 4, None, 6, 7, 8, 9, 10])
        self.make("DELETE FROM t")
        self.assert_exit(self.load(rows, schema="data_type: discard_row"), OK)
        self.assertEqual(self.rows(), [1, 2, 3, 4, 6, 7, 8, 9, 10])
        self.make("DELETE FROM t")
        self.assert_exit(self.load(rows, ASIDE, schema="data_type: dead_letter"), REJECTS)
        self.assertEqual(self.rows(), [1, 2, 3, 4, 6, 7, 8, 9, 10])
        self.make("DELETE FROM t")
        self.assert_exit(self.load(rows, schema="data_type: widen"), OK)
        self.assertEqual(self.columns(), "id bigint, v bigint")
        self.assertEqual(self.count(), 10)

    # Tables that are there

    def test_the_database_fills_what_is_its_own(self):
        self.make("CREATE TABLE t (number bigint GENERATED ALWAYS AS IDENTITY, id bigint NOT NULL, "
                  "twice bigint GENERATED ALWAYS AS (id * 2) STORED, "
                  "made_at timestamptz NOT NULL DEFAULT '2024-01-01 00:00Z', kind text DEFAULT 'x')")
        self.assert_exit(self.load([{"id": 1}, {"id": 2}]), OK)
        self.assertEqual(self.rows("SELECT number, id, twice, kind FROM t ORDER BY id"),
                         [(1, 1, 2, "x"), (2, 2, 4, "x")])
        self.assert_error(self.load([{"id": 3, "twice": 7}]), DESTINATION, "E-DB-SCHEMA", "'twice'")
        self.assert_exit(self.load([{"id": 3, "twice": 7}], schema="columns: discard_value"), OK)
        self.assertEqual(self.rows("SELECT twice FROM t WHERE id = 3"), [6])

    def test_what_a_row_lacks_gets_its_default_whatever_its_page_brings(self):
        rows = [{"id": n, **({"d": 5} if 100 < n <= 200 and n % 2 else {}),
                 **({"e": None} if n % 3 == 0 else {})} for n in range(1, 301)]
        for load in ("lanes: 1", "lanes: 2, batching: { rows: 20, period: 5ms }"):
            self.make("DROP TABLE IF EXISTS public.t; CREATE TABLE public.t (id bigint, "
                      "d int NOT NULL DEFAULT 7, e text DEFAULT 'x')")
            self.assert_exit(self.load(rows, load=load), OK)
            self.assertEqual(self.rows("SELECT id, d, e FROM public.t ORDER BY id"),
                             [(row["id"], row.get("d", 7), row.get("e", "x")) for row in rows])

    def test_a_partitioned_table_takes_rows(self):
        self.make("CREATE TABLE t (id bigint, region text) PARTITION BY LIST (region); "
                  "CREATE TABLE t_eu PARTITION OF t FOR VALUES IN ('eu'); "
                  "CREATE TABLE t_us PARTITION OF t FOR VALUES IN ('us')")
        rows = [{"id": n, "region": ("eu", "us")[n % 2]} for n in range(1, 101)]
        self.assert_exit(self.load(rows), OK)
        self.assertEqual(self.count("t_us"), 50)
        self.assertEqual(self.rows(), list(range(1, 101)))

    def test_a_view_takes_none(self):
        before = harness.server().urls("/data")
        self.make("CREATE VIEW t AS SELECT 1 AS id")
        self.assert_error(self.load([{"id": 1}]), DESTINATION, "E-DB-SCHEMA", "is a view")
        self.assertEqual(harness.server().urls("/data"), before)

    # The file

    def test_mistakes_are_told_with_their_places(self):
        self.assert_error(self.load([], columns="at: timestamptzz"), BAD_FILE, "E-VALUE",
                          "is no type that weir can declare")
        self.assert_error(self.load([], columns="xmin: int"), BAD_FILE, "E-VALUE", "'xmin'")
        self.assert_error(self.load([], schema="columns: widen"), BAD_FILE, "E-VALUE", "'columns'")
