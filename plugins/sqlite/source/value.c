/* A value of SQLite as one of a batch. */
#include "source.h"

bool source_is_flag(sqlite3_stmt *row, int column)
{
    const char *declared = sqlite3_column_decltype(row, column);

    return declared && sqlite3_strnicmp(declared, "BOOL", 4) == 0;
}

static struct weir_value read_integer(sqlite3_stmt *row, int column, bool is_flag)
{
    int64_t integer = sqlite3_column_int64(row, column);

    return is_flag && (integer == 0 || integer == 1) ? weir_bool(integer != 0) : weir_int(integer);
}

static struct weir_str copy(
    sqlite3_stmt *row, int column, const void *bytes, struct weir_arena *arena)
{
    return weir_copy(arena, (struct weir_str){bytes, (size_t)sqlite3_column_bytes(row, column)});
}

bool source_read_value(sqlite3_stmt *row, int column, bool is_flag, struct weir_arena *arena,
    struct weir_value *ret_value)
{
    struct weir_str text;

    switch (sqlite3_column_type(row, column)) {
    case SQLITE_INTEGER:
        *ret_value = read_integer(row, column, is_flag);
        return true;
    case SQLITE_FLOAT:
        *ret_value = weir_float(sqlite3_column_double(row, column));
        return true;
    case SQLITE_BLOB:
        text = copy(row, column, sqlite3_column_blob(row, column), arena);
        *ret_value = weir_text(WEIR_BYTES, text);
        return true;
    case SQLITE_TEXT:
        text = copy(row, column, sqlite3_column_text(row, column), arena);
        *ret_value = weir_text(WEIR_TEXT, text);
        return weir_str_utf8_error(text) == text.len;
    default:
        *ret_value = weir_null();
        return true;
    }
}
