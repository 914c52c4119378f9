"""A role that may do little, and a database that means harm: what weir needs, and what it never calls."""

import harness
from harness import DESTINATION, OK, SOURCE
from databases import Postgres
from state_case import StateCase, data, on

setUpModule = harness.start_server

STATE_RIGHTS = ("GRANT USAGE ON SCHEMA weir TO {0}; "
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA weir TO {0}")


@on(Postgres)
class LeastPrivilege(StateCase):
    def setUp(self):
        super().setUp()
        self.guest = f"guest_of_{self.database.name}"
        self.make(f"CREATE ROLE {self.guest} LOGIN; CREATE TABLE t (id bigint PRIMARY KEY, v bigint)")
        self.addCleanup(self.make, f"DROP OWNED BY {self.guest}; DROP ROLE {self.guest}")
        harness.server().put("t", [{"id": n, "v": n} for n in range(1, 101)])

    def load(self, *options, user=None, table="t"):
        """As the guest, unless it says otherwise: the result, and how often the source was asked."""
        conninfo = self.database.server.conninfo(self.database.name, user or self.guest)
        return self.run_asking(self.pipeline([data("t", f"table: {table}", *options)]),
                               prefix="/data", env={"PG": conninfo})

    def assert_refused(self, result_and_asked, *texts):
        result, asked = result_and_asked
        self.assert_exit(result, DESTINATION)
        for text in ("E-DB-RIGHTS", *texts):
            self.assertIn(text, result.err)
        self.assertFalse(asked)

    def test_append_needs_little(self):
        self.make(f"CREATE SCHEMA weir AUTHORIZATION {self.guest}; "
                  f"GRANT INSERT, SELECT ON t TO {self.guest}")
        self.assert_exit(self.load()[0], OK)
        self.assertEqual(self.rows(), list(range(1, 101)))
        self.assert_settled()

    def test_a_schema_that_others_have_made_will_do(self):
        self.assert_exit(self.load(user="weir", table="u")[0], OK)
        self.make(f"GRANT INSERT, SELECT ON t TO {self.guest}")
        self.assert_refused(self.load(), "GRANT USAGE ON SCHEMA weir, and SELECT, INSERT")
        self.make(f"GRANT USAGE ON SCHEMA weir TO {self.guest}")
        self.assert_refused(self.load(), "GRANT USAGE ON SCHEMA weir, and SELECT, INSERT")
        self.make(STATE_RIGHTS.format(self.guest))
        self.assert_exit(self.load()[0], OK)
        self.assertEqual(self.rows(), list(range(1, 101)))

    def test_a_missing_right_is_told_before_anything_is_asked_for(self):
        self.make(f"CREATE SCHEMA weir AUTHORIZATION {self.guest}")
        self.assert_refused(self.load(), f'GRANT INSERT ON "public"."t" TO "{self.guest}"')
        self.make(f"GRANT INSERT ON t TO {self.guest}")
        self.assert_refused(self.load("primary_key: id", "write_disposition: merge"),
                            "GRANT SELECT, UPDATE ON")
        self.assert_refused(self.load(table="other"),
                            f'GRANT USAGE, CREATE ON SCHEMA "public" TO "{self.guest}"')

    def test_a_run_goes_on_beside_the_dead_letters_of_others(self):
        self.make(f"CREATE SCHEMA weir AUTHORIZATION {self.guest}; "
                  f"GRANT INSERT, SELECT ON t TO {self.guest}; CREATE TABLE public._weir_dead_letter (id bigint)")
        harness.server().put("t", [{"id": n} for n in range(1, 301)])
        file = self.pipeline([data("t", fail_page=2, fail=99, **{"as": 503})])
        env = {"PG": self.database.server.conninfo(self.database.name, self.guest)}
        self.assert_exit(self.run_weir(file, env=env), SOURCE)
        harness.server().heal()
        self.assert_exit(self.run_weir(file, env=env), OK)
        self.assertEqual(self.rows(), list(range(1, 301)))

    def test_the_state_is_shown_without_the_dead_letters_of_others(self):
        self.make(f"CREATE SCHEMA weir AUTHORIZATION {self.guest}; "
                  f"GRANT INSERT, SELECT ON t TO {self.guest}; CREATE TABLE public._weir_dead_letter (id bigint)")
        self.assert_exit(self.load()[0], OK)
        conninfo = self.database.server.conninfo(self.database.name, self.guest)
        result = self.run_weir(self.pipeline([data("t")]), "show", command="state", env={"PG": conninfo})
        self.assert_exit(result, OK)
        self.assertIn("may not read table '_weir_dead_letter'", result.err)
        self.assertIn("100", result.out)


TRAPS = """
CREATE TABLE trap (what text);
CREATE FUNCTION spring() RETURNS bool LANGUAGE plpgsql AS
  $$BEGIN INSERT INTO public.trap VALUES ('sprung'); RAISE WARNING 'sprung'; RETURN true; END$$;
CREATE FUNCTION same(bigint, bigint) RETURNS bool LANGUAGE sql AS 'SELECT public.spring()';
CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE sql AS 'SELECT public.spring()';
CREATE FUNCTION same(bytea, bytea) RETURNS bool LANGUAGE sql AS 'SELECT public.spring()';
CREATE OPERATOR = (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = same);
CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = same);
CREATE OPERATOR = (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = same);
CREATE OPERATOR >= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = same);
CREATE FUNCTION unnest(bytea[]) RETURNS SETOF bytea LANGUAGE sql AS 'SELECT NULL::bytea WHERE public.spring()';
CREATE FUNCTION unnest(bigint[]) RETURNS SETOF bigint LANGUAGE sql AS 'SELECT 1::bigint WHERE public.spring()';
CREATE FUNCTION pg_advisory_xact_lock(int) RETURNS bool LANGUAGE sql AS 'SELECT public.spring()';
CREATE FUNCTION pg_try_advisory_lock(bigint) RETURNS bool LANGUAGE sql AS 'SELECT public.spring()';
CREATE FUNCTION format(text, text, text) RETURNS text LANGUAGE sql AS 'SELECT public.spring()::text';
CREATE FUNCTION now() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz WHERE public.spring()';
CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS 'SELECT NULL::timestamptz WHERE public.spring()';
CREATE FUNCTION count(text) RETURNS bigint LANGUAGE sql AS 'SELECT 7::bigint WHERE public.spring()';
CREATE VIEW pg_class AS SELECT public.spring() AS oid;
CREATE VIEW pg_namespace AS SELECT public.spring() AS oid;
CREATE DOMAIN int8 AS text CHECK (public.spring());
CREATE DOMAIN "numeric" AS text CHECK (public.spring());
"""


@on(Postgres)
class HostileDatabase(StateCase):
    def test_nothing_in_it_is_called(self):
        self.make(TRAPS)
        self.make(f"ALTER DATABASE {self.database.name} SET search_path = public, pg_catalog")
        for turn in range(2):
            rows = [{"id": n, "v": n / 4 if turn else n, "s": "x"} for n in range(1, 101)]
            for name in ("added", "merged", "replaced"):
                harness.server().put(name, rows)
            file = self.pipeline([
                data("added"),
                data("merged", "primary_key: id", "write_disposition: merge", "order_by: v"),
                data("replaced", "primary_key: id", "write_disposition: replace")])
            self.assert_exit(self.run_weir(file), OK)
        with self.database.connect() as plain:
            plain.execute("SET search_path = pg_catalog")
            for table, count in (("added", 200), ("merged", 100), ("replaced", 100), ("trap", 0)):
                self.assertEqual(plain.execute(f"SELECT count(*) FROM public.{table}"), [(count,)])
