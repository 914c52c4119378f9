/* explode - one row for each element of an array. See README.md. */
#include <stdlib.h>
#include <weir/buf.h>
#include <weir/json.h>
#include <weir/plugin.h>
#include <weir/version.h>

enum {
    VALUES_MAX = 4 * 1024 * 1024, /* in what becomes of a batch: 64 MiB of them */
    BODY_MAX = 256 * 1024 * 1024,
};

struct explode {
    const char *column;
    const char *as;
    const char *position;
    struct weir_strs keep;
    bool outer;
};

static const struct weir_option options[] = {
    WEIR_TEXT(struct explode, column, .required = true, .min = 1, .example = "items",
        .help =
            "The column that holds arrays. A value that is no array is taken as the only element "
            "of one."),
    WEIR_TEXT(struct explode, as, .min = 1, .example = "item",
        .help = "The column of the elements. The name of the array's when absent."),
    WEIR_TEXT(struct explode, position, .min = 1, .example = "item_no",
        .help = "A column for the place of the element in its array, from 0."),
    WEIR_TEXTS(struct explode, keep, .max = 1000, .example = "[id, customer]",
        .help = "Columns of the row that each of its elements keeps. All when absent."),
    WEIR_BOOL(struct explode, outer, .initial = "false",
        .help = "A row whose array is empty or missing stays, without an element, instead of "
                "vanishing."),
    {0},
};

/* Of a row that comes of an element: which row that was in, and where. */
struct origin {
    size_t row;
    int64_t position; /* -1: there was no element */
};

/* What becomes of a batch. */
struct explosion {
    const struct explode *explode;
    struct weir_batch *batch;
    size_t array; /* the column with the arrays; SIZE_MAX: there is none */
    struct origin *origins;
    size_t n, capacity;
    size_t *unit_rows;
    struct weir_buf body; /* the elements as a document: [[1],[2]] */
};

/* --- taking apart ------------------------------------------------------------------------- */

static void add_origin(struct explosion *e, size_t row, int64_t position)
{
    if (e->n == e->capacity) {
        e->capacity = e->capacity ? 2 * e->capacity : e->batch->n_rows + 16;
        e->origins = weir_realloc(e->origins, e->capacity * sizeof(*e->origins));
    }
    e->origins[e->n++] = (struct origin){row, position};
}

static bool add_element(struct explosion *e, size_t row, int64_t position, struct weir_str text)
{
    bool fits = weir_buf_add_text(&e->body, e->n ? ",[" : "[[") &&
                weir_buf_add(&e->body, text.ptr, text.len) && weir_buf_add_text(&e->body, "]");

    add_origin(e, row, position);
    return fits && e->n * (e->batch->n_columns + 2) <= VALUES_MAX;
}

static bool explode_row(struct explosion *e, size_t row)
{
    static const struct weir_str nothing = {"null", 4};
    struct weir_value value =
        e->array == SIZE_MAX ? weir_null() : e->batch->columns[e->array].values[row];
    struct weir_str rest = weir_value_str(&value), element;
    bool is_array = value.kind == WEIR_JSON && rest.len && rest.ptr[0] == '[';
    int64_t n = 0;
    bool fits = true;

    while (is_array && fits && weir_json_next(&rest, &element))
        fits = add_element(e, row, n++, element);
    if (value.kind != WEIR_NULL && !is_array)
        return add_element(e, row, 0, weir_value_format(&value, e->batch->arena, true));
    if (n == 0 && e->explode->outer)
        fits = add_element(e, row, -1, nothing);
    return fits;
}

static bool explode_rows(struct explosion *e)
{
    bool fits = true;

    for (size_t u = 0; u < e->batch->n_units && fits; u++) {
        const struct weir_unit *unit = &e->batch->units[u];
        size_t before = e->n;

        for (size_t r = 0; r < unit->n_rows && fits; r++)
            fits = explode_row(e, unit->first_row + r);
        e->unit_rows[u] = e->n - before;
    }
    return fits && weir_buf_add_text(&e->body, e->n ? "]" : "[]");
}

/* --- putting together --------------------------------------------------------------------- */

/* Each element with its kind and all its digits, as the reader of answers finds them. */
static enum weir_status read_elements(
    struct explosion *e, struct weir_column *ret_column, struct weir_error *ret_error)
{
    static const char *const names[] = {"element"};
    const struct weir_json_form form = {.columns = {names, 1}};
    struct weir_batch *read = weir_batch_new(e->batch->resource);
    struct weir_json_reader *reader = weir_json_reader_new();
    struct weir_str body = {e->body.ptr, e->body.len};
    enum weir_status status;

