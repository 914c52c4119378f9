/*
 * Values that are asked for together. A group is of rows of one unit that agree in all else
 * that is taken from them, and holds a value once; so what a unit opens depends on nothing but its rows.
 */
#ifndef WEIR_HTTP_GROUP_H
#define WEIR_HTTP_GROUP_H

#include "opened.h"

struct http_members {
    struct http_member *items;
    size_t n;
    size_t capacity;
};

void http_members_add(
    struct http_members *members, const struct http_question *question, struct weir_arena *arena);
/* Sorts them, and drops what is there twice. */
void http_members_seal(struct http_members *members);
/* The group that begins with the member `at`; returns the member behind it. */
size_t http_members_group(const struct http_members *members, size_t at,
    const struct http_fanout_column *column, struct weir_arena *arena,
    struct http_question *ret_question);

#endif
