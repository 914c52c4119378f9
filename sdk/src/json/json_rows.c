#include "json_rows.h"

#include <assert.h>

#include <weir/stage.h>

#include "batch/batch.h"
#include "json_reader.h"

enum {
    /* A batch may always have so many cells; beyond, as many as the body has bytes. Rows that
     * share no keys would else need memory by the square of what was sent. */
    FREE_CELLS = 1 << 20,
    /* So many rows tell how long the others will be; fewer are trusted for some times as many. */
    TELLING_ROWS = 1000,
    GROWTH = 8,
    MOST_REFUSED = 65536, /* rows of a body that are none, before the body counts as none */
};

void json_rows_init(
    struct json_rows *rows, struct weir_json_reader *reader, struct weir_batch *batch)
{
    assert(batch->n_units > 0);
    rows->columns = &reader->columns;
    rows->batch = batch;
    rows->n_read = 0;
    rows->n_refused = 0;
    rows->names = NULL;
    rows->has_repeats = false;
    rows->first_row = batch->n_rows;
    rows->first_cells = batch->n_rows * batch->n_columns;
    rows->start = SIZE_MAX;
    json_columns_use(rows->columns, batch);
}

static size_t most_cells(const struct json_rows *rows)
{
    return rows->first_cells + FREE_CELLS + rows->doc.length;
}

static bool check_cells(struct json_rows *rows, size_t n_rows, size_t n_columns, size_t offset)
{
    if (n_columns > WEIR_JSON_MAX_COLUMNS)
        return json_fail(&rows->doc, "E-LIMIT-COLUMNS", offset,
            "more than %d columns; are keys used as data?", WEIR_JSON_MAX_COLUMNS);
    if (n_rows * n_columns > most_cells(rows))
        return json_fail(&rows->doc, "E-LIMIT-COLUMNS", offset,
            "%zu rows with %zu columns among them, nearly all empty; are keys used as data?",
            n_rows, n_columns);
    return true;
}

/* How many rows the batch will have, if the others are as long as those read so far. */
static size_t expected_rows(const struct json_rows *rows, size_t offset)
{
    size_t n_rows = rows->batch->n_rows;
    size_t done = n_rows - rows->first_row;
    size_t bytes = done ? (offset - rows->start) / done : 0;
    size_t expected = n_rows + (bytes ? (rows->doc.length - offset) / bytes : 0);

    /* A little more, since the first rows may have been the longer ones. */
    expected += (expected - rows->first_row) / 16 + 1;
    return done >= TELLING_ROWS || expected < GROWTH * n_rows ? expected : GROWTH * n_rows;
}

static bool open_row(struct json_rows *rows, size_t offset)
{
    struct weir_batch *batch = rows->batch;

    if (rows->start == SIZE_MAX)
        rows->start = offset;
    if (batch->n_rows == batch->row_capacity) {
        size_t expected = expected_rows(rows, offset);

        if (!check_cells(rows, batch->n_rows + 1, batch->n_columns, offset))
            return false;
        if (expected * batch->n_columns <= most_cells(rows))
            batch_reserve(batch, expected);
    }
    (void)batch_open_row(batch);
    rows->columns->stamp++;
    return true;
}

/* The column of a key that is not the one expected. */
static bool find_column(
    struct json_rows *rows, size_t previous, struct weir_str raw, size_t *ret_column)
{
    struct json_columns *columns = rows->columns;
    size_t offset = (size_t)(raw.ptr - rows->doc.text);
    size_t column;

    if (raw.len > WEIR_JSON_MAX_KEY)
        return json_fail(
            &rows->doc, "E-LIMIT-KEY", offset, "a key of more than %d bytes", WEIR_JSON_MAX_KEY);
    if (json_has_escape(&rows->doc, raw) &&
        !json_unescape(&rows->doc, raw, rows->batch->arena, &raw))
        return false;
    column = json_columns_find(columns, raw);
    if (column == SIZE_MAX) {
        if (!check_cells(rows, rows->batch->n_rows, rows->batch->n_columns + 1, offset))
            return false;
        column = json_columns_add(columns, raw);
    }
    columns->follower[previous + 1] = (uint32_t)column;
    *ret_column = column;
    return true;
}

/* A key: moves to its value and finds the column, which must be new in this row, or be the same
 * key again where the last one counts. */
static bool read_key(
    struct json_rows *rows, size_t *token, size_t previous, size_t *ret_column, bool *ret_repeats)
{
    struct json_doc *doc = &rows->doc;
    struct weir_str raw;
    size_t column;

