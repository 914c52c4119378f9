#include "json_search.h"

#include "json_shape.h"
#include "path.h"

static bool read_array(struct json_search *search, size_t *token)
{
    if (json_byte(&search->rows.doc, *token) == '[')
        return json_rows_read_array(&search->rows, token);
    return json_rows_refuse(&search->rows, token, "an array", search->path->text);
}

static bool read_object(struct json_search *search, size_t *token)
{
    if (json_byte(&search->rows.doc, *token) == '{')
        return json_rows_read(&search->rows, token);
    return json_rows_refuse(&search->rows, token, "an object", search->path->text);
}

/* Rows that are arrays themselves. */
static bool read_arrays(struct json_search *search, size_t *token)
{
    struct json_rows *rows = &search->rows;
    struct json_doc *doc = &rows->doc;
    bool more;

    if (json_byte(doc, *token) != '[')
        return json_shape_wrong(doc, search->path, search->path->n_steps, *token, "an array");
    if (!json_enter(doc, token, &more))
        return false;
    for (size_t i = 0; more; i++) {
        bool is_row = i != search->row_of_names;

        if (!(is_row ? read_array(search, token) : json_walk(doc, token)) ||
            !json_next(doc, token, ']', &more))
            return false;
    }
    return true;
}

static bool read_rows(struct json_search *search, size_t *token)
{
    struct json_rows *rows = &search->rows;
    struct json_doc *doc = &rows->doc;
    bool more;

    if (rows->names)
        return read_arrays(search, token);
    if (json_byte(doc, *token) == '{')
        return json_rows_read(rows, token);
    if (json_byte(doc, *token) != '[' && search->is_lines && search->path->n_steps == 0)
        return read_object(search, token);
    if (json_byte(doc, *token) != '[')
        return json_shape_wrong(
            doc, search->path, search->path->n_steps, *token, "an array or object");
    if (!json_enter(doc, token, &more))
        return false;
    while (more)
        if (!read_object(search, token) || !json_next(doc, token, ']', &more))
            return false;
    return true;
}

static bool search_step(struct json_search *search, size_t step, size_t *token);

/* All members are read, the others only checked. */
static bool search_member(struct json_search *search, size_t step, size_t *token)
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
static bool search_elements(struct json_search *search, size_t step, size_t *token)
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
static bool search_step(struct json_search *search, size_t step, size_t *token)
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

void json_search_init(struct json_search *search, const struct weir_path *records)
{
    static const struct weir_path root = {.text = "$"};

    *search = (struct json_search){.path = records ? records : &root, .row_of_names = SIZE_MAX};
}

bool json_search_rows(struct json_search *search, size_t *token)
{
    return search_step(search, 0, token);
}
