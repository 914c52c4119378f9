/*
 * What `partitions` of a child say:
 *
 *     partitions: { state: [open, closed] }                            each with each row of the parent
 *     partitions: { id: { resource: orders, field: id } }              a column of the parent's rows
 *     partitions: { id: { resource: orders, field: id, group: 100 } }  the same, a hundred at a time
 */
#ifndef WEIR_HTTP_FANOUT_H
#define WEIR_HTTP_FANOUT_H

#include <weir/option.h>
#include <weir/partition.h>
#include <weir/plugin.h>

enum http_group_as { HTTP_GROUP_TEXT, HTTP_GROUP_ARRAY };

/* A column of a parent's rows. */
struct http_fanout_column {
    const char *name; /* of the partition */
    const struct weir_node *node;
    const char *resource;
    const char *field;
    int64_t group; /* the most values of one chain; 0: one, and of one row */
    const char *join;
    int as; /* enum http_group_as */
};

struct http_fanout {
    const struct weir_node *lists; /* the rest, as weir_partitions_parse takes it; NULL: nothing */
    struct http_fanout_column *columns;
    size_t n_columns;
    const struct http_fanout_column *group; /* that of the columns which has one, or NULL */
};

/* Resources that it names, whether it is sound or not. */
void http_fanout_parents(const struct weir_node *partitions, struct weir_parents *parents);
/* False when there are mistakes, which are told. NULL partitions are none at all. */
bool http_fanout_parse(const struct weir_node *partitions, struct weir_arena *arena,
    struct weir_mistakes *mistakes, struct http_fanout *ret_fanout);
/* Is there a partition of that name, in whichever way? */
bool http_fanout_has(const struct weir_node *partitions, struct weir_str name);

enum { HTTP_PRODUCT_MAX = 10000 };

/* The combinations of the lists, each as it stands in a question: "state":"open","year":2024. One
 * that is empty where there are no lists. */
struct http_product {
    struct weir_str *items;
    size_t n;
    size_t longest;
};

/* E-LIMIT where there are more than HTTP_PRODUCT_MAX; files are read here. */
enum weir_status http_product_init(struct http_product *product,
    const struct weir_partitions *partitions, struct weir_arena *arena,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
