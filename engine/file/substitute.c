#include "substitute.h"

#include <weir/buf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a name that is none, in a message. */
enum { LONGEST_SHOWN = 40 };

/* A scalar while it is being filled in. */
struct filling {
    struct substitution *common;
    const struct weir_node *node;
    struct weir_str text; /* as it is written */
    struct weir_buf out;
    struct weir_splice *splices;
    size_t n_splices;
    bool is_foreign; /* something came from outside */
    bool is_wrong;   /* something was told */
};

/* ${name:fallback}, or ${file:fallback}. */
struct variable {
    size_t at, len; /* in the text, with its braces */
    struct weir_str name;
    struct weir_str fallback; /* .ptr NULL: there is none */
};

void substitution_init(
    struct substitution *substitution, struct weir_arena *arena, struct weir_mistakes *mistakes)
{
    *substitution = (struct substitution){.arena = arena, .mistakes = mistakes};
}

/* --- what is wrong ----------------------------------------------------------------------- */

static size_t count_characters(const char *at, size_t bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < bytes; i++)
        n += ((unsigned char)at[i] & 0xc0) != 0x80;
    return n;
}

/* The place in the file of a byte of the text. */
static struct weir_node place_of(const struct filling *f, size_t at)
{
    struct weir_node place = {0};

    weir_node_place(f->node, count_characters(f->text.ptr, at), &place.line, &place.column);
    return place;
}

static bool refuse(struct filling *f, size_t at, const char *code, const char *format, ...)
    WEIR_PRINTF(4, 5);

static bool refuse(struct filling *f, size_t at, const char *code, const char *format, ...)
{
    struct weir_mistakes *mistakes = f->common->mistakes;
    struct weir_arena *scratch;
    struct weir_node place;
    va_list args;

    f->is_wrong = true;
    if (mistakes->n_errors >= WEIR_MISTAKES_MAX) {
        /* It is counted, but nobody will see it, and finding places takes time in long texts. */
        weir_mistake(mistakes, NULL, 0, code, "%s", "");
        return false;
    }
    place = place_of(f, at);
    scratch = weir_arena_new();
    va_start(args, format);
    weir_mistake(mistakes, &place, 0, code, "%s", weir_vprintf(scratch, format, args));
    va_end(args);
    weir_arena_free(scratch);
    return false;
}

/* --- filling in -------------------------------------------------------------------------- */

/* Both what is written and what comes from outside is bounded, and so is the sum. */
static void put(struct filling *f, struct weir_str s)
{
    if (!weir_buf_add(&f->out, s.ptr, s.len))
        abort();
}

/* Puts s in the place of `len` bytes at `at`. */
static void put_splice(struct filling *f, size_t at, size_t len, struct weir_str s, bool foreign)
{
    f->splices[f->n_splices++] = (struct weir_splice){
        .at = f->out.len, .len = s.len, .written_at = at, .written_len = len, .foreign = foreign};
    f->is_foreign |= foreign;
    put(f, s);
}

/* What comes from outside is text like any other: valid UTF-8, without NUL, and not endless. */
static bool splice_foreign(struct filling *f, const struct variable *v, struct weir_str value,
    const char *what, const char *name)
{
    struct substitution *common = f->common;

    if (memchr(value.ptr, '\0', value.len))
        return refuse(f, v->at, "E-TEXT-NUL", "%s '%s' holds a NUL byte", what, name);
    if (weir_str_utf8_error(value) < value.len)
        return refuse(f, v->at, "E-UTF8", "%s '%s' is not valid UTF-8", what, name);
    if (value.len > SUBSTITUTE_TOTAL_MAX - common->total)
        return refuse(f, v->at, "E-LIMIT",
            "with %s '%s', more than 4 MiB come from outside this file", what, name);
    common->total += value.len;
    put_splice(f, v->at, v->len, value, true);
    return true;
}

/* --- from the environment ---------------------------------------------------------------- */

static bool fill_from_environment(struct filling *f, const struct variable *v)
{
    const char *name = weir_copy(f->common->arena, v->name).ptr;
    const char *value = getenv(name);
    bool is_filled = true;

    if (value && *value)
        is_filled = splice_foreign(f, v, weir_str(value), "environment variable", name);
    else if (v->fallback.ptr)
        put_splice(f, v->at, v->len, v->fallback, false);
    else
        is_filled = refuse(f, v->at, "E-ENV",
            "environment variable '%s' is %s; set it, or give a default: ${%s:...}", name,
            value ? "empty" : "not set", name);
    return is_filled;
}

/* --- from a file ------------------------------------------------------------------------- */

static ssize_t read_some(int fd, char *bytes, size_t size)
{
    size_t n = 0;

    while (n < size) {
        ssize_t more = read(fd, bytes + n, size - n);

        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        n += (size_t)more;
    }
    return (ssize_t)n;
}

/* The editor's newline at the end is no part of a secret. */
static struct weir_str without_newline(struct weir_str s)
{
    if (s.len && s.ptr[s.len - 1] == '\n')
        s.len--;
    if (s.len && s.ptr[s.len - 1] == '\r')
        s.len--;
    return s;
}

