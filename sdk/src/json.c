/* Rows at a path of a document. */
#include <weir/json.h>

#include <stdlib.h>

#include <weir/buf.h>

#include "json_reader.h"
#include "json_rows.h"
#include "path.h"

enum { LIST_SIZE = 320 };

struct search {
    struct json_rows rows;
    struct weir_path root; /* the path when none was given */
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

/* "page, total, items", cut where it gets long; the object was checked before. */
static void list_keys(struct json_doc *doc, size_t token, char list[LIST_SIZE])
{
    struct weir_buf buf;
    struct weir_str key;
    bool more = json_byte(doc, token + 1) == '"';

    weir_buf_init(&buf, 2 * LIST_SIZE, 1);
    token++;
    while (more && json_key(doc, &token, &key) && json_skip(doc, &token)) {
        if (!weir_buf_printf(&buf, "%s%.*s", buf.len ? ", " : "", WEIR_STR_ARG(key)))
            break;
        more = json_byte(doc, token++) == ',';
    }
    (void)weir_str_printable((struct weir_str){buf.ptr, buf.len}, list, LIST_SIZE);
    weir_buf_done(&buf);
}

/* "the answer", or "'data.items'": what the first n steps lead to. */
static const char *name_place(const struct search *search, size_t n, char name[LIST_SIZE])
{
    struct weir_str text = {search->path->text, n ? search->path->steps[n - 1].end : 0};

    if (n == 0)
        return "the answer";
    name[0] = '\'';
    n = weir_str_printable(text, name + 1, LIST_SIZE - 2);
    name[n + 1] = '\'';
    name[n + 2] = '\0';
    return name;
}

static bool fail_shape(struct search *search, size_t step, const char *reason)
{
    char place[LIST_SIZE];

    (void)weir_error_set(search->rows.doc.error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
        "no array at '%s'; %s %s", search->path->text, name_place(search, step, place), reason);
    return false;
}

static bool fail_kind(struct search *search, size_t step, size_t token, const char *wanted)
{
    struct weir_error reason = {0};

    (void)weir_error_set(&reason, WEIR_FAULT_DATA, "E-BODY-SHAPE", "is %s, not %s",
        json_describe(&search->rows.doc, token), wanted);
    return fail_shape(search, step, reason.text);
}

static bool read_rows(struct search *search, size_t *token)
{
    struct json_rows *rows = &search->rows;
    struct json_doc *doc = &rows->doc;
    bool more;

    if (json_byte(doc, *token) == '{')
        return json_rows_read(rows, token);
    if (json_byte(doc, *token) != '[')
        return fail_kind(search, search->path->n_steps, *token, "an array or object");
    if (!json_enter(doc, token, &more))
        return false;
    while (more) {
        if (json_byte(doc, *token) != '{') {
            (void)weir_error_set(doc->error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
                "row %zu of '%s' is %s, not an object", rows->n_read + 1, search->path->text,
                json_describe(doc, *token));
            return false;
        }
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
    if (!found) {
        struct weir_error reason = {0};
        char list[LIST_SIZE];

        list_keys(doc, object, list);
        (void)weir_error_set(&reason, WEIR_FAULT_DATA, "E-BODY-SHAPE", "%s%s",
            list[0] ? "has the keys: " : "is an empty object", list);
        return fail_shape(search, step, reason.text);
    }
    return true;
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
    return found || fail_shape(search, step, "is an array with fewer elements");
}

/* Follows the path from a value; called again for each step, of which there are few. */
static bool search_step(struct search *search, size_t step, size_t *token)
{
    const struct json_doc *doc = &search->rows.doc;

    if (step == search->path->n_steps)
        return read_rows(search, token);
    if (search->path->steps[step].kind == PATH_KEY) {
        if (json_byte(doc, *token) != '{')
            return fail_kind(search, step, *token, "an object");
        return search_member(search, step, token);
    }
    if (json_byte(doc, *token) != '[')
        return fail_kind(search, step, *token, "an array");
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
    struct search search = {.path = records ? records : &search.root, .root = {.text = "$"}};
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
