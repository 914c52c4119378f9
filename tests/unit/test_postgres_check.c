/* Names and types in a pipeline file that PostgreSQL would not take, told with their places. */
#include "yaml_checks.h"

#include <weir/schema.h>

#include "check.h"

struct subject {
    struct weir_resource resource;
    struct weir_resource *resources[1];
    struct weir_schema schema;
    struct weir_stage stage;
};

static const char *const key[] = {"id", "xmin"};

static void init(struct subject *s, struct fixture *f)
{
    *s = (struct subject){.resource = {.name = "r", .table = "t"}};
    s->resource.config = parse_good(f, "name: r\ntable: t\nprimary_key: [id]\norder_by: at\n");
    s->resource.schema = &s->schema;
    s->resources[0] = &s->resource;
    s->stage.config = parse_good(f, "type: postgres\nschema: public\n");
    s->stage.resources = s->resources;
    s->stage.n_resources = 1;
}

static void check_finds(struct fixture *f, struct subject *s, const char *schema, uint32_t line,
    uint32_t column, const char *text)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    check_names(&s->stage, schema, &f->mistakes);
    assert_int_equal(f->mistakes.n_errors, text ? 1 : 0);
    if (text)
        check_has(f, line, column, "E-VALUE", text);
}

static void names_are_checked_where_they_stand(void **state)
{
    struct subject s;

    init(&s, *state);
    check_finds(*state, &s, "public", 0, 0, NULL);
    check_finds(*state, &s, NULL, 0, 0, NULL);
    check_finds(*state, &s, "pg_temp", 2, 9, "'pg_temp' begins with pg_");
    check_finds(*state, &s, "weir", 2, 9, "where weir keeps its state");
    s.resource.table = "";
    check_finds(*state, &s, "public", 2, 8, "the table name '' is empty");
    s.resource.table = "sales.orders";
    check_finds(*state, &s, "public", 2, 8, "the table name 'sales.orders': a table's name has no");
    s.resource.table = "t";
    s.resource.primary_key = (struct weir_strs){key, 2};
    check_finds(*state, &s, "public", 3, 14, "the column name 'xmin' is that of a column");
    s.resource.primary_key.n = 1;
    s.resource.order_by = "ctid";
    check_finds(*state, &s, "public", 4, 11, "the column name 'ctid'");
}

static void declared_types_are_known_or_refused(void **state)
{
    static const struct weir_declared_column columns[] = {
        {"at", "timestamptz"}, {"n", "int8; DROP TABLE t"}};
    struct subject s;

    init(&s, *state);
    s.schema = (struct weir_schema){.columns = columns, .n_columns = 1};
    s.schema.config = parse_good(*state, "at: timestamptz\nn: int8; DROP TABLE t\n");
    check_finds(*state, &s, "public", 0, 0, NULL);
    s.schema.n_columns = 2;
    check_finds(*state, &s, "public", 2, 4, "is no type that weir can declare");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_checked_where_they_stand, setup, teardown),
        cmocka_unit_test_setup_teardown(declared_types_are_known_or_refused, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
