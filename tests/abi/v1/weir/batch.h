/*
 * A batch: rows on their way, column by column, with one arena behind them.
 *
 * A batch has one holder at a time. A callback borrows it, edits it in place and
 * gives it back by returning; the engine passes it on. Columns and texts live in
 * the batch's arena or in memory that the arena keeps (a response body, a result
 * of a database), so slicing, renaming and dropping copy nothing, and a batch
 * dies at once.
 *
 * Values are tagged, one by one, because JSON promises nothing: a column that
 * is a number in one row and a text in the next is ordinary, and must arrive
 * unharmed at the rules that decide about it.
 *
 * The rows of one response are a unit: they are loaded together or not at all.
 * A batch holds one or more whole units of one resource, in order; the rows of a
 * unit are neighbours.
 */
#ifndef WEIR_BATCH_H
#define WEIR_BATCH_H

#include <stdint.h>
#include <weir/arena.h>
#include <weir/position.h>
#include <weir/status.h>
#include <weir/str.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_resource;
struct weir_window;

/* These numbers are part of the ABI: append, never reorder. */
enum weir_kind {
    WEIR_NULL = 0,
    WEIR_BOOL,
    WEIR_INT,     /* 64 bits, signed */
    WEIR_FLOAT,   /* a double that has all digits the source had */
    WEIR_DECIMAL, /* the digits as text: a number that WEIR_INT or WEIR_FLOAT would change */
    WEIR_TEXT,    /* valid UTF-8 */
    WEIR_BYTES,
    WEIR_TIMESTAMP, /* microseconds since 1970-01-01 UTC, in `integer` */
    WEIR_DATE,      /* days since 1970-01-01, in `integer` */
    WEIR_JSON,      /* an object or array as its own JSON text */
    WEIR_N_KINDS
};

/* Of a null: the source gave the row no such column at all. */
enum { WEIR_ABSENT = 1 };

struct weir_value {
    uint8_t kind;    /* enum weir_kind */
    uint8_t flags;   /* WEIR_ABSENT or 0 */
    uint16_t unused; /* 0; reserved */
    uint32_t length; /* bytes of text, bytes, decimal and json; else 0 */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* not NUL-terminated; lives as long as the batch's arena */
    };
};

struct weir_column {
    struct weir_str name;      /* unique in the batch, case-sensitive */
    struct weir_value *values; /* n_rows of them */
    uint32_t kinds;            /* 1 << kind for each kind that occurs; null is not counted, */
                               /* since any column may hold nulls */
    uint32_t unused;           /* 0; reserved */
};

enum { WEIR_TIES_MAX = 65536 }; /* rows that may stand at one cursor value of a series */

/* The highest cursor value among the rows of a unit; see <weir/incremental.h>. */
struct weir_unit_mark {
    const char *text;     /* as the source wrote it */
    const char *key;      /* in the order of the values */
    struct weir_str ties; /* hashes of the rows that stand there, WEIR_ID_SIZE bytes each */
};

/* One complete answer of the source: the smallest thing that is loaded. */
struct weir_unit {
    size_t first_row;
    size_t n_rows;
    const struct weir_error *error; /* why it gave no rows, or NULL; lives in the arena */
    void *origin;                   /* the extractor's own: what the unit came from */
    /* Where it stands, from `decoded` on; NULL: it leaves nothing behind. In the arena. */
    const struct weir_position *position;
    const struct weir_unit_mark *mark; /* or NULL; the engine's, from behind decode on */
    const struct weir_window *window;  /* rows outside are not wanted; NULL: all are. By decode */
    struct weir_id series;             /* whose mark its rows move. By decode */
    int64_t dead_letter;               /* the unit is that one, put back; 0: it is none */
    bool is_past; /* behind decode: by the declared order of rows, nothing behind it is wanted */
};

/* Why a row cannot be loaded: as weir_error has it, but no larger than it is. */
struct weir_reason {
    enum weir_fault fault;
    const char *code;
    const char *text;
};

