/* What of a pipeline file must not change while a pass is open, and what may. */
#include "yaml_checks.h"

#include "state/config.h"

#include <jansson.h>

/* An extractor with options of each sort, and a transform. */
struct source {
    const char *base_url;
    int64_t threads;
    struct weir_secret token;
};

struct paging {
    const char *param;
    int64_t wait;
};

struct limit {
    int64_t pages, parallel;
};

struct resource {
    const char *path;
    struct weir_pairs params;
    struct weir_variant paginator;
    struct limit limit;
    struct weir_groups steps;
    struct weir_secret key;
};

struct sift {
    const char *where;
    int64_t threads;
};

static const struct weir_option source_options[] = {
    WEIR_TEXT(struct source, base_url, .help = "."),
    WEIR_INT(struct source, threads, .tuning = true, .help = "."),
    WEIR_SECRET(struct source, token, .help = "."),
    {0},
};
static const struct weir_option paging_options[] = {
    WEIR_TEXT(struct paging, param, .help = "."),
    WEIR_INT(struct paging, wait, .tuning = true, .help = "."),
    {0},
};
static const struct weir_variant_type paginators[] = {
    {"pages", ".", 1, paging_options, sizeof(struct paging)},
    {"cursor", ".", 2, paging_options, sizeof(struct paging)},
    {0},
};
static const struct weir_option limit_options[] = {
    WEIR_INT(struct limit, pages, .help = "."),
    WEIR_INT(struct limit, parallel, .tuning = true, .help = "."),
    {0},
};
static const struct weir_option resource_options[] = {
    WEIR_TEXT(struct resource, path, .help = "."),
    WEIR_PAIRS(struct resource, params, .sensitive = true, .help = "."),
    WEIR_VARIANT(struct resource, paginator, paginators, .help = "."),
    WEIR_GROUP(struct resource, limit, struct limit, limit_options, .help = "."),
    WEIR_GROUPS(struct resource, steps, struct limit, limit_options, .help = "."),
    WEIR_SECRET(struct resource, key, .help = "."),
    {0},
};
static const struct weir_option sift_options[] = {
    WEIR_TEXT(struct sift, where, .help = "."),
    WEIR_INT(struct sift, threads, .tuning = true, .help = "."),
    {0},
};
static const struct weir_plugin extractor = {.header = WEIR_HEADER,
    .name = "pages",
    .options = source_options,
    .resource_options = resource_options};
static const struct weir_plugin sift = {
    .header = WEIR_HEADER, .name = "sift", .options = sift_options};

/* What a file has of one resource and of what is around it. */
struct file {
    const char *source, *resource, *vars, *transforms[3];
    const char *table;
    enum weir_disposition disposition;
    const char *type;
    bool passes_by; /* the resource does not go through the first transform */
};

#define SOURCE "base_url: http://a\nthreads: 2\ntoken: one\n"
#define RESOURCE                                                                                   \
    "name: rows\npath: /a\nparams: { x: 1, y: 2 }\n"                                               \
    "paginator: { type: pages, param: p, wait: 1 }\nlimit: { pages: 3, parallel: 4 }\n"            \
    "steps: [ { pages: 1, parallel: 1 }, { pages: 2 } ]\nkey: one\n"
static const struct file usual = {
    .source = SOURCE, .resource = RESOURCE, .table = "rows", .type = "pages"};

static const char *config_text(struct fixture *f, const struct file *file)
{
    static const bool all[] = {true}, none[] = {false};
    struct weir_resource resource = {
        .name = "rows", .table = file->table, .disposition = file->disposition};
    struct plan_stage transforms[3] = {0};
    struct plan plan = {
        .arena = f->arena, .resources = &resource, .n_resources = 1, .transforms = transforms};

    resource.config = parse_good(f, file->resource);
    plan.extract.plugin = &extractor;
    plan.extract.type = file->type;
    plan.extract.stage.config = parse_good(f, file->source);
    plan.vars = file->vars ? parse_good(f, file->vars) : NULL;
    for (size_t i = 0; i < 3 && file->transforms[i]; i++, plan.n_transforms++) {
        transforms[i].plugin = &sift;
        transforms[i].takes = i == 0 && file->passes_by ? none : all;
        transforms[i].stage.config = parse_good(f, file->transforms[i]);
    }
    return config_of(&plan, 0);
}

static const char *differences(
    struct fixture *f, const struct file *before, const struct file *after)
{
    char *out = weir_alloc(f->arena, 512);
    size_t n = config_differences(config_text(f, before), config_text(f, after), out, 512);

    assert_int_equal(n, strlen(out));
    return out;
}

