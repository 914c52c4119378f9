#include "model_check.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_checks_break(struct model_checks *checks, const char *format, ...)
{
    va_list args;

    if (*checks->why)
        return;
    va_start(args, format);
    (void)vsnprintf(checks->why, sizeof(checks->why), format, args);
    va_end(args);
}

void model_checks_init(struct model_checks *checks, struct model_db *db, size_t stride)
{
    *checks = (struct model_checks){.db = db, .stride = stride};
}

static const struct model_resource *resource_of(
    const struct model_checks *checks, const struct db_generation *generation)
{
    return &checks->db->source->resources[generation->resource];
}

static enum weir_pass_status status_of(
    const struct model_checks *checks, const struct db_generation *generation)
{
    return checks->db->passes[generation->pass].status;
}

/* --- units -------------------------------------------------------------------------------- */

static bool is_hole(const struct db_generation *generation, size_t chain, uint64_t number)
{
    for (size_t i = 0; i < generation->gaps.n; i++)
        if (generation->gaps.items[i].chain == chain &&
            generation->gaps.items[i].number == number && generation->gaps.items[i].alone)
            return true;
    return false;
}

/* How often a unit has to have been loaded; -1: once, or not at all. */
static int due(const struct model_checks *checks, const struct db_generation *generation,
    size_t chain, uint64_t number)
{
    const struct db_place *place = &generation->places[chain];

    if (generation->done)
        return 1;
    if (status_of(checks, generation) != WEIR_PASS_OPEN)
        return -1;
    return number < place->number && !is_hole(generation, chain, number);
}

static void check_chain(
    struct model_checks *checks, const struct db_generation *generation, size_t chain)
{
    const struct db_truth *truth = &generation->truth[chain];

    for (uint64_t n = 0; n < truth->view.n_units; n++) {
        int wanted = due(checks, generation, chain, n);
        int loaded = truth->loaded[n];

        if (wanted < 0 ? loaded > 1 : loaded != wanted)
            model_checks_break(checks,
                "%s, chain %zu: unit %" PRIu64 " was loaded %d times, not %d",
                resource_of(checks, generation)->name, chain, n, loaded, wanted);
    }
    if (generation->places[chain].done && !generation->done &&
        generation->places[chain].number != truth->view.n_units)
        model_checks_break(checks, "chain %zu ends before its end", chain);
}

static void check_units(struct model_checks *checks, const struct db_generation *generation)
{
    if (generation->spoiled)
        model_checks_break(checks, "%s: rows were committed that are not all rows of a unit",
            resource_of(checks, generation)->name);
    for (size_t c = 0; c < resource_of(checks, generation)->n_chains; c++)
        check_chain(checks, generation, c);
}

/* --- what is kept ------------------------------------------------------------------------- */

static void check_leftovers(struct model_checks *checks, const struct db_generation *generation)
{
    bool is_open = status_of(checks, generation) == WEIR_PASS_OPEN;

    if (is_open && !generation->done)
        return;
    for (size_t c = 0; c < resource_of(checks, generation)->n_chains; c++)
        if (generation->places[c].there)
            model_checks_break(checks, "a place is left of what is done");
    if (generation->gaps.n)
        model_checks_break(checks, "a gap is left of what is done");
    if (generation->notes.n)
        model_checks_break(checks, "a note is left of what is done");
    if (generation->staged.n && !is_open)
        model_checks_break(checks, "staged rows are left of what is done");
}

static void check_passes(struct model_checks *checks)
{
    const struct model_db *db = checks->db;
    size_t n_open = 0;

    for (size_t i = 0; i < db->n_passes; i++) {
        n_open += db->passes[i].status == WEIR_PASS_OPEN;
        for (size_t g = 0; g < db->passes[i].n_generations; g++)
            if (db->passes[i].status == WEIR_PASS_DONE &&
                !db->generations[db->passes[i].generations[g]].done)
                model_checks_break(checks, "a pass is done, and a resource of it is not");
    }
    if (n_open > 1)
        model_checks_break(checks, "%zu passes are open", n_open);
}

