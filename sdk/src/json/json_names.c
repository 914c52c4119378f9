#include "json_names.h"

#include "json_shape.h"
#include "path.h"

enum { FIRST_NAMES = 16 };

struct names {
    struct json_doc *doc;
    struct weir_arena *arena;
    const struct weir_path *path;
    struct weir_str *items;
    size_t n;
    size_t capacity;
};

static bool add(struct names *names, struct weir_str name, size_t offset)
{
    if (names->n == WEIR_JSON_MAX_COLUMNS)
        return json_fail(names->doc, "E-LIMIT-COLUMNS", offset, "more than %d names of columns",
            WEIR_JSON_MAX_COLUMNS);
    if (name.len > WEIR_JSON_MAX_KEY)
        return json_fail(names->doc, "E-LIMIT-KEY", offset,
            "the name of column %zu has more than %d bytes", names->n + 1, WEIR_JSON_MAX_KEY);
    if (names->n == names->capacity) {
        struct weir_str *items = names->items;

        names->capacity = names->n ? 2 * names->n : FIRST_NAMES;
        names->items = weir_new_array(names->arena, names->capacity, struct weir_str);
        for (size_t i = 0; i < names->n; i++)
            names->items[i] = items[i];
    }
    names->items[names->n++] = name;
    return true;
}

static bool add_text(struct names *names, size_t *token)
{
    struct json_doc *doc = names->doc;
    size_t offset = *token < doc->n ? doc->at[*token] : doc->length;
    struct weir_str raw;

    if (json_byte(doc, *token) != '"')
        return json_fail(doc, "E-BODY-SHAPE", offset, "the name of column %zu at '%s' is %s",
            names->n + 1, names->path->text, json_describe(doc, *token));
    if (!json_string(doc, *token, &raw) ||
        (json_has_escape(doc, raw) && !json_unescape(doc, raw, names->arena, &raw)))
        return false;
    *token += 1;
    return add(names, raw, offset);
}

/* A text, or an array of them. */
static bool add_value(struct names *names, size_t *token)
{
    bool more;

    if (json_byte(names->doc, *token) != '[')
        return add_text(names, token);
    if (!json_enter(names->doc, token, &more))
        return false;
    while (more)
        if (!add_text(names, token) || !json_next(names->doc, token, ']', &more))
            return false;
    return true;
}

static bool add_step(struct names *names, size_t step, size_t *token);

static bool add_member(struct names *names, size_t step, size_t *token)
{
    struct json_doc *doc = names->doc;
    struct weir_str key;
    bool wanted;
    bool more;

    if (!json_enter(doc, token, &more))
        return false;
    while (more) {
        if (!json_key(doc, token, &key) ||
            !json_key_is(doc, key, names->path->steps[step].key, &wanted))
            return false;
        if (!(wanted ? add_step(names, step + 1, token) : json_skip(doc, token)) ||
            !json_next(doc, token, '}', &more))
            return false;
    }
    return true;
}

static bool add_elements(struct names *names, size_t step, size_t *token)
{
    struct json_doc *doc = names->doc;
    const struct path_step *wanted = &names->path->steps[step];
    size_t index = (size_t)wanted->index;
    bool more;

    if (wanted->index < 0)
        index = json_count(doc, *token) - (size_t)-wanted->index;
    if (!json_enter(doc, token, &more))
        return false;
    for (size_t i = 0; more; i++) {
        bool takes = wanted->kind == PATH_EACH || i == index;

        if (!(takes ? add_step(names, step + 1, token) : json_skip(doc, token)) ||
            !json_next(doc, token, ']', &more))
            return false;
    }
    return true;
}

/* Follows the path from a value; called again for each step, of which there are few. */
static bool add_step(struct names *names, size_t step, size_t *token)
{
    char c = json_byte(names->doc, *token);

    if (step == names->path->n_steps)
        return add_value(names, token);
    if (names->path->steps[step].kind == PATH_KEY)
        return c == '{' ? add_member(names, step, token) : json_skip(names->doc, token);
    return c == '[' ? add_elements(names, step, token) : json_skip(names->doc, token);
}

/* The path of the schema is that of the rows, and the number of one. */
static size_t row_of_names(const struct weir_path *records, const struct weir_path *schema)
{
    size_t n = schema->n_steps;

    if (n == 0 || n - 1 != records->n_steps || schema->steps[n - 1].kind != PATH_INDEX ||
        schema->steps[n - 1].index < 0)
        return SIZE_MAX;
    for (size_t i = 0; i + 1 < n; i++) {
        const struct path_step *a = &schema->steps[i], *b = &records->steps[i];

        if (a->kind != b->kind || a->index != b->index || !weir_str_equal(a->key, b->key))
            return SIZE_MAX;
    }
    return (size_t)schema->steps[n - 1].index;
}

static bool find_names(struct json_search *search, const struct weir_path *schema)
{
    struct json_doc *doc = &search->rows.doc;
    struct names names = {.doc = doc, .arena = search->rows.batch->arena, .path = schema};
    struct weir_error *error = doc->error;
    size_t token = 0;

    if (!add_step(&names, 0, &token))
        return false;
    json_rewind(doc, error);
    if (names.n == 0)
        return json_fail(doc, "E-BODY-SHAPE", 0, "no names of columns at '%s'", schema->text);
    search->row_of_names = row_of_names(search->path, schema);
    return json_rows_name(&search->rows, names.items, names.n);
}

bool json_search_names(struct json_search *search, const struct weir_json_form *form)
{
    struct weir_str *names;

    if (form->schema)
        return find_names(search, form->schema);
    if (!form->columns.n)
        return true;
    names = weir_new_array(search->rows.batch->arena, form->columns.n, struct weir_str);
    for (size_t i = 0; i < form->columns.n; i++)
        names[i] = weir_str(form->columns.items[i]);
    return json_rows_name(&search->rows, names, form->columns.n);
}
