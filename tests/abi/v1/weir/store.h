/*
 * State: what a loader keeps besides rows, in the same transactions as the rows.
 *
 * A loader that has a store promises exactly-once: rows and the position behind
 * them are committed together or not at all. The engine decides (a new pass or an
 * old one, which rows are wanted, when a pass is done); the store remembers.
 *
 * Words. A pass is one reading of all resources of a pipeline, a generation is one
 * resource's part of it; a pass is open until every unit of it is done, over as
 * many runs as that takes, and a pipeline has at most one open pass. A run is one
 * process; it has an epoch, and whoever finds another epoch than its own has been
 * replaced and may write nothing any more.
 *
 * Duties of `load`, in this order, in the transaction that `commit` ends:
 *   1. the fence: the epoch in the database is this run's, else E-FENCED;
 *   2. the guards: each unit with a position moves its chain from `number` to
 *      what follows, if it stands there; a unit that is done already, or behind
 *      one that is missing, loses its rows (weir_batch_void_unit). In a generation
 *      that is closed all are done: its places are forgotten, and a chain without
 *      one must not be taken for one that was never begun;
 *   3. rows, rows that were set aside, gaps, marks that were seen, notes (weir_position_note).
 * A batch is loaded whole or leaves nothing behind, its guards included.
 *
 * Notes are of a generation, and in force from `finish` on, which closes it; then those that the
 * resource had are forgotten. Only where a part of the resource is missing do units that were not read
 * (behind a chain that waits, left out, never opened) keep what was noted of them, if the config is
 * the same. Of a table that was to be replaced and was not, the old ones stay in force. Notes of a pass
 * that is abandoned go with it; and as what it has merged stays, so do those in force go of the
 * units that it has read.
 *
 * All callbacks are called where `load` is: on the loader's own thread, or, with
 * WEIR_ON_LOOP, on the loop, where each may answer WEIR_AGAIN (see <weir/plugin.h>).
 * What a callback is to fill or to tell it then fills or tells before its last
 * answer, at any time from its first call on. Texts given to a callback live as
 * long as the stage.
 */
#ifndef WEIR_STORE_H
#define WEIR_STORE_H

#include <weir/batch.h>
#include <weir/position.h>

