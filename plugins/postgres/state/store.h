/* What the loader has behind weir_plugin.store. */
#ifndef STATE_STORE_H
#define STATE_STORE_H

#include <weir/store.h>

extern const struct weir_store store;

#endif
