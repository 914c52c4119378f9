/* What the loader has behind weir_plugin.store. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <weir/store.h>

extern const struct weir_store store;

#endif
