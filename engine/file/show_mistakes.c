#include "show_mistakes.h"

#include "report/log.h"
#include "show_line.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { PATH_SIZE = 1024, TEXT_SIZE = 4096 };

/* What is common to all mistakes of a file. */
struct showing {
    const struct weir_mistakes *mistakes;
    const struct yaml_source *source;
    char path[PATH_SIZE];
    bool color;
    FILE *out;
};

static struct showing start(
    struct weir_mistakes *mistakes, const struct yaml_source *source, bool color, FILE *out)
{
    struct showing s = {.mistakes = mistakes, .source = source, .color = color, .out = out};

    weir_mistakes_sort(mistakes);
    (void)weir_str_printable(
        weir_str(source->path ? source->path : "pipeline"), s.path, sizeof(s.path));
    return s;
}

static size_t count_errors(const struct weir_mistakes *mistakes)
{
    size_t n = 0;

    for (size_t i = 0; i < mistakes->n; i++)
        n += !mistakes->items[i].warning;
    return n;
}

static void write_summary(const struct showing *s, char *out, size_t size)
{
    size_t shown = count_errors(s->mistakes), all = s->mistakes->n_errors;

    if (shown < all)
        snprintf(out, size, "%zu of %zu mistakes shown; nothing was contacted", shown, all);
    else
        snprintf(out, size, "%zu mistake%s in %s; nothing was contacted", all, all == 1 ? "" : "s",
            s->path);
}

/* --- the line of the file ---------------------------------------------------------------- */

/* Bytes of a line before a column, which counts characters from 1. */
static size_t bytes_before(struct weir_str line, uint32_t column)
{
    size_t at = 0;

    for (uint32_t i = 1; i < column && at < line.len; i++) {
        at++;
        while (at < line.len && ((unsigned char)line.ptr[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

static char *redacted(struct weir_str s)
{
    char *copy = weir_malloc(s.len + 1);

    if (s.len)
        memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    log_redact(copy);
    return copy;
}

static size_t common_length(const char *a, const char *b)
{
    size_t n = 0;

    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* The bytes before a secret that stands in the line itself, if it was warned of; else SIZE_MAX. */
static size_t find_warned(const struct showing *s, uint32_t line_number, struct weir_str line)
{
    for (size_t i = 0; i < s->mistakes->n; i++) {
        const struct weir_mistake *mistake = &s->mistakes->items[i];

        if (mistake->line == line_number && strcmp(mistake->code, "W-SECRET") == 0)
            return bytes_before(line, mistake->column);
    }
    return SIZE_MAX;
}

/*
 * The line without secrets, from malloc; *caret moves along. A secret that is
 * written with escapes is not found as such: then all behind its start goes.
 */
static char *without_secrets(
    const struct showing *s, uint32_t line_number, struct weir_str line, size_t *caret)
{
    char *shown = redacted(line);
    char *before = redacted((struct weir_str){line.ptr, *caret});
    size_t warned = find_warned(s, line_number, line);

    if (strlen(shown) != line.len || memcmp(shown, line.ptr, line.len) != 0) {
        *caret = common_length(shown, before);
    } else if (warned != SIZE_MAX) {
        shown = weir_realloc(shown, warned + sizeof("***"));
        memcpy(shown + warned, "***", sizeof("***"));
        *caret = *caret < warned ? *caret : warned;
    }
    free(before);
    return shown;
}

static void show_place(const struct showing *s, const struct weir_mistake *mistake)
{
    struct weir_str line = yaml_source_line(s->source, mistake->line);
    const char *mark = !s->color ? "" : mistake->warning ? "\033[1;33m" : "\033[1;31m";
    size_t caret = bytes_before(line, mistake->column);
    char *shown;

    if (!line.len)
        return;
    if (memchr(line.ptr, '\0', line.len)) {
        show_line(line, caret, mark, s->color ? "\033[0m" : "", s->out);
        return;
    }
    shown = without_secrets(s, mistake->line, line, &caret);
    show_line(weir_str(shown), caret, mark, s->color ? "\033[0m" : "", s->out);
    free(shown);
}

/* --- for people -------------------------------------------------------------------------- */

static void show_one(const struct showing *s, const struct weir_mistake *mistake)
{
    const char *mark = !s->color ? "" : mistake->warning ? "\033[1;33m" : "\033[1;31m";
    char text[TEXT_SIZE];

    log_harmless(mistake->text, text, sizeof(text));
    fputs(s->path, s->out);
    if (mistake->line)
        fprintf(s->out, ":%u:%u", mistake->line, mistake->column);
    fprintf(s->out, ": %s%s[%s]%s: %s\n", mark, mistake->warning ? "warning" : "error",
        mistake->code, s->color ? "\033[0m" : "", text);
    if (mistake->line && s->source->text.ptr)
        show_place(s, mistake);
}

void show_mistakes(
    struct weir_mistakes *mistakes, const struct yaml_source *source, bool color, FILE *out)
{
    struct showing s = start(mistakes, source, color, out);
    char summary[PATH_SIZE + 128];

    for (size_t i = 0; i < mistakes->n; i++)
        show_one(&s, &mistakes->items[i]);
    if (!mistakes->n_errors)
        return;
    write_summary(&s, summary, sizeof(summary));
    fprintf(out, "%s\n", summary);
}

/* --- for programs ------------------------------------------------------------------------ */

static void set_time(json_t *object)
{
    char time[LOG_TIME_SIZE];

    log_time(time);
    json_object_set_new(object, "time", json_string(time));
}

static void print_object(const struct showing *s, json_t *object)
{
    json_dumpf(object, s->out, JSON_COMPACT);
    fputc('\n', s->out);
    json_decref(object);
}

static void show_object(const struct showing *s, const struct weir_mistake *mistake)
{
    json_t *object = json_object();
    char text[TEXT_SIZE];

    log_harmless(mistake->text, text, sizeof(text));
    set_time(object);
    json_object_set_new(object, "level", json_string(mistake->warning ? "warning" : "error"));
    json_object_set_new(object, "code", json_string(mistake->code));
    json_object_set_new(object, "file", json_string(s->path));
    if (mistake->line) {
        json_object_set_new(object, "line", json_integer(mistake->line));
        json_object_set_new(object, "column", json_integer(mistake->column));
    }
    json_object_set_new(object, "text", json_string(text));
    print_object(s, object);
}

void show_mistakes_json(struct weir_mistakes *mistakes, const struct yaml_source *source, FILE *out)
{
    struct showing s = start(mistakes, source, false, out);
    char summary[PATH_SIZE + 128];
    json_t *object;

    for (size_t i = 0; i < mistakes->n; i++)
        show_object(&s, &mistakes->items[i]);
    if (count_errors(mistakes) == mistakes->n_errors)
        return;
    /* Those that are not shown are at least counted. */
    write_summary(&s, summary, sizeof(summary));
    object = json_object();
    set_time(object);
    json_object_set_new(object, "level", json_string("error"));
    json_object_set_new(object, "file", json_string(s.path));
    json_object_set_new(object, "text", json_string(summary));
    print_object(&s, object);
}
