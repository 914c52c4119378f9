#include "transaction.h"

struct held *held_new(struct weir_batch *batch, struct table *table, size_t resource)
{
    struct held *held = weir_new(batch->arena, struct held);

    *held = (struct held){
        .batch = batch,
        .table = table,
        .resource = resource,
        .n_bytes = weir_arena_size(batch->arena),
        .n_rows = batch->n_rows,
    };
    return held;
}

void transaction_init(struct transaction *transaction)
{
    *transaction = (struct transaction){0};
    transaction->end = &transaction->first;
}

void transaction_add(struct transaction *transaction, struct held *held)
{
    held->next = NULL;
    *transaction->end = held;
    transaction->end = &held->next;
    transaction->n_held++;
    transaction->n_rows += held->n_rows;
    transaction->n_bytes += held->n_bytes;
}

bool transaction_has_room(const struct transaction *transaction, const struct held *held)
{
    if (!transaction->first)
        return true;
    return transaction->n_bytes + held->n_bytes <= TRANSACTION_BYTES_MAX &&
           transaction->n_rows + held->n_rows <= TRANSACTION_ROWS_MAX;
}

bool transaction_is_worth(const struct transaction *transaction, size_t bytes)
{
    return transaction->n_bytes >= bytes || transaction->n_rows >= TRANSACTION_ROWS_WORTH;
}

void transaction_move(struct transaction *to, struct transaction *from)
{
    *to = *from;
    if (!to->first)
        to->end = &to->first;
    transaction_init(from);
}

static void void_units(struct weir_batch *batch, size_t first)
{
    for (size_t i = batch->n_units; i > first; i--)
        weir_batch_void_unit(batch, i - 1);
}

struct held *transaction_cut(struct transaction *transaction, struct held *at, size_t unit)
{
    struct transaction before = {.token = transaction->token};
    struct held *held = transaction->first;
    struct held *next;

    before.end = &before.first;
    for (; held && held != at; held = next) {
        next = held->next;
        transaction_add(&before, held);
    }
    if (held && unit > 0) {
        next = held->next;
        void_units(held->batch, unit);
        transaction_add(&before, held);
        held = next;
    }
    transaction_move(transaction, &before);
    return held;
}
