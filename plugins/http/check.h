/* What can be known about the options before anything is asked for. */
#ifndef WEIR_HTTP_CHECK_H
#define WEIR_HTTP_CHECK_H

#include <weir/stage.h>

struct http_options;
struct weir_incremental;
struct weir_template;
struct weir_document;

void http_check(struct weir_stage *stage, struct weir_mistakes *mistakes);
/* What stands under `extract` itself; `config` is its node. */
void http_check_connection(const struct http_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes);

/* What the placeholders of one resource may refer to. */
struct http_check_names {
    struct weir_arena *arena;
    struct weir_mistakes *mistakes;
    const struct weir_node *partitions_node; /* the map of their names, or NULL */
    bool partitions_are_sound;
    bool partitions_are_used;
    const struct weir_incremental *incremental; /* NULL: none, or one with mistakes */
    const struct weir_node *incremental_node;   /* or NULL */
    bool may_be_left_out; /* what is looked at is a parameter, which needs no beginning */
};

/* Tells of placeholders that name nothing, at the node where the template stands. `key` is what
 * the template is for, in messages. */
void http_check_template(
    struct http_check_names *names, const struct weir_template *t, const struct weir_node *at);
void http_check_document(struct http_check_names *names, const struct weir_document *document,
    const struct weir_node *at);

#endif
