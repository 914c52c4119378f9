/* Fields of a result, which come as texts. */
#include "query.h"

#include <stdlib.h>
#include <string.h>

const char *query_text(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) ? NULL : PQgetvalue(result, row, column);
}

int64_t query_integer(const PGresult *result, int row, int column)
{
    return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

bool query_bool(const PGresult *result, int row, int column)
{
    return PQgetvalue(result, row, column)[0] == 't';
}

/* "\x6869"; out has room for half of what stands behind the x. */
static bool decode_hex(const char *text, size_t len, char *out)
{
    if (len < 2 || text[0] != '\\' || text[1] != 'x' || len % 2)
        return false;
    for (size_t i = 2; i < len; i += 2) {
        int high = weir_hex_digit(text[i]), low = weir_hex_digit(text[i + 1]);

        if (high < 0 || low < 0)
            return false;
        *out++ = (char)(high << 4 | low);
    }
    return true;
}

bool query_bytes(const PGresult *result, int row, int column, struct weir_arena *arena,
    struct weir_str *ret_bytes)
{
    size_t len = (size_t)PQgetlength(result, row, column);
    char *bytes;

    *ret_bytes = (struct weir_str){0};
    if (PQgetisnull(result, row, column))
        return true;
    bytes = weir_alloc(arena, len / 2 + 1);
    if (!decode_hex(PQgetvalue(result, row, column), len, bytes))
        return false;
    *ret_bytes = (struct weir_str){bytes, len / 2 - 1};
    return true;
}

bool query_id(const PGresult *result, int row, int column, struct weir_id *ret_id)
{
    return PQgetlength(result, row, column) == 2 + 2 * WEIR_ID_SIZE &&
           decode_hex(PQgetvalue(result, row, column), 2 + 2 * WEIR_ID_SIZE, (char *)ret_id->bytes);
}
