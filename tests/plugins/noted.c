/*
 * noted - an extractor that gives only what has changed since it was last asked.
 *
 * A resource is `chains` chains of `units` units of `rows` rows, whose ids say which they are. The file
 * `versions` has a number for each unit, in order; it is read when the run begins. A unit notes its
 * version, unless that is 0, and gives no rows where that was noted of it before. Units whose version is
 * negative fail: they are left out, or with `waits` their chain waits.
 */
#include <weir/loop.h>
#include <weir/plugin.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct noted {
    uint64_t wait;
    int64_t at_once;
    /* not options */
    struct chain *ready;
    size_t in_flight;
    bool has_begun;
};

struct noted_resource {
    int64_t chains;
    int64_t units;
    int64_t rows;
    bool waits;
    const char *versions;
};

/* One that is ready, or on its way as the payload of a batch. */
struct chain {
    struct chain *next;
    const struct weir_resource *resource;
    const long *versions; /* of its units */
    size_t n;
    struct weir_id id;
    uint64_t number;
    const uint64_t *holes;
    size_t n_holes;
    bool is_done;     /* but for its holes */
    bool fills;       /* the unit under way is one */
    bool has_changed; /* the unit under way */
    uint64_t under_way;
};

static const struct weir_option options[] = {
    WEIR_DURATION(struct noted, wait, .initial = "0ms", .help = "Sleeps before each unit."),
    WEIR_INT(struct noted, at_once, .initial = "4", .min = 1, .max = 100,
        .help = "Units under way at once."),
    {0},
};

static const struct weir_option resource_options[] = {
    WEIR_INT(struct noted_resource, chains, .initial = "3", .min = 1, .max = 1000,
        .help = "How many chains."),
    WEIR_INT(struct noted_resource, units, .initial = "3", .min = 1, .max = 100,
        .help = "Units of a chain."),
    WEIR_INT(struct noted_resource, rows, .initial = "2", .min = 1, .max = 1000,
        .help = "Rows of a unit."),
    WEIR_BOOL(struct noted_resource, waits, .initial = "false",
        .help = "Chains wait at units that fail."),
    WEIR_TEXT(struct noted_resource, versions, .required = true, .help = "A file of numbers."),
    {0},
};

static const struct noted_resource *options_of(const struct weir_resource *resource)
{
    return resource->options;
}

static void noted_check(struct weir_stage *stage, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < stage->n_resources; i++)
        if (!stage->resources[i]->keeps_notes)
            weir_mistake(mistakes, weir_resource_node(stage->resources[i], "versions"), 0,
                "E-VALUE", "the loader keeps no notes");
}

/* --- chains ------------------------------------------------------------------------------- */

static const long *read_versions(struct weir_stage *stage, const struct weir_resource *resource)
{
    const struct noted_resource *of = options_of(resource);
    size_t n = (size_t)(of->chains * of->units);
    long *versions = weir_new_array(stage->arena, n, long);
    FILE *in = fopen(of->versions, "r");

    for (size_t i = 0; in && i < n; i++)
        if (fscanf(in, "%ld", &versions[i]) != 1)
            break;
    if (in)
        (void)fclose(in);
    return versions;
}

static void make_ready(struct noted *noted, struct chain *chain)
{
    if (chain->is_done && !chain->n_holes)
        return;
    chain->next = noted->ready;
    noted->ready = chain;
}

static void begin_chain(
    struct weir_stage *stage, const struct weir_resource *resource, size_t n, const long *versions)
{
    struct chain *chain = weir_new(stage->arena, struct chain);
    struct weir_resume resume;

    chain->resource = resource;
    chain->n = n;
    chain->versions = versions + n * (size_t)options_of(resource)->units;
    chain->id = weir_id_of(weir_str(weir_printf(stage->arena, "%s %zu", resource->name, n)));
    if (weir_chain_resume(stage, resource, &chain->id, &resume)) {
        chain->number = resume.number;
        chain->is_done = resume.done;
        chain->holes = resume.holes;
        chain->n_holes = resume.n_holes;
    }
    make_ready(stage->state, chain);
}

static void begin_all(struct weir_stage *stage)
{
    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_resource *resource = stage->resources[i];
        const long *versions = read_versions(stage, resource);

        for (size_t c = 0;
             !weir_resource_is_read(stage, resource) && c < (size_t)options_of(resource)->chains;
             c++)
            begin_chain(stage, resource, c, versions);
    }
}

