/* Values into a column of a real server and back, for tests of types. */
#ifndef POSTGRES_VALUES_H
#define POSTGRES_VALUES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "types/type.h"

/* Initializers of a value. */
#define NUMBER(k, n)                                                                               \
    {                                                                                              \
        .kind = (k), .integer = (n)                                                                \
    }
#define SPELLED(k, s)                                                                              \
    {                                                                                              \
        .kind = (k), .length = sizeof(s) - 1, .text = (s)                                          \
    }
#define INT(n) NUMBER(WEIR_INT, n)
#define FLOAT(n)                                                                                   \
    {                                                                                              \
        .kind = WEIR_FLOAT, .real = (n)                                                            \
    }
#define BOOL(b)                                                                                    \
    {                                                                                              \
        .kind = WEIR_BOOL, .boolean = (b)                                                          \
    }
#define TEXT(s) SPELLED(WEIR_TEXT, s)
#define DECIMAL(s) SPELLED(WEIR_DECIMAL, s)
#define JSON(s) SPELLED(WEIR_JSON, s)
#define BYTES(s) SPELLED(WEIR_BYTES, s)

static PGconn *db;
static char server_said[512];

static bool try_sql(const char *sql)
{
    PGresult *result = PQexec(db, sql);
    ExecStatusType status = PQresultStatus(result);

    (void)snprintf(server_said, sizeof(server_said), "%s", PQresultErrorMessage(result));
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static void run_sql(const char *sql)
{
    if (!try_sql(sql))
        fail_msg("%s: %s", sql, server_said);
}

static int open_db(void **state)
{
    const char *where = getenv("WEIR_TEST_PG");

    (void)state;
    if (!where) {
        print_error("WEIR_TEST_PG is not set; see tests/servers/postgres.py\n");
        return -1;
    }
    db = PQconnectdb(where);
    if (PQstatus(db) != CONNECTION_OK)
        return -1;
    return try_sql("SET TimeZone = 'UTC'; SET DateStyle = 'ISO';"
                   " SET client_min_messages = warning")
               ? 0
               : -1;
}

static int close_db(void **state)
{
    (void)state;
    PQfinish(db);
    return 0;
}

/* The type as SQL has it, made anew in a table of that name. */
static void make_table(const char *table, const char *type)
{
    char sql[256];

    (void)snprintf(sql, sizeof(sql), "DROP TABLE IF EXISTS pg_temp.%s", table);
    run_sql(sql);
    (void)snprintf(sql, sizeof(sql), "CREATE TEMP TABLE %s (i int, v %s)", table, type);
    run_sql(sql);
}

/* The type of the column, as the catalogue tells it. The name lives until the program ends. */
static struct type read_type(const char *table)
{
    static char names[8][128];
    static unsigned turn;
    char *name = names[turn++ % 8];
    char sql[1024];
    struct type_facts facts = {.name = name};
    struct type type;
    PGresult *result;

    (void)snprintf(sql, sizeof(sql),
        "SELECT t.oid, CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END, t.typtype,"
        " CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END,"
        " CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END,"
        " format_type(a.atttypid, a.atttypmod)"
        " FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid"
        " WHERE a.attrelid = 'pg_temp.%s'::regclass AND a.attname = 'v'",
        table);
    result = PQexec(db, sql);
    assert_int_equal(PQntuples(result), 1);
    facts.oid = (uint32_t)strtoul(PQgetvalue(result, 0, 0), NULL, 10);
    facts.modifier = (int32_t)strtol(PQgetvalue(result, 0, 1), NULL, 10);
    facts.type = *PQgetvalue(result, 0, 2);
    facts.base_oid = (uint32_t)strtoul(PQgetvalue(result, 0, 3), NULL, 10);
    facts.element_oid = (uint32_t)strtoul(PQgetvalue(result, 0, 4), NULL, 10);
    (void)snprintf(name, sizeof(names[0]), "%s", PQgetvalue(result, 0, 5));
    PQclear(result);
    type_from_facts(&type, &facts);
    return type;
}

static void add(struct weir_buf *out, const void *bytes, size_t n)
{
    assert_true(weir_buf_add(out, bytes, n));
}

/* Rows of a number and a value, as a COPY has them. */
static void encode_rows(struct weir_buf *out, const struct type *type,
    const struct weir_value *values, size_t n, bool binary)
{
    static const struct type int4 = {.kind = TYPE_INT4, .modifier = -1};

    if (binary)
        add(out, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19);
    for (size_t i = 0; i < n; i++) {
        struct weir_value number = weir_int((int64_t)i);

        if (binary) {
            add(out, "\0\2", 2);
            type_encode_binary(out, &int4, &number);
            type_encode_binary(out, type, &values[i]);
        } else {
            type_encode_text(out, &int4, &number);
            add(out, "\t", 1);
            type_encode_text(out, type, &values[i]);
            add(out, "\n", 1);
        }
    }
    if (binary)
        add(out, "\377\377", 2);
}

static bool copy_rows(const char *table, const struct type *type, const struct weir_value *values,
    size_t n, bool binary)
{
    char sql[128];
    struct weir_buf out;
    PGresult *result;
    bool good;

    (void)snprintf(
        sql, sizeof(sql), "COPY pg_temp.%s FROM STDIN%s", table, binary ? " BINARY" : "");
    result = PQexec(db, sql);
    assert_int_equal(PQresultStatus(result), PGRES_COPY_IN);
    PQclear(result);
    weir_buf_init(&out, SIZE_MAX, 1);
    encode_rows(&out, type, values, n, binary);
    for (size_t at = 0; at < out.len; at += 1 << 20) {
        size_t rest = out.len - at;

        assert_int_equal(PQputCopyData(db, out.ptr + at, rest < 1 << 20 ? (int)rest : 1 << 20), 1);
    }
    weir_buf_done(&out);
    assert_int_equal(PQputCopyEnd(db, NULL), 1);
    result = PQgetResult(db);
    good = PQresultStatus(result) == PGRES_COMMAND_OK;
    (void)snprintf(server_said, sizeof(server_said), "%s", PQresultErrorMessage(result));
    PQclear(result);
    while ((result = PQgetResult(db)))
        PQclear(result);
    return good;
}

#endif
