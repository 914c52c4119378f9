/* Tables: keys, defaults, what is required, groups, variants, older plugins. */
#include "node_checks.h"

#include <stdlib.h>
#include <weir/option.h>

struct limit {
    int64_t max;
    int64_t per_host;
};

struct rate {
    const char *name;
    int64_t limit;
};

struct cursor {
    const char *cursor_path;
    int64_t pages;
};

struct offset {
    int64_t page_size;
};

struct main_options {
    const char *path;
    struct limit concurrency;
    struct limit burst;
    struct weir_groups rate_limits;
    struct weir_variant paginator;
    struct weir_variant auth;
    struct weir_strs codes;
    struct weir_pairs labels;
    uint64_t stall;
};

static const struct weir_option limit_table[] = {
    WEIR_INT(struct limit, max, .initial = "16", .min = 1, .max = 1024),
    WEIR_INT(struct limit, per_host, .required = true),
    {0},
};

static const struct weir_option rate_table[] = {
    WEIR_TEXT(struct rate, name, .required = true),
    WEIR_INT(struct rate, limit, .initial = "7"),
    {0},
};

static const struct weir_option cursor_table[] = {
    WEIR_TEXT(struct cursor, cursor_path, .required = true),
    WEIR_INT(struct cursor, pages, .initial = "3"),
    {0},
};

static const struct weir_option offset_table[] = {
    WEIR_INT(struct offset, page_size, .initial = "100"),
    {0},
};

static const struct weir_variant_type paginators[] = {
    {"single_page", NULL, 10, NULL, 0},
    {"cursor", NULL, 11, cursor_table, sizeof(struct cursor)},
    {"offset", NULL, 12, offset_table, sizeof(struct offset)},
    {NULL},
};

static const struct weir_option main_table[] = {
    WEIR_TEXT(struct main_options, path, .required = true),
    WEIR_GROUP(struct main_options, concurrency, struct limit, limit_table, .help = "Help."),
    WEIR_GROUP(struct main_options, burst, struct limit, limit_table, .help = "Help."),
    WEIR_GROUPS(struct main_options, rate_limits, struct rate, rate_table, .max = 2),
    WEIR_VARIANT(struct main_options, paginator, paginators, .initial = "offset"),
    WEIR_VARIANT(struct main_options, auth, paginators, .help = "Help."),
    WEIR_TEXTS(struct main_options, codes, .initial = "[408, 429, 5xx]"),
    WEIR_PAIRS(struct main_options, labels, .initial = "{\"a\": \"1\", \"b\": \"2\"}"),
    WEIR_DURATION(struct main_options, stall, .initial = "30s"),
    {0},
};

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
};

static int setup(void **state)
{
    static struct fixture fixture;

    fixture.arena = weir_arena_new();
    weir_mistakes_init(&fixture.mistakes, fixture.arena);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    weir_arena_free(fixture->arena);
    return 0;
}

static bool parse_tables(struct fixture *f, const struct weir_node *map,
    const struct weir_node *place, const struct weir_option_target *targets, size_t n)
{
    struct weir_option_context context = {.arena = f->arena, .mistakes = &f->mistakes};

    weir_mistakes_init(&f->mistakes, f->arena);
    return weir_options_parse(&context, map, place, targets, n);
}

static bool parse(struct fixture *f, const char *text, struct main_options *ret_options)
{
    struct weir_option_target target = {main_table, sizeof(*main_table), ret_options};
    const struct weir_node *map = document(f->arena, text);

    memset(ret_options, 0, sizeof(*ret_options));
    return parse_tables(f, map, map, &target, 1);
}

static void check_bad(struct fixture *f, const char *text, const char *code, const char *says)
{
    struct main_options options;

    assert_false(parse(f, text, &options));
    check_mistake(&f->mistakes, 0, code, says);
    assert_int_equal(f->mistakes.n, 1);
}

static void defaults_are_filled(void **state)
{
    struct fixture *f = *state;
    struct main_options o;
    const struct offset *offset;

    assert_true(parse(f, "{'path': 'x'}", &o));
    check_none(&f->mistakes);
    assert_int_equal(o.stall, 30000);
    assert_int_equal(o.codes.n, 3);
    assert_string_equal(o.codes.items[2], "5xx");
    assert_int_equal(o.labels.n, 2);
    assert_string_equal(o.labels.items[1].text, "2");
    assert_int_equal(o.concurrency.max, 16);
    assert_int_equal(o.rate_limits.n, 0);
    assert_string_equal(o.paginator.type->name, "offset");
    assert_null(o.paginator.node);
    offset = o.paginator.options;
    assert_int_equal(offset->page_size, 100);
    assert_null(o.auth.type);
    assert_null(o.auth.options);
}

