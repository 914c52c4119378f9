/* `cache`: whether answers are kept, where, for how long, and how many. */
#ifndef WEIR_HTTP_CACHE_OPTIONS_H
#define WEIR_HTTP_CACHE_OPTIONS_H

#include <weir/option.h>

struct http_cache_options {
    uint64_t ttl; /* ms */
    const char *path;
    uint64_t max_size; /* bytes */
};

extern const struct weir_option http_cache_option_table[];

/* `config` is what stands under `extract`; `n_gets` of its resources ask by GET. */
void http_cache_check(
    const struct weir_node *config, size_t n_gets, struct weir_mistakes *mistakes);

#endif