static bool are_one(const struct db_pass *a, const struct db_pass *b)
{
    return a->true_key && b->true_key && strcmp(a->true_key, b->true_key) == 0 &&
           a->status == WEIR_PASS_DONE && b->status == WEIR_PASS_DONE;
}

static void check_keys(struct model_checks *checks)
{
    const struct model_db *db = checks->db;

    for (size_t i = 0; i < db->n_passes; i++)
        for (size_t j = 0; j < i; j++)
            if (are_one(&db->passes[i], &db->passes[j]))
                model_checks_break(
                    checks, "what '%s' names was done twice", db->passes[i].true_key);
}

/* --- marks -------------------------------------------------------------------------------- */

static bool series_is_loaded(
    const struct model_checks *checks, const struct db_generation *generation, size_t series)
{
    const struct model_resource *resource = resource_of(checks, generation);

    for (size_t c = 0; c < resource->n_chains; c++)
        for (uint64_t n = 0; n < generation->truth[c].view.n_units; n++)
            if (resource->chains[c].series == series && generation->truth[c].loaded[n] != 1)
                return false;
    return true;
}

static void raise_true_mark(
    struct model_checks *checks, const struct db_generation *generation, size_t series)
{
    const struct model_resource *resource = resource_of(checks, generation);
    struct model_mark *mark = &checks->db->true_marks[generation->resource][series];

    for (size_t c = 0; c < resource->n_chains; c++) {
        const struct model_view *view = &generation->truth[c].view;

        for (size_t i = 0; i < view->n_rows && resource->chains[c].series == series; i++)
            model_mark_see(mark, view->rows[i], resource->mode == WEIR_APPEND && !view->known[i],
                checks->db->arena);
    }
}

/* By what was loaded alone. */
static void take_true_notes(struct model_checks *checks, const struct db_generation *generation)
{
    const struct model_resource *resource = resource_of(checks, generation);
    struct db_notes *notes = &checks->db->true_notes[generation->resource];
    size_t id = (size_t)(generation - checks->db->generations) + 1;

    if (!resource->noted ||
        (resource->mode == WEIR_REPLACE && checks->db->published[generation->resource] != id))
        return;
    for (size_t i = notes->n; i > 0; i--) {
        const struct db_truth *truth = &generation->truth[notes->items[i - 1].chain];

        if (generation->done || (notes->items[i - 1].number >= truth->view.n_units && truth->ended))
            notes->items[i - 1] = notes->items[--notes->n];
    }
    for (size_t c = 0; c < resource->n_chains; c++)
        for (uint64_t n = 0; n < generation->truth[c].view.n_units; n++)
            if (generation->truth[c].loaded[n])
                model_notes_put(
                    notes, checks->db->arena, c, n, model_note(&generation->truth[c].view, n));
}

/* A series moves when a pass that has all of it is closed by the run that read it. */
static void close_generation(
    struct model_checks *checks, const struct db_generation *generation, bool by_end)
{
    const struct model_resource *resource = resource_of(checks, generation);

    if (!generation->done && generation->rows)
        checks->tainted[generation->resource] = true;
    for (size_t s = 0; s < resource->n_series && by_end && resource->incremental; s++)
        if (series_is_loaded(checks, generation, s))
            raise_true_mark(checks, generation, s);
    if (by_end)
        take_true_notes(checks, generation);
}

static void note_closed(struct model_checks *checks, const struct model_tx *tx)
{
    const struct model_db *db = checks->db;

    while (checks->closed_capacity < db->n_generations) {
        size_t n = checks->closed_capacity ? 2 * checks->closed_capacity : 16;
        bool *closed = weir_new_array(db->arena, n, bool);

        if (checks->closed_capacity)
            memcpy(closed, checks->closed, checks->closed_capacity);
        checks->closed = closed;
        checks->closed_capacity = n;
    }
    for (size_t i = 0; i < db->n_generations; i++) {
        const struct db_generation *generation = &db->generations[i];
        bool closed = generation->done || status_of(checks, generation) != WEIR_PASS_OPEN;

        if (closed && !checks->closed[i])
            close_generation(checks, generation, tx->end != NULL);
        checks->closed[i] = closed;
    }
}

