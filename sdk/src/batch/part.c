/* Some rows of a batch as they came, and batches put together again out of such parts. */
#include "batch.h"

#include <assert.h>
#include <string.h>

static void *copy(struct weir_arena *arena, const void *items, size_t n, size_t size)
{
    void *same = weir_alloc_zero(arena, n, size);

    if (n)
        memcpy(same, items, n * size);
    return same;
}

static struct weir_memory *copy_memory(
    struct weir_arena *arena, const struct weir_memory *memory, size_t first, size_t n)
{
    struct weir_memory *same = copy(arena, memory, 1, sizeof(*memory));

    same->origins = copy(arena, memory->origins + first, n, sizeof(*memory->origins));
    same->n = n;
    return same;
}

struct weir_batch weir_batch_snapshot(const struct weir_batch *batch)
{
    struct weir_batch start = *batch;

    start.units = copy(batch->arena, batch->units, batch->n_units, sizeof(*batch->units));
    if (batch->memory)
        start.memory = copy_memory(batch->arena, batch->memory, 0, batch->memory->n);
    return start;
}

/* The units that have rows in [first, first + n), with those rows. */
static void take_units(
    struct weir_batch *part, const struct weir_batch *start, size_t first, size_t n)
{
    size_t from = batch_unit_of(start, first);
    size_t last = batch_unit_of(start, first + n - 1);
    size_t n_rows = 0;

    part->first_unit = start->first_unit + from;
    part->n_units = last - from + 1;
    part->unit_capacity = part->n_units;
    part->units = copy(part->arena, start->units + from, part->n_units, sizeof(*part->units));
    part->memory->unit_first += from;
    for (size_t u = 0; u < part->n_units; u++) {
        struct weir_unit *unit = &part->units[u];
        size_t begin = unit->first_row < first ? first : unit->first_row;
        size_t end = unit->first_row + unit->n_rows;

        end = end < first + n ? end : first + n;
        unit->first_row = n_rows;
        unit->n_rows = end > begin ? end - begin : 0;
        n_rows += unit->n_rows;
    }
}

static uint32_t kinds_among(const struct weir_column *column, const size_t *rows, size_t n)
{
    uint32_t kinds = 0;

    for (size_t i = 0; i < n; i++)
        kinds |= 1U << column->values[rows[i]].kind;
    return kinds & ~(1U << WEIR_NULL);
}

static bool is_absent(const struct weir_column *column, const size_t *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!weir_is_absent(&column->values[rows[i]]))
            return false;
    return true;
}

static void take_columns(struct weir_batch *part)
{
    const struct weir_memory *memory = part->memory;

    part->columns = weir_new_array(part->arena, memory->n_columns, struct weir_column);
    part->column_capacity = memory->n_columns;
    for (size_t c = 0; c < memory->n_columns; c++) {
        const struct weir_column *came = &memory->columns[c];
        uint32_t kinds = kinds_among(came, memory->origins, memory->n);
        struct weir_column *column;

        if (came->kinds && !kinds && is_absent(came, memory->origins, memory->n))
            continue;
        column = &part->columns[part->n_columns++];
        *column = *came;
        column->kinds = kinds;
        column->values = weir_alloc(part->arena, memory->n * sizeof(*column->values));
        for (size_t i = 0; i < memory->n; i++)
            column->values[i] = came->values[memory->origins[i]];
    }
}

struct weir_batch *weir_batch_part(
    const struct weir_batch *start, size_t first, size_t n, struct weir_arena *arena)
{
    struct weir_batch *part;

    assert(n > 0 && first + n <= start->n_rows);
    if (!batch_knows_row(start, first + n - 1))
        return NULL;
    part = weir_new(arena, struct weir_batch);
    *part = (struct weir_batch){
        .arena = arena,
        .resource = start->resource,
        .n_rows = n,
        .row_capacity = n,
        .memory = copy_memory(arena, start->memory, first, n),
        .stage = start->stage,
        .is_thinned = start->is_thinned,
    };
    take_units(part, start, first, n);
    take_columns(part);
    return part;
}

void weir_batch_rewind(struct weir_batch *batch, const struct weir_batch *start)
{
    for (size_t u = 0; u < batch->n_units; u++)
        batch->units[u].first_row = batch->units[u].n_rows = 0;
    batch->n_rows = 0;
    batch->row_capacity = 0;
    batch->cells = NULL;
    batch->columns = NULL;
    batch->n_columns = 0;
    batch->column_capacity = 0;
    batch->rejected = NULL;
    batch->rejects = start->rejects;
    batch->n_rejects = start->n_rejects;
    batch->stage = start->stage;
    batch->is_thinned = start->is_thinned;
    /* Room for all, since parts give back no more rows than they were given, where they know them. */
    batch->memory = NULL;
    if (start->memory) {
        batch->memory = copy_memory(batch->arena, start->memory, 0, start->memory->n);
        batch->memory->n = 0;
    }
}

static void append_columns(struct weir_batch *batch, const struct weir_batch *part)
{
    size_t n = batch->n_rows;

    batch_reserve(batch, n + part->n_rows);
    for (size_t c = 0; c < batch->n_columns; c++)
        for (size_t r = n; r < n + part->n_rows; r++)
            batch->columns[c].values[r] = weir_absent();
    for (size_t c = 0; c < part->n_columns; c++) {
        const struct weir_column *from = &part->columns[c];
        size_t at = weir_batch_column(batch, from->name);
        struct weir_column *to = &batch->columns[at];

        to->kinds |= from->kinds;
        memcpy(to->values + n, from->values, part->n_rows * sizeof(*to->values));
    }
}

static void append_units(struct weir_batch *batch, const struct weir_batch *part)
{
    size_t first = part->first_unit - batch->first_unit;

    for (size_t u = 0; u < part->n_units; u++)
        batch->units[first + u].n_rows += part->units[u].n_rows;
    for (size_t u = first ? first : 1; u < batch->n_units; u++)
        batch->units[u].first_row = batch->units[u - 1].first_row + batch->units[u - 1].n_rows;
}

static void append_memory(struct weir_batch *batch, const struct weir_batch *part)
{
    struct weir_memory *memory = batch->memory;
    size_t n = part->n_rows;

    if (!n || !memory)
        return;
    if (!part->memory || part->memory->n != n) {
        batch->memory = NULL;
        return;
    }
    memcpy(memory->origins + memory->n, part->memory->origins, n * sizeof(*memory->origins));
    memory->n += n;
}

static void append_rejects(struct weir_batch *batch, const struct weir_batch *part)
{
    struct weir_reject *next;

    for (struct weir_reject *reject = part->rejects; reject; reject = next) {
        next = reject->next;
        reject->unit += part->first_unit - batch->first_unit;
        reject->next = batch->rejects;
        batch->rejects = reject;
    }
    batch->n_rejects += part->n_rejects;
}

void weir_batch_append(struct weir_batch *batch, struct weir_batch *part)
{
    assert(part->arena == batch->arena && !part->rejected);
    append_memory(batch, part);
    append_rejects(batch, part);
    if (part->n_rows) {
        append_columns(batch, part);
        append_units(batch, part);
        batch->n_rows += part->n_rows;
    }
    batch->stage = part->stage;
    batch->is_thinned = batch->is_thinned || part->is_thinned;
}
