#include "model_reader.h"

#include "model_notes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/marks_take.h"

enum { WINDOW = 4 }; /* chains that are read at once */

struct reader {
    size_t resource, chain; /* of the source */
    size_t planned;         /* the resource in the plan */
    struct model_view view;
    uint64_t number; /* of the next unit */
    uint64_t stands; /* the same when it was begun; those before it are there */
    bool at_end;
    const uint64_t *holes;
    size_t n_holes;
};

struct model_readers {
    struct model_net *net;
    const struct model_source *source;
    const struct model_trouble *trouble;
    const struct plan *plan;
    const struct session *session;
    struct weir_arena *arena;
    struct reader *readers;
    size_t n;
    uint32_t version;
    bool *begun[MODEL_RESOURCES]; /* chains of children */
    bool failing;
    bool misled; /* a place has the name of another unit */
};

struct model_readers *model_readers_new(struct model_net *net, const struct model_source *source,
    const struct model_trouble *trouble, const struct plan *plan, const struct session *session)
{
    struct model_readers *readers = weir_calloc(1, sizeof(*readers));

    readers->net = net;
    readers->source = source;
    readers->trouble = trouble;
    readers->plan = plan;
    readers->session = session;
    readers->arena = weir_arena_new();
    return readers;
}

void model_readers_free(struct model_readers *readers)
{
    if (!readers)
        return;
    weir_arena_free(readers->arena);
    free(readers);
}

bool model_readers_failing(const struct model_readers *readers)
{
    return readers->failing;
}

bool model_readers_misled(const struct model_readers *readers)
{
    return readers->misled;
}

/* --- where chains begin ------------------------------------------------------------------- */

static void name_unit(uint64_t number, char *out, size_t size)
{
    (void)snprintf(out, size, "page %" PRIu64, number);
}

/* What the store tells names the unit that it counts. */
static void check_resume(
    struct model_readers *readers, const struct reader *reader, const struct weir_resume *resume)
{
    const struct model_resource *resource = &readers->source->resources[reader->resource];
    char next[24];

    name_unit(resume->number, next, sizeof(next));
    /* Of a child also how to begin, and how to ask for what was left out. */
    if (resource->parent) {
        const char *wanted = resume->done ? "holes" : resume->number ? next : "opened";

        if (!resume->done || resume->n_holes)
            readers->misled |= !resume->next || strcmp(resume->next, wanted) != 0;
        return;
    }
    if (!resume->done && resume->number > 0 &&
        readers->source->resources[reader->resource].paging == PAGING_CURSOR)
        readers->misled |= !resume->next || strcmp(resume->next, next) != 0;
}

/* An extractor that has forgotten where it was begins too early: then the guards have to hold. */
static void forget(const struct model_readers *readers, struct reader *reader)
{
    if (readers->net->is_calm || !model_chance(readers->net->random, readers->trouble->forgets))
        return;
    reader->number = model_below(readers->net->random, (size_t)reader->number + 1);
    reader->at_end = false;
}

static bool open_reader(struct model_readers *readers, struct reader *reader)
{
    const struct model_chain *chain =
        &readers->source->resources[reader->resource].chains[reader->chain];
    struct weir_resume resume;

    if (session_resume(
            readers->session, &readers->plan->resources[reader->planned], &chain->id, &resume)) {
        check_resume(readers, reader, &resume);
        reader->number = resume.done ? reader->view.n_units : resume.number;
        reader->stands = reader->number;
        reader->at_end = resume.done;
        reader->holes = resume.holes;
        reader->n_holes = resume.n_holes;
        forget(readers, reader);
    }
    return !reader->at_end || reader->n_holes > 0;
}

/* What the session says about the series of the chain. */
static struct model_mark last_mark(const struct model_readers *readers, const struct reader *reader)
{
    const struct model_resource *resource = &readers->source->resources[reader->resource];
    struct weir_id series = model_series_id(resource->chains[reader->chain].series);
    const char *text =
        session_mark(readers->session, &readers->plan->resources[reader->planned], &series);

    return (struct model_mark){.there = text != NULL, .cursor = text ? strtoll(text, NULL, 10) : 0};
}

static void open_chain(
    struct model_readers *readers, size_t resource, size_t planned, size_t chain, uint32_t version)
{
    struct reader *reader = &readers->readers[readers->n];
    struct model_mark mark;

    *reader = (struct reader){.resource = resource, .chain = chain, .planned = planned};
    mark = last_mark(readers, reader);
    model_view_init(
        &reader->view, readers->source, resource, chain, version, &mark, readers->arena);
    if (open_reader(readers, reader))
        readers->n++;
}

static void open_opened(struct model_readers *readers, size_t resource, size_t planned)
{
    struct weir_opened opened;

    for (size_t i = 0;
         session_opened(readers->session, &readers->plan->resources[planned], i, &opened); i++) {
        size_t chain = model_chain_index(&opened.chain);

        readers->begun[resource][chain] = true;
        open_chain(readers, resource, planned, chain, readers->version);
    }
}

