/*
 * Documentation from the table, for READMEs and for terminals.
 *
 * Both walk the rows in the same way: a row, then what stands in it, named by
 * its whole path (`concurrency.max`, `rate_limits[].name`), so that a reader who
 * searches for an option finds where it goes.
 */
#include "option_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEPTH_MAX = 16,
    WIDTH = 80,
    INDENT = 4,
    NAME_WIDTH = 20, /* type and default begin behind it, unless the name is longer */
};

struct doc {
    struct weir_arena *arena;
    FILE *out;
    size_t stride;
    /* How a row and a type of a variant are written. */
    void (*row)(
        const struct doc *doc, const char *path, const struct weir_option *row, unsigned depth);
    void (*type)(const struct doc *doc, const char *path, const struct weir_option *row,
        const struct weir_variant_type *type, unsigned depth);
};

static void write_table(
    const struct doc *doc, const char *prefix, const struct weir_option *options, unsigned depth)
{
    struct weir_option row;

    for (size_t i = 0; row = option_row(options, doc->stride, i), row.name && depth < DEPTH_MAX;
         i++) {
        const char *path = weir_printf(doc->arena, "%s%s", prefix, row.name);
        const char *within =
            weir_printf(doc->arena, "%s%s.", path, row.type == WEIR_OPTION_GROUPS ? "[]" : "");

        doc->row(doc, path, &row, depth);
        write_table(doc, within, row.options, depth + 1);
        for (const struct weir_variant_type *v = row.variants; v && v->name; v++) {
            doc->type(doc, path, &row, v, depth + 1);
            write_table(doc, within, v->options, depth + 2);
        }
    }
}

static char *write_doc(
    struct doc *doc, const struct weir_option *options, const char *head, const char *none)
{
    char *text = NULL;
    size_t size = 0;

    doc->out = open_memstream(&text, &size);
    /* The memory of the stream is the only thing that can fail here. */
    if (!doc->out)
        return weir_copy_text(doc->arena, none);
    fputs(option_row(options, doc->stride, 0).name ? head : none, doc->out);
    write_table(doc, "", options, 0);
    if (fclose(doc->out) != 0) {
        free(text);
        return weir_copy_text(doc->arena, none);
    }
    weir_adopt(doc->arena, text, size + 1);
    return text;
}

/* "one of `none`, `full`": the names are what one writes. */
static const char *names_words(struct weir_arena *arena, const struct weir_option *row)
{
    const char *words = "";

    for (const struct weir_choice *c = row->choices; c && c->name; c++)
        words = weir_printf(arena, "%s%s`%s`", words, *words ? ", " : "one of ", c->name);
    for (const struct weir_variant_type *v = row->variants; v && v->name; v++)
        words = weir_printf(arena, "%s%s`%s`", words, *words ? ", " : "one of ", v->name);
    return words;
}

/* What a row takes, in a few words without article. */
static const char *type_words(struct weir_arena *arena, const struct weir_option *row)
{
    switch ((enum weir_option_type)row->type) {
    case WEIR_OPTION_SECRET:
        return "secret";
    case WEIR_OPTION_BOOL:
        return "true or false";
    case WEIR_OPTION_INT:
    case WEIR_OPTION_NUMBER:
        return weir_printf(arena, "%s%s", row->type == WEIR_OPTION_INT ? "whole number" : "number",
            option_range_words(arena, row));
    case WEIR_OPTION_SIZE:
    case WEIR_OPTION_DURATION:
        return weir_printf(arena, "%s%s", row->type == WEIR_OPTION_SIZE ? "size" : "duration",
            option_range_words(arena, row));
    case WEIR_OPTION_CHOICE:
    case WEIR_OPTION_VARIANT:
        return names_words(arena, row);
    case WEIR_OPTION_TEXTS:
        return "text or list of texts";
    case WEIR_OPTION_PAIRS:
        return "map of texts";
    case WEIR_OPTION_TEMPLATES:
        return row->roots ? "map of texts with placeholders" : "map of texts";
    case WEIR_OPTION_TEMPLATE:
        return row->roots ? "text with placeholders" : "text";
    case WEIR_OPTION_PATH:
        return "path";
    case WEIR_OPTION_DOCUMENT:
        return "JSON document";
    case WEIR_OPTION_NODE:
        return "any value";
    case WEIR_OPTION_GROUP:
        return "group";
    case WEIR_OPTION_GROUPS:
        return "list of groups";
    case WEIR_OPTION_NONE:
    case WEIR_OPTION_TEXT:
        break;
    }
    return "text";
}

/* "{partition.…}, {resources.…}": what may be filled in besides vars and run; "" for none. */
static const char *roots_words(struct weir_arena *arena, const struct weir_option *row)
{
    static const struct {
        enum weir_root root;
        const char *name;
    } names[] = {
        {WEIR_ROOT_PARTITION, "`{partition.x}`"},
        {WEIR_ROOT_RESOURCES, "`{resources.parent.field}`"},
        {WEIR_ROOT_INCREMENTAL, "`{incremental.start_value}`"},
        {WEIR_ROOT_JOB, "`{job.x}`"},
    };
    const char *words = "";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (row->roots & names[i].root)
            words = weir_printf(arena, "%s%s%s", words, *words ? ", " : "", names[i].name);
    return words;
}

