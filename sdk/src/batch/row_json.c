/* A row as a JSON object, so that it can be kept as a text and come back as it was. */
#include "batch.h"

#include <string.h>

#include <weir/json.h>

#include "number/number.h"

/* Without fraction and exponent it would come back as an int. */
static struct weir_str float_json(struct weir_arena *arena, struct weir_str digits)
{
    struct weir_value back;

    if (number_parse(digits, &back) && back.kind != WEIR_FLOAT)
        return weir_str(weir_printf(arena, "%.*s.0", WEIR_STR_ARG(digits)));
    return digits;
}

/* What a database calls a decimal may be none in JSON: NaN, or .5. */
static struct weir_str cell_json(struct weir_arena *arena, const struct weir_value *value)
{
    struct weir_str text = weir_value_format(value, arena, true);

    if (value->kind == WEIR_FLOAT)
        return float_json(arena, text);
    if (value->kind == WEIR_DECIMAL && !number_is_valid(text))
        return weir_json_quote(arena, text);
    return text;
}

struct pair {
    struct weir_str key;
    struct weir_str value;
};

static size_t gather(struct weir_arena *arena, const struct weir_column *columns, size_t n_columns,
    size_t row, struct pair *pairs)
{
    size_t n = 0;

    for (size_t c = 0; c < n_columns; c++) {
        const struct weir_value *value = &columns[c].values[row];

        if (weir_is_absent(value))
            continue;
        pairs[n].key = weir_json_quote(arena, columns[c].name);
        pairs[n++].value = cell_json(arena, value);
    }
    return n;
}

static char *put(char *out, struct weir_str s)
{
    memcpy(out, s.ptr, s.len);
    return out + s.len;
}

static struct weir_str join(struct weir_arena *arena, const struct pair *pairs, size_t n)
{
    size_t length = 2;
    char *text;
    char *out;

    for (size_t i = 0; i < n; i++)
        length += pairs[i].key.len + 1 + pairs[i].value.len + (i > 0);
    text = weir_alloc(arena, length + 1);
    out = text;
    *out++ = '{';
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            *out++ = ',';
        out = put(out, pairs[i].key);
        *out++ = ':';
        out = put(out, pairs[i].value);
    }
    *out++ = '}';
    *out = '\0';
    return (struct weir_str){text, length};
}

/* The pieces need not live as long as the batch. */
struct weir_str batch_row_json(
    struct weir_arena *arena, const struct weir_column *columns, size_t n_columns, size_t row)
{
    struct weir_arena *scratch = weir_arena_new();
    struct pair *pairs = weir_new_array(scratch, n_columns, struct pair);
    size_t n = gather(scratch, columns, n_columns, row, pairs);
    struct weir_str json = join(arena, pairs, n);

    weir_arena_free(scratch);
    return json;
}

struct weir_str weir_batch_row_json(const struct weir_batch *batch, size_t row)
{
    return batch_row_json(batch->arena, batch->columns, batch->n_columns, row);
}
