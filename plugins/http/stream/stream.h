/*
 * Answers that are never held as a whole.
 *
 * The page that is in flight is the rest of the answer. What is cut from it becomes a
 * page of its own before it in the chain, which is done at once and goes the way of all pages: it is
 * handed over, decoded and judged in order, and its unit's position names the cut behind it. So
 * the page in flight keeps its request, its tries and its place among those that are
 * under way, and only its number grows.
 *
 * Another try, in this run or a later one, asks for the whole answer and passes over what was
 * cut from it, if that is what it was; else the answer is another one, E-ANSWER-CHANGED.
 */
#ifndef WEIR_HTTP_STREAM_H
#define WEIR_HTTP_STREAM_H

#include "answer/verdict.h"
#include "client/client.h"
#include "options.h"

struct http_page;
struct http_stream;

struct http_stream *http_stream_new(const struct http_resource_options *options);
void http_stream_free(struct http_stream *stream);
/* From the cut that an earlier run came to. */
enum weir_status http_stream_go_on(
    struct http_stream *stream, const char *next, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* For another try of the page. */
const struct http_taker *http_stream_taker(struct http_page *page);
/* A good answer has ended: the page gets what is left as its body. Another verdict than HTTP_GOOD and
 * why: it is not all of it, or not the one of which rows are loaded. */
enum http_verdict http_stream_end(
    struct http_page *page, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The same of an answer that stands for no rows. */
enum weir_status http_stream_leave(
    const struct http_page *page, struct weir_error *ret_error) WEIR_MUST_CHECK;

/* What cannot be had together with it. */
void http_stream_check(const struct weir_resource *resource,
    const struct http_resource_options *options, struct weir_mistakes *mistakes);

#endif
