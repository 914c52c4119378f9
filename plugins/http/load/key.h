/*
 * The key of a request: what a server knows it by when it comes again.
 *
 * It is made of where the rows come from (pipeline, resource, chain, unit, and
 * which row of the unit is the first) and of the rows. From the place alone a row
 * that changed between two runs would pass for what the server has already, and be
 * lost; from the rows alone two that are equal would be one.
 */
#ifndef WEIR_HTTP_KEY_H
#define WEIR_HTTP_KEY_H

#include "body.h"

/* 128 bits in hexadecimal: some servers take no more than 45 characters. */
enum { HTTP_KEY_SIZE = 33 };

struct http_key_parts {
    const char *scope; /* or NULL */
    const char *pipeline;
    const char *resource;
    const struct weir_position *position; /* of the unit; NULL: its source gives none */
    uint64_t ordinal;                     /* then: how many units of the resource came before it */
    uint64_t row;                         /* of the unit: the first one in the request */
    const unsigned char *digest;          /* HTTP_BODY_DIGEST bytes, of the rows */
};

void http_key(const struct http_key_parts *parts, char out[HTTP_KEY_SIZE]);

#endif
