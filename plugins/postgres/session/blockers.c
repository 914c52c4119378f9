#include "blockers.h"

#include "query/query.h"

#include <stdio.h>

/* Whoever holds the strongest locks on tables, and has done so longest; other connections of weir
 * come last, since they wait for the same one as a rule. */
static const char find[] =
    "SELECT a.pid, a.application_name, a.state FROM pg_stat_activity a JOIN ("
    "  SELECT pid, max(CASE mode WHEN 'AccessExclusiveLock' THEN 4 WHEN 'ExclusiveLock' THEN 3"
    "    WHEN 'ShareRowExclusiveLock' THEN 2 WHEN 'ShareLock' THEN 2 ELSE 1 END) AS strength"
    "  FROM pg_locks WHERE granted AND locktype IN ('relation', 'advisory')"
    "    AND mode NOT IN ('AccessShareLock')"
    "    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    "  GROUP BY pid) l USING (pid) WHERE a.pid <> pg_backend_pid() "
    "ORDER BY a.application_name LIKE 'weir %', l.strength DESC, a.xact_start LIMIT 3";

void blockers_find(struct connection *connection, char out[BLOCKERS_SIZE])
{
    struct pg_error error = connection->error;
    PGresult *result = connection_is_open(connection) && !connection->is_cancelled
                           ? query_get_with(connection, find, NULL, 0)
                           : NULL;
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
