/*
 * family - an extractor whose resources are read from what rows of others say.
 *
 * A resource without `parent` is one chain, each other one a chain for every row of its parent:
 * `units` units of `rows` rows. A row's id names all rows that it comes from. Every row of a
 * parent whose number is a multiple of `same` opens one and the same chain. A unit of a resource with
 * `fails` fails while the file of that name is there: its chain waits for the next run.
 */
#include <weir/loop.h>
#include <weir/plugin.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct family {
    uint64_t wait;
    int64_t at_once;
    /* not options */
    struct chain *ready;
    size_t in_flight;
    struct weir_id *begun;
    size_t n_begun;
    bool has_begun;
};

struct family_resource {
    const char *parent;
    int64_t units;
    int64_t rows;
    int64_t same;
    const char *fails;
};

/* One that is ready, or on its way as the payload of a batch. */
struct chain {
    struct chain *next;
    const struct weir_resource *resource;
    struct weir_id id;
    uint64_t number;
    char key[200];
    struct weir_opening *openings; /* of the unit under way, in its batch's arena */
    size_t n_openings;
};

static const struct weir_option options[] = {
    WEIR_DURATION(struct family, wait, .initial = "0ms", .help = "Sleeps before each unit."),
    WEIR_INT(struct family, at_once, .initial = "8", .min = 1, .max = 100,
        .help = "Units under way at once."),
    {0},
};

static const struct weir_option resource_options[] = {
    WEIR_TEXT(struct family_resource, parent, .help = "Whose rows open its chains."),
    WEIR_INT(struct family_resource, units, .initial = "2", .min = 1, .max = 100000,
        .help = "Units of a chain."),
    WEIR_INT(struct family_resource, rows, .initial = "3", .min = 0, .max = 100000,
        .help = "Rows of a unit."),
    WEIR_INT(struct family_resource, same, .initial = "0", .min = 0, .max = 100000,
        .help = "Which rows open the same chain."),
    WEIR_TEXT(struct family_resource, fails, .help = "A file: while it is there, units fail."),
    {0},
};

static const struct family_resource *options_of(const struct weir_resource *resource)
{
    return resource->options;
}

static void family_parents(const struct weir_resource *resource, struct weir_parents *parents)
{
    const struct weir_node *at = weir_node_get(resource->config, "parent");

    if (options_of(resource)->parent)
        weir_parents_add(parents, weir_str(options_of(resource)->parent), at);
}

/* --- chains ------------------------------------------------------------------------------- */

static struct chain *chain_new(struct weir_stage *stage, const struct weir_resource *resource,
    const struct weir_id *id, const char *key)
{
    struct chain *chain = weir_new(stage->arena, struct chain);

    chain->resource = resource;
    chain->id = *id;
    (void)snprintf(chain->key, sizeof(chain->key), "%s", key);
    return chain;
}

static void make_ready(struct family *family, struct chain *chain)
{
    chain->next = family->ready;
    family->ready = chain;
}

static bool has_begun(struct family *family, const struct weir_id *id)
{
    for (size_t i = 0; i < family->n_begun; i++)
        if (memcmp(&family->begun[i], id, sizeof(*id)) == 0)
            return true;
    family->begun = weir_realloc(family->begun, (family->n_begun + 1) * sizeof(*id));
    family->begun[family->n_begun++] = *id;
    return false;
}

static struct weir_id id_of(const struct weir_resource *resource, const char *key)
{
    char text[300];

    (void)snprintf(text, sizeof(text), "%s %s", resource->name, key);
    return weir_id_of(weir_str(text));
}

static void begin_root(struct weir_stage *stage, const struct weir_resource *resource)
{
    struct weir_id id = id_of(resource, "");
    struct weir_resume resume;
    struct chain *chain = chain_new(stage, resource, &id, "");

    if (weir_chain_resume(stage, resource, &id, &resume) && resume.done)
        return;
    chain->number = resume.number;
    make_ready(stage->state, chain);
}

static void begin_opened(struct weir_stage *stage, const struct weir_resource *resource)
{
    struct weir_opened opened;

    for (size_t i = 0; weir_chain_opened(stage, resource, i, &opened); i++) {
        struct chain *chain = chain_new(stage, resource, &opened.chain, opened.resume.next);

        chain->number = opened.resume.number;
        (void)has_begun(stage->state, &opened.chain);
        make_ready(stage->state, chain);
    }
}

static void begin_all(struct weir_stage *stage)
{
    for (size_t i = 0; i < stage->n_resources; i++) {
        const struct weir_resource *resource = stage->resources[i];

        if (weir_resource_is_read(stage, resource))
            continue;
        if (resource->n_parents)
            begin_opened(stage, resource);
        else
            begin_root(stage, resource);
    }
}

/* --- units -------------------------------------------------------------------------------- */

static enum weir_status family_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct family *family = stage->state;
    struct chain *chain;

    if (!family->has_begun)
        begin_all(stage);
    family->has_begun = true;
    chain = family->ready;
    if (weir_stopping(stage))
        return weir_fail(stage, WEIR_FAULT_NONE, "E-STOPPED", "it was stopped");
    if (!chain || family->in_flight >= (size_t)family->at_once)
        return family->in_flight ? WEIR_AGAIN : WEIR_END;
    family->ready = chain->next;
    family->in_flight++;
    chain->openings = NULL;
    chain->n_openings = 0;
    batch->resource = chain->resource;
    batch->payload = chain;
    (void)weir_batch_add_unit(batch, NULL);
    return WEIR_OK;
}

