#include "opened.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <weir/node.h>

/* --- reading -------------------------------------------------------------------------------- */

/* The kind that it had, as far as that keeps every digit. */
static struct weir_value number_of(const char *text, struct weir_arena *arena)
{
    struct weir_value real = weir_float(strtod(text, NULL));
    char *end;
    long long integer;

    errno = 0;
    integer = strtoll(text, &end, 10);
    if (!*end && errno == 0)
        return weir_int(integer);
    if (weir_str_is(weir_value_format(&real, arena, true), text))
        return real;
    return weir_text(WEIR_DECIMAL, weir_str(text));
}

struct weir_value http_opened_value(const struct weir_node *node, struct weir_arena *arena)
{
    if (node->kind != WEIR_NODE_SCALAR)
        return weir_text(WEIR_JSON, weir_node_to_json(arena, node));
    if (node->quoted)
        return weir_text(WEIR_TEXT, node->text);
    if (weir_str_is(node->text, "null"))
        return weir_null();
    if (weir_str_is(node->text, "true") || weir_str_is(node->text, "false"))
        return weir_bool(weir_str_is(node->text, "true"));
    return number_of(node->text.ptr, arena);
}

static const struct weir_node *find_object(
    const char *text, const char *key, struct weir_arena *arena)
{
    struct weir_error why = {0};
    const struct weir_node *node =
        weir_node_from_json(arena, (struct weir_str){text, strcspn(text, "\n")}, &why);

    return weir_node_get(node, key);
}

static const struct weir_node *read_object(
    const char *text, const char *key, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct weir_node *object = find_object(text, key, arena);

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
            .name = fields->keys[i]->text.ptr, .value = http_opened_value(fields->items[i], arena)};
    return WEIR_OK;
}

const struct weir_node *http_opened_handed(const char *text, struct weir_arena *arena)
{
    return find_object(text, "pass", arena);
}

enum weir_status http_opened_give(
    const char *text, struct weir_batch *batch, size_t first, struct weir_error *ret_error)
{
    const struct weir_node *fields;

    if (first == batch->n_rows)
        return WEIR_OK;
    fields = read_object(text, "give", batch->arena, ret_error);
    for (size_t i = 0; fields && i < fields->n; i++) {
        struct weir_value value = http_opened_value(fields->items[i], batch->arena);
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
