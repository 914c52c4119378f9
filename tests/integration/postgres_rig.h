/*
 * A connection's inside at work on a loop of its own, with a server that the test
 * fixture has started: WEIR_TEST_PG says where, "host=/folder dbname=... user=...".
 */
#ifndef POSTGRES_RIG_H
#define POSTGRES_RIG_H

#include <connect/connection.h>
#include <query/copy_in.h>
#include <query/query.h>
#include <query/sql.h>
#include <session/session.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { RIG_LOG_SIZE = 8192 };

struct rig {
    uv_loop_t loop;
    struct weir_stage stage;
    struct settings settings;
    struct connection connection;
    struct weir_error error; /* that the stage failed with */
    char log[RIG_LOG_SIZE];  /* all lines */
    bool is_stopping;
};

static inline void rig_on_fail(struct weir_stage *stage, const struct weir_error *error)
{
    struct rig *rig = stage->engine;

    if (!weir_error_is_set(&rig->error))
        rig->error = *error;
}

static inline void rig_on_log(struct weir_stage *stage, enum weir_level level, const char *text)
{
    struct rig *rig = stage->engine;
    size_t n = strlen(rig->log);

    (void)snprintf(rig->log + n, sizeof(rig->log) - n, "%d %s\n", (int)level, text);
}

static inline bool rig_on_stopping(struct weir_stage *stage)
{
    return ((struct rig *)stage->engine)->is_stopping;
}

static const struct weir_host rig_host = {
    .size = sizeof(struct weir_host),
    .fail = rig_on_fail,
    .log = rig_on_log,
    .stopping = rig_on_stopping,
};

static inline const char *rig_server(void)
{
    const char *dsn = getenv("WEIR_TEST_PG");

    if (!dsn) {
        (void)fputs("WEIR_TEST_PG is not set: no server to test with\n", stderr);
        exit(2);
    }
    return dsn;
}

static inline void rig_init(struct rig *rig, const char *dsn)
{
    memset(rig, 0, sizeof(*rig));
    assert_int_equal(uv_loop_init(&rig->loop), 0);
    rig->stage = (struct weir_stage){
        .name = "load", .arena = weir_arena_new(), .host = &rig_host, .engine = rig};
    rig->settings = (struct settings){
        .dsn = {dsn}, .connect_timeout = 10000, .lock_wait = 30000, .retry = 30000};
    connection_init(&rig->connection, &rig->stage, &rig->loop, &rig->settings, "test");
}

/* Checks that nothing is left on the loop. */
static inline void rig_done(struct rig *rig)
{
    connection_done(&rig->connection);
    uv_run(&rig->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&rig->loop), 0);
    weir_arena_free(rig->stage.arena);
}

/* Runs main(rig) in a fiber until it is done. cmocka's checks leave by longjmp, which no fiber
 * survives: in a fiber, check() takes their place. */
static inline void rig_run(struct rig *rig, void (*main)(void *arg), void *arg)
{
    struct fiber *fiber = fiber_new(main, arg);

    fiber_resume(fiber);
    while (!fiber_is_done(fiber))
        assert_true(uv_run(&rig->loop, UV_RUN_ONCE) || fiber_is_done(fiber));
    fiber_free(fiber);
}

static inline void rig_check(const struct rig *rig, bool ok, const char *what, int line)
{
    if (ok)
        return;
    (void)fprintf(stderr, "line %d: %s\n  last error: %s '%s' lost %d\n  stage: %s %s\n", line,
        what, rig->connection.error.sqlstate, rig->connection.error.text,
        rig->connection.error.is_lost, rig->error.code, rig->error.text);
    exit(1);
}

#define check(rig, expression) rig_check((rig), (expression), #expression, __LINE__)

static inline void rig_script(struct rig *rig, const char *sql, int line)
{
    rig_check(rig, query_script(&rig->connection, sql), sql, line);
}

#define script(rig, sql) rig_script((rig), (sql), __LINE__)

/* The first field of the first row, in the arena. */
static inline const char *rig_ask(struct rig *rig, const char *sql)
{
    PGresult *result = query_get_with(&rig->connection, sql, NULL, 0);
    const char *text;

    rig_check(rig, result && PQntuples(result) > 0, sql, 0);
    text = query_text(result, 0, 0);
    text = text ? weir_copy_text(rig->stage.arena, text) : NULL;
    PQclear(result);
    return text;
}

#endif
