"""Fan-out over HTTP beyond one question for each row: values in groups, products with lists."""

import harness
from harness import OK
from databases import Sqlite
from state_case import PAGE_NUMBER, on, on_both
from test_http_families import FamilyCase, KillCase, REPOS, repos, resource

setUpModule = harness.start_server

BAD_FILE = 2
SEEDS = 1 if harness.sanitized() else 3

ORDERS = [{"id": n, "shop": f"s{n % 3}"} for n in range(1, 71)]
ITEMS = [{"id": 10 * n + i, "order": n, "shop": f"s{n % 3}"}
         for n in range(1, 71) for i in range(n % 4)]
ISSUES = [{"id": 100 * n + i, "repo": f"org/{n}", "state": ("open", "closed", "new")[i % 3]}
          for n in range(1, 31) for i in range(n % 4 * 3)]
IN_GROUPS = "partitions: {{ order: {{ resource: orders, field: id, group: {}{} }} }}"


def orders(*options, **query):
    return resource("orders", "", *options, size=25, **query)


def items(*options, group=10, more="", where="", **query):
    return resource("items", ", among: 'order:{partition.order}'" + where,
                    IN_GROUPS.format(group, more), *options, **query)


def issues(*options, states="[open, closed]", **query):
    where = ", where: 'repo:{resources.repos.full_name}', among: 'state:{partition.state}'"
    return resource("issues", where, f"partitions: {{ state: {states} }}", *options, **query)


class FanoutCase(FamilyCase):
    def setUp(self):
        super().setUp()
        for name, rows in ("orders", ORDERS), ("items", ITEMS), ("issues", ISSUES):
            harness.server().put(name, rows)

    def assert_items(self):
        self.assert_table("orders", ORDERS)
        self.assert_table("items", ITEMS)
        self.assert_settled()

    def assert_issues(self, *states):
        self.assert_table("repos", REPOS)
        self.assert_table("issues", [row for row in ISSUES if row["state"] in states])
        self.assert_settled()


def groups_of(asked):
    """How many values each URL asks for, in their order."""
    return sorted(url.split("order%3A")[1].split("&")[0].count("%2C") + 1 for url in asked)


