/* Numbers read as people write them. */
#include "report/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static char out[WORDS_SIZE];

static void counts_have_groups_of_three(void **state)
{
    (void)state;
    assert_string_equal(words_count(0, out, sizeof(out)), "0");
    assert_string_equal(words_count(999, out, sizeof(out)), "999");
    assert_string_equal(words_count(1000, out, sizeof(out)), "1,000");
    assert_string_equal(words_count(1234567, out, sizeof(out)), "1,234,567");
    assert_string_equal(words_count(UINT64_MAX, out, sizeof(out)), "18,446,744,073,709,551,615");
}

static void what_is_counted_is_in_the_plural(void **state)
{
    char long_out[WORDS_COUNTED_SIZE];

    (void)state;
    assert_string_equal(words_counted(0, "row", long_out, sizeof(long_out)), "0 rows");
    assert_string_equal(words_counted(1, "row", long_out, sizeof(long_out)), "1 row");
    assert_string_equal(words_counted(1200, "gap", long_out, sizeof(long_out)), "1,200 gaps");
}

static void bytes_have_the_unit_that_fits(void **state)
{
    (void)state;
    assert_string_equal(words_bytes(0, out, sizeof(out)), "0 B");
    assert_string_equal(words_bytes(1023, out, sizeof(out)), "1023 B");
    assert_string_equal(words_bytes(1536, out, sizeof(out)), "1.5 KiB");
    assert_string_equal(words_bytes(250ull << 20, out, sizeof(out)), "250 MiB");
    assert_string_equal(words_bytes(UINT64_MAX, out, sizeof(out)), "16384 PiB");
}

static void times_have_the_unit_that_fits(void **state)
{
    (void)state;
    assert_string_equal(words_time(0, out, sizeof(out)), "0 s");
    assert_string_equal(words_time(15, out, sizeof(out)), "15 us");
    assert_string_equal(words_time(850000, out, sizeof(out)), "850 ms");
    assert_string_equal(words_time(12340000, out, sizeof(out)), "12.3 s");
    assert_string_equal(words_time(245000000, out, sizeof(out)), "4 min 05 s");
    assert_string_equal(words_time(7620000000, out, sizeof(out)), "2 h 07 min");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_have_groups_of_three),
        cmocka_unit_test(what_is_counted_is_in_the_plural),
        cmocka_unit_test(bytes_have_the_unit_that_fits),
        cmocka_unit_test(times_have_the_unit_that_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
