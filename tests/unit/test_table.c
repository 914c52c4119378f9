/* The preview's table: rows, kinds, widths, and what does not fit. */
#include "output_checks.h"

#include "command/table.h"

struct table_fixture {
    struct weir_resource resources[2];
    struct weir_resource *taken[2];
    struct table_state state;
    struct weir_stage stage;
};

static struct capture output;

static int setup(void **state)
{
    static struct table_fixture t;

    memset(&t, 0, sizeof(t));
    t.resources[0].name = "first";
    t.resources[1].name = "second";
    t.taken[0] = &t.resources[0];
    t.taken[1] = &t.resources[1];
    t.state = (struct table_state){.rows = 10, .width = 160, .out = stdout};
    t.stage = (struct weir_stage){.name = "load",
        .state = &t.state,
        .arena = weir_arena_new(),
        .resources = t.taken,
        .n_resources = 1};
    *state = &t;
    return 0;
}

static int teardown(void **state)
{
    struct table_fixture *t = *state;

    weir_arena_free(t->stage.arena);
    return 0;
}

/* --- a batch, cell by cell ---------------------------------------------------------------- */

static struct weir_batch *new_batch(struct table_fixture *t, int resource)
{
    struct weir_batch *batch = weir_batch_new(&t->resources[resource]);

    (void)weir_batch_add_unit(batch, NULL);
    return batch;
}

static void put(struct weir_batch *batch, const char *column, struct weir_value value)
{
    weir_batch_set(batch, weir_batch_column(batch, weir_str(column)), value);
}

static struct weir_value text(const char *s)
{
    return weir_text(WEIR_TEXT, weir_str(s));
}

static void begin(struct table_fixture *t)
{
    assert_int_equal(table_plugin.start(&t->stage), WEIR_OK);
}

/* Loads the batch and frees it: the table must have copied what it shows. */
static enum weir_status load(struct table_fixture *t, struct weir_batch *batch)
{
    enum weir_status status = table_plugin.load(&t->stage, batch);

    weir_batch_free(batch);
    return status;
}

static const char *end(struct table_fixture *t)
{
    capture_begin(&output, stdout);
    table_plugin.stop(&t->stage);
    return capture_end(&output);
}

/* --- tests -------------------------------------------------------------------------------- */

static void columns_have_names_kinds_and_aligned_cells(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);

    begin(t);
    weir_batch_add_row(batch);
    put(batch, "id", weir_int(5));
    put(batch, "name", text("alice"));
    weir_batch_add_row(batch);
    put(batch, "id", weir_int(12345));
    put(batch, "name", text("bob"));
    put(batch, "empty", weir_null());
    assert_int_equal(load(t, batch), WEIR_OK);
    assert_string_equal(end(t), "first (2 rows)\n"
                                "id     name   empty\n"
                                "int    text   null \n"
                                "    5  alice       \n"
                                "12345  bob         \n"
                                "\n");
}

static void all_kinds_that_were_seen_are_told(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);
    const char *shown;

    begin(t);
    weir_batch_add_row(batch);
    put(batch, "mixed", weir_int(1));
    assert_int_equal(load(t, batch), WEIR_OK);
    batch = new_batch(t, 0);
    weir_batch_add_row(batch);
    put(batch, "mixed", text("x"));
    put(batch, "later", weir_bool(true));
    assert_int_equal(load(t, batch), WEIR_OK);
    shown = end(t);
    check_contains(shown, "mixed     later\n");
    check_contains(shown, "int|text  bool \n");
    /* A column that came later has empty cells before; text stands on the left. */
    check_contains(shown, "\n1              \n");
    check_contains(shown, "\nx         true \n");
}

static void long_cells_are_cut(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);
    const char *shown;

    begin(t);
    weir_batch_add_row(batch);
    put(batch, "wide", text("0123456789012345678901234567890123456789"));
    weir_batch_add_row(batch);
    put(batch, "wide", text("0123456789012345678901234567890123456789x"));
    assert_int_equal(load(t, batch), WEIR_OK);
    shown = end(t);
    check_contains(shown, "\n0123456789012345678901234567890123456789\n");
    check_contains(shown, "\n012345678901234567890123456789012345678…\n");
}

