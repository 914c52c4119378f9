/*
 * A document as a tree with positions: what a pipeline file is read into.
 *
 * Scalars have no type of their own; the option that receives one decides. Each
 * node knows the line and column where it stands, so a mistake found ten steps
 * later still points at the place. A tree is read-only once it was read.
 */
#ifndef WEIR_NODE_H
#define WEIR_NODE_H

#include <stdint.h>
#include <weir/arena.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_error;

enum weir_node_kind {
    WEIR_NODE_SCALAR,
    WEIR_NODE_LIST,
    WEIR_NODE_MAP,
};

enum {
    WEIR_NODE_MAX_DEPTH = 64,    /* lists and maps inside each other */
    WEIR_NODES_MAX = 100 * 1000, /* in one document, keys included */
};

/* A piece of a scalar's text that the file has in other words: ${NAME}. In bytes. */
struct weir_splice {
    size_t at, len;                 /* in the node's text */
    size_t written_at, written_len; /* in the text as it was written */
    bool foreign;                   /* from the environment or a file: never shown */
};

/* A scalar before substitution, and where it differs. */
struct weir_written {
    struct weir_str text;
    const struct weir_splice *splices; /* in order */
    size_t n;
};

struct weir_node {
    enum weir_node_kind kind;
    uint32_t line;   /* from 1; 0 where the node was not read from a file */
    uint32_t column; /* from 1, in characters */
    /* scalar */
    struct weir_str text; /* NUL-terminated, after substitution from the environment */
    bool quoted;          /* 'x', "x" or a block: a text even if it looks like a number */
    bool block;           /* a | or > block: its text begins on the next line */
    bool substituted;     /* holds a value from the environment or a file */
    /* list and map: entries; a map's keys are unique */
    struct weir_node **items;
    struct weir_node **keys; /* map only: scalars */
    size_t n;
    /* scalar: where it stands in the document's own text, quotes and all, so that a place inside
     * it can be found; NULL where there is none. A NUL ends the document. */
    const char *source;
    const struct weir_written *written; /* NULL: nothing was substituted */
};

/* The value under the key, or NULL (also when node is NULL or no map). */
WEIR_API const struct weir_node *weir_node_get(const struct weir_node *node, const char *key);
/* The key's own node, for pointing at it; NULL when absent. */
WEIR_API const struct weir_node *weir_node_key(const struct weir_node *node, const char *key);
/* Scalar and one of: nothing, ~, null; not if it was quoted or came from the environment. */
WEIR_API bool weir_node_is_null(const struct weir_node *node);

WEIR_API struct weir_node *weir_node_scalar(struct weir_arena *arena, const char *text);
WEIR_API struct weir_node *weir_node_map(struct weir_arena *arena);
WEIR_API struct weir_node *weir_node_list(struct weir_arena *arena);
/* Adds to a map (key, item) or list (NULL, item). The nodes are shared, not copied. */
WEIR_API void weir_node_add(struct weir_arena *arena, struct weir_node *parent,
    struct weir_node *key, struct weir_node *item);

/* Tells of each key of the map that stands there a second time, and where it stood first. */
WEIR_API void weir_node_duplicates(const struct weir_node *map,
    void (*found)(void *arg, const struct weir_node *again, const struct weir_node *first),
    void *arg);

/*
 * Where in the file a character of a scalar's text stands, 0 being its first one:
 * behind the quote, or below the |. It is found through folding, escapes and
 * substitution. 0 and 0 where the node was not read from a file.
 */
WEIR_API void weir_node_place(
    const struct weir_node *node, size_t offset, uint32_t *ret_line, uint32_t *ret_column);

/*
 * `over` laid upon `under`: keys of both, `over` wins, maps are merged key by
 * key to any depth, lists and scalars are taken whole. Neither is changed. A map
 * with a `type` key replaces one of another type whole, since the keys of one
 * type mean nothing to another.
 */
WEIR_API const struct weir_node *weir_node_merge(
    struct weir_arena *arena, const struct weir_node *under, const struct weir_node *over);

/*
 * The tree as JSON text. Plain scalars that are JSON numbers, true, false or
 * null become those; all else, and everything quoted, becomes a string.
 */
WEIR_API struct weir_str weir_node_to_json(struct weir_arena *arena, const struct weir_node *node);
/*
 * A JSON document as a tree with lines and columns; NULL and an error where it is
 * none. Texts and numbers stay as they were written; only texts count as quoted.
 * Codes: E-JSON, E-UTF8, E-TEXT-NUL, E-JSON-DUPLICATE, E-JSON-DEPTH beyond
 * WEIR_NODE_MAX_DEPTH, E-LIMIT beyond WEIR_NODES_MAX.
 */
WEIR_API const struct weir_node *weir_node_from_json(
    struct weir_arena *arena, struct weir_str json, struct weir_error *ret_error);

/*
 * Mistakes: what is wrong in a document. All are gathered, up to
 * WEIR_MISTAKES_MAX, and shown in line order, so a user mends a file in one go.
 */
enum { WEIR_MISTAKES_MAX = 20 };

struct weir_mistake {
    uint32_t line, column; /* 0: the document as a whole */
    bool warning;          /* shown, but nothing is refused because of it */
    const char *code;      /* "E-KEY", "E-VALUE", ... */
    const char *text;      /* one line: what is wrong, then a suggestion if there is one */
};

struct weir_mistakes {
    struct weir_arena *arena; /* of the texts */
    struct weir_mistake items[WEIR_MISTAKES_MAX];
    size_t n;        /* kept */
    size_t n_errors; /* all errors found, also those that were not kept */
};

WEIR_API void weir_mistakes_init(struct weir_mistakes *mistakes, struct weir_arena *arena);
/*
 * At a node; offset: characters into its text where the trouble is (see
 * weir_node_place), 0 for the node as a whole. What was substituted from outside
 * is put back as it was written (${NAME}) should it stand in the message.
 */
WEIR_API void weir_mistake(struct weir_mistakes *mistakes, const struct weir_node *at,
    size_t offset, const char *code, const char *format, ...) WEIR_PRINTF(5, 6);
WEIR_API void weir_mistake_warn(struct weir_mistakes *mistakes, const struct weir_node *at,
    const char *code, const char *format, ...) WEIR_PRINTF(4, 5);
/* By line and column, warnings and errors together; a stable order. */
WEIR_API void weir_mistakes_sort(struct weir_mistakes *mistakes);
/* "; did you mean 'x'?" for the nearest of n candidates within two edits, else "". In the arena. */
WEIR_API const char *weir_did_you_mean(struct weir_arena *arena, const char *word,
    const char *(*candidate)(const void *candidates, size_t i), const void *candidates, size_t n);

#ifdef __cplusplus
}
#endif
#endif
