"""D06, D08, D16: rows that the table refuses, databases that cannot take any, and tables that somebody
changes meanwhile."""

import itertools
import json
import unittest

import harness
from harness import BAD_FILE, DATA, DESTINATION, OK, REJECTS
from postgres_case import PostgresCase
from state_case import data, pages

setUpModule = harness.start_server

ASIDE = "on_row_error: dead_letter"
CHECKED = "CREATE TABLE t (id bigint PRIMARY KEY, name text, CONSTRAINT not_that_one CHECK (id <> 537))"
RAISING = """
    CREATE TABLE t (id bigint, name text);
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'row % is not wanted', NEW.id; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.id = 537)
        EXECUTE FUNCTION refuse()"""


class Refused(PostgresCase):
    def load(self, table, *options, code):
        self.make(table)
        result = self.run_weir(self.pipeline([pages("t", *options)], load="batching: { rows: 300 }"))
        self.assert_exit(result, code)
        return result

    def told(self, result):
        """What is said of the row names it, and none of its values."""
        self.assertIn("error[E-ROW-CONSTRAINT]", result.err)
        self.assertIn("row 37", result.err)
        self.assertNotIn("537", [line for line in result.err.splitlines() if "error[" in line][-1])
        return result.err

    def test_a_row_that_breaks_a_check_ends_the_run_before_its_page(self):
        result = self.load(CHECKED, code=DATA)
        self.assertIn("not_that_one", self.told(result))
        self.assertEqual(self.assert_whole_pages(), 500)

    def test_or_is_set_aside_alone(self):
        self.load(CHECKED, ASIDE, code=REJECTS)
        self.assertEqual(self.rows(), [n for n in range(1, 1001) if n != 537])
        self.assertEqual([json.loads(raw)["id"] for raw in self.rows("SELECT raw FROM _weir_dead_letter")],
                         [537])
        self.assertEqual(self.rows("SELECT code FROM _weir_dead_letter"), ["E-ROW-CONSTRAINT"])
        self.assertNotIn("537", self.rows("SELECT reason FROM _weir_dead_letter")[0])
        self.assert_settled()

    def test_where_rows_are_replaced_it_is_told_when_it_comes_and_the_old_ones_stay(self):
        options = ("write_disposition: replace",)
        result = self.load(CHECKED + "; INSERT INTO t VALUES (7, 'old')", *options, code=DATA)
        self.assertIn("not_that_one", self.told(result))
        self.assertEqual(self.rows(), [7])
        self.make("ALTER TABLE t DROP CONSTRAINT not_that_one; "
                  "ALTER TABLE weir.stage_1_t DROP CONSTRAINT not_that_one")
        self.assert_exit(self.run_weir(self.pipeline([pages("t", *options)])), OK)
        self.assert_all_pages()

    def test_so_it_is_with_a_trigger_that_raises(self):
        self.load(RAISING, code=DATA)
        self.assertEqual(self.assert_whole_pages(), 500)

    def test_whose_row_can_be_set_aside(self):
        self.load(RAISING, ASIDE, code=REJECTS)
        self.assertEqual(self.count(), 999)
        self.assert_settled()

    def test_a_value_that_only_the_server_can_judge(self):
        """A type that weir does not know."""
        self.make("CREATE TABLE t (id bigint, place inet)")
        harness.server().put("t", [{"id": n, "place": "not one" if n == 33 else f"10.0.0.{n}"}
                                   for n in range(1, 51)])
        result = self.run_weir(self.pipeline([data("t", ASIDE, size=10)]))
        self.assert_exit(result, REJECTS)
        self.assertEqual(self.rows(), [n for n in range(1, 51) if n != 33])
        self.assertNotIn("not one", result.err + self.rows("SELECT reason FROM _weir_dead_letter")[0])
        self.assertEqual(self.rows("SELECT column_name FROM _weir_dead_letter"), ["place"])

    def test_a_statement_that_a_trigger_makes_of_a_value(self):
        """The server's text names what it did not find."""
        self.make("""
            CREATE TABLE t (id bigint, name text);
            CREATE FUNCTION run() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN EXECUTE 'SELECT ' || NEW.name; RETURN NEW; END $$;
            CREATE TRIGGER run BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION run()""")
        harness.server().put("t", [{"id": 1, "name": "canary"}])
        result = self.run_weir(self.pipeline([data("t")]))
        self.assert_exit(result, DESTINATION)
        self.assertIn("42703", result.err)
        self.assertNotIn("canary", result.err)

    def test_a_warning_that_a_trigger_makes_of_a_value(self):
        self.make("""
            CREATE TABLE t (id bigint, name text);
            CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN RAISE WARNING 'there comes %', NEW.name; RETURN NEW; END $$;
            CREATE TRIGGER warn BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION warn()""")
        harness.server().put("t", [{"id": 1, "name": "canary"}])
        result = self.run_weir(self.pipeline([data("t")]))
        self.assert_exit(result, OK)
        self.assertIn("the server says", result.err)
        self.assertNotIn("canary", result.err)

    def test_a_foreign_key_that_waits_for_the_commit(self):
        self.make("CREATE TABLE p (id bigint PRIMARY KEY); INSERT INTO p SELECT generate_series(1, 999);"
                  "CREATE TABLE t (id bigint REFERENCES p DEFERRABLE INITIALLY DEFERRED, name text)")
        result = self.run_weir(self.pipeline([pages(style="page")], load="batching: { rows: 100 }"))
        self.assert_exit(result, DATA)
        self.assertIn("error[E-ROW-CONSTRAINT]", result.err)
        self.assertEqual(self.assert_whole_pages(), 900)


