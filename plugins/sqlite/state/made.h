/*
 * Tables that a pass has made. Its later runs may widen their columns as the first
 * one may, so that it makes no difference where a run was cut.
 */
#ifndef STATE_MADE_H
#define STATE_MADE_H

#include "../load.h"

/* Both inside a transaction, behind pass_begin; generations of the pass that are marked are new. */
enum weir_status made_note(struct sqlite_load *load, const bool *is_new) WEIR_MUST_CHECK;
enum weir_status made_adopt(struct sqlite_load *load) WEIR_MUST_CHECK;

/* Refuses to go on where a table is gone that the pass has put rows into: it would end without them,
 * and say that it is done. Behind publish_begin. */
enum weir_status made_check_rows(
    struct sqlite_load *load, const struct weir_pass *pass) WEIR_MUST_CHECK;

#endif
