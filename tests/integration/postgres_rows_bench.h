/*
 * Rows on their way into tables of a real server: a database of its own for each
 * test, a lane's connection that runs in a fiber, and a judge that sees what another
 * program sees.
 */
#ifndef POSTGRES_ROWS_BENCH_H
#define POSTGRES_ROWS_BENCH_H

#include "postgres_rig.h"

#include <rows/publish.h>
#include <rows/rows.h>
#include <table/table.h>
#include <weir/incremental.h>
#include <weir/json.h>
#include <weir/schema.h>

#include <unistd.h>

enum { BENCH_TABLES_MAX = 4, BENCH_BATCHES_MAX = 8 };

struct bench {
    struct rig rig; /* first */
    struct weir_schema schema;
    struct weir_resource resources[BENCH_TABLES_MAX];
    struct weir_resource *pointers[BENCH_TABLES_MAX];
    struct table tables[BENCH_TABLES_MAX];
    struct rows rows;
    struct rows_fault fault;
    struct weir_batch *batches[BENCH_BATCHES_MAX]; /* of the next load */
    size_t n_batches;
    PGconn *judge;
    char name[64];
    void (*main)(struct bench *b);
};

/* --- the database ------------------------------------------------------------------------------ */

static inline PGconn *bench_connect(const char *database)
{
    const char *const keys[] = {"dbname", "dbname", NULL};
    const char *const values[] = {rig_server(), database, NULL};
    PGconn *connection;

    /* The text is spread over the key words first, and the last one of a kind counts. */
    connection = PQconnectdbParams(keys, values, 1);
    if (PQstatus(connection) != CONNECTION_OK) {
        (void)fprintf(stderr, "%s", PQerrorMessage(connection));
        exit(2);
    }
    return connection;
}

static inline PGresult *bench_ask_on(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        (void)fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(connection));
        exit(1);
    }
    return result;
}

static inline void bench_do(struct bench *b, const char *sql)
{
    PQclear(bench_ask_on(b->judge, sql));
}

/* Columns with | between them, a line for each row. */
static inline const char *bench_answer(struct bench *b, const char *sql)
{
    PGresult *result = bench_ask_on(b->judge, sql);
    struct weir_buf text;
    const char *copy;

    sql_init(&text);
    sql_add(&text, "");
    for (int r = 0; r < PQntuples(result); r++)
        for (int c = 0; c < PQnfields(result); c++)
            sql_printf(&text, "%s%s",
                c   ? "|"
                : r ? "\n"
                    : "",
                PQgetisnull(result, r, c) ? "NULL" : PQgetvalue(result, r, c));
    PQclear(result);
    copy = weir_copy_text(b->rig.stage.arena, text.ptr ? text.ptr : "");
    weir_buf_done(&text);
    return copy;
}

static inline void bench_expect(struct bench *b, const char *sql, const char *expected, int line)
{
    const char *answer = bench_answer(b, sql);

    if (strcmp(answer, expected) == 0)
        return;
    (void)fprintf(
        stderr, "line %d: %s\n--- is\n%s\n--- should be\n%s\n", line, sql, answer, expected);
    exit(1);
}

#define expect(b, sql, expected) bench_expect((b), (sql), (expected), __LINE__)

static inline void bench_expect_text(const char *text, const char *part, int line)
{
    if (strstr(text, part))
        return;
    (void)fprintf(stderr, "line %d: '%s' does not say '%s'\n", line, text, part);
    exit(1);
}

#define expect_text(text, part) bench_expect_text((text), (part), __LINE__)

static inline void bench_expect_error(struct bench *b, const char *code, const char *said, int line)
{
    if (strcmp(b->rig.error.code, code) != 0)
        rig_check(&b->rig, false, code, line);
    bench_expect_text(b->rig.error.text, said, line);
    b->rig.error = (struct weir_error){0};
}

#define expect_error(b, code, said) bench_expect_error((b), (code), (said), __LINE__)

/* --- tables and batches ------------------------------------------------------------------------- */

static inline struct table *bench_table(
    struct bench *b, const char *name, const char *key, enum weir_disposition disposition)
{
    size_t i = b->rig.stage.n_resources++;
    struct weir_resource *resource = &b->resources[i];
    const char **keys = weir_new_array(b->rig.stage.arena, 2, const char *);
    const char *comma = key ? strchr(key, ',') : NULL;

    keys[0] = comma ? weir_printf(b->rig.stage.arena, "%.*s", (int)(comma - key), key) : key;
    keys[1] = comma ? comma + 1 : NULL;
    *resource = (struct weir_resource){
        .name = name,
        .table = name,
        .primary_key = {keys, key ? comma ? 2 : 1 : 0},
        .disposition = disposition,
        .min_ratio = 0.5,
        .schema = &b->schema,
    };
    b->pointers[i] = resource;
    b->rig.stage.resources = b->pointers;
    table_init(&b->tables[i], &b->rig.stage, weir_str("public"), resource);
    return &b->tables[i];
}