static void check_resource(struct fixture *f, const char *text, const char *wanted)
{
    struct file after = usual;

    after.resource = text;
    assert_string_equal(differences(f, &usual, &after), wanted);
}

static void check_source(struct fixture *f, const char *text, const char *wanted)
{
    struct file after = usual;

    after.source = text;
    assert_string_equal(differences(f, &usual, &after), wanted);
}

static void check_transforms(struct fixture *f, const struct file *before, const char *first,
    const char *second, const char *wanted)
{
    struct file after = *before;

    after.transforms[0] = first;
    after.transforms[1] = second;
    assert_string_equal(differences(f, before, &after), wanted);
}

/* --- what may change ---------------------------------------------------------------------- */

static void the_same_file_is_no_change(void **state)
{
    check_resource(*state, RESOURCE, "");
    check_source(*state, SOURCE, "");
}

static void tuning_may_change(void **state)
{
    check_source(*state, "base_url: http://a\nthreads: 9\ntoken: one\n", "");
    check_source(*state, "base_url: http://a\ntoken: one\n", "");
    check_resource(*state,
        "name: rows\npath: /a\nparams: { x: 1, y: 2 }\n"
        "paginator: { type: pages, param: p, wait: 8 }\nlimit: { pages: 3 }\n"
        "steps: [ { pages: 1 }, { pages: 2, parallel: 8 } ]\nkey: one\n"
        "selected: true\non_row_error: dead_letter\n",
        "");
}

static void secrets_may_change(void **state)
{
    check_source(*state, "base_url: http://a\nthreads: 2\ntoken: two\n", "");
    check_resource(*state,
        "name: rows\npath: /a\nparams: { x: 1, y: 2 }\n"
        "paginator: { type: pages, param: p, wait: 1 }\nlimit: { pages: 3, parallel: 4 }\n"
        "steps: [ { pages: 1, parallel: 1 }, { pages: 2 } ]\nkey: two\n",
        "");
}

static void secrets_may_come_from_elsewhere(void **state)
{
    assert_int_equal(setenv("WEIR_TEST_VALUE", "one", 1), 0);
    check_source(*state, "base_url: http://a\nthreads: 2\ntoken: \"${WEIR_TEST_VALUE}\"\n", "");
}

static void the_order_of_options_may_change(void **state)
{
    check_source(*state, "token: one\nthreads: 2\nbase_url: http://a\n", "");
    check_resource(*state,
        "key: one\nsteps: [ { parallel: 1, pages: 1 }, { pages: 2 } ]\n"
        "limit: { parallel: 4, pages: 3 }\npaginator: { wait: 1, param: p, type: pages }\n"
        "params: { x: 1, y: 2 }\npath: /a\nname: rows\n",
        "");
}

static void what_sounds_like_a_login_may_change(void **state)
{
    struct file file = usual;
    const char *before, *after;
    char out[64];

    file.resource = "path: /a\nparams: { access_token: \"a ${WEIR_TEST_VALUE}\" }\n";
    assert_int_equal(setenv("WEIR_TEST_VALUE", "one", 1), 0);
    before = config_text(*state, &file);
    assert_int_equal(setenv("WEIR_TEST_VALUE", "two", 1), 0);
    after = config_text(*state, &file);
    assert_string_equal(before, after);
    file.resource = "path: /a\nparams: { access_token: \"b ${WEIR_TEST_VALUE}\" }\n";
    assert_int_not_equal(
        config_differences(before, config_text(*state, &file), out, sizeof(out)), 0);
    assert_string_equal(out, "params");
}

/* Parts of the question count, also where they come from the environment. */
static void what_else_comes_from_the_environment_counts(void **state)
{
    struct file file = usual;
    const char *before;
    char out[64];

    file.resource = "path: /a/${WEIR_TEST_VALUE}\nparams: { since: \"${WEIR_TEST_VALUE}\" }\n";
    file.vars = "{ since: \"${WEIR_TEST_VALUE}\", token: \"${WEIR_TEST_VALUE}\" }";
    assert_int_equal(setenv("WEIR_TEST_VALUE", "one", 1), 0);
    before = config_text(*state, &file);
    assert_int_equal(setenv("WEIR_TEST_VALUE", "two", 1), 0);
    (void)config_differences(before, config_text(*state, &file), out, sizeof(out));
    assert_string_equal(out, "params, path, vars.since");
}

/* --- what may not ------------------------------------------------------------------------- */

#define WITH(line) "name: rows\n" line "paginator: { type: pages, param: p }\nlimit: { pages: 3 }\n"

