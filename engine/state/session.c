#include "session_inside.h"

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>
#include <weir/version.h>

/* A UUID of version 4, as RFC 9562 has it. */
static void write_id(char *out, size_t size)
{
    unsigned char b[16] = {0};

    (void)uv_random(NULL, NULL, b, sizeof(b), 0, NULL);
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    (void)snprintf(out, size,
        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
        b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

struct session *session_new(struct plan *plan)
{
    struct session *session = weir_calloc(1, sizeof(*session));

    session->plan = plan;
    session->load = &plan->load.stage;
    session->store = plan->load.plugin->store;
    session->wish = (struct wish){
        .restart = plan->state.restart,
        .keep_partial = plan->state.keep_partial,
        .every_resource = !plan->is_partial,
        .has_positions = (plan->extract.plugin->flags & WEIR_HAS_POSITIONS) != 0,
    };
    now_text(session->now);
    write_id(session->id, sizeof(session->id));
    if (gethostname(session->host, sizeof(session->host) - 1) != 0)
        session->host[0] = '\0';
    session->run = (struct weir_run){
        .pipeline = plan->name,
        .id = session->id,
        .key = plan->state.run_key,
        .version = WEIR_VERSION,
        .host = session->host,
        .pid = (int64_t)getpid(),
        .started_at = session->now,
        .takeover = plan->state.takeover,
    };
    session->marks = marks_new(plan);
    session->notes = notes_new();
    return session;
}

void session_free(struct session *session)
{
    if (!session)
        return;
    marks_free(session->marks);
    notes_free(session->notes);
    places_free(session->places);
    free(session);
}

/* --- the start ---------------------------------------------------------------------------- */

static const bool *list_children(const struct plan *plan)
{
    bool *has_parents = weir_new_array(plan->arena, plan->n_resources, bool);

    for (size_t i = 0; i < plan->n_resources; i++)
        has_parents[i] = plan->resources[i].n_parents > 0;
    return has_parents;
}

/* The pass as the file would begin it today. */
static void make_pass(struct session *session)
{
    struct plan *plan = session->plan;

    session->pass = (struct weir_pass){
        .key = plan->state.run_key,
        .started_at = session->now,
        .generations = weir_new_array(plan->arena, plan->n_resources, struct weir_generation),
        .n_generations = plan->n_resources,
    };
    session->wish.has_parents = list_children(plan);
    for (size_t i = 0; i < plan->n_resources; i++)
        session->pass.generations[i] = (struct weir_generation){
            .name = plan->resources[i].name,
            .table = plan->resources[i].table,
            .mode = disposition_word(plan->resources[i].disposition),
            .config = config_of(plan, i),
        };
}

static void adopt_open_pass(struct session *session, const struct weir_pass *open)
{
    session->pass.id = open->id;
    session->pass.started_at = weir_copy_text(session->plan->arena, open->started_at);
    session->pass.n_gaps = open->n_gaps;
    session->pass.n_dead_letters = open->n_dead_letters;
    if (!session->pass.key && open->key)
        session->pass.key = weir_copy_text(session->plan->arena, open->key);
    for (size_t i = 0; i < session->pass.n_generations; i++) {
        struct weir_generation *generation = &session->pass.generations[i];
        const struct weir_generation *found = pass_find(open, generation->name);

        if (!found)
            continue;
        generation->id = found->id;
        generation->done = found->done;
        generation->rows = found->rows;
    }
    for (size_t i = 0; i < open->n_generations; i++)
        session->leaves_others |=
            !open->generations[i].done && !pass_find(&session->pass, open->generations[i].name);
    session->n_old_gaps = open->n_gaps;
    session->result.resumed = true;
}

/* People wonder why a run asks for less than they expected. */
static void tell_resumed(const struct session *session)
{
    uint64_t rows = session_old_rows(session);
    char gaps[64] = "";

    if (session->n_old_gaps)
        (void)snprintf(gaps, sizeof(gaps), ", and %" PRIu64 " gap%s left", session->n_old_gaps,
            session->n_old_gaps == 1 ? " is" : "s are");
    weir_log(session->load, WEIR_LOG_INFO,
        "going on with what was begun at %s: %" PRIu64 " row%s loaded already%s",
        session->pass.started_at, rows, rows == 1 ? " is" : "s are", gaps);
}

/*
 * Rows that are put back belong to no pass. Those of a table that is being replaced
 * would be lost: what the open pass has staged is going to take its place.
 */
static enum weir_status choose_replay(
    struct session *session, const struct weir_pass *open, struct weir_error *ret_error)
{
    for (size_t i = 0; open && i < open->n_generations; i++) {
        const struct weir_generation *generation = &open->generations[i];

        for (size_t r = 0; r < session->plan->n_resources; r++)
            if (strcmp(generation->mode, disposition_word(WEIR_REPLACE)) == 0 &&
                strcmp(generation->name, session->plan->resources[r].name) == 0)
                return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-STATE-OPEN",
                    "an interrupted run is to be finished, which will replace the table '%s' and "
                    "what is put back into it; run the pipeline to its end first",
                    generation->table);
    }
    session->result.outcome = SESSION_REPLAY;
    return WEIR_OK;
}

/* The steps, each of which may answer WEIR_AGAIN; what they hand over stays where it is meanwhile. */

static enum weir_status open_store(struct session *session, struct weir_error *ret_error)
{
    (void)ret_error;
    return session->store->open(
        session->load, &session->run, session->plan->arena, &session->found);
}

static enum weir_status choose(struct session *session, struct weir_error *ret_error)
{
    struct weir_found *found = &session->found;

    if (session->plan->state.replays)
        return choose_replay(session, found->open, ret_error);
    make_pass(session);
    switch (decide(found, &session->pass, &session->wish, ret_error)) {
    case DECIDE_REFUSE:
        return WEIR_FAIL;
    case DECIDE_NOTHING:
        session->result.outcome = SESSION_NOTHING;
        return WEIR_END;
    case DECIDE_RESUME:
        adopt_open_pass(session, found->open);
        tell_resumed(session);
        found->open = NULL;
        break;
    case DECIDE_NEW:
        break;
    }
    session->places = places_new(session->pass.n_generations);
    return WEIR_OK;
}

static enum weir_status begin(struct session *session, struct weir_error *ret_error)
{
    (void)ret_error;
    if (session->plan->state.replays)
        return session->store->begin(session->load, NULL, NULL);
    return session->store->begin(session->load, &session->pass, session->found.open);
}

enum weir_status session_open(struct session *session, struct weir_error *ret_error)
{
    static enum weir_status (*const steps[])(struct session * session,
        struct weir_error * ret_error) = {open_store, choose, begin, session_read};
    enum weir_status status = WEIR_OK;

    if (!session->store)
        return WEIR_OK;
    while (status == WEIR_OK && session->step < sizeof(steps) / sizeof(steps[0])) {
        status = steps[session->step](session, ret_error);
        if (status == WEIR_OK)
            session->step++;
    }
    session->is_open = status == WEIR_OK;
    return status;
}

uint64_t session_old_rows(const struct session *session)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < session->pass.n_generations; i++)
        rows += session->pass.generations[i].rows;
    return rows;
}

