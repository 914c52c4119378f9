/*
 * patient - a loader on the loop, each of whose callbacks waits for a timer.
 *
 * It keeps batches (`keep`, at most), and gives them back when `hold` is over or
 * something is committed. `state` and `trace` are those of positions, on which it
 * stands; without `state` it looks at no position. It can be told to fail in each
 * callback, and outside of all (`fail_in: timer`), and to send a signal to the process
 * it runs in while a callback waits.
 */
#include "patient.h"

#include <signal.h>

extern const struct weir_plugin positions_plugin;

static const struct weir_option options[] = {
    WEIR_TEXT(struct positions, trace, .help = "A file with a line for each unit."),
    WEIR_TEXT(struct positions, state, .help = "A file that keeps the places."),
    WEIR_DURATION(struct patient, wait, .initial = "0ms", .help = "How long a callback waits."),
    WEIR_DURATION(
        struct patient, hold, .initial = "0ms", .help = "How long a batch is kept; 0: to commit."),
    WEIR_INT(struct patient, keep, .initial = "0", .min = 0, .max = PATIENT_KEPT_MAX,
        .help = "Batches that it keeps at once."),
    WEIR_BOOL(
        struct patient, newest_first, .initial = "false", .help = "Gives the last back first."),
    WEIR_TEXT(struct patient, fail_in, .help = "The callback that fails, or timer."),
    WEIR_INT(struct patient, fail_after, .initial = "0", .min = 0, .max = 100000000,
        .help = "It fails when it has so many rows."),
    WEIR_TEXT(struct patient, signal_in, .help = "The callback that waits when SIGINT comes."),
    WEIR_INT(struct patient, enough_after, .initial = "0", .min = 0, .max = 100000000,
        .help = "It has enough after so many rows; 0: never."),
    WEIR_INT(struct patient, refuse, .initial = "0", .min = 0, .max = 100000000,
        .help = "Sets aside the first so many rows of each batch that it kept."),
    WEIR_BOOL(struct patient, loses, .initial = "false", .help = "Drops what it kept, in silence."),
    WEIR_BOOL(struct patient, hoards, .initial = "false", .help = "Keeps batches behind commit."),
    {0},
};

static enum weir_status fail_as_told(struct weir_stage *stage, const char *where)
{
    struct patient *p = stage->state;

    p->has_failed = true;
    return weir_fail(stage, WEIR_FAULT_DESTINATION, "E-PATIENT", "told to fail in %s", where);
}

/* What every callback begins with: WEIR_OK, and it may go on. */
static enum weir_status enter(
    struct weir_stage *stage, const char *name, const void *a, const void *b, const void *c)
{
    struct patient *p = stage->state;
    bool begins = !p->patience.under_way;

    p->patience.wait_ms = p->wait;
    if (begins && p->signal_in && strcmp(p->signal_in, name) == 0 && !weir_stopping(stage))
        (void)raise(SIGINT);
    if (patience_asks(&p->patience, stage, name, a, b, c))
        return WEIR_AGAIN;
    if (p->has_failed && (strcmp(name, "load") == 0 || strcmp(name, "commit") == 0))
        return WEIR_FAIL;
    if (p->fail_in && strcmp(p->fail_in, name) == 0 && p->rows >= p->fail_after)
        return fail_as_told(stage, name);
    return WEIR_OK;
}

/* --- batches ------------------------------------------------------------------------------ */

static enum weir_status refuse_rows(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct patient *p = stage->state;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < (size_t)p->refuse && i < batch->n_rows && status == WEIR_OK; i++)
        status =
            weir_reject(stage, batch, i, NULL, WEIR_FAULT_DATA, "E-PATIENT", "told to refuse rows");
    weir_batch_drop_rejected(batch);
    return status;
}

static void give_back(struct weir_stage *stage, struct weir_batch *batch)
{
    struct patient *p = stage->state;

    if (batch->n_rows && p->given_back < PATIENT_IDS_MAX)
        p->first_given_back[p->given_back] = batch->columns[0].values[0].integer;
    p->given_back++;
    if (p->loses || p->has_failed || refuse_rows(stage, batch) != WEIR_OK)
        weir_dropped(stage, batch);
    else
        weir_loaded(stage, batch);
}

static void give_all_back(struct weir_stage *stage)
{
    struct patient *p = stage->state;
    size_t n = p->n_kept;

    p->n_kept = 0;
    for (size_t i = 0; i < n; i++)
        give_back(stage, p->kept[p->newest_first ? n - 1 - i : i]);
    if (p->is_full)
        weir_wake(stage);
    p->is_full = false;
}

static void on_held(uv_timer_t *timer)
{
    struct weir_stage *stage = timer->data;
    struct patient *p = stage->state;

    if (p->fail_in && strcmp(p->fail_in, "timer") == 0 && p->rows >= p->fail_after) {
        (void)fail_as_told(stage, "a timer");
        weir_wake(stage);
        return;
    }
    give_all_back(stage);
}

static void note_rows(struct patient *p, const struct weir_batch *batch)
{
    for (size_t r = 0; r < batch->n_rows; r++, p->rows++)
        if (p->rows < PATIENT_IDS_MAX)
            p->ids[p->rows] = batch->columns[0].values[r].integer;
}

static void keep(struct weir_stage *stage, struct weir_batch *batch)
{
    struct patient *p = stage->state;

    weir_keep(stage, batch);
    p->kept[p->n_kept++] = batch;
    if (p->n_kept > p->most_kept)
        p->most_kept = p->n_kept;
    if (p->hold && !uv_is_active((uv_handle_t *)p->timer))
        uv_timer_start(p->timer, on_held, p->hold, 0);
}