/* Help and choices: what stands behind the columns, before the example. */
static const char *body_words(struct weir_arena *arena, const struct weir_option *row)
{
    const char *words = row->help ? row->help : "";
    const char *roots = roots_words(arena, row);

    for (const struct weir_choice *c = row->choices; c && c->name; c++)
        if (c->help)
            words = weir_printf(arena, "%s%s`%s`: %s", words, *words ? " " : "", c->name, c->help);
    if (*roots)
        words = weir_printf(arena, "%s%sFilled in: %s.", words, *words ? " " : "", roots);
    return words;
}

/* Markdown */

/* A bar would end the cell, also within backticks; a < outside of them would begin HTML. */
static void write_cell(const struct doc *doc, const char *text)
{
    bool in_code = false;

    for (; *text; text++) {
        if (*text == '`')
            in_code = !in_code;
        if (*text == '|')
            fputs("\\|", doc->out);
        else if (*text == '<' && !in_code)
            fputs("&lt;", doc->out);
        else
            fputc(*text == '\n' ? ' ' : *text, doc->out);
    }
}

static void markdown_row(
    const struct doc *doc, const char *path, const struct weir_option *row, unsigned depth)
{
    const char *body = body_words(doc->arena, row);

    (void)depth;
    fprintf(doc->out, "| `%s` | ", path);
    write_cell(doc, type_words(doc->arena, row));
    fputs(" | ", doc->out);
    if (row->initial)
        write_cell(doc, weir_printf(doc->arena, "`%s`", row->initial));
    else if (row->required)
        fputs("**required**", doc->out);
    fputs(" | ", doc->out);
    write_cell(doc, body);
    if (row->example)
        write_cell(doc, weir_printf(doc->arena, "%sExample: `%s`", *body ? " " : "", row->example));
    fputs(" |\n", doc->out);
}

static void markdown_type(const struct doc *doc, const char *path, const struct weir_option *row,
    const struct weir_variant_type *type, unsigned depth)
{
    (void)row;
    (void)depth;
    fprintf(doc->out, "| `%s.type: %s` | | | ", path, type->name);
    write_cell(doc, type->help ? type->help : "");
    fputs(" |\n", doc->out);
}

char *weir_options_markdown(
    struct weir_arena *arena, const struct weir_option *options, size_t stride)
{
    struct doc doc = {
        .arena = arena,
        .stride = stride,
        .row = markdown_row,
        .type = markdown_type,
    };

    return write_doc(&doc, options,
        "| Option | Takes | Default | What it does |\n|---|---|---|---|\n", "No options.\n");
}

/* Plain text */

static void write_indent(const struct doc *doc, unsigned depth)
{
    fprintf(doc->out, "%*s", (int)(depth * INDENT), "");
}

/* Backticks are for Markdown only. */
static void write_plain(const struct doc *doc, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (text[i] != '`')
            fputc(text[i], doc->out);
}

/* Words from `text`, each line broken before it is full. */
static void write_wrapped(const struct doc *doc, const char *text, unsigned depth)
{
    size_t column = 0; /* 0: no line was begun */

    for (size_t n; *text; text += n + (text[n] != '\0')) {
        n = strcspn(text, " \n");
        if (n == 0)
            continue;
        if (column > 0 && column + 1 + n <= WIDTH) {
            fputc(' ', doc->out);
            column++;
        } else {
            fputs(column > 0 ? "\n" : "", doc->out);
            write_indent(doc, depth);
            column = depth * INDENT;
        }
        write_plain(doc, text, n);
        column += n;
    }
    fputs(column > 0 ? "\n" : "", doc->out);
}

/* An example has a line of its own and is not broken, so that it can be copied. */
static void text_row(
    const struct doc *doc, const char *path, const struct weir_option *row, unsigned depth)
{
    const char *type = type_words(doc->arena, row);

    write_indent(doc, depth);
    fprintf(doc->out, "%-*s  ", NAME_WIDTH, path);
    write_plain(doc, type, strlen(type));
    if (row->initial)
        fprintf(doc->out, "; default %s", row->initial);
    else if (row->required)
        fputs("; required", doc->out);
    fputc('\n', doc->out);
    write_wrapped(doc, body_words(doc->arena, row), depth + 1);
    if (row->example) {
        write_indent(doc, depth + 1);
        fprintf(doc->out, "Example: %s\n", row->example);
    }
    fputc('\n', doc->out);
}

static void text_type(const struct doc *doc, const char *path, const struct weir_option *row,
    const struct weir_variant_type *type, unsigned depth)
{
    (void)row;
    write_indent(doc, depth);
    fprintf(doc->out, "%s.type: %s\n", path, type->name);
    write_wrapped(doc, type->help ? type->help : "", depth + 1);
    fputc('\n', doc->out);
}

char *weir_options_text(struct weir_arena *arena, const struct weir_option *options, size_t stride)
{
    struct doc doc = {
        .arena = arena,
        .stride = stride,
        .row = text_row,
        .type = text_type,
    };

    return write_doc(&doc, options, "", "No options.\n");
}
