/*
 * Room in the memory budget for answers while they arrive.
 *
 * A request starts on an estimate. An answer that outgrows it asks for more, and
 * pauses when the budget says no, with its connection open, until there is room.
 * So that large answers cannot hold each other up for ever, one at a time may go
 * beyond the budget: one whose turn in its chain has come, and only while nothing
 * else that was fetched waits to be loaded.
 */
#ifndef WEIR_HTTP_ROOM_H
#define WEIR_HTTP_ROOM_H

#include "source.h"

enum { HTTP_PAGE_OVERHEAD = 1024 }; /* what a page takes besides its body */

/* For struct http_request; arg is the page. */
bool http_room_ask(void *arg, size_t size);
/* Goes on with those that pause, as far as there is room now. */
void http_room_resume(struct http_source *source);
/* The page is not in flight any more. */
void http_room_leave(struct http_page *page);

#endif