static void widths_are_characters_not_bytes(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);
    char forty[41 * 2 + 1] = "";

    for (int i = 0; i < 41; i++)
        strcat(forty, "é");
    begin(t);
    weir_batch_add_row(batch);
    put(batch, "städte", text("Köln"));
    put(batch, "next", text("x"));
    weir_batch_add_row(batch);
    put(batch, "städte", text("Ulm"));
    put(batch, "next", text(forty));
    assert_int_equal(load(t, batch), WEIR_OK);
    check_contains(end(t), "\nKöln    x ");
    check_contains(output.text, "\nUlm     ééé");
    assert_int_equal(count_of(output.text, "é"), 39);
    check_contains(output.text, "é…\n");
}

static void cells_are_harmless(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);
    const char *shown;

    begin(t);
    weir_batch_add_row(batch);
    put(batch, "a\nb", text("\x1b[2J\n"));
    assert_int_equal(load(t, batch), WEIR_OK);
    shown = end(t);
    check_contains(shown, "a\\x0Ab");
    check_contains(shown, "\\x1B[2J\\x0A");
    check_lacks(shown, "\x1b");
}

static void columns_that_do_not_fit_are_named(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);
    const char *shown;

    t->state.width = 25;
    begin(t);
    weir_batch_add_row(batch);
    put(batch, "one", text("0123456789"));
    put(batch, "two", text("0123456789"));
    put(batch, "three", text("hidden"));
    put(batch, "four", text("hidden"));
    assert_int_equal(load(t, batch), WEIR_OK);
    shown = end(t);
    check_contains(shown, "0123456789  0123456789\n");
    check_lacks(shown, "hidden");
    check_contains(shown, "and 2 more columns: three, four\n");
}

static void one_column_is_always_shown(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);

    t->state.width = 5;
    begin(t);
    weir_batch_add_row(batch);
    put(batch, "one", text("0123456789"));
    put(batch, "two", text("0123456789"));
    assert_int_equal(load(t, batch), WEIR_OK);
    check_contains(end(t), "0123456789\nand 1 more column: two\n");
}

static void add_rows(struct weir_batch *batch, int n)
{
    for (int i = 0; i < n; i++) {
        weir_batch_add_row(batch);
        put(batch, "id", weir_int(i));
    }
}

static void no_more_rows_are_kept_than_asked_for(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch;

    t->stage.n_resources = 2;
    t->state.rows = 3;
    begin(t);
    batch = new_batch(t, 0);
    add_rows(batch, 2);
    assert_int_equal(load(t, batch), WEIR_OK);
    batch = new_batch(t, 0);
    add_rows(batch, 50);
    assert_int_equal(load(t, batch), WEIR_OK);
    batch = new_batch(t, 0);
    add_rows(batch, 5);
    assert_int_equal(load(t, batch), WEIR_OK);
    /* Enough only when every resource has its rows. */
    batch = new_batch(t, 1);
    add_rows(batch, 3);
    assert_int_equal(load(t, batch), WEIR_END);
    check_contains(end(t), "first (3 rows)\n");
    check_contains(output.text, "second (3 rows)\n");
}

static void a_resource_without_rows_is_named(void **state)
{
    struct table_fixture *t = *state;

    begin(t);
    check_contains(end(t), "first (0 rows)\n");
}

static void there_is_a_limit_to_columns(void **state)
{
    struct table_fixture *t = *state;
    struct weir_batch *batch = new_batch(t, 0);

    begin(t);
    weir_batch_add_row(batch);
    for (int i = 0; i < 500; i++) {
        char name[16];

        snprintf(name, sizeof(name), "c%d", i);
        put(batch, name, weir_int(i));
    }
    assert_int_equal(load(t, batch), WEIR_OK);
    check_contains(end(t), "c199\n");
    check_lacks(output.text, "c200");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(columns_have_names_kinds_and_aligned_cells),
        TEST(all_kinds_that_were_seen_are_told),
        TEST(long_cells_are_cut),
        TEST(widths_are_characters_not_bytes),
        TEST(cells_are_harmless),
        TEST(columns_that_do_not_fit_are_named),
        TEST(one_column_is_always_shown),
        TEST(no_more_rows_are_kept_than_asked_for),
        TEST(a_resource_without_rows_is_named),
        TEST(there_is_a_limit_to_columns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
