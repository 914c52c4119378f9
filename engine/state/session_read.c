/* The start of a session: what earlier runs have left comes into memory. */
#include "session_inside.h"

#include <string.h>

static void take_place(void *arg, const struct weir_place *place)
{
    places_add(((struct session *)arg)->places, place);
}

static bool adds_rows(const struct weir_resource *resource)
{
    return resource->disposition == WEIR_APPEND && !resource->is_walked;
}

/* Its rows come again only where those of an incremental parent do, whose mark would stay for it, and
 * with them all that is read from the parent's rows. */
static bool would_double_family(const struct plan *plan, const struct weir_resource *resource)
{
    for (size_t i = 0; i < plan->n_resources; i++) {
        const struct weir_resource *parent = &plan->resources[i];

        if (!parent->incremental || !weir_resource_descends(resource, parent))
            continue;
        if (adds_rows(parent))
            return true;
        for (size_t k = 0; k < plan->n_resources; k++)
            if (adds_rows(&plan->resources[k]) &&
                weir_resource_descends(&plan->resources[k], parent))
                return true;
    }
    return false;
}

/* Rows of the same series may be there: its mark stays behind them, so a new pass would ask for them
 * again, and append add them. */
static bool would_double(const struct session *session, const struct weir_gap *gap)
{
    const struct weir_resource *resource = &session->plan->resources[gap->generation];

    if (resource->incremental && resource->disposition == WEIR_APPEND &&
        (gap->alone || gap->number > 0 || resource->incremental->step))
        return true;
    return would_double_family(session->plan, resource);
}

static void take_gap(void *arg, const struct weir_gap *gap)
{
    struct session *session = arg;

    session->keeps_gaps |= would_double(session, gap);
    if (gap->alone)
        places_add_hole(session->places, gap->generation, &gap->chain, gap->number);
    else
        places_add_wait(session->places, gap->generation, &gap->chain, gap->number);
}

static void take_mark(void *arg, const struct weir_marked *mark)
{
    struct session *session = arg;

    /* The first error is kept, and told when all is read. */
    (void)marks_add(session->marks, mark, &session->mark_error);
}

/* Notes say what the source need not give again, so they hold for as long as the same would come of it. */
static bool is_noted_by_this_file(struct session *session, size_t resource, const char *config)
{
    struct weir_generation *generation = &session->pass.generations[resource];

    if (strcmp(generation->config, config) == 0)
        return true;
    if (!session->has_other_notes)
        weir_log(session->load, WEIR_LOG_INFO,
            "resource '%s': the file has changed since it was read, so what has not changed at its "
            "source is loaded again, too",
            generation->name);
    session->has_other_notes = true;
    return false;
}

static void take_note(void *arg, const struct weir_note *note)
{
    struct session *session = arg;

    for (size_t i = 0; i < session->pass.n_generations; i++)
        if (strcmp(session->pass.generations[i].name, note->resource) == 0 &&
            !session->pass.generations[i].done && is_noted_by_this_file(session, i, note->config))
            notes_add(session->notes, i, note);
}

static enum weir_status judge(struct session *session, enum weir_status status)
{
    if (notes_are_cut(session->notes))
        weir_log(session->load, WEIR_LOG_WARNING,
            "of more units is noted what they were like than the %d that are kept in mind: the "
            "others are loaded again though they may not have changed",
            NOTES_MAX);
    if (status == WEIR_OK && weir_error_is_set(&session->mark_error))
        return weir_fail_with(session->load, &session->mark_error);
    return status;
}

enum weir_status session_read(struct session *session, struct weir_error *ret_error)
{
    enum weir_status status;

    (void)ret_error;
    if (session->plan->state.replays)
        return WEIR_OK;
    session->reading = (struct weir_reading){
        .place = take_place, .gap = take_gap, .mark = take_mark, .note = take_note, .arg = session};
    status = session->store->read(session->load, &session->pass, &session->reading);
    if (status == WEIR_AGAIN)
        return WEIR_AGAIN;
    places_seal(session->places);
    notes_seal(session->notes);
    return judge(session, status);
}
