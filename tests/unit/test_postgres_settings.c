#include <connect/settings.h>
#include <connect/target.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct plugin {
    int before;
    struct settings settings;
};

static const struct weir_option options[] = {SETTINGS_OPTIONS(struct plugin), {0}};

struct check {
    struct weir_arena *arena;
    struct weir_node *config;
    struct weir_stage stage;
    struct weir_mistakes mistakes;
    struct plugin plugin;
    char secrets[1024];
};

static void on_secret(void *arg, const char *text)
{
    struct check *check = arg;
    size_t n = strlen(check->secrets);

    (void)snprintf(check->secrets + n, sizeof(check->secrets) - n, "%s;", text);
}

/* Pairs of option and value, up to NULL. */
static struct check *read_options(void **state, const char *const *pairs)
{
    struct check *check = *state;
    struct weir_option_context context = {.arena = check->arena,
        .mistakes = &check->mistakes,
        .secret = on_secret,
        .secret_arg = check};
    struct weir_option_target into = {options, sizeof(struct weir_option), &check->plugin};

    check->config = weir_node_map(check->arena);
    check->plugin = (struct plugin){0};
    check->secrets[0] = '\0';
    for (; pairs[0]; pairs += 2)
        weir_node_add(check->arena, check->config, weir_node_scalar(check->arena, pairs[0]),
            weir_node_scalar(check->arena, pairs[1]));
    check->stage = (struct weir_stage){.name = "load", .config = check->config};
    weir_mistakes_init(&check->mistakes, check->arena);
    (void)weir_options_parse(&context, check->config, check->config, &into, 1);
    settings_check(&check->stage, &check->plugin.settings, &check->mistakes);
    return check;
}

#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void expect_fine(struct check *check)
{
    for (size_t i = 0; i < check->mistakes.n; i++)
        print_error("%s\n", check->mistakes.items[i].text);
    assert_int_equal(check->mistakes.n, 0);
}

static void expect_one(struct check *check, const char *words, bool is_warning)
{
    assert_int_equal(check->mistakes.n, 1);
    if (!strstr(check->mistakes.items[0].text, words))
        print_error("%s, expected: %s\n", check->mistakes.items[0].text, words);
    assert_non_null(strstr(check->mistakes.items[0].text, words));
    assert_int_equal(check->mistakes.items[0].warning, is_warning);
    assert_null(strstr(check->mistakes.items[0].text, "SECRET"));
}

static const struct target *target_of(struct check *check)
{
    return target_make(check->arena, &check->plugin.settings);
}

static void a_dsn_or_its_parts_say_where(void **state)
{
    struct check *check =
        read_options(state, OPTIONS("dsn", "postgres://u:SECRET-pass@db:5433/shop"));
    const struct target *target = target_of(check);

    expect_fine(check);
    assert_string_equal(target->name, "postgres://db:5433/shop");
    assert_string_equal(target->dsn.values[DSN_PASSWORD], "SECRET-pass");
    assert_non_null(strstr(check->secrets, "SECRET-pass"));
    check = read_options(state,
        OPTIONS("host", "db", "port", "1", "user", "u", "password", "SECRET-2", "dbname", "shop"));
    expect_fine(check);
    target = target_of(check);
    assert_string_equal(target->name, "postgres://db:1/shop");
    assert_string_equal(check->secrets, "SECRET-2;");
    check = read_options(state, OPTIONS("dsn", "postgres://u@db/shop", "password", "SECRET-3"));
    expect_fine(check);
    assert_string_equal(target_of(check)->dsn.values[DSN_PASSWORD], "SECRET-3");
    assert_int_equal(check->plugin.settings.connect_timeout, 10000);
    assert_int_equal(check->plugin.settings.lock_wait, 30000);
    assert_int_equal(check->plugin.settings.retry, 60000);
}

