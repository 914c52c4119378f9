#include "template_parts.h"

#include <string.h>

enum { SHOWN_SIZE = 96 }; /* of a placeholder in a message */

struct root_name {
    enum weir_root root;
    const char *name;
};

static const struct root_name root_names[] = {
    {WEIR_ROOT_VARS, "vars"},
    {WEIR_ROOT_RUN, "run"},
    {WEIR_ROOT_PARTITION, "partition"},
    {WEIR_ROOT_RESOURCES, "resources"},
    {WEIR_ROOT_INCREMENTAL, "incremental"},
    {WEIR_ROOT_JOB, "job"},
};

enum { N_ROOTS = sizeof(root_names) / sizeof(root_names[0]) };

const char *template_root_name(enum weir_root root)
{
    for (size_t i = 0; i < N_ROOTS; i++)
        if (root_names[i].root == root)
            return root_names[i].name;
    return "";
}

struct template_parser {
    struct weir_arena *arena;
    struct weir_str text;
    unsigned roots; /* allowed */
    const struct weir_constants *constants;
    struct template_part *parts;
    size_t n;
    size_t offset; /* of the fault */
    struct weir_error *error;
};

static struct weir_str rest_of(struct weir_str text, size_t from)
{
    return (struct weir_str){text.ptr + from, text.len - from};
}

/* The root whose "{name." opens the text, and the length of that; NULL for any other brace. */
static const struct root_name *opening(struct weir_str text, size_t *ret_length)
{
    if (text.len == 0 || text.ptr[0] != '{')
        return NULL;
    for (size_t i = 0; i < N_ROOTS; i++) {
        size_t n = strlen(root_names[i].name);

        if (text.len < n + 2 || memcmp(text.ptr + 1, root_names[i].name, n) != 0)
            continue;
        if (text.ptr[n + 1] != '.')
            continue;
        *ret_length = n + 2;
        return &root_names[i];
    }
    return NULL;
}

/* The offset of the next placeholder from `from` on, or the text's length. */
static size_t next_opening(struct weir_str text, size_t from)
{
    size_t length;

    while (from < text.len) {
        const char *brace = memchr(text.ptr + from, '{', text.len - from);

        if (!brace)
            return text.len;
        from = (size_t)(brace - text.ptr);
        if (opening(rest_of(text, from), &length))
            return from;
        from++;
    }
    return text.len;
}

bool template_opens(struct weir_str text)
{
    return next_opening(text, 0) < text.len;
}

/* How far a name goes: to the brace that closes it, or to what can be in no name. */
static size_t name_length(struct weir_str text)
{
    size_t n = 0;

    while (n < text.len && text.ptr[n] != '}' && text.ptr[n] != '{' &&
           (unsigned char)text.ptr[n] >= ' ')
        n++;
    return n;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
}

/* As much of an unclosed placeholder as may have been meant to be its name: what follows is other
 * text, and a message is no place for it. */
static struct weir_str opening_word(struct weir_str text, size_t from)
{
    size_t n = from;

    while (n < text.len && is_word(text.ptr[n]))
        n++;
    return (struct weir_str){text.ptr, n};
}

static const char *shown(const struct template_parser *parser, struct weir_str text)
{
    char *out = weir_alloc(parser->arena, SHOWN_SIZE);

    weir_str_printable(text, out, SHOWN_SIZE);
    return out;
}

static bool refuse(struct template_parser *parser, const char *format, ...) WEIR_PRINTF(2, 3);

static bool refuse(struct template_parser *parser, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)weir_error_set(parser->error, WEIR_FAULT_USAGE, "E-TEMPLATE", "%s",
        weir_vprintf(parser->arena, format, args));
    va_end(args);
    return false;
}

static void add_part(struct template_parser *parser, struct template_part part)
{
    parser->parts[parser->n++] = part;
}

static void add_text(struct template_parser *parser, size_t from, size_t to)
{
    struct weir_str text = {parser->text.ptr + from, to - from};

    if (to > from)
        add_part(parser, (struct template_part){.text = text, .url = text});
}

/* A value that is known now. Opening the text, it brings the URL and is taken as it is. */
static void add_constant(struct template_parser *parser, enum weir_root root, size_t at,
    struct weir_str text, const struct weir_node *node)
{
    add_part(parser, (struct template_part){.root = root,
                         .text = text,
                         .url = at == 0 ? text : weir_url_encode(parser->arena, text),
                         .constant = node});
}

static const char *variable_name(const void *vars, size_t i)
{
    return ((const struct weir_node *)vars)->keys[i]->text.ptr;
}

static bool add_variable(struct template_parser *parser, size_t at, struct weir_str name)
{
    const struct weir_node *vars = parser->constants ? parser->constants->vars : NULL;
    const char *text = weir_copy(parser->arena, name).ptr;
    const struct weir_node *node = weir_node_get(vars, text);
    bool is_map = vars && vars->kind == WEIR_NODE_MAP;

    if (!node)
        return refuse(parser, "unknown variable '{vars.%s}'%s", shown(parser, name),
            is_map && vars->n > 0
                ? weir_did_you_mean(parser->arena, text, variable_name, vars, vars->n)
                : "; the file has no vars");
    if (node->kind != WEIR_NODE_SCALAR)
        return refuse(parser, "variable '{vars.%s}' is a %s, where a single value is needed",
            shown(parser, name), node->kind == WEIR_NODE_LIST ? "list" : "map");
    if (weir_node_is_null(node))
        return refuse(parser, "variable '{vars.%s}' has no value", shown(parser, name));
    add_constant(parser, WEIR_ROOT_VARS, at, weir_copy(parser->arena, node->text), node);
    return true;
}

