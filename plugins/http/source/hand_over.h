/*
 * Finished answers on their way to the engine: into batches, to the workers that
 * decode them, and back to their chains.
 *
 * Many small answers share a batch, so they wait for each other a few
 * milliseconds; nothing waits when the pool of requests would run dry meanwhile.
 */
#ifndef WEIR_HTTP_HAND_OVER_H
#define WEIR_HTTP_HAND_OVER_H

#include "source.h"

/* A page whose turn in its chain has come. */
void http_hand_over(struct http_page *page);
/* It is not wanted any more, or in a batch now. */
void http_hand_back(struct http_page *page);
/* Tells the engine if there is something for it; call it when all else is done. */
void http_hand_notify(struct http_source *source);
/* Fills the batch with what is finished of one resource; false when nothing is due. */
bool http_hand_batch(struct http_source *source, struct weir_batch *batch);
void http_hand_on_timer(uv_timer_t *timer);
/* Nothing runs, waits or is out any more. */
bool http_hand_is_over(const struct http_source *source);

/* The plugin's callback: each unit is judged by its chain, and gets its position or leaves nothing
 * behind. */
enum weir_status http_decoded(struct weir_stage *stage, struct weir_batch *batch);

#endif
