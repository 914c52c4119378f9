/* Single values of a document that was checked before. */
#include "json_doc.h"
#include "json_reader.h"
#include "path.h"

static bool pick_member(
    struct json_doc *doc, size_t *token, struct weir_str wanted, bool *ret_found)
{
    struct weir_str key;
    bool more;

    if (!json_enter(doc, token, &more))
        return false;
    while (more) {
        if (!json_key(doc, token, &key) || !json_key_is(doc, key, wanted, ret_found))
            return false;
        if (*ret_found)
            return true;
        if (!json_skip(doc, token) || !json_next(doc, token, '}', &more))
            return false;
    }
    return true;
}

static bool pick_element(struct json_doc *doc, size_t *token, int32_t wanted, bool *ret_found)
{
    size_t n = json_count(doc, *token);
    size_t index = wanted < 0 ? n - (size_t)-wanted : (size_t)wanted;
    bool more;

    if (index >= n)
        return true;
    if (!json_enter(doc, token, &more))
        return false;
    for (size_t i = 0; i < index && more; i++) {
        if (!json_skip(doc, token) || !json_next(doc, token, ']', &more))
            return false;
    }
    *ret_found = more;
    return true;
}

/* Moves to the value; not found where a step leads nowhere. */
static bool follow(
    struct json_doc *doc, size_t *token, const struct weir_path *path, bool *ret_found)
{
    *ret_found = true;
    for (size_t i = 0; i < path->n_steps && *ret_found; i++) {
        const struct path_step *step = &path->steps[i];
        char c = json_byte(doc, *token);
        bool good = true;

        *ret_found = false;
        if (step->kind == PATH_KEY && c == '{')
            good = pick_member(doc, token, step->key, ret_found);
        else if (step->kind == PATH_INDEX && c == '[')
            good = pick_element(doc, token, step->index, ret_found);
        if (!good)
            return false;
    }
    return true;
}

/* The value in the arena's own memory, as the body may go before it. */
static bool read_value(
    struct json_doc *doc, size_t *token, struct weir_arena *arena, struct weir_value *ret_value)
{
    char c = json_byte(doc, *token);
    bool good = c == '{' || c == '[' ? json_slice(doc, token, ret_value)
                                     : json_scalar(doc, token, arena, ret_value);

    if (good && (ret_value->kind == WEIR_TEXT || ret_value->kind == WEIR_DECIMAL ||
                    ret_value->kind == WEIR_JSON))
        ret_value->text = weir_copy(arena, weir_value_str(ret_value)).ptr;
    return good;
}

static bool is_single(const struct weir_path *path)
{
    for (size_t i = 0; i < path->n_steps; i++) {
        if (path->steps[i].kind == PATH_EACH)
            return false;
    }
    return true;
}

static enum weir_status check_single(const struct weir_path *path, struct weir_error *ret_error)
{
    if (is_single(path))
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE",
        "'%s' names many values where one is needed; use an index instead of [*]", path->text);
}

enum weir_status weir_json_find_all(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *const *paths, size_t n, struct weir_arena *arena,
    struct weir_value *values, bool *found, struct weir_error *ret_error)
{
    struct json_doc doc;
    bool good;

    for (size_t i = 0; i < n; i++) {
        values[i] = weir_null();
        found[i] = false;
        if (check_single(paths[i], ret_error) != WEIR_OK)
            return WEIR_FAIL;
    }
    good = json_open(&doc, &reader->tokens, body, ret_error);
    for (size_t i = 0; i < n && good; i++) {
        size_t token = 0;

        good = follow(&doc, &token, paths[i], &found[i]) &&
               (!found[i] || read_value(&doc, &token, arena, &values[i]));
    }
    json_tokens_shrink(&reader->tokens);
    return good ? WEIR_OK : WEIR_FAIL;
}

enum weir_status weir_json_find(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    bool *ret_found, struct weir_error *ret_error)
{
    return weir_json_find_all(reader, body, &path, 1, arena, ret_value, ret_found, ret_error);
}

enum weir_status weir_json_pick(struct weir_json_reader *reader, struct weir_str body,
    const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
    struct weir_error *ret_error)
{
    bool found;

    return weir_json_find(reader, body, path, arena, ret_value, &found, ret_error);
}
