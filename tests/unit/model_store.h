/* The store of the model's loader, as <weir/store.h> asks for. */
#ifndef MODEL_STORE_H
#define MODEL_STORE_H

#include "model_load.h"

extern const struct weir_store model_store;
extern const struct weir_plugin model_load_plugin;

#endif
