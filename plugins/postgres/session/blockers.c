#include "blockers.h"

#include "query/query.h"
#include "query/sql.h"

#include <stdio.h>

/*
 * Whoever holds the strongest locks on tables, and has done so longest; other runs of weir come
 * last, since they wait for the same one as a rule, and this one is left out. Of advisory locks only
 * those that are held while tables of the state are made: each run holds one for its pipeline.
 */
static const char find[] =
    "SELECT a.pid, a.application_name, a.state FROM pg_stat_activity a JOIN ("
    "  SELECT pid, max(CASE mode WHEN 'AccessExclusiveLock' THEN 4 WHEN 'ExclusiveLock' THEN 3"
    "    WHEN 'ShareRowExclusiveLock' THEN 2 WHEN 'ShareLock' THEN 2 ELSE 1 END) AS strength"
    "  FROM pg_locks WHERE granted AND (locktype = 'relation' OR locktype = 'advisory'"
    "     AND classid::bigint << 32 | objid::bigint IN (8459510221830911598, 8459510221830911599))"
    "    AND mode NOT IN ('AccessShareLock')"
    "    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    "  GROUP BY pid) l USING (pid) WHERE a.pid <> ALL ($1::text::int[]) "
    "ORDER BY a.application_name LIKE 'weir %', l.strength DESC, a.xact_start LIMIT 3";

static void list_own(const struct connection *connection, struct weir_buf *list)
{
    const struct connection *own = connection;

    sql_init(list);
    sql_printf(list, "{%d", PQbackendPID(connection->libpq));
    while ((own = connection_next(connection, own)))
        if (connection_is_open(own))
            sql_printf(list, ",%d", PQbackendPID(own->libpq));
    sql_add(list, "}");
}

static PGresult *ask(struct connection *connection)
{
    struct weir_buf own;
    PGresult *result;

    if (!connection_is_open(connection) || connection->is_cancelled)
        return NULL;
    list_own(connection, &own);
    result = query_get(connection, find, bind_text(own.ptr));
    weir_buf_done(&own);
    return result;
}

void blockers_find(struct connection *connection, char out[BLOCKERS_SIZE])
{
    struct pg_error error = connection->error;
    PGresult *result = ask(connection);
    size_t n = 0;

    (void)snprintf(out, BLOCKERS_SIZE, "another session has held a lock");
    for (int row = 0; result && row < PQntuples(result); row++) {
        const char *name = query_text(result, row, 1);
        char printable[64];

        (void)weir_str_printable(weir_str(name ? name : ""), printable, sizeof(printable));
        n += (size_t)snprintf(out + n, BLOCKERS_SIZE - n, "%sprocess %s%s%s%s", n ? ", " : "",
            query_text(result, row, 0), *printable ? " (" : "", printable, *printable ? ")" : "");
    }
    if (n)
        (void)snprintf(out + n, BLOCKERS_SIZE - n, " held a lock");
    PQclear(result);
    connection->error = error;
}
