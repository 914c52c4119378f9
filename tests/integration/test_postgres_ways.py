"""A transaction goes to the server as one script, or step by step: by either way, and by any number of
lanes, tables and state come out the same."""

import unittest

import harness
from harness import OK, REJECTS
from postgres_case import PostgresCase
from state_case import data, items

setUpModule = harness.start_server

ASIDE = "on_row_error: dead_letter"
SKIP = "on_error: skip_partition"
SMALL = "batching: { rows: 40, period: 5ms }"

# A table of state that each transaction changes tells scripts by what else stands in the message, and
# counts them; where they are refused, all goes step by step.
WATCH = """
CREATE SEQUENCE public.scripts MINVALUE 0 START 0;
CREATE FUNCTION public.watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF current_query() LIKE '%COMMIT%' THEN
    PERFORM nextval('public.scripts');
    {refuse}
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER watch BEFORE UPDATE ON weir.lane FOR EACH ROW EXECUTE FUNCTION public.watch();
"""
REFUSE = "RAISE EXCEPTION 'no scripts here';"

TABLES = """
CREATE TABLE public.a (id bigint PRIMARY KEY CHECK (id <> 37), net inet DEFAULT '::1', doc jsonb,
  n numeric(8,2) DEFAULT 1.5, at timestamptz, u uuid, flag boolean DEFAULT true, tags text[], big text,
  twice bigint GENERATED ALWAYS AS (id * 2) STORED);
CREATE TABLE public.b (id bigint, word text NOT NULL DEFAULT 'none', d date);
CREATE TABLE public.m (id bigint PRIMARY KEY, version int, word text DEFAULT 'none', p point);
CREATE TABLE public.r (id bigint PRIMARY KEY, word varchar(20) DEFAULT 'none');
INSERT INTO public.r SELECT i, 'old' FROM generate_series(1, 50) i;
"""

# What is the same whenever and however it was loaded.
DUMPS = {
    **{table: f"SELECT t::text FROM public.{table} t ORDER BY 1" for table in "abmnrv"},
    "c": "SELECT t::text FROM public.c t ORDER BY 1",
    "letters": "SELECT resource, chain, unit, \"row\", stage, column_name, code, reason, raw "
               "FROM public._weir_dead_letter ORDER BY resource, chain, unit, \"row\", raw",
    "generation": "SELECT resource, mode, done, rows FROM weir.generation WHERE pass IN "
                  "(SELECT id FROM weir.pass WHERE pipeline = 'state') ORDER BY pass, resource",
    "place": "SELECT resource, chain, number, next, p.done FROM weir.place p "
             "JOIN weir.generation g ON g.id = generation ORDER BY 1, 2",
    "gap": "SELECT resource, chain, number, series, alone, label, code, reason FROM weir.gap "
           "JOIN weir.generation g ON g.id = generation ORDER BY 1, 2, 3",
    "mark": "SELECT resource, series, mark, mark_key, ties FROM weir.mark "
            "WHERE pipeline = 'state' ORDER BY 1, 2",
    "mark_seen": "SELECT resource, series, mark, mark_key, ties FROM weir.mark_seen "
                 "JOIN weir.generation g ON g.id = generation ORDER BY 1, 2",
    "pass": "SELECT status FROM weir.pass WHERE pipeline = 'state' ORDER BY id",
}


def nasty(n):
    """A row for table a, in which much is missing, null, large or wrong."""
    row = {"id": n if n != 61 else n - 1}     # a key that is there already
    if n % 2:
        row |= {"net": None if n % 6 == 1 else f"10.0.0.{n % 256}", "n": n / 4}
    if n % 3 == 0:
        row |= {"doc": {"a": [n, "\\N\t\n"]}, "at": "2024-02-29T12:00:00+02:00"}
    if n % 5 == 0:
        row |= {"flag": n % 10 == 0, "tags": ["a,b", None, "\"{}\\"]}
    if n % 7 == 0:
        row |= {"u": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11" if n != 84 else "no uuid"}
    if n == 44:
        row |= {"net": "nowhere"}
    if n % 90 == 0:
        row |= {"big": "x" * 400_000}
    return row


def plain(n):
    return {"id": n, **({"word": f"w{n}"} if n % 3 else {}),
            **({"d": "2024-02-30" if n == 40 else "2024-02-29"} if n % 4 == 0 else {})}


def version(n):
    row = {"id": n % 70, "version": (n * 7) % 40}
    return row | ({"word": None if n % 9 == 0 else f"v{n}"} if n % 2 else {}) | (
        {"p": f"({n},1)"} if n % 4 else {})


RESOURCES = [
    items(120, "v", SKIP, every=40, fail=99, **{"as": 503}),
    data("a", ASIDE, style="cursor", size=20),
    data("b", ASIDE, style="cursor", size=15),
    data("m", "write_disposition: merge", "primary_key: id", "order_by: version", style="cursor", size=25),
    data("n", "write_disposition: merge", "primary_key: id", style="cursor", size=25),
    data("r", "write_disposition: replace", ASIDE, style="cursor", size=30),
    data("c", "incremental: { cursor_path: at, cursor_type: integer }", style="cursor", size=30),
]


class Ways(PostgresCase):
    maxDiff = None

    def put(self):
        server = harness.server()
        server.put("a", [nasty(n) for n in range(1, 301)])
        server.put("b", [plain(n) for n in range(1, 301)])
        server.put("m", [version(n) for n in range(1, 401)])
        server.put("n", [{"id": n % 50, "v": n, **({"late": n} if n > 200 and n % 3 else {})}
                         for n in range(1, 401)])
        server.put("r", [{"id": n, **({"word": "w" * (n % 23)} if n % 2 else {})} for n in range(1, 151)])
        server.put("c", [{"id": n, "at": 1700000000 + n // 3} for n in range(1, 101)])
        server.put("first", [{"id": 1}])

    def dump(self):
        return {name: self.database.query(sql) for name, sql in DUMPS.items()}

    def load(self, lanes, refuse=""):
        """What there is behind a run that leaves gaps, and behind the one that closes them."""
        self.database.empty()
        harness.server().reset()
        self.put()
        self.assert_exit(self.run_weir(self.pipeline([data("first")], name="first")), OK)
        self.make(TABLES)
        self.make(WATCH.format(refuse=refuse))
        file = self.pipeline(RESOURCES, load=f"lanes: {lanes}, {SMALL}")
        dumps = []
        for _ in range(2):
            result = self.run_weir(file)
            self.assertIn(result.code, (OK, REJECTS), result.err)
            dumps.append(self.dump())
            harness.server().heal()
        return dumps, self.database.query("SELECT last_value, is_called FROM public.scripts")[0]

    def test_both_come_to_the_same(self):
        expected, (scripts, _) = self.load(1)
        self.assertGreater(int(scripts), 3)
        for table in ("a", "b", "m", "n", "r", "v", "c", "letters", "gap", "mark"):
            self.assertTrue(expected[0][table] or expected[1][table], table)
        for lanes, refuse in ((1, REFUSE), (3, ""), (3, REFUSE)):
            with self.subTest(lanes=lanes, refuse=refuse):
                found, (_, was_tried) = self.load(lanes, refuse)
                self.assertTrue(was_tried)
                for run in range(2):
                    for name in DUMPS:
                        self.assertEqual(found[run][name], expected[run][name], (run, name))


if __name__ == "__main__":
    unittest.main()
