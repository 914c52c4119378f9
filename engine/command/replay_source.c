#include "replay_source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <weir/json.h>

enum {
    CHUNK_LETTERS = 1000,
    CHUNK_BYTES = 4 << 20, /* rows can be large; a chunk holds one more than fits */
};

struct letter {
    struct letter *next;
    int64_t id;
    const struct weir_resource *resource; /* NULL: it takes no part */
    uint32_t stage;                       /* transforms that the row has passed */
    struct weir_str row;
};

struct replay {
    struct weir_json_reader *reader;
    int64_t after;   /* the last letter that was read */
    uint64_t n_left; /* letters that were there at the beginning and were not read yet */
    /* the chunk: what was read and is in no batch yet */
    struct weir_stage *stage;
    struct weir_arena *arena;
    struct letter *first, **end;
    size_t n_bytes;
};

static void add_up(void *arg, const char *resource, const char *code, uint64_t n)
{
    uint64_t *sum = arg;

    (void)resource;
    (void)code;
    *sum += n;
}

enum weir_status replay_count(const struct replay_state *state, uint64_t *ret_n)
{
    const struct weir_showing showing = {.dead_letters = add_up, .arg = ret_n};

    *ret_n = 0;
    return offline_show(state->offline, state->pipeline, &showing);
}

/* --- chunks ------------------------------------------------------------------------------- */

static const struct weir_resource *find_resource(const struct weir_stage *stage, const char *name)
{
    for (size_t i = 0; i < stage->n_resources; i++)
        if (strcmp(stage->resources[i]->name, name) == 0)
            return stage->resources[i];
    return NULL;
}

/* What no longer fits is asked for again with the next chunk. */
static void take_letter(void *arg, const struct weir_dead_letter *told)
{
    struct replay *replay = arg;
    struct letter *letter;

    if (replay->n_bytes > CHUNK_BYTES || !replay->n_left)
        return;
    letter = weir_new(replay->arena, struct letter);
    letter->id = told->id;
    letter->resource = find_resource(replay->stage, told->resource);
    letter->stage = told->stage;
    letter->row = weir_copy(replay->arena, told->row);
    *replay->end = letter;
    replay->end = &letter->next;
    replay->n_bytes += told->row.len;
    replay->after = told->id;
    replay->n_left--;
}

static void empty_chunk(struct replay *replay)
{
    weir_arena_free(replay->arena);
    replay->arena = weir_arena_new();
    replay->first = NULL;
    replay->end = &replay->first;
    replay->n_bytes = 0;
}

/* Rows of resources that take no part are no longer looked at. */
static void drop_unknown(struct replay_state *state)
{
    struct letter **at = &state->replay->first;

    while (*at) {
        if ((*at)->resource) {
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
            state->n_unknown++;
        }
    }
}

static enum weir_status fail_as(struct weir_stage *stage, struct offline *offline)
{
    return weir_fail_with(stage, offline_error(offline));
}

/* Until there is something in the chunk, or nothing more to read. */
static enum weir_status fill_chunk(struct weir_stage *stage)
{
    struct replay_state *state = stage->state;
    struct replay *replay = state->replay;

    while (!replay->first && replay->n_left) {
        uint64_t n_before = replay->n_left;

        empty_chunk(replay);
        if (offline_dead_letters(state->offline, state->pipeline, replay->after, CHUNK_LETTERS,
                take_letter, replay) != WEIR_OK)
            return fail_as(stage, state->offline);
        if (replay->n_left == n_before)
            replay->n_left = 0;
        drop_unknown(state);
    }
    return WEIR_OK;
}

/* --- batches ------------------------------------------------------------------------------ */

static enum weir_status add_letter(
    struct replay *replay, struct weir_batch *batch, const struct letter *letter)
{
    struct weir_unit *unit = weir_batch_add_unit(batch, NULL);
    char *body = weir_alloc_zero(batch->arena, 1, letter->row.len + WEIR_JSON_PADDING);
    struct weir_error error = {0};

    memcpy(body, letter->row.ptr, letter->row.len);
    /* What was no row when it came is none now, even if there are rows inside. */
    if (letter->row.len && *body != '{')
        (void)weir_error_set(
            &error, WEIR_FAULT_DATA, "E-ROW-SHAPE", "it is no object, and so no row");
    else if (weir_json_rows(replay->reader, (struct weir_str){body, letter->row.len}, NULL, batch,
                 &error) == WEIR_OK) {
        unit->dead_letter = letter->id;
        return WEIR_OK;
    }
    if (batch->n_units == 1)
        weir_log(replay->stage, WEIR_LOG_WARNING,
            "a row of '%s' that was set aside cannot be read and is left (number %" PRId64
            "): [%s] %s",
            letter->resource->name, letter->id, error.code, error.text);
    weir_batch_fail_unit(batch, &error);
    return WEIR_FAIL;
}

/*
 * All of the chunk that are of the first one's resource and stage. One that cannot be read beside
 * the others, since their columns would be too many, begins the next batch.
 */
static void take_batch(struct replay_state *state, struct weir_batch *batch)
{
    struct replay *replay = state->replay;
    const struct letter *kind = replay->first;
    struct letter **at = &replay->first;

    batch->resource = kind->resource;
    batch->stage = kind->stage;
    while (*at) {
        if ((*at)->resource != kind->resource || (*at)->stage != kind->stage) {
            at = &(*at)->next;
            continue;
        }
        if (add_letter(replay, batch, *at) != WEIR_OK) {
            if (batch->n_units > 1)
                return;
            state->n_unreadable++;
            *at = (*at)->next;
            return;
        }
        *at = (*at)->next;
    }
}

static enum weir_status replay_extract(struct weir_stage *stage, struct weir_batch *batch)
{
    struct replay_state *state = stage->state;
    enum weir_status status = fill_chunk(stage);

    if (status != WEIR_OK)
        return status;
    if (!state->replay->first)
        return WEIR_END;
    take_batch(state, batch);
    return WEIR_OK;
}

/* --- its life ----------------------------------------------------------------------------- */

static enum weir_status replay_start(struct weir_stage *stage)
{
    struct replay_state *state = stage->state;
    struct replay *replay = weir_new(stage->arena, struct replay);

    state->replay = replay;
    replay->stage = stage;
    replay->after = INT64_MIN;
    replay->reader = weir_json_reader_new();
    empty_chunk(replay);
    /* The run has the lock, so no more are added but by itself. */
    if (replay_count(state, &replay->n_left) != WEIR_OK)
        return fail_as(stage, state->offline);
    return WEIR_OK;
}

static void replay_stop(struct weir_stage *stage)
{
    struct replay_state *state = stage->state;
    struct replay *replay = state->replay;

    if (!replay)
        return;
    weir_json_reader_free(replay->reader);
    weir_arena_free(replay->arena);
    state->replay = NULL;
}

const struct weir_plugin replay_plugin = {
    .header = WEIR_HEADER,
    .name = "replay",
    .summary = "Rows that were set aside.",
    .threading = WEIR_ON_WORKER,
    .state_size = sizeof(struct replay_state),
    .start = replay_start,
    .stop = replay_stop,
    .extract = replay_extract,
};
