#include "model_db.h"

#include <string.h>

static const char *const mutation_names[N_MUTATIONS] = {
    [MUTATION_NONE] = "none",
    [MUTATION_NO_FENCE] = "no fence",
    [MUTATION_NO_GUARD] = "no guard",
    [MUTATION_CLOSED] = "rows into what is done",
    [MUTATION_AHEAD] = "units left out",
    [MUTATION_ROWS_ALONE] = "rows before places",
    [MUTATION_PLACES_ALONE] = "places before rows",
    [MUTATION_HALF_UNIT] = "half a unit",
    [MUTATION_MARK_EARLY] = "marks move early",
    [MUTATION_MARK_LAST] = "the last mark counts",
    [MUTATION_MARK_PAST_GAP] = "marks move past gaps",
    [MUTATION_TIES_LOST] = "ties are lost",
    [MUTATION_HOLE_FORGOTTEN] = "holes are forgotten",
    [MUTATION_FILL_TWICE] = "holes are filled twice",
    [MUTATION_WAIT_MOVES] = "chains that wait are done",
    [MUTATION_PLACES_LEFT] = "places are left",
    [MUTATION_FINISH_ALWAYS] = "failed runs finish",
    [MUTATION_TWO_PASSES] = "two passes",
    [MUTATION_PUBLISH_EARLY] = "published early",
    [MUTATION_PUBLISH_ADDS] = "published beside old rows",
    [MUTATION_EMPTIED] = "old rows go early",
    [MUTATION_STAGE_KEPT] = "staged rows are kept",
    [MUTATION_MERGE_LAST] = "the last version wins",
    [MUTATION_NO_KEY] = "keys are forgotten",
    [MUTATION_OPENING_LOST] = "openings are lost",
    [MUTATION_OPENING_ANEW] = "what is opened begins anew",
    [MUTATION_NOTE_LOST] = "notes of holes are lost",
    [MUTATION_NOTE_EARLY] = "notes are in force early",
    [MUTATION_NOTE_KEPT] = "notes are kept",
    [MUTATION_NOTE_OF_GAP] = "gaps are noted",
    [MUTATION_NOTE_PAST_GAP] = "notes go where a part is missing",
    [MUTATION_NOTE_ALL_KEPT] = "notes stay where a part is missing",
    [MUTATION_NOTE_HIDDEN] = "notes of rows that were not published",
    [MUTATION_NOTE_MERGED] = "notes stay though other rows were merged",
    [MUTATION_NOTE_ABANDONED] = "notes of an abandoned pass are in force",
};

const char *model_mutation_name(enum model_mutation mutation)
{
    return mutation_names[mutation];
}

void model_db_init(struct model_db *db, const struct model_source *source, struct weir_arena *arena,
    enum model_mutation mutation)
{
    *db = (struct model_db){.arena = arena, .source = source, .mutation = mutation};
    for (size_t r = 0; r < source->n_resources; r++) {
        size_t n = source->resources[r].n_series;

        db->marks[r] = weir_new_array(arena, n, struct model_mark);
        db->true_marks[r] = weir_new_array(arena, n, struct model_mark);
    }
}

static void add_row(struct model_db *db, struct db_rows *rows, struct db_row row)
{
    rows->items = model_db_grow(db->arena, rows->items, rows->n, &rows->capacity, sizeof(row));
    rows->items[rows->n++] = row;
}

static const struct model_resource *resource_of(
    const struct model_db *db, const struct db_generation *generation)
{
    return &db->source->resources[generation->resource];
}

struct db_pass *model_db_open_pass(const struct model_db *db)
{
    for (size_t i = 0; i < db->n_passes; i++)
        if (db->passes[i].status == WEIR_PASS_OPEN)
            return &db->passes[i];
    return NULL;
}

/* --- is all as it was seen? --------------------------------------------------------------- */

static bool still_so(const struct model_db *db, const struct tx_read *read)
{
    const struct db_generation *generation = &db->generations[read->generation];
    const struct db_place *place = &generation->places[read->chain];

    if (read->kind == TX_GAP)
        return read->there == (model_db_gap(generation, read->chain, read->number) != NULL);
    return place->there == read->there && place->number == read->number &&
           place->done == read->done;
}

