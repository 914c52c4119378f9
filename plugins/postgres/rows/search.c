/*
 * The search for the rows that the server refuses.
 *
 * Rows that fail together are tried in halves, and so on down to single rows, each
 * try behind a savepoint. What goes well stays, in the order of the rows: of two that
 * cannot be there together, the later one is the bad one.
 *
 * A row that refers to one which is not there may refer to one that comes behind it, and
 * would have gone well together with that one: such rows are tried once more behind all others.
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* --- savepoints ------------------------------------------------------------------------------- */

static enum weir_status run(struct loading *loading, const char *sql)
{
    if (query_script(loading->connection, sql))
        return WEIR_OK;
    return connection_fail(loading->connection, "cannot set a savepoint");
}

enum weir_status savepoint_renew(struct loading *loading)
{
    return run(loading, SAVEPOINT_RENEW);
}

/* Why it was needed is still to be told. */
enum weir_status savepoint_return(struct loading *loading)
{
    struct pg_error error = loading->connection->error;
    enum weir_status status = run(loading, "ROLLBACK TO SAVEPOINT weir_rows");

    if (status == WEIR_OK)
        loading->connection->error = error;
    return status;
}

/* --- one row ------------------------------------------------------------------------------------ */

static size_t unit_of(const struct weir_batch *batch, size_t row)
{
    size_t unit = 0;

    while (unit + 1 < batch->n_units && batch->units[unit + 1].first_row <= row)
        unit++;
    return unit;
}

/* The column that the server names, if it is one of the table. */
static const char *column_at_fault(const struct loading *loading)
{
    const char *name = loading->connection->error.column;
    const struct column *column = *name ? table_find(loading->filled, weir_str(name)) : NULL;

    return column ? name : NULL;
}

static enum weir_status tell(struct loading *loading, const struct row_ref *ref)
{
    struct weir_batch *batch = loading->batches[ref->batch];
    struct weir_error error = {0};
    enum weir_status status;

    connection_describe_row(loading->connection, &error);
    status =
        weir_reject(loading->table->stage, batch, ref->row, column_at_fault(loading), error.fault,
            error.code, "table '%.*s': %s", WEIR_STR_ARG(loading->table->name), error.text);
    if (status == WEIR_OK)
        return WEIR_OK;
    *loading->fault = (struct rows_fault){
        .is_set = true,
        .batch = ref->batch,
        .unit = unit_of(batch, ref->row),
    };
    return status;
}

static bool may_come_later(const struct loading *loading)
{
    return !loading->orphans_are_bad && pg_error_is(&loading->connection->error, "23503");
}

static enum weir_status take_out(struct loading *loading, const struct row_ref *ref)
{
    if (!may_come_later(loading))
        return tell(loading, ref);
    loading->orphans[loading->n_orphans++] = *ref;
    return WEIR_OK;
}

/* --- halves --------------------------------------------------------------------------------------- */

static enum weir_status search(struct loading *loading, const struct row_ref *refs, size_t n);

/* `fails`: that these rows cannot go well together is known. */
static enum weir_status try_rows(
    struct loading *loading, const struct row_ref *refs, size_t n, bool fails, bool *ret_good)
{
    enum weir_status status = WEIR_REJECT;

    *ret_good = false;
    if (n == 0)
        return WEIR_OK;
    if (!fails || n == 1) {
        status = loading_try(loading, refs, n);
        *ret_good = status == WEIR_OK;
        if (status == WEIR_OK)
            return savepoint_renew(loading);
        if (status == WEIR_REJECT) {
            enum weir_status returned = savepoint_return(loading);

            status = returned == WEIR_OK ? WEIR_REJECT : returned;
        }
    }
    if (status != WEIR_REJECT)
        return status;
    return n == 1 ? take_out(loading, refs) : search(loading, refs, n);
}

static enum weir_status search(struct loading *loading, const struct row_ref *refs, size_t n)
{
    size_t half = n / 2;
    bool first_is_good;
    bool is_good;
    enum weir_status status = try_rows(loading, refs, half, false, &first_is_good);

    if (status != WEIR_OK)
        return status;
    return try_rows(loading, refs + half, n - half, first_is_good, &is_good);
}

enum weir_status search_rows(struct loading *loading, const struct row_ref *refs, size_t n)
{
    loading->is_searching = true;
    if (!loading->orphans)
        loading->orphans = weir_malloc(loading->n_refs * sizeof(*loading->orphans));
    return search(loading, refs, n);
}

/* Until no more of them find what they refer to. */
static enum weir_status try_orphans_again(struct loading *loading)
{
    size_t n = loading->n_orphans;
    struct row_ref *refs = weir_malloc(n * sizeof(*refs));
    enum weir_status status;

    memcpy(refs, loading->orphans, n * sizeof(*refs));
    loading->n_orphans = 0;
    status = search(loading, refs, n);
    loading->orphans_are_bad = loading->n_orphans == n;
    free(refs);
    return status;
}

enum weir_status search_orphans(struct loading *loading)
{
    enum weir_status status = WEIR_OK;

    while (status == WEIR_OK && loading->n_orphans)
        status = try_orphans_again(loading);
    loading->orphans_are_bad = false;
    return status;
}
