/* A batch as a virtual table: SQLite asks for cells, nothing is copied. */
#include "sql_inside.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST_SUBTYPE = 128,
    LAST_SUBTYPE = 255,
    ASSUMED_ROWS = 1000, /* what the planner is told; statements outlive the batch */
    NUMBER_SIZE = 512,   /* digits beyond have no say in the nearest double */
};

struct table_handle {
    sqlite3_vtab base;
    struct sql_table *table;
};

size_t sql_table_find(const struct sql_table *table, const char *name)
{
    for (size_t c = 0; c < table->n_columns; c++) {
        if (sqlite3_stricmp(table->columns[c].name, name) == 0)
            return c;
    }
    return SQL_NONE;
}

/* Declares without types, so that SQLite compares values as they are. */
static char *declaration(const struct sql_table *table)
{
    sqlite3_str *text = sqlite3_str_new(NULL);

    sqlite3_str_appendall(text, "CREATE TABLE x(");
    for (size_t c = 0; c < table->n_columns; c++) {
        const struct sql_column *column = &table->columns[c];

        /* With HIDDEN alone for a type the column would be taken for a numeric one. */
        sqlite3_str_appendf(
            text, "%s\"%w\"%s", c ? "," : "", column->name, column->hidden ? " BLOB HIDDEN" : "");
    }
    sqlite3_str_appendall(text, ")");
    return sqlite3_str_finish(text);
}

static int table_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
    sqlite3_vtab **ret_vtab, char **ret_error)
{
    struct sql_table *table = aux;
    struct table_handle *handle;
    char *text = declaration(table);
    int rc;

    (void)argc;
    (void)argv;
    table->is_declaring = true;
    rc = text ? sqlite3_declare_vtab(db, text) : SQLITE_NOMEM;
    table->is_declaring = false;
    sqlite3_free(text);
    if (rc != SQLITE_OK) {
        *ret_error = sqlite3_mprintf("%s", sqlite3_errmsg(db));
        return rc;
    }
    handle = weir_calloc(1, sizeof(*handle));
    handle->table = table;
    *ret_vtab = &handle->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *vtab)
{
    free(vtab);
    return SQLITE_OK;
}

/* There is one way to read a batch: from its first row to its last. */
static int table_best_index(sqlite3_vtab *vtab, sqlite3_index_info *info)
{
    (void)vtab;
    info->estimatedCost = ASSUMED_ROWS;
    info->estimatedRows = ASSUMED_ROWS;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *vtab, sqlite3_vtab_cursor **ret_cursor)
{
    struct sql_table *table = ((struct table_handle *)vtab)->table;
    struct sql_cursor *cursor = weir_calloc(1, sizeof(*cursor));

    cursor->table = table;
    cursor->row = table->end;
    cursor->next = table->cursors;
    table->cursors = cursor;
    if (cursor->next)
        table->is_joined = true;
    *ret_cursor = &cursor->base;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *base)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;
    struct sql_cursor **at = &cursor->table->cursors;

    while (*at != cursor)
        at = &(*at)->next;
    *at = cursor->next;
    free(cursor);
    return SQLITE_OK;
}

static int cursor_filter(
    sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argc, sqlite3_value **argv)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;

    (void)plan;
    (void)plan_text;
    (void)argc;
    (void)argv;
    cursor->row = cursor->table->begin;
    cursor->table->last_row = cursor->row;
    return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *base)
{
    struct sql_cursor *cursor = (struct sql_cursor *)base;

    cursor->table->last_row = ++cursor->row;
    return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
    const struct sql_cursor *cursor = (const struct sql_cursor *)base;

    return cursor->row >= cursor->table->end;
}

static int cursor_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
    const struct sql_cursor *cursor = (const struct sql_cursor *)base;

    *ret_rowid = (sqlite3_int64)(cursor->row - cursor->table->begin);
    return SQLITE_OK;
}