void model_readers_open(struct model_readers *readers, size_t pass, const size_t *generations)
{
    const struct model_db *db = readers->net->db;
    const struct plan *plan = readers->plan;
    size_t n_chains = 0;

    readers->version = db->passes[pass - 1].version;
    for (size_t r = 0; r < readers->source->n_resources; r++)
        n_chains += readers->source->resources[r].n_chains;
    readers->readers = weir_new_array(readers->arena, n_chains, struct reader);
    for (size_t i = 0; i < plan->n_resources; i++) {
        size_t resource = db->generations[generations[i]].resource;

        readers->begun[resource] =
            weir_new_array(readers->arena, readers->source->resources[resource].n_chains, bool);
        if (session_is_read(readers->session, &plan->resources[i]))
            continue;
        if (readers->source->resources[resource].parent)
            open_opened(readers, resource, i);
        else
            for (size_t c = 0; c < readers->source->resources[resource].n_chains; c++)
                open_chain(readers, resource, i, c, db->passes[pass - 1].version);
    }
}

/* --- units -------------------------------------------------------------------------------- */

static bool unit_fails(
    const struct model_readers *readers, const struct reader *reader, uint64_t number)
{
    const struct model_trouble *trouble = readers->trouble;
    uint64_t which =
        model_mix(model_mix(trouble->salt ^ reader->resource) ^ reader->chain) ^ number;

    if (readers->net->is_calm)
        return false;
    return model_mix(which) % 1000 < trouble->broken ||
           model_chance(readers->net->random, trouble->flaky);
}

/* Also of one that fails: what is noted of it is not to be kept. */
static void add_note(struct weir_batch *batch, const struct reader *reader,
    struct weir_position *position, const struct model_resource *resource)
{
    uint64_t what = resource->noted ? model_note(&reader->view, position->number) : 0;

    if (what)
        position->note = weir_printf(batch->arena, "%" PRIu64, what);
}

static struct weir_position *add_unit(
    struct model_readers *readers, struct weir_batch *batch, struct reader *reader, uint64_t number)
{
    const struct model_resource *resource = &readers->source->resources[reader->resource];
    const struct model_chain *chain = &resource->chains[reader->chain];
    struct weir_position *position = weir_new(batch->arena, struct weir_position);
    struct weir_unit *unit;
    char next[24];

    *position = (struct weir_position){.chain = chain->id,
        .series = model_series_id(chain->series),
        .number = number,
        .follow = number + 1 < reader->view.n_units ? WEIR_FOLLOW_NEXT : WEIR_FOLLOW_END};
    name_unit(number + 1, next, sizeof(next));
    if (position->follow == WEIR_FOLLOW_NEXT &&
        (resource->parent || resource->paging == PAGING_CURSOR))
        position->next = weir_copy_text(batch->arena, next);
    else if (resource->parent)
        position->next = "holes";
    add_note(batch, reader, position, resource);
    unit = weir_batch_add_unit(batch, NULL);
    unit->position = position;
    unit->series = position->series;
    return position;
}

static void add_row(struct weir_batch *batch, const struct model_row *row)
{
    (void)weir_batch_add_row(batch);
    weir_batch_set(batch, 0, weir_int(row->id));
    weir_batch_set(batch, 1, weir_int(row->version));
    weir_batch_set(batch, 2, weir_int(row->cursor));
}

/* What the unit opens is read in this run, unless it was begun before. */
static void open_child(struct model_readers *readers, const struct reader *reader, size_t chain)
{
    const struct weir_resource *child = &readers->plan->resources[reader->planned + 1];
    struct weir_id id = model_chain_id(chain);
    struct weir_resume resume;

    if (readers->begun[reader->resource + 1][chain] ||
        session_resume(readers->session, child, &id, &resume))
        return;
    readers->begun[reader->resource + 1][chain] = true;
    open_chain(readers, reader->resource + 1, reader->planned + 1, chain, readers->version);
}

static void add_openings(
    struct model_readers *readers, struct weir_batch *batch, const struct reader *reader)
{
    const struct model_resource *of = &readers->source->resources[reader->resource];
    const struct model_resource *child = of + 1;
    struct weir_position *position =
        (struct weir_position *)batch->units[batch->n_units - 1].position;
    struct weir_opening *openings;

    if (reader->resource + 1 >= readers->source->n_resources || child->parent != of)
        return;
    position->openings = openings =
        weir_new_array(batch->arena, child->n_chains, struct weir_opening);
    for (size_t c = 0; c < child->n_chains; c++)
        if (model_opens(of, reader->chain, reader->view.n_units, position->number, c)) {
            openings[position->n_openings++] =
                (struct weir_opening){.resource = &readers->plan->resources[reader->planned + 1],
                    .chain = model_chain_id(c),
                    .next = "opened"};
            open_child(readers, reader, c);
        }
}

