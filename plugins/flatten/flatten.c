/* flatten - make columns of what stands in objects. See README.md. */
#include <stdlib.h>
#include <weir/buf.h>
#include <weir/json.h>
#include <weir/plugin.h>
#include <weir/version.h>

enum { BODY_MAX = 1024 * 1024 * 1024 };

struct flatten {
    struct weir_strs columns;
    const char *separator;
    int64_t max_levels;
};

static const struct weir_option options[] = {
    WEIR_TEXTS(struct flatten, columns, .max = 1000, .example = "[address]",
        .help = "Columns whose objects are flattened. All that hold objects when absent."),
    WEIR_TEXT(struct flatten, separator, .initial = "_", .example = ".",
        .help = "What stands between the column's name and the key."),
    WEIR_INT(struct flatten, max_levels, .initial = "128", .min = 1, .max = 128,
        .help = "Objects deeper than so many levels stay JSON."),
    {0},
};

/* The objects of one column, on their way to be columns of their own. */
struct flattening {
    struct weir_stage *stage;
    struct weir_batch *batch;
    struct weir_arena *arena; /* of the call */
    struct weir_json_reader *reader;
};

static bool is_object(const struct weir_value *value)
{
    return value->kind == WEIR_JSON && value->length && value->text[0] == '{';
}

/* The objects of the column as one document, and the rows they stand in. */
static bool gather(const struct weir_batch *batch, const struct weir_column *column,
    struct weir_buf *body, size_t *rows, size_t *ret_n)
{
    bool fits = true;

    *ret_n = 0;
    for (size_t r = 0; r < batch->n_rows && fits; r++) {
        const struct weir_value *value = &column->values[r];

        if (!is_object(value))
            continue;
        fits = weir_buf_add_text(body, *ret_n ? "," : "[") &&
               weir_buf_add(body, value->text, value->length);
        rows[(*ret_n)++] = r;
    }
    return fits && (*ret_n == 0 || weir_buf_add_text(body, "]"));
}

/* Puts the values of one key into a column of their own, which may not be there. */
static enum weir_status add_column(const struct flattening *f, const struct weir_column *key,
    struct weir_str name, const size_t *rows, size_t n)
{
    struct weir_batch *batch = f->batch;

    if (weir_batch_find(batch, name) != SIZE_MAX)
        return weir_fail(f->stage, WEIR_FAULT_DATA, "E-COLUMN-COLLISION",
            "an object gives a column '%.*s', and there is one of that name; rename either, or "
            "take another separator",
            (int)name.len, name.ptr);
    size_t c = weir_batch_column(batch, name);
    for (size_t i = 0; i < n; i++) {
        struct weir_value value = key->values[i];

        if (value.length)
            value.text = weir_copy(batch->arena, weir_value_str(&value)).ptr;
        batch->columns[c].values[rows[i]] = value;
    }
    weir_column_recount(&batch->columns[c], batch->n_rows);
    return WEIR_OK;
}

/* What is left of the column: values that are no objects; without any it goes. */
static void leave_others(struct weir_batch *batch, size_t c, const size_t *rows, size_t n)
{
    struct weir_column *column = &batch->columns[c];

    for (size_t i = 0; i < n; i++)
        column->values[rows[i]] = weir_absent();
    weir_column_recount(column, batch->n_rows);
    if (column->kinds == 0)
        weir_batch_drop_column(batch, c);
}

static enum weir_status flatten_column(
    const struct flattening *f, struct weir_str name, int64_t level);

/* The columns that the keys of these objects give, each flattened in its turn. */
static enum weir_status spread(const struct flattening *f, struct weir_str name,
    const struct weir_batch *read, const size_t *rows, size_t n, int64_t level)
{
    const struct flatten *flatten = f->stage->state;
    enum weir_status status = WEIR_OK;

    for (size_t k = 0; k < read->n_columns && status == WEIR_OK; k++) {
        const struct weir_column *key = &read->columns[k];
        struct weir_str full = weir_str(weir_printf(f->batch->arena, "%.*s%s%.*s", (int)name.len,
            name.ptr, flatten->separator, (int)key->name.len, key->name.ptr));

        status = add_column(f, key, full, rows, n);
        if (status == WEIR_OK && level < flatten->max_levels && weir_column_has(key, WEIR_JSON))
            status = flatten_column(f, full, level + 1);
    }
    return status;
}

static enum weir_status flatten_objects(const struct flattening *f, struct weir_str name,
    struct weir_buf *body, const size_t *rows, size_t n, int64_t level)
{
    struct weir_batch *read = weir_batch_new(f->batch->resource);
    struct weir_error error = {0};
    enum weir_status status;

    (void)weir_batch_add_unit(read, NULL);
    leave_others(f->batch, weir_batch_find(f->batch, name), rows, n);
    if (weir_json_rows(f->reader, (struct weir_str){body->ptr, body->len}, NULL, read, &error) ==
        WEIR_OK)
        status = spread(f, name, read, rows, n, level);
    else
        status = weir_fail_with(f->stage, &error);
    weir_batch_free(read);
    return status;
}

static enum weir_status flatten_column(
    const struct flattening *f, struct weir_str name, int64_t level)
{
    size_t c = weir_batch_find(f->batch, name);
    size_t *rows = weir_new_array(f->arena, f->batch->n_rows, size_t);
    enum weir_status status = WEIR_OK;
    struct weir_buf body;
    size_t n;

    if (c == SIZE_MAX)
        return WEIR_OK;
    weir_buf_init(&body, BODY_MAX, WEIR_JSON_PADDING);
    if (!gather(f->batch, &f->batch->columns[c], &body, rows, &n))
        status = weir_fail(f->stage, WEIR_FAULT_DATA, "E-LIMIT",
            "the objects of '%.*s' take more than %d MiB in one batch", (int)name.len, name.ptr,
            BODY_MAX >> 20);
    else if (n)
        status = flatten_objects(f, name, &body, rows, n, level);
    weir_buf_done(&body);
    return status;
}

/* Those of the file, or all that are there now. */
static struct weir_str *names_of(const struct flattening *f, size_t *ret_n)
{
    const struct flatten *flatten = f->stage->state;
    const struct weir_batch *batch = f->batch;
    size_t n = flatten->columns.n ? flatten->columns.n : batch->n_columns;
    struct weir_str *names = weir_new_array(f->arena, n, struct weir_str);

    for (size_t i = 0; i < n; i++)
        names[i] =
            flatten->columns.n ? weir_str(flatten->columns.items[i]) : batch->columns[i].name;
    *ret_n = n;
    return names;
}

static enum weir_status flatten_transform(struct weir_stage *stage, struct weir_batch *batch)
{
    struct flattening f = {
        .stage = stage,
        .batch = batch,
        .arena = weir_arena_new(),
        .reader = weir_json_reader_new(),
    };
    enum weir_status status = WEIR_OK;
    size_t n;
    struct weir_str *names = names_of(&f, &n);

    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = flatten_column(&f, names[i], 1);
    weir_json_reader_free(f.reader);
    weir_arena_free(f.arena);
    return status;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "flatten",
    .summary = "Make columns of what stands in objects.",
    .version = WEIR_VERSION,
    .threading = WEIR_IN_PARALLEL,
    .flags = WEIR_ROW_BY_ROW,
    .state_size = sizeof(struct flatten),
    .options = options,
    .transform = flatten_transform,
};