/* A row that cannot be loaded, set aside so that it costs no other row. */
struct weir_reject {
    struct weir_reject *next;
    size_t unit;        /* index of its unit */
    size_t number;      /* of the row in its unit as it came, from 1; 0: not known */
    const char *column; /* at fault, or NULL */
    struct weir_reason error;
    /* JSON: as it came, or as it was behind `stage` transforms. An object, unless the error is that
     * it is none */
    struct weir_str row;
    uint32_t stage;
};

struct weir_batch {
    /* read-only */
    struct weir_arena *arena;
    const struct weir_resource *resource;
    size_t n_rows;
    size_t n_columns;
    size_t n_units;
    /* to be edited by transforms */
    struct weir_column *columns;
    struct weir_unit *units;
    /* the extractor's own: what `extract` leaves for `decode` */
    void *payload;
    /* rows that were set aside, in no order */
    struct weir_reject *rejects;
    size_t n_rejects;
    /* private to libweir */
    struct weir_memory *memory; /* of the rows as they came; NULL: none is kept */
    bool *rejected;             /* a mark for each row; NULL: none is set aside */
    size_t row_capacity;
    size_t column_capacity;
    size_t unit_capacity;
    size_t first_unit; /* of a part: which unit of the whole its first one is */
    bool is_thinned;   /* rows are gone or replaced, so that numbers have moved */
    /* the engine's: transforms behind it, as the pipeline file counts them from 0 */
    uint32_t stage;
    /* private to libweir */
    struct weir_cells *cells; /* where it made room for values; NULL: nowhere */
};

/* The batch lives in its own arena: weir_batch_free frees both, and accepts NULL. A resource of
 * NULL is to be set by `extract`. */
WEIR_API struct weir_batch *weir_batch_new(const struct weir_resource *resource);
WEIR_API void weir_batch_free(struct weir_batch *batch);

/* Building, for extractors: a unit, then its rows, each filled cell by cell. */

/* Opens a unit; rows added from now on are its rows. The pointer is good until the next one. */
WEIR_API struct weir_unit *weir_batch_add_unit(struct weir_batch *batch, void *origin);
/* Adds a row of nulls to the last unit and returns its number. Values move when rows are added,
 * and not when columns are. */
WEIR_API size_t weir_batch_add_row(struct weir_batch *batch);
/* The index of the column of that name; a new one is absent in all rows so far. The name is copied. */
WEIR_API size_t weir_batch_column(struct weir_batch *batch, struct weir_str name);
/* Sets a cell of the last row and marks its kind in the column. */
WEIR_API void weir_batch_set(struct weir_batch *batch, size_t column, struct weir_value value);
/* Takes back the rows of the last unit and gives it the error, which is copied. Columns stay. */
WEIR_API void weir_batch_fail_unit(struct weir_batch *batch, const struct weir_error *error);

/* Editing, for transforms. */

/* Index of the column, or SIZE_MAX. */
WEIR_API size_t weir_batch_find(const struct weir_batch *batch, struct weir_str name);
WEIR_API bool weir_column_has(const struct weir_column *column, enum weir_kind kind);
/* Computes `kinds` anew, after values were written directly. */
WEIR_API void weir_column_recount(struct weir_column *column, size_t n_rows);
/* Those behind it move up by one. */
WEIR_API void weir_batch_drop_column(struct weir_batch *batch, size_t column);
/* Keeps the rows whose mark is true, in order, and moves the units' borders along. n_rows marks. */
WEIR_API void weir_batch_keep(struct weir_batch *batch, const bool *marks);
/* The unit leaves nothing behind: its rows go, with what was set aside of them, its mark and its
 * position. */
WEIR_API void weir_batch_void_unit(struct weir_batch *batch, size_t unit);
/* Gives the batch other rows: these columns, unit i with unit_rows[i] of their values. The lists
 * are copied; names and values are not, and must live as long as the batch. */
WEIR_API void weir_batch_replace(struct weir_batch *batch, struct weir_column *columns,
    size_t n_columns, const size_t *unit_rows);

/* Setting rows aside. Rows keep their places until weir_batch_drop_rejected. */

/*
 * Remembers the rows as they are now, so that one that is set aside later is told as it came.
 * weir_batch_keep goes along with it; after weir_batch_replace nobody knows which row came as
 * which, and rows are told as they are.
 */
