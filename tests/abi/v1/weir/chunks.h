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
#include <weir/option.h>
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

/* What a resource of a database says: the options of a resource are this. */
struct weir_chunk_wish {
    const char *from;
    const char *query;
    struct weir_strs key;
};

/* For `check`: what the options of a resource cannot say alone. */
WEIR_API void weir_chunks_check(struct weir_stage *stage, struct weir_mistakes *mistakes);
/* The query as it may stand in a FROM, in the arena. */
WEIR_API const char *weir_chunks_subquery(struct weir_arena *arena, const char *query);
/* The column that `cursor_path` names, in the arena; NULL: all is read each time. */
WEIR_API const char *weir_chunks_cursor(
    struct weir_arena *arena, const struct weir_resource *resource);

/* How rows are told that are not to be read. These numbers are part of the ABI. */
enum weir_chunk_kind {
    WEIR_CHUNK_ALL,     /* the database cannot tell */
    WEIR_CHUNK_NUMBERS, /* from `start` to `end` */
    WEIR_CHUNK_TIMES,   /* the same in seconds since 1970, whatever the source calls them */
    WEIR_CHUNK_TEXTS,   /* `start` and `end` are texts, to be compared byte by byte */
};

/*
 * A window as the database may ask for it. Databases compare in their own ways, so these bounds
 * are wider than the window where a row could be missed otherwise, and they are closed at both
 * ends; what is too much the engine leaves out.
 */
struct weir_chunk_bounds {
    enum weir_chunk_kind kind;
    bool has_start, has_end;
    int64_t start, end;
    struct weir_str start_text, end_text;
    /* Rows without a cursor, and those with one of another kind, are to be read as well: the engine
     * has rules for them. They come with the last window. */
    bool takes_nulls, takes_others;
};

WEIR_API struct weir_chunk_bounds weir_chunks_bounds(const struct weir_chunk_part *part);

enum { WEIR_CHUNK_DAY_SIZE = 16 };

/*
 * Times that are stored as texts may have any offset from UTC: a day as ISO 8601 writes it, `days`
 * behind that of the second (before it when negative). False where it is out of the years 0 to 9999.
 */
WEIR_API bool weir_chunks_day(int64_t second, int days, char out[WEIR_CHUNK_DAY_SIZE]);

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
