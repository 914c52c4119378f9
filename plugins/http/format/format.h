/*
 * What the body of an answer is written in: how rows are read from it, and single
 * values, such as a next link. On workers: pure, but for the reader's memory.
 *
 * A resource's file names one, or leaves it to the Content-Type of each answer.
 */
#ifndef WEIR_HTTP_FORMAT_H
#define WEIR_HTTP_FORMAT_H

#include "options.h"

#include <weir/csv.h>
#include <weir/json.h>

struct http_format {
    const char *name;
    const char *shown; /* in messages */
    bool has_escapes;  /* that stand for characters as JSON's do */
    /* Appends the rows to the last unit of the batch, as weir_json_rows does. */
    enum weir_status (*rows)(const struct http_resource_options *options,
        struct weir_json_reader *reader, struct weir_str body, struct weir_batch *batch,
        struct weir_error *ret_error);
    /* What stands beside the rows, as a text for `pick`; NULL: the body itself. In the arena. */
    enum weir_status (*open)(const struct http_resource_options *options, struct weir_str body,
        struct weir_arena *arena, struct weir_str *ret_document, struct weir_error *ret_error);
    /* One value of a body whose rows are read; null and not found when it is absent. In the arena.
     * NULL: nothing can stand beside the rows. */
    enum weir_status (*pick)(struct weir_json_reader *reader, struct weir_str body,
        const struct weir_path *path, struct weir_arena *arena, struct weir_value *ret_value,
        bool *ret_found, struct weir_error *ret_error);
};

extern const struct http_format http_format_json;
extern const struct http_format http_format_ndjson;
extern const struct http_format http_format_json_seq;
extern const struct http_format http_format_csv;
extern const struct http_format http_format_xml;

enum http_format_name {
    HTTP_FORMAT_AUTO,
    HTTP_FORMAT_JSON,
    HTTP_FORMAT_NDJSON,
    HTTP_FORMAT_CSV,
    HTTP_FORMAT_XML,
    HTTP_FORMAT_JSON_SEQ,
};

enum http_invalid_utf8 { HTTP_UTF8_FAIL, HTTP_UTF8_REPLACE };
enum http_duplicate_keys { HTTP_KEYS_FAIL, HTTP_KEYS_LAST };

/* What a file says of a format; each has a table of those that concern it, the others are 0. */
struct http_format_options {
    int nul;            /* enum weir_nul */
    int invalid_utf8;   /* enum http_invalid_utf8 */
    int duplicate_keys; /* enum http_duplicate_keys */
    struct weir_strs columns;
    const struct weir_path *schema_path;
    const char *delimiter;
    bool quotes;
    bool header;
    const char *record;
};

void http_json_check(const struct http_format_options *options, const struct weir_node *node,
    struct weir_mistakes *mistakes);
void http_xml_check(const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes);
struct weir_csv http_csv_dialect(const struct http_resource_options *options);
void http_csv_check(const struct http_format_options *options, const struct weir_node *node,
    struct weir_mistakes *mistakes);

extern const struct weir_variant_type http_format_variants[];

/* The body as it is read: with what the file wants to be mended. */
struct weir_str http_format_mend(const struct http_resource_options *options,
    const struct http_format *format, struct weir_str body, struct weir_arena *arena);

/* That of an answer, by what its Content-Type says; "" when it says nothing. Never NULL. */
const struct http_format *http_format_find(
    const struct http_resource_options *options, const char *content_type);
/* Is every answer read as what can be cut without showing it? */
bool http_format_hides_cuts(const struct http_resource_options *options);
/* More mistakes than the table can tell. */
void http_format_check(const struct http_resource_options *options, const struct weir_node *config,
    struct weir_mistakes *mistakes);

/* Names of columns that cannot be used are mistakes at `columns` of the node. */
void http_format_check_columns(const struct weir_strs *columns, size_t most,
    const struct weir_node *node, struct weir_mistakes *mistakes);

#endif
