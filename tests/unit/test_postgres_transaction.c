/* Batches of one transaction, and what is cut off it. */
#include <transaction/transaction.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct weir_resource resource = {.name = "orders"};

/* A batch of so many units, each of two rows. */
static struct held *batch_of(size_t n_units)
{
    struct weir_batch *batch = weir_batch_new(&resource);
    size_t column = weir_batch_column(batch, weir_str("id"));

    for (size_t i = 0; i < 2 * n_units; i++) {
        if (i % 2 == 0)
            (void)weir_batch_add_unit(batch, NULL);
        (void)weir_batch_add_row(batch);
        weir_batch_set(batch, column, weir_int((int64_t)i));
    }
    return held_new(batch, NULL, 0);
}

static void three(struct transaction *transaction, struct held **held)
{
    transaction_init(transaction);
    transaction->token = 5;
    for (int i = 0; i < 3; i++) {
        held[i] = batch_of(3);
        transaction_add(transaction, held[i]);
    }
}

static void free_three(struct held **held)
{
    for (int i = 0; i < 3; i++)
        weir_batch_free(held[i]->batch);
}

static void it_counts_what_it_holds(void **state)
{
    struct transaction transaction;
    struct held *held[3];

    (void)state;
    three(&transaction, held);
    assert_int_equal(transaction.n_held, 3);
    assert_int_equal(transaction.n_rows, 18);
    assert_int_equal(transaction.n_bytes, held[0]->n_bytes + held[1]->n_bytes + held[2]->n_bytes);
    assert_false(transaction_is_worth(&transaction, transaction.n_bytes + 1));
    assert_true(transaction_is_worth(&transaction, transaction.n_bytes));
    free_three(held);
}

static void an_empty_one_takes_any_batch_and_a_full_one_none(void **state)
{
    struct transaction transaction;
    struct held small = {.n_rows = 1, .n_bytes = 1};
    struct held large = {.n_rows = 1, .n_bytes = TRANSACTION_BYTES_MAX + 1};
    struct held long_one = {.n_rows = TRANSACTION_ROWS_MAX, .n_bytes = 1};

    (void)state;
    transaction_init(&transaction);
    assert_true(transaction_has_room(&transaction, &large));
    transaction_add(&transaction, &small);
    assert_true(transaction_has_room(&transaction, &small));
    assert_false(transaction_has_room(&transaction, &large));
    assert_false(transaction_has_room(&transaction, &long_one));
}

static void a_moved_one_leaves_an_empty_one_that_can_be_filled(void **state)
{
    struct transaction from, to;
    struct held one = {.n_rows = 1};
    struct held other = {.n_rows = 2};

    (void)state;
    transaction_init(&from);
    transaction_move(&to, &from);
    transaction_add(&to, &one);
    assert_ptr_equal(to.first, &one);
    transaction_move(&from, &to);
    transaction_add(&to, &other);
    assert_ptr_equal(from.first, &one);
    assert_null(from.first->next);
    assert_ptr_equal(to.first, &other);
    assert_int_equal(to.n_rows, 2);
}

static void what_comes_from_a_unit_on_is_cut_off(void **state)
{
    struct transaction transaction;
    struct held *held[3];

    (void)state;
    three(&transaction, held);
    assert_ptr_equal(transaction_cut(&transaction, held[1], 1), held[2]);
    assert_null(held[2]->next);
    assert_int_equal(transaction.n_held, 2);
    assert_int_equal(transaction.token, 5);
    assert_ptr_equal(transaction.first, held[0]);
    assert_ptr_equal(held[0]->next, held[1]);
    assert_null(held[1]->next);
    assert_int_equal(held[0]->batch->n_rows, 6);
    assert_int_equal(held[1]->batch->n_rows, 2);
    assert_int_equal(held[1]->batch->columns[0].values[1].integer, 1);
    free_three(held);
}

static void a_batch_whose_first_unit_is_bad_goes_whole(void **state)
{
    struct transaction transaction;
    struct held *held[3];

    (void)state;
    three(&transaction, held);
    assert_ptr_equal(transaction_cut(&transaction, held[0], 0), held[0]);
    assert_ptr_equal(held[0]->next, held[1]);
    assert_null(transaction.first);
    transaction_add(&transaction, held[0]);
    assert_ptr_equal(transaction.first, held[0]);
    free_three(held);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_counts_what_it_holds),
        cmocka_unit_test(an_empty_one_takes_any_batch_and_a_full_one_none),
        cmocka_unit_test(a_moved_one_leaves_an_empty_one_that_can_be_filled),
        cmocka_unit_test(what_comes_from_a_unit_on_is_cut_off),
        cmocka_unit_test(a_batch_whose_first_unit_is_bad_goes_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