static enum weir_status patient_load(struct weir_stage *stage, struct weir_batch *batch)
{
    struct patient *p = stage->state;
    enum weir_status status;

    if (p->keep && p->n_kept >= (size_t)p->keep && !p->has_failed) {
        p->is_full = true;
        return WEIR_AGAIN;
    }
    status = enter(stage, "load", batch, NULL, NULL);
    if (status == WEIR_OK && p->positions.state)
        status = positions_plugin.load(stage, batch);
    if (status != WEIR_OK)
        return status;
    p->loads++;
    note_rows(p, batch);
    if (p->keep)
        keep(stage, batch);
    return p->enough_after && p->rows >= p->enough_after ? WEIR_END : WEIR_OK;
}

static enum weir_status patient_commit(struct weir_stage *stage)
{
    struct patient *p = stage->state;
    enum weir_status status = enter(stage, "commit", NULL, NULL, NULL);

    if (status != WEIR_OK)
        return status;
    p->commits++;
    if (!p->hoards)
        give_all_back(stage);
    return positions_plugin.commit(stage);
}

/* --- its life ----------------------------------------------------------------------------- */

static enum weir_status patient_start(struct weir_stage *stage)
{
    struct patient *p = stage->state;
    enum weir_status status = enter(stage, "start", NULL, NULL, NULL);

    if (status == WEIR_AGAIN)
        return status;
    p->starts++;
    if (status != WEIR_OK)
        return status;
    p->timer = weir_new(stage->arena, uv_timer_t);
    uv_timer_init(weir_loop(stage), p->timer);
    p->timer->data = stage;
    return positions_plugin.start(stage);
}

static void patient_stop(struct weir_stage *stage)
{
    struct patient *p = stage->state;

    p->stops++;
    p->was_incomplete = weir_incomplete(stage);
    p->left_at_stop = p->n_kept;
    if (p->fail_in && strcmp(p->fail_in, "stop") == 0)
        (void)fail_as_told(stage, "stop");
    patience_done(&p->patience);
    if (p->timer)
        uv_close((uv_handle_t *)p->timer, NULL);
    positions_plugin.stop(stage);
}

/* --- the store ---------------------------------------------------------------------------- */

static enum weir_status store_open(struct weir_stage *stage, const struct weir_run *run,
    struct weir_arena *arena, struct weir_found *ret_found)
{
    enum weir_status status = enter(stage, "open", run, arena, ret_found);

    return status == WEIR_OK ? positions_plugin.store->open(stage, run, arena, ret_found) : status;
}

static enum weir_status store_begin(
    struct weir_stage *stage, struct weir_pass *pass, const struct weir_pass *old)
{
    enum weir_status status = enter(stage, "begin", pass, old, NULL);

    /* A replay has none. */
    return status == WEIR_OK && pass ? positions_plugin.store->begin(stage, pass, old) : status;
}

static enum weir_status store_read(
    struct weir_stage *stage, const struct weir_pass *pass, const struct weir_reading *reading)
{
    enum weir_status status = enter(stage, "read", pass, reading, NULL);

    return status == WEIR_OK ? positions_plugin.store->read(stage, pass, reading) : status;
}

static enum weir_status store_finish(struct weir_stage *stage, const struct weir_ending *ending)
{
    struct patient *p = stage->state;
    enum weir_status status = enter(stage, "finish", ending, ending->summary, ending->finished_at);

    if (status != WEIR_OK)
        return status;
    p->finishes++;
    p->ending = *ending;
    return positions_plugin.store->finish(stage, ending);
}

static enum weir_status store_show(
    struct weir_stage *stage, const char *pipeline, const struct weir_showing *showing)
{
    enum weir_status status = enter(stage, "show", pipeline, showing, NULL);

    if (status == WEIR_OK && showing->dead_letters)
        showing->dead_letters(showing->arg, "first", "E-PATIENT", 3);
    return status;
}

static enum weir_status store_reset(
    struct weir_stage *stage, const char *pipeline, const char *resource)
{
    return enter(stage, "reset", pipeline, resource, NULL);
}

static enum weir_status store_dead_letters(struct weir_stage *stage, const char *pipeline,
    int64_t after, size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter),
    void *arg)
{
    enum weir_status status = enter(stage, "dead_letters", pipeline, arg, NULL);

    for (int64_t id = after < 0 ? 1 : after + 1; status == WEIR_OK && id <= 3 && limit--; id++)
        tell(arg, &(struct weir_dead_letter){.id = id,
                      .resource = "numbers",
                      .row = weir_str("{\"id\":1}"),
                      .code = "E-PATIENT",
                      .reason = "a reason",
                      .at = "2026-01-01T00:00:00Z"});
    return status;
}

static const struct weir_store store = {
    .size = sizeof(struct weir_store),
    .open = store_open,
    .begin = store_begin,
    .read = store_read,
    .finish = store_finish,
    .show = store_show,
    .reset = store_reset,
    .dead_letters = store_dead_letters,
};

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "patient",
    .summary = "Take rows on the loop, and keep only where they stood.",
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_CAN_MERGE | WEIR_CAN_REPLACE,
    .state_size = sizeof(struct patient),
    .options = options,
    .start = patient_start,
    .stop = patient_stop,
    .load = patient_load,
    .commit = patient_commit,
    .store = &store,
};
