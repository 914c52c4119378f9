/*
 * A stage: one plugin at work in one pipeline.
 *
 * The engine makes it, fills its state from the options and hands it to every
 * callback. What a plugin needs of the engine, it asks for here. Unless a
 * comment says otherwise, a function may be called only from a callback of that
 * stage or, for a stage on the loop, from a libuv callback.
 */
#ifndef WEIR_STAGE_H
#define WEIR_STAGE_H

#include <weir/batch.h>
#include <weir/node.h>
#include <weir/position.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_host;
struct weir_incremental;
struct weir_schema;

/*
 * What a resource has done so far. The extractor counts up, the engine shows it.
 * Of the thread that `extract` runs on.
 */
struct weir_progress {
    uint64_t requests_total; /* expected in all; 0 while it is not known */
    uint64_t requests;       /* finished well */
    uint64_t in_flight;
    uint64_t retries;
    uint64_t failures;          /* given up */
    uint64_t bytes;             /* received in bodies */
    uint64_t network_us;        /* sum over requests, from sent to complete */
    uint64_t backoff_us;        /* sum over requests, waiting for a retry or a rate limit */
    uint64_t allowed_in_flight; /* as many as may be, where that is found out as it goes; or 0 */
    uint64_t from_cache;        /* answers that were kept, and so not asked for */
    uint64_t not_modified;      /* requests whose answer was that nothing has changed */
};

/* What becomes of the rows that a table has already. */
enum weir_disposition {
    WEIR_APPEND = 0,
    WEIR_MERGE,   /* rows of the same key are brought up to date */
    WEIR_REPLACE, /* all go, once all of the new ones are there */
};

/* One table's worth of data. */
struct weir_resource {
    /* read-only */
    const char *name;
    const char *table;
    struct weir_strs primary_key;   /* empty: none */
    const void *options;            /* the extractor's resource options, filled */
    const struct weir_node *config; /* where they stand, defaults merged in */
    struct weir_progress *progress;
    void *engine; /* private */
    enum weir_disposition disposition;
    const char *order_by; /* merge: a row with a lower value there is older; NULL: the last wins */
    const struct weir_incremental *incremental; /* NULL: all is read each time */
    bool sets_aside;                            /* a bad row becomes a dead letter, not the end */
    bool allow_empty;                           /* replace: no rows at all may be published */
    double min_ratio; /* replace: the least share of the old number of rows */
    const char *dead_letter_table;
    const struct weir_schema *schema; /* declared columns, what may change; never NULL in a run */
    /* Families, see <weir/position.h>. Only those that take part in the run. */
    struct weir_resource *const *parents; /* whose rows say what there is to be read of it */
    size_t n_parents;
    struct weir_resource *const *children;
    size_t n_children;
    /* It is read for its children alone: no rows of it come to transforms and loaders, which
     * find it with the table of one of these. */
    bool is_walked;
    bool keeps_notes; /* the loader keeps what is noted of its units, see <weir/position.h> */
};

/* Where the file says `key` of the resource, for a mistake; where it does not, its name or all of it. */
WEIR_API const struct weir_node *weir_resource_node(
    const struct weir_resource *resource, const char *key);

/* Is `from` one of its parents, or one of theirs, and so on? */
WEIR_API bool weir_resource_descends(
    const struct weir_resource *resource, const struct weir_resource *from);

struct weir_stage {
    /* read-only */
    const char *name;               /* "extract", "transform 2 (filter)", "load" */
    void *state;                    /* state_size bytes: zeroed, then the options filled in */
    const struct weir_node *config; /* the stage's map in the file, for positions */
    struct weir_arena *arena;       /* of the stage; freed after stop, when the loop has run dry */
    struct weir_resource *const *resources; /* those that pass through this stage */
    size_t n_resources;
    /* private */
    const struct weir_host *host;
    void *engine;
};

enum weir_level {
    WEIR_LOG_DEBUG,
    WEIR_LOG_INFO,
    WEIR_LOG_WARNING,
};

