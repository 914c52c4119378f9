#include "show.h"

#include "dead_letters.h"
#include "gaps.h"
#include "marks.h"
#include "notes.h"
#include "pass.h"
#include "tables.h"

static const char sum_places[] =
    "SELECT count(*), total(done), total(number) FROM main._weir_place WHERE generation = ?1";

static enum weir_status show_progress(struct state *state, const struct weir_generation *generation,
    const struct weir_showing *showing)
{
    sqlite3_stmt *query = query_begin(&state->queries, sum_places, bind_integer(generation->id));

    if (query_step(query))
        showing->progress(showing->arg, generation->name, (uint64_t)sqlite3_column_int64(query, 0),
            (uint64_t)sqlite3_column_int64(query, 1), (uint64_t)sqlite3_column_int64(query, 2));
    return state_judge(state, query_end(query), "cannot read its places");
}

struct gaps_told {
    const struct weir_showing *showing;
    const char *resource;
};

static void tell_gap(void *arg, const struct weir_gap *gap)
{
    const struct gaps_told *told = arg;

    told->showing->gap(told->showing->arg, told->resource, gap);
}

static enum weir_status show_gaps(struct state *state, const struct weir_generation *generation,
    size_t index, const struct weir_showing *showing)
{
    struct gaps_told told = {showing, generation->name};
    const struct weir_reading reading = {.gap = tell_gap, .arg = &told};

    return gaps_read(state, generation->id, index, &reading);
}

static enum weir_status show_open(
    struct state *state, const char *pipeline, const struct weir_showing *showing)
{
    struct weir_arena *arena = weir_arena_new();
    struct weir_pass *pass;
    enum weir_status status = pass_find_open(state, pipeline, arena, &pass);

    for (size_t i = 0; status == WEIR_OK && pass && i < pass->n_generations; i++) {
        const struct weir_generation *generation = &pass->generations[i];

        if (showing->progress && !generation->done)
            status = show_progress(state, generation, showing);
        if (status == WEIR_OK && showing->gap)
            status = show_gaps(state, generation, i, showing);
    }
    weir_arena_free(arena);
    return status;
}

static const char read_runs[] =
    "SELECT id, key, version, host, pid, started_at, finished_at, exit_code, summary"
    " FROM main._weir_run WHERE pipeline = ?1 ORDER BY epoch DESC";

static enum weir_status show_runs(
    struct state *state, const char *pipeline, const struct weir_showing *showing)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_runs, bind_text(pipeline));

    while (query_step(query)) {
        struct weir_run run = {
            .pipeline = pipeline,
            .id = query_text(query, 0),
            .key = query_text(query, 1),
            .version = query_text(query, 2),
            .host = query_text(query, 3),
            .pid = sqlite3_column_int64(query, 4),
            .started_at = query_text(query, 5),
        };

        showing->run(showing->arg, &run, query_text(query, 6), sqlite3_column_int(query, 7),
            query_text(query, 8));
    }
    return state_judge(state, query_end(query), "cannot read its runs");
}

enum weir_status show_state(
    struct state *state, const char *pipeline, const struct weir_showing *showing)
{
    bool there;
    enum weir_status status = tables_are_there(state, &there);

    if (status != WEIR_OK || !there)
        return status;
    if (showing->pass)
        status = pass_show(state, pipeline, showing->pass, showing->arg);
    if (status == WEIR_OK && (showing->progress || showing->gap))
        status = show_open(state, pipeline, showing);
    if (status == WEIR_OK && showing->mark)
        status = marks_read(state, pipeline, showing->mark, showing->arg);
    if (status == WEIR_OK && showing->notes)
        status = notes_count(state, pipeline, showing);
    if (status == WEIR_OK && showing->dead_letters)
        status = dead_letters_count(state, pipeline, showing->dead_letters, showing->arg);
    if (status == WEIR_OK && showing->run)
        status = show_runs(state, pipeline, showing);
    return status;
}
