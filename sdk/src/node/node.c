/* The tree: building it, looking things up in it, laying one over another. */
#include <weir/node.h>

#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 4 };

/* SIZE_MAX when there is no such key, or no map to have one. */
static size_t find(const struct weir_node *node, struct weir_str key)
{
    if (!node || node->kind != WEIR_NODE_MAP)
        return SIZE_MAX;
    for (size_t i = 0; i < node->n; i++)
        if (weir_str_equal(node->keys[i]->text, key))
            return i;
    return SIZE_MAX;
}

const struct weir_node *weir_node_get(const struct weir_node *node, const char *key)
{
    size_t i = find(node, weir_str(key));

    return i == SIZE_MAX ? NULL : node->items[i];
}

const struct weir_node *weir_node_key(const struct weir_node *node, const char *key)
{
    size_t i = find(node, weir_str(key));

    return i == SIZE_MAX ? NULL : node->keys[i];
}

bool weir_node_is_null(const struct weir_node *node)
{
    if (node->kind != WEIR_NODE_SCALAR || node->quoted || node->substituted)
        return false;
    return node->text.len == 0 || weir_str_is(node->text, "~") || weir_str_is(node->text, "null");
}

struct weir_node *weir_node_scalar(struct weir_arena *arena, const char *text)
{
    struct weir_node *node = weir_new(arena, struct weir_node);

    node->kind = WEIR_NODE_SCALAR;
    node->text = weir_copy(arena, weir_str(text));
    return node;
}

struct weir_node *weir_node_map(struct weir_arena *arena)
{
    struct weir_node *node = weir_new(arena, struct weir_node);

    node->kind = WEIR_NODE_MAP;
    return node;
}

struct weir_node *weir_node_list(struct weir_arena *arena)
{
    struct weir_node *node = weir_new(arena, struct weir_node);

    node->kind = WEIR_NODE_LIST;
    return node;
}

static struct weir_node **grow(
    struct weir_arena *arena, struct weir_node **nodes, size_t n, size_t capacity)
{
    struct weir_node **grown = weir_new_array(arena, capacity, struct weir_node *);

    if (n)
        memcpy(grown, nodes, n * sizeof(*nodes));
    return grown;
}

/* There is room for the next power of two, so n alone says when it is used up. */
static bool is_full(size_t n)
{
    return n == 0 || (n >= FIRST_CAPACITY && (n & (n - 1)) == 0);
}

void weir_node_add(struct weir_arena *arena, struct weir_node *parent, struct weir_node *key,
    struct weir_node *item)
{
    size_t capacity = parent->n ? parent->n * 2 : FIRST_CAPACITY;

    if (is_full(parent->n)) {
        parent->items = grow(arena, parent->items, parent->n, capacity);
        if (parent->kind == WEIR_NODE_MAP)
            parent->keys = grow(arena, parent->keys, parent->n, capacity);
    }
    parent->items[parent->n] = item;
    if (parent->kind == WEIR_NODE_MAP)
        parent->keys[parent->n] = key;
    parent->n++;
}

/* --- keys that stand twice --------------------------------------------------------------- */

struct place_of_key {
    const struct weir_node *key;
    size_t i;
};

static int compare_keys(const void *left, const void *right)
{
    const struct place_of_key *a = left, *b = right;
    int order = strcmp(a->key->text.ptr, b->key->text.ptr);

    return order ? order : (a->i > b->i) - (a->i < b->i);
}

/* By sorting: a hostile document has 50,000 keys in one map. */
void weir_node_duplicates(const struct weir_node *map,
    void (*found)(void *arg, const struct weir_node *again, const struct weir_node *first),
    void *arg)
{
    struct place_of_key *places;
    size_t first = 0;

    if (map->kind != WEIR_NODE_MAP || map->n < 2)
        return;
    places = weir_calloc(map->n, sizeof(*places));
    for (size_t i = 0; i < map->n; i++)
        places[i] = (struct place_of_key){map->keys[i], i};
    qsort(places, map->n, sizeof(*places), compare_keys);
    for (size_t i = 1; i < map->n; i++) {
        if (weir_str_equal(places[i].key->text, places[first].key->text))
            found(arg, places[i].key, places[first].key);
        else
            first = i;
    }
    free(places);
}

/* --- one tree over another --------------------------------------------------------------- */

static bool types_differ(const struct weir_node *a, const struct weir_node *b)
{
    const struct weir_node *type_a = weir_node_get(a, "type");
    const struct weir_node *type_b = weir_node_get(b, "type");

    if (!type_a || !type_b)
        return false;
    return type_a->kind != type_b->kind || !weir_str_equal(type_a->text, type_b->text);
}

/* Trees are read-only to those who share them, but children are kept as they were given. */
static struct weir_node *shared(const struct weir_node *node)
{
    return (struct weir_node *)(uintptr_t)node;
}

const struct weir_node *weir_node_merge(
    struct weir_arena *arena, const struct weir_node *under, const struct weir_node *over)
{
    struct weir_node *merged;

    if (!over || !under)
        return over ? over : under;
    if (over->kind != WEIR_NODE_MAP || under->kind != WEIR_NODE_MAP || types_differ(under, over))
        return over;
    merged = weir_node_map(arena);
    merged->line = over->line;
    merged->column = over->column;
    for (size_t i = 0; i < under->n; i++) {
        size_t at = find(over, under->keys[i]->text);

        if (at == SIZE_MAX)
            weir_node_add(arena, merged, under->keys[i], under->items[i]);
        else
            weir_node_add(arena, merged, over->keys[at],
                shared(weir_node_merge(arena, under->items[i], over->items[at])));
    }
    for (size_t i = 0; i < over->n; i++)
        if (find(under, over->keys[i]->text) == SIZE_MAX)
            weir_node_add(arena, merged, over->keys[i], over->items[i]);
    return merged;
}