/*
 * What the engine does for stages; tests put their own behind it. Append only:
 * a field is there if `size` reaches it.
 */
struct weir_host {
    size_t size;
    void (*wake)(struct weir_stage *stage);
    void (*fail)(struct weir_stage *stage, const struct weir_error *error);
    bool (*reserve)(struct weir_stage *stage, size_t bytes);
    void (*release)(struct weir_stage *stage, size_t bytes);
    void (*log)(struct weir_stage *stage, enum weir_level level, const char *text);
    void (*give_up)(struct weir_stage *stage, const struct weir_resource *resource,
        const char *what, unsigned attempts, const struct weir_error *error);
    bool (*stopping)(struct weir_stage *stage);
    void *(*loop)(struct weir_stage *stage);
    bool (*incomplete)(struct weir_stage *stage);
    bool (*resume)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *chain, struct weir_resume *ret_resume);
    bool (*is_read)(struct weir_stage *stage, const struct weir_resource *resource);
    const char *(*mark)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *series);
    const char *(*now)(struct weir_stage *stage);
    bool (*is_offline)(struct weir_stage *stage);
    void (*keep)(struct weir_stage *stage, struct weir_batch *batch);
    void (*loaded)(struct weir_stage *stage, struct weir_batch *batch);
    void (*dropped)(struct weir_stage *stage, struct weir_batch *batch);
    size_t (*keep_max)(struct weir_stage *stage);
    void (*secret)(struct weir_stage *stage, const char *text);
    bool (*opened)(struct weir_stage *stage, const struct weir_resource *resource, size_t i,
        struct weir_opened *ret_opened);
    const char *(*pipeline)(struct weir_stage *stage);
    const char *(*noted)(struct weir_stage *stage, const struct weir_resource *resource,
        const struct weir_id *chain, uint64_t number);
};

/*
 * After WEIR_AGAIN: call me again. Any thread may do so, at any time between start
 * and stop, also one that the plugin has made. Early or needless calls do no harm.
 */
WEIR_API void weir_wake(struct weir_stage *stage);

/*
 * Says why the stage cannot go on; returns WEIR_FAIL, so that a callback ends in
 * `return weir_fail(stage, ...)`. One line: place, cause, remedy. The first one wins.
 */
WEIR_API enum weir_status weir_fail(struct weir_stage *stage, enum weir_fault fault,
    const char *code, const char *format, ...) WEIR_PRINTF(4, 5);
/* The same with an error that a function of the SDK filled. */
WEIR_API enum weir_status weir_fail_with(struct weir_stage *stage, const struct weir_error *error);
/*
 * The row cannot go on, and why; `column` may be NULL. Where the resource sets bad rows aside, this
 * one is, and the answer is WEIR_OK: go on with the next one. Else the stage fails with the same
 * reason, its resource, row and column before it, and the answer is WEIR_FAIL.
 */
WEIR_API enum weir_status weir_reject(struct weir_stage *stage, struct weir_batch *batch,
    size_t row, const char *column, enum weir_fault fault, const char *code, const char *format,
    ...) WEIR_PRINTF(7, 8) WEIR_MUST_CHECK;

/*
 * The memory budget. An extractor on the loop asks before it starts something
 * whose answer will take memory: true reserves the bytes; false means wait, and
 * `extract` is called again when there is room. A stage that holds nothing is
 * always given what it asks, so that a run cannot stand still. Release when the
 * memory is free again or has moved into a batch (whose arena the engine counts).
 */
WEIR_API bool weir_reserve(struct weir_stage *stage, size_t bytes) WEIR_MUST_CHECK;
WEIR_API void weir_release(struct weir_stage *stage, size_t bytes);

/* For the log, from any thread. Errors are returned, never logged. */
WEIR_API void weir_log(struct weir_stage *stage, enum weir_level level, const char *format, ...)
    WEIR_PRINTF(3, 4);

