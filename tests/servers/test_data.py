"""Does the misbehaving server serve the rows that a test brings, as it asks for them?"""

import json
import unittest

from raw_client import ServerCase

ROWS = [{"id": n, "part": n % 2, "updated_at": f"2024-01-01T00:00:{n // 3:02}Z", "n": n * 10}
        for n in (4, 2, 9, 1, 7, 3, 8, 5, 6)]


class Data(ServerCase):
    def setUp(self):
        super().setUp()
        self.server.put("a", ROWS)

    def ids(self, query):
        return [row["id"] for row in self.json(f"/data/a?{query}")["data"]]

    def test_rows_come_in_pages(self):
        pages = [self.json(f"/data/a?size=4&page={page}") for page in (1, 2, 3, 4)]
        self.assertEqual([row for page in pages for row in page["data"]], ROWS)
        self.assertEqual([len(page["data"]) for page in pages], [4, 4, 1, 0])
        self.assertEqual({page["total_pages"] for page in pages}, {3})

    def test_pages_may_have_cursors(self):
        found, cursor = [], ""
        while cursor is not None:
            page = self.json(f"/data/a?style=cursor&size=4{cursor and '&cursor=' + cursor}")
            found += page["data"]
            cursor = page["next"]
        self.assertEqual(found, ROWS)
        self.no_mistakes()

    def test_who_has_an_answer_is_not_sent_it_again(self):
        for tag, name, asks in (("strong", "ETag", "If-None-Match"),
                                ("time", "Last-Modified", "If-Modified-Since")):
            path = f"/kept/a?size=4&tag={tag}"
            first = self.get(path)
            value = first.header(name)
            again = self.get(path, f"{asks}: {value}")
            self.assertEqual((again.status, again.body), (304, b""))
            self.server.put("a", ROWS[1:])
            changed = self.get(path, f"{asks}: {value}")
            self.assertEqual(changed.status, 200)
            self.assertNotEqual(changed.header(name), value)
            self.server.put("a", ROWS)
        self.assertEqual(self.server.stats()["not_modified"], 2)

    def test_a_range_is_closed_at_its_start(self):
        self.assertEqual(sorted(self.ids("since=2024-01-01T00:00:01Z")), list(range(3, 10)))
        self.assertEqual(sorted(self.ids("since=2024-01-01T00:00:01Z&until=2024-01-01T00:00:02Z")),
                         [3, 4, 5])
        self.assertEqual(sorted(self.ids("until=2024-01-01T00:00:01Z&closed=1")), [1, 2, 3, 4, 5])
        self.assertEqual(sorted(self.ids("column=n&since=70&until=90")), [7, 8])
        self.assertEqual(len(self.ids("since=")), 9)

    def test_order_and_choice(self):
        self.assertEqual(self.ids("order=asc&column=n"), list(range(1, 10)))
        self.assertEqual(self.ids("order=desc&column=n&where=part:1"), [9, 7, 5, 3, 1])
        self.assertEqual(self.ids("order=asc"), [2, 1, 4, 3, 5, 7, 8, 6, 9])

    def test_dates_and_times_compare_with_each_other(self):
        self.server.put("a", [{"id": 1, "updated_at": "2024-01-01"},
                              {"id": 2, "updated_at": "2024-01-02"},
                              {"id": 3, "updated_at": "2024-01-02T00:00:00.5+00:00"}])
        self.assertEqual(self.ids("since=2024-01-02"), [2, 3])
        self.assertEqual(self.ids("since=2024-01-02T01:00:00%2B01:00"), [2, 3])
        self.assertEqual(self.ids("until=2024-01-02T00:00:00.25Z"), [1, 2])

    def test_what_cannot_be_compared_comes_last_and_always(self):
        self.server.put("a", [{"id": 1}, {"id": 2, "updated_at": None}, {"id": 3, "updated_at": "x"},
                              {"id": 4, "updated_at": "2024-01-01"}])
        self.assertEqual(self.ids("order=desc&since=2023-01-01"), [4, 1, 2, 3])
        self.assertEqual(self.ids("since=2025-01-01"), [1, 2, 3])

    def test_it_changes_on_command(self):
        self.server.put("a", ROWS[:2])
        self.assertEqual(self.ids(""), [4, 2])
        self.server.put("a", [])
        self.assertEqual(self.json("/data/a"), {"data": [], "total_pages": 0})
        self.server.put("a", {"error": "maintenance"})
        self.assertEqual(self.json("/data/a?page=3"), {"error": "maintenance"})

    def test_faults(self):
        target = "/data/a?size=4&fail_page=2&as=503&fail=1&page=2"
        self.assertEqual([self.get(target).status for _ in range(2)], [503, 200])
        self.assertEqual(self.server.urls("/data/a"), {target: 2})

    def test_mistakes_of_a_test_are_told(self):
        for target in ("/data/b", "/data/a?since=never", "/data/a?order=up", "/data/a?size=0"):
            self.assertEqual(self.get(target).status, 400)
        refused = json.loads(self.get("/data/a?page=0").body)
        self.assertIn("nothing before the first page", refused["error"])
        self.assertEqual(len(self.server.stats()["bad_parameters"]), 5)


if __name__ == "__main__":
    unittest.main()