/* --- units -------------------------------------------------------------------------------- */

static const char *note_of(const struct chain *chain, struct weir_arena *arena)
{
    long version = chain->versions[chain->under_way];

    return version ? weir_printf(arena, "version %ld", version) : NULL;
}

static void choose_unit(struct weir_stage *stage, struct chain *chain, struct weir_arena *arena)
{
    const char *note;
    const char *before;

    chain->fills = chain->n_holes > 0;
    chain->under_way = chain->fills ? chain->holes[--chain->n_holes] : chain->number++;
    note = note_of(chain, arena);
    before = weir_noted(stage, chain->resource, &chain->id, chain->under_way);
    chain->has_changed = !note || !before || strcmp(note, before) != 0;
}

static enum weir_status noted_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct noted *noted = stage->state;
    struct chain *chain;

    if (!noted->has_begun)
        begin_all(stage);
    noted->has_begun = true;
    chain = noted->ready;
    if (weir_stopping(stage))
        return weir_fail(stage, WEIR_FAULT_NONE, "E-STOPPED", "it was stopped");
    if (!chain || noted->in_flight >= (size_t)noted->at_once)
        return noted->in_flight ? WEIR_AGAIN : WEIR_END;
    noted->ready = chain->next;
    noted->in_flight++;
    choose_unit(stage, chain, batch->arena);
    batch->resource = chain->resource;
    batch->payload = chain;
    (void)weir_batch_add_unit(batch, NULL);
    return WEIR_OK;
}

static void add_rows(struct weir_batch *batch, const struct chain *chain)
{
    for (int64_t i = 0; i < options_of(chain->resource)->rows; i++) {
        const char *id = weir_printf(batch->arena, "%zu.%llu.%lld", chain->n,
            (unsigned long long)chain->under_way, (long long)i);

        (void)weir_batch_add_row(batch);
        weir_batch_set(
            batch, weir_batch_column(batch, weir_str("id")), weir_text(WEIR_TEXT, weir_str(id)));
        weir_batch_set(batch, weir_batch_column(batch, weir_str("version")),
            weir_int(chain->versions[chain->under_way]));
    }
}

static enum weir_status noted_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct noted *noted = stage->state;
    const struct chain *chain = batch->payload;
    struct timespec wait = {(time_t)(noted->wait / 1000), (long)(noted->wait % 1000) * 1000000};
    struct weir_error error = {0};

    (void)nanosleep(&wait, NULL);
    if (chain->versions[chain->under_way] < 0) {
        (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-NOTED", "it is told to fail");
        weir_batch_fail_unit(batch, &error);
    } else if (chain->has_changed) {
        add_rows(batch, chain);
    }
    return WEIR_OK;
}

static enum weir_follow follow_of(const struct chain *chain, bool failed)
{
    const struct noted_resource *of = options_of(chain->resource);

    if (chain->fills)
        return WEIR_FOLLOW_FILL;
    if (failed && of->waits)
        return WEIR_FOLLOW_WAIT;
    return chain->under_way + 1 == (uint64_t)of->units ? WEIR_FOLLOW_END : WEIR_FOLLOW_NEXT;
}

static enum weir_status noted_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    struct noted *noted = stage->state;
    struct chain *chain = batch->payload;
    struct weir_position *position = weir_new(batch->arena, struct weir_position);
    bool failed = batch->units[0].error != NULL;

    *position = (struct weir_position){
        .chain = chain->id,
        .series = chain->id,
        .number = chain->under_way,
        .follow = follow_of(chain, failed),
        .left_out = failed,
        .note = note_of(chain, batch->arena),
    };
    batch->units[0].position = position;
    noted->in_flight--;
    chain->is_done |= position->follow == WEIR_FOLLOW_END || position->follow == WEIR_FOLLOW_WAIT;
    make_ready(noted, chain);
    weir_wake(stage);
    return WEIR_OK;
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "noted",
    .summary = "Rows of units that have changed.",
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_HAS_POSITIONS,
    .state_size = sizeof(struct noted),
    .options = options,
    .resource_size = sizeof(struct noted_resource),
    .resource_options = resource_options,
    .check = noted_check,
    .extract = noted_extract,
    .decode = noted_decode,
    .decoded = noted_decoded,
};
