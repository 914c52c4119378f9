/* A few rows of a page as one number: the same for the same rows, whatever batch they are in. */
#include "batch_checks.h"

#include "../../plugins/http/paging/sample.h"

static void add_row(struct weir_batch *batch, int64_t id, const char *name)
{
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, weir_batch_column(batch, weir_str("id")), weir_int(id));
    if (name)
        weir_batch_set(batch, weir_batch_column(batch, weir_str("name")),
            weir_text(WEIR_TEXT, weir_str(name)));
}

static struct weir_batch *rows(int64_t first, size_t n, size_t other)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)weir_batch_add_unit(batch, NULL);
    for (size_t i = 0; i < n; i++)
        add_row(batch, first + (int64_t)i, i == other ? "other" : "name");
    return batch;
}

static uint64_t hash_of(int64_t first, size_t n, size_t other)
{
    struct weir_batch *batch = rows(first, n, other);
    uint64_t hash = http_sample_hash(batch, 0);

    weir_batch_free(batch);
    return hash;
}

static void the_same_rows_have_the_same_hash(void **state)
{
    (void)state;
    for (size_t n = 2; n < 40; n++) {
        assert_true(hash_of(1, n, n) != 0);
        assert_true(hash_of(1, n, n) == hash_of(1, n, n));
        assert_true(hash_of(1, n, n) != hash_of(2, n, n));
        assert_true(hash_of(1, n, n) != hash_of(1, n + 1, n + 1));
        assert_true(hash_of(1, n, n) != hash_of(1, n, 0));
        assert_true(hash_of(1, n, n) != hash_of(1, n, n - 1));
    }
}

static void other_columns_of_the_batch_do_not_count(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);
    uint64_t first, second;

    (void)state;
    (void)weir_batch_add_unit(batch, NULL);
    add_row(batch, 1, NULL);
    add_row(batch, 2, NULL);
    first = http_sample_hash(batch, 0);
    (void)weir_batch_add_unit(batch, NULL);
    add_row(batch, 3, "name");
    (void)weir_batch_add_unit(batch, NULL);
    add_row(batch, 1, NULL);
    add_row(batch, 2, NULL);
    second = http_sample_hash(batch, 3);
    assert_true(first == second);
    assert_true(first != http_sample_hash(batch, 2));
    weir_batch_free(batch);
}

static void rows_that_are_all_alike_tell_nothing(void **state)
{
    struct weir_batch *batch = weir_batch_new(NULL);

    (void)state;
    (void)weir_batch_add_unit(batch, NULL);
    assert_true(http_sample_hash(batch, 0) == 0);
    add_row(batch, 7, "name");
    assert_true(http_sample_hash(batch, 0) == 0);
    add_row(batch, 7, "name");
    add_row(batch, 7, "name");
    assert_true(http_sample_hash(batch, 0) == 0);
    add_row(batch, 7, "other");
    assert_true(http_sample_hash(batch, 0) != 0);
    weir_batch_free(batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_rows_have_the_same_hash),
        cmocka_unit_test(other_columns_of_the_batch_do_not_count),
        cmocka_unit_test(rows_that_are_all_alike_tell_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
