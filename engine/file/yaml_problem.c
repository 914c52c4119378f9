/*
 * libyaml says what its state machine expected; a user wants to know which quote
 * is open. The table below holds what was seen to follow from real mistakes.
 */
#include "yaml_problem.h"

#include <stdint.h>
#include <string.h>

enum place {
    AT_PROBLEM,
    AT_CONTEXT, /* where the construct begins that the parser was in */
};

struct problem {
    const char *problem; /* a part of libyaml's text */
    const char *context; /* a part of what it was doing, or NULL for anything */
    enum place place;
    bool names_context; /* the text is followed by the place where the construct begins */
    const char *text;
};

static const struct problem problems[] = {
    {"unexpected end of stream", "quoted scalar", AT_CONTEXT, false,
        "this quote is not closed; add the closing quote"},
    {"unexpected document indicator", "quoted scalar", AT_CONTEXT, false,
        "this quote is not closed; add the closing quote"},
    {"expected ',' or ']'", NULL, AT_PROBLEM, true,
        "expected ',' or ']'; is the list closed that begins at"},
    {"expected ',' or '}'", NULL, AT_PROBLEM, true,
        "expected ',' or '}'; is the map closed that begins at"},
    {"expected node content", NULL, AT_PROBLEM, false,
        "a value is missing here; one that begins with a bracket, comma or other sign of YAML "
        "needs quotes"},
    {"mapping values are not allowed", NULL, AT_PROBLEM, false,
        "a ':' is not allowed here; a value that holds ': ' needs quotes, and keys of one map "
        "need the same indentation"},
    {"block sequence entries are not allowed", NULL, AT_PROBLEM, false,
        "a list cannot begin here; begin it on the next line, or write [ ... ]; a value that "
        "begins with '- ' needs quotes"},
    {"mapping keys are not allowed", NULL, AT_PROBLEM, false,
        "a value that begins with '? ' needs quotes"},
    {"expected key", NULL, AT_PROBLEM, true,
        "expected a key; check indentation and quotes in the map that begins at"},
    {"expected '-' indicator", NULL, AT_PROBLEM, true,
        "expected '- '; check the indentation of the list that begins at"},
    {"could not find expected ':'", NULL, AT_CONTEXT, false,
        "a key needs ': ' behind it on the same line; write key: value"},
    {"tab character", NULL, AT_PROBLEM, false, "a tab cannot indent; use spaces"},
    {"unknown escape", NULL, AT_PROBLEM, false,
        "unknown escape in a double-quoted text; write \\\\ for a backslash, or use single quotes"},
    {"hexdecimal number", NULL, AT_PROBLEM, false,
        "\\x needs 2, \\u 4 and \\U 8 hexadecimal digits"},
    {"invalid Unicode", NULL, AT_PROBLEM, false,
        "this escape is no Unicode character; write the character itself"},
    {"", "scanning an alias", AT_CONTEXT, false,
        "aliases are not supported; a text that begins with '*' needs quotes"},
    {"", "scanning an anchor", AT_CONTEXT, false,
        "anchors and aliases are not supported; a text that begins with '&' needs quotes"},
    {"", "scanning a tag", AT_CONTEXT, false,
        "tags are not supported; a text that begins with '!' needs quotes"},
    {"tag handle", NULL, AT_PROBLEM, false,
        "tags are not supported; a text that begins with '!' needs quotes"},
    {"", "directive", AT_CONTEXT, false, "lines that begin with '%' are not supported"},
    {"expected <document start>", NULL, AT_PROBLEM, false,
        "the pipeline ends before this; is a bracket closed too early, or the indentation wrong?"},
    {"expected comment or line break", "block scalar", AT_PROBLEM, false,
        "a text in a block begins on the line below its '|' or '>'"},
};

static bool matches(const struct problem *p, const yaml_parser_t *parser)
{
    const char *context = parser->context ? parser->context : "";

    return strstr(parser->problem, p->problem) && (!p->context || strstr(context, p->context));
}

