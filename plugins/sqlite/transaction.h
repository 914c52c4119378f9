/*
 * One transaction at a time, begun with the first batch and ended by a commit.
 *
 * SQLite may take a transaction back by itself when the disk is full or fails.
 * Batches that were accepted are gone then, which no commit may hide.
 */
#ifndef SQLITE_TRANSACTION_H
#define SQLITE_TRANSACTION_H

#include "database.h"

bool database_in_transaction(const struct database *db);
/* Does nothing inside a transaction. Waits for other writers up to lock_wait. */
enum weir_status database_begin(struct database *db) WEIR_MUST_CHECK;
enum weir_status database_commit(struct database *db) WEIR_MUST_CHECK;
/* To be called after a failure: notes whether SQLite has taken the transaction back. */
void database_note_loss(struct database *db);
/* Takes back the whole transaction, because a part of it cannot be taken back alone. */
void database_lose(struct database *db);
/* Do rows of the transaction refer to rows that are not there? Where a key waits for the commit. */
bool database_has_orphans(const struct database *db);
/* Reads schema_version anew, after a change of a table. */
enum weir_status database_read_version(struct database *db) WEIR_MUST_CHECK;

#endif
