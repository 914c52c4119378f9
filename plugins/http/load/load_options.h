/* What a pipeline file may say to the http loader. */
#ifndef WEIR_HTTP_LOAD_OPTIONS_H
#define WEIR_HTTP_LOAD_OPTIONS_H

#include "load/body.h"
#include "options.h"

#include <weir/stage.h>

struct http_sink;

struct http_load_body {
    int format;      /* enum http_body_format */
    const char *key; /* json: the rows stand under it; NULL: they are the body */
    const char *table_key;
    bool nulls;
};

struct http_load_batch {
    int64_t rows;
    uint64_t bytes;
};

struct http_load_key {
    const char *header;
    const struct weir_template *scope;
};

/* The state of the stage. */
struct http_load {
    struct http_options
        connection; /* first: its options, and what reads them, are extract's, too */
    const struct weir_template *url;
    int method; /* enum http_load_method */
    struct weir_templates headers;
    struct weir_variant auth;
    struct http_load_body body;
    struct http_load_batch batch;
    struct http_retry_options retry;
    struct http_load_key idempotency_key;
    struct http_sink *sink; /* no option: what is at work, from start to stop */
};

enum http_load_method { HTTP_LOAD_POST, HTTP_LOAD_PUT, HTTP_LOAD_PATCH };

extern const struct weir_option http_load_option_table[];

const char *http_load_method_name(int method);
void http_load_check(struct weir_stage *stage, struct weir_mistakes *mistakes);

#endif
