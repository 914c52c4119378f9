/* Rows at a path of a document. */
#include <weir/json.h>

#include <stdlib.h>

#include "json_reader.h"
#include "json_rows.h"
#include "json_shape.h"
#include "path.h"

struct search {
    struct json_rows rows;
    const struct weir_path *path;
};

struct weir_json_reader *weir_json_reader_new(void)
{
    return weir_calloc(1, sizeof(struct weir_json_reader));
}

void weir_json_reader_free(struct weir_json_reader *reader)
{
    if (!reader)
        return;
    json_tokens_done(&reader->tokens);
    json_columns_done(&reader->columns);
    free(reader);
}

static bool read_rows(struct search *search, size_t *token)
{
    struct json_rows *rows = &search->rows;
    struct json_doc *doc = &rows->doc;
    bool more;

    if (json_byte(doc, *token) == '{')
        return json_rows_read(rows, token);
    if (json_byte(doc, *token) != '[')
        return json_shape_wrong(
            doc, search->path, search->path->n_steps, *token, "an array or object");
    if (!json_enter(doc, token, &more))
        return false;
    while (more) {
        if (json_byte(doc, *token) != '{')
            return json_shape_no_row(doc, search->path, rows->n_read + 1, *token);
        if (!json_rows_read(rows, token) || !json_next(doc, token, ']', &more))
            return false;
    }
    return true;
}

static bool search_step(struct search *search, size_t step, size_t *token);

/* All members are read, the others only checked. */
static bool search_member(struct search *search, size_t step, size_t *token)
{
    struct json_doc *doc = &search->rows.doc;
    struct weir_str name = search->path->steps[step].key;
    size_t object = *token;
    bool found = false;
    bool more;

    if (!json_enter(doc, token, &more))
        return false;
    while (more) {
        struct weir_str key;
        bool wanted;

        if (!json_key(doc, token, &key) || !json_key_is(doc, key, name, &wanted))
            return false;
        if (wanted && found)
            return json_fail(doc, "E-JSON-DUPLICATE", (size_t)(key.ptr - doc->text) - 1,
                "the key of '%s' stands twice", search->path->text);
        found = found || wanted;
        if (!(wanted ? search_step(search, step + 1, token) : json_walk(doc, token)))
            return false;
        if (!json_next(doc, token, '}', &more))
            return false;
    }
    return found || json_shape_no_key(doc, search->path, step, object);
}

/* One element, or each of them. */
static bool search_elements(struct search *search, size_t step, size_t *token)
{
    struct json_doc *doc = &search->rows.doc;
    const struct path_step *wanted = &search->path->steps[step];
    bool each = wanted->kind == PATH_EACH;
    bool found = each;
    size_t index = (size_t)wanted->index;
    bool more;

    /* From the end: beyond the front it becomes greater than any index. */
    if (!each && wanted->index < 0)
        index = json_count(doc, *token) - (size_t)-wanted->index;
    if (!json_enter(doc, token, &more))
        return false;
    for (size_t i = 0; more; i++) {
        bool good;

        if (each || i == index) {
            found = true;
            good = search_step(search, step + 1, token);
        } else {
            good = json_walk(doc, token);
        }
        if (!good || !json_next(doc, token, ']', &more))
            return false;
    }
    return found || json_shape_no_element(doc, search->path, step);
}

/* Follows the path from a value; called again for each step, of which there are few. */
static bool search_step(struct search *search, size_t step, size_t *token)
{
    struct json_doc *doc = &search->rows.doc;

    if (step == search->path->n_steps)
        return read_rows(search, token);
    if (search->path->steps[step].kind == PATH_KEY) {
        if (json_byte(doc, *token) != '{')
            return json_shape_wrong(doc, search->path, step, *token, "an object");
        return search_member(search, step, token);
    }
    if (json_byte(doc, *token) != '[')
        return json_shape_wrong(doc, search->path, step, *token, "an array");
    return search_elements(search, step, token);
}

/* What is no JSON is called so, whatever else was missing in it. */
static void check_syntax(struct json_doc *doc, struct weir_error *error)
{
    struct weir_error syntax = {0};
    size_t token = 0;

    json_rewind(doc, &syntax);
    if (!json_walk(doc, &token) || !json_close(doc, token))
        *error = syntax;
}

enum weir_status weir_json_rows(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *records, struct weir_batch *batch, struct weir_error *ret_error)
{
    static const struct weir_path root = {.text = "$"};
    struct search search = {.path = records ? records : &root};
    struct json_doc *doc = &search.rows.doc;
    struct weir_error error = {0};
    size_t token = 0;
    bool good;

    good = json_open(doc, &reader->tokens, body, &error);
    if (good) {
        json_rows_init(&search.rows, reader, batch);
        good = search_step(&search, 0, &token) && json_close(doc, token);
        if (!good && strcmp(error.code, "E-BODY-SHAPE") == 0)
            check_syntax(doc, &error);
    }
    json_tokens_shrink(&reader->tokens);
    if (good)
        return WEIR_OK;
    return weir_error_set(ret_error, error.fault, error.code, "%s", error.text);
}
