#include "path.h"

#include <string.h>

enum { LARGEST_INDEX = 100000000 };

struct reader {
    struct weir_arena *arena;
    struct weir_str text;
    size_t at;
    struct weir_path *path;
    struct weir_error *error;
};

static bool fail(struct reader *reader, const char *reason)
{
    (void)weir_error_set(reader->error, WEIR_FAULT_USAGE, "E-VALUE",
        "'%.*s' is no path: %s, at character %zu", WEIR_STR_ARG(reader->text), reason,
        reader->at + 1);
    return false;
}

static bool at_end(const struct reader *reader)
{
    return reader->at == reader->text.len;
}

/* The next byte, or NUL at the end. */
static char peek(const struct reader *reader)
{
    return at_end(reader) ? '\0' : reader->text.ptr[reader->at];
}

static bool add_step(struct reader *reader, struct path_step step)
{
    if (reader->path->n_steps == PATH_MAX_STEPS)
        return fail(reader, "it has more than 32 steps");
    reader->path->steps[reader->path->n_steps++] = step;
    return true;
}

/* A name that needs no quotes ends at a sign of the path language or at a blank. */
static bool ends_name(char c)
{
    return (unsigned char)c <= ' ' || strchr(".[]'\"*?()", c) != NULL;
}

static bool read_name(struct reader *reader)
{
    size_t start = reader->at;
    struct weir_str name;

    while (!at_end(reader) && !ends_name(peek(reader)))
        reader->at++;
    if (reader->at == start && peek(reader) == '*')
        return fail(reader, "all elements of an array are written [*]");
    if (reader->at == start)
        return fail(reader, "a name is missing; an unusual one is written ['so']");
    name = (struct weir_str){reader->text.ptr + start, reader->at - start};
    return add_step(reader, (struct path_step){.kind = PATH_KEY, .key = name});
}

/* 'name' or "name"; a backslash takes the next character as it is. */
static bool read_quoted(struct reader *reader)
{
    char quote = peek(reader);
    char *name = weir_alloc(reader->arena, reader->text.len);
    size_t length = 0;

    reader->at++;
    while (peek(reader) != quote) {
        if (peek(reader) == '\\')
            reader->at++;
        if (at_end(reader))
            return fail(reader, "the quote is not closed");
        name[length++] = peek(reader);
        reader->at++;
    }
    reader->at++;
    return add_step(
        reader, (struct path_step){.kind = PATH_KEY, .key = (struct weir_str){name, length}});
}

static bool read_index(struct reader *reader)
{
    bool negative = peek(reader) == '-';
    int32_t index = 0;
    size_t start;

    reader->at += negative;
    start = reader->at;
    while (peek(reader) >= '0' && peek(reader) <= '9') {
        index = index * 10 + (peek(reader) - '0');
        if (index > LARGEST_INDEX)
            return fail(reader, "the index is too large");
        reader->at++;
    }
    if (reader->at == start || (negative && index == 0))
        return fail(reader, "brackets hold an index, a quoted name or *");
    return add_step(
        reader, (struct path_step){.kind = PATH_INDEX, .index = negative ? -index : index});
}

static bool read_brackets(struct reader *reader)
{
    char first = peek(reader);
    bool good;

    if (first == '*') {
        reader->at++;
        good = add_step(reader, (struct path_step){.kind = PATH_EACH});
    } else if (first == '\'' || first == '"') {
        good = read_quoted(reader);
    } else {
        good = read_index(reader);
    }
    if (!good)
        return false;
    if (peek(reader) != ']')
        return fail(reader, "']' is missing");
    reader->at++;
    return true;
}

static bool read_steps(struct reader *reader)
{
    bool first = true;

    if (at_end(reader))
        return fail(reader, "it is empty; $ is the whole document");
    /* A name that merely begins with $ is a name. */
    if (peek(reader) == '$' &&
        (reader->text.len == 1 || strchr(".[", reader->text.ptr[1]) != NULL)) {
        reader->at++;
        first = false;
    }
    while (!at_end(reader)) {
        bool good;

        if (peek(reader) == '[') {
            reader->at++;
            good = read_brackets(reader);
        } else if (first) {
            good = read_name(reader);
        } else if (peek(reader) == '.') {
            reader->at++;
            good = read_name(reader);
        } else {
            good = fail(reader, "'.' or '[' must stand here");
        }
        if (!good)
            return false;
        reader->path->steps[reader->path->n_steps - 1].end = reader->at;
        first = false;
    }
    return true;
}

const struct weir_path *weir_path_parse(struct weir_arena *arena, struct weir_str text,
    size_t *ret_offset, struct weir_error *ret_error)
{
    struct weir_path *path = weir_new(arena, struct weir_path);
    struct reader reader = {.arena = arena, .path = path, .error = ret_error};

    /* Names point into the copy, so the caller's text may go. */
    reader.text = weir_copy(arena, text);
    path->text = reader.text.ptr;
    if (!read_steps(&reader)) {
        *ret_offset = reader.at;
        return NULL;
    }
    return path;
}

const char *weir_path_text(const struct weir_path *path)
{
    return path->text;
}

bool weir_path_split(struct weir_arena *arena, const struct weir_path *path,
    struct weir_str *ret_key, const struct weir_path **ret_rest)
{
    struct weir_path *rest;

    *ret_rest = NULL;
    if (path->n_steps == 0 || path->steps[0].kind != PATH_KEY)
        return false;
    *ret_key = path->steps[0].key;
    if (path->n_steps == 1)
        return true;
    rest = weir_new(arena, struct weir_path);
    rest->text = weir_printf(arena, "$%s", path->text + path->steps[0].end);
    rest->n_steps = path->n_steps - 1;
    memcpy(rest->steps, path->steps + 1, rest->n_steps * sizeof(rest->steps[0]));
    for (size_t i = 0; i < rest->n_steps; i++)
        rest->steps[i].end -= path->steps[0].end - 1;
    *ret_rest = rest;
    return true;
}
