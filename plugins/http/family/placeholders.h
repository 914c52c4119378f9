/*
 * The placeholders of a resource that stand for fields of others: {resources.repos.id}.
 */
#ifndef WEIR_HTTP_PLACEHOLDERS_H
#define WEIR_HTTP_PLACEHOLDERS_H

#include "options.h"

#include <weir/stage.h>

/* Told of each, wherever it stands, as often as it does. */
struct http_looking {
    void (*found)(struct http_looking *looking, struct weir_str name); /* "repos.id" */
    const struct weir_node *at;
    void *arg;
};

void http_placeholders(struct http_looking *looking, const struct weir_resource *resource);
/* "repos" of "repos.id". */
struct weir_str http_placeholder_resource(struct weir_str name);

#endif
