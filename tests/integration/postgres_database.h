/*
 * A database of a test's own on the server that the fixture has started, what is in
 * it as another program sees it, and a line to it that breaks.
 */
#ifndef POSTGRES_DATABASE_H
#define POSTGRES_DATABASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weir/arena.h>

#include "postgres_line.h"

/* Where the server is, and what it is asked through. */
struct fixture {
    char folder[80], port[8], user[64];
    char name[64]; /* of the database */
    PGconn *judge; /* a connection as another program has it */
    struct line line;
};

static inline void read_conninfo(struct fixture *f)
{
    const char *text = getenv("WEIR_TEST_PG");
    PQconninfoOption *options = text ? PQconninfoParse(text, NULL) : NULL;

    if (!options) {
        (void)fprintf(stderr, "WEIR_TEST_PG does not say where the server is: run this with "
                              "tests/servers/postgres.py run\n");
        exit(2);
    }
    for (const PQconninfoOption *o = options; o->keyword; o++) {
        if (o->val && strcmp(o->keyword, "host") == 0)
            (void)snprintf(f->folder, sizeof(f->folder), "%s", o->val);
        if (o->val && strcmp(o->keyword, "user") == 0)
            (void)snprintf(f->user, sizeof(f->user), "%s", o->val);
        if (o->val && strcmp(o->keyword, "port") == 0)
            (void)snprintf(f->port, sizeof(f->port), "%s", o->val);
    }
    if (!f->port[0])
        (void)snprintf(f->port, sizeof(f->port), "5432");
    PQconninfoFree(options);
}

static inline PGconn *connect_to(const struct fixture *f, const char *database)
{
    const char *const keys[] = {"host", "port", "user", "dbname", NULL};
    const char *const values[] = {f->folder, f->port, f->user, database, NULL};
    PGconn *connection = PQconnectdbParams(keys, values, 0);

    if (PQstatus(connection) != CONNECTION_OK) {
        (void)fprintf(stderr, "%s", PQerrorMessage(connection));
        exit(2);
    }
    return connection;
}

static inline PGresult *ask_on(PGconn *connection, const char *sql)
{
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(connection));
    return result;
}

static inline void database_do(const struct fixture *f, const char *sql)
{
    PQclear(ask_on(f->judge, sql));
}

/* Compares the answer with its text: columns with | between them, a line for each row. */
static inline void assert_answer(const struct fixture *f, const char *sql, const char *expected)
{
    PGresult *result = ask_on(f->judge, sql);
    char text[4096] = "";
    size_t n = 0;

    for (int r = 0; r < PQntuples(result); r++)
        for (int c = 0; c < PQnfields(result) && n < sizeof(text); c++)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
                c   ? "|"
                : r ? "\n"
                    : "",
                PQgetisnull(result, r, c) ? "NULL" : PQgetvalue(result, r, c));
    PQclear(result);
    assert_string_equal(text, expected);
}

static inline void admin_do(const struct fixture *f, const char *format, const char *name)
{
    PGconn *admin = connect_to(f, "postgres");
    char sql[512];

    (void)snprintf(sql, sizeof(sql), format, name);
    PQclear(ask_on(admin, sql));
    PQfinish(admin);
}

static inline int setup(void **state)
{
    static int n_made;
    struct fixture *f = weir_calloc(1, sizeof(*f));

    read_conninfo(f);
    (void)snprintf(f->name, sizeof(f->name), "test_state_%d_%d", (int)getpid(), ++n_made);
    admin_do(f, "CREATE DATABASE %s", f->name);
    f->judge = connect_to(f, f->name);
    database_do(f, "SET client_min_messages = warning");
    if (!line_begin(&f->line, f->folder, f->port))
        return -1;
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    line_end(&f->line);
    PQfinish(f->judge);
    admin_do(f, "DROP DATABASE %s WITH (FORCE)", f->name);
    free(f);
    return 0;
}

#endif
