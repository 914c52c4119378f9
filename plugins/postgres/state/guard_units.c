/* The guards of all units of a transaction. */
#include "gaps.h"
#include "guard.h"
#include "letters_settle.h"
#include "moves.h"
#include "tables.h"

#include <string.h>

struct guard {
    struct connection *connection;
    struct state *state;
    struct chains chains;
    struct step *gaps; /* room for the longest chain's */
    struct weir_arena *arena;
};

static enum weir_status fail_place(struct guard *guard)
{
    return tables_fail(guard->connection, "cannot write where its source stands");
}

static enum weir_status settle(struct guard *guard, struct chain *chain, const struct place *place)
{
    size_t n_gaps = 0;
    enum weir_status status = chain_settle(chain, guard->state->stage, place, guard->gaps, &n_gaps);

    for (size_t i = 0; i < n_gaps && status == WEIR_OK; i++) {
        const struct weir_unit *unit = &guard->gaps[i].batch->units[guard->gaps[i].unit];

        if (unit->position->follow == WEIR_FOLLOW_WAIT)
            guard->state->has_waiting = true;
        status = gaps_put(guard->connection, chain->generation, unit);
    }
    return status;
}

/* --- chains that stand where they are thought to -------------------------------------------- */

/* The chains that the statement has moved are settled; those that stand elsewhere are not. */
static enum weir_status take_moved(struct guard *guard, const PGresult *result)
{
    enum weir_status status = WEIR_OK;

    for (int i = 0; i < PQntuples(result) && status == WEIR_OK; i++) {
        struct chain *chain = NULL;
        struct place place = {0};
        struct weir_id id;

        /* It has a place now, and is moved by the next statement. */
        if (query_integer(result, i, 2) == 0)
            continue;
        if (query_id(result, i, 1, &id))
            chain = chains_find(&guard->chains, query_integer(result, i, 0), &id);
        if (!chain || chain->is_settled)
            return connection_refuse(guard->connection, WEIR_FAULT_BUG, "E-BUG",
                "a chain was moved that was not to be; please report this");
        place.number = chain_first(chain);
        status = settle(guard, chain, &place);
    }
    return status;
}

static enum weir_status move_all(struct guard *guard, const char *sql, const struct moves *moves)
{
    PGresult *result;
    enum weir_status status;

    if (!moves->n)
        return WEIR_OK;
    result = query_get(guard->connection, sql, MOVES_BOUND(moves));
    if (!result)
        return fail_place(guard);
    status = take_moved(guard, result);
    PQclear(result);
    return status;
}

static enum weir_status move_expected(struct guard *guard)
{
    const struct chains none = {0};
    struct moves beginning, going_on;
    enum weir_status status;

    moves_foresee(&guard->chains, &none, &beginning, &going_on, guard->arena);
    status = move_all(guard, moves_begin, &beginning);
    return status == WEIR_OK ? move_all(guard, moves_go_on, &going_on) : status;
}

/* --- the others ----------------------------------------------------------------------------- */

static const char lock_places[] =
    "SELECT p.generation, p.chain, p.number, p.next, p.done FROM weir.place p"
    " JOIN unnest($1::bigint[], $2::bytea[]) AS x(generation, chain)"
    " ON p.generation = x.generation AND p.chain = x.chain"
    " ORDER BY p.generation, p.chain FOR UPDATE OF p";

static enum weir_status take_place(
    struct guard *guard, const PGresult *result, int row, struct moves *moved)
{
    struct weir_id id;
    struct chain *chain = NULL;
    const char *next = query_text(result, row, 3);
    struct place place = {
        .number = (uint64_t)query_integer(result, row, 2),
        .next = next ? weir_copy_text(guard->arena, next) : NULL,
        .done = query_bool(result, row, 4),
    };
    enum weir_status status;

    if (query_id(result, row, 1, &id))
        chain = chains_find(&guard->chains, query_integer(result, row, 0), &id);
    if (!chain || chain->is_settled)
        return tables_damaged(
            guard->connection, "a chain in weir.place has a name of the wrong length");
    status = settle(guard, chain, &place);
    if (status == WEIR_OK && chain->moves) {
        moves_add(moved, chain);
        moved->firsts[moved->n - 1] = (int64_t)place.number;
    }
    return status;
}

/* Those that have no place yet, and do not begin here. */
static enum weir_status settle_absent(struct guard *guard, const struct moves *asked)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < asked->n && status == WEIR_OK; i++) {
        struct chain *chain = asked->chains[i];

        if (chain->is_settled)
            continue;
        status = settle(guard, chain, &(struct place){0});
        if (status == WEIR_OK && chain->moves)
            status = connection_refuse(guard->connection, WEIR_FAULT_BUG, "E-BUG",
                "resource '%s': units of a chain came out of order; please report this",
                chain->resource);
    }
    return status;
}

static enum weir_status write_moved(struct guard *guard, const struct moves *moved)
{
    PGresult *result;
    bool all;

