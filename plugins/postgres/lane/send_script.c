/* The usual transaction of a lane, in one script. */
#include "send.h"

#include "load.h"
#include "state/guard_script.h"

#include <weir/failpoint.h>

enum { CAREFUL_MAX = 64 };

/* --- what is in it ---------------------------------------------------------------------------- */

static bool add_tables(struct script *script, struct lane *lane, struct weir_arena *arena)
{
    struct postgres_load *load = lane->load;
    bool fits = true;

    for (size_t i = 0; i < load->n_tables && fits; i++) {
        struct part part = part_of(&lane->sending, &load->tables[i], arena);

        if (part.n)
            fits = rows_script(&lane->rows, &lane->connection, &load->tables[i], part.batches,
                part.n, script, arena);
    }
    return fits && script->n_copies > 0;
}

/* False: there is more to it than a script can say. */
static bool make(struct script *script, struct lane *lane, struct weir_arena *arena)
{
    const struct state *state = &lane->load->state;

    script_add_text(script, SEND_BEGIN);
    guard_script_begin(script, state, lane->index, &lane->sending, arena);
    if (!add_tables(script, lane, arena))
        return false;
    guard_script_end(script, state, &lane->sending, arena);
    script_add_text(script, "COMMIT");
    return script->fits;
}

/* --- sending it ------------------------------------------------------------------------------- */

/* Whatever the server has refused, it is found out and told step by step. Where rows are refused
 * often, nothing is sent twice for it. */
static enum weir_status be_careful(struct lane *lane)
{
    struct connection *connection = &lane->connection;

    if (pg_error_is_transient(&connection->error))
        return connection_fail(connection, "cannot load rows");
    lane->careful = lane->careful < CAREFUL_MAX / 2 ? 2 * lane->careful + 1 : CAREFUL_MAX;
    lane->n_careful = lane->careful;
    if (PQtransactionStatus(connection->libpq) == PQTRANS_IDLE ||
        query_script(connection, "ROLLBACK; DEALLOCATE ALL"))
        return WEIR_OK;
    return connection_fail(connection, "cannot roll back");
}

static enum weir_status run(struct script *script, struct lane *lane, bool *ret_sent)
{
    enum weir_status status;

    switch (script_run(script, &status)) {
    case SCRIPT_DONE:
        WEIR_FAILPOINT("after_commit");
        lane->careful = 0;
        *ret_sent = true;
        return WEIR_OK;
    case SCRIPT_FAILED:
        return be_careful(lane);
    case SCRIPT_GIVEN_UP:
        return status;
    case SCRIPT_UNCERTAIN:
        lane->is_unknown = true;
        break;
    case SCRIPT_LOST:
        break;
    }
    return connection_fail(&lane->connection, "cannot load rows");
}

static bool is_usual(struct lane *lane)
{
    if (lane->n_careful) {
        lane->n_careful--;
        return false;
    }
    return !lane->is_unknown && guard_is_usual(&lane->load->state, &lane->sending);
}

enum weir_status send_script(struct lane *lane, bool *ret_sent)
{
    enum weir_status status = WEIR_OK;
    struct weir_arena *arena;
    struct script script;

    *ret_sent = false;
    if (!is_usual(lane))
        return WEIR_OK;
    arena = weir_arena_new();
    script_init(&script, &lane->connection, &lane->statements);
    if (make(&script, lane, arena))
        status = run(&script, lane, ret_sent);
    script_done(&script);
    weir_arena_free(arena);
    return status;
}