WEIR_API void weir_batch_remember(struct weir_batch *batch);
/* Sets a row aside, with its reason, which is copied; a second reason changes nothing. */
WEIR_API void weir_batch_reject(
    struct weir_batch *batch, size_t row, const char *column, const struct weir_error *error);
WEIR_API bool weir_batch_is_rejected(const struct weir_batch *batch, size_t row);
/* Takes the rows that are set aside out of the batch. */
WEIR_API void weir_batch_drop_rejected(struct weir_batch *batch);
/*
 * The row's number in its unit, from 1: as it came, or, with *ret_exact false, as it is now that
 * rows before it may be gone.
 */
WEIR_API size_t weir_batch_row_number(const struct weir_batch *batch, size_t row, bool *ret_exact);
/*
 * The row as it is now: a JSON object in the batch's arena, its keys in the order of the columns.
 * What weir_json_rows reads comes back with its kind and all its digits, and what the row lacked is
 * left out. Times and dates are ISO 8601 texts, bytes a text of hexadecimal digits; a float or
 * decimal that is no number in JSON is a text ("inf", "nan").
 */
WEIR_API struct weir_str weir_batch_row_json(const struct weir_batch *batch, size_t row);

/* Gives back memory that no row is in, or none any more, so that the batch holds little besides its
 * data; for the engine, before the batch waits. Values move. */
WEIR_API void weir_batch_fit(struct weir_batch *batch);

/* Trying transforms on some of the rows, for the engine; of a batch that is remembered. */

/* The batch as it is now, to go back to; lives in its arena. */
WEIR_API struct weir_batch weir_batch_snapshot(const struct weir_batch *batch);
/*
 * These rows of the snapshot as they came, as a batch of their own in `arena`. Texts are shared, so
 * it may not outlive the whole. A column that only other rows have is left out, as
 * if these rows had come alone. NULL if the rows are not remembered.
 */
WEIR_API struct weir_batch *weir_batch_part(
    const struct weir_batch *start, size_t first, size_t n, struct weir_arena *arena);
/* Back to the snapshot, but without rows and columns, which the following two bring. */
WEIR_API void weir_batch_rewind(struct weir_batch *batch, const struct weir_batch *start);
/*
 * Adds what became of a part, which lives in the batch's arena, to the units that its rows came
 * from; parts come in order. A column that one of them lacks is absent there. Of the part no row is
 * marked as set aside any more; what was set aside of it goes along.
 */
WEIR_API void weir_batch_append(struct weir_batch *batch, struct weir_batch *part);
/* The row of the snapshot does not come back: it is set aside, with its reason, which is copied. */
WEIR_API void weir_batch_leave_out(struct weir_batch *batch, const struct weir_batch *start,
    size_t row, const struct weir_error *error);

static inline struct weir_value weir_null(void)
{
    struct weir_value value = {WEIR_NULL, 0, 0, 0, {false}};

    return value;
}

/* What a row holds in a column that the source did not give it: a null, and to a loader no value at
 * all, so that the table's default may take its place. */
static inline struct weir_value weir_absent(void)
{
    struct weir_value value = {WEIR_NULL, WEIR_ABSENT, 0, 0, {false}};

    return value;
}

static inline bool weir_is_absent(const struct weir_value *value)
{
    return value->kind == WEIR_NULL && (value->flags & WEIR_ABSENT);
}

WEIR_API struct weir_value weir_bool(bool boolean);
WEIR_API struct weir_value weir_int(int64_t integer);
WEIR_API struct weir_value weir_float(double real);
/* Text, decimal, bytes or json; s must live as long as the batch and be below 4 GiB. */
WEIR_API struct weir_value weir_text(enum weir_kind kind, struct weir_str s);
WEIR_API struct weir_str weir_value_str(const struct weir_value *value);
/* "int", "text", ...: the word that messages and documentation use. */
WEIR_API const char *weir_kind_name(enum weir_kind kind);

/*
 * The value as a person reads it (numbers in full, null as nothing, bytes as
 * hexadecimal), in the arena; with `json`, as a JSON value that keeps all digits.
 */
WEIR_API struct weir_str weir_value_format(
    const struct weir_value *value, struct weir_arena *arena, bool json);

#ifdef __cplusplus
}
#endif
#endif
