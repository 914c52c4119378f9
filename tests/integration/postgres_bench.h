/*
 * A table at work with a real server: a database of its own for the program, and
 * for each test a schema of its own, made and changed as the loader would do it.
 * What begins with `bench_` runs in a fiber.
 */
#ifndef POSTGRES_BENCH_H
#define POSTGRES_BENCH_H

#include "postgres_rig.h"

#include <state/tables.h>
#include <table/made.h>
#include <table/table.h>
#include <weir/schema.h>

#include <unistd.h>

struct bench {
    struct rig rig; /* first */
    struct weir_schema schema;
    struct weir_resource resource;
    struct weir_resource *resources[1];
    struct table table;
    void (*main)(struct bench *bench);
};

static char bench_database[64];

static inline const char *bench_dsn(struct weir_arena *arena)
{
    const char *dsn = rig_server();
    const char *name = strstr(dsn, "dbname=");
    size_t end = name ? strcspn(name, " ") : 0;

    if (!name)
        return weir_printf(arena, "%s dbname=%s", dsn, bench_database);
    return weir_printf(
        arena, "%.*sdbname=%s%s", (int)(name - dsn), dsn, bench_database, name + end);
}

static inline void bench_on_server(void *arg)
{
    struct rig *rig = arg;

    check(rig, connection_open(&rig->connection));
    script(rig, weir_printf(rig->stage.arena, "DROP DATABASE IF EXISTS \"%s\"", bench_database));
    if (rig->is_stopping)
        return;
    script(rig, weir_printf(rig->stage.arena, "CREATE DATABASE \"%s\"", bench_database));
}

static inline int bench_database_make(void **state)
{
    struct rig rig;

    (void)state;
    (void)snprintf(bench_database, sizeof(bench_database), "weir_bench_%ld", (long)getpid());
    rig_init(&rig, rig_server());
    rig_run(&rig, bench_on_server, &rig);
    rig_done(&rig);
    return 0;
}

static inline int bench_database_drop(void **state)
{
    struct rig rig;

    (void)state;
    rig_init(&rig, rig_server());
    rig.is_stopping = true;
    rig_run(&rig, bench_on_server, &rig);
    rig_done(&rig);
    return 0;
}

static inline void bench_forget(struct bench *bench)
{
    memset(&bench->rig.error, 0, sizeof(bench->rig.error));
    bench->rig.log[0] = '\0';
}

/* Another table, or the same one with what the test says about it now. */
static inline void bench_take(struct bench *bench, const char *schema, const char *name)
{
    table_done(&bench->table);
    bench->resource.table = name;
    table_init(&bench->table, &bench->rig.stage, weir_str(schema), &bench->resource);
    bench_forget(bench);
}

static inline enum weir_status bench_read(struct bench *bench)
{
    enum weir_status status;

    script(&bench->rig, "BEGIN");
    status = table_read(&bench->table, &bench->rig.connection);
    script(&bench->rig, "ROLLBACK");
    return status;
}

/* As the loader does it before a batch is given to a lane; the batch is used up. */
static inline enum weir_status bench_adapt(struct bench *bench, struct weir_batch *batch)
{
    enum weir_status status = WEIR_OK;

    if (!table_is_ready(&bench->table, batch)) {
        script(&bench->rig, "BEGIN");
        status = table_adapt(&bench->table, &bench->rig.connection, batch);
        script(&bench->rig, status == WEIR_OK ? "COMMIT" : "ROLLBACK");
        table_adapted(&bench->table, status == WEIR_OK);
    }
    if (status == WEIR_OK)
        status = table_check_rows(&bench->table, batch);
    if (status == WEIR_OK)
        check(&bench->rig, table_is_ready(&bench->table, batch));
    weir_batch_free(batch);
    return status;
}

