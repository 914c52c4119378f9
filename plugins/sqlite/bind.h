/* A value at its place in a statement. Inline, since it is done for each value of each row. */
#ifndef SQLITE_BIND_H
#define SQLITE_BIND_H

#include <sqlite3.h>
#include <weir/batch.h>

static inline int bind_text(sqlite3_stmt *statement, int at, struct weir_str text)
{
    /* An empty text without a pointer would be a null. */
    return sqlite3_bind_text64(
        statement, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

/* SQLite's code. Texts are not copied: they live in the batch, or for dates in the arena. */
static inline int bind_value(
    sqlite3_stmt *statement, int at, const struct weir_value *value, struct weir_arena *arena)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_TEXT:
    case WEIR_DECIMAL:
    case WEIR_JSON:
        return bind_text(statement, at, weir_value_str(value));
    case WEIR_INT:
        return sqlite3_bind_int64(statement, at, value->integer);
    case WEIR_BOOL:
        return sqlite3_bind_int(statement, at, value->boolean);
    case WEIR_FLOAT:
        return sqlite3_bind_double(statement, at, value->real);
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return bind_text(statement, at, weir_value_format(value, arena, false));
    case WEIR_BYTES:
        return value->length
                   ? sqlite3_bind_blob64(statement, at, value->text, value->length, SQLITE_STATIC)
                   : sqlite3_bind_zeroblob(statement, at, 0);
    default:
        return sqlite3_bind_null(statement, at);
    }
}

#endif