static const struct problem *find(const yaml_parser_t *parser)
{
    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++)
        if (matches(&problems[i], parser))
            return &problems[i];
    return NULL;
}

static struct weir_node node_at(const yaml_mark_t *mark)
{
    return (struct weir_node){
        .line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

static size_t count_characters(struct weir_str text)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
    return n;
}

/* The end of the file is no place to look at: what was left open is. */
static bool is_at_end(const yaml_parser_t *parser, const struct yaml_source *source)
{
    return parser->problem_mark.index >= count_characters(source->text);
}

/* The text from a mark on; empty at its end. */
static const char *text_at(const struct yaml_source *source, const yaml_mark_t *mark)
{
    size_t characters = 0, i;

    for (i = 0; i < source->text.len; i++)
        if (((unsigned char)source->text.ptr[i] & 0xc0) != 0x80 && characters++ == mark->index)
            break;
    return source->text.ptr + i;
}

/* Is it the brace of a ${NAME}, which inside { } or [ ] opens a map? */
static bool is_variable(const struct yaml_source *source, const yaml_mark_t *mark)
{
    const char *at = text_at(source, mark);

    return at > source->text.ptr && at[0] == '{' && at[-1] == '$';
}

/* A character that nothing can begin with. */
static void tell_bad_start(
    const yaml_parser_t *parser, const struct yaml_source *source, struct weir_mistakes *mistakes)
{
    struct weir_node at = node_at(&parser->problem_mark);
    char c = *text_at(source, &parser->problem_mark);

    if (c == '\t')
        weir_mistake(mistakes, &at, 0, "E-YAML", "a tab cannot indent; use spaces");
    else
        weir_mistake(
            mistakes, &at, 0, "E-YAML", "a value cannot begin with '%c'; put it in quotes", c);
}

static void tell(const struct problem *p, const yaml_parser_t *parser,
    const struct yaml_source *source, struct weir_mistakes *mistakes)
{
    bool has_context = parser->context != NULL;
    struct weir_node begin = node_at(&parser->context_mark);
    struct weir_node at = node_at(&parser->problem_mark);

    if (has_context && (p->place == AT_CONTEXT || is_at_end(parser, source)))
        at = begin;
    if (has_context && p->names_context)
        weir_mistake(mistakes, &at, 0, "E-YAML", "%s %u:%u", p->text, begin.line, begin.column);
    else
        weir_mistake(mistakes, &at, 0, "E-YAML", "%s", p->text);
}

void yaml_problem(const yaml_parser_t *parser, const struct yaml_source *source,
    const struct weir_node *open, struct weir_mistakes *mistakes)
{
    struct weir_node at = node_at(&parser->problem_mark);
    const struct problem *known;

    if (parser->error == YAML_MEMORY_ERROR || !parser->problem) {
        /* Out of memory ends the program as it does everywhere else. */
        (void)weir_malloc(SIZE_MAX / 2);
        return;
    }
    if (strstr(parser->problem, "cannot start any token")) {
        tell_bad_start(parser, source, mistakes);
        return;
    }
    if (is_variable(source, &parser->problem_mark)) {
        weir_mistake(mistakes, &at, 0, "E-YAML",
            "${...} between brackets or braces needs quotes: \"${NAME}\"");
        return;
    }
    if (open && is_at_end(parser, source) && strstr(parser->problem, "node content")) {
        weir_mistake(mistakes, open, 0, "E-YAML", "this %s is not closed; add the closing '%c'",
            open->kind == WEIR_NODE_LIST ? "list" : "map",
            open->kind == WEIR_NODE_LIST ? ']' : '}');
        return;
    }
    known = find(parser);
    if (known)
        tell(known, parser, source, mistakes);
    else
        weir_mistake(mistakes, &at, 0, "E-YAML", "this is not valid YAML: %s%s%s",
            parser->context ? parser->context : "", parser->context ? ", " : "", parser->problem);
}