/* A batch of one row: a name and a value, again and again, until NULL. */
static inline struct weir_batch *bench_row(struct bench *bench, ...)
{
    struct weir_batch *batch = weir_batch_new(&bench->resource);
    va_list args;
    const char *name;

    (void)weir_batch_add_unit(batch, NULL);
    (void)weir_batch_add_row(batch);
    va_start(args, bench);
    while ((name = va_arg(args, const char *))) {
        struct weir_value value = va_arg(args, struct weir_value);

        weir_batch_set(batch, weir_batch_column(batch, weir_str(name)), value);
    }
    va_end(args);
    return batch;
}

static inline struct weir_value text_value(const char *text)
{
    return weir_text(WEIR_TEXT, weir_str(text));
}

/* "name type, name type": as the server has the table. */
static inline const char *bench_columns(struct bench *bench)
{
    PGresult *result = query_get(&bench->rig.connection,
        "SELECT coalesce(string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', '"
        " ORDER BY a.attnum), '') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = $1::text AND c.relname = $2::text AND a.attnum > 0"
        " AND NOT a.attisdropped",
        bind_str(bench->table.schema), bind_str(bench->table.name));
    const char *text;

    check(&bench->rig, result != NULL);
    text = weir_copy_text(bench->rig.stage.arena, query_text(result, 0, 0));
    PQclear(result);
    return text;
}

static inline void bench_check_columns(struct bench *bench, const char *expected, int line)
{
    const char *columns = bench_columns(bench);

    if (strcmp(columns, expected) != 0)
        rig_check(&bench->rig, false, columns, line);
}

#define check_columns(bench, expected) bench_check_columns((bench), (expected), __LINE__)

static inline void bench_check_ask(
    struct bench *bench, const char *sql, const char *expected, int line)
{
    const char *found = rig_ask(&bench->rig, sql);

    if (!found || strcmp(found, expected) != 0)
        rig_check(&bench->rig, false, found ? found : "null", line);
}

#define check_ask(bench, sql, expected) bench_check_ask((bench), (sql), (expected), __LINE__)

static inline void bench_check_told(
    struct bench *bench, enum weir_fault fault, const char *code, const char *text, int line)
{
    const struct weir_error *error = &bench->rig.error;

    rig_check(&bench->rig,
        error->fault == fault && strcmp(error->code, code) == 0 && strstr(error->text, text), text,
        line);
    bench_forget(bench);
}

#define check_told(bench, fault, code, text)                                                       \
    bench_check_told((bench), (fault), (code), (text), __LINE__)

static inline void bench_check_log(struct bench *bench, const char *text, int line)
{
    if (!strstr(bench->rig.log, text))
        rig_check(&bench->rig, false, bench->rig.log, line);
    bench_forget(bench);
}

#define check_log(bench, text) bench_check_log((bench), (text), __LINE__)

static inline void bench_main(void *arg)
{
    struct bench *bench = arg;

    check(&bench->rig, connection_open(&bench->rig.connection));
    script(&bench->rig, "BEGIN");
    check(&bench->rig, tables_make(&bench->rig.connection) == WEIR_OK);
    script(&bench->rig, "COMMIT");
    bench->main(bench);
}

/* The test begins with a connection, the state's tables and the table "public"."t", not read. */
static inline void run_bench(void (*main)(struct bench *bench))
{
    struct weir_arena *arena = weir_arena_new();
    struct bench *bench = weir_calloc(1, sizeof(*bench));

    rig_init(&bench->rig, bench_dsn(arena));
    bench->resource = (struct weir_resource){.name = "r", .table = "t", .schema = &bench->schema};
    bench->resources[0] = &bench->resource;
    bench->rig.stage.resources = bench->resources;
    bench->rig.stage.n_resources = 1;
    bench->main = main;
    bench_take(bench, "public", "t");
    rig_run(&bench->rig, bench_main, bench);
    table_done(&bench->table);
    rig_done(&bench->rig);
    weir_arena_free(arena);
    free(bench);
}

#define BENCH_TEST(name)                                                                           \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        run_bench(name##_in_fiber);                                                                \
    }

#endif