unsigned sql_subtype_of_column(size_t column)
{
    return column <= LAST_SUBTYPE - FIRST_SUBTYPE ? FIRST_SUBTYPE + (unsigned)column : 0;
}

size_t sql_column_of_subtype(unsigned subtype)
{
    return subtype >= FIRST_SUBTYPE ? subtype - FIRST_SUBTYPE : SQL_NONE;
}

bool sql_decimal_is_whole(struct weir_str digits)
{
    for (size_t i = 0; i < digits.len; i++) {
        bool is_sign = i == 0 && digits.len > 1 && (digits.ptr[0] == '-' || digits.ptr[0] == '+');

        if (!is_sign && (digits.ptr[i] < '0' || digits.ptr[i] > '9'))
            return false;
    }
    return digits.len > 0;
}

double sql_decimal_real(const struct sql_table *table, const struct weir_value *decimal)
{
    char text[NUMBER_SIZE];
    struct weir_str digits = weir_value_str(decimal);

    if (digits.len >= sizeof(text))
        return strtod_l(weir_copy(table->scratch, digits).ptr, NULL, table->numbers);
    memcpy(text, digits.ptr, digits.len);
    text[digits.len] = '\0';
    return strtod_l(text, NULL, table->numbers);
}

/* Texts outlive the statement: they are the batch's own, and SQLite copies none. */
static void give_text(sqlite3_context *context, struct weir_str s)
{
    sqlite3_result_text64(context, s.len ? s.ptr : "", s.len, SQLITE_STATIC, SQLITE_UTF8);
}

static void give_decimal(
    sqlite3_context *context, const struct sql_table *table, const struct weir_value *value)
{
    if (sql_decimal_is_whole(weir_value_str(value)))
        give_text(context, weir_value_str(value));
    else
        sqlite3_result_double(context, sql_decimal_real(table, value));
}

/* The kinds that SQLite does not have; they are marked, to be known again in the result. */
static void give_foreign(sqlite3_context *context, const struct sql_table *table,
    const struct weir_value *value, size_t column)
{
    if (value->kind == WEIR_BOOL)
        sqlite3_result_int(context, value->boolean);
    else if (value->kind == WEIR_DECIMAL)
        give_decimal(context, table, value);
    else
        give_text(context, weir_value_format(value, table->scratch, false));
    sqlite3_result_subtype(context, sql_subtype_of_column(column));
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    const struct sql_cursor *cursor = (const struct sql_cursor *)base;
    const struct sql_table *table = cursor->table;
    const struct weir_value *values = table->columns[index].values;
    const struct weir_value *value;

    if (!values || cursor->row >= table->end)
        return SQLITE_OK;
    value = &values[cursor->row];
    switch ((enum weir_kind)value->kind) {
    case WEIR_INT:
        sqlite3_result_int64(context, value->integer);
        break;
    case WEIR_FLOAT:
        sqlite3_result_double(context, value->real);
        break;
    case WEIR_TEXT:
        give_text(context, weir_value_str(value));
        break;
    case WEIR_JSON:
        give_text(context, weir_value_str(value));
        sqlite3_result_subtype(context, SQL_SUBTYPE_JSON);
        break;
    case WEIR_BYTES:
        sqlite3_result_blob64(
            context, value->length ? value->text : "", value->length, SQLITE_STATIC);
        break;
    case WEIR_BOOL:
    case WEIR_DECIMAL:
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        give_foreign(context, table, value, (size_t)index);
        break;
    case WEIR_NULL:
    case WEIR_N_KINDS:
        break;
    }
    return SQLITE_OK;
}

/* Without xCreate the table is simply there, under the name of its module. */
static const sqlite3_module module = {
    .xConnect = table_connect,
    .xBestIndex = table_best_index,
    .xDisconnect = table_disconnect,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

int sql_table_register(struct sql_table *table, sqlite3 *db)
{
    return sqlite3_create_module_v2(db, table->name, &module, table, NULL);
}
