/*
 * Incremental reading: only what is new since the last run.
 *
 * A resource names a cursor, a value in each row that grows: a time of change, a
 * number. The highest one seen is the mark; it is kept with the rows, and the next
 * run asks from there. Marks are compared as what they are, never as text, through
 * a key whose bytes stand in the order of the values.
 *
 * The range is closed at its start: rows that stand exactly at the mark are asked
 * for again, since more of them may have come, and those that are there already
 * are told by a hash of the whole row (their tie).
 */
#ifndef WEIR_INCREMENTAL_H
#define WEIR_INCREMENTAL_H

#include <weir/json.h>
#include <weir/option.h>
#include <weir/position.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_cursor_type {
    WEIR_CURSOR_DATETIME, /* ISO 8601, RFC 3339; without a zone it is UTC */
    WEIR_CURSOR_DATE,
    WEIR_CURSOR_INTEGER,
    WEIR_CURSOR_EPOCH,    /* seconds since 1970, perhaps with a fraction */
    WEIR_CURSOR_EPOCH_MS, /* milliseconds since 1970 */
    WEIR_CURSOR_TEXT,     /* by the bytes of its UTF-8 */
};

enum weir_row_order { WEIR_ORDER_NONE, WEIR_ORDER_ASC, WEIR_ORDER_DESC };
enum weir_missing { WEIR_MISSING_FAIL, WEIR_MISSING_INCLUDE, WEIR_MISSING_EXCLUDE };

/* What the pipeline file says under `incremental`. Filled from the table below. */
struct weir_incremental {
    const struct weir_path *cursor_path; /* in the row */
    int cursor_type;                     /* enum weir_cursor_type */
    const char *cursor_format;           /* as strptime has it; NULL: see cursor_type */
    const struct weir_template *initial_value;
    const struct weir_template *end_value;
    const char *lag;  /* a duration, or a whole number for integers */
    const char *step; /* the same */
    int row_order;    /* enum weir_row_order */
    int on_cursor_value_missing;
};

WEIR_API extern const struct weir_option weir_incremental_options[];

/* What the table cannot tell: values that are none of the cursor's type, steps without an end. */
WEIR_API void weir_incremental_check(const struct weir_incremental *incremental,
    const struct weir_node *node, struct weir_mistakes *mistakes);

enum { WEIR_CURSOR_TEXT_MAX = 1024 }; /* bytes of a text cursor */

/*
 * A value of the cursor for as long as it is only compared: nothing is allocated.
 * 128 bits of nanoseconds since 1970, of days, or of the number itself.
 */
struct weir_point {
    int64_t high;
    uint64_t low;
    struct weir_str text; /* of text cursors instead; points into the value */
    unsigned digits;      /* of the fraction, as it was written */
};

/* WEIR_OK; WEIR_END for null; WEIR_FAIL with E-CURSOR for what is no value of the cursor's type. */
WEIR_API enum weir_status weir_point_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_point *ret_point,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* Of one cursor: below 0, 0 or above 0, as memcmp. */
WEIR_API int weir_point_compare(const struct weir_point *a, const struct weir_point *b);

/* A value of the cursor to be kept. Texts live in the arena that it was read into. */
struct weir_mark {
    struct weir_str text; /* as the source wrote it, NUL behind it; it reads as the same value */
    struct weir_str key;  /* ASCII, NUL behind it; memcmp gives the order of the values */
    struct weir_point point;
};

/* As weir_point_read. */
WEIR_API enum weir_status weir_mark_read(const struct weir_incremental *incremental,
    const struct weir_value *value, struct weir_arena *arena, struct weir_mark *ret_mark,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
WEIR_API int weir_mark_compare(const struct weir_mark *a, const struct weir_mark *b);

/*
 * The range of one chain: from the mark, minus the lag (or from initial_value), to end_value or to
 * `now`, cut into windows where there is a step. Texts are written as the source writes them; what
 * is not computed is told as it was given.
 *
 * Without a step and without end_value the range is open: `to` is empty. `end` is `now` then where
 * the cursor is a time, for sources that want to be told one.
 */
struct weir_window {
    struct weir_str start; /* {incremental.start_value}; ptr NULL: from the beginning */
    struct weir_str end;   /* {incremental.end_value}; ptr NULL: there is none */
    struct weir_mark from; /* rows before it are not wanted; key.ptr NULL: all are */
    struct weir_mark to;   /* nor are rows at it or behind it; key.ptr NULL: all are */
    bool is_last;
    struct weir_str initial; /* {incremental.initial_value}; ptr NULL: there is none */
};

enum { WEIR_WINDOWS_MAX = 1000000 };

struct weir_windows;
/* `mark` is the text of the last run's mark, NULL in the first; `now` is pinned for the whole pass
 * (RFC 3339); `incremental` must live as long. NULL and an error when a text cannot be read, or when
 * there are more than WEIR_WINDOWS_MAX. */
WEIR_API struct weir_windows *weir_windows_new(const struct weir_incremental *incremental,
    const char *mark, const char *now, struct weir_error *ret_error);
WEIR_API void weir_windows_free(struct weir_windows *windows);
/* 0 where the range is empty: the mark has come to the end, and nothing is to be asked for. */
WEIR_API uint64_t weir_windows_total(const struct weir_windows *windows);
/* False behind the last one. The texts live in the arena. */
WEIR_API bool weir_windows_next(
    struct weir_windows *windows, struct weir_arena *arena, struct weir_window *ret_window);
/* A copy with its texts in the arena; NULL for NULL. */
WEIR_API struct weir_window *weir_window_copy(
    struct weir_arena *arena, const struct weir_window *window);
/* The chain of that window, the same in every run of a pass; the partition's own where there are no
 * steps. */
WEIR_API struct weir_id weir_window_id(
    const struct weir_windows *windows, const struct weir_window *window, struct weir_id partition);
/* For weir_template_fill: start_value, end_value, initial_value, where there is one. arg is a
 * struct weir_window *, or NULL for none. */
WEIR_API bool weir_window_lookup(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value);

#ifdef __cplusplus
}
#endif
#endif