static bool fill_from_open_file(
    struct filling *f, const struct variable *v, const char *path, int fd)
{
    char *bytes = weir_malloc(SUBSTITUTE_FILE_MAX + 1);
    ssize_t n = read_some(fd, bytes, SUBSTITUTE_FILE_MAX + 1);
    bool is_filled;

    if (n < 0)
        is_filled = refuse(f, v->at, "E-ENV", "cannot read %s: %s", path, strerror(errno));
    else if (n > SUBSTITUTE_FILE_MAX)
        is_filled = refuse(
            f, v->at, "E-LIMIT", "%s is larger than 64 KiB, the most that ${file:...} takes", path);
    else
        is_filled = splice_foreign(
            f, v, without_newline((struct weir_str){bytes, (size_t)n}), "the file", path);
    explicit_bzero(bytes, SUBSTITUTE_FILE_MAX + 1);
    free(bytes);
    return is_filled;
}

static bool fill_from_file(struct filling *f, const struct variable *v)
{
    const char *path = weir_copy(f->common->arena, v->fallback).ptr;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool is_filled;

    if (fd < 0) {
        is_filled =
            refuse(f, v->at, "E-ENV", "cannot open the file '%s': %s", path, strerror(errno));
    } else {
        is_filled = fill_from_open_file(f, v, path, fd);
        close(fd);
    }
    return is_filled;
}

/* --- what is written --------------------------------------------------------------------- */

static bool is_name(struct weir_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';

        if (!is_letter && (i == 0 || c < '0' || c > '9'))
            return false;
    }
    return s.len > 0;
}

static bool fill_variable(struct filling *f, const struct variable *v)
{
    if (v->fallback.ptr && memmem(v->fallback.ptr, v->fallback.len, "${", 2))
        return refuse(f, v->at, "E-ENV",
            "what stands inside ${...} cannot hold another ${; write $${ for a ${ of the text");
    if (weir_str_is(v->name, "file") && v->fallback.ptr)
        return fill_from_file(f, v);
    if (!is_name(v->name))
        return refuse(f, v->at, "E-ENV",
            "'%.*s' is no name of an environment variable; write $${ for a ${ of the text",
            v->name.len < LONGEST_SHOWN ? (int)v->name.len : LONGEST_SHOWN, v->name.ptr);
    return fill_from_environment(f, v);
}

/* Reads the ${...} at `at`. Returns the bytes it takes; 0 and a mistake if it never ends. */
static size_t take_variable(struct filling *f, size_t at)
{
    const char *inside = f->text.ptr + at + 2;
    const char *end = memchr(inside, '}', f->text.len - at - 2);
    const char *colon;
    struct variable v = {.at = at};

    if (!end) {
        (void)refuse(
            f, at, "E-ENV", "'${' is not closed; write ${NAME}, or $${ for a ${ of the text");
        return 0;
    }
    colon = memchr(inside, ':', (size_t)(end - inside));
    v.len = (size_t)(end + 1 - (f->text.ptr + at));
    v.name = (struct weir_str){inside, (size_t)((colon ? colon : end) - inside)};
    if (colon)
        v.fallback = (struct weir_str){colon + 1, (size_t)(end - colon - 1)};
    (void)fill_variable(f, &v);
    return v.len;
}

static bool opens_with(const struct filling *f, size_t at, const char *what)
{
    size_t n = strlen(what);

    return f->text.len - at >= n && memcmp(f->text.ptr + at, what, n) == 0;
}

static void fill(struct filling *f)
{
    size_t at = 0;

    while (at < f->text.len) {
        const char *dollar = memchr(f->text.ptr + at, '$', f->text.len - at);
        size_t next = dollar ? (size_t)(dollar - f->text.ptr) : f->text.len;
        size_t taken = 1;

        put(f, (struct weir_str){f->text.ptr + at, next - at});
        if (!dollar)
            return;
        if (opens_with(f, next, "$${"))
            put_splice(f, next, taken = 3, weir_str("${"), false);
        else if (opens_with(f, next, "${"))
            taken = take_variable(f, next);
        else
            put(f, weir_str("$"));
        if (!taken)
            return;
        at = next + taken;
    }
}

static size_t count_openings(struct weir_str text)
{
    size_t n = 0;

    for (size_t i = 0; i + 1 < text.len; i++)
        n += text.ptr[i] == '$' && text.ptr[i + 1] == '{';
    return n;
}

static void keep(const struct filling *f, struct weir_node *node)
{
    struct weir_written *written = weir_new(f->common->arena, struct weir_written);

    *written = (struct weir_written){f->text, f->splices, f->n_splices};
    node->written = written;
    node->text = weir_copy(f->common->arena, (struct weir_str){f->out.ptr, f->out.len});
    node->substituted = f->is_foreign;
}

void substitute(struct substitution *substitution, struct weir_node *node)
{
    struct filling f = {.common = substitution, .node = node, .text = node->text};
    size_t openings = count_openings(node->text);

    if (!openings)
        return;
    f.splices = weir_new_array(substitution->arena, openings, struct weir_splice);
    weir_buf_init(&f.out, node->text.len + SUBSTITUTE_TOTAL_MAX, 1);
    fill(&f);
    if (!f.is_wrong)
        keep(&f, node);
    weir_buf_done(&f.out);
}