    (void)weir_batch_add_unit(read, NULL);
    status = weir_json_read(reader, body, &form, read, ret_error);
    ret_column->values = weir_new_array(e->batch->arena, e->n, struct weir_value);
    for (size_t r = 0; r < e->n && status == WEIR_OK; r++) {
        struct weir_value *value = &ret_column->values[r];

        *value = read->columns[0].values[r];
        if (value->length)
            value->text = weir_copy(e->batch->arena, weir_value_str(value)).ptr;
    }
    weir_json_reader_free(reader);
    weir_batch_free(read);
    return status;
}

static struct weir_column repeat(const struct explosion *e, size_t column)
{
    struct weir_column from = e->batch->columns[column], to = from;

    to.values = weir_new_array(e->batch->arena, e->n, struct weir_value);
    for (size_t r = 0; r < e->n; r++)
        to.values[r] = from.values[e->origins[r].row];
    return to;
}

static struct weir_column positions(const struct explosion *e)
{
    struct weir_column column = {
        .name = weir_copy(e->batch->arena, weir_str(e->explode->position))};

    column.values = weir_new_array(e->batch->arena, e->n, struct weir_value);
    for (size_t r = 0; r < e->n; r++)
        if (e->origins[r].position >= 0)
            column.values[r] = weir_int(e->origins[r].position);
    return column;
}

static bool is_kept(const struct explosion *e, size_t column)
{
    const struct weir_strs *keep = &e->explode->keep;

    if (column == e->array)
        return false;
    for (size_t i = 0; i < keep->n; i++)
        if (weir_str_is(e->batch->columns[column].name, keep->items[i]))
            return true;
    return keep->n == 0;
}

static enum weir_status collide(struct weir_stage *stage, struct weir_str name)
{
    return weir_fail(stage, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
        "'%.*s' is to be a column of the elements, and the rows have one of that name; give "
        "another name, or leave that one out of `keep`",
        (int)name.len, name.ptr);
}

static enum weir_status put_together(
    struct weir_stage *stage, struct explosion *e, struct weir_column elements)
{
    const struct explode *explode = e->explode;
    struct weir_column *columns =
        weir_new_array(e->batch->arena, e->batch->n_columns + 2, struct weir_column);
    size_t n = 0;

    for (size_t c = 0; c < e->batch->n_columns; c++)
        if (is_kept(e, c))
            columns[n++] = repeat(e, c);
    size_t n_kept = n;
    elements.name =
        weir_copy(e->batch->arena, weir_str(explode->as ? explode->as : explode->column));
    columns[n++] = elements;
    if (explode->position)
        columns[n++] = positions(e);
    for (size_t new = n_kept; new < n; new ++)
        for (size_t c = 0; c < new; c++)
            if (weir_str_equal(columns[c].name, columns[new].name))
                return collide(stage, columns[new].name);
    weir_batch_replace(e->batch, columns, n, e->unit_rows);
    for (size_t c = 0; c < n; c++)
        weir_column_recount(&e->batch->columns[c], e->n);
    return WEIR_OK;
}

static enum weir_status explode_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct explode *explode = stage->state;
    struct explosion e = {.explode = explode,
        .batch = batch,
        .array = weir_batch_find(batch, weir_str(explode->column)),
        .unit_rows = weir_new_array(batch->arena, batch->n_units, size_t)};
    struct weir_column elements = {0};
    struct weir_error error = {0};
    enum weir_status status;

    weir_buf_init(&e.body, BODY_MAX, WEIR_JSON_PADDING);
    if (!explode_rows(&e))
        status = weir_fail(stage, WEIR_FAULT_DATA, "E-LIMIT",
            "the elements of '%s' take too much memory (more than %d million values); keep fewer "
            "columns, or ask for smaller answers",
            explode->column, VALUES_MAX >> 20);
    else if (read_elements(&e, &elements, &error) != WEIR_OK)
        status = weir_fail_with(stage, &error);
    else
        status = put_together(stage, &e, elements);
    weir_buf_done(&e.body);
    free(e.origins);
    return status;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "explode",
    .summary = "Give a row for each element of an array.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct explode),
    .options = options,
    .transform = explode_transform,
};
