/* The tables that the state is in: are they there, of which version, and how they are made. */
#ifndef STATE_TABLES_H
#define STATE_TABLES_H

#include "state.h"

/* Refuses those of a newer weir (E-STATE-VERSION). */
enum weir_status tables_are_there(struct state *state, bool *ret_there) WEIR_MUST_CHECK;
/* Inside a transaction: makes what is missing. */
enum weir_status tables_make(struct state *state) WEIR_MUST_CHECK;

#endif
