/* What the units of a batch note, of those that have moved their chains or filled a hole. */
#include "guard.h"
#include "notes.h"

enum weir_status guard_write_notes(struct guard *guard)
{
    const struct weir_batch *batch = guard->batch;
    int rc = SQLITE_OK;

    for (size_t i = 0; i < batch->n_units && rc == SQLITE_OK; i++) {
        const char *note = weir_position_note(batch->units[i].position);

        if (note)
            rc = notes_put(guard->state, guard->generation, batch->units[i].position, note);
        guard->n_noted = i + 1;
    }
    return rc == SQLITE_OK ? WEIR_OK : state_fail(guard->state, "cannot write a note");
}

/* Each unit passes its guard once, so there was none of it before. */
int guard_remove_notes(struct guard *guard)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < guard->n_noted && rc == SQLITE_OK; i++) {
        const struct weir_position *position = guard->batch->units[i].position;

        if (weir_position_note(position))
            rc = notes_remove(guard->state, guard->generation, position);
    }
    return rc;
}
