/*
 * reset_pagination: a chain begins anew from its first page, in the same pass.
 *
 * Marks and links expire at some servers, and then nothing leads on from there. The
 * page that was refused becomes the first one: it keeps its number in the chain, as
 * do those behind it, so that positions only ever go forward and a run that ends
 * in between is resumed as any other. Rows come twice by that, which only merge
 * takes without harm.
 */
#ifndef WEIR_HTTP_RESET_H
#define WEIR_HTTP_RESET_H

#include <stdbool.h>

enum { HTTP_MOST_RESETS = 10 }; /* of a chain in one run */

struct http_page;
struct weir_error;

/* Asks for the page as for the first one; false where it was, or where that did not help. */
bool http_reset(struct http_page *page, const struct weir_error *reason);

#endif
