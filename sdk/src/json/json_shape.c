#include "json_shape.h"

#include <weir/buf.h>

enum { LIST_SIZE = 320 };

/* "the answer", or "'data.items'": what the first n steps lead to. */
static const char *name_place(const struct weir_path *path, size_t n, char name[LIST_SIZE])
{
    struct weir_str text = {path->text, n ? path->steps[n - 1].end : 0};
    size_t length;

    if (n == 0)
        return "the answer";
    name[0] = '\'';
    length = weir_str_printable(text, name + 1, LIST_SIZE - 2);
    name[length + 1] = '\'';
    name[length + 2] = '\0';
    return name;
}

/* "page, total, items", cut where it gets long. */
static void list_keys(struct json_doc *doc, size_t token, char list[LIST_SIZE])
{
    bool more = json_byte(doc, token + 1) == '"';
    struct weir_buf buf;
    struct weir_str key = {NULL, 0};

    weir_buf_init(&buf, 2 * LIST_SIZE, 1);
    token++;
    while (more && json_key(doc, &token, &key) && json_skip(doc, &token)) {
        if (key.len > LIST_SIZE)
            key.len = LIST_SIZE;
        if (!weir_buf_printf(&buf, "%s%.*s", buf.len ? ", " : "", WEIR_STR_ARG(key)))
            break;
        more = json_byte(doc, token++) == ',';
    }
    (void)weir_str_printable((struct weir_str){buf.ptr, buf.len}, list, LIST_SIZE);
    weir_buf_done(&buf);
}

bool json_shape_wrong(
    struct json_doc *doc, const struct weir_path *path, size_t n, size_t token, const char *wanted)
{
    char place[LIST_SIZE];

    (void)weir_error_set(doc->error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
        "no array at '%s'; %s is %s, not %s", path->text, name_place(path, n, place),
        json_describe(doc, token), wanted);
    return false;
}

bool json_shape_no_key(struct json_doc *doc, const struct weir_path *path, size_t n, size_t token)
{
    char place[LIST_SIZE];
    char list[LIST_SIZE];

    list_keys(doc, token, list);
    (void)weir_error_set(doc->error, WEIR_FAULT_DATA, "E-BODY-SHAPE", "no array at '%s'; %s %s%s",
        path->text, name_place(path, n, place), list[0] ? "has the keys: " : "is an empty object",
        list);
    return false;
}

bool json_shape_no_element(struct json_doc *doc, const struct weir_path *path, size_t n)
{
    char place[LIST_SIZE];

    (void)weir_error_set(doc->error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
        "no array at '%s'; %s is an array with fewer elements", path->text,
        name_place(path, n, place));
    return false;
}

bool json_shape_is_wrong(const struct weir_error *error)
{
    return strcmp(error->code, "E-BODY-SHAPE") == 0 || strcmp(error->code, "E-ROW-SHAPE") == 0;
}
