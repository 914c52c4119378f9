/* Rows as the server wrote them, as texts, to values. On workers. */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <weir/moment.h>
#include <weir/number.h>

/* Types by their numbers, which PostgreSQL never changes (catalog/pg_type.dat). */
enum {
    OID_BOOL = 16,
    OID_BYTEA = 17,
    OID_INT8 = 20,
    OID_INT2 = 21,
    OID_INT4 = 23,
    OID_JSON = 114,
    OID_FLOAT4 = 700,
    OID_FLOAT8 = 701,
    OID_DATE = 1082,
    OID_TIMESTAMPTZ = 1184,
    OID_NUMERIC = 1700,
    OID_JSONB = 3802,
};

enum { SECONDS_OF_DAY = 86400 };

void source_chunk_free(void *arg)
{
    struct source_chunk *chunk = arg;

    PQclear(chunk->result);
    free(chunk);
}

static struct weir_value as_text(struct weir_str text, struct weir_arena *arena)
{
    return weir_text(WEIR_TEXT, weir_copy(arena, text));
}

/* Numbers that JSON has no word for (NaN, Infinity) are floats, if the column is one. */
static struct weir_value as_float(struct weir_str text, struct weir_arena *arena)
{
    char *end;
    double real = strtod(text.ptr, &end);

    return *end == '\0' ? weir_float(real) : as_text(text, arena);
}

static struct weir_value as_number(struct weir_str text, struct weir_arena *arena)
{
    struct weir_value value;

    if (!weir_number_parse(text, &value))
        return as_text(text, arena);
    if (value.kind == WEIR_INT)
        return value;
    return weir_text(WEIR_DECIMAL, weir_copy(arena, text));
}

static struct weir_value of_integer(enum weir_kind kind, int64_t integer)
{
    struct weir_value value = weir_int(integer);

    value.kind = (uint8_t)kind;
    return value;
}

/* infinity, and years that ISO 8601 does not write, stay texts. */
static struct weir_value as_moment(struct weir_str text, struct weir_arena *arena, bool is_date)
{
    struct weir_moment moment;

    if (!weir_moment_parse(text, &moment))
        return as_text(text, arena);
    if (is_date)
        return of_integer(WEIR_DATE, moment.seconds / SECONDS_OF_DAY);
    return of_integer(WEIR_TIMESTAMP, moment.seconds * 1000000 + moment.nanos / 1000);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* \x00ff */
static struct weir_value as_bytes(struct weir_str text, struct weir_arena *arena)
{
    size_t n = text.len >= 2 ? (text.len - 2) / 2 : 0;
    char *bytes = weir_alloc(arena, n + 1);

    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(digit(text.ptr[2 + 2 * i]) << 4 | digit(text.ptr[3 + 2 * i]));
    return weir_text(WEIR_BYTES, (struct weir_str){bytes, n});
}

/* JSON knows texts, numbers and flags alone, too; those are what they are. */
static struct weir_value as_json(struct weir_str text, struct weir_arena *arena)
{
    return weir_text(WEIR_JSON, weir_copy(arena, text));
}

static struct weir_value value_of(
    const struct source_column *column, struct weir_str text, struct weir_arena *arena)
{
    if (column->as_json)
        return as_json(text, arena);
    switch (column->oid) {
    case OID_BOOL:
        return weir_bool(text.ptr[0] == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC:
        return as_number(text, arena);
    case OID_FLOAT4:
    case OID_FLOAT8:
        return as_float(text, arena);
    case OID_TIMESTAMPTZ:
        return as_moment(text, arena, false);
    case OID_DATE:
        return as_moment(text, arena, true);
    case OID_BYTEA:
        return as_bytes(text, arena);
    case OID_JSON:
    case OID_JSONB:
        return as_json(text, arena);
    default:
        return as_text(text, arena);
    }
}

static void add_row(
    const struct source_chunk *chunk, struct weir_batch *batch, const size_t *columns, int row)
{
    (void)weir_batch_add_row(batch);
    for (size_t i = 0; i < chunk->table->n_columns; i++) {
        struct weir_str text = {PQgetvalue(chunk->result, row, (int)i),
            (size_t)PQgetlength(chunk->result, row, (int)i)};

        if (!PQgetisnull(chunk->result, row, (int)i))
            weir_batch_set(
                batch, columns[i], value_of(&chunk->table->columns[i], text, batch->arena));
    }
}

enum weir_status source_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    struct source_chunk *chunk = batch->payload;
    const struct source_table *table = chunk->table;
    size_t *columns = weir_new_array(batch->arena, table->n_columns + 1, size_t);

    (void)stage;
    for (size_t i = 0; i < table->n_columns; i++)
        columns[i] = weir_batch_column(batch, weir_str(table->columns[i].name));
    for (int row = 0; row < PQntuples(chunk->result); row++)
        add_row(chunk, batch, columns, row);
    PQclear(chunk->result);
    chunk->result = NULL;
    return WEIR_OK;
}