static void check_marks(struct model_checks *checks, size_t resource)
{
    const struct model_db *db = checks->db;

    for (size_t s = 0; s < db->source->resources[resource].n_series; s++) {
        const struct model_mark *mark = &db->marks[resource][s];
        const struct model_mark *wanted = &db->true_marks[resource][s];

        if (mark->there != wanted->there || mark->cursor != wanted->cursor ||
            mark->n_ties != wanted->n_ties)
            model_checks_break(checks,
                "%s, series %zu: the mark is %" PRId64 " with %zu ties, not %" PRId64 " with %zu",
                db->source->resources[resource].name, s, mark->cursor, mark->n_ties, wanted->cursor,
                wanted->n_ties);
    }
}

static void check_notes(struct model_checks *checks, size_t resource)
{
    const struct model_db *db = checks->db;

    if (!model_notes_are_same(&db->notes[resource], &db->true_notes[resource]))
        model_checks_break(checks,
            "%s: %zu notes are in force, and they are not the %zu of rows "
            "that are there",
            db->source->resources[resource].name, db->notes[resource].n,
            db->true_notes[resource].n);
}

/* --- tables ------------------------------------------------------------------------------- */

/* Replaced tables: all rows of the one pass that was published last, and none of any other. */
static void check_replaced(struct model_checks *checks, size_t resource)
{
    const struct model_db *db = checks->db;
    const struct db_rows *table = &db->tables[resource];
    size_t published = db->published[resource];
    uint64_t n_rows = published ? db->generations[published - 1].rows : 0;

    if (table->n != n_rows)
        model_checks_break(checks, "a replaced table has %zu rows, and %" PRIu64 " are to be seen",
            table->n, n_rows);
    if (published && !db->generations[published - 1].done)
        model_checks_break(checks, "a table was replaced by a part of what there is");
    for (size_t i = 0; i < table->n; i++)
        if (table->items[i].generation != published - 1)
            model_checks_break(checks, "a replaced table has rows of another pass");
}

/* Is a row of that id there, in that version or a newer one? */
static bool has_row(const struct db_rows *table, const struct model_row *row)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->items[i].id == row->id)
            return table->items[i].version >= row->version;
    return false;
}

static void check_merged_generation(
    struct model_checks *checks, const struct db_generation *generation)
{
    const struct db_rows *table = &checks->db->tables[generation->resource];

    for (size_t c = 0; c < resource_of(checks, generation)->n_chains; c++) {
        const struct db_truth *truth = &generation->truth[c];

        for (size_t i = 0; i < truth->view.n_rows; i++)
            if (truth->loaded[i / truth->view.page] && !has_row(table, truth->view.rows[i]))
                model_checks_break(checks, "a merged table has an older version of row %" PRId64,
                    truth->view.rows[i]->id);
    }
}

static void check_table(struct model_checks *checks, size_t resource)
{
    const struct model_db *db = checks->db;

    if (db->source->resources[resource].mode == WEIR_REPLACE)
        check_replaced(checks, resource);
    for (size_t i = 0; i < db->n_generations; i++)
        if (db->generations[i].resource == resource &&
            db->source->resources[resource].mode == WEIR_MERGE)
            check_merged_generation(checks, &db->generations[i]);
}

/* --- when --------------------------------------------------------------------------------- */

/* What was given up must have failed in an earlier run, too. */
static void check_given_up(struct model_checks *checks, const struct model_tx *tx)
{
    if (!tx->end || !tx->end->abandon)
        return;
    for (size_t i = 0; i < checks->db->n_given_up; i++)
        if (checks->db->given_up[i].since == tx->run)
            model_checks_break(checks, "a unit that failed once was given up");
}