/* A chain of which no place is left stands as one that was never begun, so that it may write has to
 * be asked for, too. */
static bool writes_to_open(const struct model_db *db, const struct model_tx *tx)
{
    for (size_t i = 0; i < tx->n_writes; i++) {
        const struct db_generation *generation = &db->generations[tx->writes[i].generation];

        if (generation->done || db->passes[generation->pass].status != WEIR_PASS_OPEN)
            return false;
    }
    return true;
}

static bool may_write(const struct model_db *db, const struct model_tx *tx)
{
    if (tx->begin)
        return db->mutation == MUTATION_TWO_PASSES || db->n_commits == tx->begin->seen_commits;
    if (db->mutation != MUTATION_NO_FENCE && db->epoch != tx->epoch)
        return false;
    if (tx->end && (tx->end->done || tx->end->abandon) &&
        db->passes[tx->end->pass - 1].status != WEIR_PASS_OPEN)
        return false;
    for (size_t i = 0; i < tx->n_reads && db->mutation != MUTATION_NO_GUARD; i++)
        if (!still_so(db, &tx->reads[i]))
            return false;
    return db->mutation == MUTATION_CLOSED || writes_to_open(db, tx);
}

/* --- the beginning of a run --------------------------------------------------------------- */

static void forget_places(struct model_db *db, struct db_generation *generation)
{
    const struct model_resource *resource = resource_of(db, generation);

    if (db->mutation == MUTATION_PLACES_LEFT)
        return;
    memset(generation->places, 0, resource->n_chains * sizeof(*generation->places));
    memset(generation->seen, 0, resource->n_series * sizeof(*generation->seen));
    generation->notes.n = 0;
    generation->gaps.n = 0;
}

static void note_given_up(struct model_db *db, const struct db_generation *generation)
{
    for (size_t i = 0; i < generation->gaps.n; i++) {
        db->given_up = model_db_grow(
            db->arena, db->given_up, db->n_given_up, &db->given_up_capacity, sizeof(*db->given_up));
        db->given_up[db->n_given_up++] = generation->gaps.items[i];
    }
}

static void abandon_pass(struct model_db *db, struct db_pass *pass)
{
    pass->status = WEIR_PASS_ABANDONED;
    db->n_given_up = 0;
    for (size_t i = 0; i < pass->n_generations; i++)
        note_given_up(db, &db->generations[pass->generations[i]]);
    for (size_t i = 0; i < pass->n_generations; i++) {
        struct db_generation *generation = &db->generations[pass->generations[i]];

        forget_places(db, generation);
        if (db->mutation != MUTATION_STAGE_KEPT)
            generation->staged.n = 0;
    }
}

static void tell_truth(struct model_db *db, struct db_generation *generation, uint32_t version)
{
    const struct model_resource *resource = resource_of(db, generation);

    generation->truth = weir_new_array(db->arena, resource->n_chains, struct db_truth);
    for (size_t c = 0; c < resource->n_chains; c++) {
        struct db_truth *truth = &generation->truth[c];

        model_view_init(&truth->view, db->source, generation->resource, c, version,
            &db->true_marks[generation->resource][resource->chains[c].series], db->arena);
        truth->loaded = weir_new_array(db->arena, truth->view.n_units, uint8_t);
        truth->noted = weir_new_array(db->arena, truth->view.n_units, uint64_t);
        for (size_t i = 0; i < truth->view.n_units && resource->noted; i++)
            truth->noted[i] = model_notes_find(&db->true_notes[generation->resource], c, i);
    }
}

/* What an older generation of the resource had staged, if a mutation has left it. */
static struct db_rows take_staged(struct model_db *db, size_t resource)
{
    struct db_rows staged = {0};

    for (size_t i = 0; i < db->n_generations; i++)
        if (db->generations[i].resource == resource && db->generations[i].staged.n) {
            staged = db->generations[i].staged;
            db->generations[i].staged = (struct db_rows){0};
        }
    return staged;
}

