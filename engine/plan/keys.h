/* The keys of a pipeline file that the engine itself knows, as option tables. */
#ifndef PLAN_KEYS_H
#define PLAN_KEYS_H

#include <weir/option.h>

struct limits_keys {
    uint64_t memory;   /* bytes */
    uint64_t run_time; /* ms; 0: no limit */
};

struct file_keys {
    int64_t weir;
    const char *name;
    const struct weir_node *vars;
    struct limits_keys limits;
    const struct weir_node *extract;
    const struct weir_node *transform;
    const struct weir_node *load;
};

struct extract_keys {
    const char *type;
    const struct weir_node *resource_defaults;
    const struct weir_node *resources;
};

struct resource_keys {
    const char *name;
    const char *table;
    bool selected;
    struct weir_strs primary_key;
};

struct transform_keys {
    const char *type;
    struct weir_strs resources;
};

struct batching_keys {
    int64_t rows;
    uint64_t bytes;
    uint64_t period; /* ms */
};

struct load_keys {
    const char *type;
    struct batching_keys batching;
};

extern const struct weir_option file_key_table[];
extern const struct weir_option extract_key_table[];
extern const struct weir_option resource_key_table[];
extern const struct weir_option transform_key_table[];
extern const struct weir_option load_key_table[];

#endif
