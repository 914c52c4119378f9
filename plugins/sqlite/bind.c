#include "bind.h"

static int bind_text(sqlite3_stmt *insert, int at, struct weir_str text)
{
    /* An empty text without a pointer would be a null. */
    return sqlite3_bind_text64(
        insert, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

int bind_value(
    sqlite3_stmt *insert, int at, const struct weir_value *value, struct weir_arena *arena)
{
    switch ((enum weir_kind)value->kind) {
    case WEIR_TEXT:
    case WEIR_DECIMAL:
    case WEIR_JSON:
        return bind_text(insert, at, weir_value_str(value));
    case WEIR_INT:
        return sqlite3_bind_int64(insert, at, value->integer);
    case WEIR_BOOL:
        return sqlite3_bind_int(insert, at, value->boolean);
    case WEIR_FLOAT:
        return sqlite3_bind_double(insert, at, value->real);
    case WEIR_TIMESTAMP:
    case WEIR_DATE:
        return bind_text(insert, at, weir_value_format(value, arena, false));
    case WEIR_BYTES:
        return value->length
                   ? sqlite3_bind_blob64(insert, at, value->text, value->length, SQLITE_STATIC)
                   : sqlite3_bind_zeroblob(insert, at, 0);
    default:
        return sqlite3_bind_null(insert, at);
    }
}
