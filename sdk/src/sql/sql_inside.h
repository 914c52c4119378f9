/*
 * The inside of <weir/sql.h>: a table that SQLite sees in a batch, a connection
 * that can reach nothing else, and what lies between them.
 *
 * A weir_sql knows, once it is compiled, every column that its text names. The
 * table has just these, whatever a batch holds, so one prepared statement serves
 * all batches. Only a select that has a `*` or reads from more than the batch
 * depends on all columns of the batch; its connections are declared anew when
 * those change, and several stay at hand.
 *
 * All of this is of one thread at a time, but for the pool.
 */
#ifndef WEIR_SRC_SQL_INSIDE_H
#define WEIR_SRC_SQL_INSIDE_H

#include <locale.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <weir/sql.h>

enum {
    SQL_MOST_NAMES = 1000,   /* columns that one text may name */
    SQL_IMPLIED_NAMES = 3,   /* rowid and the like, which need not be named */
    SQL_MOST_COLUMNS = 2000, /* of a table or a result: SQLite's own bound */
};

#define SQL_NONE SIZE_MAX

/* The subtype that SQLite's JSON functions give their results and look for in arguments. */
enum { SQL_SUBTYPE_JSON = 'J' };

/* The table of a select, and that of an expression, which users cannot name. */
#define SQL_TABLE_OF_SELECT "batch"
#define SQL_TABLE_OF_ROW "\1row"
/* Stands in `*` while the columns are not known. */
#define SQL_ANY_COLUMN "\1any"

/* Names of columns as a text spells them; two that differ only in case are one, as in SQLite. */
struct sql_names {
    struct weir_arena *arena;
    const char **items;
    size_t n;
};

/* Opens the list with rowid and its other names, so that these are columns like any other. */
void sql_names_init(struct sql_names *names, struct weir_arena *arena);
bool sql_names_have(const struct sql_names *names, const char *name);
/* False when there are too many. The name is copied. */
bool sql_names_add(struct sql_names *names, const char *name);
bool sql_name_is(struct weir_str name, const char *other);

/* A column as SQLite sees it. */
struct sql_column {
    const char *name;
    bool hidden;                     /* not part of `*` */
    size_t source;                   /* the batch's column; SQL_NONE: null in every row */
    const struct weir_value *values; /* of the batch at hand */
    uint32_t kinds;                  /* of the batch at hand */
};

/* A scan under way: the base comes first, since SQLite knows no more of it. */
struct sql_cursor {
    sqlite3_vtab_cursor base;
    struct sql_table *table;
    struct sql_cursor *next;
    size_t row;
};

struct sql_table {
    const char *name;
    struct sql_column *columns;
    size_t n_columns;
    size_t begin, end; /* rows of the batch that are there */
    struct sql_cursor *cursors;
    size_t last_row;   /* that a cursor came to; SQLite closes them before it tells of an error */
    bool is_joined;    /* there was more than one cursor at once */
    bool is_declaring; /* SQLite is being told of it */
    struct weir_arena *scratch; /* of one run: texts made for SQLite */
    locale_t numbers;           /* numbers are written with a point, whatever the user's language */
};

/* Makes the table known to a connection, or its new columns if it was known. */
int sql_table_register(struct sql_table *table, sqlite3 *db);
/* The column of that name, or SQL_NONE. */
size_t sql_table_find(const struct sql_table *table, const char *name);

/*
 * What tells SQLite's value of a column from any other: a subtype that carries
 * the number of the column. Only kinds that SQLite does not have are marked.
 */
unsigned sql_subtype_of_column(size_t column);
size_t sql_column_of_subtype(unsigned subtype);
/* The double nearest to a decimal. */
double sql_decimal_real(const struct sql_table *table, const struct weir_value *decimal);
/* A decimal is a real to SQLite, but for whole numbers: these are compared and grouped as texts. */
bool sql_decimal_is_whole(struct weir_str digits);

