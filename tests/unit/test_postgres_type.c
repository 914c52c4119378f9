/* Types of PostgreSQL: by the catalogue, by words, by values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "types/type.h"

/* --- the catalogue ---------------------------------------------------------------------- */

static struct type from_facts(struct type_facts facts)
{
    struct type type;

    type_from_facts(&type, &facts);
    return type;
}

static void test_facts(void **state)
{
    struct type type;

    (void)state;
    type = from_facts((struct type_facts){20, -1, 'b', 20, 0, "bigint"});
    assert_int_equal(type.kind, TYPE_INT8);
    assert_string_equal(type.name, "bigint");
    type = from_facts((struct type_facts){90001, 14, 'd', 1043, 0, "public.short_text"});
    assert_int_equal(type.kind, TYPE_TEXT);
    assert_int_equal(type.oid, 1043);
    assert_int_equal(type.modifier, 14);
    type = from_facts((struct type_facts){90002, -1, 'e', 90002, 0, "mood"});
    assert_int_equal(type.kind, TYPE_TEXT);
    type = from_facts((struct type_facts){90003, -1, 'b', 90003, 0, "public.citext"});
    assert_int_equal(type.kind, TYPE_TEXT);
    type = from_facts((struct type_facts){90004, -1, 'c', 90004, 0, "citext"});
    assert_int_equal(type.kind, TYPE_OTHER);
    assert_false(type_is_binary(&type));
    type = from_facts((struct type_facts){1007, -1, 'b', 1007, 23, "integer[]"});
    assert_int_equal(type.kind, TYPE_ARRAY);
    assert_int_equal(type.element_kind, TYPE_INT4);
    assert_true(type_is_binary(&type));
    type = from_facts((struct type_facts){90005, -1, 'b', 90005, 90002, "mood[]"});
    assert_int_equal(type.kind, TYPE_ARRAY);
    assert_false(type_is_binary(&type));
    type = from_facts((struct type_facts){600, -1, 'b', 600, 0, "point"});
    assert_int_equal(type.kind, TYPE_OTHER);
}

/* --- words ------------------------------------------------------------------------------ */

static void test_words(void **state)
{
    static const struct {
        const char *words;
        const char *name;
        enum type_kind kind;
        uint32_t oid;
        int32_t modifier;
    } cases[] = {
        {"bigint", "bigint", TYPE_INT8, 20, -1},
        {"BIGINT", "bigint", TYPE_INT8, 20, -1},
        {" int ", "integer", TYPE_INT4, 23, -1},
        {"int2", "smallint", TYPE_INT2, 21, -1},
        {"bool", "boolean", TYPE_BOOL, 16, -1},
        {"float", "double precision", TYPE_FLOAT8, 701, -1},
        {"float(24)", "real", TYPE_FLOAT4, 700, -1},
        {"float(25)", "double precision", TYPE_FLOAT8, 701, -1},
        {"double   precision", "double precision", TYPE_FLOAT8, 701, -1},
        {"numeric", "numeric", TYPE_NUMERIC, 1700, -1},
        {"decimal(10)", "numeric(10,0)", TYPE_NUMERIC, 1700, (10 << 16) + 4},
        {"numeric( 10 , 2 )", "numeric(10,2)", TYPE_NUMERIC, 1700, (10 << 16 | 2) + 4},
        {"numeric(3,-2)", "numeric(3,-2)", TYPE_NUMERIC, 1700, (3 << 16 | 2046) + 4},
        {"text", "text", TYPE_TEXT, 25, -1},
        {"varchar", "character varying", TYPE_TEXT, 1043, -1},
        {"varchar(20)", "character varying(20)", TYPE_TEXT, 1043, 24},
        {"Character Varying (20)", "character varying(20)", TYPE_TEXT, 1043, 24},
        {"char", "character(1)", TYPE_TEXT, 1042, 5},
        {"char(3)", "character(3)", TYPE_TEXT, 1042, 7},
        {"bpchar", "bpchar", TYPE_TEXT, 1042, -1},
        {"bytea", "bytea", TYPE_BYTEA, 17, -1},
        {"timestamptz", "timestamp with time zone", TYPE_TIMESTAMPTZ, 1184, -1},
        {"timestamptz(3)", "timestamp(3) with time zone", TYPE_TIMESTAMPTZ, 1184, 3},
        {"timestamp(0) with time zone", "timestamp(0) with time zone", TYPE_TIMESTAMPTZ, 1184, 0},
        {"timestamp", "timestamp without time zone", TYPE_TIMESTAMP, 1114, -1},
        {"time(6)", "time(6) without time zone", TYPE_TIME, 1083, 6},
        {"date", "date", TYPE_DATE, 1082, -1},
        {"uuid", "uuid", TYPE_UUID, 2950, -1},
        {"json", "json", TYPE_JSON, 114, -1},
        {"jsonb", "jsonb", TYPE_JSONB, 3802, -1},
        {"interval", "interval", TYPE_OTHER, 1186, -1},
        {"text[]", "text[]", TYPE_ARRAY, 1009, -1},
        {"int []", "integer[]", TYPE_ARRAY, 1007, -1},
        {"int[3][]", "integer[]", TYPE_ARRAY, 1007, -1},
        {"bigint array", "bigint[]", TYPE_ARRAY, 1016, -1},
        {"varchar(5)[]", "character varying(5)[]", TYPE_ARRAY, 1015, 9},
        {"timestamptz(3)[]", "timestamp(3) with time zone[]", TYPE_ARRAY, 1185, 3},
    };
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct type type;

        if (!type_from_words(cases[i].words, arena, &type))
            fail_msg("%s is not known", cases[i].words);
        assert_string_equal(type.name, cases[i].name);
        assert_int_equal(type.kind, cases[i].kind);
        assert_int_equal(type.oid, cases[i].oid);
        assert_int_equal(type.modifier, cases[i].modifier);
    }
    weir_arena_free(arena);
}