    if (!moved->n)
        return WEIR_OK;
    result = query_get(guard->connection, moves_go_on, MOVES_BOUND(moved));
    if (!result)
        return fail_place(guard);
    all = (size_t)PQntuples(result) == moved->n;
    PQclear(result);
    if (all)
        return WEIR_OK;
    return connection_refuse(guard->connection, WEIR_FAULT_BUG, "E-BUG",
        "a chain that was locked has moved; please report this");
}

/* Looked at, behind their locks, before anything is decided. */
static enum weir_status move_others(struct guard *guard)
{
    struct moves asked = moves_new(guard->chains.n, guard->arena);
    struct moves moved;
    PGresult *result;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < guard->chains.n; i++)
        if (!guard->chains.items[i].is_settled)
            moves_add(&asked, &guard->chains.items[i]);
    if (!asked.n)
        return WEIR_OK;
    result = query_get(guard->connection, lock_places, bind_integers(asked.generations, asked.n),
        bind_bytes_array(asked.ids, asked.n));
    if (!result)
        return fail_place(guard);
    moved = moves_new(guard->chains.n, guard->arena);
    for (int i = 0; i < PQntuples(result) && status == WEIR_OK; i++)
        status = take_place(guard, result, i, &moved);
    PQclear(result);
    if (status == WEIR_OK)
        status = settle_absent(guard, &asked);
    return status == WEIR_OK ? write_moved(guard, &moved) : status;
}

static bool have_moved(const struct chains *chains)
{
    for (size_t i = 0; i < chains->n; i++)
        if (chains->items[i].moves)
            return true;
    return false;
}

static enum weir_status move_chains(struct guard *guard)
{
    size_t longest = 0;
    enum weir_status status;

    for (size_t i = 0; i < guard->chains.n; i++)
        if (guard->chains.items[i].n_steps > longest)
            longest = guard->chains.items[i].n_steps;
    guard->gaps = weir_new_array(guard->arena, longest, struct step);
    status = move_expected(guard);
    if (status == WEIR_OK)
        status = move_others(guard);
    if (status == WEIR_OK && have_moved(&guard->chains))
        status = gaps_pass(guard->connection, guard->state, &guard->chains, guard->arena);
    return status;
}

/* --- what is opened -------------------------------------------------------------------------- */

/* Behind the judgement: what a voided unit would have opened is not. */
static enum weir_status open_chains(struct guard *guard, const struct transaction *transaction)
{
    struct chains openings;
    struct moves moves;

    chains_gather_openings(&openings, guard->state, transaction, guard->arena);
    moves = moves_new(openings.n, guard->arena);
    for (size_t i = 0; i < openings.n; i++)
        moves_add(&moves, &openings.items[i]);
    if (moves.n && !query_run(guard->connection, NULL, moves_begin, MOVES_BOUND(&moves)))
        return fail_place(guard);
    return WEIR_OK;
}

/* --- everything rarer ----------------------------------------------------------------------- */

/* Read to its end by an earlier run; its places are forgotten. */
static void void_positions(struct weir_batch *batch)
{
    for (size_t i = 0; i < batch->n_units; i++)
        if (batch->units[i].position)
            weir_batch_void_unit(batch, i);
}

/* A hole of an earlier run: it must still be one. */
static enum weir_status fill_gaps(struct guard *guard, struct weir_batch *batch, int64_t generation)
{
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i++) {
        const struct weir_unit *unit = &batch->units[i];
        bool there = true;

        if (!unit->position || unit->position->follow != WEIR_FOLLOW_FILL)
            continue;
        status = gaps_fill(guard->connection, generation, unit, &there);
        if (status == WEIR_OK && !there)
            weir_batch_void_unit(batch, i);
    }
    return status;
}

static enum weir_status guard_all(struct guard *guard, struct transaction *transaction)
{
    enum weir_status status = WEIR_OK;

    for (struct held *held = transaction->first; held && status == WEIR_OK; held = held->next) {
        const struct generation *generation = &guard->state->generations[held->resource];

        if (generation->is_open)
            status = fill_gaps(guard, held->batch, generation->id);
        else
            void_positions(held->batch);
    }
    if (status == WEIR_OK)
        status = letters_lock(guard->connection, guard->state, transaction, guard->arena);
    if (status != WEIR_OK)
        return status;
    chains_gather(&guard->chains, guard->state, transaction, guard->arena);
    status = guard->chains.n ? move_chains(guard) : WEIR_OK;
    return status == WEIR_OK ? open_chains(guard, transaction) : status;
}

enum weir_status guard_units(
    struct connection *connection, struct state *state, struct transaction *transaction)
{
    struct guard guard = {.connection = connection, .state = state};
    enum weir_status status;

    if (!state->is_open)
        return WEIR_OK;
    guard.arena = weir_arena_new();
    status = guard_all(&guard, transaction);
    weir_arena_free(guard.arena);
    return status;
}
