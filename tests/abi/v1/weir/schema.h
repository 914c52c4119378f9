/*
 * What a pipeline file says under `schema` about a resource's table: columns that
 * have a type of their own choice, and what may change when data comes that does
 * not fit. A loader that looks at it says so (WEIR_TAKES_SCHEMA).
 */
#ifndef WEIR_SCHEMA_H
#define WEIR_SCHEMA_H

#include <stddef.h>
#include <weir/node.h>

#ifdef __cplusplus
extern "C" {
#endif

/* These numbers are part of the ABI. */
enum weir_contract {
    WEIR_CONTRACT_DEFAULT = 0, /* nothing is said: as the loader documents it */
    WEIR_CONTRACT_EVOLVE,      /* tables are made, columns added */
    WEIR_CONTRACT_WIDEN,  /* of data_type: a column takes a wider type; none is ever narrowed */
    WEIR_CONTRACT_FREEZE, /* nothing changes; data that does not fit ends the run */
    WEIR_CONTRACT_DISCARD_ROW,   /* of columns, data_type: the row is left out */
    WEIR_CONTRACT_DISCARD_VALUE, /* of columns, data_type: the value is left out */
    WEIR_CONTRACT_DEAD_LETTER,   /* of columns, data_type: the row is set aside */
};

struct weir_declared_column {
    const char *name;
    const char *type; /* as the database calls it; the loader's `check` says whether it knows it */
};

struct weir_schema {
    const struct weir_declared_column *columns; /* in the order of the file */
    size_t n_columns;
    enum weir_contract tables;
    enum weir_contract new_columns;
    enum weir_contract data_type;
    const struct weir_node *config; /* of the columns, for messages; NULL: none are declared */
};

#ifdef __cplusplus
}
#endif
#endif
