/*
 * Rows as the server wrote them, as texts, to values. On workers. The texts stay where they are,
 * in the batch's arena.
 */
#include "source.h"

#include "types/oids.h"

#include <stdlib.h>
#include <string.h>
#include <weir/moment.h>
#include <weir/number.h>

enum { SECONDS_OF_DAY = 86400 };

static struct weir_value as_text(struct weir_str text)
{
    return weir_text(WEIR_TEXT, text);
}

/* Numbers that JSON has no word for (NaN, Infinity) are floats, if the column is one. */
static struct weir_value as_float(struct weir_str text)
{
    char *end;
    double real = strtod(text.ptr, &end);

    return *end == '\0' ? weir_float(real) : as_text(text);
}

static struct weir_value as_number(struct weir_str text)
{
    struct weir_value value;

    if (!weir_number_parse(text, &value))
        return as_text(text);
    if (value.kind == WEIR_INT)
        return value;
    return weir_text(WEIR_DECIMAL, text);
}

static struct weir_value of_integer(enum weir_kind kind, int64_t integer)
{
    struct weir_value value = weir_int(integer);

    value.kind = (uint8_t)kind;
    return value;
}

/* infinity, and years that ISO 8601 does not write, stay texts. */
static struct weir_value as_moment(struct weir_str text, bool is_date)
{
    struct weir_moment moment;

    if (!weir_moment_parse(text, &moment))
        return as_text(text);
    if (is_date)
        return of_integer(WEIR_DATE, moment.seconds / SECONDS_OF_DAY);
    return of_integer(WEIR_TIMESTAMP, moment.seconds * 1000000 + moment.nanos / 1000);
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* \x00ff, over itself. */
static struct weir_value as_bytes(struct weir_str text)
{
    size_t n = text.len >= 2 ? (text.len - 2) / 2 : 0;
    char *bytes = (char *)text.ptr;

    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)(digit(text.ptr[2 + 2 * i]) << 4 | digit(text.ptr[3 + 2 * i]));
    return weir_text(WEIR_BYTES, (struct weir_str){bytes, n});
}

static struct weir_value as_json(struct weir_str text)
{
    return weir_text(WEIR_JSON, text);
}

static struct weir_value value_of(const struct source_column *column, struct weir_str text)
{
    if (column->as_json)
        return as_json(text);
    switch (column->oid) {
    case OID_BOOL:
        return weir_bool(text.ptr[0] == 't');
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
    case OID_NUMERIC:
        return as_number(text);
    case OID_FLOAT4:
    case OID_FLOAT8:
        return as_float(text);
    case OID_TIMESTAMPTZ:
        return as_moment(text, false);
    case OID_DATE:
        return as_moment(text, true);
    case OID_BYTEA:
        return as_bytes(text);
    case OID_JSON:
    case OID_JSONB:
        return as_json(text);
    default:
        return as_text(text);
    }
}

/* What is behind the columns, the key, is not loaded. */
static char *add_row(
    const struct source_table *table, struct weir_batch *batch, const size_t *columns, char *line)
{
    char *at = line;

    (void)weir_batch_add_row(batch);
    for (size_t i = 0; i < table->n_columns; i++) {
        struct weir_str text = source_line_next(&at);

        if (text.ptr)
            weir_batch_set(batch, columns[i], value_of(&table->columns[i], text));
    }
    return strchr(at, '\n') + 1;
}

enum weir_status source_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    struct source_chunk *chunk = batch->payload;
    const struct source_table *table = chunk->table;
    size_t *columns = weir_new_array(batch->arena, table->n_columns + 1, size_t);
    char *line = chunk->lines;

    (void)stage;
    for (size_t i = 0; i < table->n_columns; i++)
        columns[i] = weir_batch_column(batch, weir_str(table->columns[i].name));
    for (size_t i = 0; i < chunk->n_rows; i++)
        line = add_row(table, batch, columns, line);
    return WEIR_OK;
}