static void check_state(struct model_checks *checks)
{
    const struct model_db *db = checks->db;

    check_passes(checks);
    check_keys(checks);
    for (size_t i = 0; i < db->n_generations; i++) {
        check_units(checks, &db->generations[i]);
        check_leftovers(checks, &db->generations[i]);
    }
    for (size_t r = 0; r < db->source->n_resources; r++) {
        check_marks(checks, r);
        check_notes(checks, r);
        check_table(checks, r);
    }
}

void model_checks_applied(struct model_checks *checks, const struct model_tx *tx)
{
    if (tx->epoch < checks->epoch)
        model_checks_break(checks, "a run that was replaced has written");
    checks->epoch = tx->epoch;
    if (tx->begin && tx->begin->abandoned && !tx->begin->restarts)
        model_checks_break(checks, "a pass that could be gone on with was abandoned");
    check_given_up(checks, tx);
    note_closed(checks, tx);
    if (checks->n_seen++ % checks->stride == 0)
        check_state(checks);
}

static void check_success(struct model_checks *checks, const struct model_run *run)
{
    const size_t *generations;
    size_t n = model_run_generations(run, &generations);

    for (size_t i = 0; i < n; i++)
        if (!checks->db->generations[generations[i]].done)
            model_checks_break(checks, "a run says that it has done what is not done");
}

static void check_nothing(struct model_checks *checks, const struct model_run *run)
{
    const char *key = model_run_plan(run)->key;

    for (size_t i = 0; i < checks->db->n_passes; i++) {
        const struct db_pass *pass = &checks->db->passes[i];

        if (key && pass->true_key && strcmp(pass->true_key, key) == 0 &&
            pass->status == WEIR_PASS_DONE)
            return;
    }
    model_checks_break(checks, "a run says that all was done before, and it was not");
}

void model_checks_ended(struct model_checks *checks, const struct model_run *run)
{
    const struct weir_error *error = model_run_error(run);

    if (strcmp(error->code, "E-BUG") == 0)
        model_checks_break(checks, "a run found a bug: %s", error->text);
    if (model_run_exit(run) != 0)
        return;
    if (model_run_outcome(run) == SESSION_NOTHING)
        check_nothing(checks, run);
    else
        check_success(checks, run);
}

/* --- over all passes ---------------------------------------------------------------------- */

static int compare_rows(const void *a, const void *b)
{
    const struct db_row *left = a;
    const struct db_row *right = b;

    if (left->id != right->id)
        return left->id < right->id ? -1 : 1;
    return (left->version > right->version) - (left->version < right->version);
}

/* Incremental appending over many passes: each row that is there now was added once. */
static void check_appended(struct model_checks *checks, size_t resource)
{
    const struct model_db *db = checks->db;
    const struct model_resource *of = &db->source->resources[resource];
    const struct db_rows *table = &db->tables[resource];

    if (table->n)
        qsort(table->items, table->n, sizeof(*table->items), compare_rows);
    for (size_t i = 1; i < table->n; i++)
        if (compare_rows(&table->items[i - 1], &table->items[i]) == 0)
            model_checks_break(
                checks, "%s: row %" PRId64 " was added twice", of->name, table->items[i].id);
    for (size_t c = 0; c < of->n_chains; c++)
        for (size_t i = 0; i < of->chains[c].n_rows; i++) {
            const struct model_row *row = &of->chains[c].rows[i];
            struct db_row wanted = {row->id, row->version, 0};

            if (row->died > db->source->version &&
                !(table->n &&
                    bsearch(&wanted, table->items, table->n, sizeof(wanted), compare_rows)))
                model_checks_break(
                    checks, "%s: row %" PRId64 " was never added", of->name, row->id);
        }
}

void model_checks_done(struct model_checks *checks)
{
    const struct model_source *source = checks->db->source;

    check_state(checks);
    for (size_t r = 0; r < source->n_resources; r++)
        if (source->resources[r].mode == WEIR_APPEND && source->resources[r].incremental &&
            !checks->tainted[r])
            check_appended(checks, r);
}
