/*
 * What a ready page passes before it is sent: whoever may have to hold it back is
 * asked here, in a fixed order, so that a page holds nothing while it waits for
 * something else.
 *
 * Who says no parks the page in a list of its own. It is ready again, before
 * others, when what it waited for is there; then it is asked from the beginning.
 */
#ifndef WEIR_HTTP_GATE_H
#define WEIR_HTTP_GATE_H

#include "source.h"

/* May it be sent now? It is in no list; if not, it is parked. */
bool http_gate_pass(struct http_page *page);
/* Every page of the resource would be held back, so no partition need be begun. */
bool http_gate_is_shut(const struct http_resource *resource);
/* The page's request is over: what it held is another's. */
void http_gate_leave(struct http_page *page);
/* A login has ended, well or not. */
void http_gate_unlock(struct http_source *source);
/* A page that is parked leaves the list. */
void http_gate_forget(struct http_page *page);
/* For those who are asked: puts the page, which is in no list, into this one; takes it out again, to
 * be asked anew before those that did not wait. */
void http_gate_park(struct http_page *page, struct http_page_list *list);
void http_gate_unpark(struct http_page *page);

#endif
