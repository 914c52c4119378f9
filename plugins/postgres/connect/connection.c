#include "connection.h"

#include "target.h"
#include "wait.h"

void connection_init(struct connection *connection, struct weir_stage *stage, uv_loop_t *loop,
    const struct settings *settings, const char *role)
{
    *connection = (struct connection){
        .stage = stage,
        .settings = settings,
        .role = role,
        .fault = WEIR_FAULT_DESTINATION,
        .loop = loop,
        .target = target_make(stage->arena, settings),
    };
    connection->wait = wait_new(connection);
    connection->next = connection;
}

void connection_join(struct connection *connection, struct connection *other)
{
    connection->next = other->next;
    other->next = connection;
}

const struct connection *connection_next(
    const struct connection *connection, const struct connection *previous)
{
    return previous->next == connection ? NULL : previous->next;
}

static void leave(struct connection *connection)
{
    struct connection *before = connection;

    if (!connection->next)
        return;
    while (before->next != connection)
        before = before->next;
    before->next = connection->next;
    connection->next = connection;
}

void connection_done(struct connection *connection)
{
    connection_close(connection);
    leave(connection);
    wait_free(connection->wait);
    connection->wait = NULL;
}

void connection_close(struct connection *connection)
{
    if (!connection->libpq)
        return;
    wait_forget_socket(connection);
    PQfinish(connection->libpq);
    connection->libpq = NULL;
}

bool connection_is_open(const struct connection *connection)
{
    return connection->libpq && PQstatus(connection->libpq) == CONNECTION_OK;
}

void connection_cancel(struct connection *connection)
{
    connection->is_cancelled = true;
    if (connection->wait)
        wait_resume(connection->wait, WAIT_ENDED);
}

bool connection_sleep(struct connection *connection, uint64_t ms)
{
    return !weir_stopping(connection->stage) && wait_time(connection, ms) == WAIT_TIME;
}

const char *connection_name(const struct connection *connection)
{
    return connection->target->name;
}