#ifdef __cplusplus
extern "C" {
#endif

struct weir_stage;

/* One process at work. */
struct weir_run {
    const char *pipeline;
    const char *id;         /* unique among all runs */
    const char *key;        /* --run-id: names the work; it is done once. NULL: none */
    const char *version;    /* of weir */
    const char *host;       /* where it runs */
    int64_t pid;            /* and as what */
    const char *started_at; /* RFC 3339, UTC */
    bool takeover;          /* go on though another run has the lock: the fence ends that one */
};

enum weir_pass_status {
    WEIR_PASS_OPEN = 0,
    WEIR_PASS_DONE,
    WEIR_PASS_ABANDONED, /* replaced by another one; its rows are where they are */
};

/* One resource's part of a pass. */
struct weir_generation {
    int64_t id;         /* given by the store */
    const char *name;   /* of the resource */
    const char *table;  /* that its rows go to */
    const char *mode;   /* "append", "merge", "replace" */
    const char *config; /* what must not change while it is open: JSON, an object of hashes */
    bool done;          /* read to its end */
    uint64_t rows;      /* committed so far */
};

struct weir_pass {
    int64_t id;             /* given by the store */
    const char *key;        /* of the last run of it that had one, or NULL */
    const char *started_at; /* RFC 3339, UTC: `now` for all its runs */
    enum weir_pass_status status;
    uint64_t n_gaps; /* left by the runs so far */
    struct weir_generation *generations;
    size_t n_generations;
    uint64_t n_dead_letters; /* rows that its runs set aside, and that are so still; of `open` */
};

/* What `open` found. */
struct weir_found {
    struct weir_pass *open;  /* the pipeline's open pass; NULL: none */
    struct weir_pass *keyed; /* the last pass that a run of this run's key worked on; NULL: none */
};

/* Of a row in the state that `read` tells. */
struct weir_place {
    size_t generation; /* its index in the pass */
    struct weir_id chain;
    uint64_t number; /* of the unit that comes next */
    const char *next;
    bool done;
};

struct weir_gap {
    size_t generation;
    struct weir_id chain;
    uint64_t number;
    bool alone;        /* a hole: the chain went on behind it */
    const char *label; /* for people */
    const char *code;  /* of the error */
    const char *reason;
    const char *at; /* when it was left, RFC 3339 */
};

struct weir_marked {
    const char *resource;
    struct weir_id series;
    const char *text; /* the mark as the source wrote it */
    const char *key;
    struct weir_str ties; /* WEIR_ID_SIZE bytes each */
};

/* One that is in force. */
struct weir_note {
    const char *resource;
    const char *config; /* of the generation that it was left in */
    struct weir_id chain;
    uint64_t number;
    const char *text;
};

/* Told of every row; what is pointed to lives until the call returns. */
struct weir_reading {
    void (*place)(void *arg, const struct weir_place *place);
    void (*gap)(void *arg, const struct weir_gap *gap);
    void (*mark)(void *arg, const struct weir_marked *mark);
    void *arg;
    void (*note)(void *arg, const struct weir_note *note);
};

/* How a run ends. */
struct weir_ending {
    bool done;           /* every unit of the run's generations is loaded, and no gap is left */
    bool abandon;        /* close the pass as it is: what is missing was given up for good */
    int exit_code;       /* as far as it is known */
    const char *summary; /* JSON */
    const char *finished_at;
};

/* One row that was set aside earlier. */
struct weir_dead_letter {
    int64_t id;
    const char *resource;
    struct weir_str row; /* JSON, an object */
    uint32_t stage;      /* transforms that it has passed already */
    const char *column;  /* may be NULL */
    const char *code;
    const char *reason;
    const char *at;
};

/* What `weir state show` prints, row by row; each may be NULL. */
struct weir_showing {
    void (*pass)(void *arg, const struct weir_pass *pass);
    /* places of generation `g` of the open pass, summed up */
    void (*progress)(
        void *arg, const char *resource, uint64_t n_chains, uint64_t n_done, uint64_t n_units);
    void (*gap)(void *arg, const char *resource, const struct weir_gap *gap);
    void (*mark)(void *arg, const struct weir_marked *mark);
    void (*dead_letters)(void *arg, const char *resource, const char *code, uint64_t n);
    void (*run)(void *arg, const struct weir_run *run, const char *finished_at, int exit_code,
        const char *summary);
    void *arg;
    /* how many are in force; not of resources without */
    void (*notes)(void *arg, const char *resource, uint64_t n);
};

/*
 * What a loader has behind weir_plugin.store. All callbacks are there; a failure
 * is told with weir_fail, as everywhere.
 */
struct weir_store {
    size_t size;

    /*
     * After `start`, and once. Makes the state's tables, takes the pipeline's lock
     * (E-LOCKED with its holder, unless takeover), raises the epoch, writes the run, tells
     * what there is; nothing is durable before `begin` or `commit`.
     */
    enum weir_status (*open)(struct weir_stage *stage, const struct weir_run *run,
        struct weir_arena *arena, struct weir_found *ret_found);
    /*
     * The pass that this run works on. pass->id 0: a new one, which is given its id and those of
     * its generations; else the open one, in which generations of id 0 are new. `old` is NULL or
     * an open pass to be abandoned, with what was staged for it. Durable when it returns. A pass
     * of NULL: the run has none, and puts back rows that were set aside (units with dead_letter).
     */
    enum weir_status (*begin)(
        struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old);
    /* Tells places and gaps of the pass's open generations, and the pipeline's marks and notes. Of a
     * resource whose table is gone there are no notes. */
    enum weir_status (*read)(
        struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading);
    /*
     * In the last transaction, which `commit` ends; also when nothing was loaded, and when the
     * run failed (then only the run's end is written). When done: publishes what was staged,
     * moves the marks, puts notes in force, forgets places, closes the generations and, if none of it
     * is open, the pass.
     * WEIR_REJECT: what was staged may not take the place of the old rows, as weir_fail has told;
     * the pass is abandoned, which is durable already, and so is what was loaded.
     */
    enum weir_status (*finish)(struct weir_stage *stage, const struct weir_ending *ending);

    /* For commands, after `start` and without `open`; a database without state has none to tell. */
    enum weir_status (*show)(
        struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing);
    /* Forgets positions, marks, notes and gaps of a resource, or of all (NULL), and what was staged.
     * Rows and dead letters stay. Takes the lock. Durable when it returns. */
    enum weir_status (*reset)(struct weir_stage *stage, const char *pipeline, const char *resource);
    /* Up to `limit` dead letters with ids behind `after`, in the order of their ids. */
    enum weir_status (*dead_letters)(struct weir_stage *stage, const char *pipeline, int64_t after,
        size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg);
};

#ifdef __cplusplus
}
#endif
#endif
