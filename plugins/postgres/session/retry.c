/* Trying again: what for, how often, and how long. */
#include "session.h"

#include "blockers.h"
#include "query/query.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    PAUSE_FIRST = 100,
    PAUSE_MAX = 5000,
    LOCK_PAUSE_MAX = 400, /* nobody stands in line for it meanwhile */
    CONFLICTS_MAX = 20,
    CONFLICT_PAUSE = 20, /* ms, more each time */
};

struct attempts {
    const char *doing;
    uint64_t away_from;   /* time of the loop: since when the server is away, or 0 */
    uint64_t locked_from; /* since when a lock is waited for, or 0 */
    unsigned n_conflicts;
    uint64_t pause;
    uint64_t n_opened; /* of the connection, when the server was first found away */
    bool is_back;      /* and it was told */
};

/* As a pipeline file says it: "500 ms", "60 s", "10 m". */
struct shown_time {
    char text[32];
};

static struct shown_time show_time(uint64_t ms)
{
    static const struct {
        uint64_t ms;
        const char *name;
    } units[] = {{3600000, "h"}, {60000, "m"}, {1000, "s"}};
    struct shown_time shown;

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (ms % units[i].ms == 0 && ms >= units[i].ms && (i == 2 || ms > units[i].ms)) {
            (void)snprintf(
                shown.text, sizeof(shown.text), "%" PRIu64 " %s", ms / units[i].ms, units[i].name);
            return shown;
        }
    (void)snprintf(shown.text, sizeof(shown.text), "%" PRIu64 " ms", ms);
    return shown;
}

static enum weir_status give_up_stopped(struct connection *connection, const char *doing)
{
    return connection_refuse(connection, WEIR_FAULT_LOCKED, "E-STOPPED",
        "%s: the run was told to stop before that was done: %s", doing, connection->error.text);
}

static enum weir_status give_up_locked(struct connection *connection, const char *doing)
{
    char who[BLOCKERS_SIZE];

    blockers_find(connection, who);
    return connection_refuse(connection, WEIR_FAULT_LOCKED, "E-DB-LOCKED",
        "%s: %s for longer than lock_wait (%s); wait until that is done, or raise lock_wait", doing,
        who, show_time(connection->settings->lock_wait).text);
}

static enum weir_status give_up_away(struct connection *connection, const char *doing)
{
    char text[PG_TEXT_SIZE];

    if (!connection->settings->retry)
        return connection_give_up(connection, "%s", doing);
    (void)snprintf(text, sizeof(text), "%s", connection->error.text);
    (void)snprintf(connection->error.text, sizeof(connection->error.text),
        "%.350s; it was tried again for %s (retry)", text,
        show_time(connection->settings->retry).text);
    return connection_give_up(connection, "%s", doing);
}

/* WEIR_AGAIN, or what has failed was told. */
static enum weir_status sleep_for(
    struct connection *connection, const struct attempts *attempts, uint64_t ms)
{
    if (connection_sleep(connection, ms))
        return WEIR_AGAIN;
    return give_up_stopped(connection, attempts->doing);
}

/* Each pause is longer than the one before. */
static enum weir_status wait_for_server(
    struct connection *connection, struct attempts *attempts, uint64_t pause_max)
{
    uint64_t ms = attempts->pause ? attempts->pause : PAUSE_FIRST;

    attempts->pause = 2 * ms < pause_max ? 2 * ms : pause_max;
    return sleep_for(connection, attempts, ms);
}

/* Of two that are in each other's way, both may be weir's lanes: they go on at different times. */
static enum weir_status yield_to_other(struct connection *connection, struct attempts *attempts)
{
    uint64_t ms = CONFLICT_PAUSE * ++attempts->n_conflicts + uv_hrtime() / 1000 % CONFLICT_PAUSE;