static void what_is_asked_for_may_not(void **state)
{
    struct file before = usual, after = usual;

    before.resource = WITH("path: /a\nparams: { x: 1, y: 2 }\n");
    after.resource = WITH("path: /b\nparams: { x: 1, y: 2 }\n");
    assert_string_equal(differences(*state, &before, &after), "path");
    after.resource = WITH("path: /a\nparams: { x: 1, y: 3 }\n");
    assert_string_equal(differences(*state, &before, &after), "params");
    after.resource = WITH("path: /a\nparams: { x: 1, z: 2 }\n");
    assert_string_equal(differences(*state, &before, &after), "params");
    after.resource = WITH("path: /a\nparams: { x: 2, y: 1 }\n");
    assert_string_equal(differences(*state, &before, &after), "params");
    after.resource = WITH("path: /b\nparams: { x: 1 }\n");
    assert_string_equal(differences(*state, &before, &after), "params, path");
    after.resource = WITH("path: /a\n");
    assert_string_equal(differences(*state, &before, &after), "params");
    check_source(*state, "base_url: http://b\nthreads: 2\ntoken: one\n", "base_url");
}

/* Pairs are kept in the order of the file, and so may mean something else in another one. */
static void the_order_inside_a_value_counts(void **state)
{
    struct file before = usual, after = usual;

    before.resource = "path: /a\nparams: { x: 1, y: 2 }\n";
    after.resource = "path: /a\nparams: { y: 2, x: 1 }\n";
    assert_string_equal(differences(*state, &before, &after), "params");
}

static void an_option_inside_a_variant_may_not(void **state)
{
    struct file before = usual, after = usual;

    before.resource = "paginator: { type: pages, param: p }\n";
    after.resource = "paginator: { type: pages, param: q }\n";
    assert_string_equal(differences(*state, &before, &after), "paginator");
    after.resource = "paginator: { type: cursor, param: p }\n";
    assert_string_equal(differences(*state, &before, &after), "paginator");
    after.resource = "paginator: { type: pages }\n";
    assert_string_equal(differences(*state, &before, &after), "paginator");
    after.resource = "paginator: pages\n";
    assert_string_equal(differences(*state, &before, &after), "paginator");
}

static void an_option_inside_a_group_may_not(void **state)
{
    struct file before = usual, after = usual;

    before.resource = "limit: { pages: 3 }\nsteps: [ { pages: 1 }, { pages: 2 } ]\n";
    after.resource = "limit: { pages: 4 }\nsteps: [ { pages: 1 }, { pages: 2 } ]\n";
    assert_string_equal(differences(*state, &before, &after), "limit");
    after.resource = "limit: { pages: 3 }\nsteps: [ { pages: 2 }, { pages: 1 } ]\n";
    assert_string_equal(differences(*state, &before, &after), "steps");
    after.resource = "limit: { pages: 3 }\nsteps: [ { pages: 1 } ]\n";
    assert_string_equal(differences(*state, &before, &after), "steps");
}

static void where_rows_go_may_not(void **state)
{
    struct file after = usual;

    after.table = "others";
    assert_string_equal(differences(*state, &usual, &after), "table");
    after = usual;
    after.disposition = WEIR_MERGE;
    assert_string_equal(differences(*state, &usual, &after), "write_disposition");
    after = usual;
    after.type = "file";
    assert_string_equal(differences(*state, &usual, &after), "extract.type");
    after = usual;
    after.resource = RESOURCE "primary_key: id\n";
    assert_string_equal(differences(*state, &usual, &after), "primary_key");
}

static void variables_may_not(void **state)
{
    struct file before = usual, after = usual;

    before.vars = "{ since: 2024, org: acme }";
    after.vars = "{ org: acme, since: 2024 }";
    assert_string_equal(differences(*state, &before, &after), "");
    after.vars = "{ org: acme, since: 2025 }";
    assert_string_equal(differences(*state, &before, &after), "vars.since");
    after.vars = NULL;
    assert_string_equal(differences(*state, &before, &after), "vars.org, vars.since");
}

/* They may be part of a header. */
static void variables_from_the_environment_are_no_change(void **state)
{
    struct file file = usual;
    const char *before;

    file.vars = "{ token: \"${WEIR_TEST_VALUE}\" }";
    assert_int_equal(setenv("WEIR_TEST_VALUE", "one", 1), 0);
    before = config_text(*state, &file);
    assert_int_equal(setenv("WEIR_TEST_VALUE", "two", 1), 0);
    assert_string_equal(before, config_text(*state, &file));
}