/*
 * What has become known at work and must never be shown, such as a token that a server gave: from now
 * on *** stands in its place wherever something is printed or stored, as with secrets of the file. Told
 * before the text can reach anything else. Of those so told the last few hundred are remembered, so
 * one that is in use for long is told again now and then. From any thread.
 */
WEIR_API void weir_secret(struct weir_stage *stage, const char *text);

/* Remembers something that was given up (a request, with its URL redacted) for the report. */
WEIR_API void weir_give_up(struct weir_stage *stage, const struct weir_resource *resource,
    const char *what, unsigned attempts, const struct weir_error *error);

/* The pipeline's name, as its file has it; it lives as long as the stage. */
WEIR_API const char *weir_pipeline_name(struct weir_stage *stage);

/* True once somebody wants the run to end (a signal, its time is over). From any thread; for long
 * waits; a callback that gives up because of it fails with E-STOPPED, which is no failure of the
 * run. A failure elsewhere is none: what is complete is still to be loaded then. */
WEIR_API bool weir_stopping(struct weir_stage *stage);

/* True once the run cannot give all that there is: something failed, or it is being stopped. A
 * loader that publishes as a whole asks in `stop`, and then does not. From any thread. */
WEIR_API bool weir_incomplete(struct weir_stage *stage);

/* True when a command has started the loader without a run, to look at its state or to reset it:
 * nothing will be loaded, and what does not exist is not to be created. What is missing altogether
 * fails in `start` with E-STATE-NONE, which is no failure of the command. */
WEIR_API bool weir_is_offline(struct weir_stage *stage);

/*
 * For loaders with WEIR_ON_LOOP, which send several batches at once and may have to send one again.
 * weir_keep: while the batch is being loaded, before `load` returns WEIR_OK; then it stays with the
 * loader (where `load` fails, it does not). The loader gives it back, once, on the loop's thread, and
 * touches it no more: weir_loaded, what is left of it (rows that were not set aside, units that were
 * not voided) is committed, and counts as that whatever fails later; weir_dropped, nothing of it is,
 * since something failed. All that was kept is given back before `commit` returns WEIR_OK. After a
 * failure it need not be; what is still kept when `stop` returns, the engine frees.
 *
 * What is kept counts as memory in use, and so holds the extractor back: nothing more may come until
 * some is given back. So a loader that gathers batches sends them when they are a good part of
 * weir_keep_max, and after a while by itself; above all it does not answer WEIR_AGAIN to `load` until a `commit` that is called only behind it.
 */
WEIR_API void weir_keep(struct weir_stage *stage, struct weir_batch *batch);
WEIR_API void weir_loaded(struct weir_stage *stage, struct weir_batch *batch);
WEIR_API void weir_dropped(struct weir_stage *stage, struct weir_batch *batch);
/* How many bytes of batches (weir_arena_size) may be kept before nothing more comes. */
WEIR_API size_t weir_keep_max(struct weir_stage *stage);

/* For extractors with positions; between `start` and `stop`. What is pointed to lives as long. */

/* Where the chain goes on. False: at its beginning. */
WEIR_API bool weir_chain_resume(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume);
/* The chain number i, from 0, of those that earlier runs of this pass have opened and not ended, or
 * ended with holes. False: there are no more. What begins anew in this run is told by no one. */
WEIR_API bool weir_chain_opened(struct weir_stage *stage, const struct weir_resource *resource,
    size_t i, struct weir_opened *ret_opened);
/* True when an earlier run of this pass has read all of the resource: nothing is to be asked for. */
WEIR_API bool weir_resource_is_read(struct weir_stage *stage, const struct weir_resource *resource);
/* The mark that earlier passes left; NULL: there was none. */
WEIR_API const char *weir_last_mark(
    struct weir_stage *stage, const struct weir_resource *resource, const struct weir_id *series);
/* The note that the last pass which was read to its end left of the unit; NULL: none. */
WEIR_API const char *weir_noted(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number);
/* When the pass began, RFC 3339: the `now` of all its runs. */
WEIR_API const char *weir_pass_now(struct weir_stage *stage);

#ifdef __cplusplus
}
#endif
#endif