struct sql_connection {
    sqlite3 *db;
    sqlite3_stmt *statement;
    struct sql_table table;
    struct weir_arena *arena; /* of the table's columns */
    struct weir_str *all;     /* the columns of the batch that it was declared for */
    size_t n_all;
    bool takes_all;              /* it was declared for these, not for any batch */
    struct sql_connection *next; /* in the pool */
    /* of the last text that was prepared */
    int offset;          /* where it was refused, in bytes; -1 where that is not known */
    const char *refusal; /* why, where the reason is not SQLite's; else NULL */
    bool reads_all;      /* it has a `*` */
    bool reads_others;   /* it reads from other tables, whose columns may have the same names */
    unsigned n_selects;
    char message[256];
    /* of one run */
    const atomic_uint *stops;
    unsigned stops_before;
    struct weir_stage *stage; /* whose run may be stopped; may be NULL */
    uint64_t steps_left;
};

struct sql_connection *sql_connection_new(const char *table_name, struct weir_error *ret_error);
void sql_connection_free(struct sql_connection *connection);
/* The table's columns from now on: the names, and those of the batch if it is given. */
bool sql_connection_declare(struct sql_connection *connection, const struct sql_names *names,
    const struct weir_batch *batch);
/* SQLite's result; the error is in the connection. Takes exactly one statement that reads. */
int sql_connection_prepare(struct sql_connection *connection, const char *text);
/* Why the last text was refused, in words for the user. Lives until the next call. */
const char *sql_connection_message(struct sql_connection *connection);
/* The column that the last text names and the table lacks; NULL if that is not what is wrong. */
const char *sql_connection_missing(
    const struct sql_connection *connection, struct weir_arena *arena);
/* Says why a run came to its end. `rc` is what sqlite3_step returned. */
enum weir_status sql_connection_fail(
    struct sql_connection *connection, int rc, struct weir_error *ret_error);

/* Connections at rest, each with its statement. Any thread may borrow and give back. */
struct sql_pool {
    pthread_mutex_t mutex;
    struct sql_connection *idle; /* the latest used first */
    size_t n_idle;
};

void sql_pool_init(struct sql_pool *pool);
void sql_pool_done(struct sql_pool *pool);
void sql_pool_give_back(struct sql_pool *pool, struct sql_connection *connection);

enum sql_form {
    SQL_CONDITION,
    SQL_COLUMNS,
    SQL_SELECT,
};

struct weir_sql {
    struct weir_arena *arena;
    enum sql_form form;
    const char *statement;
    struct sql_names names; /* that the statement names */
    bool takes_all;         /* its meaning depends on all columns of the batch */
    bool is_compound;       /* a column of the result may come from several tables */
    const char **columns;   /* of SQL_COLUMNS: what is set */
    size_t n_columns;
    struct sql_pool pool;
    atomic_uint stops;
    struct weir_stage *stage; /* see weir_sql_watch */
};

/* A connection that fits the batch, at rest no more. */
struct sql_connection *sql_borrow(
    struct weir_sql *sql, const struct weir_batch *batch, struct weir_error *ret_error);

/* The cells of a statement's result as values of the batch. */
struct sql_result {
    struct weir_sql *sql;
    struct sql_connection *connection;
    struct weir_batch *batch;
    size_t n_columns;
    size_t *origins; /* the table's column that a column of the result is, or SQL_NONE */
    struct sql_decimals **decimals; /* of the unit at hand, made when they are asked for */
};

void sql_result_init(struct sql_result *result, struct weir_sql *sql,
    struct sql_connection *connection, struct weir_batch *batch);
/* The rows of the table are others now. */
void sql_result_reset(struct sql_result *result);
void sql_result_done(struct sql_result *result);
enum weir_status sql_result_value(struct sql_result *result, size_t column,
    struct weir_value *ret_value, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The reals of a column, found again by the double that SQLite was given. */
struct sql_decimals;
struct sql_decimals *sql_decimals_new(const struct sql_table *table, size_t column);
void sql_decimals_free(struct sql_decimals *decimals);
/*
 * The value of that double, if there is one; *ret_value is NULL or what was found elsewhere. False
 * when there are two that differ in their digits.
 */
bool sql_decimals_find(
    const struct sql_decimals *decimals, double real, const struct weir_value **ret_value);

#endif
