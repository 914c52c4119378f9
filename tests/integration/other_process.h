/*
 * Another process with a connection to the database. It is begun before this one
 * opens the database, since a connection may not cross a fork, and acts when it
 * is told.
 */
#ifndef OTHER_PROCESS_H
#define OTHER_PROCESS_H

#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "sqlite_checks.h"

struct other {
    pid_t pid;
    int orders;
    int answers;
};

static inline void other_life(
    const struct fixture *f, const char *sql, long for_ms, int orders, int answers)
{
    struct timespec a_while = {for_ms / 1000, for_ms % 1000 * 1000000};
    sqlite3 *connection;
    char ready = 0;

    if (read(orders, &ready, 1) != 1)
        _exit(1);
    ready = sqlite3_open(f->path, &connection) == SQLITE_OK &&
            sqlite3_exec(connection, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (write(answers, &ready, 1) == 1)
        (void)nanosleep(&a_while, NULL);
    _exit(0);
}

static inline struct other other_begin(const struct fixture *f, const char *sql, long for_ms)
{
    struct other other;
    int orders[2];
    int answers[2];

    assert_int_equal(pipe(orders), 0);
    assert_int_equal(pipe(answers), 0);
    other.pid = fork();
    assert_true(other.pid >= 0);
    if (other.pid == 0)
        other_life(f, sql, for_ms, orders[0], answers[1]);
    (void)close(orders[0]);
    (void)close(answers[1]);
    other.orders = orders[1];
    other.answers = answers[0];
    return other;
}

/* Returns when it has run its statements; it keeps what it got for a while. */
static inline void other_act(const struct other *other)
{
    char ready = 0;

    assert_int_equal(write(other->orders, "", 1), 1);
    assert_int_equal(read(other->answers, &ready, 1), 1);
    assert_true(ready);
}

static inline void other_end(const struct other *other)
{
    (void)close(other->orders);
    (void)close(other->answers);
    (void)kill(other->pid, SIGKILL);
    assert_int_equal(waitpid(other->pid, NULL, 0), other->pid);
}

static inline struct other hold(const struct fixture *f, const char *sql, long for_ms)
{
    struct other other = other_begin(f, sql, for_ms);

    other_act(&other);
    return other;
}

#endif
