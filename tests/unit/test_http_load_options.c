/* What is wrong with the options of the http loader is told before anything is sent. */
#include "node_checks.h"

#include "../../plugins/http/load/load_options.h"

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    struct http_load load;
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof(f));
    f.arena = weir_arena_new();
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    weir_arena_free(((struct fixture *)*state)->arena);
    return 0;
}

static void check_options(struct fixture *f, const char *text)
{
    struct weir_node *node = document(f->arena, text);
    struct weir_option_context context = {.arena = f->arena, .mistakes = &f->mistakes};
    struct weir_option_target target = {
        http_load_option_table, sizeof(struct weir_option), &f->load};
    struct weir_stage stage = {.name = "load", .state = &f->load, .config = node};

    memset(&f->load, 0, sizeof(f->load));
    weir_mistakes_init(&f->mistakes, f->arena);
    if (weir_node_get(node, "auth"))
        substitute((struct weir_node *)(uintptr_t)weir_node_get(node, "auth"), "token");
    (void)weir_options_parse(&context, node, node, &target, 1);
    http_load_check(&stage, &f->mistakes);
}

static void check_one(struct fixture *f, const char *text, const char *code, const char *expected)
{
    check_options(f, text);
    check_mistake(&f->mistakes, 0, code, expected);
    assert_int_equal(f->mistakes.n, 1);
}

static void what_is_needed_is_little(void **state)
{
    struct fixture *f = *state;

    check_options(f, "{'url': 'http://h/'}");
    check_none(&f->mistakes);
    assert_int_equal(f->load.method, HTTP_LOAD_POST);
    assert_int_equal(f->load.batch.rows, 500);
    assert_int_equal(f->load.connection.concurrency.max, 4);
    assert_string_equal(f->load.idempotency_key.header, "Idempotency-Key");
    check_options(f, "{'url': 'http://h/', 'method': 'PUT', 'body': {'format': 'json', 'key': 'd'},"
                     " 'auth': {'type': 'bearer', 'token': 'x'}, 'headers': {'X-A': 'b'}}");
    check_none(&f->mistakes);
}

static void addresses(void **state)
{
    struct fixture *f = *state;

    check_options(f, "{'url': 'ftp://h/'}");
    assert_string_equal(f->mistakes.items[0].code, "E-URL-SCHEME");
    check_options(f, "{'url': 'h'}");
    assert_int_equal(f->mistakes.n, 1);
    check_options(f, "{}");
    assert_int_equal(f->mistakes.n, 1);
}

static void headers(void **state)
{
    struct fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'headers': {'a b': 'c'}}", "E-HEADER",
        "'a b' cannot be the name of a header");
    check_one(f, "{'url': 'http://h/', 'headers': {'Content-Length': '1'}}", "E-HEADER",
        "'Content-Length' is set by weir itself");
    check_one(f, "{'url': 'http://h/', 'headers': {'idempotency-key': '1'}}", "E-HEADER",
        "'idempotency-key' is set here and by idempotency_key");
    check_one(f, "{'url': 'http://h/', 'headers': {'X': 'a\\nb'}}", "E-HEADER",
        "the value for 'X' holds a line break or another control byte");
    check_one(f, "{'url': 'http://h/', 'headers': {'X': 'a', 'x': 'b'}}", "E-HEADER",
        "'x' is here already as 'X': names of headers have no case");
    check_one(f,
        "{'url': 'http://h/', 'headers': {'Authorization': 'a'},"
        " 'auth': {'type': 'bearer', 'token': 't'}}",
        "E-HEADER", "'Authorization' is set here and by auth");
}

static void keys(void **state)
{
    struct fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'idempotency_key': {'header': 'Connection'}}", "E-HEADER",
        "'Connection' cannot be a header that carries a key");
    check_one(f,
        "{'url': 'http://h/', 'idempotency_key': {'header': 'authorization'},"
        " 'auth': {'type': 'bearer', 'token': 't'}}",
        "E-HEADER", "'authorization' is set here and by auth");
}

static void bodies(void **state)
{
    struct fixture *f = *state;

    check_one(f, "{'url': 'http://h/', 'body': {'format': 'ndjson', 'key': 'a'}}", "E-VALUE",
        "'key' goes with format: json, whose rows can stand under one");
    check_one(f, "{'url': 'http://h/', 'body': {'format': 'rows'}, 'batch': {'rows': 1}}",
        "E-VALUE", "with format: rows each row is a request of its own; leave 'batch' out");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_needed_is_little, setup, teardown),
        cmocka_unit_test_setup_teardown(addresses, setup, teardown),
        cmocka_unit_test_setup_teardown(headers, setup, teardown),
        cmocka_unit_test_setup_teardown(keys, setup, teardown),
        cmocka_unit_test_setup_teardown(bodies, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