static bool add_run(struct template_parser *parser, size_t at, struct weir_str name)
{
    const char *started_at = parser->constants ? parser->constants->run_started_at : NULL;

    if (!weir_str_is(name, "started_at"))
        return refuse(parser, "unknown placeholder '{run.%s}'; there is only '{run.started_at}'",
            shown(parser, name));
    if (!started_at)
        return refuse(parser, "'{run.started_at}' is not known here");
    add_constant(parser, WEIR_ROOT_RUN, at, weir_copy(parser->arena, weir_str(started_at)), NULL);
    return true;
}

/* "x", or for resources "parent.field": no side of a dot may be empty. */
static bool check_name(struct template_parser *parser, enum weir_root root, struct weir_str name)
{
    const char *dot = name.len ? memchr(name.ptr, '.', name.len) : NULL;

    if (name.len == 0)
        return refuse(
            parser, "placeholder '{%s.}' has no name behind the dot", template_root_name(root));
    if (root == WEIR_ROOT_RESOURCES && (!dot || dot == name.ptr || dot + 1 == name.ptr + name.len))
        return refuse(parser,
            "placeholder '{resources.%s}' needs a resource and its field, as in "
            "'{resources.orders.id}'",
            shown(parser, name));
    return true;
}

static const char *allowed_roots(const struct template_parser *parser)
{
    const char *list = "{vars}, {run}";

    for (size_t i = 0; i < N_ROOTS; i++)
        if (parser->roots & root_names[i].root & ~(unsigned)(WEIR_ROOT_VARS | WEIR_ROOT_RUN))
            list = weir_printf(parser->arena, "%s, {%s}", list, root_names[i].name);
    return list;
}

static bool add_placeholder(
    struct template_parser *parser, enum weir_root root, size_t at, struct weir_str name)
{
    if (!check_name(parser, root, name))
        return false;
    if (root == WEIR_ROOT_VARS)
        return add_variable(parser, at, name);
    if (root == WEIR_ROOT_RUN)
        return add_run(parser, at, name);
    if (!(parser->roots & root))
        return refuse(parser, "'{%s.%s}' cannot stand here; placeholders of this option: %s",
            template_root_name(root), shown(parser, name), allowed_roots(parser));
    add_part(parser, (struct template_part){.root = root, .text = name, .url = name});
    return true;
}

/* Takes the placeholder at parser->offset; *ret_end is behind it. */
static bool parse_placeholder(struct template_parser *parser, size_t *ret_end)
{
    struct weir_str rest = rest_of(parser->text, parser->offset);
    size_t length = 0;
    const struct root_name *root = opening(rest, &length);
    struct weir_str name = rest_of(rest, length);

    name.len = name_length(name);
    if (length + name.len >= rest.len || rest.ptr[length + name.len] != '}')
        return refuse(parser, "placeholder '%s' is not closed; write '}' behind it",
            shown(parser, opening_word(rest, length)));
    *ret_end = parser->offset + length + name.len + 1;
    return add_placeholder(parser, root->root, parser->offset, name);
}

static bool parse_parts(struct template_parser *parser)
{
    size_t at = 0;

    while (at < parser->text.len) {
        size_t end = at;

        parser->offset = next_opening(parser->text, at);
        add_text(parser, at, parser->offset);
        if (parser->offset == parser->text.len)
            return true;
        if (!parse_placeholder(parser, &end))
            return false;
        at = end;
    }
    return true;
}

/* The most parts that there can be: each placeholder, the text before it, and the text at the end.
 * Ordinary braces are not counted, for a body may be full of them. */
static size_t most_parts(struct weir_str text)
{
    size_t n = 1;

    for (size_t at = next_opening(text, 0); at < text.len; at = next_opening(text, at + 1))
        n += 2;
    return n;
}

const struct weir_template *weir_template_parse(struct weir_arena *arena, struct weir_str text,
    unsigned roots, const struct weir_constants *constants, size_t *ret_offset,
    struct weir_error *ret_error)
{
    struct weir_template *t = weir_new(arena, struct weir_template);
    struct template_parser parser = {
        .arena = arena,
        .text = weir_copy(arena, text),
        .roots = roots,
        .constants = constants,
        .error = ret_error,
    };

    parser.parts = weir_new_array(arena, most_parts(text), struct template_part);
    if (!parse_parts(&parser)) {
        if (ret_offset)
            *ret_offset = parser.offset;
        return NULL;
    }
    t->source = parser.text;
    t->parts = parser.parts;
    t->n_parts = parser.n;
    for (size_t i = 0; i < parser.n; i++)
        if (parser.parts[i].root != WEIR_ROOT_VARS && parser.parts[i].root != WEIR_ROOT_RUN)
            t->roots |= parser.parts[i].root;
    return t;
}

struct weir_str weir_template_source(const struct weir_template *t)
{
    return t->source;
}

unsigned weir_template_roots(const struct weir_template *t)
{
    return t->roots;
}

bool weir_template_is_single(const struct weir_template *t)
{
    return t->n_parts == 1 && t->parts[0].root != 0;
}
