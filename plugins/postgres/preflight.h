/*
 * What is looked at before anything is fetched: is the server one that weir can load
 * into, does it take writes, is each connection a session of its own?
 */
#ifndef POSTGRES_PREFLIGHT_H
#define POSTGRES_PREFLIGHT_H

#include "load.h"

/* In a fiber; opens all connections. */
enum weir_status preflight_run(struct postgres_load *load) WEIR_MUST_CHECK;
/* The same where nothing will be loaded: is there a state? Else E-STATE-NONE. */
enum weir_status preflight_look(struct postgres_load *load) WEIR_MUST_CHECK;

#endif
