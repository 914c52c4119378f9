#include "version.h"

#include "merge.h"
#include "names.h"

#include <string.h>
#include <weir/incremental.h>

enum { NEW, OLD, CURSOR_TYPE, CURSOR_FORMAT, N_ARGUMENTS };

static struct weir_value value_of(sqlite3_value *argument)
{
    const char *text;

    switch (sqlite3_value_type(argument)) {
    case SQLITE_INTEGER:
        return weir_int(sqlite3_value_int64(argument));
    case SQLITE_FLOAT:
        return weir_float(sqlite3_value_double(argument));
    case SQLITE_TEXT:
        text = (const char *)sqlite3_value_text(argument);
        return text ? weir_text(
                          WEIR_TEXT, (struct weir_str){text, (size_t)sqlite3_value_bytes(argument)})
                    : weir_null();
    default:
        return weir_null();
    }
}

/* NULL where one of them is no value of the cursor, as a transform may have made it. */
static void is_as_new(sqlite3_context *context, int n, sqlite3_value **arguments)
{
    const struct weir_incremental cursor = {
        .cursor_type = sqlite3_value_int(arguments[CURSOR_TYPE]),
        .cursor_format = (const char *)sqlite3_value_text(arguments[CURSOR_FORMAT]),
    };
    const struct weir_value new = value_of(arguments[NEW]);
    const struct weir_value old = value_of(arguments[OLD]);
    struct weir_error ignored = {0};
    struct weir_point a, b;

    (void)n;
    if (weir_point_read(&cursor, &new, &a, &ignored) == WEIR_OK &&
        weir_point_read(&cursor, &old, &b, &ignored) == WEIR_OK)
        sqlite3_result_int(context, weir_point_compare(&a, &b) >= 0);
}

void version_register(sqlite3 *connection)
{
    (void)sqlite3_create_function_v2(connection, "weir_is_as_new", N_ARGUMENTS,
        SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY, NULL, is_as_new, NULL, NULL, NULL);
}

const struct weir_incremental *version_cursor(
    const struct weir_resource *resource, struct weir_arena *arena)
{
    const struct weir_incremental *cursor = resource->incremental;
    const struct weir_path *rest;
    struct weir_str key;

    if (!cursor || !resource->order_by || cursor->cursor_type == WEIR_CURSOR_TEXT ||
        !weir_path_split(arena, cursor->cursor_path, &key, &rest) || rest ||
        !weir_str_is(key, resource->order_by))
        return NULL;
    return cursor;
}

static void append_both(sqlite3_str *sql, const struct column *column, const char *between)
{
    sqlite3_str_appendall(sql, "excluded.");
    name_append(sql, column->name);
    sqlite3_str_appendall(sql, between);
    sqlite3_str_appendall(sql, TABLE_ALIAS ".");
    name_append(sql, column->name);
}

/* Numbers stand in their order by themselves. */
void version_append(sqlite3_str *sql, const struct table *table, const struct column *column)
{
    const struct weir_incremental *cursor = table->cursor;
    bool reads = cursor && column->storage != STORE_INTEGER && column->storage != STORE_REAL;

    if (reads) {
        sqlite3_str_appendall(sql, "coalesce(weir_is_as_new(");
        append_both(sql, column, ", ");
        sqlite3_str_appendf(sql, ", %d, %Q), ", cursor->cursor_type, cursor->cursor_format);
    }
    append_both(sql, column, " >= ");
    if (reads)
        sqlite3_str_appendall(sql, ")");
}
