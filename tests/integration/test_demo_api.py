"""Does the demo API give all of its data, in every style of paging, and clean errors?"""

import json
import unittest
import urllib.error
import urllib.request

import harness


def records(name):
    with open(harness.ROOT / "pipelines" / "data" / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


class DemoApiCase(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.api = cls.enterClassContext(harness.DemoApi())

    def get(self, path):
        with urllib.request.urlopen(self.api.url + path, timeout=30) as answer:
            return json.load(answer)

    def test_countries_are_one_array(self):
        self.assertEqual(self.get("/countries"), records("countries"))

    def test_airports_come_in_numbered_pages(self):
        first = self.get("/airports?per_page=100")
        self.assertEqual((first["page"], first["total_pages"], first["total"]), (1, 5, 463))
        airports = [airport for page in range(1, 6)
                    for airport in self.get(f"/airports?per_page=100&page={page}")["data"]]
        self.assertEqual(airports, records("airports"))
        self.assertEqual(self.get("/airports?per_page=100&page=6")["data"], [])

    def test_airports_of_a_country(self):
        found = self.get("/airports/by-country/US")
        self.assertEqual((found["total"], len(found["data"])), (66, 66))
        self.assertEqual({airport["iso_country"] for airport in found["data"]}, {"US"})
        self.assertEqual(self.get("/airports/by-country/AD"), {"data": [], "total": 0})

    def test_earthquakes_name_their_next_page(self):
        quakes, cursor = [], ""
        while cursor is not None:
            page = self.get("/earthquakes?limit=50" + (f"&cursor={cursor}" if cursor else ""))
            quakes += page["features"]
            cursor = page["next_cursor"]
        self.assertEqual(quakes, records("earthquakes"))

    def test_errors_are_json(self):
        wrong = {"/airports?page=0": 400, "/airports?per_page=101": 400, "/airports?page=x": 400,
                 "/earthquakes?cursor=x": 400, "/earthquakes?limit=": 400,
                 "/airports/by-country/XX": 404, "/nothing": 404, "/": 404}
        for path, status in wrong.items():
            with self.subTest(path=path), self.assertRaises(urllib.error.HTTPError) as caught:
                self.get(path)
            with caught.exception as error:
                self.assertEqual(error.code, status)
                self.assertEqual(list(json.load(error)), ["error"])

    def test_sigterm_ends_it_cleanly(self):
        with harness.DemoApi() as api:
            pass
        self.assertEqual(api.process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
