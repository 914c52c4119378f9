/*
 * What is kept, on its way through a batch: workers read bodies of kept answers, and write those
 * of new ones into files that have no name yet; when the answer is judged good, on the loop, the
 * file gets its name.
 */
#ifndef WEIR_HTTP_KEEP_H
#define WEIR_HTTP_KEEP_H

#include "folder.h"

#include <weir/arena.h>

struct http_batch_kept;
struct http_credential;

/* In the batch's arena; takes the entry over. `is_taken`: the body is to be read from there. */
struct http_batch_kept *http_keep_new(struct http_folder *folder, struct http_entry *entry,
    bool is_taken, const struct http_credential *credential, struct weir_arena *arena);
/* The memory that the body is going to be read to; {NULL, 0}: it is here already. */
struct weir_str http_keep_room(const struct http_batch_kept *kept);

bool http_keep_is_taken(const struct http_batch_kept *kept);
/* Reads the body, where it is not here yet; false: it is not to be had any more, and the entry goes.
 * Any thread. */
bool http_keep_read(struct http_batch_kept *kept);
/* The answer is well-formed: writes it where it is not there yet. Any thread. */
void http_keep_write(struct http_batch_kept *kept, struct weir_str body);
/* The answer counts, or not. On the loop's thread. */
void http_keep_judge(struct http_batch_kept *kept, bool is_good);

#endif
