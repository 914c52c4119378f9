/* Which notes are in force in the model's database. */
#include "model_db.h"

/* Has the generation read the unit? */
static bool has_read(const struct db_generation *generation, const struct db_note *note)
{
    const struct db_place *place = &generation->places[note->chain];

    return place->there && (place->done || place->number > note->number) &&
           !model_db_gap(generation, note->chain, note->number);
}

/* Those in force go, of units that it has read. */
static void forget_notes(struct model_db *db, const struct db_generation *generation)
{
    struct db_notes *notes = &db->notes[generation->resource];
    size_t n = 0;

    for (size_t i = 0; i < notes->n; i++)
        if (!has_read(generation, &notes->items[i]))
            notes->items[n++] = notes->items[i];
    notes->n = n;
}

static void add_notes(struct model_db *db, const struct db_generation *generation)
{
    for (size_t i = 0; i < generation->notes.n; i++) {
        const struct db_note *note = &generation->notes.items[i];

        model_notes_put(
            &db->notes[generation->resource], db->arena, note->chain, note->number, note->what);
    }
}

/* What was merged stays, so what was noted of it before is not so any more. */
void model_db_drop_notes(struct model_db *db, const struct db_generation *generation)
{
    const struct model_resource *resource = &db->source->resources[generation->resource];
    struct db_notes *notes = &db->true_notes[generation->resource];

    if (db->mutation == MUTATION_NOTE_ABANDONED)
        add_notes(db, generation);
    if (generation->done || resource->mode != WEIR_MERGE)
        return;
    if (db->mutation != MUTATION_NOTE_MERGED)
        forget_notes(db, generation);
    for (size_t c = 0; c < resource->n_chains; c++) {
        const struct db_truth *truth = &generation->truth[c];

        for (size_t i = notes->n; i > 0; i--) {
            const struct db_note *note = &notes->items[i - 1];
            bool exists = note->number < truth->view.n_units;

            if (note->chain == c && (exists ? truth->loaded[note->number] : truth->ended))
                model_notes_put(notes, db->arena, c, note->number, 0);
        }
    }
}

void model_db_take_notes(struct model_db *db, const struct db_generation *generation, bool is_whole)
{
    bool keeps =
        db->mutation == MUTATION_NOTE_KEPT || (!is_whole && db->mutation == MUTATION_NOTE_ALL_KEPT);

    if (!keeps && (is_whole || db->mutation == MUTATION_NOTE_PAST_GAP))
        db->notes[generation->resource].n = 0;
    else if (!keeps)
        forget_notes(db, generation);
    add_notes(db, generation);
    db->note_configs[generation->resource] = generation->config;
}