    doc->key.len = 0;
    if (!json_key(doc, token, &raw))
        return false;
    doc->key = raw;
    column =
        json_has_escape(doc, raw) ? SIZE_MAX : json_columns_guess(rows->columns, previous, raw);
    if (column == SIZE_MAX && !find_column(rows, previous, raw, &column))
        return false;
    *ret_repeats = rows->columns->stamps[column] == rows->columns->stamp;
    if (*ret_repeats && !rows->last_key_counts)
        return json_fail(doc, "E-JSON-DUPLICATE", (size_t)(raw.ptr - doc->text) - 1,
            "the key stands twice in the row");
    rows->has_repeats |= *ret_repeats;
    rows->columns->stamps[column] = rows->columns->stamp;
    *ret_column = column;
    return true;
}

static bool read_cell(struct json_rows *rows, size_t *token, size_t column)
{
    struct weir_batch *batch = rows->batch;
    struct weir_value *value = &batch->columns[column].values[batch->n_rows - 1];
    char c = json_byte(&rows->doc, *token);
    bool good;

    /* Whatever happens, no cell of a row that counts is left undefined. */
    *value = weir_null();
    if (c == '{' || c == '[')
        good = json_slice(&rows->doc, token, value);
    else
        good = json_scalar(&rows->doc, token, batch->arena, value);
    batch->columns[column].kinds |= 1U << value->kind & ~(1U << WEIR_NULL);
    return good;
}

/* What the row had no key for. */
static void fill_row(struct json_rows *rows)
{
    struct weir_batch *batch = rows->batch;

    for (size_t c = 0; c < batch->n_columns; c++) {
        if (rows->columns->stamps[c] != rows->columns->stamp)
            batch->columns[c].values[batch->n_rows - 1] = weir_absent();
    }
}

static bool read_members(struct json_rows *rows, size_t *token, size_t *ret_n)
{
    size_t column = SIZE_MAX;
    bool more = true;
    bool repeats;

    do {
        if (!read_key(rows, token, column, &column, &repeats))
            return false;
        *ret_n += !repeats;
        if (!read_cell(rows, token, column) || !json_next(&rows->doc, token, '}', &more))
            return false;
    } while (more);
    return true;
}

/* Of the row that ended before the token. */
static bool check_length(struct json_rows *rows, size_t offset, size_t token)
{
    struct json_doc *doc = &rows->doc;

    if (doc->at[token - 1] - offset < WEIR_JSON_MAX_RECORD)
        return true;
    doc->key.len = 0;
    return json_fail(doc, "E-LIMIT-RECORD", offset,
        "a row of more than %d bytes; do the rows stand deeper inside?", WEIR_JSON_MAX_RECORD);
}

/* Is this one set aside? Each takes many times the memory of the two bytes that it may be. */
static bool is_set_aside(struct json_rows *rows)
{
    const struct weir_resource *resource = rows->batch->resource;

    return resource && resource->sets_aside && ++rows->n_refused <= MOST_REFUSED;
}

/* The last row, which ended before the token. */
static void set_aside(
    struct json_rows *rows, size_t offset, size_t token, const struct weir_error *error)
{
    struct weir_str last = json_token(&rows->doc, token - 1);
    const char *start = rows->doc.text + offset;

    batch_reject_raw(rows->batch, rows->batch->n_rows - 1,
        (struct weir_str){start, (size_t)(last.ptr + last.len - start)}, error);
    rows->doc.row = rows->doc.key.len = 0;
}

/* Checks a value that is no row, or no good one, and moves behind it. */
static bool pass_over(struct json_rows *rows, size_t *token)
{
    struct json_doc *doc = &rows->doc;
    size_t offset = doc->at[*token];
    bool good;

    doc->key.len = 0;
    /* Back before strings that were asked about. */
    doc->escape = 0;
    doc->takes_nul = true;
    good = json_walk(doc, token);
    doc->takes_nul = false;
    return good && check_length(rows, offset, *token);
}

/* The row that began with this token, at this depth, has failed: may it be by what is no fault of
 * JSON? Then it is set aside where the resource does so. */
static bool leave_out(struct json_rows *rows, size_t first, size_t depth, size_t *token)
{
    struct json_doc *doc = &rows->doc;
    struct weir_error error = *doc->error;

    if (strcmp(error.code, "E-TEXT-NUL") != 0 && strcmp(error.code, "E-JSON-DUPLICATE") != 0)
        return false;
    if (!is_set_aside(rows))
        return false;
    *doc->error = (struct weir_error){0};
    *token = first;
    doc->depth = depth;
    if (!pass_over(rows, token))
        return false;
    set_aside(rows, doc->at[first], *token, &error);
    return true;
}

