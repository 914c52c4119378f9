/*
 * What the model reads: resources with chains of pages and sets, whose rows have an
 * id, a version and a cursor.
 *
 * Data changes between passes and stays as it is in one: rows know from which
 * version of the data to which they are there, so that a run that is late still
 * reads what its pass has begun with.
 */
#ifndef MODEL_SOURCE_H
#define MODEL_SOURCE_H

#include "model_random.h"

#include <weir/stage.h>

enum { MODEL_RESOURCES = 3 };

struct model_row {
    int64_t id, version, cursor;
    uint32_t born, died; /* versions of the data: there from, and gone from */
};

/* A cursor's highest value, with what tells the rows that stand there. */
struct model_mark {
    bool there;
    int64_t cursor;
    char key[64]; /* in the order of the cursors, as the engine has it */
    struct weir_id *ties;
    size_t n_ties;
};

enum model_paging { PAGING_SET, PAGING_NUMBERS, PAGING_CURSOR };
enum model_on_error { ON_ERROR_FAIL, ON_ERROR_CONTINUE, ON_ERROR_SKIP, N_ON_ERROR };

struct model_chain {
    struct weir_id id;
    size_t series;
    struct model_row *rows;
    size_t n_rows, capacity;
};

struct model_resource {
    const char *name;
    enum weir_disposition mode;
    enum model_paging paging;
    enum model_on_error on_error;
    bool incremental;
    bool noted;                          /* units that have not changed give no rows */
    size_t page;                         /* rows in a unit */
    const struct model_resource *parent; /* whose units open its chains; NULL: they are known */
    struct model_chain *chains;
    size_t n_chains;
    size_t n_series;
    int64_t n_ids;
};

struct model_source {
    struct weir_arena *arena;
    struct model_resource resources[MODEL_RESOURCES];
    size_t n_resources;
    uint32_t version;
    int64_t clock; /* the highest cursor so far */
};

/* Some resources of any sort. */
void model_source_init(
    struct model_source *source, struct weir_arena *arena, struct model_random *random);
/* One resource of so many chains, each of so many units of one row. */
void model_source_init_large(
    struct model_source *source, struct weir_arena *arena, size_t n_chains, size_t n_units);
/* A new version of the data. */
void model_source_change(struct model_source *source, struct model_random *random);

size_t model_chain_index(const struct weir_id *id);
struct weir_id model_chain_id(size_t index);
struct weir_id model_series_id(size_t index);

/* What one chain gives in one pass, from its series' mark on; all of it where that is NULL. */
struct model_view {
    const struct model_row **rows;
    const bool *known; /* those at the mark that an earlier pass has loaded */
    size_t n_rows;
    size_t n_units;
    size_t page;
};

void model_view_init(struct model_view *view, const struct model_source *source, size_t resource,
    size_t chain, uint32_t version, const struct model_mark *mark, struct weir_arena *arena);
/* The rows of one unit: from *ret_first to the one before *ret_end. */
void model_view_unit(
    const struct model_view *view, uint64_t unit, size_t *ret_first, size_t *ret_end);

/* Does this unit of the parent open that chain of the child? Each chain is opened by one or two. */
bool model_opens(
    const struct model_resource *parent, size_t chain, size_t n_units, uint64_t unit, size_t child);

/* What tells a row from all others at its cursor. */
struct weir_id model_tie(const struct model_row *row);
bool model_mark_knows(const struct model_mark *mark, const struct model_row *row);
/* Raises the mark to the other: a higher one replaces it, one as high adds its ties. */
void model_mark_raise(
    struct model_mark *mark, const struct model_mark *other, struct weir_arena *arena);
/* Raises the mark to a row. */
void model_mark_see(
    struct model_mark *mark, const struct model_row *row, bool ties, struct weir_arena *arena);

#endif
