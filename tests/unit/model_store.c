#include "model_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const mode_words[] = {
    [WEIR_APPEND] = "append", [WEIR_MERGE] = "merge", [WEIR_REPLACE] = "replace"};

static struct model_db *db_of(const struct weir_stage *stage)
{
    return ((const struct model_load *)stage->state)->net->db;
}

static size_t find_resource(const struct model_source *source, const char *name)
{
    for (size_t i = 0; i < source->n_resources; i++)
        if (strcmp(source->resources[i].name, name) == 0)
            return i;
    abort();
}

static struct weir_pass *show_pass(
    const struct model_db *db, const struct db_pass *pass, struct weir_arena *arena)
{
    struct weir_pass *shown = weir_new(arena, struct weir_pass);

    *shown = (struct weir_pass){.id = pass - db->passes + 1,
        .key = pass->key,
        .started_at = pass->started_at,
        .status = pass->status,
        .generations = weir_new_array(arena, pass->n_generations, struct weir_generation),
        .n_generations = pass->n_generations};
    for (size_t i = 0; i < pass->n_generations; i++) {
        const struct db_generation *generation = &db->generations[pass->generations[i]];
        const struct model_resource *resource = &db->source->resources[generation->resource];

        shown->n_gaps += generation->gaps.n;
        shown->generations[i] = (struct weir_generation){.id = (int64_t)pass->generations[i] + 1,
            .name = resource->name,
            .table = resource->name,
            .mode = mode_words[resource->mode],
            .config = generation->config,
            .done = generation->done,
            .rows = generation->rows};
    }
    return shown;
}

static struct weir_pass *find_keyed(
    const struct model_db *db, const char *key, struct weir_arena *arena)
{
    for (size_t i = db->n_passes; key && i > 0; i--)
        if (db->passes[i - 1].key && strcmp(db->passes[i - 1].key, key) == 0)
            return show_pass(db, &db->passes[i - 1], arena);
    return NULL;
}

static enum weir_status store_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    struct model_load *load = stage->state;
    struct model_db *db = db_of(stage);
    struct db_pass *open = model_db_open_pass(db);

    load->takeover = run->takeover;
    if (db->lock && !run->takeover)
        return weir_fail(stage, WEIR_FAULT_LOCKED, "E-LOCKED", "another run is at work");
    if (!db->lock)
        db->lock = load->run;
    load->epoch = db->epoch + 1;
    load->begin.seen_commits = db->n_commits;
    ret_found->open =
        open && db->mutation != MUTATION_TWO_PASSES ? show_pass(db, open, arena) : NULL;
    ret_found->keyed = find_keyed(db, run->key, arena);
    return WEIR_OK;
}

/* It may arrive when the run is no more. */
static const char *keep(const struct model_load *load, const char *text)
{
    return text ? weir_copy_text(load->net->db->arena, text) : NULL;
}

static void list_generations(struct model_load *load, const struct weir_pass *pass)
{
    const struct model_source *source = load->net->db->source;

    load->n_generations = load->begin.n_generations = pass->n_generations;
    for (size_t i = 0; i < pass->n_generations; i++) {
        load->begin.ids[i] = (size_t)pass->generations[i].id;
        load->begin.resources[i] = find_resource(source, pass->generations[i].name);
        load->begin.configs[i] = keep(load, pass->generations[i].config);
    }
}

static enum weir_status store_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    struct model_load *load = stage->state;
    struct model_tx *tx = model_load_tx(load);
    enum weir_status status;

    load->begin.pass = (size_t)pass->id;
    load->begin.restarts = load->restarts;
    load->begin.abandoned = old ? (size_t)old->id : 0;
    load->begin.key = keep(load, pass->key);
    load->begin.started_at = keep(load, pass->started_at);
    list_generations(load, pass);
    tx->begin = weir_new(tx->arena, struct tx_begin);
    *tx->begin = load->begin;
    status = model_load_send(stage, tx);
    if (status != WEIR_OK)
        return status;
    load->pass = tx->begin->pass;
    pass->id = (int64_t)load->pass;
    for (size_t i = 0; i < pass->n_generations; i++) {
        pass->generations[i].id = (int64_t)tx->begin->ids[i];
        load->generations[i] = tx->begin->ids[i] - 1;
    }
    return WEIR_OK;
}

