/*
 * Taking back one batch and nothing else.
 *
 * A savepoint copies every page that a batch touches for the first time, which
 * doubles the time of a load where keys come in no order. Most tables do not
 * need one: the rows just added are deleted again by their numbers.
 */
#ifndef SQLITE_UNDO_H
#define SQLITE_UNDO_H

#include "table.h"

struct undo {
    struct table *table;
    int64_t *rows; /* numbers of the rows added; NULL: there is a savepoint instead */
    size_t n_rows;
};

/* With `changes_table` the batch adds columns too. Like rows that change, only a savepoint takes
 * them back. */
enum weir_status undo_begin(struct undo *undo, struct table *table, struct weir_arena *arena,
    size_t n_rows, bool changes_table) WEIR_MUST_CHECK;
static inline void undo_note_row(struct undo *undo, sqlite3 *connection)
{
    if (undo->rows)
        undo->rows[undo->n_rows++] = sqlite3_last_insert_rowid(connection);
}
/* Keeps the batch. */
enum weir_status undo_end(struct undo *undo) WEIR_MUST_CHECK;
/* Takes it back; if that fails too, the whole transaction, which is then noted as lost. */
void undo_all(struct undo *undo);

#endif
