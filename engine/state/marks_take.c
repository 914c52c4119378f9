#include "marks_take.h"

#include "ties.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SCRATCH_MAX = 256 * 1024 }; /* bytes of values picked out of JSON, before they are let go */

/* One batch at work. */
struct taking {
    struct weir_stage *stage;
    struct weir_batch *batch;
    const struct weir_incremental *incremental;
    const struct marks_cursor *cursor;
    const struct weir_column *column; /* NULL: no row has it */
    struct weir_json_reader *reader;  /* NULL until one is needed */
    struct weir_arena *scratch;
    struct ties ties;
    bool appends;
    bool *keep;     /* by row */
    size_t n_lost;  /* rows that are not kept */
    size_t *at_top; /* append: rows of the unit at its mark that are not there already */
};

/* One unit of it. */
struct unit_taking {
    struct taking *t;
    struct weir_unit *unit;
    struct weir_point from, to;
    bool has_from, has_to;
    struct marks_old old;
    struct weir_point old_point;
    bool has_old;
    /* the rows so far */
    struct weir_point top;
    size_t top_row; /* SIZE_MAX: none has a cursor in the window */
    size_t n_at_top;
    bool is_first;  /* no row had a cursor yet */
    bool is_behind; /* the first row lies behind the window */
    bool is_before; /* the last row lies before it */
};

/* Reading */

/* The value of the row's cursor; null where there is none. It lives until the next call. */
static enum weir_status find_value(
    struct taking *t, size_t row, struct weir_value *ret_value, struct weir_error *error)
{
    const struct weir_path *rest = t->cursor->rest;

    *ret_value = t->column ? t->column->values[row] : weir_null();
    if (!rest || ret_value->kind == WEIR_NULL)
        return WEIR_OK;
    if (ret_value->kind != WEIR_JSON) {
        *ret_value = weir_null();
        return WEIR_OK;
    }
    if (!t->reader)
        t->reader = weir_json_reader_new();
    return weir_json_pick(t->reader, weir_value_str(ret_value), rest, t->scratch, ret_value, error);
}

static enum weir_status read_point(
    struct taking *t, size_t row, struct weir_point *ret_point, struct weir_error *error)
{
    struct weir_value value;

    if (find_value(t, row, &value, error) != WEIR_OK)
        return WEIR_FAIL;
    return weir_point_read(t->incremental, &value, ret_point, error);
}

/* Values that were picked go, but for the highest one, whose text may still be compared. */
static void renew_scratch(struct unit_taking *u)
{
    struct taking *t = u->t;
    struct weir_error ignored = {0};

    if (!t->scratch || weir_arena_size(t->scratch) < SCRATCH_MAX)
        return;
    weir_arena_free(t->scratch);
    t->scratch = weir_arena_new();
    if (u->top_row != SIZE_MAX)
        (void)read_point(t, u->top_row, &u->top, &ignored);
}

/* Rows */

static void lose(struct taking *t, size_t row)
{
    t->keep[row] = false;
    t->n_lost++;
}

static enum weir_status reject(struct taking *t, size_t row, const char *text)
{
    lose(t, row);
    return weir_reject(
        t->stage, t->batch, row, t->cursor->column, WEIR_FAULT_DATA, "E-CURSOR", "%s", text);
}

static enum weir_status take_missing(struct taking *t, size_t row)
{
    char text[WEIR_ERROR_TEXT_SIZE];

    switch ((enum weir_missing)t->incremental->on_cursor_value_missing) {
    case WEIR_MISSING_INCLUDE:
        return WEIR_OK;
    case WEIR_MISSING_EXCLUDE:
        lose(t, row);
        return WEIR_OK;
    case WEIR_MISSING_FAIL:
        break;
    }
    (void)snprintf(text, sizeof(text),
        "the cursor '%s' is null or missing; where that may be, set 'on_cursor_value_missing' to "
        "include or exclude",
        weir_path_text(t->incremental->cursor_path));
    return reject(t, row, text);
}