static void groups_are_filled(void **state)
{
    struct fixture *f = *state;
    struct main_options o;
    const struct rate *rates;

    assert_true(parse(f,
        "{'path': 'x', 'concurrency': {'per_host': 4},"
        " 'rate_limits': [{'name': 'a'}, {'name': 'b', 'limit': 9}]}",
        &o));
    assert_int_equal(o.concurrency.max, 16);
    assert_int_equal(o.concurrency.per_host, 4);
    assert_int_equal(o.rate_limits.n, 2);
    rates = o.rate_limits.items;
    assert_string_equal(rates[0].name, "a");
    assert_int_equal(rates[0].limit, 7);
    assert_string_equal(rates[1].name, "b");
    assert_int_equal(rates[1].limit, 9);
}

static void variants_are_filled(void **state)
{
    struct fixture *f = *state;
    struct main_options o;
    const struct cursor *cursor;

    assert_true(parse(f,
        "{'path': 'x', 'auth': 'single_page',"
        " 'paginator': {'type': 'cursor', 'cursor_path': 'next', 'pages': 5}}",
        &o));
    assert_int_equal(o.auth.type->value, 10);
    assert_non_null(o.auth.options);
    assert_non_null(o.auth.node);
    assert_int_equal(o.paginator.type->value, 11);
    cursor = o.paginator.options;
    assert_string_equal(cursor->cursor_path, "next");
    assert_int_equal(cursor->pages, 5);
}

static void unknown_keys(void **state)
{
    struct fixture *f = *state;
    struct main_options o;

    check_bad(f, "{'path': 'x', 'conurrency': {}}", "E-KEY",
        "unknown key 'conurrency'; did you mean 'concurrency'?");
    assert_int_equal(f->mistakes.items[0].column, 15);
    check_bad(f, "{'path': 'x', 'per_host': 8}", "E-KEY",
        "unknown key 'per_host'; it belongs under 'concurrency'");
    check_bad(f, "{'path': 'x', 'colour': 8}", "E-KEY",
        "unknown key 'colour'; known keys: path, concurrency, burst, rate_limits, paginator, auth, "
        "codes, labels, stall");
    check_bad(f, "{'path': 'x', 'concurrency': {'per_host': 1, 'mix': 8}}", "E-KEY",
        "unknown key 'mix'; did you mean 'max'?");
    assert_false(parse(f, "{'path': 'x', 'a\\u001b[2J': 1}", &o));
    assert_null(strchr(f->mistakes.items[0].text, 27));
}

static void variant_mistakes(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'path': 'x', 'auth': {'type': 'cursor', 'cursor_path': 'a', 'page_size': 1}}",
        "E-KEY", "unknown key 'page_size' for auth type 'cursor'; type 'offset' has it");
    check_bad(f, "{'path': 'x', 'auth': {'type': 'offset', 'page_siz': 1}}", "E-KEY",
        "unknown key 'page_siz' for auth type 'offset'; did you mean 'page_size'?");
    check_bad(f, "{'path': 'x', 'auth': {'type': 'single_page', 'zz': 1}}", "E-KEY",
        "unknown key 'zz' for auth type 'single_page'; known keys: type");
    check_bad(f, "{'path': 'x', 'auth': {'cursor_path': 'a'}}", "E-REQUIRED",
        "'type' of 'auth' is required, one of single_page, cursor, offset");
    check_bad(f, "{'path': 'x', 'auth': {'type': 'curser'}}", "E-VALUE",
        "'type' of 'auth' needs one of single_page, cursor, offset; got 'curser'; did you mean "
        "'cursor'?");
    check_bad(f, "{'path': 'x', 'auth': 'curser'}", "E-VALUE",
        "'auth' needs one of single_page, cursor, offset; got 'curser'; did you mean 'cursor'?");
    check_bad(f, "{'path': 'x', 'auth': 'cursor'}", "E-REQUIRED",
        "'cursor_path' is required for auth type 'cursor'");
    check_bad(f, "{'path': 'x', 'auth': []}", "E-VALUE",
        "'auth' needs one of single_page, cursor, offset; got a list");
    check_bad(f, "{'path': 'x', 'auth': null}", "E-VALUE",
        "'auth' needs one of single_page, cursor, offset; got nothing");
}