/* Rows that take the place of others all have to come. */
static bool is_as_noted(const struct model_readers *readers, const struct reader *reader,
    const struct weir_position *position)
{
    const struct model_resource *resource = &readers->source->resources[reader->resource];
    const char *noted = session_noted(readers->session, &readers->plan->resources[reader->planned],
        &resource->chains[reader->chain].id, position->number);

    return noted && position->note && resource->mode != WEIR_REPLACE &&
           strcmp(noted, position->note) == 0;
}

static void add_rows(
    const struct model_readers *readers, struct weir_batch *batch, const struct reader *reader)
{
    size_t row, end;

    if (is_as_noted(readers, reader, batch->units[batch->n_units - 1].position))
        return;
    model_view_unit(&reader->view, batch->units[batch->n_units - 1].position->number, &row, &end);
    for (; row < end; row++)
        add_row(batch, reader->view.rows[row]);
}

static void fail_unit(struct weir_batch *batch)
{
    struct weir_error error = {0};

    (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-MODEL", "told to fail");
    weir_batch_fail_unit(batch, &error);
}

static void give_hole(
    struct model_readers *readers, struct weir_batch *batch, struct reader *reader)
{
    uint64_t number = reader->holes[--reader->n_holes];
    struct weir_position *position = add_unit(readers, batch, reader, number);

    position->follow = WEIR_FOLLOW_FILL;
    position->next = NULL;
    position->left_out = unit_fails(readers, reader, number);
    if (position->left_out) {
        fail_unit(batch);
        return;
    }
    add_rows(readers, batch, reader);
    add_openings(readers, batch, reader);
}

static void give_failed(struct model_readers *readers, struct weir_batch *batch,
    struct reader *reader, struct weir_position *position)
{
    const struct model_resource *resource = &readers->source->resources[reader->resource];

    fail_unit(batch);
    position->left_out = true;
    if (resource->on_error == ON_ERROR_CONTINUE && resource->paging != PAGING_CURSOR)
        return;
    reader->at_end = true;
    position->next = NULL;
    position->follow = WEIR_FOLLOW_WAIT;
    if (resource->on_error != ON_ERROR_FAIL)
        return;
    batch->units[batch->n_units - 1].position = NULL;
    readers->failing = true;
}

static void give_unit(
    struct model_readers *readers, struct weir_batch *batch, struct reader *reader)
{
    uint64_t number = reader->number++;
    struct weir_position *position = add_unit(readers, batch, reader, number);

    reader->at_end = position->follow == WEIR_FOLLOW_END;
    if (number >= reader->stands && unit_fails(readers, reader, number)) {
        give_failed(readers, batch, reader, position);
        return;
    }
    add_rows(readers, batch, reader);
    add_openings(readers, batch, reader);
}

/* --- batches ------------------------------------------------------------------------------ */

/* One of the chains that are read now, if it is of the resource. */
static struct reader *pick(struct model_readers *readers, size_t planned, bool any)
{
    size_t window = readers->n < WINDOW ? readers->n : WINDOW;
    struct reader *reader;

    if (readers->n == 0)
        return NULL;
    reader = &readers->readers[readers->n - 1 - model_below(readers->net->random, window)];
    return any || reader->planned == planned ? reader : NULL;
}

static void give(struct model_readers *readers, struct weir_batch *batch, struct reader *reader)
{
    if (reader->n_holes)
        give_hole(readers, batch, reader);
    else
        give_unit(readers, batch, reader);
    if (reader->at_end && reader->n_holes == 0)
        *reader = readers->readers[--readers->n];
}

/* What the engine does behind decode. */
static void take_marks(struct model_readers *readers, struct weir_batch *batch)
{
    struct weir_stage stage = {.name = "extract"};

    if (marks_take(session_marks(readers->session), &stage, batch) != WEIR_OK)
        abort();
}

static struct weir_batch *next_batch(struct model_readers *readers, size_t most_units)
{
    struct reader *reader = pick(readers, 0, true);
    struct weir_batch *batch;
    size_t planned;

    if (!reader)
        return NULL;
    planned = reader->planned;
    batch = weir_batch_new(&readers->plan->resources[planned]);
    (void)weir_batch_column(batch, weir_str("id"));
    (void)weir_batch_column(batch, weir_str("version"));
    (void)weir_batch_column(batch, weir_str("cursor"));
    for (size_t n = 1 + model_below(readers->net->random, most_units); n > 0 && reader; n--) {
        give(readers, batch, reader);
        reader = pick(readers, planned, false);
    }
    take_marks(readers, batch);
    return batch;
}

struct weir_batch *model_readers_next(struct model_readers *readers, size_t most_units)
{
    struct weir_batch *batch = next_batch(readers, most_units);

    if (!batch || readers->net->is_calm ||
        !model_chance(readers->net->random, readers->trouble->lost))
        return batch;
    /* It failed on its way; those behind it may come all the same. */
    readers->failing = true;
    weir_batch_free(batch);
    return next_batch(readers, most_units);
}
