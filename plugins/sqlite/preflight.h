/* What is known of a database before anything is fetched: is it sound, can it be written? */
#ifndef SQLITE_PREFLIGHT_H
#define SQLITE_PREFLIGHT_H

#include "database.h"

bool preflight_is_missing(const struct database *db);
/* Before it is opened: only an ordinary file is, or what does not exist yet. */
enum weir_status preflight_path(struct database *db) WEIR_MUST_CHECK;
/* Fails: SQLite could open the file for reading only. */
enum weir_status preflight_read_only(struct database *db);
/* Looks for damage: a small database is read whole. */
enum weir_status preflight_soundness(struct database *db) WEIR_MUST_CHECK;
/* Begins to write, then takes it back; the file stays as it is. */
enum weir_status preflight_writing(struct database *db) WEIR_MUST_CHECK;

#endif
