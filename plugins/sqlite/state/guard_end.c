/* The end of a batch's guards: what they have changed stays, or is taken back. */
#include "guard.h"

#include "../errors.h"
#include "../transaction.h"
#include "gaps.h"

static int restore_place(struct guard *guard, const struct place_before *note)
{
    if (note->was_there)
        return places_set(guard->state, note->generation, &note->chain, &note->place);
    return places_remove(guard->state, note->generation, &note->chain);
}

static int restore_all(struct guard *guard)
{
    int rc = SQLITE_OK;

    for (size_t i = guard->n_places; i > 0 && rc == SQLITE_OK; i--)
        rc = restore_place(guard, &guard->places[i - 1]);
    for (size_t i = guard->n_marks; i > 0 && rc == SQLITE_OK; i--)
        rc = marks_restore(guard->state, guard->generation, &guard->marks[i - 1]);
    return rc == SQLITE_OK ? guard_remove_notes(guard) : rc;
}

void guard_undo(struct guard *guard)
{
    struct database *db = guard->state->db;
    int rc;

    /* A full or failing disk may have ended the transaction already. */
    if (!database_in_transaction(db)) {
        database_note_loss(db);
        return;
    }
    if (guard->has_savepoint)
        rc = database_run(db, "ROLLBACK TO weir_guard; RELEASE weir_guard");
    else
        rc = restore_all(guard);
    if (rc != SQLITE_OK)
        database_lose(db);
}

/* Chains that have moved on wait no more. Only now, since it would be hard to take back. */
static int end_waiting(struct guard *guard)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < guard->n_places && rc == SQLITE_OK && guard->state->has_waiting; i++) {
        const struct place_before *note = &guard->places[i];

        if (note->moved_to)
            rc = gaps_pass(guard->state, note->generation, &note->chain, note->moved_to);
    }
    return rc;
}

enum weir_status guard_end(struct guard *guard)
{
    if (end_waiting(guard) != SQLITE_OK)
        return state_fail(guard->state, "cannot forget a gap");
    if (guard->has_savepoint && database_run(guard->state->db, "RELEASE weir_guard") != SQLITE_OK)
        return database_fail(guard->state->db, "cannot release a savepoint");
    return WEIR_OK;
}
