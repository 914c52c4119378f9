#include "json_lines.h"

#include "json_shape.h"

/* That the document from one token to the other has a line of its own. */
static bool check_line(struct json_doc *doc, size_t first, size_t token)
{
    struct weir_str last = json_token(doc, token - 1);
    const char *start = doc->text + doc->at[first];
    const char *end = last.ptr + last.len;
    const char *newline = memchr(start, '\n', (size_t)(end - start));

    if (newline)
        return json_fail(doc, "E-JSON", (size_t)(newline - doc->text),
            "the line ends in the middle of a document");
    return token == doc->n || memchr(end, '\n', (size_t)(doc->text + doc->at[token] - end)) ||
           json_unexpected(doc, token, "the end of the line");
}

/* What is no JSON is called so, whatever else was missing in it. */
static void check_syntax(struct json_doc *doc, struct weir_error *error)
{
    struct weir_error syntax = {0};
    bool good = true;
    size_t token = 0;

    json_rewind(doc, &syntax);
    while (good && token < doc->n) {
        size_t start = token;

        good = json_walk(doc, &token) && check_line(doc, start, token);
    }
    if (!good)
        *error = syntax;
}

static size_t line_of(const struct json_doc *doc, size_t offset)
{
    size_t line = 1;

    for (size_t i = 0; i < offset; i++)
        line += doc->text[i] == '\n';
    return line;
}

/* Says at which line, for what is wrong about a document as a whole has no other place. */
static void tell_line(const struct json_doc *doc, size_t line_start, struct weir_error *error)
{
    struct weir_error shape = *error;

    *error = (struct weir_error){0};
    (void)weir_error_set(error, shape.fault, shape.code, "line %zu: %s",
        line_of(doc, doc->at[line_start]), shape.text);
}

bool json_lines_read(struct json_search *search, struct weir_error *error)
{
    struct json_doc *doc = &search->rows.doc;
    size_t token = 0;

    while (token < doc->n) {
        size_t start = token;

        if (json_search_rows(search, &token) && check_line(doc, start, token))
            continue;
        if (json_shape_is_wrong(error)) {
            tell_line(doc, start, error);
            check_syntax(doc, error);
        }
        return false;
    }
    return true;
}
