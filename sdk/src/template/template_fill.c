/*
 * Filling templates: values to texts, texts into their places.
 *
 * The texts are gathered first and copied once, so a fill allocates the result
 * and what numbers need, nothing else.
 */
#include "template_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    FEW_PARTS = 32, /* are filled without allocating a list */
    INT_SIZE = 24,
    SHOWN_SIZE = 96, /* of a name in a message */
};

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static size_t url_length(struct weir_str s)
{
    size_t length = s.len;

    for (size_t i = 0; i < s.len; i++)
        if (!is_unreserved((unsigned char)s.ptr[i]))
            length += 2;
    return length;
}

/* Returns where the written text ends. */
static char *url_write(char *out, struct weir_str s)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (is_unreserved(c)) {
            *out++ = s.ptr[i];
            continue;
        }
        *out++ = '%';
        *out++ = digits[c >> 4];
        *out++ = digits[c & 15];
    }
    return out;
}

struct weir_str weir_url_encode(struct weir_arena *arena, struct weir_str s)
{
    size_t length = url_length(s);
    char *out = weir_alloc(arena, length + 1);

    *url_write(out, s) = '\0';
    return (struct weir_str){out, length};
}

struct template_filler {
    const struct weir_template *t;
    struct weir_arena *arena;
    enum weir_encoding encoding;
    weir_lookup lookup;
    void *arg;
    struct weir_str *texts; /* of each part */
    size_t length;          /* of the result */
    bool has_dots;          /* a value is nothing but dots */
    struct weir_error *error;
};

enum weir_status template_no_value(
    const struct template_part *part, bool is_null, struct weir_error *ret_error)
{
    char name[SHOWN_SIZE];

    weir_str_printable(part->text, name, sizeof(name));
    if (is_null)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-TEMPLATE",
            "the value of '{%s.%s}' is null, and a text cannot be made of that",
            template_root_name(part->root), name);
    return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-TEMPLATE",
        "there is no value for '{%s.%s}'", template_root_name(part->root), name);
}

static struct weir_str value_text(struct weir_arena *arena, const struct weir_value *value)
{
    char *out;
    int n;

    if (value->kind == WEIR_TEXT || value->kind == WEIR_DECIMAL || value->kind == WEIR_JSON)
        return weir_value_str(value);
    if (value->kind != WEIR_INT)
        return weir_value_format(value, arena, false);
    out = weir_alloc(arena, INT_SIZE);
    n = snprintf(out, INT_SIZE, "%" PRId64, value->integer);
    return (struct weir_str){out, (size_t)n};
}

static bool is_dots(struct weir_str s)
{
    return s.len > 0 && s.len <= 2 && s.ptr[0] == '.' && s.ptr[s.len - 1] == '.';
}

static bool is_encoded(const struct template_filler *f, size_t i)
{
    return f->encoding == WEIR_ENCODE_URL && i > 0;
}

static enum weir_status find_text(struct template_filler *f, size_t i)
{
    const struct template_part *part = &f->t->parts[i];
    struct weir_value value = {0};

    if (!(part->root & f->t->roots)) {
        f->texts[i] = f->encoding == WEIR_ENCODE_URL ? part->url : part->text;
        f->length += f->texts[i].len;
        return WEIR_OK;
    }
    if (!f->lookup || !f->lookup(f->arg, part->root, part->text, &value))
        return template_no_value(part, false, f->error);
    if (value.kind == WEIR_NULL)
        return template_no_value(part, true, f->error);
    f->texts[i] = value_text(f->arena, &value);
    f->has_dots = f->has_dots || (is_encoded(f, i) && is_dots(f->texts[i]));
    f->length += is_encoded(f, i) ? url_length(f->texts[i]) : f->texts[i].len;
    return WEIR_OK;
}

static struct weir_str join(const struct template_filler *f)
{
    char *start = weir_alloc(f->arena, f->length + 1);
    char *out = start;

    for (size_t i = 0; i < f->t->n_parts; i++) {
        if ((f->t->parts[i].root & f->t->roots) && is_encoded(f, i)) {
            out = url_write(out, f->texts[i]);
            continue;
        }
        if (f->texts[i].len > 0)
            memcpy(out, f->texts[i].ptr, f->texts[i].len);
        out += f->texts[i].len;
    }
    *out = '\0';
    return (struct weir_str){start, f->length};
}

/* Is one of the path's segments "." or ".."? */
static bool has_dot_segment(struct weir_str url)
{
    size_t end = 0;
    size_t start;

    while (end < url.len && url.ptr[end] != '?' && url.ptr[end] != '#')
        end++;
    for (start = 0; start < end;) {
        const char *slash = memchr(url.ptr + start, '/', end - start);
        size_t n = slash ? (size_t)(slash - url.ptr) - start : end - start;

        if (is_dots((struct weir_str){url.ptr + start, n}))
            return true;
        start += n + 1;
    }
    return false;
}

/* No encoding keeps ".." from climbing out of its part of a path: "%2E%2E" means the same. */
static enum weir_status check_dots(const struct template_filler *f, struct weir_str url)
{
    char source[SHOWN_SIZE];

    if (!f->has_dots || !has_dot_segment(url))
        return WEIR_OK;
    weir_str_printable(f->t->source, source, sizeof(source));
    return weir_error_set(f->error, WEIR_FAULT_DATA, "E-TEMPLATE",
        "a value of '%s' is '.' or '..', which would lead to another path", source);
}

enum weir_status weir_template_fill(const struct weir_template *t, struct weir_arena *arena,
    enum weir_encoding encoding, weir_lookup lookup, void *arg, struct weir_str *ret_text,
    struct weir_error *ret_error)
{
    struct weir_str few[FEW_PARTS];
    struct template_filler f = {
        .t = t,
        .arena = arena,
        .encoding = encoding,
        .lookup = lookup,
        .arg = arg,
        .texts = few,
        .error = ret_error,
    };
    struct weir_str text;

    if (t->n_parts > FEW_PARTS)
        f.texts = weir_new_array(arena, t->n_parts, struct weir_str);
    for (size_t i = 0; i < t->n_parts; i++)
        if (find_text(&f, i) != WEIR_OK)
            return WEIR_FAIL;
    text = join(&f);
    if (check_dots(&f, text) != WEIR_OK)
        return WEIR_FAIL;
    *ret_text = text;
    return WEIR_OK;
}
