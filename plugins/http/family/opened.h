/*
 * What a chain of a child is opened with, as a text that a place can hold: a JSON object of
 * the fields that its requests need, of those that its rows are given, and of those that are handed
 * on to its own children.
 *
 * Places of such chains begin with this text; behind a line break stands what names the next page.
 */
#ifndef WEIR_HTTP_OPENED_H
#define WEIR_HTTP_OPENED_H

#include "take.h"

#include <weir/buf.h>
#include <weir/partition.h>

enum {
    HTTP_OPENED_MAX = 16 * 1024, /* what comes of one row */
    HTTP_GROUP_BYTES = 8 * 1024, /* of values in a group, unless one is longer */
};

/* What a row asks, in pieces of such a text: the entries of its objects, without braces. */
struct http_question {
    struct weir_str ask;
    struct weir_str give;
    struct weir_str pass;
    struct weir_str member; /* the value that is asked for in a group, as JSON; len 0: none is */
};

/* Of a row. `handed`: what its own chain was handed, or NULL. E-PARENT tells of a field that is not
 * there or is no single value, and of what cannot be joined, E-LIMIT of what is too long; *ret_column is
 * at fault then. */
enum weir_status http_question_of_row(const struct http_takes *takes,
    const struct weir_batch *batch, size_t row, const struct weir_node *handed,
    struct http_question *ret_question, const char **ret_column,
    struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The chain that asks it with these entries besides, which may be empty. Its id is that of all that is
 * asked. */
struct weir_opening http_question_open(
    const struct http_question *question, struct weir_str besides, struct weir_arena *arena);
/* Adds an entry, with a comma before it where it is not the first. */
bool http_opened_add(struct weir_buf *buf, const char *name, const struct weir_value *value,
    struct weir_arena *arena) WEIR_MUST_CHECK;

/* The fields of placeholders as a partition's. */
enum weir_status http_opened_read(const char *text, struct weir_arena *arena,
    struct weir_partition *ret_partition, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* A value of it. */
struct weir_value http_opened_value(const struct weir_node *node, struct weir_arena *arena);
/* What the chain was handed to hand it on; NULL: nothing. */
const struct weir_node *http_opened_handed(const char *text, struct weir_arena *arena);
/* Those that rows are given, set in these rows of the batch. */
enum weir_status http_opened_give(const char *text, struct weir_batch *batch, size_t first,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

/* What a place says of the next page; NULL: its number says enough. Accepts NULL. */
const char *http_opened_next(const char *place);
/* The place that says this of it, which may be NULL. Ends where `text` has its first line break. */
const char *http_opened_place(const char *text, const char *next, struct weir_arena *arena);

#endif
