/*
 * A table as weir knows it: its columns, what each can hold, and the columns
 * that are still to come.
 *
 * A column that has brought nothing but nulls has no type yet. It waits, known
 * but not in the database, until a value shows what it is or the run ends.
 */
#ifndef SQLITE_TABLE_H
#define SQLITE_TABLE_H

#include "database.h"

enum { TABLE_COLUMNS_MAX = 2000 }; /* what SQLite itself allows */

/* What a column does to a value when it stores it. */
enum storage {
    STORE_ANY = 0, /* nothing: each value keeps its kind */
    STORE_INTEGER,
    STORE_REAL,
    STORE_TEXT,
    STORE_BLOB,
    STORE_NUMERIC, /* a text that looks like a number becomes one */
};

enum column_state {
    COLUMN_WAITS,  /* only nulls so far: not in the database */
    COLUMN_WANTED, /* to be added before the next insert */
    COLUMN_EXISTS,
    COLUMN_WIDENS, /* exists, with another type than it shall have for the next insert */
};

struct column {
    struct weir_str name;
    struct weir_str spelled; /* as the rows spell it; len 0 until they brought it */
    enum column_state state;
    enum storage storage;
    const char *declared;     /* the type as the table has it, for messages */
    size_t place;             /* among the columns in the database, from 0; once it exists */
    uint32_t kinds;           /* of all values so far, in a table that this run has made */
    const char *widened_from; /* the type that it had before this batch; NULL: it stays */
    bool is_generated;        /* computed by the database; takes no values */
    bool is_key;              /* part of the table's primary key */
    bool has_default;         /* for rows that lack it; of its own, or null if it says so */
    bool is_rowid;            /* another name for the row's number; a null would become one */
    bool is_there;            /* while the table is read again: found this time */
};

struct table {
    struct database *db;
    struct weir_str name;  /* in the database */
    struct weir_str shown; /* in messages: what the pipeline calls it */
    struct weir_strs primary_key;
    enum weir_disposition disposition;
    struct weir_str order_by; /* merge: the column that says which version is newer; len 0: none */
    const struct weir_incremental *cursor; /* what order_by's values are; NULL: as they compare */
    bool exists;
    bool is_known; /* the fields below are as the database has it */
    bool is_strict;
    bool has_rowids;
    char *made_as;   /* its SQL if this run has made it; NULL: it was there, or was changed since */
    bool can_undo;   /* rows just added can be deleted again without a trace */
    int64_t version; /* of the schema when it was read */
    struct column *columns;
    size_t n_columns;
    size_t capacity;
    uint32_t *by_name; /* indexes of columns, in the order of their names */
    struct statements *statements;
    /* Replace: one table that rows are for, and one where they wait; see staged.h. */
    struct table *staged; /* of the table that they are for; NULL: nothing is replaced */
    struct table *target; /* of the one where they wait */
};

void table_init(struct table *table, struct database *db, const struct weir_resource *resource);
void table_done(struct table *table);
/* As if it had never been read; for after a change that was taken back. */
void table_forget(struct table *table);

/* The column of that name, or NULL. Good until the next one is added. */
struct column *table_find(const struct table *table, struct weir_str name);
/* Adds a column to what is known; the name is copied. NULL when there are too many. */
struct column *table_add(struct table *table, struct weir_str name);
bool table_key_has(const struct table *table, struct weir_str name);

/* schema.c: reads the table from the database, unless what is known is still true. */
enum weir_status table_read(struct table *table) WEIR_MUST_CHECK;
/* Makes a query about the table ready, whose ?1 is the table's name; SQLite's code. */
int table_prepare(const struct table *table, const char *sql, sqlite3_stmt **ret_statement);
/* The first column of the first row of a query over the table, which is used up. *ret_found tells
 * whether there is a row. */
enum weir_status table_ask(
    struct table *table, sqlite3_str *sql, int64_t *ret_value, bool *ret_found) WEIR_MUST_CHECK;
/* Fails: SQLite does not say what the table is. */
enum weir_status table_fail_reading(struct table *table);
/* keys.c: does the database tell rows apart by what the resource calls its primary key? */
enum weir_status table_check_key(struct table *table) WEIR_MUST_CHECK;
/* create.c: brings the wanted columns and types into the database, with the table if it is new. */
enum weir_status table_create_wanted(struct table *table) WEIR_MUST_CHECK;
/* Fails: SQLite allows no more columns. */
enum weir_status table_refuse_columns(struct table *table);
/* Makes a STRICT table of that name with these columns and the table's primary key. */
enum weir_status table_create_as(struct table *table, struct weir_str name,
    const struct column *const *columns, size_t n) WEIR_MUST_CHECK;
/* Runs the statement, which is used up; a failure says what was being done to the table. */
enum weir_status table_run(
    struct table *table, sqlite3_str *sql, const char *doing) WEIR_MUST_CHECK;
/* Is there something for table_create_wanted to do? */
bool table_has_wanted(const struct table *table);
bool table_has_waiting(const struct table *table);
/* Columns that never had a value, with no type; at the end of a run. */
enum weir_status table_create_waiting(struct table *table) WEIR_MUST_CHECK;

#endif