static size_t add_generation(
    struct model_db *db, struct db_pass *pass, size_t resource, const char *config)
{
    const struct model_resource *of = &db->source->resources[resource];
    struct db_generation *generation;

    db->generations = model_db_grow(db->arena, db->generations, db->n_generations,
        &db->generations_capacity, sizeof(*db->generations));
    generation = &db->generations[db->n_generations];
    *generation = (struct db_generation){.pass = (size_t)(pass - db->passes),
        .resource = resource,
        .config = config,
        .places = weir_new_array(db->arena, of->n_chains, struct db_place),
        .seen = weir_new_array(db->arena, of->n_series, struct model_mark),
        .staged = take_staged(db, resource)};
    if (db->mutation == MUTATION_EMPTIED && of->mode == WEIR_REPLACE)
        db->tables[resource].n = 0;
    tell_truth(db, generation, pass->version);
    pass->generations[pass->n_generations++] = db->n_generations;
    return ++db->n_generations;
}

static struct db_pass *add_pass(struct model_db *db, struct tx_begin *begin)
{
    struct db_pass *pass;

    db->passes = model_db_grow(
        db->arena, db->passes, db->n_passes, &db->passes_capacity, sizeof(*db->passes));
    pass = &db->passes[db->n_passes];
    *pass = (struct db_pass){.status = WEIR_PASS_OPEN, .version = db->source->version};
    pass->started_at = begin->started_at;
    begin->pass = ++db->n_passes;
    return pass;
}

static void begin_run(struct model_db *db, struct model_tx *tx)
{
    struct tx_begin *begin = tx->begin;
    struct db_pass *pass;

    db->epoch = tx->epoch;
    if (begin->abandoned) {
        struct db_pass *abandoned = &db->passes[begin->abandoned - 1];

        for (size_t i = 0; i < abandoned->n_generations; i++)
            model_db_drop_notes(db, &db->generations[abandoned->generations[i]]);
        abandon_pass(db, abandoned);
    }
    pass = begin->pass ? &db->passes[begin->pass - 1] : add_pass(db, begin);
    if (begin->key)
        pass->true_key = begin->key;
    if (begin->key && db->mutation != MUTATION_NO_KEY)
        pass->key = begin->key;
    for (size_t i = 0; i < begin->n_generations; i++)
        if (!begin->ids[i])
            begin->ids[i] = add_generation(db, pass, begin->resources[i], begin->configs[i]);
}

/* --- rows --------------------------------------------------------------------------------- */

static void merge_row(struct model_db *db, struct db_rows *table, struct db_row row)
{
    for (size_t i = 0; i < table->n; i++)
        if (table->items[i].id == row.id) {
            if (row.version >= table->items[i].version || db->mutation == MUTATION_MERGE_LAST)
                table->items[i] = row;
            return;
        }
    add_row(db, table, row);
}

/* Are these all rows of the unit, and no others? None of one that is what was noted of it. */
static bool are_those_of(const struct model_resource *resource, const struct db_truth *truth,
    const struct tx_write *write)
{
    uint64_t noted = truth->noted[write->number];
    size_t row, end, n = 0;

    if (noted && resource->mode != WEIR_REPLACE && noted == model_note(&truth->view, write->number))
        return write->n == 0;
    model_view_unit(&truth->view, write->number, &row, &end);
    for (; row < end; row++) {
        const struct model_row *wanted = truth->view.rows[row];

        if (truth->view.known[row])
            continue;
        if (n == write->n || write->rows[n].id != wanted->id ||
            write->rows[n].version != wanted->version)
            return false;
        n++;
    }
    return n == write->n;
}

static void note_loaded(
    struct model_db *db, struct db_generation *generation, const struct tx_write *write)
{
    struct db_truth *truth = &generation->truth[write->chain];

    if (write->number >= truth->view.n_units ||
        !are_those_of(resource_of(db, generation), truth, write))
        generation->spoiled = true;
    else
        truth->loaded[write->number]++;
}