class Unlogged(PostgresCase):
    def test_it_is_said_once_that_a_crash_empties_it(self):
        self.make("CREATE UNLOGGED TABLE t (id bigint, name text)")
        result = self.run_weir(self.pipeline([pages()]))
        self.assert_exit(result, OK)
        self.assertEqual(result.err.count("UNLOGGED"), 1)


class RefusedBefore(PostgresCase):
    """Nothing is asked of the source for a run that could not load it."""

    def refused(self, file=None, env=None):
        result, asked = self.run_asking(file or self.pipeline([pages()]), env=env)
        self.assertIn(result.code, (DESTINATION, BAD_FILE), str(result))
        self.assertEqual(asked, {})
        return result.err

    def test_a_database_that_is_only_read(self):
        self.make(f"ALTER DATABASE {self.database.name} SET default_transaction_read_only = on")
        self.assertIn("error[E-DB-READ-ONLY]", self.refused())

    def test_a_view_and_a_table_without_the_key(self):
        self.make("CREATE VIEW t AS SELECT 1::bigint AS id, ''::text AS name")
        self.assertIn("error[E-DB-SCHEMA]", self.refused())
        self.make("DROP VIEW t; CREATE TABLE t (id bigint, name text)")
        self.assertIn("error[E-KEY]", self.refused(self.pipeline(
            [pages("t", "write_disposition: merge", "primary_key: id")])))

    def test_a_role_and_a_database_that_are_not_there(self):
        server, name = self.database.server, self.database.name
        self.assertIn("error[E-DB-AUTH]",
                      self.refused(env={"PG": server.conninfo(name, "nobody_at_all")}))
        self.assertIn("error[E-DB-MISSING]",
                      self.refused(env={"PG": server.conninfo("no_such_database")}))


class ChangedMeanwhile(PostgresCase):
    def held(self, *options, batching="rows: 100"):
        return self.pipeline([pages("t", *options, style="page", fail_page=3, fail=1, **{"as": "held"})],
                             load=f"batching: {{ {batching} }}", extract="timeout: { stall: 1h }")

    def begun(self, *options):
        run = self.start_weir(self.held(*options))
        run.when(lambda: self.has_rows(200))
        return run

    def test_a_column_that_is_dropped(self):
        run = self.begun()
        self.make("ALTER TABLE t DROP COLUMN name")
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-SCHEMA]", result.err)
        self.assertEqual(self.assert_whole_pages(), 200)

    def test_what_lanes_have_committed_before_it_is_told(self):
        """Without a commit that the engine has asked for."""
        run = self.start_weir(self.held(batching="rows: 1000000, period: 1h"))
        run.when(lambda: self.has_rows(200))
        self.make("ALTER TABLE t DROP COLUMN name")
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertEqual(self.count(), 200)
        self.assertIn("; 200 rows are committed; run again to continue", result.err)
        self.assertEqual(result.report["rows_loaded"], 200)

    def test_a_column_whose_type_is_changed(self):
        """The bytes of an int are bytes of other types, too, and mean something else to them."""
        types = ("numeric", "double precision", "text", "integer")
        for aside, new in itertools.product(("", ASIDE), types):
            with self.subTest(new=new, aside=aside):
                self.database.empty()
                harness.server().reset()     # what was healed is held again
                run = self.begun(aside)
                self.make(f"ALTER TABLE t ALTER id TYPE {new}")
                harness.server().heal()
                result = self.check(run.wait())
                self.assert_exit(result, DESTINATION)
                self.assertIn("error[E-DB-SCHEMA]", result.err)
                there = self.rows("SELECT id::float8::int8 FROM t ORDER BY id::float8")
                self.assertTrue(set(there) <= set(range(1, 1001)), there)
                self.assertEqual(len(set(there)), len(there))

    def test_one_whose_rows_are_merged(self):
        run = self.begun("write_disposition: merge", "primary_key: id")
        self.make("ALTER TABLE t ALTER name TYPE varchar(90)")
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), DESTINATION)
        self.assertEqual(self.assert_whole_pages(), 200)

    def test_one_whose_rows_are_replaced(self):
        """It is a person's table, and keeps the type that a person gives it."""
        self.make("CREATE TABLE t (id bigint, name text); INSERT INTO t VALUES (7, 'old')")
        options = ("write_disposition: replace",)
        run = self.start_weir(self.held(*options))
        run.when(lambda: self.database.staged())
        self.make("ALTER TABLE t ALTER id TYPE integer")
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-SCHEMA]", result.err)
        self.assertEqual(self.rows(), [7])
        self.assert_exit(self.run_weir(self.held(*options), "--restart"), OK)
        self.assert_all_pages()
        self.assertEqual(self.rows("SELECT DISTINCT pg_typeof(id)::text FROM t"), ["integer"])

    def test_a_table_that_is_dropped(self):
        run = self.begun()
        self.make("DROP TABLE t")
        harness.server().heal()
        result = self.check(run.wait())
        self.assert_exit(result, DESTINATION)
        self.assertIn("error[E-DB-SCHEMA]", result.err)

    def test_a_column_that_the_rows_do_not_bring_harms_nothing(self):
        self.make("CREATE TABLE t (id bigint, name text, note int, more int)")
        run = self.begun()
        self.make("ALTER TABLE t DROP COLUMN note, ALTER more TYPE text")
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)
        self.assert_all_pages()

    def test_a_column_that_is_added_harms_nothing(self):
        run = self.begun()
        self.make("ALTER TABLE t ADD COLUMN note text DEFAULT 'none'")
        harness.server().heal()
        self.assert_exit(self.check(run.wait()), OK)
        self.assert_all_pages()
        self.assertEqual(self.rows("SELECT DISTINCT note FROM t"), ["none"])


if __name__ == "__main__":
    unittest.main()
