#include "guard_script.h"

#include "marks.h"
#include "moves.h"
#include "notes.h"

static bool is_usual_unit(const struct weir_unit *unit)
{
    return !unit->dead_letter && !(unit->position && unit->position->follow == WEIR_FOLLOW_FILL);
}

static bool is_usual_batch(const struct state *state, const struct held *held)
{
    if (held->batch->n_rejects || !state->generations[held->resource].is_open)
        return false;
    for (size_t i = 0; i < held->batch->n_units; i++)
        if (!is_usual_unit(&held->batch->units[i]))
            return false;
    return true;
}

static bool run_smoothly(const struct state *state, const struct transaction *transaction)
{
    struct weir_arena *arena = weir_arena_new();
    struct chains chains;
    bool smoothly = true;

    chains_gather(&chains, state, transaction, arena);
    for (size_t i = 0; i < chains.n && smoothly; i++)
        smoothly = chain_runs_smoothly(&chains.items[i]);
    weir_arena_free(arena);
    return smoothly;
}

bool guard_is_usual(const struct state *state, const struct transaction *transaction)
{
    if (!state->is_open)
        return true;
    if (!state->knows_waiting || state->has_waiting)
        return false;
    if (!state->keeps_notes && notes_are_there(transaction))
        return false;
    for (const struct held *held = transaction->first; held; held = held->next)
        if (!is_usual_batch(state, held))
            return false;
    return run_smoothly(state, transaction);
}

static void move(struct script *script, const char *sql, const struct moves *moves)
{
    if (moves->n)
        script_must_where(script, moves_count(moves), "number > 0", "a source stands elsewhere",
            sql, MOVES_BOUND(moves));
}

void guard_script_begin(struct script *script, const struct state *state, size_t lane,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct moves beginning, going_on;
    struct chains chains, openings;

    if (!state->is_open)
        return;
    guard_script_enter(script, state, lane, transaction);
    chains_gather(&chains, state, transaction, arena);
    chains_gather_openings(&openings, state, transaction, arena);
    moves_foresee(&chains, &openings, &beginning, &going_on, arena);
    move(script, moves_begin, &beginning);
    move(script, moves_go_on, &going_on);
}

void guard_script_end(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    if (!state->is_open)
        return;
    marks_script(script, state, transaction, arena);
    notes_script(script, state, transaction, arena);
    guard_script_count(script, state, transaction, arena);
}
