#include "opened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/buf.h>
#include <weir/node.h>

/* --- writing -------------------------------------------------------------------------------- */

static bool add_value(
    struct weir_buf *buf, const struct weir_value *value, struct weir_arena *arena)
{
    struct weir_str text = weir_value_format(value, arena, true);

    return weir_buf_add(buf, text.ptr, text.len);
}

static bool add_field(struct weir_buf *buf, const char *name, const struct weir_value *value,
    bool *is_first, struct weir_arena *arena)
{
    struct weir_value key = weir_text(WEIR_TEXT, weir_str(name));
    bool fits = *is_first || weir_buf_add_text(buf, ",");

    *is_first = false;
    return fits && add_value(buf, &key, arena) && weir_buf_add_text(buf, ":") &&
           add_value(buf, value, arena);
}

static struct weir_value value_of(const struct weir_batch *batch, const char *field, size_t row)
{
    size_t column = weir_batch_find(batch, weir_str(field));

    return column == SIZE_MAX ? weir_null() : batch->columns[column].values[row];
}

static enum weir_status check_value(
    const struct http_taken *taken, const struct weir_value *value, struct weir_error *ret_error)
{
    if (value->kind == WEIR_NULL)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-PARENT",
            "'{resources.%s}' is to be asked with, and the row has no '%s'; leave such rows out "
            "with where: \"%s IS NOT NULL\"",
            taken->name, taken->field, taken->field);
    if (value->kind == WEIR_JSON)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-PARENT",
            "'{resources.%s}' is to be asked with, and '%s' is no single value", taken->name,
            taken->field);
    return WEIR_OK;
}

static enum weir_status write_fields(struct weir_buf *buf, const struct http_takes *takes,
    const struct weir_batch *batch, size_t row, size_t *ret_len, const char **ret_column,
    struct weir_error *ret_error)
{
    bool is_first = true;
    bool fits = weir_buf_add_text(buf, "{\"ask\":{");
    size_t i = 0;

    for (; i < takes->n && takes->items[i].name; i++) {
        struct weir_value value = value_of(batch, takes->items[i].field, row);

        *ret_column = takes->items[i].field;
        if (check_value(&takes->items[i], &value, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        fits = fits && add_field(buf, takes->items[i].name, &value, &is_first, batch->arena);
    }
    *ret_len = buf->len;
    fits = fits && weir_buf_add_text(buf, "},\"give\":{");
    is_first = true;
    for (; i < takes->n; i++) {
        struct weir_value value = value_of(batch, takes->items[i].field, row);

        fits = fits && add_field(buf, takes->items[i].column, &value, &is_first, batch->arena);
    }
    fits = fits && weir_buf_add_text(buf, "}}");
    if (fits)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT",
        "what is taken from a row of '%s' is longer than %d bytes", takes->parent, HTTP_OPENED_MAX);
}

enum weir_status http_opened_of_row(const struct http_takes *takes, const struct weir_batch *batch,
    size_t row, struct weir_arena *arena, struct weir_opening *ret_opening, const char **ret_column,
    struct weir_error *ret_error)
{
    struct weir_buf buf;
    size_t len = 0;
    enum weir_status status;

    weir_buf_init(&buf, HTTP_OPENED_MAX, 1);
    status = write_fields(&buf, takes, batch, row, &len, ret_column, ret_error);
    if (status == WEIR_OK)
        *ret_opening = (struct weir_opening){
            .chain = weir_id_of((struct weir_str){buf.ptr, len}),
            .next = weir_copy(arena, (struct weir_str){buf.ptr, buf.len}).ptr,
        };
    weir_buf_done(&buf);
    return status;
}

/* --- reading -------------------------------------------------------------------------------- */

static struct weir_value number_of(const char *text)
{
    char *end;
    long long integer;

    errno = 0;
    integer = strtoll(text, &end, 10);
    if (!*end && errno == 0)
        return weir_int(integer);
    if (strpbrk(text, ".eE"))
        return weir_float(strtod(text, NULL));
    return weir_text(WEIR_DECIMAL, weir_str(text));
}

static struct weir_value read_value(const struct weir_node *node, struct weir_arena *arena)
{
    if (node->kind != WEIR_NODE_SCALAR)
        return weir_text(WEIR_JSON, weir_node_to_json(arena, node));
    if (node->quoted)
        return weir_text(WEIR_TEXT, node->text);
    if (weir_str_is(node->text, "null"))
        return weir_null();
    if (weir_str_is(node->text, "true") || weir_str_is(node->text, "false"))
        return weir_bool(weir_str_is(node->text, "true"));
    return number_of(node->text.ptr);
}

static const struct weir_node *read_object(
    const char *text, const char *key, struct weir_arena *arena, struct weir_error *ret_error)
{
    struct weir_error why = {0};
    const struct weir_node *node =
        weir_node_from_json(arena, (struct weir_str){text, strcspn(text, "\n")}, &why);
    const struct weir_node *object = weir_node_get(node, key);

    if (!object || object->kind != WEIR_NODE_MAP)
        (void)weir_error_set(ret_error, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
            "what an earlier run has left of a row's fields cannot be read; begin anew with "
            "--restart");
    return object && object->kind == WEIR_NODE_MAP ? object : NULL;
}

enum weir_status http_opened_read(const char *text, struct weir_arena *arena,
    struct weir_partition *ret_partition, struct weir_error *ret_error)
{
    const struct weir_node *fields = read_object(text, "ask", arena, ret_error);

    if (!fields)
        return WEIR_FAIL;
    ret_partition->n_fields = fields->n;
    ret_partition->fields = weir_new_array(arena, fields->n, struct weir_partition_field);
    for (size_t i = 0; i < fields->n; i++)
        ret_partition->fields[i] = (struct weir_partition_field){
            .name = fields->keys[i]->text.ptr, .value = read_value(fields->items[i], arena)};
    return WEIR_OK;
}

enum weir_status http_opened_give(
    const char *text, struct weir_batch *batch, size_t first, struct weir_error *ret_error)
{
    const struct weir_node *fields;

    if (first == batch->n_rows)
        return WEIR_OK;
    fields = read_object(text, "give", batch->arena, ret_error);
    for (size_t i = 0; fields && i < fields->n; i++) {
        struct weir_value value = read_value(fields->items[i], batch->arena);
        size_t at = weir_batch_column(batch, fields->keys[i]->text);
        struct weir_column *column = &batch->columns[at];

        for (size_t row = first; row < batch->n_rows; row++)
            column->values[row] = value;
        weir_column_recount(column, batch->n_rows);
    }
    return fields ? WEIR_OK : WEIR_FAIL;
}

/* --- places --------------------------------------------------------------------------------- */

const char *http_opened_next(const char *place)
{
    const char *end = place ? strchr(place, '\n') : NULL;

    return end ? end + 1 : NULL;
}

const char *http_opened_place(const char *text, const char *next, struct weir_arena *arena)
{
    int len = (int)strcspn(text, "\n");

    return weir_printf(arena, "%.*s%s%s", len, text, next ? "\n" : "", next ? next : "");
}
