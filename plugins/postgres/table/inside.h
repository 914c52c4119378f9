/* What the files of this folder share; nobody else includes it. */
#ifndef TABLE_INSIDE_H
#define TABLE_INSIDE_H

#include "names.h"
#include "table.h"

#include <weir/schema.h>

/*
 * What the catalogue says about a table at one moment. Each reading makes a new
 * one, so that a transaction which is rolled back leaves what was known before.
 */
struct known {
    struct weir_arena *arena;
    uint32_t oid;
    bool exists;
    bool has_schema; /* is there the schema that it is in, or is to be in? */
    bool is_ours;
    bool is_owner; /* may this role change it? */
    struct column *columns;
    size_t n_columns;
    uint32_t *by_name; /* indexes of columns, in the order of their names */
};

struct declared {
    struct weir_str name;
    struct type type;
    bool came; /* with rows of this run, be it as null */
};

enum { WAITING_NAMED = 10 };

/*
 * What table_is_ready has found out, so that table_check_rows behind it need not look at the same
 * values again. Both belong to one call of the loader: what is older is worth nothing.
 */
struct fitting {
    const struct weir_batch *batch; /* NULL: nothing is known */
    uint64_t columns;               /* bits, of the first 64: each value fits as it is */
};

struct table_inside {
    struct weir_arena *arena; /* until table_done */
    struct known *now;
    struct known *next; /* read in a transaction that is not committed yet; or NULL */
    const char *change; /* what that transaction does, to be told behind it */
    struct declared *declared;
    size_t n_declared;
    /* Columns that the table lacks and that had no value yet: the first few of them. */
    struct weir_str waiting[WAITING_NAMED];
    size_t n_waiting;
    struct fitting fitting;
    bool is_warned;   /* it is UNLOGGED, and that was told */
    bool is_compared; /* what is declared with what there is */
    bool has_rows;    /* of this run */
    bool has_order;   /* rows have brought what order_by names */
    uint64_t n_rows_left_out;
    uint64_t n_values_left_out;
};

/* The table that rows are put into: where they wait, if they do. */
static inline const struct table *table_filled(const struct table *table)
{
    return table->staged ? table->staged : table;
}

/* Is it one where rows wait? Rows are for no other table of that schema. */
static inline bool table_is_staged(const struct table *table)
{
    return weir_str_is(table->schema, "weir");
}

static inline struct table_inside *table_inside(const struct table *table)
{
    return table->private;
}

/* "schema.table" for messages; where rows wait, the table that they are for. */
struct shown_table {
    char text[2 * sizeof(struct shown_name) + 2];
};
struct shown_table table_show(const struct table *table);
/* Remembers a column that had no value yet. */
void table_note_waiting(struct table *table, struct weir_str name);

/* read.c: what there is; NULL and a status when it cannot be read or is no table for rows. */
enum weir_status known_read(const struct table *table, struct connection *connection,
    struct known **ret_known) WEIR_MUST_CHECK;
void known_free(struct known *known);

/* columns.c: the columns of known->oid. */
enum weir_status columns_read(
    const struct table *table, struct connection *connection, struct known *known) WEIR_MUST_CHECK;

/* keys.c: does the database tell rows apart by what the resource calls its primary key? */
enum weir_status keys_check(const struct table *table, struct connection *connection,
    const struct known *known) WEIR_MUST_CHECK;

/* rights.c: may this role do to the table, or to the schema where it is to be made, what has to be
 * done? */
enum weir_status rights_check(const struct table *table, struct connection *connection,
    const struct known *known) WEIR_MUST_CHECK;

/* contract.c: what may change, the loader's own defaults filled in. */
const struct declared *table_declared(const struct table *table, struct weir_str column);
enum weir_contract contract_tables(const struct table *table);
enum weir_contract contract_columns(const struct table *table);
/* WEIR_CONTRACT_DEFAULT: a value that does not fit makes its row a bad one. */
enum weir_contract contract_type(const struct table *table, const struct column *column);

/* declared.c */
/* Warns, once, of columns that have another type than the file declares. */
void declared_compare(const struct table *table);
/* Remembers which declared columns have come. */
void declared_note(const struct table *table, const struct weir_batch *batch);
/* At the end: warns of those that never did. */
void declared_tell(const struct table *table);

#endif
