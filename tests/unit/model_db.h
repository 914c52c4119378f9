/*
 * A database server that keeps rows and state, for the model.
 *
 * A transaction says what it has seen and what it writes. It takes effect whole, if
 * all that it has seen is still so, or not at all: what a real server reaches with
 * locks. A mutation makes the server, or the loader before it, wrong in one way,
 * which the model must find out.
 */
#ifndef MODEL_DB_H
#define MODEL_DB_H

#include "model_notes.h"

#include <weir/store.h>

enum model_mutation {
    MUTATION_NONE = 0,
    MUTATION_NO_FENCE,       /* runs that were replaced may write */
    MUTATION_NO_GUARD,       /* units that are done already are loaded again */
    MUTATION_CLOSED,         /* what is late may write to what is done */
    MUTATION_AHEAD,          /* chains may leave units out */
    MUTATION_ROWS_ALONE,     /* rows are committed before their places */
    MUTATION_PLACES_ALONE,   /* places are committed before their rows */
    MUTATION_HALF_UNIT,      /* a unit is cut by a commit */
    MUTATION_MARK_EARLY,     /* marks move with the rows */
    MUTATION_MARK_LAST,      /* the last mark counts, not the highest */
    MUTATION_MARK_PAST_GAP,  /* marks of series with gaps move too */
    MUTATION_TIES_LOST,      /* of rows that came to stand at an old mark */
    MUTATION_HOLE_FORGOTTEN, /* a unit that was left out leaves no gap */
    MUTATION_FILL_TWICE,     /* a hole is filled without looking whether it is one */
    MUTATION_WAIT_MOVES,     /* a chain that waits is done */
    MUTATION_PLACES_LEFT,    /* a pass that is done leaves its places */
    MUTATION_FINISH_ALWAYS,  /* a run that failed closes its pass */
    MUTATION_TWO_PASSES,     /* a pass begins beside another one */
    MUTATION_PUBLISH_EARLY,  /* replacing: rows go to the table at once */
    MUTATION_PUBLISH_ADDS,   /* replacing: the old rows stay */
    MUTATION_EMPTIED,        /* replacing: the old rows go when the pass begins */
    MUTATION_STAGE_KEPT,     /* replacing: what an abandoned pass has staged is published later */
    MUTATION_MERGE_LAST,     /* merging: the version that comes last wins */
    MUTATION_NO_KEY,         /* the key of a pass is not kept */
    MUTATION_OPENING_LOST,   /* what a unit opens is not kept */
    MUTATION_OPENING_ANEW,   /* what is opened a second time stands at its beginning again */
    MUTATION_NOTE_LOST,      /* notes of holes that are filled are not kept */
    MUTATION_NOTE_EARLY,     /* notes are in force with their rows */
    MUTATION_NOTE_KEPT,      /* what is not noted again stays in force */
    MUTATION_NOTE_OF_GAP,    /* what is left out is noted */
    MUTATION_NOTE_PAST_GAP,  /* where a part is missing the old notes of it go, too */
    MUTATION_NOTE_ALL_KEPT, /* where a part is missing all old notes stay that are not taken anew */
    MUTATION_NOTE_HIDDEN,   /* replacing: notes are in force of rows that were not published */
    MUTATION_NOTE_MERGED,   /* notes stay in force of what an abandoned pass has merged */
    MUTATION_NOTE_ABANDONED, /* notes of an abandoned pass come into force */
    N_MUTATIONS
};

const char *model_mutation_name(enum model_mutation mutation);

struct db_row {
    int64_t id, version;
    size_t generation; /* that it came with */
};

struct db_rows {
    struct db_row *items;
    size_t n, capacity;
};

struct db_place {
    bool there, done;
    uint64_t number;
    char next[24];
};

struct db_gap {
    size_t chain;
    uint64_t number;
    bool alone;
    size_t since; /* for the checks: the run that left it first */
};

struct db_gaps {
    struct db_gap *items;
    size_t n, capacity;
};

/* For the checks alone: what a chain is to give, and how often each unit of it was loaded. */
struct db_truth {
    struct model_view view;
    uint8_t *loaded;
    uint64_t *noted; /* of each unit, by earlier passes */
    bool ended;      /* the chain */
};

struct db_generation {
    size_t pass, resource;
    const char *config;
    bool done;
    uint64_t rows;
    struct db_place *places; /* of each chain */
    struct model_mark *seen; /* of each series */
    struct db_gaps gaps;
    struct db_notes notes;
    struct db_rows staged;
    /* for the checks */
    struct db_truth *truth; /* of each chain */
    bool spoiled;           /* rows came that are not those of their unit */
};

