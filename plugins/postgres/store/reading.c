#include "reading.h"

#include "session/session.h"
#include "state/gaps_read.h"
#include "state/letters.h"
#include "state/lock.h"
#include "state/marks_read.h"
#include "state/notes_read.h"
#include "state/places.h"

/* --- places, gaps, marks --------------------------------------------------------------------- */

/* How far it has come. The fence is raised, so what is read does not change meanwhile. */
struct so_far {
    struct state *state;
    const struct postgres_load *load;
    const struct weir_pass *pass;
    const struct weir_reading *reading;
    struct reading_at places; /* of the generation at which it is */
    bool has_places;          /* all of them */
    struct gaps_at gaps;
    bool has_marks;
    struct marks_at marks;
    struct notes_at notes;
};

static enum weir_status read_generation(struct connection *control, struct so_far *so_far)
{
    size_t index = so_far->places.generation;
    int64_t id = so_far->pass->generations[index].id;
    enum weir_status status = WEIR_OK;

    if (!so_far->has_places)
        status = places_read(control, id, &so_far->places, so_far->reading);
    so_far->has_places |= status == WEIR_OK;
    if (status == WEIR_OK && so_far->reading->gap)
        status = gaps_read(
            control, id, index, &so_far->gaps, so_far->reading->gap, so_far->reading->arg);
    return status;
}

/* A table that is gone has none of the rows that are not to come again. */
static enum weir_status read_all_notes(struct connection *control, struct so_far *so_far)
{
    const struct weir_stage *stage = so_far->state->stage;
    bool some = false;
    enum weir_status status = notes_exist(control, so_far->state, &some);

    while (some && so_far->notes.resource < stage->n_resources) {
        size_t index = so_far->notes.resource;

        if (so_far->load->of_resource[index]->exists)
            status = notes_read(control, so_far->state, stage->resources[index]->name,
                &so_far->notes, so_far->reading);
        if (status != WEIR_OK)
            return status;
        so_far->notes = (struct notes_at){.resource = index + 1};
    }
    return status;
}

static enum weir_status read_on(struct connection *control, void *arg)
{
    struct so_far *so_far = arg;
    struct state *state = so_far->state;
    const struct weir_pass *pass = so_far->pass;
    enum weir_status status = lock_hold(control, state, state->run.pipeline, state->run.takeover);

    while (status == WEIR_OK && so_far->places.generation < pass->n_generations) {
        size_t index = so_far->places.generation;

        if (!pass->generations[index].done)
            status = read_generation(control, so_far);
        if (status != WEIR_OK)
            return status;
        so_far->places = (struct reading_at){.generation = index + 1};
        so_far->has_places = false;
        so_far->gaps = (struct gaps_at){0};
    }
    if (status == WEIR_OK && so_far->reading->mark && !so_far->has_marks)
        status = marks_read(control, state->run.pipeline, &so_far->marks, so_far->reading->mark,
            so_far->reading->arg);
    so_far->has_marks |= status == WEIR_OK;
    return status == WEIR_OK && so_far->reading->note ? read_all_notes(control, so_far) : status;
}

enum weir_status reading_run(
    struct postgres_load *load, const struct weir_pass *pass, const struct weir_reading *reading)
{
    struct so_far so_far = {.state = &load->state, .load = load, .pass = pass, .reading = reading};

    return connection_retry(&load->control, read_on, &so_far, "cannot read the state");
}

/* --- dead letters ---------------------------------------------------------------------------- */

struct letters_so_far {
    struct state *state;
    const char *pipeline;
    int64_t after;
    size_t left; /* how many more are wanted */
    void (*tell)(void *arg, const struct weir_dead_letter *letter);
    void *arg;
};

static void tell_letter(void *arg, const struct weir_dead_letter *letter)
{
    struct letters_so_far *so_far = arg;

    so_far->tell(so_far->arg, letter);
    so_far->after = letter->id;
    so_far->left--;
}

static enum weir_status read_letters(struct connection *control, void *arg)
{
    struct letters_so_far *so_far = arg;

    return letters_read(
        control, so_far->state, so_far->pipeline, so_far->after, so_far->left, tell_letter, so_far);
}

enum weir_status reading_letters(struct postgres_load *load, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg)
{
    struct letters_so_far so_far = {&load->state, pipeline, after, limit, tell, arg};

    return connection_retry(&load->control, read_letters, &so_far, "cannot read the dead letters");
}