static void group_mistakes(void **state)
{
    struct fixture *f = *state;

    check_bad(f, "{'path': 'x', 'burst': 5}", "E-VALUE", "'burst' needs a map, got '5'");
    check_bad(f, "{'path': 'x', 'burst': null}", "E-VALUE", "'burst' needs a map, got nothing");
    check_bad(f, "{'path': 'x', 'burst': {}}", "E-REQUIRED", "'per_host' is required");
    assert_int_equal(f->mistakes.items[0].column, 24);
    check_bad(f, "{'path': 'x', 'rate_limits': {'name': 'a'}}", "E-VALUE",
        "'rate_limits' needs a list of maps with a length of at most 2, got a map");
    check_bad(f, "{'path': 'x', 'rate_limits': [{'name': 'a'}, 'b']}", "E-VALUE",
        "item 2 of 'rate_limits' needs a map, got 'b'");
    check_bad(
        f, "{'path': 'x', 'rate_limits': [{'limit': 1}]}", "E-REQUIRED", "'name' is required");
}

static void all_mistakes_are_gathered(void **state)
{
    struct fixture *f = *state;
    struct main_options o;

    assert_false(parse(f, "{'pth': 'x', 'concurrency': {'max': 0}, 'stall': 5}", &o));
    assert_int_equal(f->mistakes.n, 5);
    check_mistake(&f->mistakes, 0, "E-KEY", "unknown key 'pth'; did you mean 'path'?");
    check_mistake(&f->mistakes, 1, "E-REQUIRED", "'path' is required");
}

static void no_map_has_defaults(void **state)
{
    struct fixture *f = *state;
    struct main_options o = {0};
    struct weir_option_target target = {main_table, sizeof(*main_table), &o};
    struct weir_node *place = document(f->arena, "\n  5");

    assert_false(parse_tables(f, NULL, place, &target, 1));
    check_mistake(&f->mistakes, 0, "E-REQUIRED", "'path' is required");
    assert_int_equal(f->mistakes.items[0].line, 2);
    assert_int_equal(o.stall, 30000);
    assert_false(parse_tables(f, place, place, &target, 1));
    check_mistake(&f->mistakes, 0, "E-VALUE", "a map of options is needed here, got a text");
}

struct small {
    int64_t extra;
};

static const struct weir_option small_table[] = {
    WEIR_INT(struct small, extra, .required = true),
    {0},
};

/* A table without target is known, and nothing of it is read or missed. */
static void several_tables_share_a_map(void **state)
{
    struct fixture *f = *state;
    struct main_options o = {0};
    struct small s = {0};
    struct weir_option_target targets[] = {
        {main_table, sizeof(*main_table), NULL},
        {small_table, sizeof(*small_table), &s},
        {NULL, 0, &o},
    };
    const struct weir_node *map = document(f->arena, "{'stall': 'wrong', 'extra': 4}");

    assert_true(parse_tables(f, map, map, targets, 3));
    assert_int_equal(s.extra, 4);
    map = document(f->arena, "{'extr': 4, 'pat': 1}");
    assert_false(parse_tables(f, map, map, targets, 3));
    check_mistake(&f->mistakes, 0, "E-KEY", "unknown key 'extr'; did you mean 'extra'?");
    check_mistake(&f->mistakes, 1, "E-KEY", "unknown key 'pat'; did you mean 'path'?");
    check_mistake(&f->mistakes, 2, "E-REQUIRED", "'extra' is required");
}