    if (attempts->n_conflicts >= CONFLICTS_MAX)
        return connection_give_up(connection, "%s: tried %d times", attempts->doing, CONFLICTS_MAX);
    return sleep_for(connection, attempts, ms);
}

/* Is there time left? It runs from the first failure of the kind. */
static bool has_time(
    struct connection *connection, struct attempts *attempts, uint64_t *from, uint64_t limit)
{
    uint64_t now = uv_now(connection->loop);

    if (!limit)
        return false;
    if (!*from) {
        *from = now;
        attempts->pause = 0;
        attempts->n_opened = connection->n_opened;
        weir_log(connection->stage, WEIR_LOG_WARNING, "%s: %s: %s; trying again for up to %s",
            connection_name(connection), attempts->doing, connection->error.text,
            show_time(limit).text);
    }
    return now - *from < limit;
}

/* WEIR_AGAIN: the pause is over; WEIR_FAIL: it was told. */
static enum weir_status try_again(struct connection *connection, struct attempts *attempts)
{
    const struct settings *settings = connection->settings;
    const struct pg_error *error = &connection->error;

    uv_update_time(connection->loop);
    if (connection->is_cancelled || weir_stopping(connection->stage))
        return give_up_stopped(connection, attempts->doing);
    if (!error->is_lost && (pg_error_is(error, "40") || pg_error_is(error, "57014")))
        return yield_to_other(connection, attempts);
    if (pg_error_is(error, "55P03")) {
        if (!has_time(connection, attempts, &attempts->locked_from, settings->lock_wait))
            return give_up_locked(connection, attempts->doing);
        return wait_for_server(connection, attempts, LOCK_PAUSE_MAX);
    }
    if (!has_time(connection, attempts, &attempts->away_from, settings->retry))
        return give_up_away(connection, attempts->doing);
    return wait_for_server(connection, attempts, PAUSE_MAX);
}

/* No transaction is under way behind it, or no connection. */
static void roll_back(struct connection *connection)
{
    struct pg_error error = connection->error;

    if (connection_is_open(connection) && PQtransactionStatus(connection->libpq) != PQTRANS_IDLE &&
        !query_script(connection, "ROLLBACK"))
        connection_close(connection);
    connection->error = error;
}

/* Once, as the warning was. */
static void tell_back(struct connection *connection, struct attempts *attempts)
{
    uint64_t ms;

    if (!attempts->away_from || attempts->is_back || connection->n_opened == attempts->n_opened)
        return;
    uv_update_time(connection->loop);
    ms = uv_now(connection->loop) - attempts->away_from;
    attempts->is_back = true;
    weir_log(connection->stage, WEIR_LOG_INFO, "%s: connected again after %s",
        connection_name(connection), show_time(ms < 1000 ? ms : ms / 1000 * 1000).text);
}

static enum weir_status try_once(struct connection *connection, struct attempts *attempts,
    enum weir_status (*body)(struct connection *connection, void *arg), void *arg)
{
    enum weir_status status;

    roll_back(connection);
    if (!connection_open(connection))
        return connection_fail(connection, "cannot connect");
    tell_back(connection, attempts);
    status = body(connection, arg);
    roll_back(connection);
    return status;
}

enum weir_status connection_retry(struct connection *connection,
    enum weir_status (*body)(struct connection *connection, void *arg), void *arg,
    const char *doing)
{
    struct attempts attempts = {.doing = doing};

    for (;;) {
        enum weir_status status = try_once(connection, &attempts, body, arg);

        if (status == WEIR_AGAIN)
            status = try_again(connection, &attempts);
        if (status != WEIR_AGAIN)
            return status;
    }
}

enum weir_status connection_try(struct connection *connection,
    enum weir_status (*body)(struct connection *connection, void *arg), void *arg,
    const char *doing)
{
    struct attempts attempts = {.doing = doing};
    enum weir_status status = try_once(connection, &attempts, body, arg);

    return status == WEIR_AGAIN ? connection_give_up(connection, "%s", doing) : status;
}
