/*
 * Chunks: reading a table, or whatever else has a key, piece by piece in the order
 * of the key. For extractors of databases.
 *
 * Each resource is a chain (with `step`, each of its windows is one), and each chunk
 * is a unit whose position names the last key in it. So memory stays small however
 * large the table is, and the next run goes on behind the last commit. Resources are
 * read one after the other.
 *
 * All of it belongs to the thread that `extract` runs on; it begins in `extract`, not
 * in `start`.
 */
#ifndef WEIR_CHUNKS_H
#define WEIR_CHUNKS_H

#include <weir/incremental.h>
#include <weir/stage.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What is to be read now. */
struct weir_chunk_part {
    const struct weir_resource *resource;
    size_t index; /* of the resource in stage->resources */
    /* Rows whose cursor is at `start` or behind it, and before `end`; NULL: all. */
    const struct weir_window *window;
    /* The key of the last row that is there already, as weir_chunks_add was told; NULL: none. */
    const char *after;
};

struct weir_chunks;
WEIR_API struct weir_chunks *weir_chunks_new(struct weir_stage *stage);
/* Accepts NULL. */
WEIR_API void weir_chunks_free(struct weir_chunks *chunks);

/*
 * WEIR_OK: what to read, good until weir_chunks_add; WEIR_END: all has been read. WEIR_FAIL: a mark
 * or a bound of `incremental` cannot be read, as weir_fail has told.
 */
WEIR_API enum weir_status weir_chunks_next(
    struct weir_chunks *chunks, const struct weir_chunk_part **ret_part) WEIR_MUST_CHECK;
/*
 * The rows of the batch's last unit are the next chunk of that part: gives the unit its position, and
 * goes on. `last_key` (copied) names the last row, in whatever form the extractor reads back;
 * with `is_last` the part ends here, and it may be NULL. A part without rows has one chunk
 * without rows.
 */
WEIR_API void weir_chunks_add(
    struct weir_chunks *chunks, struct weir_batch *batch, const char *last_key, bool is_last);

#ifdef __cplusplus
}
#endif
#endif
