/*
 * A part of an XML document as a tree, and the tree as JSON.
 *
 * An element without attributes and children is its text, or null when it has
 * none. Any other is an object: attributes and children by their names, several
 * of one name as an array, and text that is no blank under "_text".
 */
#ifndef WEIR_HTTP_XML_TREE_H
#define WEIR_HTTP_XML_TREE_H

#include <weir/arena.h>
#include <weir/buf.h>

enum {
    XML_MAX_DEPTH = 128,
    XML_MAX_NODES = 1000000, /* of one tree */
};

/* Text comes in pieces, between the children. */
struct xml_piece {
    struct weir_str text;
    struct xml_piece *next;
};

/* An element, or an attribute of one. */
struct xml_node {
    struct weir_str name;
    struct xml_node *first, *last, *next;
    struct xml_piece *first_piece, *last_piece;
    size_t n;     /* children */
    size_t order; /* among those of its parent */
};

struct xml_tree {
    struct weir_arena *arena; /* NULL: it has no node yet */
    size_t n_nodes;
    size_t n_bytes; /* of names and texts */
};

/* Under the parent, or as the root when that is NULL. */
struct xml_node *xml_tree_add(struct xml_tree *tree, struct xml_node *parent, struct weir_str name);
void xml_tree_add_text(struct xml_tree *tree, struct xml_node *node, struct weir_str text);
void xml_tree_clear(struct xml_tree *tree);

/* As an object, even if it has text alone. False: the buffer is full. */
bool xml_tree_write(
    const struct xml_tree *tree, const struct xml_node *root, struct weir_buf *out) WEIR_MUST_CHECK;

#endif
