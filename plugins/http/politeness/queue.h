/*
 * Pages that wait for a moment: when a limit has tokens again, or when an origin that
 * wants to be left alone may be asked again. One timer is behind all queues.
 */
#ifndef WEIR_HTTP_QUEUE_H
#define WEIR_HTTP_QUEUE_H

#include "polite.h"

/* The page, which is in no list and has a permit, waits in the queue, about so long. */
void http_queue_park(
    struct http_page *page, struct http_queue *queue, uint64_t wait_us, uint64_t now_us);
/* The queue is looked at after so long, or earlier if it was to be. */
void http_queue_expect(struct http_polite *polite, struct http_queue *queue, uint64_t wait_us);
/* When its first page may go, or must fail; it has one. */
void http_queue_expect_next(struct http_polite *polite, struct http_queue *queue, uint64_t now_us);
/* Must a page fail that has to wait so long? While answers are under way they are waited for first:
 * to fail may end the run, and drop them. */
bool http_queue_is_too_long(const struct http_meter *meter, uint64_t wait_us);

#endif
