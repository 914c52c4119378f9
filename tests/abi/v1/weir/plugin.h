/*
 * What a plugin is: one constant, `weir_plugin`, in one shared object.
 *
 * The engine reads the header before anything of the plugin runs, and refuses
 * another ABI number. All else is optional but for the callback of its role.
 *
 * Where callbacks run. One stage is never entered twice at once, but for
 * `decode`, and `transform` of a plugin that declares WEIR_IN_PARALLEL. A batch
 * is handed over, never shared.
 *
 * A life: the engine fills `state`, then calls `check` (always, also for `weir
 * check`), `start`, the role's callback again and again, `stop`. `stop` follows
 * every `start`, whatever that returned. Code is never unloaded.
 *
 * Loaders with WEIR_ON_LOOP. Any callback but `check` and `stop`, those of the store
 * among them, may answer WEIR_AGAIN; weir_wake follows. Until it has answered
 * otherwise it is called again and again with the same arguments, which stay where
 * and as they are, and no other callback is called. That may also happen without
 * weir_wake, as when the run is being stopped: whoever waits can ask weir_stopping.
 * What fails outside of all callbacks says so with weir_fail, then weir_wake.
 */
#ifndef WEIR_PLUGIN_H
#define WEIR_PLUGIN_H

#include <weir/option.h>
#include <weir/stage.h>
#include <weir/store.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Same number, same meaning. Structs grow at the end within a number; the sizes say how far. */
#define WEIR_ABI 1

struct weir_header {
    uint32_t abi;
    uint32_t plugin_size;
    uint32_t option_size;
    uint32_t unused;
};

#define WEIR_HEADER                                                                                \
    {                                                                                              \
        WEIR_ABI, sizeof(struct weir_plugin), sizeof(struct weir_option), 0                        \
    }

enum weir_threading {
    WEIR_ON_WORKER = 0, /* on a thread that may block; the safe default */
    WEIR_ON_LOOP,       /* extract, load. The loop's thread: must not block, has <weir/loop.h> */
    WEIR_IN_PARALLEL,   /* transform only. Workers, several batches at once: state is read-only */
};

/* What a plugin can do, or cannot. */
enum weir_plugin_flags {
    WEIR_HAS_POSITIONS = 1 << 0,  /* extract: gives units positions, and goes on from them */
    WEIR_STATEFUL = 1 << 1,       /* transform: a row's result depends on rows of other units */
    WEIR_ROW_BY_ROW = 1 << 2,     /* transform: each row for itself, so a bad one can be found */
    WEIR_IDEMPOTENT = 1 << 3,     /* load: the same unit loaded again is there once */
    WEIR_CAN_MERGE = 1 << 4,      /* load: write_disposition merge */
    WEIR_CAN_REPLACE = 1 << 5,    /* load: write_disposition replace */
    WEIR_TAKES_SCHEMA = 1 << 6,   /* load: looks at resource->schema, see <weir/schema.h> */
    WEIR_KEEPS_OPENINGS = 1 << 7, /* load: its store keeps what positions open */
    WEIR_SENDS_KEYS = 1 << 8,     /* load: the same rows sent again bear the same key, by which
                                     whoever takes them may know them */
    WEIR_KEEPS_NOTES = 1 << 9,    /* load: its store keeps what positions note */
};

/* Parents of a resource, as its options name them. */
struct weir_parent {
    struct weir_str name;
    const struct weir_node *at;
};

enum { WEIR_PARENTS_MAX = 4 };

struct weir_parents {
    struct weir_parent items[WEIR_PARENTS_MAX];
    size_t n;
    const struct weir_node *too_many; /* the first that had no room */
};

struct weir_plugin {
    struct weir_header header;
    const char *name;
    const char *summary; /* one sentence */
    const char *version;
    uint32_t threading; /* enum weir_threading */
    uint32_t flags;     /* enum weir_plugin_flags */

    size_t state_size;                 /* zeroed, then filled from the options */
    const struct weir_option *options; /* ends with {0}; may be NULL */
    /* extract only: what each resource may say besides name, table and primary_key */
    size_t resource_size;
    const struct weir_option *resource_options;

    /* What can be known without contacting anything: mistakes in the options, with their places. */
    void (*check)(struct weir_stage *stage, struct weir_mistakes *mistakes);
    /* Before anything flows. Where a loader's callbacks run: on a thread of its own, or with
     * WEIR_ON_LOOP on the loop's; all others start on the loop's. */
    enum weir_status (*start)(struct weir_stage *stage);
    /* Behind the last callback, which has answered. A loader that cannot end well here calls
     * weir_fail. */
    void (*stop)(struct weir_stage *stage);

    /* Its role: exactly one of these three. */

    /*
     * Called when there is room behind it, with an empty batch. For a pipeline of several
     * resources it sets batch->resource to the one that the rows belong to. WEIR_OK: a batch;
     * WEIR_AGAIN: none yet, weir_wake follows; WEIR_END: none, and nothing more comes.
     */
    enum weir_status (*extract)(struct weir_stage *stage, struct weir_batch *batch);
    /* Edits a batch in place: WEIR_OK, or WEIR_FAIL where the data does not allow it. */
    enum weir_status (*transform)(struct weir_stage *stage, struct weir_batch *batch);
    /*
     * Takes a batch whole: WEIR_OK, or WEIR_FAIL and nothing of it; WEIR_END: enough, stop the run.
     * With WEIR_ON_LOOP also WEIR_AGAIN: there is no room now. And it may keep the batch behind
     * WEIR_OK or WEIR_END, see weir_keep.
     */
    enum weir_status (*load)(struct weir_stage *stage, struct weir_batch *batch);

    /*
     * extract only. Turns batch->payload into rows, on workers, several batches at once. A unit
     * that cannot be decoded is failed by weir_batch_fail_unit and does not stop the others.
     */
    enum weir_status (*decode)(struct weir_stage *stage, struct weir_batch *batch);
    /*
     * WEIR_ON_LOOP only, on that thread: told of every batch after decode, in order, units
     * failed or not. Here a chain learns where it goes on, and a failed unit is judged:
     * WEIR_OK goes on without its rows, WEIR_FAIL stops the run.
     */
    enum weir_status (*decoded)(struct weir_stage *stage, struct weir_batch *batch);
    /* load only. Makes all durable that was loaded or is kept; called now and then, after a failure
     * for what came before it, and at the end. */
    enum weir_status (*commit)(struct weir_stage *stage);
    /* load only. What it keeps besides rows; NULL: nothing, so each run begins anew. */
    const struct weir_store *store;
    /*
     * extract only. Whose rows say what is to be asked for of the resource, whose options are
     * filled and sound: adds each with weir_parents_add. Called before `check`, without a stage.
     */
    void (*parents)(const struct weir_resource *resource, struct weir_parents *parents);
    /*
     * extract only. On workers, several batches at once: the rows of a resource that has children,
     * behind `decode`, as they were chosen by `incremental` and `where`, and before any transform.
     * Here the chains that they open are found, for the units' positions. Does not change rows, but
     * may set some aside (weir_reject).
     */
    enum weir_status (*chosen)(struct weir_stage *stage, struct weir_batch *batch);
};

/* Adds a parent, unless it is there; `at`: where the file names it. Names are not copied. */
WEIR_API void weir_parents_add(
    struct weir_parents *parents, struct weir_str name, const struct weir_node *at);

/* The one symbol that a plugin exports. */
extern WEIR_EXPORT const struct weir_plugin weir_plugin;

#ifdef __cplusplus
}
#endif
#endif
