/* The options of the plugin `sample`, for tests that look at what was read into them. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <weir/plugin.h>

struct sample {
    const char *origin;
    struct weir_secret token;
};

struct sample_resource {
    const char *path;
    int64_t page_size;
    struct weir_pairs headers;
    const struct weir_template *note;
};

#endif