static void test_no_words(void **state)
{
    static const char *const words[] = {"", "  ", "strang", "int(3)", "numeric()", "numeric(0)",
        "numeric(1001)", "numeric(3,2,1)", "numeric(3,2", "numeric(3)(2)", "varchar(0)",
        "varchar(10485761)", "varchar(999999999)", "text(3)", "timestamp(7)", "float(54)",
        "double precision(3)", "text[", "text[a]", "text[] x", "int; DROP TABLE t", "\"text\"",
        "int)", "serial", "array", "(3)", "[]",
        "a word that is longer than any type is and goes on and on and on and on"};
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct type type;

        if (type_from_words(words[i], arena, &type))
            fail_msg("%s is taken as %s", words[i], type.name);
    }
    weir_arena_free(arena);
}

/* --- inference and widening ------------------------------------------------------------- */

#define BIT(kind) (1U << (kind))

static void test_kinds(void **state)
{
    static const struct {
        uint32_t kinds;
        bool all_exact;
        const char *name;
    } cases[] = {
        {BIT(WEIR_BOOL), true, "boolean"},
        {BIT(WEIR_INT), true, "bigint"},
        {BIT(WEIR_INT), false, "bigint"},
        {BIT(WEIR_FLOAT), true, "double precision"},
        {BIT(WEIR_INT) | BIT(WEIR_FLOAT), true, "double precision"},
        {BIT(WEIR_INT) | BIT(WEIR_FLOAT), false, "numeric"},
        {BIT(WEIR_DECIMAL), true, "numeric"},
        {BIT(WEIR_DECIMAL) | BIT(WEIR_INT), true, "numeric"},
        {BIT(WEIR_DECIMAL) | BIT(WEIR_FLOAT), true, "numeric"},
        {BIT(WEIR_TEXT), true, "text"},
        {BIT(WEIR_BYTES), true, "bytea"},
        {BIT(WEIR_TIMESTAMP), true, "timestamp with time zone"},
        {BIT(WEIR_DATE), true, "date"},
        {BIT(WEIR_JSON), true, "jsonb"},
        {BIT(WEIR_BOOL) | BIT(WEIR_INT), true, "text"},
        {BIT(WEIR_TIMESTAMP) | BIT(WEIR_DATE), true, "text"},
        {BIT(WEIR_JSON) | BIT(WEIR_TEXT), true, "text"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_string_equal(type_for_kinds(cases[i].kinds, cases[i].all_exact).name, cases[i].name);
}

static const char *widen(const char *words, struct weir_value value)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_value values[2] = {weir_null(), value};
    struct weir_column column = {.values = values, .kinds = 1U << value.kind};
    struct type wider;
    struct type type;
    const char *name = NULL;

    assert_true(type_from_words(words, arena, &type));
    if (type_widen(&type, &column, 2, &wider))
        name = wider.name;
    weir_arena_free(arena);
    return name;
}

static struct weir_value text(const char *text)
{
    return weir_text(WEIR_TEXT, weir_str(text));
}

static struct weir_value decimal(const char *text)
{
    return weir_text(WEIR_DECIMAL, weir_str(text));
}

static void test_widen(void **state)
{
    (void)state;
    assert_null(widen("int", weir_int(5)));
    assert_null(widen("int", weir_null()));
    assert_null(widen("bigint", weir_float(5)));
    assert_string_equal(widen("int", weir_int(INT64_MAX)), "bigint");
    assert_string_equal(widen("int", weir_float(0.5)), "double precision");
    assert_string_equal(widen("bigint", weir_float(0.5)), "numeric");
    assert_string_equal(widen("bigint", decimal("9223372036854775808")), "numeric");
    assert_string_equal(widen("bigint", text("a")), "text");
    assert_string_equal(widen("bigint", weir_bool(true)), "text");
    assert_null(widen("double precision", weir_int(1LL << 53)));
    assert_string_equal(widen("double precision", weir_int((1LL << 53) + 1)), "numeric");
    assert_string_equal(widen("boolean", weir_int(1)), "text");
    assert_string_equal(widen("numeric(4,2)", weir_float(1.125)), "numeric");
    assert_string_equal(widen("numeric", text("x")), "text");
    assert_string_equal(widen("varchar(2)", text("abc")), "text");
    assert_string_equal(widen("timestamptz", text("tomorrow")), "text");
    assert_null(widen("timestamptz", text("2024-05-01T10:00:00Z")));
    assert_null(widen("text", weir_text(WEIR_TEXT, (struct weir_str){"a\0b", 3})));
    assert_null(widen("bytea", text("x")));
    assert_null(widen("text[]", text("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_no_words),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_widen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