/* Did an earlier pass load this row, which stands where that one's mark is? */
static bool is_there(struct unit_taking *u, size_t row, const struct weir_point *point)
{
    struct weir_id tie;

    if (!u->has_old || weir_point_compare(point, &u->old_point) != 0)
        return false;
    tie = ties_of(&u->t->ties, row);
    return u->old.n_ties &&
           bsearch(&tie, u->old.ties, u->old.n_ties, sizeof(tie), ties_compare) != NULL;
}

static void note_order(struct unit_taking *u, const struct weir_point *point)
{
    u->is_before = u->has_from && weir_point_compare(point, &u->from) < 0;
    if (u->is_first)
        u->is_behind = u->has_to && weir_point_compare(point, &u->to) >= 0;
    u->is_first = false;
}

static void note_top(struct unit_taking *u, size_t row, const struct weir_point *point, bool is_new)
{
    int order = u->top_row == SIZE_MAX ? 1 : weir_point_compare(point, &u->top);

    if (order > 0) {
        u->top = *point;
        u->top_row = row;
        u->n_at_top = 0;
    }
    if (order >= 0 && u->t->appends && is_new)
        u->t->at_top[u->n_at_top++] = row;
}

static void take_point(struct unit_taking *u, size_t row, const struct weir_point *point)
{
    bool is_new;

    note_order(u, point);
    if (u->is_before || (u->has_to && weir_point_compare(point, &u->to) >= 0)) {
        lose(u->t, row);
        return;
    }
    is_new = !is_there(u, row, point);
    note_top(u, row, point, is_new);
    if (!is_new)
        lose(u->t, row);
}

static enum weir_status take_row(struct unit_taking *u, size_t row)
{
    struct weir_error error = {0};
    struct weir_point point;

    renew_scratch(u);
    switch (read_point(u->t, row, &point, &error)) {
    case WEIR_OK:
        take_point(u, row, &point);
        return WEIR_OK;
    case WEIR_END:
        return take_missing(u->t, row);
    default:
        return reject(u->t, row, error.text);
    }
}

/* Units */

static void begin_unit(struct unit_taking *u, const struct marks *marks, size_t resource)
{
    const struct weir_window *window = u->unit->window;
    struct weir_error ignored = {0};
    struct weir_value text;

    if (window) {
        u->has_from = window->from.key.ptr;
        u->from = window->from.point;
        u->has_to = window->to.key.ptr;
        u->to = window->to.point;
    }
    if (!u->t->appends || !marks_find(marks, resource, &u->unit->series, &u->old))
        return;
    text = weir_text(WEIR_TEXT, weir_str(u->old.text));
    u->has_old = weir_point_read(u->t->incremental, &text, &u->old_point, &ignored) == WEIR_OK;
}

static enum weir_status fail_ties(struct taking *t, const char *text)
{
    return weir_fail(t->stage, WEIR_FAULT_DATA, "E-LIMIT-TIES",
        "resource '%s': more than %d rows have the cursor '%s', and the next run has to know each "
        "of them again; use a finer cursor, or 'write_disposition: merge', which need not know "
        "them, and begin anew with --restart --keep-partial",
        t->batch->resource->name, WEIR_TIES_MAX, text);
}

/* The rows at the mark that the next run may meet again. */
static enum weir_status add_ties(struct unit_taking *u, struct weir_unit_mark *mark)
{
    struct taking *t = u->t;
    bool stays = u->has_old && weir_point_compare(&u->top, &u->old_point) == 0;
    struct weir_id *ties;

    if (u->n_at_top + (stays ? u->old.n_ties : 0) > WEIR_TIES_MAX)
        return fail_ties(t, mark->text);
    ties = weir_new_array(t->batch->arena, u->n_at_top, struct weir_id);
    for (size_t i = 0; i < u->n_at_top; i++)
        ties[i] = ties_of(&t->ties, t->at_top[i]);
    mark->ties = (struct weir_str){(const char *)ties, u->n_at_top * sizeof(*ties)};
    return WEIR_OK;
}

