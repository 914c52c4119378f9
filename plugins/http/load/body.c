#include "body.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <weir/json.h>
#include <weir/stage.h>

enum {
    SCRATCH_MAX = 256 * 1024, /* texts of values are made in an arena that is emptied then */
    BODY_MAX = 1024 * 1024 * 1024,
};

struct http_columns {
    size_t n;
    const struct weir_column **columns;
    struct weir_str *keys; /* each as it stands in a row, with its colon */
};

struct writer {
    const struct http_body_form *form;
    const struct weir_batch *batch;
    const struct http_columns *columns;
    struct weir_buf *out;
    struct weir_str opening; /* what a row begins with */
    struct weir_arena *scratch;
    size_t n_bytes; /* of rows, without nulls */
    bool ok;
};

/* --- columns -------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
    struct weir_str x = (*(const struct weir_column *const *)a)->name;
    struct weir_str y = (*(const struct weir_column *const *)b)->name;
    size_t n = x.len < y.len ? x.len : y.len;
    int order = n ? memcmp(x.ptr, y.ptr, n) : 0;

    return order ? order : (x.len > y.len) - (x.len < y.len);
}

static struct weir_str key_text(struct weir_arena *arena, struct weir_str name)
{
    struct weir_str quoted = weir_json_quote(arena, name);

    return weir_str(weir_printf(arena, "%.*s:", WEIR_STR_ARG(quoted)));
}

const struct http_columns *http_columns_new(const struct weir_batch *batch)
{
    struct http_columns *columns = weir_new(batch->arena, struct http_columns);

    columns->n = batch->n_columns;
    columns->columns = weir_new_array(batch->arena, columns->n, const struct weir_column *);
    columns->keys = weir_new_array(batch->arena, columns->n, struct weir_str);
    for (size_t i = 0; i < columns->n; i++)
        columns->columns[i] = &batch->columns[i];
    if (columns->n)
        qsort(columns->columns, columns->n, sizeof(struct weir_column *), by_name);
    for (size_t i = 0; i < columns->n; i++)
        columns->keys[i] = key_text(batch->arena, columns->columns[i]->name);
    return columns;
}

/* --- rows ----------------------------------------------------------------------------------- */

static void add(struct writer *w, const char *bytes, size_t n)
{
    w->ok = w->ok && weir_buf_add(w->out, bytes, n);
}

static void add_str(struct writer *w, struct weir_str s)
{
    add(w, s.ptr, s.len);
}

/* Nested data is kept as it came, but a line may not end inside it; in JSON a raw break is blank. */
static void add_nested(struct writer *w, struct weir_str json)
{
    size_t begin = w->out->len;

    add_str(w, json);
    for (size_t i = begin; w->ok && i < w->out->len; i++)
        if (w->out->ptr[i] == '\n' || w->out->ptr[i] == '\r')
            w->out->ptr[i] = ' ';
}

static void add_value(struct writer *w, const struct weir_value *value)
{
    if (value->kind == WEIR_JSON)
        add_nested(w, weir_value_str(value));
    else
        add_str(w, weir_value_format(value, w->scratch, true));
}

/* What the source did not give is never written. True: nulls that it gave were left out. */
static bool add_row(struct writer *w, size_t row, bool nulls)
{
    const char *separator = w->form->table_key ? "," : "";
    bool lacks_nulls = false;

    add_str(w, w->opening);
    for (size_t i = 0; i < w->columns->n; i++) {
        const struct weir_value *value = &w->columns->columns[i]->values[row];

        if (weir_is_absent(value))
            continue;
        if (value->kind == WEIR_NULL && !nulls) {
            lacks_nulls = true;
            continue;
        }
        add(w, separator, strlen(separator));
        add_str(w, w->columns->keys[i]);
        add_value(w, value);
        separator = ",";
    }
    add(w, "}", 1);
    return lacks_nulls;
}

static struct weir_str opening_text(const struct writer *w)
{
    struct weir_str key, table;

