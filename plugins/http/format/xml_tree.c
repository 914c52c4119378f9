#include "xml_tree.h"

#include <stdlib.h>
#include <string.h>

struct xml_node *xml_tree_add(struct xml_tree *tree, struct xml_node *parent, struct weir_str name)
{
    struct xml_node *node;

    if (!tree->arena)
        tree->arena = weir_arena_new();
    node = weir_new(tree->arena, struct xml_node);
    node->name = weir_copy(tree->arena, name);
    tree->n_nodes++;
    tree->n_bytes += name.len;
    if (!parent)
        return node;
    node->order = parent->n++;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

void xml_tree_add_text(struct xml_tree *tree, struct xml_node *node, struct weir_str text)
{
    struct xml_piece *piece = weir_new(tree->arena, struct xml_piece);

    piece->text = weir_copy(tree->arena, text);
    tree->n_bytes += text.len + sizeof(*piece);
    if (node->last_piece)
        node->last_piece->next = piece;
    else
        node->first_piece = piece;
    node->last_piece = piece;
}

void xml_tree_clear(struct xml_tree *tree)
{
    weir_arena_free(tree->arena);
    *tree = (struct xml_tree){0};
}

static bool is_blank(const struct xml_node *node)
{
    for (const struct xml_piece *piece = node->first_piece; piece; piece = piece->next)
        for (size_t i = 0; i < piece->text.len; i++)
            if (!strchr(" \t\r\n", piece->text.ptr[i]))
                return false;
    return true;
}

static bool write_escaped(struct weir_buf *out, struct weir_str text)
{
    size_t plain = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];

        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        if (!weir_buf_add(out, text.ptr + plain, i - plain) ||
            !weir_buf_printf(out, c < 0x20 ? "\\u%04x" : "\\%c", c))
            return false;
        plain = i + 1;
    }
    return weir_buf_add(out, text.ptr + plain, text.len - plain);
}

static bool write_text(struct weir_buf *out, const struct xml_node *node)
{
    if (!weir_buf_add_text(out, "\""))
        return false;
    for (const struct xml_piece *piece = node->first_piece; piece; piece = piece->next)
        if (!write_escaped(out, piece->text))
            return false;
    return weir_buf_add_text(out, "\"");
}

static bool write_key(struct weir_buf *out, struct weir_str name, bool is_first)
{
    return weir_buf_add_text(out, is_first ? "\"" : ",\"") && write_escaped(out, name) &&
           weir_buf_add_text(out, "\":");
}

/* By name, and in their order where that is the same. */
static int by_name(const void *a, const void *b)
{
    const struct xml_node *x = *(struct xml_node *const *)a, *y = *(struct xml_node *const *)b;
    size_t n = x->name.len < y->name.len ? x->name.len : y->name.len;
    int order = memcmp(x->name.ptr, y->name.ptr, n);

    if (order == 0)
        order = (x->name.len > y->name.len) - (x->name.len < y->name.len);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

/* Those of one name are neighbours, and the first of them tells where they stand. */
struct group {
    struct xml_node **nodes;
    size_t n;
};

static int by_place(const void *a, const void *b)
{
    const struct group *x = a, *y = b;
    size_t first = x->nodes[0]->order, second = y->nodes[0]->order;

    return (first > second) - (first < second);
}

static size_t make_groups(struct xml_node **nodes, size_t n, struct group *groups)
{
    size_t n_groups = 0;

    qsort(nodes, n, sizeof(struct xml_node *), by_name);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !weir_str_equal(nodes[i]->name, nodes[i - 1]->name))
            groups[n_groups++] = (struct group){nodes + i, 0};
        groups[n_groups - 1].n++;
    }
    qsort(groups, n_groups, sizeof(*groups), by_place);
    return n_groups;
}

static bool write_object(
    const struct xml_tree *tree, const struct xml_node *node, struct weir_buf *out);

static bool write_value(
    const struct xml_tree *tree, const struct xml_node *node, struct weir_buf *out)
{
    if (node->n)
        return write_object(tree, node, out);
    return node->first_piece ? write_text(out, node) : weir_buf_add_text(out, "null");
}

static bool write_group(
    const struct xml_tree *tree, const struct group *group, bool is_first, struct weir_buf *out)
{
    if (!write_key(out, group->nodes[0]->name, is_first))
        return false;
    if (group->n == 1)
        return write_value(tree, group->nodes[0], out);
    for (size_t i = 0; i < group->n; i++)
        if (!weir_buf_add_text(out, i ? "," : "[") || !write_value(tree, group->nodes[i], out))
            return false;
    return weir_buf_add_text(out, "]");
}

/* Called again for each level, of which there are XML_MAX_DEPTH at most. */
static bool write_object(
    const struct xml_tree *tree, const struct xml_node *node, struct weir_buf *out)
{
    struct xml_node **nodes = weir_new_array(tree->arena, node->n + 1, struct xml_node *);
    struct group *groups = weir_new_array(tree->arena, node->n + 1, struct group);
    struct xml_node *child = node->first;
    size_t n_groups;

    for (size_t i = 0; i < node->n; i++, child = child->next)
        nodes[i] = child;
    n_groups = make_groups(nodes, node->n, groups);
    if (!weir_buf_add_text(out, "{"))
        return false;
    for (size_t i = 0; i < n_groups; i++)
        if (!write_group(tree, &groups[i], i == 0, out))
            return false;
    if (!is_blank(node) &&
        (!write_key(out, weir_str("_text"), n_groups == 0) || !write_text(out, node)))
        return false;
    return weir_buf_add_text(out, "}");
}

bool xml_tree_write(const struct xml_tree *tree, const struct xml_node *root, struct weir_buf *out)
{
    return write_object(tree, root, out);
}
