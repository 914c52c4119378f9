/*
 * JSON bodies to rows, by simdjson behind a C header.
 *
 * Every byte is checked: what is accepted is valid JSON (RFC 8259) in valid
 * UTF-8, whole, with nothing behind it, no deeper than WEIR_JSON_MAX_DEPTH, and
 * without a NUL inside a text. Numbers keep every digit: one that neither int64
 * nor double holds exactly as written becomes a decimal. So a number without
 * fraction and exponent is an int, or a decimal beyond 64 bits; any other is a
 * float if the shortest decimal that reads back as that double has the same value
 * (0.1, 1.50, 1e3), else a decimal (0.1000000000000000055, 1e400).
 */
#ifndef WEIR_JSON_H
#define WEIR_JSON_H

#include <weir/batch.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    WEIR_JSON_MAX_DEPTH = 128,
    WEIR_JSON_MAX_COLUMNS = 4096,            /* in one batch */
    WEIR_JSON_MAX_KEY = 65536,               /* bytes of a column's name */
    WEIR_JSON_MAX_NUMBER = 65536,            /* and of a number */
    WEIR_JSON_MAX_RECORD = 16 * 1024 * 1024, /* of a text, and of a row */
    WEIR_JSON_PADDING = 64, /* bytes that must be readable behind a body; see weir_buf_init */
};

/*
 * A path into a document, a subset of JSONPath: a.b[0].c, ['odd key'], items[*],
 * items[-1] (the last), $ (the root).
 */
struct weir_path;

/* NULL and an error with the offset of the fault where text is no path. */
WEIR_API const struct weir_path *weir_path_parse(struct weir_arena *arena, struct weir_str text,
    size_t *ret_offset, struct weir_error *ret_error);
WEIR_API const char *weir_path_text(const struct weir_path *path);
/* The key that a path begins with, and the path behind it: NULL where nothing is. False where it
 * begins with none. The path must live as long as the key. */
WEIR_API bool weir_path_split(struct weir_arena *arena, const struct weir_path *path,
    struct weir_str *ret_key, const struct weir_path **ret_rest);

/* Keeps the parser's memory between bodies. Of one thread at a time. */
struct weir_json_reader;
WEIR_API struct weir_json_reader *weir_json_reader_new(void);
WEIR_API void weir_json_reader_free(struct weir_json_reader *reader);

/*
 * Appends the rows found at `records` to the last unit of the batch: an array
 * gives a row for each object in it, an object is one row; NULL records means
 * the root. Keys become columns as they appear. Texts without escapes point into
 * body, which must live as long as the batch (weir_adopt it) and have
 * WEIR_JSON_PADDING bytes behind length.
 *
 * On WEIR_FAIL the batch may hold rows of the unit so far; weir_batch_fail_unit
 * takes them back. Codes: E-JSON with line, column and offset; E-JSON-DEPTH;
 * E-UTF8; E-TEXT-NUL; E-JSON-DUPLICATE for a key twice in a row; E-ROW-SHAPE for
 * a row that is no object; E-BODY-SHAPE when there is nothing at `records`, or the
 * body looks like HTML or XML or is empty; E-LIMIT-COLUMNS when keys make more than
 * WEIR_JSON_MAX_COLUMNS, or columns that are nearly all empty; E-LIMIT-KEY,
 * E-LIMIT-NUMBER, E-LIMIT-STRING and E-LIMIT-RECORD beyond what stands above;
 * E-LIMIT-BODY from 4 GiB on. Where the batch's resource sets rows aside, so is a
 * row that is no object, or has an escaped NUL or a key twice.
 */
WEIR_API enum weir_status weir_json_rows(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * The same for JSON Lines (NDJSON): a whole document on each line, in each of which the
 * rows are found at `records`. Blank lines count for nothing, and a body without
 * any line has no rows. Whether lines are missing at the end nobody can tell from
 * the body, so the caller must know that it is whole.
 */
WEIR_API enum weir_status weir_json_lines(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* How rows are written in a body; zeroed, it is one document, all of whose keys differ. */
struct weir_json_form {
    const struct weir_path *records; /* where the rows stand; NULL: at the root */
    bool is_lines;                   /* as weir_json_lines reads them */
    /* Rows are arrays, and these names stand for the keys of their values, in their order ... */
    struct weir_strs columns;
    /* ... or the texts that the document has there: an array, or what a path with [*] finds. Where
     * that is one of the rows it is none. Not for lines. NULL: rows are objects. */
    const struct weir_path *schema;
    bool last_key_counts; /* of those that stand twice in a row; else that is E-JSON-DUPLICATE */
};

/* The rows of a body written so; besides the codes above E-BODY-SHAPE for names of columns that
 * cannot be used, and E-ROW-SHAPE, too, for rows with more or fewer values. */
WEIR_API enum weir_status weir_json_read(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_json_form *form, struct weir_batch *batch,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * Finds one value of a document: a cursor, a next link, a total. Null when it is
 * absent. Texts are copied to the arena. The body must be valid JSON already. A
 * path with [*] names no single value and fails with E-VALUE.
 */
WEIR_API enum weir_status weir_json_pick(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The same, and whether there is such a place: null that stands there is not nothing. */
WEIR_API enum weir_status weir_json_find(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    bool *ret_found, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* The same for many paths at once, which is cheaper: values[i] and found[i] are those of paths[i]. */
WEIR_API enum weir_status weir_json_find_all(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *const *paths, size_t n, struct weir_arena *arena,
    struct weir_value *values, bool *found, struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * The elements of an array, one by one: *rest is its text at first, which must be valid JSON, such as
 * a value of kind WEIR_JSON, and what is left of it afterwards. False behind the last one, and for
 * what is no array. Elements are texts within it, without blanks around.
 */
WEIR_API bool weir_json_next(struct weir_str *rest, struct weir_str *ret_element);

/* Appends s as a JSON string, quotes and escapes included. In the arena. */
WEIR_API struct weir_str weir_json_quote(struct weir_arena *arena, struct weir_str s);

#ifdef __cplusplus
}
#endif
#endif
