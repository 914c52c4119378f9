"""What tests of paging share: one resource, loaded into SQLite, whose rows are numbered."""

from urllib.parse import urlencode

import harness
from harness import OK


class PagingCase(harness.Case):
    def load(self, paginator, resource="", extract="", env=None, path="/pages", **query):
        url = "${SERVER}" + path + "?" + urlencode(query)
        return self.run_weir(f"""
            weir: 1
            name: pages
            extract:
              type: http
              {extract}
              resources:
                - name: t
                  url: "{url}"
                  data_selector: data
                  paginator: {paginator}
                  {resource}
            load: {{ type: sqlite, path: "${{WORK}}/out.db" }}
            """, env=env)

    def ids(self):
        """In the order they were loaded."""
        return [row[0] for row in harness.query(self.db, "SELECT id FROM t ORDER BY rowid")]

    def assert_all(self, result, total=1000):
        self.assert_exit(result, OK)
        self.assertEqual(self.ids(), list(range(1, total + 1)))

    def requests(self):
        return harness.server().stats()["requests_total"]
