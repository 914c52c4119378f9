/* The keys of a pipeline file that the engine itself knows, as option tables. */
#ifndef PLAN_KEYS_H
#define PLAN_KEYS_H

#include <weir/incremental.h>
#include <weir/option.h>

struct limits_keys {
    uint64_t memory;   /* bytes */
    uint64_t run_time; /* ms; 0: no limit */
};

struct dead_letter_keys {
    const char *table;
    int64_t max_rows; /* 0: no limit */
    const char *max_ratio;
};

struct contract_keys {
    int tables; /* all: enum weir_contract */
    int columns;
    int data_type;
};

struct schema_keys {
    const struct weir_node *columns;
    struct contract_keys contract;
};

struct file_keys {
    int64_t weir;
    const char *name;
    const struct weir_node *vars;
    struct limits_keys limits;
    struct dead_letter_keys dead_letter;
    struct schema_keys schema;
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
    int write_disposition; /* enum weir_disposition */
    const char *order_by;
    bool allow_empty;
    double min_ratio;
    int on_row_error; /* enum on_row_error */
    const char *where;
    struct weir_incremental incremental;
};

enum on_row_error { ROW_ERROR_FAILS, ROW_ERROR_SETS_ASIDE };

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
