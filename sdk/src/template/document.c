/*
 * Documents: a tree turned into one row of JSON pieces, with templates between.
 *
 * All that is known when the file is read is written out then; a fill only
 * copies the pieces and quotes the values.
 */
#include "template_parts.h"

#include <string.h>
#include <weir/json.h>

/* JSON text as it stands, or a text to be filled behind it. */
struct document_piece {
    struct weir_str json;
    const struct weir_template *template; /* NULL: json is the piece */
};

struct weir_document {
    struct document_piece *pieces;
    size_t n;
};

struct document_parser {
    struct weir_arena *arena;
    unsigned roots;
    const struct weir_constants *constants;
    struct weir_mistakes *mistakes;
    struct document_piece *pieces;
    size_t n;
    size_t capacity;
    unsigned depth;
    bool failed;
};

static void add_piece(struct document_parser *p, struct document_piece piece)
{
    if (p->n == p->capacity) {
        size_t capacity = p->capacity ? 2 * p->capacity : 16;
        struct document_piece *pieces = weir_new_array(p->arena, capacity, struct document_piece);

        if (p->n > 0)
            memcpy(pieces, p->pieces, p->n * sizeof(*pieces));
        p->pieces = pieces;
        p->capacity = capacity;
    }
    p->pieces[p->n++] = piece;
}

static void add_json(struct document_parser *p, struct weir_str json)
{
    add_piece(p, (struct document_piece){.json = json});
}

static size_t characters(struct weir_str text, size_t bytes)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len && i < bytes; i++)
        n += ((unsigned char)text.ptr[i] & 0xC0) != 0x80;
    return n;
}

static void refuse(struct document_parser *p, const struct weir_node *node, size_t offset,
    const struct weir_error *error)
{
    p->failed = true;
    /* A mistake keeps the code as a pointer, and the error is gone before it. */
    weir_mistake(p->mistakes, node, characters(node->text, offset),
        weir_copy_text(p->mistakes->arena, error->code), "%s",
        node->substituted ? "a mistake in the text (not shown, as it is from the environment)"
                          : error->text);
}

/* The whole text when it is known already; a single variable keeps the kind it was written with. */
static struct weir_str constant_json(struct document_parser *p, const struct weir_template *t)
{
    struct weir_str text = {0};

    if (weir_template_is_single(t) && t->parts[0].constant)
        return weir_node_to_json(p->arena, t->parts[0].constant);
    /* Nothing is looked up, so nothing can fail. */
    (void)!weir_template_fill(t, p->arena, WEIR_ENCODE_NONE, NULL, NULL, &text, NULL);
    return weir_json_quote(p->arena, text);
}

static void add_scalar(struct document_parser *p, const struct weir_node *node)
{
    struct weir_error error = {0};
    const struct weir_template *t;
    size_t offset = 0;

    template_warn_of_near(p->mistakes, node);
    if (!template_opens(node->text)) {
        add_json(p, weir_node_to_json(p->arena, node));
        return;
    }
    t = weir_template_parse(p->arena, node->text, p->roots, p->constants, &offset, &error);
    if (!t)
        refuse(p, node, offset, &error);
    else if (weir_template_roots(t) == 0)
        add_json(p, constant_json(p, t));
    else
        add_piece(p, (struct document_piece){.template = t});
}

static void add_node(struct document_parser *p, const struct weir_node *node);

static void add_entries(struct document_parser *p, const struct weir_node *node)
{
    bool is_map = node->kind == WEIR_NODE_MAP;

    add_json(p, weir_str(is_map ? "{" : "["));
    for (size_t i = 0; i < node->n && !p->failed; i++) {
        if (i > 0)
            add_json(p, weir_str(","));
        if (is_map) {
            add_json(p, weir_json_quote(p->arena, node->keys[i]->text));
            add_json(p, weir_str(":"));
        }
        add_node(p, node->items[i]);
    }
    add_json(p, weir_str(is_map ? "}" : "]"));
}

