/*
 * The key of a row as text: a letter for the kind of each value, then the value so
 * that it comes back with every bit: i12, r0x1.8p+3, t3:abc, b2:00ff.
 */
#include "source.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/buf.h>

enum { KEY_TEXT_MAX = 1 << 16 };

static bool add_hex(struct weir_buf *buf, const unsigned char *bytes, size_t n)
{
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++)
        ok = weir_buf_printf(buf, "%02x", bytes[i]);
    return ok;
}

static bool add_value(struct weir_buf *buf, sqlite3_value *value)
{
    int n;

    switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
        return weir_buf_printf(buf, "i%" PRId64 ",", (int64_t)sqlite3_value_int64(value));
    case SQLITE_FLOAT:
        return weir_buf_printf(buf, "r%a,", sqlite3_value_double(value));
    case SQLITE_TEXT:
        n = sqlite3_value_bytes(value);
        return weir_buf_printf(buf, "t%d:", n) &&
               weir_buf_add(buf, sqlite3_value_text(value), (size_t)n) && weir_buf_add(buf, ",", 1);
    case SQLITE_BLOB:
        n = sqlite3_value_bytes(value);
        return weir_buf_printf(buf, "b%d:", n) &&
               add_hex(buf, sqlite3_value_blob(value), (size_t)n) && weir_buf_add(buf, ",", 1);
    default:
        return false;
    }
}

void source_key_init(struct weir_buf *key)
{
    weir_buf_init(key, KEY_TEXT_MAX, 1);
}

bool source_key_text(struct weir_buf *key, sqlite3_stmt *row, int first, size_t n)
{
    bool ok = true;

    weir_buf_reset(key);
    for (size_t i = 0; i < n && ok; i++)
        ok = add_value(key, sqlite3_column_value(row, first + (int)i));
    /* A text with a NUL could not be kept. */
    return ok && strlen(key->ptr) == key->len;
}

static bool bind_hex(sqlite3_stmt *statement, int place, const char *hex, size_t n)
{
    unsigned char *bytes = weir_malloc(n ? n : 1);

    for (size_t i = 0; i < n; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};

        bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    return sqlite3_bind_blob64(statement, place, bytes, n, free) == SQLITE_OK;
}

/* "3:abc," behind its letter; *at moves behind the comma. */
static bool bind_sized(sqlite3_stmt *statement, int place, char kind, const char **at)
{
    char *colon;
    unsigned long long n = strtoull(*at, &colon, 10);
    size_t taken = kind == 'b' ? 2 * (size_t)n : (size_t)n;
    const char *from = colon + 1;

    if (*colon != ':' || n > KEY_TEXT_MAX || strlen(from) < taken + 1 || from[taken] != ',')
        return false;
    *at = from + taken + 1;
    if (kind == 'b')
        return bind_hex(statement, place, from, (size_t)n);
    return sqlite3_bind_text64(statement, place, from, n, SQLITE_TRANSIENT, SQLITE_UTF8) ==
           SQLITE_OK;
}

static bool bind_number(sqlite3_stmt *statement, int place, char kind, const char **at)
{
    char *end;
    int rc;

    if (kind == 'i')
        rc = sqlite3_bind_int64(statement, place, strtoll(*at, &end, 10));
    else
        rc = sqlite3_bind_double(statement, place, strtod(*at, &end));
    if (end == *at || *end != ',')
        return false;
    *at = end + 1;
    return rc == SQLITE_OK;
}

bool source_bind_key(sqlite3_stmt *statement, int first, size_t n, const char *text)
{
    const char *at = text;
    bool ok = true;

    for (size_t i = 0; i < n && ok; i++) {
        char kind = *at;

        at += kind != '\0';
        if (kind == 'i' || kind == 'r')
            ok = bind_number(statement, first + (int)i, kind, &at);
        else
            ok = (kind == 't' || kind == 'b') && bind_sized(statement, first + (int)i, kind, &at);
    }
    return ok && *at == '\0';
}

/* --- what sorts as one -------------------------------------------------------------------- */

/* Without case and blanks behind it, which NOCASE and RTRIM do not see. */
static size_t sort_text(char *to, const char *from, size_t n)
{
    while (n && from[n - 1] == ' ')
        n--;
    for (size_t i = 0; i < n; i++)
        to[i] = from[i] >= 'A' && from[i] <= 'Z' ? (char)(from[i] - 'A' + 'a') : from[i];
    return n;
}

/* The digits of the nearest double, which ints beyond 2^53 share. */
static const char *sort_number(struct weir_buf *buf, const char *at, bool *ok)
{
    char *end;

    *ok = weir_buf_printf(buf, "r%a,", strtod(at + 1, &end));
    return end + 1;
}

static const char *sort_sized(
    struct weir_buf *buf, const char *at, struct weir_arena *arena, bool *ok)
{
    char *colon, *sorted;
    size_t n = strtoull(at + 1, &colon, 10), taken = *at == 'b' ? 2 * n : n;

    sorted = weir_alloc(arena, taken + 1);
    n = *at == 't' ? sort_text(sorted, colon + 1, taken) : taken;
    if (*at == 'b')
        memcpy(sorted, colon + 1, taken);
    *ok = weir_buf_printf(buf, "%c%zu:", *at, n) && weir_buf_add(buf, sorted, n) &&
          weir_buf_add(buf, ",", 1);
    return colon + 1 + taken + 1;
}

const char *source_key_sorted(const char *text, struct weir_arena *arena)
{
    struct weir_buf buf;
    const char *sorted;
    bool ok = true;

    weir_buf_init(&buf, 2 * KEY_TEXT_MAX, 1);
    for (const char *at = text; *at && ok;)
        at = *at == 'i' || *at == 'r' ? sort_number(&buf, at, &ok)
                                      : sort_sized(&buf, at, arena, &ok);
    sorted = weir_copy_text(arena, buf.ptr);
    weir_buf_done(&buf);
    return sorted;
}
