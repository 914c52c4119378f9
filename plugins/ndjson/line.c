#include "line.h"

#include <weir/json.h>

/* Texts of values are made in an arena of their own, which is emptied when it has grown so far. */
enum { SCRATCH_MAX = 262144 };

struct writer {
    struct output *out;
    const struct line_form *form;
    const struct weir_batch *batch;
    struct weir_str opening; /* what a line begins with: a brace, then the table if it is wanted */
    struct weir_str *keys;   /* each as it stands in the line, with its colon */
    struct weir_arena *scratch;
};

static void add(struct output *out, struct weir_str s)
{
    output_add(out, s.ptr, s.len);
}

static struct weir_str key_text(struct weir_arena *arena, struct weir_str name)
{
    struct weir_str quoted = weir_json_quote(arena, name);

    return weir_str(weir_printf(arena, "%.*s:", WEIR_STR_ARG(quoted)));
}

static struct weir_str opening_text(const struct writer *w)
{
    struct weir_arena *arena = w->batch->arena;
    struct weir_str key;
    struct weir_str table;

    if (!w->form->table_key)
        return weir_str("{");
    key = key_text(arena, weir_str(w->form->table_key));
    table = weir_json_quote(arena, weir_str(w->batch->resource->table));
    return weir_str(weir_printf(arena, "{%.*s%.*s", WEIR_STR_ARG(key), WEIR_STR_ARG(table)));
}

/* Nested data is kept as it came, but a line may not end inside it; in JSON a raw break is blank. */
static void add_nested(struct output *out, struct weir_str json)
{
    size_t begin = 0;

    for (size_t i = 0; i < json.len; i++) {
        if (json.ptr[i] != '\n' && json.ptr[i] != '\r')
            continue;
        output_add(out, json.ptr + begin, i - begin);
        output_add(out, " ", 1);
        begin = i + 1;
    }
    output_add(out, json.ptr + begin, json.len - begin);
}

static void add_value(struct writer *w, const struct weir_value *value)
{
    if (value->kind == WEIR_JSON)
        add_nested(w->out, weir_value_str(value));
    else
        add(w->out, weir_value_format(value, w->scratch, true));
}

static void add_row(struct writer *w, size_t row)
{
    const char *separator = w->form->table_key ? "," : "";

    add(w->out, w->opening);
    for (size_t i = 0; i < w->batch->n_columns; i++) {
        const struct weir_value *value = &w->batch->columns[i].values[row];

        if (value->kind == WEIR_NULL && !w->form->nulls)
            continue;
        add(w->out, weir_str(separator));
        add(w->out, w->keys[i]);
        add_value(w, value);
        separator = ",";
    }
    output_add(w->out, "}\n", 2);
}

static void empty_scratch(struct writer *w)
{
    if (weir_arena_size(w->scratch) < SCRATCH_MAX)
        return;
    weir_arena_free(w->scratch);
    w->scratch = weir_arena_new();
}

void lines_write(struct output *out, const struct line_form *form, const struct weir_batch *batch)
{
    struct writer w = {.out = out, .form = form, .batch = batch, .scratch = weir_arena_new()};

    w.opening = opening_text(&w);
    w.keys = weir_new_array(batch->arena, batch->n_columns, struct weir_str);
    for (size_t i = 0; i < batch->n_columns; i++)
        w.keys[i] = key_text(batch->arena, batch->columns[i].name);
    for (size_t row = 0; row < batch->n_rows && out->status == WEIR_OK; row++) {
        add_row(&w, row);
        empty_scratch(&w);
    }
    weir_arena_free(w.scratch);
    output_flush(out);
}