static inline struct weir_resource *bench_resource(struct bench *b, const struct table *table)
{
    return &b->resources[table - b->tables];
}

static inline void bench_read_table(struct bench *b, struct table *table)
{
    check(&b->rig, connection_open(&b->rig.connection));
    check(&b->rig, table_read(table, &b->rig.connection) == WEIR_OK);
}

/* One unit for each text. */
static inline struct weir_batch *bench_batch(struct table *table, const char *json)
{
    struct weir_batch *batch = weir_batch_new(table->resource);
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_error error = {0};
    struct weir_buf body;
    size_t capacity;
    size_t n = strlen(json);
    char *text;

    weir_buf_init(&body, n + 1, WEIR_JSON_PADDING);
    if (!weir_buf_add(&body, json, n))
        abort();
    text = weir_buf_take(&body, &capacity);
    weir_adopt(batch->arena, text, capacity);
    (void)weir_batch_add_unit(batch, NULL);
    if (weir_json_rows(reader, (struct weir_str){text, n}, NULL, batch, &error) != WEIR_OK) {
        (void)fprintf(stderr, "%s\n", error.text);
        exit(1);
    }
    weir_json_reader_free(reader);
    return batch;
}

static inline void bench_add(struct bench *b, struct weir_batch *batch)
{
    b->batches[b->n_batches++] = batch;
}

static inline void bench_free_batches(struct bench *b)
{
    for (size_t i = 0; i < b->n_batches; i++)
        weir_batch_free(b->batches[i]);
    b->n_batches = 0;
}

/* The table as the batches need it, as the loader does it before they go to a lane. */
static inline void bench_adapt(struct bench *b, struct table *table)
{
    for (size_t i = 0; i < b->n_batches; i++) {
        if (!table_is_ready(table, b->batches[i])) {
            script(&b->rig, "BEGIN");
            check(&b->rig, table_adapt(table, &b->rig.connection, b->batches[i]) == WEIR_OK);
            script(&b->rig, "COMMIT");
            table_adapted(table, true);
        }
        check(&b->rig, table_check_rows(table, b->batches[i]) == WEIR_OK);
    }
}

/* What a lane does with the batches that were added; they stay. */
static inline enum weir_status bench_send(struct bench *b, struct table *table)
{
    enum weir_status status;

    bench_adapt(b, table);
    script(&b->rig, "BEGIN");
    script(&b->rig, "SET CONSTRAINTS ALL IMMEDIATE");
    status = rows_load(&b->rows, &b->rig.connection, table, b->batches, b->n_batches, &b->fault);
    script(&b->rig, status == WEIR_OK ? "COMMIT" : "ROLLBACK");
    return status;
}

static inline void bench_load_added(struct bench *b, struct table *table, int line)
{
    rig_check(&b->rig, bench_send(b, table) == WEIR_OK, "rows_load", line);
    bench_free_batches(b);
}

#define load_added(b, table) bench_load_added((b), (table), __LINE__)

static inline void bench_load(struct bench *b, struct table *table, const char *json, int line)
{
    bench_add(b, bench_batch(table, json));
    bench_load_added(b, table, line);
}

#define load(b, table, json) bench_load((b), (table), (json), __LINE__)

/* --- a test ----------------------------------------------------------------------------------------- */

static inline void bench_body(void *arg)
{
    struct bench *b = arg;

    check(&b->rig, connection_open(&b->rig.connection));
    b->main(b);
}

static inline void bench_run(void (*main)(struct bench *b))
{
    static int n_made;
    struct bench *b = weir_calloc(1, sizeof(*b));
    PGconn *admin = bench_connect("postgres");
    const char *dsn = rig_server();
    const char *name = strstr(dsn, "dbname=");
    char sql[160], own[1024];

    (void)snprintf(b->name, sizeof(b->name), "test_rows_%d_%d", (int)getpid(), ++n_made);
    (void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", b->name);
    PQclear(bench_ask_on(admin, sql));
    b->judge = bench_connect(b->name);
    bench_do(b, "SET client_min_messages = warning; SET search_path = public; CREATE SCHEMA weir;"
                "CREATE TABLE weir.made (relation oid PRIMARY KEY, name text NOT NULL)");
    (void)snprintf(own, sizeof(own), "%.*s dbname=%s %s",
        name ? (int)(name - dsn) : (int)strlen(dsn), dsn, b->name,
        name ? name + strcspn(name, " ") : "");
    rig_init(&b->rig, own);
    rows_init(&b->rows);
    b->main = main;
    rig_run(&b->rig, bench_body, b);
    bench_free_batches(b);
    rows_done(&b->rows);
    for (size_t i = 0; i < b->rig.stage.n_resources; i++)
        table_done(&b->tables[i]);
    rig_done(&b->rig);
    PQfinish(b->judge);
    (void)snprintf(sql, sizeof(sql), "DROP DATABASE %s WITH (FORCE)", b->name);
    PQclear(bench_ask_on(admin, sql));
    PQfinish(admin);
    free(b);
}

#define CASE(name)                                                                                 \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        bench_run(in_##name);                                                                      \
    }

#endif