static void a_dsn_without_a_password_is_no_secret(void **state)
{
    const char *const open[] = {"postgres://u@db/shop", "host=db user=u dbname=shop"};

    for (size_t i = 0; i < 2; i++)
        assert_string_equal(read_options(state, OPTIONS("dsn", open[i]))->secrets, "");
    (void)read_options(state, OPTIONS("dsn", "host=db user=u dbname=d password=SECRET-4"));
    assert_non_null(strstr(((struct check *)*state)->secrets, "SECRET-4"));
    /* What cannot be read may hold one. */
    (void)read_options(state, OPTIONS("dsn", "postgres://u:SECRET%zz@db/d"));
    assert_non_null(strstr(((struct check *)*state)->secrets, "SECRET%zz"));
}

static void what_is_said_twice_or_not_at_all_is_a_mistake(void **state)
{
    expect_one(read_options(state, OPTIONS("dsn", "postgres://u@db/shop", "host", "db")),
        "'host' is given here and in dsn", false);
    expect_one(read_options(
                   state, OPTIONS("dsn", "postgres://u:SECRET-1@db/shop", "password", "SECRET-2")),
        "'password' is given here and in dsn", false);
    expect_one(
        read_options(state, OPTIONS("dsn", "postgres://u:SECRET-1@db/shop", "password_file", "/f")),
        "besides password_file", false);
    expect_one(
        read_options(state, OPTIONS("dsn", "postgres://u:SECRET-1@db/d", "passfile", "true")),
        "passfile", false);
    expect_one(read_options(state, OPTIONS("dsn", "postgres://db/shop")), "'user'", false);
    expect_one(read_options(state, OPTIONS("dsn", "postgres://u@db")), "'dbname'", false);
    expect_one(
        read_options(state, OPTIONS("dsn", "postgres://u:SECRET-1@SECRET-2@db/d")), "%40", false);
    expect_one(read_options(state, OPTIONS("dsn", "postgres://u@db/d?sslmode=SECRET")),
        "sslmode is none of", false);
    expect_one(read_options(state, OPTIONS("dsn", "postgres://u@db/d", "sslmode", "SECRET")),
        "sslmode is none of", false);
    expect_one(read_options(state, OPTIONS("host", "a,b", "user", "u", "dbname", "d")),
        "several hosts", false);
}

static void the_network_is_not_trusted(void **state)
{
    static const char *const local[] = {"postgres://u@localhost/d", "postgres://u@127.0.0.2/d",
        "postgres://u@[::1]/d", "host=/tmp user=u dbname=d", "user=u dbname=d"};
    struct check *check;

    for (size_t i = 0; i < sizeof(local) / sizeof(local[0]); i++) {
        check = read_options(state, OPTIONS("dsn", local[i]));
        expect_fine(check);
        assert_string_equal(target_of(check)->dsn.values[DSN_SSLMODE], "disable");
    }
    check = read_options(state, OPTIONS("dsn", "postgres://u@localhost.example/d"));
    expect_fine(check);
    assert_string_equal(target_of(check)->dsn.values[DSN_SSLMODE], "verify-full");
    check =
        read_options(state, OPTIONS("dsn", "host=localhost hostaddr=192.0.2.1 user=u dbname=d"));
    assert_string_equal(target_of(check)->dsn.values[DSN_SSLMODE], "verify-full");
    expect_one(read_options(state, OPTIONS("dsn", "postgres://u@db/d?sslmode=require")),
        "sslmode require", true);
    expect_fine(read_options(state, OPTIONS("dsn", "postgres://u@localhost/d?sslmode=require")));
}

static int setup(void **state)
{
    struct check *check = weir_calloc(1, sizeof(*check));

    check->arena = weir_arena_new();
    *state = check;
    return 0;
}

static int teardown(void **state)
{
    struct check *check = *state;

    weir_arena_free(check->arena);
    free(check);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dsn_or_its_parts_say_where, setup, teardown),
        cmocka_unit_test_setup_teardown(a_dsn_without_a_password_is_no_secret, setup, teardown),
        cmocka_unit_test_setup_teardown(
            what_is_said_twice_or_not_at_all_is_a_mistake, setup, teardown),
        cmocka_unit_test_setup_teardown(the_network_is_not_trusted, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