static enum weir_status end_unit(struct unit_taking *u)
{
    struct taking *t = u->t;
    struct weir_error error = {0};
    struct weir_unit_mark *unit_mark;
    struct weir_value value;
    struct weir_mark mark;

    u->unit->is_past = (t->incremental->row_order == WEIR_ORDER_DESC && u->is_before) ||
                       (t->incremental->row_order == WEIR_ORDER_ASC && u->is_behind);
    if (u->top_row == SIZE_MAX)
        return WEIR_OK;
    if (find_value(t, u->top_row, &value, &error) != WEIR_OK ||
        weir_mark_read(t->incremental, &value, t->batch->arena, &mark, &error) != WEIR_OK)
        return weir_fail(t->stage, error.fault, error.code, "resource '%s', cursor '%s': %s",
            t->batch->resource->name, weir_path_text(t->incremental->cursor_path), error.text);
    unit_mark = weir_new(t->batch->arena, struct weir_unit_mark);
    unit_mark->text = mark.text.ptr;
    unit_mark->key = marks_key(t->incremental, mark.key, t->batch->arena);
    u->unit->mark = unit_mark;
    return t->appends ? add_ties(u, unit_mark) : WEIR_OK;
}

static enum weir_status take_unit(
    struct taking *t, const struct marks *marks, size_t resource, struct weir_unit *unit)
{
    struct unit_taking u = {.t = t, .unit = unit, .top_row = SIZE_MAX, .is_first = true};
    enum weir_status status = WEIR_OK;

    begin_unit(&u, marks, resource);
    for (size_t i = 0; i < unit->n_rows && status == WEIR_OK; i++)
        if (!weir_batch_is_rejected(t->batch, unit->first_row + i))
            status = take_row(&u, unit->first_row + i);
    return status == WEIR_OK ? end_unit(&u) : status;
}

static void begin(struct taking *t)
{
    size_t n_rows = t->batch->n_rows;
    size_t column = weir_batch_find(t->batch, weir_str(t->cursor->column));

    if (column != SIZE_MAX)
        t->column = &t->batch->columns[column];
    t->appends = t->batch->resource->disposition == WEIR_APPEND;
    t->keep = weir_malloc(n_rows * sizeof(*t->keep));
    memset(t->keep, true, n_rows * sizeof(*t->keep));
    if (t->appends)
        t->at_top = weir_malloc(n_rows * sizeof(*t->at_top));
    if (t->cursor->rest)
        t->scratch = weir_arena_new();
    ties_init(&t->ties, t->batch);
}

static void end(struct taking *t)
{
    ties_done(&t->ties);
    weir_arena_free(t->scratch);
    if (t->reader)
        weir_json_reader_free(t->reader);
    free(t->at_top);
    free(t->keep);
}

enum weir_status marks_take(
    const struct marks *marks, struct weir_stage *stage, struct weir_batch *batch)
{
    size_t resource = plan_resource_index(marks_plan(marks), batch->resource);
    struct taking t = {
        .stage = stage,
        .batch = batch,
        .incremental = batch->resource->incremental,
        .cursor = marks_cursor(marks, resource),
    };
    enum weir_status status = WEIR_OK;

    if (!t.cursor->column || batch->n_rows == 0)
        return WEIR_OK;
    begin(&t);
    for (size_t i = 0; i < batch->n_units && status == WEIR_OK; i++)
        if (!batch->units[i].error && batch->units[i].dead_letter == 0)
            status = take_unit(&t, marks, resource, &batch->units[i]);
    if (status == WEIR_OK && t.n_lost > 0)
        weir_batch_keep(batch, t.keep);
    end(&t);
    return status;
}
