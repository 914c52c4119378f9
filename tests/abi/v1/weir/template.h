/*
 * Texts with places to fill while the pipeline runs: "/repos/{partition.name}".
 *
 * Only the known roots make a placeholder; any other brace is an ordinary
 * character, so GraphQL and JSON need no doubling. `vars` and `run` are known
 * when the file is read and are filled then; the others are filled for each
 * request. A template is read-only after parsing and may be filled by any
 * number of threads at once.
 */
#ifndef WEIR_TEMPLATE_H
#define WEIR_TEMPLATE_H

#include <weir/batch.h>
#include <weir/node.h>

#ifdef __cplusplus
extern "C" {
#endif

enum weir_root {
    WEIR_ROOT_VARS = 1 << 0,      /* {vars.x}: a constant of the pipeline file */
    WEIR_ROOT_RUN = 1 << 1,       /* {run.started_at}: RFC 3339, UTC */
    WEIR_ROOT_PARTITION = 1 << 2, /* {partition.x} */
    /* For extractors that look them up themselves. */
    WEIR_ROOT_RESOURCES = 1 << 3,   /* {resources.parent.field}; http does not */
    WEIR_ROOT_INCREMENTAL = 1 << 4, /* {incremental.start_value} */
    WEIR_ROOT_JOB = 1 << 5,         /* {job.id}: of what the server works at */
};

struct weir_template;

/* What is known when the file is read. */
struct weir_constants {
    const struct weir_node *vars; /* a map of scalars, or NULL */
    const char *run_started_at;
};

/*
 * Parses text; roots is the set of enum weir_root allowed here (vars and run
 * always are). NULL and an error with the offset of the fault, in bytes of text,
 * for an unclosed placeholder, an unknown variable, or a root not allowed here.
 */
WEIR_API const struct weir_template *weir_template_parse(struct weir_arena *arena,
    struct weir_str text, unsigned roots, const struct weir_constants *constants,
    size_t *ret_offset, struct weir_error *ret_error);

/* The text as it was written. */
WEIR_API struct weir_str weir_template_source(const struct weir_template *t);
/* The set of roots that are still to be filled; 0 for a constant text. */
WEIR_API unsigned weir_template_roots(const struct weir_template *t);
/* True when the template is one placeholder and nothing else: it keeps the value's kind. */
WEIR_API bool weir_template_is_single(const struct weir_template *t);

/* Finds the value of a placeholder: for {partition.region}, root PARTITION and name "region";
 * for {resources.a.b.c}, name "a.b.c". False when there is none. */
typedef bool (*weir_lookup)(
    void *arg, enum weir_root root, struct weir_str name, struct weir_value *ret_value);

enum weir_encoding {
    WEIR_ENCODE_NONE,
    /* Values are percent-encoded, so that none can leave its part of a URL; a
     * placeholder that opens the text is taken as it is, for it brings the URL. */
    WEIR_ENCODE_URL,
};

/* Fills in. Fails with E-TEMPLATE when lookup knows no value, or the value is null. */
WEIR_API enum weir_status weir_template_fill(const struct weir_template *t,
    struct weir_arena *arena, enum weir_encoding encoding, weir_lookup lookup, void *arg,
    struct weir_str *ret_text, struct weir_error *ret_error) WEIR_MUST_CHECK;

/*
 * A whole JSON document with placeholders in its texts (a request body): parsed
 * once, filled for each request. A text that is one placeholder becomes the
 * value with its own kind; the rest become strings.
 */
struct weir_document;
WEIR_API const struct weir_document *weir_document_parse(struct weir_arena *arena,
    const struct weir_node *node, unsigned roots, const struct weir_constants *constants,
    struct weir_mistakes *mistakes);
WEIR_API enum weir_status weir_document_fill(const struct weir_document *document,
    struct weir_arena *arena, weir_lookup lookup, void *arg, struct weir_str *ret_json,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* Percent-encodes all but the unreserved characters of RFC 3986. */
WEIR_API struct weir_str weir_url_encode(struct weir_arena *arena, struct weir_str s);

#ifdef __cplusplus
}
#endif
#endif
