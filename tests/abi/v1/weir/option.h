/*
 * Options: declared once, in a table, as fields of a struct.
 *
 * One row gives parsing, checking, default, range, help text and documentation.
 * The name of the option, of the field and of the key in the pipeline file are
 * one word, because the macro takes it from the field; a field of the wrong C
 * type does not compile. A table ends with {0}.
 *
 *     static const struct weir_option options[] = {
 *         WEIR_TEXT(struct save, path, .required = true, .help = "The file to write."),
 *         WEIR_INT(struct save, rows, .initial = "1000", .min = 1, .max = 65536, .help = "..."),
 *         {0},
 *     };
 *
 * The engine zeroes the struct, fills it from the pipeline file and keeps it as
 * long as the stage. What pointers in it point to lives in the plan's arena.
 */
#ifndef WEIR_OPTION_H
#define WEIR_OPTION_H

#include <stdint.h>
#include <weir/json.h>
#include <weir/node.h>
#include <weir/template.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_option_type {
    WEIR_OPTION_NONE = 0,
    WEIR_OPTION_TEXT,      /* const char *; NULL when absent */
    WEIR_OPTION_SECRET,    /* struct weir_secret: never shown, removed from every output */
    WEIR_OPTION_BOOL,      /* bool: true or false */
    WEIR_OPTION_INT,       /* int64_t */
    WEIR_OPTION_NUMBER,    /* double */
    WEIR_OPTION_SIZE,      /* uint64_t bytes: 64KiB, 8MiB, 1GiB, or plain bytes */
    WEIR_OPTION_DURATION,  /* uint64_t milliseconds: 500ms, 30s, 5m, 2h, 7d */
    WEIR_OPTION_CHOICE,    /* int, one of .choices */
    WEIR_OPTION_TEXTS,     /* struct weir_strs; a single text is a list of one */
    WEIR_OPTION_PAIRS,     /* struct weir_pairs: a map of texts */
    WEIR_OPTION_TEMPLATE,  /* const struct weir_template * */
    WEIR_OPTION_TEMPLATES, /* struct weir_templates: a map of templates */
    WEIR_OPTION_PATH,      /* const struct weir_path *: a.b[0], $ */
    WEIR_OPTION_DOCUMENT,  /* const struct weir_document *: a JSON document with placeholders */
    WEIR_OPTION_NODE,      /* const struct weir_node *: anything; the plugin reads it itself */
    WEIR_OPTION_GROUP,     /* a struct inside the struct, with a table of its own */
    WEIR_OPTION_GROUPS,    /* struct weir_groups: a list of such structs */
    WEIR_OPTION_VARIANT,   /* struct weir_variant: a map whose `type` picks one of several tables */
};

/* A password, token or key. Not a plain pointer, so that no printf can take it by accident. */
struct weir_secret {
    const char *text; /* NULL when absent */
};

struct weir_pair {
    const char *name;
    const char *text;
    const struct weir_node *node; /* where the text stands */
};

struct weir_pairs {
    const struct weir_pair *items; /* in the order of the file */
    size_t n;
};

struct weir_named_template {
    const char *name;
    const struct weir_template *value;
    const struct weir_node *node;
};

struct weir_templates {
    const struct weir_named_template *items; /* in the order of the file */
    size_t n;
};

struct weir_groups {
    const void *items; /* n structs, one behind the other */
    size_t n;
};

struct weir_variant {
    const struct weir_variant_type *type; /* NULL when absent and without default */
    const void *options;                  /* its struct; NULL only when type is */
    const struct weir_node *node;         /* where it stands; NULL when defaulted */
};

struct weir_choice {
    const char *name; /* NULL ends the list */
    int value;
    const char *help; /* may be NULL */
};

/* Rows of options cross the border to plugins built earlier: append fields only. */
struct weir_option {
    const char *name;
    const char *help;    /* full sentences */
    const char *initial; /* the default as one would write it; NULL: none */
    const char *example; /* as one would write it; may be NULL */
    const struct weir_choice *choices;
    const struct weir_option *options;        /* group and groups */
    const struct weir_variant_type *variants; /* variant; ends with {0} */
    size_t options_size;                      /* of the struct of group and groups */
    uint32_t type;                            /* enum weir_option_type */
    uint32_t offset;
    uint32_t roots; /* template, templates, document: enum weir_root allowed besides vars and run */
    bool required;
    bool sensitive; /* values from the environment are secrets (headers, for example) */
    /* int, size, duration: range; text: least length; texts, groups: least number */
    int64_t min;
    int64_t max; /* 0 with min 0: the type's own range */
    /* It changes how the work is done, and neither what is asked for nor what comes of it: a run
     * that was interrupted may go on with another value. */
    bool tuning;
    /* secret: true for a value in which nothing is secret, such as a connection string without a
     * password; NULL: any is. */
    bool (*is_public)(const char *text);
};

struct weir_variant_type {
    const char *name; /* NULL ends the list */
    const char *help;
    int value;                         /* for a switch */
    const struct weir_option *options; /* may be NULL: no options */
    size_t options_size;
};

/* The offset of a field, if its C type is the one expected; else it does not compile. */
#define WEIR_OFFSET(T, field, ctype)                                                               \
    ((uint32_t)(offsetof(T, field) + 0 * sizeof(_Generic(((T *)0)->field, ctype : 0))))
#define WEIR_OPTION(T, field, ctype, kind, ...)                                                    \
    {                                                                                              \
        .name = #field, .type = (kind), .offset = WEIR_OFFSET(T, field, ctype), __VA_ARGS__        \
    }