static void transforms_may_not(void **state)
{
    struct file before = usual;

    before.transforms[0] = "{ type: sift, where: a, threads: 1 }";
    before.transforms[1] = "{ type: sift, where: b }";
    check_transforms(
        *state, &before, "{ type: sift, where: a, threads: 1 }", "{ type: sift, where: b }", "");
    check_transforms(*state, &before, "{ threads: 5, where: a, type: sift }",
        "{ type: sift, where: b, resources: [rows] }", "");
    check_transforms(
        *state, &before, "{ type: sift, where: c }", "{ type: sift, where: b }", "transform");
    check_transforms(
        *state, &before, "{ type: sift, where: b }", "{ type: sift, where: a }", "transform");
    check_transforms(*state, &before, "{ type: sift, where: a }", NULL, "transform");
    check_transforms(*state, &usual, "{ type: sift, where: a }", NULL, "transform");
}

static void transforms_of_others_may_change(void **state)
{
    struct file before = usual;

    before.passes_by = true;
    before.transforms[0] = "{ type: sift, where: a }";
    check_transforms(*state, &before, "{ type: sift, where: b }", NULL, "");
}

/* Its rows are shorter, and where `tuning` would be the next one begins. */
static void all_options_of_an_older_plugin_count(void **state)
{
    enum { OLD_SIZE = offsetof(struct weir_option, tuning) };
    struct fixture *f = *state;
    static _Alignas(struct weir_option) char rows[4 * OLD_SIZE];
    const struct weir_option *options = (const void *)rows;
    const struct weir_node *map = parse_good(*state, "{ path: a }");
    struct weir_plugin old = extractor;
    struct weir_resource resource = {.name = "r", .table = "r", .config = map};
    struct plan plan = {.arena = f->arena, .resources = &resource, .n_resources = 1};
    const char *before;
    char out[64];

    for (size_t i = 0; i < 4; i++)
        memcpy(
            rows + i * OLD_SIZE, i < 3 ? &resource_options[i] : &(struct weir_option){0}, OLD_SIZE);
    old.header.option_size = OLD_SIZE;
    old.options = NULL;
    old.resource_options = options;
    plan.extract.plugin = &old;
    plan.extract.type = "old";
    plan.extract.stage.config = map;
    before = config_of(&plan, 0);
    resource.config = parse_good(*state, "{ path: b }");
    (void)config_differences(before, config_of(&plan, 0), out, sizeof(out));
    assert_string_equal(out, "path");
}

/* --- what is kept ------------------------------------------------------------------------- */

static void nothing_of_the_file_is_kept(void **state)
{
    struct file file = usual;
    const char *text;
    json_t *object;

    file.source = "base_url: http://seldom\ntoken: seldom\n";
    file.resource = "path: seldom\nparams: { seldom: seldom }\nkey: seldom\n";
    file.vars = "{ v: seldom }";
    text = config_text(*state, &file);
    assert_null(strstr(text, "seldom"));
    object = json_loads(text, 0, NULL);
    assert_true(json_is_object(object));
    assert_true(json_is_string(json_object_get(object, "path")));
    json_decref(object);
}

static void many_differences_are_named_as_far_as_there_is_room(void **state)
{
    const char *one = "{\"first\":\"1\",\"second\":\"1\",\"third\":\"1\"}";
    char out[16];
    size_t n = config_differences(one, "{}", out, sizeof(out));

    (void)state;
    assert_int_equal(n, strlen(out));
    assert_string_equal(out, "first, second");
}

static void what_cannot_be_read_differs(void **state)
{
    char out[64];

    (void)state;
    assert_int_not_equal(config_differences("", "{}", out, sizeof(out)), 0);
    assert_int_not_equal(config_differences("[1]", "{}", out, sizeof(out)), 0);
    assert_int_not_equal(config_differences("", "{\"path\":\"1\"}", out, sizeof(out)), 0);
    assert_string_equal(out, "path");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_same_file_is_no_change),
        CASE(tuning_may_change),
        CASE(secrets_may_change),
        CASE(secrets_may_come_from_elsewhere),
        CASE(the_order_of_options_may_change),
        CASE(what_sounds_like_a_login_may_change),
        CASE(what_else_comes_from_the_environment_counts),
        CASE(what_is_asked_for_may_not),
        CASE(the_order_inside_a_value_counts),
        CASE(an_option_inside_a_variant_may_not),
        CASE(an_option_inside_a_group_may_not),
        CASE(where_rows_go_may_not),
        CASE(variables_may_not),
        CASE(variables_from_the_environment_are_no_change),
        CASE(transforms_may_not),
        CASE(transforms_of_others_may_change),
        CASE(all_options_of_an_older_plugin_count),
        CASE(nothing_of_the_file_is_kept),
        CASE(many_differences_are_named_as_far_as_there_is_room),
        CASE(what_cannot_be_read_differs),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