static void add_node(struct document_parser *p, const struct weir_node *node)
{
    if (node->kind == WEIR_NODE_SCALAR) {
        add_scalar(p, node);
        return;
    }
    if (p->depth == WEIR_JSON_MAX_DEPTH) {
        p->failed = true;
        weir_mistake(p->mistakes, node, 0, "E-LIMIT", "the document is more than %d levels deep",
            WEIR_JSON_MAX_DEPTH);
        return;
    }
    p->depth++;
    add_entries(p, node);
    p->depth--;
}

/* Joins neighbours that are known, so that a fill has few pieces to copy. */
static const struct weir_document *document_of(struct document_parser *p)
{
    struct weir_document *document = weir_new(p->arena, struct weir_document);
    size_t from = 0;

    document->pieces = weir_new_array(p->arena, p->n, struct document_piece);
    while (from < p->n) {
        size_t length = 0;
        size_t to = from;
        char *out;

        for (; to < p->n && !p->pieces[to].template; to++)
            length += p->pieces[to].json.len;
        if (to == from) {
            document->pieces[document->n++] = p->pieces[from++];
            continue;
        }
        out = weir_alloc(p->arena, length);
        document->pieces[document->n++].json = (struct weir_str){out, length};
        for (; from < to; from++) {
            if (p->pieces[from].json.len > 0)
                memcpy(out, p->pieces[from].json.ptr, p->pieces[from].json.len);
            out += p->pieces[from].json.len;
        }
    }
    return document;
}

const struct weir_document *weir_document_parse(struct weir_arena *arena,
    const struct weir_node *node, unsigned roots, const struct weir_constants *constants,
    struct weir_mistakes *mistakes)
{
    struct document_parser parser = {
        .arena = arena,
        .roots = roots,
        .constants = constants,
        .mistakes = mistakes,
    };

    add_node(&parser, node);
    return parser.failed ? NULL : document_of(&parser);
}

/* A text that is one placeholder: the value with its own kind, null included. */
static enum weir_status fill_single(const struct template_part *part, struct weir_arena *arena,
    weir_lookup lookup, void *arg, struct weir_str *ret_json, struct weir_error *ret_error)
{
    struct weir_value value = {0};

    if (!lookup || !lookup(arg, part->root, part->text, &value))
        return template_no_value(part, false, ret_error);
    *ret_json = weir_value_format(&value, arena, true);
    return WEIR_OK;
}

static enum weir_status fill_piece(const struct weir_template *t, struct weir_arena *arena,
    weir_lookup lookup, void *arg, struct weir_str *ret_json, struct weir_error *ret_error)
{
    struct weir_str text;

    if (weir_template_is_single(t))
        return fill_single(&t->parts[0], arena, lookup, arg, ret_json, ret_error);
    if (weir_template_fill(t, arena, WEIR_ENCODE_NONE, lookup, arg, &text, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    *ret_json = weir_json_quote(arena, text);
    return WEIR_OK;
}

enum weir_status weir_document_fill(const struct weir_document *document, struct weir_arena *arena,
    weir_lookup lookup, void *arg, struct weir_str *ret_json, struct weir_error *ret_error)
{
    struct weir_str *texts = weir_new_array(arena, document->n, struct weir_str);
    size_t length = 0;
    char *out;

    for (size_t i = 0; i < document->n; i++) {
        const struct document_piece *piece = &document->pieces[i];

        texts[i] = piece->json;
        if (piece->template &&
            fill_piece(piece->template, arena, lookup, arg, &texts[i], ret_error) != WEIR_OK)
            return WEIR_FAIL;
        length += texts[i].len;
    }
    out = weir_alloc(arena, length + 1);
    *ret_json = (struct weir_str){out, length};
    for (size_t i = 0; i < document->n; i++) {
        if (texts[i].len > 0)
            memcpy(out, texts[i].ptr, texts[i].len);
        out += texts[i].len;
    }
    *out = '\0';
    return WEIR_OK;
}