@on_both
class Groups(FanoutCase):
    def test_values_are_asked_for_together(self):
        file = self.family(orders(), items(size=400))
        result, asked = self.run_asking(file, prefix="/data/items")
        self.assert_exit(result, OK)
        self.assert_items()
        # Three pages of 25, 25 and 20 orders.
        self.assertEqual(groups_of(asked), [5, 5] + [10] * 6)
        self.assertEqual(set(asked.values()), {1})

    def test_pages_of_a_group(self):
        self.assert_exit(self.run_weir(self.family(orders(), items(group=7))), OK)
        self.assert_items()

    def test_a_group_agrees_in_what_else_is_asked(self):
        file = self.family(orders(), items(where=", where: 'shop:{resources.orders.shop}'", size=99))
        result, asked = self.run_asking(file, prefix="/data/items")
        self.assert_exit(result, OK)
        self.assert_items()
        self.assertEqual(len(asked), 9)

    def test_a_value_of_many_rows_is_asked_for_once(self):
        twice = [{"id": n, "order": n // 2} for n in range(2, 42)]
        harness.server().put("lines", twice)
        file = self.family(resource("lines", size=20), resource(
            "items", ", among: 'order:{partition.order}'",
            "partitions: { order: { resource: lines, field: order, group: 100 } }"))
        self.assert_exit(self.run_weir(file), OK)
        self.assert_table("items", [row for row in ITEMS if row["order"] <= 20])

    def test_a_json_array(self):
        child = ("{ name: got, path: /post, method: POST, data_selector: data, "
                 "json: { ids: '{partition.id}' }, partitions: { id: { resource: orders, "
                 "field: id, group: 30, as: array } } }")
        file = self.family(resource("orders", size=100), child)
        self.assert_exit(self.run_weir(file), OK)
        counts = self.database.query("SELECT CAST(ids AS text) FROM got")
        self.assertEqual(sorted(text.count(",") + 1 for text, in counts), [10, 30, 30])
        self.assertEqual(sorted(int(n) for text, in counts for n in text.strip("[]").split(",")),
                         [row["id"] for row in ORDERS])

    def test_one_value_each(self):
        child = resource("items", ", where: 'order:{partition.order}'",
                         "partitions: { order: { resource: orders, field: id } }",
                         "include_from_parent: [shop]")
        self.assert_exit(self.run_weir(self.family(orders(), child)), OK)
        self.assert_items()
        self.assertEqual(self.database.query("SELECT id FROM items WHERE shop <> orders_shop"), [])

    def test_a_value_that_holds_what_joins(self):
        harness.server().put("orders", [{"id": "1,2"}])
        result = self.run_weir(self.family(orders(), items()))
        self.assert_exit(result, harness.DATA)
        self.assertIn("error[E-PARENT]", result.err)
        self.assertIn("say another 'join'", result.err)
        self.assertNotIn("1,2", result.err)

    def test_a_run_that_goes_on(self):
        file = self.family(orders(), items("on_error: skip_partition", fail=99, fail_page=2))
        self.assert_exit(self.run_weir(file), 9)
        harness.server().heal()
        result, again = self.run_asking(file, prefix="/data/")
        self.assert_exit(result, OK)
        self.assertFalse([url for url in again if "/data/orders" in url])
        self.assert_items()


@on_both
class Products(FanoutCase):
    def test_each_row_with_each_value(self):
        result, asked = self.run_asking(self.family(repos(), issues(size=99)), prefix="/data/issues")
        self.assert_exit(result, OK)
        self.assert_issues("open", "closed")
        self.assertEqual(len(asked), 2 * len(REPOS))

    def test_lists_multiply(self):
        more = "partitions: { state: [open, new], a: { from: 1, to: 3 } }"
        child = resource("issues", ", where: 'repo:{resources.repos.full_name}', "
                         "among: 'state:{partition.state}', seed: '{partition.a}'", more, size=99)
        result, asked = self.run_asking(self.family(repos(), child), prefix="/data/issues")
        self.assert_exit(result, OK)
        self.assertEqual(len(asked), 6 * len(REPOS))

    def test_each_pair_goes_on_by_itself(self):
        file = self.family(repos(), issues("on_error: skip_partition", states="[open, closed, new]",
                                           fail=99, fail_page=1, size=2, paginator=PAGE_NUMBER))
        self.assert_exit(self.run_weir(file), 9)
        harness.server().heal()
        result, again = self.run_asking(file, prefix="/data/")
        self.assert_exit(result, OK)
        self.assertFalse([url for url in again if "/data/repos" in url])
        self.assert_issues("open", "closed", "new")

    def test_groups_with_a_list(self):
        child = resource("items", ", among: 'order:{partition.order}', where: 'shop:{partition.shop}'",
                         "partitions: { shop: [s0, s1, s2], "
                         "order: { resource: orders, field: id, group: 100 } }")
        self.assert_exit(self.run_weir(self.family(orders(), child)), OK)
        self.assert_items()

    def test_too_many_are_told(self):
        result = self.run_weir(self.family(repos(), issues(states="{ from: 1, to: 10001 }")),
                               command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("error[E-LIMIT]", result.err)
        self.assertIn("10001 combinations", result.err)


class WindowsCase(FanoutCase):
    STEP = ("incremental: { cursor_path: at, cursor_type: integer, initial_value: 0, "
            "end_value: 50, step: 10 }")

    def setUp(self):
        super().setUp()
        harness.server().put("repos", REPOS[:6])
        self.put_events(20)

    def put_events(self, until):
        self.events = [{"id": 100 * n + at, "repo": f"org/{n}", "at": at}
                       for n in range(1, 7) for at in range(0, until, n)]
        harness.server().put("events", self.events)

    def events_of(self, *options, **query):
        where = (", where: 'repo:{resources.repos.full_name}', column: at, "
                 "since: '{incremental.start_value}', until: '{incremental.end_value}'")
        return resource("events", where, self.STEP, *options, size=4, **query)


@on_both
class Windows(WindowsCase):
    """`incremental.step` of a resource with a parent: each window of each row is a chain of its own."""

    def test_each_window_of_each_row(self):
        result, asked = self.run_asking(self.family(repos(), self.events_of()),
                                        prefix="/data/events")
        self.assert_exit(result, OK)
        self.assert_table("events", self.events)
        self.assertEqual(len([url for url in asked if "cursor=" not in url]), 6 * 5)
        self.assert_settled()

    def test_the_next_run_reads_what_is_new(self):
        file = self.family(repos(), self.events_of())
        self.assert_exit(self.run_weir(file), OK)
        self.put_events(37)
        result, asked = self.run_asking(file, prefix="/data/events")
        self.assert_exit(result, OK)
        self.assert_table("events", self.events)
        self.assertFalse([url for url in asked if "since=0" in url])

    def test_each_window_goes_on_by_itself(self):
        self.put_events(50)
        file = self.family(repos(), self.events_of("on_error: skip_partition", fail=99,
                                                   fail_page=2))
        self.assert_exit(self.run_weir(file), 9)
        harness.server().heal()
        result, again = self.run_asking(file, prefix="/data/")
        self.assert_exit(result, OK)
        self.assertFalse([url for url in again if "/data/repos" in url])
        self.assert_table("events", self.events)
        self.assert_settled()

    def test_with_a_list(self):
        child = self.events_of("partitions: { a: [x, y] }", seed="'{partition.a}'")
        file = self.family(repos(), child)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count("events"), 2 * len(self.events))
        self.put_events(21)
        self.assert_exit(self.run_weir(file), OK)
        self.assertEqual(self.count("events"), 2 * len(self.events))


@on_both
class Ancestors(FanoutCase):
    def test_fields_of_a_parent_of_a_parent(self):
        harness.server().put("comments", [
            {"id": 10 * row["id"] + 1, "issue": row["id"], "repo": row["repo"]} for row in ISSUES])
        child = resource("comments", ", where: 'issue:{resources.issues.id}', "
                         "among: 'repo:{resources.repos.full_name}'")
        file = self.family(repos(), issues(states="[open, closed, new]"), child)
        self.assert_exit(self.run_weir(file), OK)
        self.assert_issues("open", "closed", "new")
        self.assertEqual(self.count("comments"), len(ISSUES))


@on(Sqlite)
class Mistakes(FanoutCase):
    def test_they_are_told_by_check(self):
        cases = {
            items(more=", join: ';', as: array"): "'join' has no part in a JSON array",
            items(group=0): "from 1 to",
            items("include_from_parent: [shop]"): "comes of many rows",
            items("incremental: { cursor_path: at, initial_value: '2024-01-01' }"):
                "groups of 'order' have other members in each run",
            resource("items", ", a: '{partition.id}'",
                     "partitions: { id: { resource: orders, field: id, join: ';' } }"):
                "say how many with 'group'",
            resource("items", ", a: '{partition.id}', b: '{partition.c}'",
                     "partitions: { id: { resource: orders, field: id, group: 2 }, "
                     "c: { resource: orders, field: shop, group: 2 } }"):
                "cannot both be asked for in groups",
            resource("items", ", a: '{partition.id}'",
                     "partitions: { id: { resource: order, field: id } }"):
                "did you mean 'orders'?",
            resource("items", ", a: '{partition.id}', b: '{resources.repos.id}'",
                     "partitions: { id: { resource: orders, field: id, group: 2 } }"):
                "has several parents, and asks for each row together",
            resource("items", ", a: '{resources.orders.id}', b: '{resources.repos.id}'",
                     "include_from_parent: [id]"): "such as orders.id",
        }
        for text, message in cases.items():
            result = self.run_weir(self.family(orders(), repos(), text), command="check")
            self.assert_exit(result, BAD_FILE)
            self.assertIn(message, result.err)


    def test_an_unknown_parent_is_told_with_all_else(self):
        file = self.family(resource("orders", "", "pth: 1"),
                           resource("items", ", a: '{resources.order.id}'"))
        result = self.run_weir(file, command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("did you mean 'path'?", result.err)
        self.assertIn("there is no resource 'order'; did you mean 'orders'?", result.err)

    def test_check_says_who_is_read_from_whom(self):
        file = self.family(orders("selected: false"), items(), repos(), issues())
        result = self.run_weir(file, command="check")
        self.assert_exit(result, OK)
        self.assertIn("  orders, for what is read from its rows\n"
                      "  items -> table items, read from rows of orders\n"
                      "  repos -> table repos\n"
                      "  issues -> table issues, read from rows of repos\n", result.out)


class SeveralCase(FanoutCase):
    """A child of two parents: each row of the one with each row of the other."""

    def setUp(self):
        super().setUp()
        self.put_pairs(range(1, 13), range(1, 10))

    def put_pairs(self, shops, goods):
        self.shops = [{"id": n, "town": f"t{n % 4}"} for n in shops]
        self.goods = [{"id": n, "kind": f"k{n % 3}"} for n in goods]
        self.stock = [{"id": 1000 * shop["id"] + 10 * good["id"] + i, "shop": shop["id"],
                       "good": good["id"]}
                      for shop in self.shops for good in self.goods
                      for i in range((shop["id"] + good["id"]) % 4)]
        for name in "shops", "goods", "stock":
            harness.server().put(name, getattr(self, name))

    def shops_of(self, *options, **query):
        return resource("shops", "", *options, size=5, **query)

    def goods_of(self, *options, **query):
        return resource("goods", "", *options, size=2, **query)

    def stock_of(self, *options, more="", **query):
        where = ", where: 'shop:{resources.shops.id}', among: 'good:{resources.goods.id}'"
        return resource("stock", where + more, *options, size=2, **query)

    def assert_pairs(self):
        for name in "shops", "goods", "stock":
            self.assert_table(name, getattr(self, name))
        self.assert_settled()


@on_both
class Several(SeveralCase):
    def test_each_with_each(self):
        file = self.family(self.shops_of(), self.goods_of(), self.stock_of())
        result, asked = self.run_asking(file, prefix="/data/stock")
        self.assert_exit(result, OK)
        self.assert_pairs()
        self.assertEqual(len([url for url in asked if "cursor=" not in url]), 12 * 9)
        self.assertEqual(set(asked.values()), {1})

    def test_a_list_and_fields_of_both(self):
        child = self.stock_of("partitions: { a: [x, y] }", "include_from_parent: [shops.town, "
                              "goods.kind]", more=", seed: '{partition.a}'")
        self.assert_exit(self.run_weir(self.family(self.shops_of(), self.goods_of(), child)), OK)
        self.assertEqual(self.count("stock"), 2 * len(self.stock))
        for shop, good, town, kind in self.database.query(
                "SELECT shop, good, shops_town, goods_kind FROM stock"):
            self.assertEqual((town, kind), (f"t{shop % 4}", f"k{good % 3}"))

    def test_its_own_children_name_both(self):
        harness.server().put("moves", [{"id": row["id"], "stock": row["id"], "town": "t%d" % (
            row["shop"] % 4), "kind": "k%d" % (row["good"] % 3)} for row in self.stock])
        child = resource("moves", ", where: 'stock:{resources.stock.id}', "
                         "among: 'town:{resources.shops.town}', seed: '{resources.goods.kind}'")
        self.assert_exit(self.run_weir(self.family(
            self.shops_of(), self.goods_of(), self.stock_of(), child)), OK)
        self.assert_pairs()
        self.assertEqual(self.ids("moves"), self.ids("stock"))

    def test_three_parents(self):
        harness.server().put("repos", REPOS[:3])
        child = self.stock_of(more=", seed: '{resources.repos.id}'")
        self.assert_exit(self.run_weir(self.family(
            self.shops_of(), self.goods_of(), repos(), child)), OK)
        self.assertEqual(self.count("stock"), 3 * len(self.stock))

    def test_rows_that_come_late_meet_those_that_are_loaded(self):
        file = self.family(self.shops_of("on_error: skip_partition", fail=99, fail_page=2),
                           self.goods_of("on_error: skip_partition", fail=99, fail_page=3),
                           self.stock_of())
        self.assert_exit(self.run_weir(file), 9)
        self.assertEqual((self.count("shops"), self.count("goods")), (5, 4))
        self.assertEqual(self.count("stock"), len([row for row in self.stock if row["shop"] <= 5
                                                   and row["good"] <= 4]))
        harness.server().heal()
        result, again = self.run_asking(file, prefix="/data/stock")
        self.assert_exit(result, OK)
        self.assert_pairs()
        self.assertEqual(len([url for url in again if "cursor=" not in url]), 12 * 9 - 5 * 4)

    def test_parents_that_are_not_loaded(self):
        file = self.family(self.shops_of("selected: false"), self.goods_of("selected: false"),
                           self.stock_of())
        self.assert_exit(self.run_weir(file), OK)
        self.assert_table("stock", self.stock)
        self.assertFalse(self.has_table("shops") or self.has_table("goods"))
        self.assert_settled()

    def test_a_parent_without_rows(self):
        self.put_pairs([], range(1, 4))
        result, asked = self.run_asking(self.family(
            self.shops_of(), self.goods_of(), self.stock_of()), prefix="/data/stock")
        self.assert_exit(result, OK)
        self.assertFalse(asked)

    def test_too_many_are_told(self):
        self.put_pairs([], [])
        for name in "shops", "goods":
            harness.server().put(name, [{"id": n} for n in range(400)])
        result = self.run_weir(self.family(resource("shops", size=400), resource(
            "goods", size=400), self.stock_of()))
        self.assert_exit(result, harness.DATA)
        self.assertIn("error[E-LIMIT]", result.err)
        self.assertIn("leads to more than 100400 requests", result.err)

    def test_a_parent_that_is_read_by_a_mark_is_refused(self):
        shops = self.shops_of("incremental: { cursor_path: id, cursor_type: integer }")
        result = self.run_weir(self.family(shops, self.goods_of(), self.stock_of()),
                               command="check")
        self.assert_exit(result, BAD_FILE)
        self.assertIn("of 'shops' only rows that are new are read", result.err)

    def test_check_names_both(self):
        result = self.run_weir(self.family(self.shops_of(), self.goods_of(), self.stock_of()),
                               command="check")
        self.assert_exit(result, OK)
        self.assertIn("stock -> table stock, read from rows of shops and goods", result.out)


@on_both
class SeveralKilled(SeveralCase, KillCase):
    TABLES = "shops", "goods", "stock"

    def test_killed(self):
        file = self.write("several.yaml", self.family(
            self.shops_of(chaos=0.1, delay=0.003), self.goods_of(chaos=0.1, delay=0.003),
            self.stock_of(chaos=0.1), load="batching: { rows: 5, period: 5ms }"))
        self.kill(file, self.assert_pairs, SEEDS)


@on_both
class Killed(WindowsCase, KillCase):
    TABLES = "orders", "items", "repos", "issues", "events"

    def test_killed(self):
        file = self.write("fanout.yaml", self.family(
            orders(chaos=0.1, delay=0.002), items(chaos=0.1, delay=0.001, group=7),
            repos(chaos=0.1, delay=0.002), issues(chaos=0.1), self.events_of(chaos=0.1),
            load="batching: { rows: 20, period: 5ms }"))

        def assert_all():
            self.assert_items()
            self.assert_table("repos", REPOS[:6])
            self.assert_table("issues", [row for row in ISSUES if row["state"] != "new" and
                                         int(row["repo"][4:]) <= 6])
            self.assert_table("events", self.events)

        self.kill(file, assert_all, SEEDS)
