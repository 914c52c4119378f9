/* Lines of cells: how wide, how many, and harmless. */
#include "output_checks.h"

#include "report/listing.h"
#include "report/log.h"

static struct capture output;

static int setup(void **state)
{
    *state = weir_arena_new();
    return 0;
}

static int teardown(void **state)
{
    weir_arena_free(*state);
    return 0;
}

static const char *print(const struct listing *listing)
{
    capture_begin(&output, stdout);
    listing_print(listing, stdout);
    return capture_end(&output);
}

static void add(struct listing *listing, const char *first, const char *second, const char *third)
{
    const char *const cells[LISTING_CELLS] = {first, second, third};

    listing_add(listing, cells);
}

static void a_column_is_as_wide_as_its_widest_cell(void **state)
{
    struct listing listing = listing_init(*state, "things", 10);

    add(&listing, "a", "long word", "x");
    add(&listing, "münze", "b", "yy");
    assert_string_equal(print(&listing), "things\n"
                                         "  a      long word  x\n"
                                         "  münze  b          yy\n");
}

static void nothing_is_filled_up_behind_the_last_cell(void **state)
{
    struct listing listing = listing_init(*state, "things", 10);

    add(&listing, "one", NULL, NULL);
    add(&listing, "three", "words", NULL);
    assert_string_equal(print(&listing), "things\n  one\n  three  words\n");
}

static void without_lines_there_is_no_heading(void **state)
{
    struct listing listing = listing_init(*state, "things", 10);

    assert_string_equal(print(&listing), "");
}

static void what_is_too_many_is_counted(void **state)
{
    struct listing listing = listing_init(*state, "things", 2);

    for (int i = 0; i < 1202; i++)
        add(&listing, i ? "next" : "first", NULL, NULL);
    assert_string_equal(print(&listing), "things\n  first\n  next\n  and 1,200 more\n");
}

static void cells_are_harmless(void **state)
{
    struct listing listing = listing_init(*state, "things", 10);
    char huge[2000];
    const char *printed;

    memset(huge, 'h', sizeof(huge) - 1);
    huge[sizeof(huge) - 1] = '\0';
    log_add_secret("hush-hush");
    add(&listing, "a\033[2Jb\nc", "says hush-hush", huge);
    printed = print(&listing);
    check_lacks(printed, "\033");
    check_lacks(printed, "hush-hush");
    assert_int_equal(count_of(printed, "\n"), 2);
    assert_true(strlen(printed) < 800);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_column_is_as_wide_as_its_widest_cell, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_is_filled_up_behind_the_last_cell, setup, teardown),
        cmocka_unit_test_setup_teardown(without_lines_there_is_no_heading, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_too_many_is_counted, setup, teardown),
        cmocka_unit_test_setup_teardown(cells_are_harmless, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
