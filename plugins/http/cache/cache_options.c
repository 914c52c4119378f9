#include "cache_options.h"

const struct weir_option http_cache_option_table[] = {
    WEIR_DURATION(struct http_cache_options, ttl, .initial = "1h", .max = 366LL * 86400 * 1000,
        .help = "How long an answer is taken as it was, without a request. An older one is asked "
                "about: what has not changed is not sent again. 0s: each one is asked about."),
    WEIR_TEXT(struct http_cache_options, path, .initial = ".weir/cache", .min = 1,
        .example = "/var/cache/weir",
        .help = "The folder; it is made, for its owner alone. Pipelines and processes may share "
                "it."),
    WEIR_SIZE(struct http_cache_options, max_size, .initial = "1GiB", .min = 1024 * 1024,
        .help = "How much may lie there; beyond it go the answers that were not used for the "
                "longest time."),
    {0},
};

void http_cache_check(const struct weir_node *config, size_t n_gets, struct weir_mistakes *mistakes)
{
    const struct weir_node *node = weir_node_get(config, "cache");

    if (node && n_gets == 0)
        weir_mistake_warn(mistakes, node, "E-VALUE",
            "'cache' does nothing here: whole answers to GET are kept, and nothing is asked so");
}
