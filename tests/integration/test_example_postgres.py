"""Does the example for PostgreSQL load what the demo API gives, and the same again when it runs again?"""

import unittest

import harness
import postgres
from harness import OK, ROOT

EXAMPLE = ROOT / "pipelines" / "airports_to_postgres.yaml"
COUNTS = {"countries": 248, "airports": 463, "earthquakes": 128}


class Example(harness.Case):
    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(harness.DemoApi())
        cls.cluster = postgres.shared()

    def setUp(self):
        super().setUp()
        self.name = self.cluster.create_database()
        self.addCleanup(self.cluster.drop_database, self.name)

    def load(self):
        result = self.run_weir(EXAMPLE, env={
            "AIRPORTS_URL": self.api.url, "DATABASE_URL": self.cluster.conninfo(self.name)})
        self.assert_exit(result, OK)

    def query(self, sql):
        with self.cluster.connect(self.name) as connection:
            return connection.execute(sql)

    def test_a_second_run_changes_nothing(self):
        contents = []
        for _ in range(2):
            self.load()
            contents.append({table: self.query(f"SELECT * FROM {table} ORDER BY id")
                             for table in COUNTS})
        self.assertEqual({table: len(rows) for table, rows in contents[0].items()}, COUNTS)
        self.assertEqual(contents[0], contents[1])

    def test_declared_types_are_those_of_the_table(self):
        self.load()
        found = self.query("SELECT table_name || '.' || column_name, data_type"
                           " FROM information_schema.columns WHERE column_name IN ('at', 'magnitude', 'id')"
                           " AND table_schema = 'public' ORDER BY 1")
        self.assertEqual([tuple(row) for row in found], [
            ("airports.id", "integer"), ("countries.id", "integer"),
            ("earthquakes.at", "timestamp with time zone"), ("earthquakes.id", "text"),
            ("earthquakes.magnitude", "numeric")])


if __name__ == "__main__":
    unittest.main()
