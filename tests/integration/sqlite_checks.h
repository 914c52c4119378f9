/* What the tests of the sqlite loader share: a folder, a stage on a file in it, questions to it. */
#ifndef SQLITE_CHECKS_H
#define SQLITE_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <ftw.h>
#include <sqlite3.h>
#include <unistd.h>

#include "load_stage.h"

struct fixture {
    char folder[64];
    char path[128]; /* of the database */
    struct load_stage s;
};

static inline int remove_one(const char *path, const struct stat *info, int type, struct FTW *place)
{
    (void)info;
    (void)type;
    (void)place;
    return remove(path);
}

static inline int setup(void **state)
{
    struct fixture *f = weir_calloc(1, sizeof(*f));

    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/weir-test-XXXXXX");
    if (!mkdtemp(f->folder))
        return -1;
    (void)snprintf(f->path, sizeof(f->path), "%s/out.db", f->folder);
    stage_init(&f->s, "sqlite");
    stage_set(&f->s, "path", f->path);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    stage_done(&f->s);
    (void)nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

/* Runs statements on a connection of its own, as another program would. */
static inline void database_do(const struct fixture *f, const char *sql)
{
    sqlite3 *connection;
    char *message = NULL;

    assert_int_equal(sqlite3_open(f->path, &connection), SQLITE_OK);
    if (sqlite3_exec(connection, sql, NULL, NULL, &message) != SQLITE_OK)
        fail_msg("%s: %s", sql, message);
    (void)sqlite3_close(connection);
}

/* Compares the answer with its text: columns with | between them, a line for each row. */
static inline void assert_answer(const struct fixture *f, const char *sql, const char *expected)
{
    sqlite3 *connection;
    sqlite3_stmt *statement;
    sqlite3_str *text = sqlite3_str_new(NULL);
    char *answer;

    assert_int_equal(sqlite3_open(f->path, &connection), SQLITE_OK);
    if (sqlite3_prepare_v2(connection, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(connection));
    while (sqlite3_step(statement) == SQLITE_ROW) {
        if (sqlite3_str_length(text))
            sqlite3_str_appendall(text, "\n");
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *cell = (const char *)sqlite3_column_text(statement, i);

            sqlite3_str_appendf(text, "%s%s", i ? "|" : "", cell ? cell : "NULL");
        }
    }
    (void)sqlite3_finalize(statement);
    (void)sqlite3_close(connection);
    answer = sqlite3_str_finish(text);
    assert_string_equal(answer ? answer : "", expected);
    sqlite3_free(answer);
}

static inline void start(struct fixture *f)
{
    if (!stage_check(&f->s))
        fail_msg("%s", f->s.mistakes.items[0].text);
    if (stage_start(&f->s) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static inline void load(struct fixture *f, const struct weir_resource *resource, const char *json)
{
    if (stage_load(&f->s, batch_of_json(resource, json)) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
}

static inline void commit_and_stop(struct fixture *f)
{
    if (stage_commit(&f->s) != WEIR_OK)
        fail_msg("%s: %s", f->s.error.code, f->s.error.text);
    stage_stop(&f->s);
}

static inline void assert_error(const struct fixture *f, enum weir_fault fault, const char *code)
{
    assert_string_equal(f->s.error.code, code);
    assert_int_equal(f->s.error.fault, fault);
    assert_non_null(strstr(f->s.error.text, f->path));
}

static inline void assert_error_says(const struct fixture *f, const char *text)
{
    if (!strstr(f->s.error.text, text))
        fail_msg("'%s' is not in: %s", text, f->s.error.text);
}

static inline void refuse(
    struct fixture *f, const struct weir_resource *resource, const char *json, const char *code)
{
    assert_int_equal(stage_load(&f->s, batch_of_json(resource, json)), WEIR_FAIL);
    assert_error(f, f->s.error.fault, code);
}

static inline void refuse_start(struct fixture *f, enum weir_fault fault, const char *code)
{
    assert_true(stage_check(&f->s));
    assert_int_equal(stage_start(&f->s), WEIR_FAIL);
    stage_stop(&f->s);
    assert_error(f, fault, code);
}

#endif
