/* What a transaction sees, through what it has written itself. */
#include "model_db.h"

#include <string.h>

void *model_db_grow(struct weir_arena *arena, void *items, size_t n, size_t *capacity, size_t size)
{
    void *grown;

    if (n < *capacity)
        return items;
    *capacity = *capacity ? 2 * *capacity : 16;
    grown = weir_alloc_zero(arena, *capacity, size);
    if (n)
        memcpy(grown, items, n * size);
    return grown;
}

struct db_gap *model_db_gap(const struct db_generation *generation, size_t chain, uint64_t number)
{
    for (size_t i = 0; i < generation->gaps.n; i++)
        if (generation->gaps.items[i].chain == chain && generation->gaps.items[i].number == number)
            return &generation->gaps.items[i];
    return NULL;
}

struct tx_write *model_tx_write(
    struct model_tx *tx, enum tx_kind kind, size_t generation, size_t chain)
{
    struct tx_write *write;

    tx->writes = model_db_grow(
        tx->arena, tx->writes, tx->n_writes, &tx->writes_capacity, sizeof(*tx->writes));
    write = &tx->writes[tx->n_writes++];
    *write = (struct tx_write){.kind = kind, .generation = generation, .chain = chain};
    return write;
}

static void note_read(struct model_tx *tx, struct tx_read read)
{
    tx->reads = model_db_grow(tx->arena, tx->reads, tx->n_reads, &tx->reads_capacity, sizeof(read));
    tx->reads[tx->n_reads++] = read;
}

struct db_place model_tx_place(
    struct model_tx *tx, const struct model_db *db, size_t generation, size_t chain)
{
    const struct db_place *place = &db->generations[generation].places[chain];

    for (size_t i = tx->n_writes; i > 0; i--) {
        const struct tx_write *write = &tx->writes[i - 1];

        if (write->kind == TX_PLACE && write->generation == generation && write->chain == chain)
            return (struct db_place){true, write->flag, write->number, ""};
    }
    note_read(tx, (struct tx_read){.kind = TX_PLACE,
                      .generation = generation,
                      .chain = chain,
                      .number = place->number,
                      .there = place->there,
                      .done = place->done});
    return *place;
}

bool model_tx_gap(struct model_tx *tx, const struct model_db *db, size_t generation, size_t chain,
    uint64_t number)
{
    bool there = model_db_gap(&db->generations[generation], chain, number) != NULL;

    for (size_t i = tx->n_writes; i > 0; i--) {
        const struct tx_write *write = &tx->writes[i - 1];

        if ((write->kind == TX_GAP || write->kind == TX_FILL) && write->generation == generation &&
            write->chain == chain && write->number == number)
            return write->kind == TX_GAP;
    }
    note_read(tx, (struct tx_read){.kind = TX_GAP,
                      .generation = generation,
                      .chain = chain,
                      .number = number,
                      .there = there});
    return there;
}
