"""Do the examples do what they promise? Pipelines and samples are checked, the quickstart runs."""

import json
import math
import re
import unittest

import harness
from harness import OK, ROOT

DATA = ROOT / "pipelines" / "data"


def records(name):
    with open(DATA / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def feet_to_metres(feet):
    """As SQL does it: nothing stays unknown, and a half is rounded away from zero."""
    if not feet:
        return None
    metres = float(feet) * 0.3048
    return math.copysign(math.floor(abs(metres) + 0.5), metres)


class Examples(harness.Case):
    def test_every_example_passes_check(self):
        examples = sorted(ROOT.glob("pipelines/*.yaml"))
        self.assertTrue(examples)
        for example in examples:
            with self.subTest(example=example.name):
                result = self.run_weir(example, command="check")
                self.assert_exit(result, OK)
                self.assertIn("no mistakes", result.out)


class Guarantees(harness.Case):
    """What check says of a pipeline's promise follows from its parts."""

    FILE = """
        weir: 1
        name: promises
        extract:
          type: http
          base_url: http://127.0.0.1
          resources:
            - {{ name: added, path: /a }}
            - {{ name: merged, path: /b, {more} }}
        load: {{ type: {load} }}
        """

    def check_of(self, load, more):
        result = self.run_weir(self.FILE.format(load=load, more=more), command="check")
        self.assert_exit(result, OK)
        return result.out

    def test_what_holds_for_all_is_said_once(self):
        out = self.check_of("sqlite, path: out.db", "table: other")
        self.assertTrue(out.endswith(
            "  added -> table added\n"
            "  merged -> table other\n"
            "  guarantee: exactly once (rows and positions are committed together in sqlite)\n"
            "  a run after a finished one adds all rows again; --run-id KEY, merge or replace avoid "
            "that\n"), out)

    def test_what_differs_is_said_of_each(self):
        out = self.check_of("sqlite, path: out.db", "primary_key: id, write_disposition: merge")
        self.assertEqual(out.count("    guarantee: exactly once"), 2)
        self.assertIn("brings rows up to date by 'id'\n", out)

    def test_the_weakest_link_is_named(self):
        out = self.check_of("ndjson", "table: other")
        self.assertIn("  guarantee: at least once: the ndjson loader keeps no state, so a run that "
                      "ends early begins anew\n", out)
        self.assertIn("  a run after a finished one writes all rows again\n", out)


class Samples(harness.Case):
    """A plugin's sample.yaml is the part of a pipeline that is its own; the rest is put to it here."""

    def complete(self, sample):
        """A whole pipeline, with the resources that the sample names."""
        named = re.search(r"resources: \[(\w+)\]", sample)
        resource = f"{{ name: {named[1] if named else 'rows'}, path: / }}"
        rest = {"extract:": f"{{ type: http, base_url: http://127.0.0.1, resources: [{resource}] }}",
                "load:": "{ type: ndjson, path: out.ndjson }"}
        return "\n".join(["weir: 1", "name: sample",
                          *(f"{role} {text}" for role, text in rest.items() if role not in sample), sample])

    def assert_sound(self, sample):
        path = self.work / "sample.yaml"
        path.write_text(self.complete(sample), encoding="utf-8")
        env = {name: "set" for name in re.findall(r"\$\{(\w+)\}", sample)}
        self.assert_exit(self.run_weir(path, command="check", env=env), OK)

    def test_every_sample_passes_check(self):
        samples = sorted(ROOT.glob("plugins/*/sample.yaml"))
        self.assertTrue(samples)
        for path in samples:
            with self.subTest(plugin=path.parent.name):
                self.assert_sound(path.read_text(encoding="utf-8"))

    def test_what_a_sample_has_in_comments_passes_too(self):
        for path in sorted(ROOT.glob("plugins/*/sample.yaml")):
            with self.subTest(plugin=path.parent.name):
                sample = path.read_text(encoding="utf-8")
                self.assert_sound(re.sub(r"^( *)# (?=[a-z_]+:( |$))", r"\1", sample, flags=re.MULTILINE))


class Quickstart(harness.Case):
    """Holds the database of one run against the data that the API serves."""

    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(harness.DemoApi())

    def setUp(self):
        super().setUp()
        self.result = self.run_weir(ROOT / "pipelines" / "quickstart.yaml", env={
            "QUICKSTART_URL": self.api.url, "QUICKSTART_DB": self.db})
        self.assert_exit(self.result, OK)

    def test_every_row_of_every_resource_arrives(self):
        countries = harness.query(self.db, "SELECT id, code, name, continent FROM countries")
        self.assertEqual(sorted(countries), sorted(
            (int(c["id"]), c["code"], c["name"], c["continent"]) for c in records("countries")))

        airports = harness.query(
            self.db, "SELECT id, ident, name, iso_country, latitude, longitude, elevation_m FROM airports")
        self.assertEqual(sorted(airports), sorted(
            (int(a["id"]), a["ident"], a["name"], a["iso_country"], float(a["latitude_deg"]),
             float(a["longitude_deg"]), feet_to_metres(a["elevation_ft"])) for a in records("airports")))

        earthquakes = harness.query(self.db, "SELECT id, magnitude, place, depth_km FROM earthquakes")
        self.assertEqual(sorted(earthquakes), sorted(
            (e["id"], e["properties"]["mag"], e["properties"]["place"], e["geometry"]["coordinates"][2])
            for e in records("earthquakes") if e["properties"]["type"] == "earthquake"))

    def test_the_columns_are_those_it_made(self):
        def columns(table):
            return {row[1] for row in harness.query(self.db, f"PRAGMA table_info({table})")}

        self.assertEqual(columns("earthquakes"), {"id", "magnitude", "place", "at", "depth_km"})
        self.assertFalse(columns("airports") & {"latitude_deg", "longitude_deg", "elevation_ft"})
        at = harness.query(self.db, "SELECT min(at), max(at) FROM earthquakes")[0]
        self.assertTrue("2018-01-31" <= at[0] < at[1] < "2018-02-07", at)

    def test_the_report_counts_the_same(self):
        told = {resource["name"]: resource["rows"]["loaded"] for resource in self.result.report["resources"]}
        self.assertEqual(told, {table: harness.query(self.db, f"SELECT count(*) FROM {table}")[0][0]
                                for table in ("countries", "airports", "earthquakes")})


if __name__ == "__main__":
    unittest.main()