uint64_t session_old_letters(const struct session *session)
{
    return session->pass.n_dead_letters;
}

bool session_is_open(const struct session *session)
{
    return session->is_open;
}

/* --- while it runs ------------------------------------------------------------------------ */

/* Units that are letters, and have lost no row again. */
static uint64_t count_put_back(const struct weir_batch *batch)
{
    bool *again = weir_new_array(batch->arena, batch->n_units, bool);
    uint64_t n = 0;

    for (const struct weir_reject *reject = batch->rejects; reject; reject = reject->next)
        again[reject->unit] = true;
    for (size_t i = 0; i < batch->n_units; i++)
        n += batch->units[i].dead_letter != 0 && !again[i];
    return n;
}

static void note_gap(
    struct session *session, const struct weir_batch *batch, const struct weir_position *position)
{
    session->result.n_gaps++;
    if (session->places && batch->resource)
        session->has_new_gap |=
            !places_lack(session->places, plan_resource_index(session->plan, batch->resource),
                &position->chain, position->number);
}

void session_note(struct session *session, const struct weir_batch *batch)
{
    for (size_t i = 0; i < batch->n_units; i++) {
        const struct weir_position *position = batch->units[i].position;

        if (position && (position->left_out || position->follow == WEIR_FOLLOW_WAIT))
            note_gap(session, batch, position);
        else if (position)
            session->n_good++;
    }
    session->result.n_dead_letters += batch->n_rejects;
    if (session->plan->state.replays)
        session->result.n_put_back += count_put_back(batch);
}

/* A replay works on none. */
static bool has_pass(const struct session *session)
{
    return session->is_open && session->pass.n_generations > 0;
}

bool session_resume(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *chain, struct weir_resume *ret_resume)
{
    return has_pass(session) &&
           places_find(
               session->places, plan_resource_index(session->plan, resource), chain, ret_resume);
}

bool session_opened(const struct session *session, const struct weir_resource *resource, size_t i,
    struct weir_opened *ret_opened)
{
    return has_pass(session) && places_standing(session->places,
                                    plan_resource_index(session->plan, resource), i, ret_opened);
}

bool session_is_read(const struct session *session, const struct weir_resource *resource)
{
    return has_pass(session) &&
           session->pass.generations[plan_resource_index(session->plan, resource)].done;
}

const char *session_mark(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *series)
{
    struct marks_old old;

    if (!marks_find(session->marks, plan_resource_index(session->plan, resource), series, &old))
        return NULL;
    return old.text;
}

const char *session_noted(const struct session *session, const struct weir_resource *resource,
    const struct weir_id *chain, uint64_t number)
{
    return notes_find(session->notes, plan_resource_index(session->plan, resource), chain, number);
}

const struct marks *session_marks(const struct session *session)
{
    return session->marks;
}

const char *session_now(const struct session *session)
{
    return has_pass(session) ? session->pass.started_at : session->now;
}