    if (!w->form->table_key)
        return weir_str("{");
    key = key_text(w->scratch, weir_str(w->form->table_key));
    table = weir_json_quote(w->scratch, weir_str(w->batch->resource->table));
    return weir_str(weir_printf(w->scratch, "{%.*s%.*s", WEIR_STR_ARG(key), WEIR_STR_ARG(table)));
}

static void empty_scratch(struct writer *w)
{
    if (weir_arena_size(w->scratch) < SCRATCH_MAX)
        return;
    weir_arena_free(w->scratch);
    w->scratch = weir_arena_new();
    w->opening = opening_text(w);
}

/* --- the body ------------------------------------------------------------------------------- */

static void shorten(struct weir_buf *out, size_t len)
{
    out->len = len;
    if (out->ptr)
        out->ptr[len] = '\0';
}

/* Adds the row, or takes it back and says false where it is too much. What counts, and what the
 * digest is of, is the row without nulls. */
static bool take_row(struct writer *w, EVP_MD_CTX *digest, size_t row, bool is_first)
{
    size_t before = w->out->len;
    size_t begin, n;
    bool lacks_nulls;

    if (!is_first && w->form->format == HTTP_BODY_JSON)
        add(w, ",", 1);
    begin = w->out->len;
    lacks_nulls = add_row(w, row, false);
    n = w->out->len - begin;
    if (!is_first && (w->n_bytes > w->form->max_bytes || n > w->form->max_bytes - w->n_bytes)) {
        shorten(w->out, before);
        return false;
    }
    w->n_bytes += n;
    w->ok = w->ok && EVP_DigestUpdate(digest, w->out->ptr + begin, n) == 1 &&
            EVP_DigestUpdate(digest, "\n", 1) == 1;
    if (w->ok && lacks_nulls && w->form->nulls) {
        shorten(w->out, begin);
        (void)add_row(w, row, true);
    }
    if (w->form->format == HTTP_BODY_NDJSON)
        add(w, "\n", 1);
    empty_scratch(w);
    return w->ok;
}

static void open_body(struct writer *w)
{
    struct weir_str key;

    if (w->form->format != HTTP_BODY_JSON)
        return;
    if (w->form->key) {
        key = key_text(w->scratch, weir_str(w->form->key));
        add(w, "{", 1);
        add_str(w, key);
    }
    add(w, "[", 1);
}

static void close_body(struct writer *w)
{
    if (w->form->format != HTTP_BODY_JSON)
        return;
    add(w, "]", 1);
    if (w->form->key)
        add(w, "}", 1);
}

bool http_body_write(struct http_body *body, const struct http_body_form *form,
    const struct weir_batch *batch, const struct http_columns *columns, size_t first, size_t end)
{
    struct writer w = {form, batch, columns, &body->text, {NULL, 0}, weir_arena_new(), 0, true};
    size_t max_rows = form->format == HTTP_BODY_ROWS ? 1 : form->max_rows;
    EVP_MD_CTX *digest = EVP_MD_CTX_new();

    weir_buf_init(&body->text, BODY_MAX, 1);
    body->n_rows = 0;
    w.opening = opening_text(&w);
    w.ok = digest && EVP_DigestInit_ex(digest, EVP_sha256(), NULL) == 1;
    open_body(&w);
    while (w.ok && first + body->n_rows < end && body->n_rows < max_rows &&
           take_row(&w, digest, first + body->n_rows, body->n_rows == 0))
        body->n_rows++;
    close_body(&w);
    w.ok = w.ok && EVP_DigestFinal_ex(digest, body->digest, NULL) == 1;
    EVP_MD_CTX_free(digest);
    weir_arena_free(w.scratch);
    return w.ok;
}

void http_body_done(struct http_body *body)
{
    weir_buf_done(&body->text);
}

const char *http_body_content_type(int format)
{
    return format == HTTP_BODY_NDJSON ? "application/x-ndjson" : "application/json";
}
