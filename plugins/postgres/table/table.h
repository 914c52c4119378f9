/*
 * A table as weir knows it: its columns, what each can hold, and what has to be
 * changed before rows fit.
 *
 * Tables are changed while no lane has a transaction open, in a transaction of the
 * control connection, so what is known here is true for all lanes.
 */
#ifndef TABLE_TABLE_H
#define TABLE_TABLE_H

#include "query/query.h"
#include "types/type.h"

struct script;

enum { TABLE_COLUMNS_MAX = 1600 }; /* what PostgreSQL allows */

struct column {
    struct weir_str name;
    struct type type;
    bool is_key;       /* of what the resource calls its primary key */
    bool is_generated; /* computed by the database, or an identity that takes no values */
    bool has_default;
    bool is_not_null; /* takes no null, whether it has a default or not */
    bool is_required; /* NOT NULL without a default */
};

struct table {
    struct weir_stage *stage;
    struct weir_str schema;
    struct weir_str name;
    const struct weir_resource *resource; /* the first of those that fill it */
    uint32_t oid;
    bool exists;
    bool is_ours; /* weir has made it, in this run or an earlier one */
    struct column *columns;
    size_t n_columns;
    uint64_t version; /* grows with each change, so that whoever prepared for it does so again */
    /* Replace: rows wait in this one, in the schema "weir"; NULL: nothing is replaced. */
    struct table *staged;
    const struct table *target; /* of one where rows wait: that which they are for */
    void *brought; /* merge: what columns the source is known to bring; see rows/brought.c */
    void *private;
};

/* The column of that name, or NULL. */
struct column *table_find(const struct table *table, struct weir_str name);

void table_init(struct table *table, struct weir_stage *stage, struct weir_str schema,
    const struct weir_resource *resource);
void table_done(struct table *table);
/* In a transaction: reads what the table is, and refuses what rows cannot be loaded into, or what
 * this role may not do (E-DB-SCHEMA, E-DB-RIGHTS, E-KEY). */
enum weir_status table_read(struct table *table, struct connection *connection) WEIR_MUST_CHECK;

/*
 * Of a table that is replaced, the following functions mean the one where its rows wait.
 */

/* Needs nothing changed before these rows? In memory only. */
bool table_is_ready(const struct table *table, const struct weir_batch *batch);
/* In a transaction: makes the table, adds columns, widens types, as the contract allows. */
enum weir_status table_adapt(
    struct table *table, struct connection *connection, struct weir_batch *batch) WEIR_MUST_CHECK;
/* Behind a commit of table_adapt, or a rollback: what is known becomes what is there. */
void table_adapted(struct table *table, bool committed);
/*
 * Values that the columns cannot take, keys that are null: each such row is set aside or ends the
 * run. In memory only, and before the batch is given to a lane.
 */
enum weir_status table_check_rows(struct table *table, struct weir_batch *batch) WEIR_MUST_CHECK;
/* May weir give this column of the table another type? */
bool table_may_widen(const struct table *table, const struct column *column);
/*
 * In the transaction of rows, behind those that went into this very table, whose lock keeps what is
 * found true: are those of its columns that `fills` marks still what they were when the rows were
 * sent? (E-DB-SCHEMA)
 */
enum weir_status table_confirm(
    const struct table *table, struct connection *connection, const bool *fills) WEIR_MUST_CHECK;
/* The same as a part of a script. */
void table_script_confirm(
    struct script *script, const struct table *table, const bool *fills, struct weir_arena *arena);
/* At the end of a run: info lines about columns that were not made and what was left out. */
void table_tell(const struct table *table);

#endif
