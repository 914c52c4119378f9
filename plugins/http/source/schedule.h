/*
 * What may start now.
 *
 * The pool of requests is kept full while there is something to ask for, a slot
 * (concurrency.max, per_host) and room in the memory budget. Resources take turns;
 * within one, pages of partitions that are open come before new partitions.
 */
#ifndef WEIR_HTTP_SCHEDULE_H
#define WEIR_HTTP_SCHEDULE_H

#include "source.h"

/* Chains that are done already, passed over in one turn of the loop: some milliseconds. */
enum { HTTP_MOST_SKIPS = 2048 };

/* Bodies that wait to be handed over: several batches. With more the engine is behind, and answers
 * that are fetched early are loaded no sooner. */
enum { HTTP_MOST_FINISHED_BYTES = 2 * 1024 * 1024 };

/* Starts all that may start. Call it whenever a slot, room or something to ask for came up. */
void http_schedule(struct http_source *source);
/* A page that may be sent. `first`: before the others, for it has waited already. */
void http_schedule_ready(struct http_page *page, bool first);
/* A page's request is sent, is over. */
void http_schedule_enter(struct http_page *page);
void http_schedule_leave(struct http_page *page);
/* Puts a page aside for its next try. */
void http_schedule_retry(struct http_page *page, uint64_t wait_ms);
/* Takes a page out of wherever it stands before it is sent. */
void http_schedule_forget(struct http_page *page);
void http_schedule_on_timer(uv_timer_t *timer);
void http_schedule_on_skip(uv_timer_t *timer);
void http_schedule_on_login(void *source);
/* What an answer of the resource took, for the next estimate. */
void http_schedule_learn(struct http_resource *resource, size_t size);

#endif
