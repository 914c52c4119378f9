#include "query.h"

#include "connect/error_take.h"
#include "params.h"
#include "wire.h"

#include <stdlib.h>

static bool send_values(
    struct connection *connection, const char *sql, const struct bound *values, size_t n_values)
{
    struct params params;
    bool ok = false;

    if (!wire_ready(connection))
        return false;
    if (params_init(&params, values, n_values))
        ok =
            wire_flush(connection, PQsendQueryParams(connection->libpq, sql, params.n, params.types,
                                       params.values, params.lengths, params.formats, 0));
    else
        error_take_own(connection, "54000", "a value is too large, or holds a NUL");
    params_done(&params);
    return ok;
}

bool query_script(struct connection *connection, const char *sql)
{
    return wire_ready(connection) && wire_flush(connection, PQsendQuery(connection->libpq, sql)) &&
           wire_finish(connection, NULL);
}

enum weir_status query_begin(struct connection *connection, const char *sql)
{
    if (query_script(connection, sql))
        return WEIR_OK;
    return connection_fail(connection, "cannot begin a transaction");
}

PGresult *query_get_with(
    struct connection *connection, const char *sql, const struct bound *values, size_t n_values)
{
    PGresult *result = NULL;

    if (!send_values(connection, sql, values, n_values) || !wire_finish(connection, &result))
        return NULL;
    /* libpq always has one; should it not, nobody knows what has happened. */
    if (!result)
        error_take_lost(connection);
    return result;
}

bool query_run_with(struct connection *connection, uint64_t *ret_n, const char *sql,
    const struct bound *values, size_t n_values)
{
    PGresult *result = query_get_with(connection, sql, values, n_values);

    if (ret_n)
        *ret_n = result ? strtoull(PQcmdTuples(result), NULL, 10) : 0;
    PQclear(result);
    return result != NULL;
}

bool query_each(struct connection *connection, const char *sql, const struct bound *values,
    size_t n_values, void (*row)(void *arg, const PGresult *result), void *arg)
{
    PGresult *result;

    if (!send_values(connection, sql, values, n_values))
        return false;
    (void)PQsetSingleRowMode(connection->libpq);
    for (;;) {
        ExecStatusType status;

        if (!wire_next(connection, &result))
            return false;
        if (!result)
            return true;
        status = PQresultStatus(result);
        if (status == PGRES_SINGLE_TUPLE) {
            row(arg, result);
        } else if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
            error_take_result(connection, result);
            PQclear(result);
            (void)wire_finish(connection, NULL);
            return false;
        }
        PQclear(result);
    }
}
