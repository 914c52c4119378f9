/* What the paginator wants to know of a body. On workers. */
#ifndef WEIR_HTTP_FACTS_H
#define WEIR_HTTP_FACTS_H

#include "format.h"
#include "paging/paginator.h"

/* Adds to the facts what stands in the body, whose rows are the last ones of the batch. */
enum weir_status http_facts_pick(const struct http_paginator *paginator,
    const struct http_resource_options *options, const struct http_format *format,
    struct weir_json_reader *reader, struct weir_str body, const struct weir_batch *batch,
    struct http_facts *facts, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