static void write_rows(struct model_db *db, const struct tx_write *write)
{
    struct db_generation *generation = &db->generations[write->generation];
    enum weir_disposition mode = resource_of(db, generation)->mode;
    bool stages = mode == WEIR_REPLACE && db->mutation != MUTATION_PUBLISH_EARLY;
    struct db_rows *table = stages ? &generation->staged : &db->tables[generation->resource];

    for (size_t i = 0; i < write->n; i++)
        if (mode == WEIR_MERGE)
            merge_row(db, table, write->rows[i]);
        else
            add_row(db, table, write->rows[i]);
    generation->rows += write->n;
    note_loaded(db, generation, write);
}

/* --- state -------------------------------------------------------------------------------- */

static void drop_gap(struct db_generation *generation, size_t chain, uint64_t number)
{
    struct db_gap *gap = model_db_gap(generation, chain, number);

    if (gap)
        *gap = generation->gaps.items[--generation->gaps.n];
}

static void put_gap(struct model_db *db, const struct model_tx *tx, const struct tx_write *write)
{
    struct db_generation *generation = &db->generations[write->generation];
    struct db_gaps *gaps = &generation->gaps;
    struct db_gap *gap = model_db_gap(generation, write->chain, write->number);

    if (gap) {
        gap->alone = write->flag;
        return;
    }
    gaps->items = model_db_grow(db->arena, gaps->items, gaps->n, &gaps->capacity, sizeof(*gap));
    gaps->items[gaps->n++] = (struct db_gap){write->chain, write->number, write->flag, tx->run};
}

/* The chain waits nowhere before `number` any more. */
static void move_place(struct model_db *db, const struct tx_write *write)
{
    struct db_generation *generation = &db->generations[write->generation];
    struct db_place *place = &generation->places[write->chain];
    struct db_gap *waits = model_db_gap(generation, write->chain, place->number);

    if (waits && !waits->alone && write->number > place->number)
        drop_gap(generation, write->chain, place->number);
    *place = (struct db_place){.there = true, .done = write->flag, .number = write->number};
    memcpy(place->next, write->next, sizeof(place->next));
    generation->truth[write->chain].ended |= write->flag;
}

static void raise_mark(
    const struct model_db *db, struct model_mark *mark, const struct model_mark *seen)
{
    struct weir_arena *arena = db->arena;

    if (db->mutation == MUTATION_MARK_LAST && seen->there)
        mark->there = false;
    if (db->mutation == MUTATION_TIES_LOST && mark->there && seen->there &&
        mark->cursor == seen->cursor)
        mark->n_ties = 0;
    model_mark_raise(mark, seen, arena);
}

static void apply_write(
    struct model_db *db, const struct model_tx *tx, const struct tx_write *write)
{
    struct db_generation *generation = &db->generations[write->generation];

    switch (write->kind) {
    case TX_PLACE:
        move_place(db, write);
        break;
    case TX_ROWS:
        write_rows(db, write);
        break;
    case TX_GAP:
        put_gap(db, tx, write);
        break;
    case TX_FILL:
        drop_gap(generation, write->chain, write->number);
        break;
    case TX_SEEN:
        raise_mark(db, &generation->seen[write->series], &write->mark);
        break;
    case TX_NOTE:
        model_notes_put(db->mutation == MUTATION_NOTE_EARLY ? &db->notes[generation->resource]
                                                            : &generation->notes,
            db->arena, write->chain, write->number, write->note);
        break;
    case TX_MARK:
        raise_mark(db, &db->marks[generation->resource][write->series], &write->mark);
        break;
    }
}

/* --- the end of a run --------------------------------------------------------------------- */

static bool series_has_gap(
    const struct model_db *db, const struct db_generation *generation, size_t series)
{
    const struct model_resource *resource = resource_of(db, generation);

    for (size_t i = 0; i < generation->gaps.n; i++)
        if (resource->chains[generation->gaps.items[i].chain].series == series)
            return true;
    return false;
}