static void a_wrong_default_is_the_plugins_fault(void **state)
{
    static const struct weir_option wrong[] = {
        WEIR_INT(struct small, extra, .initial = "many"),
        {0},
    };
    static const struct weir_option no_json[] = {
        WEIR_GROUP(struct main_options, burst, struct limit, limit_table, .initial = "{oops"),
        {0},
    };
    struct fixture *f = *state;
    struct main_options o = {0};
    struct small s = {0};
    struct weir_option_target target = {wrong, sizeof(*wrong), &s};
    const struct weir_node *map = document(f->arena, "{}");

    assert_false(parse_tables(f, map, map, &target, 1));
    check_mistake(&f->mistakes, 0, "E-PLUGIN",
        "the plugin's option 'extra' has a default that cannot be read: 'extra' needs a whole "
        "number, got 'many'; tell its author");
    target = (struct weir_option_target){no_json, sizeof(*no_json), &o};
    assert_false(parse_tables(f, map, map, &target, 1));
    check_mistake(&f->mistakes, 0, "E-PLUGIN",
        "the plugin's option 'burst' has a default that cannot be read: it is not JSON; tell its "
        "author");
}

/* A type from a newer SDK is named, not guessed. */
static void an_unknown_type_is_refused(void **state)
{
    static const struct weir_option newer[] = {
        {.name = "extra", .type = 999},
        {0},
    };
    struct fixture *f = *state;
    struct small s = {0};
    struct weir_option_target target = {newer, sizeof(*newer), &s};
    const struct weir_node *map = document(f->arena, "{'extra': 1}");

    assert_false(parse_tables(f, map, map, &target, 1));
    assert_string_equal(f->mistakes.items[0].code, "E-PLUGIN");
}

/* Rows as an older SDK had them: everything behind `offset` was not invented yet. */
struct old_row {
    unsigned char bytes[offsetof(struct weir_option, roots)];
};

/* Rows as a newer SDK may have them. */
struct new_row {
    struct weir_option row;
    const char *invented_later;
};

static void rows_of_other_sizes_are_walked(void **state)
{
    struct fixture *f = *state;
    struct new_row newer[3] = {{.row = small_table[0], .invented_later = "x"},
        {.row = limit_table[0], .invented_later = "y"}};
    struct old_row *older = weir_calloc(2, sizeof(*older));
    struct small s = {0};
    struct weir_option_target target = {(const void *)older, sizeof(*older), &s};
    const struct weir_node *map = document(f->arena, "{}");

    /* What the old row lacks is zero: not required, though the bytes behind it would say so. */
    memcpy(older, small_table, sizeof(*older));
    assert_true(parse_tables(f, map, map, &target, 1));
    map = document(f->arena, "{'extra': 3}");
    assert_true(parse_tables(f, map, map, &target, 1));
    assert_int_equal(s.extra, 3);
    assert_ptr_equal(weir_option_find((const void *)older, sizeof(*older), "extra"), older);
    assert_null(weir_option_next((const void *)older, sizeof(*older)));
    free(older);

    assert_ptr_equal(weir_option_find(&newer[0].row, sizeof(newer[0]), "max"), &newer[1]);
    assert_ptr_equal(weir_option_next(&newer[0].row, sizeof(newer[0])), &newer[1]);
    assert_null(weir_option_next(&newer[1].row, sizeof(newer[0])));
    assert_null(weir_option_find(&newer[0].row, sizeof(newer[0]), "nothing"));
    assert_null(weir_option_find(NULL, sizeof(newer[0]), "nothing"));
}

static const struct weir_option endless[2];
static const struct weir_variant_type circle[] = {
    {"again", NULL, 0, endless, sizeof(struct weir_variant)},
    {NULL},
};
static const struct weir_option endless[2] = {
    {.name = "v", .type = WEIR_OPTION_VARIANT, .variants = circle, .initial = "again"},
    {0},
};

static void tables_in_a_circle_end(void **state)
{
    struct fixture *f = *state;
    struct weir_variant v = {0};
    struct weir_option_target target = {endless, sizeof(*endless), &v};
    const struct weir_node *map = document(f->arena, "{}");

    assert_false(parse_tables(f, map, map, &target, 1));
    assert_string_equal(f->mistakes.items[0].code, "E-PLUGIN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_are_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(groups_are_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(variants_are_filled, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(variant_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(group_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(all_mistakes_are_gathered, setup, teardown),
        cmocka_unit_test_setup_teardown(no_map_has_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(several_tables_share_a_map, setup, teardown),
        cmocka_unit_test_setup_teardown(a_wrong_default_is_the_plugins_fault, setup, teardown),
        cmocka_unit_test_setup_teardown(an_unknown_type_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(rows_of_other_sizes_are_walked, setup, teardown),
        cmocka_unit_test_setup_teardown(tables_in_a_circle_end, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
