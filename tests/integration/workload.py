"""Two resources in each of the three dispositions, and what their tables may hold while they are
loaded and must hold afterwards. For the tests that end the program.

A is one chain of pages. B has partitions, each a chain of its own. A page is a unit: whatever
happens, a table holds the rows of whole pages, those of a chain without a hole.
"""

import random

import harness
from state_case import StateCase, data

NAMES = ("append", "merge", "replace")


def chain_row(n, version=1, old=False):
    return {"id": n, "name": f"{'old' if old else 'row'} {n}", "version": version}


def versions(count, seed):
    """Two versions of each row, the newer one first as often as last."""
    rows = [chain_row(n, version) for n in range(1, count + 1) for version in (1, 2)]
    random.Random(seed).shuffle(rows)
    return rows


def part_rows(parts, each):
    return [{"id": part * 1000 + n, "part": part, "name": f"part {part} row {n}"}
            for part in range(1, parts + 1) for n in range(each)]


class Workload:
    """What one disposition is asked to load."""

    def __init__(self, mode, size, pages, parts, chaos=0.0, delay=0.0, seed=1):
        self.mode = mode
        self.size = size
        n_rows = size * pages
        self.a = (versions(n_rows // 2, seed) if mode == "merge"
                  else [chain_row(n) for n in range(1, n_rows + 1)])
        self.parts = parts
        self.b = part_rows(parts, 2 * size)
        self.old_a = [chain_row(n, 0, old=True) for n in range(1, n_rows + 9)]
        self.old_b = [{"id": n, "part": 0, "name": "old"} for n in range(1, 2 * size * parts)]
        self.query = {"size": size, "chaos": chaos, "seed": seed, "delay": delay}

    def resources(self):
        words = ["write_disposition: " + self.mode]
        if self.mode == "merge":
            words += ["primary_key: id"]
        order = ["order_by: version"] if self.mode == "merge" else []
        return [
            data("a", *words, *order, style="cursor", **self.query),
            data("b", *words, "partitions: { part: { from: 1, to: %d } }" % self.parts,
                 **self.query, where="part:{partition.part}"),
        ]

    def prepare(self, case):
        """A database as it was before, and the server's rows."""
        if self.mode == "replace":
            self.restore_what_was_before(case)
        else:
            case.database.empty()
        harness.server().put("a", self.a)
        harness.server().put("b", self.b)

    def restore_what_was_before(self, case):
        """What is to be replaced; made once a test, by weir itself."""
        if not getattr(case, "has_what_was_before", False):
            case.database.empty()
            harness.server().put("a", self.old_a)
            harness.server().put("b", [dict(row, part=1) for row in self.old_b])
            case.assert_exit(case.run_weir(case.pipeline(self.resources())), harness.OK)
            case.make("UPDATE b SET part = 0")
            case.database.save("before")
            case.has_what_was_before = True
        case.database.restore("before")

    # What may be there

    def chain(self, rows, n_pages):
        """The table's rows when so many pages are loaded."""
        loaded = rows[:n_pages * self.size]
        if self.mode != "merge":
            return sorted(tuple(row.values()) for row in loaded)
        newest = {}
        for row in loaded:
            known = newest.get(row["id"])
            if not known or row.get("version", 0) >= known.get("version", 0):
                newest[row["id"]] = row
        return sorted(tuple(row.values()) for row in newest.values())

    def whole(self, rows):
        return self.chain(rows, len(rows))

    def part(self, part):
        return [row for row in self.b if row["part"] == part]

    def problems(self, database):
        """What stands in the tables that no number of whole pages explains."""
        a, b = (table_rows(database, table) for table in ("a", "b"))
        if self.mode == "replace":
            old = (self.whole(self.old_a), self.whole(self.old_b))
            new = (self.whole(self.a), self.whole(self.b))
            return [] if (a, b) in (old, new) else [f"{len(a)} and {len(b)} rows, neither old nor new"]
        found = []
        if not any(a == self.chain(self.a, n) for n in range(len(self.a) // self.size + 1)):
            found.append(f"a: {len(a)} rows are no number of whole pages")
        for part in range(1, self.parts + 1):
            there = [row for row in b if row[1] == part]
            if not any(there == self.chain(self.part(part), n) for n in range(3)):
                found.append(f"b: {len(there)} rows of part {part} are no number of whole pages")
        return found

    def is_done(self, database):
        return (table_rows(database, "a") == self.whole(self.a)
                and table_rows(database, "b") == self.whole(self.b))

    @staticmethod
    def loaded(database):
        """How many rows there are, staged ones too."""
        tables = [name for name in ("a", "b") if database.has_table(name)] + database.staged()
        return sum(database.query(f"SELECT count(*) FROM {name}")[0][0] for name in tables)


COLUMNS = {"a": "id, name, version", "b": "id, part, name"}


def table_rows(database, table):
    if not database.has_table(table):
        return []
    return sorted(database.query(f"SELECT {COLUMNS[table]} FROM {table}"))


class WorkCase(StateCase):
    def assert_whole_units(self, work):
        """After a crash: the database is sound, and holds whole units only."""
        if not self.database.is_there():
            return 0
        with self.database.left_by_a_crash() as left:
            self.assert_sound(left)
            self.assertEqual(work.problems(left), [])
            return work.loaded(left)

    def assert_done(self, work):
        """After a run that ended well: everything is there once, and nothing else is left."""
        self.assertEqual(work.problems(self.database), [])
        self.assertTrue(work.is_done(self.database), "not everything is there")
        self.assert_settled()