#define WEIR_TEXT(T, f, ...) WEIR_OPTION(T, f, const char *, WEIR_OPTION_TEXT, __VA_ARGS__)
#define WEIR_SECRET(T, f, ...)                                                                     \
    WEIR_OPTION(T, f, struct weir_secret, WEIR_OPTION_SECRET, __VA_ARGS__)
#define WEIR_BOOL(T, f, ...) WEIR_OPTION(T, f, bool, WEIR_OPTION_BOOL, __VA_ARGS__)
#define WEIR_INT(T, f, ...) WEIR_OPTION(T, f, int64_t, WEIR_OPTION_INT, __VA_ARGS__)
#define WEIR_NUMBER(T, f, ...) WEIR_OPTION(T, f, double, WEIR_OPTION_NUMBER, __VA_ARGS__)
#define WEIR_SIZE(T, f, ...) WEIR_OPTION(T, f, uint64_t, WEIR_OPTION_SIZE, __VA_ARGS__)
#define WEIR_DURATION(T, f, ...) WEIR_OPTION(T, f, uint64_t, WEIR_OPTION_DURATION, __VA_ARGS__)
#define WEIR_CHOICE(T, f, list, ...)                                                               \
    WEIR_OPTION(T, f, int, WEIR_OPTION_CHOICE, .choices = (list), __VA_ARGS__)
#define WEIR_TEXTS(T, f, ...) WEIR_OPTION(T, f, struct weir_strs, WEIR_OPTION_TEXTS, __VA_ARGS__)
#define WEIR_PAIRS(T, f, ...) WEIR_OPTION(T, f, struct weir_pairs, WEIR_OPTION_PAIRS, __VA_ARGS__)
#define WEIR_TEMPLATE(T, f, ...)                                                                   \
    WEIR_OPTION(T, f, const struct weir_template *, WEIR_OPTION_TEMPLATE, __VA_ARGS__)
#define WEIR_TEMPLATES(T, f, ...)                                                                  \
    WEIR_OPTION(T, f, struct weir_templates, WEIR_OPTION_TEMPLATES, __VA_ARGS__)
#define WEIR_PATH(T, f, ...)                                                                       \
    WEIR_OPTION(T, f, const struct weir_path *, WEIR_OPTION_PATH, __VA_ARGS__)
#define WEIR_DOCUMENT(T, f, ...)                                                                   \
    WEIR_OPTION(T, f, const struct weir_document *, WEIR_OPTION_DOCUMENT, __VA_ARGS__)
#define WEIR_NODE(T, f, ...)                                                                       \
    WEIR_OPTION(T, f, const struct weir_node *, WEIR_OPTION_NODE, __VA_ARGS__)
#define WEIR_GROUP(T, f, G, table, ...)                                                            \
    WEIR_OPTION(                                                                                   \
        T, f, G, WEIR_OPTION_GROUP, .options = (table), .options_size = sizeof(G), __VA_ARGS__)
#define WEIR_GROUPS(T, f, G, table, ...)                                                           \
    WEIR_OPTION(T, f, struct weir_groups, WEIR_OPTION_GROUPS, .options = (table),                  \
        .options_size = sizeof(G), __VA_ARGS__)
#define WEIR_VARIANT(T, f, list, ...)                                                              \
    WEIR_OPTION(T, f, struct weir_variant, WEIR_OPTION_VARIANT, .variants = (list), __VA_ARGS__)

/* One table and the struct that it fills; a map may be read by several of them at once. */
struct weir_option_target {
    const struct weir_option *options; /* may be NULL */
    size_t stride;                     /* sizeof(struct weir_option) as the table's maker had it */
    void *target;                      /* zeroed; NULL: keys are known here but read elsewhere */
};

struct weir_option_context {
    struct weir_arena *arena; /* of everything the structs point to */
    struct weir_mistakes *mistakes;
    const struct weir_constants *constants;
    /* Told every secret value, so that no output shows it. */
    void (*secret)(void *arg, const char *text);
    void *secret_arg;
};

/*
 * Fills the targets from a map. Every mistake is gathered: unknown keys (with a
 * suggestion from all tables), missing and mistyped values, values out of range.
 * A NULL map has no keys: defaults are filled, required ones are missed at
 * `place`. Returns whether no mistake was found. Nothing is to be freed: all is in
 * the context's arena.
 */
WEIR_API bool weir_options_parse(const struct weir_option_context *context,
    const struct weir_node *map, const struct weir_node *place,
    const struct weir_option_target *targets, size_t n_targets);

/* The row of that name; NULL if there is none. `stride` is as in weir_option_target. */
WEIR_API const struct weir_option *weir_option_find(
    const struct weir_option *options, size_t stride, const char *name);
/* The row behind this one; NULL behind the last. */
WEIR_API const struct weir_option *weir_option_next(
    const struct weir_option *option, size_t stride);

/* "30s" to 30000 and the like; false when text is not of that form or out of 64 bits. */
WEIR_API bool weir_parse_duration(const char *text, uint64_t *ret_ms);
WEIR_API bool weir_parse_size(const char *text, uint64_t *ret_bytes);
WEIR_API bool weir_parse_int(const char *text, int64_t *ret_value);

/* Documentation from the table: a Markdown table for READMEs, or plain text for a terminal.
 * Nested tables follow their row. In the arena. */
WEIR_API char *weir_options_markdown(
    struct weir_arena *arena, const struct weir_option *options, size_t stride);
WEIR_API char *weir_options_text(
    struct weir_arena *arena, const struct weir_option *options, size_t stride);

#ifdef __cplusplus
}
#endif
#endif
