#include "session.h"

#include "connect/error_take.h"
#include "query/query.h"

#include <string.h>

enum { VERSION_MIN = 120000, VERSION_CHECK_INTERVAL = 140000 };

/* search_path comes first and all names are whole, so that nothing in a schema that others may
 * write to can stand in for what is meant. */
#define SET(name, value) "pg_catalog.set_config('" name "', '" value "', false)"
static const char setup[] =
    "SELECT " SET("search_path", "pg_catalog") ", " SET("TimeZone", "UTC") ", " SET(
        "DateStyle", "ISO, YMD") ", " SET("IntervalStyle", "iso_8601") ", " SET("client_encoding",
        "UTF8") ", " SET("extra_float_digits", "1") ", " SET("bytea_output",
        "hex") ", " SET("standard_conforming_strings", "on") ", " SET("client_min_messages",
        "warning") ", " SET("lock_timeout", "1s") ", " SET("statement_timeout",
        "0") ", " SET("default_transaction_isolation", "read committed");

/* So that the locks of a machine that is gone without a word last a minute, not the two hours that
 * systems have for it. Sockets on one machine have none. No tcp_user_timeout: it would end a COPY of
 * which nobody reads for a while, because the rows wait for a slow destination. */
static const char keepalives[] = "SELECT " SET("tcp_keepalives_idle", "30") ", " SET(
    "tcp_keepalives_interval", "10") ", " SET("tcp_keepalives_count", "3");

/* So that a server notices that we are gone while it works; not every system can. */
static const char check_interval[] = "SELECT " SET("client_connection_check_interval", "10s");

static bool check_version(struct connection *connection)
{
    int version = PQserverVersion(connection->libpq);

    if (version >= VERSION_MIN)
        return true;
    error_take_setting(connection, connection->fault, "E-DB-VERSION",
        "the server is PostgreSQL %d, and weir needs 12 or newer", version / 10000);
    return false;
}

bool session_set_up(struct connection *connection)
{
    if (!check_version(connection) || !query_script(connection, setup) ||
        !query_script(connection, keepalives))
        return false;
    if (PQserverVersion(connection->libpq) < VERSION_CHECK_INTERVAL)
        return true;
    return query_script(connection, check_interval) || connection_is_open(connection);
}

enum weir_status connection_check_writable(struct connection *connection)
{
    PGresult *result = query_get_with(connection,
        "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only')", NULL, 0);
    bool is_standby, is_read_only;

    if (!result)
        return connection_fail(connection, "cannot ask whether it may be written to");
    is_standby = query_bool(result, 0, 0);
    is_read_only = strcmp(query_text(result, 0, 1), "on") == 0;
    PQclear(result);
    if (is_standby)
        return connection_refuse(connection, connection->fault, "E-DB-READ-ONLY",
            "the server is a standby, which takes no rows; name the primary server");
    if (is_read_only)
        return connection_refuse(connection, connection->fault, "E-DB-READ-ONLY",
            "default_transaction_read_only is on for this database or role; switch it off with "
            "ALTER ROLE or ALTER DATABASE, or take another role");
    return WEIR_OK;
}