static void read_generation(
    const struct model_db *db, size_t id, size_t index, const struct weir_reading *reading)
{
    const struct db_generation *generation = &db->generations[id];
    const struct model_resource *resource = &db->source->resources[generation->resource];

    for (size_t c = 0; c < resource->n_chains; c++) {
        const struct db_place *place = &generation->places[c];

        if (place->there)
            reading->place(reading->arg, &(struct weir_place){.generation = index,
                                             .chain = model_chain_id(c),
                                             .number = place->number,
                                             .next = *place->next ? place->next : NULL,
                                             .done = place->done});
    }
    for (size_t i = 0; i < generation->gaps.n; i++) {
        const struct db_gap *gap = &generation->gaps.items[i];

        reading->gap(reading->arg, &(struct weir_gap){.generation = index,
                                       .chain = model_chain_id(gap->chain),
                                       .number = gap->number,
                                       .alone = gap->alone});
    }
}

static void read_marks(
    const struct model_db *db, size_t resource, const struct weir_reading *reading)
{
    for (size_t s = 0; s < db->source->resources[resource].n_series && reading->mark; s++) {
        const struct model_mark *mark = &db->marks[resource][s];
        char text[32];

        (void)snprintf(text, sizeof(text), "%" PRId64, mark->cursor);
        if (mark->there)
            reading->mark(reading->arg,
                &(struct weir_marked){.resource = db->source->resources[resource].name,
                    .series = model_series_id(s),
                    .text = text,
                    .key = mark->key,
                    .ties = {(const char *)mark->ties, mark->n_ties * WEIR_ID_SIZE}});
    }
}

static void read_notes(
    const struct model_db *db, size_t resource, const struct weir_reading *reading)
{
    const struct db_notes *notes = &db->notes[resource];

    for (size_t i = 0; i < notes->n; i++) {
        char text[32];

        (void)snprintf(text, sizeof(text), "%" PRIu64, notes->items[i].what);
        reading->note(reading->arg,
            &(struct weir_note){.resource = db->source->resources[resource].name,
                .config = db->note_configs[resource] ? db->note_configs[resource] : "",
                .chain = model_chain_id(notes->items[i].chain),
                .number = notes->items[i].number,
                .text = text});
    }
}

static enum weir_status store_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    const struct model_load *load = stage->state;
    const struct model_db *db = db_of(stage);

    for (size_t i = 0; i < pass->n_generations; i++)
        if (!pass->generations[i].done)
            read_generation(db, load->generations[i], i, reading);
    for (size_t r = 0; r < db->source->n_resources; r++) {
        read_marks(db, r, reading);
        read_notes(db, r, reading);
    }
    return WEIR_OK;
}

static enum weir_status store_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    struct model_load *load = stage->state;
    enum weir_status status;

    /* What was lost has been told; only the run's end is written now. */
    if (!ending->done && !ending->abandon)
        load->lost = false;
    status = model_load_enter(stage);
    if (status != WEIR_OK)
        return status;
    load->tx->end = weir_new(load->tx->arena, struct tx_end);
    *load->tx->end = (struct tx_end){.done = ending->done,
        .abandon = ending->abandon,
        .pass = load->pass,
        .n_generations = load->n_generations};
    memcpy(load->tx->end->generations, load->generations, sizeof(load->generations));
    return WEIR_OK;
}

const struct weir_store model_store = {
    .size = sizeof(struct weir_store),
    .open = store_open,
    .begin = store_begin,
    .read = store_read,
    .finish = store_finish,
};

const struct weir_plugin model_load_plugin = {
    .header = WEIR_HEADER,
    .name = "model",
    .flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE | WEIR_KEEPS_OPENINGS,
    .load = model_load_batch,
    .commit = model_load_commit,
    .store = &model_store,
};
