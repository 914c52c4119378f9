#include "yaml.h"

#include "substitute.h"
#include "yaml_problem.h"

#include <string.h>

/* A list or map that is being read. */
struct level {
    struct weir_node *node;
    struct weir_node *key; /* map: read, and waiting for its value */
};

struct builder {
    const struct yaml_source *source;
    struct weir_arena *arena;
    struct weir_mistakes *mistakes;
    struct substitution substitution;
    struct level levels[WEIR_NODE_MAX_DEPTH];
    size_t depth;
    size_t n_nodes;
    struct weir_node *root;
    /* How far marks, which count characters, were followed through the text. */
    const char *at;
    size_t at_index;
    bool is_done; /* no further event is of use */
};

static const char smallest[] =
    "the smallest one is: weir: 1, name: NAME, extract: { type: http, url: URL }, "
    "load: { type: sqlite, path: NAME.db }, each on a line of its own";

/* --- nodes ------------------------------------------------------------------------------- */

static struct weir_node place_of(const yaml_mark_t *mark)
{
    return (struct weir_node){
        .line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

/* Where in the text a mark stands. Marks of scalars come in order, so this is one pass in all. */
static const char *source_at(struct builder *b, const yaml_mark_t *mark)
{
    const char *end = b->source->text.ptr + b->source->text.len;

    if (mark->index < b->at_index) {
        b->at = b->source->text.ptr;
        b->at_index = 0;
    }
    while (b->at_index < mark->index && b->at < end) {
        do
            b->at++;
        while (b->at < end && ((unsigned char)*b->at & 0xc0) == 0x80);
        b->at_index++;
    }
    return b->at;
}

static struct weir_node *new_node(
    struct builder *b, enum weir_node_kind kind, const yaml_mark_t *mark)
{
    struct weir_node *node = weir_new(b->arena, struct weir_node);

    *node = place_of(mark);
    node->kind = kind;
    if (++b->n_nodes > WEIR_NODES_MAX && !b->is_done) {
        weir_mistake(b->mistakes, node, 0, "E-LIMIT",
            "there are more than %d keys and values up to here, the most that a pipeline file "
            "may have",
            WEIR_NODES_MAX);
        b->is_done = true;
    }
    return node;
}

static bool expects_key(const struct builder *b)
{
    const struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;

    return level && level->node->kind == WEIR_NODE_MAP && !level->key;
}

static void check_key(struct builder *b, const struct weir_node *key)
{
    if (key->quoted)
        return;
    if (weir_str_is(key->text, "<<"))
        weir_mistake(b->mistakes, key, 0, "E-YAML",
            "merge keys ('<<') and aliases are not supported; write the keys out");
    else if (!key->text.len)
        weir_mistake(b->mistakes, key, 0, "E-YAML", "a key is missing before ':'");
}

/* Gives a node its place in the tree: as a key, or as the value of one, or in a list. */
static void attach(struct builder *b, struct weir_node *node)
{
    struct level *level = b->depth ? &b->levels[b->depth - 1] : NULL;

    if (!level) {
        b->root = node;
    } else if (expects_key(b)) {
        level->key = node;
    } else {
        weir_node_add(b->arena, level->node, level->key, node);
        level->key = NULL;
    }
}

/* --- what is refused --------------------------------------------------------------------- */

static void check_anchor(struct builder *b, const yaml_char_t *anchor, const yaml_mark_t *mark)
{
    struct weir_node at = place_of(mark);

    if (anchor)
        weir_mistake(b->mistakes, &at, 0, "E-YAML",
            "anchors and aliases are not supported; write the value out");
}

static void check_tag(struct builder *b, const yaml_char_t *tag, const yaml_mark_t *mark)
{
    struct weir_node at = place_of(mark);

    if (tag)
        weir_mistake(b->mistakes, &at, 0, "E-YAML",
            "tags are not supported: each option knows its type; a text that begins with '!' "
            "needs quotes");
}

static void tell_duplicate(void *arg, const struct weir_node *again, const struct weir_node *first)
{
    struct weir_mistakes *mistakes = arg;

    /* Keys that were refused already are empty and not quoted. */
    if (again->text.len || again->quoted)
        weir_mistake(mistakes, again, 0, "E-KEY", "duplicate key '%s', first used at %u:%u",
            again->text.ptr, first->line, first->column);
}

/* --- events ------------------------------------------------------------------------------ */

static void take_scalar(struct builder *b, const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    yaml_scalar_style_t style = event->data.scalar.style;
    struct weir_node *node = new_node(b, WEIR_NODE_SCALAR, &event->start_mark);

    check_anchor(b, event->data.scalar.anchor, &event->start_mark);
    check_tag(b, event->data.scalar.tag, &event->start_mark);
    node->text = weir_copy(b->arena, (struct weir_str){text, event->data.scalar.length});
    node->quoted = style != YAML_PLAIN_SCALAR_STYLE;
    node->block = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE;
    if (event->end_mark.index > event->start_mark.index)
        node->source = source_at(b, &event->start_mark);
    /* "\0" is the one way in which a checked text can still bring a NUL. */
    if (memchr(text, '\0', node->text.len))
        weir_mistake(b->mistakes, node, 0, "E-TEXT-NUL", "a text cannot hold a NUL character");
    else if (expects_key(b))
        check_key(b, node);
    else
        substitute(&b->substitution, node);
    attach(b, node);
}

static void open_level(struct builder *b, struct weir_node *node)
{
    if (expects_key(b)) {
        /* Read on, so that the pairs stay pairs; the container itself goes nowhere. */
        weir_mistake(b->mistakes, node, 0, "E-YAML",
            "a key must be a single text; one that begins with [ or { needs quotes");
        attach(b, weir_node_scalar(b->arena, ""));
    } else {
        attach(b, node);
    }
    if (b->depth == WEIR_NODE_MAX_DEPTH) {
        weir_mistake(b->mistakes, node, 0, "E-LIMIT",
            "lists and maps are nested deeper than %d levels", WEIR_NODE_MAX_DEPTH);
        b->is_done = true;
        return;
    }
    b->levels[b->depth++] = (struct level){.node = node};
}

static void close_level(struct builder *b)
{
    b->depth--;
    weir_node_duplicates(b->levels[b->depth].node, tell_duplicate, b->mistakes);
}

static void take_alias(struct builder *b, const yaml_event_t *event)
{
    struct weir_node *node = new_node(b, WEIR_NODE_SCALAR, &event->start_mark);

    weir_mistake(b->mistakes, node, 0, "E-YAML", "aliases are not supported; write the value out");
    node->text = weir_str("");
    attach(b, node);
}

static void start_document(struct builder *b, const yaml_event_t *event)
{
    struct weir_node at = place_of(&event->start_mark);

    if (!b->root)
        return;
    weir_mistake(
        b->mistakes, &at, 0, "E-YAML", "a second document begins here; a pipeline file holds one");
    b->is_done = true;
}

static void take_event(struct builder *b, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        start_document(b, event);
        break;
    case YAML_SCALAR_EVENT:
        take_scalar(b, event);
        break;
    case YAML_SEQUENCE_START_EVENT:
        check_anchor(b, event->data.sequence_start.anchor, &event->start_mark);
        check_tag(b, event->data.sequence_start.tag, &event->start_mark);
        open_level(b, new_node(b, WEIR_NODE_LIST, &event->start_mark));
        break;
    case YAML_MAPPING_START_EVENT:
        check_anchor(b, event->data.mapping_start.anchor, &event->start_mark);
        check_tag(b, event->data.mapping_start.tag, &event->start_mark);
        open_level(b, new_node(b, WEIR_NODE_MAP, &event->start_mark));
        break;
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_level(b);
        break;
    case YAML_ALIAS_EVENT:
        take_alias(b, event);
        break;
    case YAML_STREAM_END_EVENT:
        b->is_done = true;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
}

/* --- the whole --------------------------------------------------------------------------- */

static void read_events(struct builder *b)
{
    const unsigned char *bytes = (const unsigned char *)b->source->text.ptr;
    yaml_parser_t parser;
    yaml_event_t event;

    if (!yaml_parser_initialize(&parser))
        weir_out_of_memory();
    yaml_parser_set_input_string(&parser, bytes, b->source->text.len);
    while (!b->is_done) {
        if (!yaml_parser_parse(&parser, &event)) {
            yaml_problem(
                &parser, b->source, b->depth ? b->levels[b->depth - 1].node : NULL, b->mistakes);
            break;
        }
        take_event(b, &event);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

const struct weir_node *yaml_parse(
    const struct yaml_source *source, struct weir_arena *arena, struct weir_mistakes *mistakes)
{
    struct weir_node start = {.line = 1, .column = 1};
    size_t errors_before = mistakes->n_errors;
    struct builder b = {
        .source = source, .arena = arena, .mistakes = mistakes, .at = source->text.ptr};

    substitution_init(&b.substitution, arena, mistakes);
    read_events(&b);
    if (mistakes->n_errors > errors_before)
        return NULL;
    if (!b.root || weir_node_is_null(b.root)) {
        weir_mistake(mistakes, b.root ? b.root : &start, 0, "E-YAML",
            "there is no pipeline in this file; %s", smallest);
        return NULL;
    }
    return b.root;
}

const struct weir_node *yaml_read(const char *path, struct weir_arena *arena,
    struct weir_mistakes *mistakes, struct yaml_source *ret_source)
{
    if (!yaml_source_read(path, arena, mistakes, ret_source))
        return NULL;
    return yaml_parse(ret_source, arena, mistakes);
}
