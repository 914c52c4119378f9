/* Opening a connection: names, sockets, login, session; one try. */
#include "connect/conninfo.h"
#include "connect/error_take.h"
#include "connect/notice.h"
#include "connect/password.h"
#include "connect/resolve.h"
#include "connect/target.h"
#include "connect/wait.h"
#include "session.h"

#include <stdlib.h>
#include <string.h>

/* libpq looks for it before it looks at what it was given, and there is no way to tell it not to. */
static bool check_environment(struct connection *connection)
{
    if (!getenv("PGSERVICE"))
        return true;
    error_take_setting(connection, WEIR_FAULT_USAGE, "E-ENV",
        "the environment variable PGSERVICE is set, which weir does not follow; unset it");
    return false;
}

/* The socket may be another one behind each call, so that it is watched anew each time. */
static bool poll_until_made(struct connection *connection)
{
    PostgresPollingStatusType next = PGRES_POLLING_WRITING;

    while (next != PGRES_POLLING_OK) {
        enum wait_end end =
            wait_socket(connection, next == PGRES_POLLING_WRITING ? UV_WRITABLE : UV_READABLE);

        wait_forget_socket(connection);
        if (end != WAIT_MOVED) {
            error_take_ended(connection, end);
            return false;
        }
        next = PQconnectPoll(connection->libpq);
        if (next == PGRES_POLLING_FAILED) {
            error_take_connect(connection);
            return false;
        }
    }
    return true;
}

static bool start(struct connection *connection, const char *password)
{
    char hostaddr[RESOLVE_SIZE];
    struct weir_buf conninfo;

    if (!resolve_host(connection, hostaddr))
        return false;
    if (conninfo_init(&conninfo, connection, password, hostaddr))
        connection->libpq = PQconnectStart(conninfo.ptr);
    conninfo_done(&conninfo);
    if (!connection->libpq)
        return false;
    if (PQstatus(connection->libpq) == CONNECTION_BAD) {
        error_take_connect(connection);
        return false;
    }
    /* The server's SQLSTATE stands in its text only so. */
    (void)PQsetErrorVerbosity(connection->libpq, PQERRORS_VERBOSE);
    (void)PQsetNoticeReceiver(connection->libpq, notice_receive, connection);
    return true;
}

static bool connect_once(struct connection *connection)
{
    char password[PASSWORD_SIZE];
    bool ok = check_environment(connection) && password_read(connection, password) &&
              start(connection, password);

    explicit_bzero(password, sizeof(password));
    if (!ok || !poll_until_made(connection))
        return false;
    (void)PQsetErrorVerbosity(connection->libpq, PQERRORS_DEFAULT);
    if (PQsetnonblocking(connection->libpq, 1) != 0) {
        error_take_lost(connection);
        return false;
    }
    return session_set_up(connection);
}

/* That of the dsn is in seconds. */
static uint64_t timeout_of(const struct connection *connection)
{
    const char *seconds = connection->target->dsn.values[DSN_CONNECT_TIMEOUT];

    return seconds ? strtoull(seconds, NULL, 10) * 1000 : connection->settings->connect_timeout;
}

bool connection_open(struct connection *connection)
{
    bool ok;

    if (connection_is_open(connection))
        return true;
    connection_close(connection);
    connection->error = (struct pg_error){0};
    if (connection->target->problem) {
        error_take_setting(
            connection, WEIR_FAULT_USAGE, "E-VALUE", "dsn: %s", connection->target->problem);
        return false;
    }
    wait_set_deadline(connection, timeout_of(connection));
    ok = connect_once(connection);
    wait_set_deadline(connection, 0);
    if (ok)
        connection->n_opened++;
    else
        connection_close(connection);
    return ok;
}