struct db_pass {
    enum weir_pass_status status;
    const char *key;
    const char *true_key; /* the same, for the checks */
    const char *started_at;
    size_t generations[MODEL_RESOURCES];
    size_t n_generations;
    uint32_t version; /* of the data */
};

/* Ids are indexes and one more. */
struct model_db {
    struct weir_arena *arena;
    const struct model_source *source;
    enum model_mutation mutation;
    int64_t epoch;
    uint64_t n_commits;
    struct db_pass *passes;
    size_t n_passes, passes_capacity;
    struct db_generation *generations;
    size_t n_generations, generations_capacity;
    struct model_mark *marks[MODEL_RESOURCES];      /* of each series */
    struct model_mark *true_marks[MODEL_RESOURCES]; /* the same, by the checks */
    struct db_notes notes[MODEL_RESOURCES];         /* in force */
    struct db_notes true_notes[MODEL_RESOURCES];    /* the same, by the checks */
    const char *note_configs[MODEL_RESOURCES];
    struct db_rows tables[MODEL_RESOURCES];
    size_t published[MODEL_RESOURCES]; /* for the checks: the id of the generation; 0: none */
    struct db_gap *given_up; /* for the checks: gaps of the pass that was abandoned last */
    size_t n_given_up, given_up_capacity;
    size_t lock;     /* the run that has it; 0: none */
    bool *committed; /* transactions by their serial number */
    size_t committed_capacity;
};

/* --- transactions ------------------------------------------------------------------------- */

enum tx_kind {
    TX_PLACE, /* a chain stands at `number` */
    TX_ROWS,  /* `n` rows of unit `number` */
    TX_GAP,   /* left at `number` */
    TX_FILL,  /* the gap at `number` is gone */
    TX_SEEN,  /* the highest mark of a series, in this pass */
    TX_MARK,  /* a mutation's: the mark of a series */
    TX_NOTE,  /* of unit `number` */
};

struct tx_write {
    enum tx_kind kind;
    size_t generation, chain, series;
    uint64_t number;
    bool flag; /* the place is done; the gap is alone */
    char next[24];
    struct model_mark mark;
    uint64_t note;
    struct db_row *rows;
    size_t n;
};

struct tx_read {
    enum tx_kind kind; /* TX_PLACE or TX_GAP */
    size_t generation, chain;
    uint64_t number; /* where it stood; of the gap */
    bool there, done;
};

/* What begins a run. */
struct tx_begin {
    uint64_t seen_commits;
    size_t pass; /* id; 0: a new one, and its id once it took effect */
    size_t abandoned;
    bool restarts; /* for the checks: it was told to */
    const char *key, *started_at;
    size_t n_generations;
    size_t ids[MODEL_RESOURCES]; /* 0: a new one, and the same */
    size_t resources[MODEL_RESOURCES];
    const char *configs[MODEL_RESOURCES];
};

struct tx_end {
    bool done, abandon;
    size_t pass;
    size_t generations[MODEL_RESOURCES];
    size_t n_generations;
};

struct model_tx {
    struct weir_arena *arena;
    size_t serial, run;
    int64_t epoch;
    struct tx_begin *begin;
    struct tx_end *end;
    struct tx_read *reads;
    size_t n_reads, reads_capacity;
    struct tx_write *writes;
    size_t n_writes, writes_capacity;
};

void model_db_init(struct model_db *db, const struct model_source *source, struct weir_arena *arena,
    enum model_mutation mutation);
/* Whether it took effect. */
bool model_db_apply(struct model_db *db, struct model_tx *tx);
bool model_db_committed(const struct model_db *db, size_t serial);
/* The open pass; NULL: there is none. */
struct db_pass *model_db_open_pass(const struct model_db *db);

/* model_db_notes.c: at the end of a run, and before a pass is abandoned by the beginning of another one. */
void model_db_take_notes(
    struct model_db *db, const struct db_generation *generation, bool is_whole);
void model_db_drop_notes(struct model_db *db, const struct db_generation *generation);

/* Room for one more behind n. Old memory stays with the arena. */
void *model_db_grow(struct weir_arena *arena, void *items, size_t n, size_t *capacity, size_t size);
/* NULL: there is none. */
struct db_gap *model_db_gap(const struct db_generation *generation, size_t chain, uint64_t number);

struct tx_write *model_tx_write(
    struct model_tx *tx, enum tx_kind kind, size_t generation, size_t chain);
/* Where the chain stands, for the transaction. */
struct db_place model_tx_place(
    struct model_tx *tx, const struct model_db *db, size_t generation, size_t chain);
/* Whether there is such a gap, for the transaction. */
bool model_tx_gap(struct model_tx *tx, const struct model_db *db, size_t generation, size_t chain,
    uint64_t number);

#endif