static enum weir_status family_decode(struct weir_stage *stage, struct weir_batch *batch)
{
    const struct family *family = stage->state;
    const struct chain *chain = batch->payload;
    const struct family_resource *of = options_of(chain->resource);
    struct timespec wait = {(time_t)(family->wait / 1000), (long)(family->wait % 1000) * 1000000};
    struct weir_error error = {0};

    (void)nanosleep(&wait, NULL);
    if (of->fails && access(of->fails, F_OK) == 0) {
        (void)weir_error_set(&error, WEIR_FAULT_SOURCE, "E-FAMILY", "it is told to fail");
        weir_batch_fail_unit(batch, &error);
        return WEIR_OK;
    }
    for (int64_t i = 0; i < of->rows; i++) {
        int64_t n = (int64_t)chain->number * of->rows + i;
        const char *id =
            weir_printf(batch->arena, "%s%s%lld", chain->key, *chain->key ? "." : "", (long long)n);

        (void)weir_batch_add_row(batch);
        weir_batch_set(
            batch, weir_batch_column(batch, weir_str("id")), weir_text(WEIR_TEXT, weir_str(id)));
        weir_batch_set(batch, weir_batch_column(batch, weir_str("n")), weir_int(n));
    }
    return WEIR_OK;
}

static void add_opening(
    struct weir_batch *batch, const struct weir_resource *child, size_t row, struct chain *chain)
{
    const struct weir_value *id =
        &batch->columns[weir_batch_find(batch, weir_str("id"))].values[row];
    int64_t n = batch->columns[weir_batch_find(batch, weir_str("n"))].values[row].integer;
    int64_t same = options_of(child)->same;
    const char *key = same && n % same == 0
                          ? "same"
                          : weir_printf(batch->arena, "%.*s", WEIR_STR_ARG(weir_value_str(id)));

    chain->openings[chain->n_openings++] = (struct weir_opening){
        .resource = child, .chain = id_of(child, key), .next = weir_copy_text(batch->arena, key)};
}

static enum weir_status family_chosen(struct weir_stage *stage, struct weir_batch *batch)
{
    struct chain *chain = batch->payload;
    size_t n = batch->n_rows * batch->resource->n_children;

    (void)stage;
    chain->openings = weir_new_array(batch->arena, n, struct weir_opening);
    for (size_t i = 0; i < batch->n_rows; i++)
        for (size_t k = 0; k < batch->resource->n_children; k++)
            add_opening(batch, batch->resource->children[k], i, chain);
    return WEIR_OK;
}

/* What the unit opens is read in this run, unless it was begun already. */
static void open_chains(struct weir_stage *stage, const struct chain *chain)
{
    struct weir_resume resume;

    for (size_t i = 0; i < chain->n_openings; i++) {
        const struct weir_opening *opening = &chain->openings[i];

        if (!weir_chain_resume(stage, opening->resource, &opening->chain, &resume) &&
            !has_begun(stage->state, &opening->chain))
            make_ready(
                stage->state, chain_new(stage, opening->resource, &opening->chain, opening->next));
    }
}

static enum weir_status family_decoded(struct weir_stage *stage, struct weir_batch *batch)
{
    struct family *family = stage->state;
    struct chain *chain = batch->payload;
    struct weir_position *position = weir_new(batch->arena, struct weir_position);
    bool is_last = chain->number + 1 == (uint64_t)options_of(chain->resource)->units;

    *position = (struct weir_position){
        .chain = chain->id,
        .series = chain->id,
        .number = chain->number,
        .follow = batch->units[0].error ? WEIR_FOLLOW_WAIT
                  : is_last             ? WEIR_FOLLOW_END
                                        : WEIR_FOLLOW_NEXT,
        .next = is_last || !*chain->key ? NULL : weir_copy_text(batch->arena, chain->key),
        .label = chain->key,
        .openings = chain->openings,
        .n_openings = chain->n_openings,
    };
    if (position->follow == WEIR_FOLLOW_WAIT)
        position->next = NULL;
    position->label = weir_copy_text(batch->arena, chain->key);
    batch->units[0].position = position;
    family->in_flight--;
    if (position->follow != WEIR_FOLLOW_WAIT)
        open_chains(stage, chain);
    chain->number++;
    if (position->follow == WEIR_FOLLOW_NEXT)
        make_ready(family, chain);
    weir_wake(stage);
    return WEIR_OK;
}

static void family_stop(struct weir_stage *stage)
{
    struct family *family = stage->state;

    free(family->begun);
}

const struct weir_plugin weir_plugin = {
    .header = WEIR_HEADER,
    .name = "family",
    .summary = "Rows that open chains of others.",
    .threading = WEIR_ON_LOOP,
    .flags = WEIR_HAS_POSITIONS,
    .state_size = sizeof(struct family),
    .options = options,
    .resource_size = sizeof(struct family_resource),
    .resource_options = resource_options,
    .stop = family_stop,
    .extract = family_extract,
    .decode = family_decode,
    .decoded = family_decoded,
    .parents = family_parents,
    .chosen = family_chosen,
};