bool json_rows_read(struct json_rows *rows, size_t *token)
{
    struct json_doc *doc = &rows->doc;
    size_t first = *token;
    size_t depth = doc->depth;
    size_t offset = doc->at[*token];
    size_t n = 0;
    bool more;
    bool good;

    doc->row = ++rows->n_read;
    if (!json_enter(doc, token, &more) || !open_row(rows, offset))
        return false;
    good = (!more || read_members(rows, token, &n)) && check_length(rows, offset, *token);
    if (good)
        doc->row = doc->key.len = 0;
    if (n < rows->batch->n_columns)
        fill_row(rows);
    return good || leave_out(rows, first, depth, token);
}

bool json_rows_refuse(struct json_rows *rows, size_t *token, const char *wanted, const char *where)
{
    struct json_doc *doc = &rows->doc;
    size_t offset = doc->at[*token];
    struct weir_error error = {0};

    rows->n_read++;
    (void)weir_error_set(&error, WEIR_FAULT_DATA, "E-ROW-SHAPE", "row %zu of '%s' is %s, not %s",
        rows->n_read, where, json_describe(doc, *token), wanted);
    if (!is_set_aside(rows)) {
        *doc->error = error;
        return false;
    }
    doc->row = rows->n_read;
    if (!pass_over(rows, token) || !open_row(rows, offset))
        return false;
    fill_row(rows);
    set_aside(rows, offset, *token, &error);
    return true;
}

bool json_rows_name(struct json_rows *rows, const struct weir_str *names, size_t n)
{
    struct json_columns *columns = rows->columns;
    struct weir_arena *arena = rows->batch->arena;

    rows->positions = weir_new_array(arena, n, size_t);
    columns->stamp++;
    for (size_t i = 0; i < n; i++) {
        size_t column = json_columns_find(columns, names[i]);

        if (column == SIZE_MAX) {
            if (!check_cells(rows, rows->batch->n_rows, rows->batch->n_columns + 1, 0))
                return false;
            column = json_columns_add(columns, names[i]);
        }
        if (columns->stamps[column] == columns->stamp)
            return json_fail(&rows->doc, "E-BODY-SHAPE", 0, "two columns are named '%.*s'",
                WEIR_STR_ARG(names[i]));
        columns->stamps[column] = columns->stamp;
        rows->positions[i] = column;
    }
    rows->names = names;
    rows->n_names = n;
    return true;
}

static bool read_elements(struct json_rows *rows, size_t *token, size_t *ret_n)
{
    struct json_doc *doc = &rows->doc;
    bool more = true;
    size_t n = 0;

    for (; more; n++) {
        if (n >= rows->n_names) {
            if (!json_walk(doc, token) || !json_next(doc, token, ']', &more))
                return false;
            continue;
        }
        doc->key = rows->names[n];
        rows->columns->stamps[rows->positions[n]] = rows->columns->stamp;
        if (!read_cell(rows, token, rows->positions[n]) || !json_next(doc, token, ']', &more))
            return false;
    }
    *ret_n = n;
    return true;
}

/* Of a row with so many values. */
static bool refuse_length(struct json_rows *rows, size_t offset, size_t token, size_t n)
{
    struct json_doc *doc = &rows->doc;
    struct weir_error *outer = doc->error;
    struct weir_error error = {0};

    doc->error = &error;
    (void)json_fail(doc, "E-ROW-SHAPE", offset, "%zu value%s where there are %zu column%s", n,
        n == 1 ? "" : "s", rows->n_names, rows->n_names == 1 ? "" : "s");
    doc->error = outer;
    if (!is_set_aside(rows)) {
        *outer = error;
        return false;
    }
    set_aside(rows, offset, token, &error);
    return true;
}

bool json_rows_read_array(struct json_rows *rows, size_t *token)
{
    struct json_doc *doc = &rows->doc;
    size_t first = *token;
    size_t depth = doc->depth;
    size_t offset = doc->at[*token];
    size_t n = 0;
    bool more;

    doc->row = ++rows->n_read;
    if (!json_enter(doc, token, &more) || !open_row(rows, offset))
        return false;
    fill_row(rows);
    if (more && !read_elements(rows, token, &n))
        return leave_out(rows, first, depth, token);
    doc->key.len = 0;
    if (!check_length(rows, offset, *token))
        return false;
    if (n != rows->n_names)
        return refuse_length(rows, offset, *token, n);
    doc->row = 0;
    return true;
}

void json_rows_done(struct json_rows *rows)
{
    struct weir_batch *batch = rows->batch;

    for (size_t c = 0; rows->has_repeats && c < batch->n_columns; c++)
        weir_column_recount(&batch->columns[c], batch->n_rows);
}