static void move_marks(struct model_db *db, struct db_generation *generation)
{
    const struct model_resource *resource = resource_of(db, generation);

    for (size_t s = 0; s < resource->n_series; s++)
        if (db->mutation == MUTATION_MARK_PAST_GAP || !series_has_gap(db, generation, s))
            raise_mark(db, &db->marks[generation->resource][s], &generation->seen[s]);
}

static bool is_replaced(const struct model_db *db, size_t generation)
{
    const struct db_generation *of = &db->generations[generation];

    return !of->done && resource_of(db, of)->mode == WEIR_REPLACE;
}

/* Something of it is missing, or of those that open its chains, which stand one before the other. */
static bool lacks_some(const struct model_db *db, const struct tx_end *end, size_t i)
{
    const struct db_generation *generation = &db->generations[end->generations[i]];

    if (generation->gaps.n)
        return true;
    return resource_of(db, generation)->parent && lacks_some(db, end, i - 1);
}

/* All tables of the run together, or none where a part of one is missing. */
static bool publish(struct model_db *db, const struct tx_end *end)
{
    for (size_t i = 0; i < end->n_generations; i++)
        if (is_replaced(db, end->generations[i]) && lacks_some(db, end, i))
            return false;
    for (size_t i = 0; i < end->n_generations; i++) {
        struct db_generation *generation = &db->generations[end->generations[i]];
        struct db_rows *table = &db->tables[generation->resource];

        if (!is_replaced(db, end->generations[i]) || db->mutation == MUTATION_PUBLISH_EARLY)
            continue;
        if (db->mutation != MUTATION_PUBLISH_ADDS)
            table->n = 0;
        for (size_t r = 0; r < generation->staged.n; r++)
            add_row(db, table, generation->staged.items[r]);
        generation->staged.n = 0;
        db->published[generation->resource] = end->generations[i] + 1;
    }
    return true;
}

static bool is_read(const struct model_db *db, const struct db_pass *pass)
{
    for (size_t i = 0; i < pass->n_generations; i++)
        if (!db->generations[pass->generations[i]].done)
            return false;
    return true;
}

static void end_run(struct model_db *db, const struct tx_end *end)
{
    struct db_pass *pass = &db->passes[end->pass - 1];
    bool published;

    if (!end->done && !end->abandon && db->mutation != MUTATION_FINISH_ALWAYS)
        return;
    published = publish(db, end);
    for (size_t i = 0; i < end->n_generations; i++) {
        struct db_generation *generation = &db->generations[end->generations[i]];

        if (generation->done)
            continue;
        move_marks(db, generation);
        /* Of a table that was to be replaced and was not, the old ones hold. */
        if (!is_replaced(db, end->generations[i]) || published ||
            db->mutation == MUTATION_NOTE_HIDDEN)
            model_db_take_notes(db, generation, !lacks_some(db, end, i));
        generation->done = !lacks_some(db, end, i);
    }
    for (size_t i = 0; i < end->n_generations; i++)
        if (db->generations[end->generations[i]].done)
            forget_places(db, &db->generations[end->generations[i]]);
    if (end->abandon)
        abandon_pass(db, pass);
    else if (is_read(db, pass))
        pass->status = WEIR_PASS_DONE;
}

bool model_db_committed(const struct model_db *db, size_t serial)
{
    return serial < db->committed_capacity && db->committed[serial];
}

static void note_committed(struct model_db *db, size_t serial)
{
    while (serial >= db->committed_capacity) {
        size_t n = db->committed_capacity;

        db->committed =
            model_db_grow(db->arena, db->committed, n, &db->committed_capacity, sizeof(bool));
    }
    db->committed[serial] = true;
    db->n_commits++;
}

bool model_db_apply(struct model_db *db, struct model_tx *tx)
{
    if (!may_write(db, tx))
        return false;
    if (tx->begin)
        begin_run(db, tx);
    for (size_t i = 0; i < tx->n_writes; i++)
        apply_write(db, tx, &tx->writes[i]);
    if (tx->end)
        end_run(db, tx->end);
    note_committed(db, tx->serial);
    return true;
}
