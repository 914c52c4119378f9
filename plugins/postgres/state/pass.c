#include "pass.h"

#include "gaps_read.h"
#include "marks_read.h"
#include "notes_read.h"
#include "places.h"
#include "rows/publish.h"
#include "tables.h"

#include <string.h>

#include <weir/arena.h>

enum {
    PASSES_KEPT = 100,
    KEYS_KEPT = 1000, /* what has a name is remembered for longer, so that it is not done again */
};

/* --- found ----------------------------------------------------------------------------------- */

#define PASS_COLUMNS                                                                               \
    "p.id, p.key, " STATE_TIME("p.started_at") ", p.status,"                                       \
                                               " (SELECT count(*) FROM weir.gap g JOIN "           \
                                               "weir.generation o ON o.id = g.generation"          \
                                               "  WHERE o.pass = p.id)"

static const char find_open[] = "SELECT " PASS_COLUMNS " FROM weir.pass p"
                                " WHERE p.pipeline = $1::text AND p.status = 'open'";
/* Also the one that a run of that key has worked on, and that a run of another key has ended. */
static const char find_key[] =
    "SELECT " PASS_COLUMNS " FROM weir.pass p WHERE p.pipeline = $1::text AND (p.key = $2::text"
    " OR p.id IN (SELECT r.pass FROM weir.run r WHERE r.pipeline = $1::text AND r.key = $2::text))"
    " ORDER BY p.id DESC LIMIT 1";
static const char find_last[] = "SELECT " PASS_COLUMNS " FROM weir.pass p"
                                " WHERE p.pipeline = $1::text ORDER BY p.id DESC LIMIT 100";
static const char read_generations[] =
    "SELECT id, resource, table_name, mode, config, done, rows FROM weir.generation"
    " WHERE pass = $1::bigint ORDER BY id";

static const char *copy_field(const PGresult *result, int row, int column, struct weir_arena *arena)
{
    const char *text = query_text(result, row, column);

    return text ? weir_copy_text(arena, text) : NULL;
}

static enum weir_pass_status status_of(const char *word)
{
    if (strcmp(word, "open") == 0)
        return WEIR_PASS_OPEN;
    return strcmp(word, "done") == 0 ? WEIR_PASS_DONE : WEIR_PASS_ABANDONED;
}

static enum weir_status read_parts(
    struct connection *control, struct weir_pass *pass, struct weir_arena *arena)
{
    PGresult *result = query_get(control, read_generations, bind_integer(pass->id));

    if (!result)
        return tables_fail(control, "cannot read its passes");
    pass->n_generations = (size_t)PQntuples(result);
    pass->generations = weir_new_array(arena, pass->n_generations + 1, struct weir_generation);
    for (int i = 0; i < PQntuples(result); i++)
        pass->generations[i] = (struct weir_generation){
            .id = query_integer(result, i, 0),
            .name = copy_field(result, i, 1, arena),
            .table = copy_field(result, i, 2, arena),
            .mode = copy_field(result, i, 3, arena),
            .config = copy_field(result, i, 4, arena),
            .done = query_bool(result, i, 5),
            .rows = (uint64_t)query_integer(result, i, 6),
        };
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status read_pass(struct connection *control, const PGresult *result, int row,
    struct weir_arena *arena, struct weir_pass *ret_pass)
{
    *ret_pass = (struct weir_pass){
        .id = query_integer(result, row, 0),
        .key = copy_field(result, row, 1, arena),
        .started_at = copy_field(result, row, 2, arena),
        .status = status_of(query_text(result, row, 3)),
        .n_gaps = (uint64_t)query_integer(result, row, 4),
    };
    return read_parts(control, ret_pass, arena);
}

static enum weir_status read_first(struct connection *control, PGresult *result,
    struct weir_arena *arena, struct weir_pass **ret_pass)
{
    enum weir_status status = WEIR_OK;

    *ret_pass = NULL;
    if (!result)
        return tables_fail(control, "cannot read its passes");
    if (PQntuples(result)) {
        *ret_pass = weir_new(arena, struct weir_pass);
        status = read_pass(control, result, 0, arena, *ret_pass);
    }
    PQclear(result);
    return status;
}

enum weir_status pass_find_open(struct connection *control, const char *pipeline,
    struct weir_arena *arena, struct weir_pass **ret_pass)
{
    return read_first(control, query_get(control, find_open, bind_text(pipeline)), arena, ret_pass);
}

enum weir_status pass_find_key(struct connection *control, const char *pipeline, const char *key,
    struct weir_arena *arena, struct weir_pass **ret_pass)
{
    return read_first(control, query_get(control, find_key, bind_text(pipeline), bind_text(key)),
        arena, ret_pass);
}

struct weir_generation *pass_part(const struct weir_pass *pass, const char *resource)
{
    for (size_t i = 0; i < pass->n_generations; i++)
        if (strcmp(pass->generations[i].name, resource) == 0)
            return &pass->generations[i];
    return NULL;
}

enum weir_status pass_show(struct connection *control, const char *pipeline,
    void (*tell)(void *arg, const struct weir_pass *pass), void *arg)
{
    PGresult *result = query_get(control, find_last, bind_text(pipeline));
    enum weir_status status = WEIR_OK;

    if (!result)
        return tables_fail(control, "cannot read its passes");
    for (int i = 0; i < PQntuples(result) && status == WEIR_OK; i++) {
        struct weir_arena *arena = weir_arena_new();
        struct weir_pass pass;

        status = read_pass(control, result, i, arena, &pass);
        if (status == WEIR_OK)
            tell(arg, &pass);
        weir_arena_free(arena);
    }
    PQclear(result);
    return status;
}

/* --- begun ----------------------------------------------------------------------------------- */

static const char add_pass[] = "INSERT INTO weir.pass(pipeline, key, status, started_at)"
                               " VALUES ($1::text, $2::text, 'open', $3::timestamptz) RETURNING id";
/* The run that ends the pass is the one that is asked for again. */
static const char set_key[] = "UPDATE weir.pass SET key = $2::text WHERE id = $1::bigint";
static const char add_generation[] =
    "INSERT INTO weir.generation(pass, resource, table_name, mode, config)"
    " VALUES ($1::bigint, $2::text, $3::text, $4::text, $5::text) RETURNING id";
/* Of this pipeline alone: those of others may be at work on theirs. */
static const char forget_passes[] =
    "WITH kept AS (SELECT * FROM"
    " (SELECT id FROM weir.pass WHERE pipeline = $1::text ORDER BY id DESC LIMIT $2::bigint) a"
    " UNION SELECT * FROM (SELECT id FROM weir.pass WHERE pipeline = $1::text"
    " AND key IS NOT NULL AND status = 'done' ORDER BY id DESC LIMIT $3::bigint) b),"
    " gone AS (DELETE FROM weir.pass WHERE pipeline = $1::text AND status <> 'open'"
    " AND id NOT IN (SELECT id FROM kept) RETURNING id)"
    " DELETE FROM weir.generation WHERE pass IN (SELECT id FROM gone)";

/* The number that the statement returns. */
static enum weir_status take_id(struct connection *control, PGresult *result, int64_t *ret_id)
{
    if (!result)
        return tables_fail(control, "cannot begin a pass");
    *ret_id = query_integer(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

static enum weir_status add_or_join(
    struct connection *control, const char *pipeline, struct weir_pass *pass)
{
    bool done = true;

    if (!pass->id)
        return take_id(control,
            query_get(control, add_pass, bind_text(pipeline), bind_text(pass->key),
                bind_text(pass->started_at)),
            &pass->id);
    if (pass->key)
        done = query_run(control, NULL, set_key, bind_integer(pass->id), bind_text(pass->key));
    return tables_judge(control, done, "cannot begin a pass");
}

enum weir_status pass_begin(
    struct connection *control, const char *pipeline, struct weir_pass *pass)
{
    enum weir_status status = add_or_join(control, pipeline, pass);

    for (size_t i = 0; i < pass->n_generations && status == WEIR_OK; i++) {
        struct weir_generation *part = &pass->generations[i];

        if (!part->id)
            status = take_id(control,
                query_get(control, add_generation, bind_integer(pass->id), bind_text(part->name),
                    bind_text(part->table), bind_text(part->mode), bind_text(part->config)),
                &part->id);
    }
    if (status != WEIR_OK)
        return status;
    return tables_judge(control,
        query_run(control, NULL, forget_passes, bind_text(pipeline), bind_integer(PASSES_KEPT),
            bind_integer(KEYS_KEPT)),
        "cannot begin a pass");
}

/* --- closed ---------------------------------------------------------------------------------- */

static const char abandon_pass[] =
    "UPDATE weir.pass SET status = 'abandoned', finished_at = clock_timestamp()"
    " WHERE id = $1::bigint AND status = 'open'";
static const char end_generation[] = "UPDATE weir.generation SET done = true WHERE id = $1::bigint";
static const char end_pass[] =
    "UPDATE weir.pass SET status = 'done', finished_at = clock_timestamp() WHERE id = $1::bigint"
    " AND NOT EXISTS (SELECT 1 FROM weir.generation WHERE pass = $1::bigint AND NOT done)";

enum weir_status pass_abandon(struct connection *control, const struct state *state, int64_t pass)
{
    bool done = query_run(control, NULL, abandon_pass, bind_integer(pass));
    enum weir_status status = tables_judge(control, done, "cannot close a pass");

    if (status == WEIR_OK)
        status = notes_forget_pass(control, state, pass);
    if (status == WEIR_OK)
        status = places_forget_pass(control, pass);
    if (status == WEIR_OK)
        status = gaps_forget_pass(control, pass);
    if (status == WEIR_OK)
        status = marks_forget_pass(control, pass);
    return status == WEIR_OK ? publish_drop(control, pass, NULL) : status;
}

enum weir_status pass_end_generation(struct connection *control, int64_t generation)
{
    bool done = query_run(control, NULL, end_generation, bind_integer(generation));

    return tables_judge(control, done, "cannot close a generation");
}

enum weir_status pass_end(struct connection *control, int64_t pass)
{
    bool done = query_run(control, NULL, end_pass, bind_integer(pass));

    return tables_judge(control, done, "cannot close a pass");
}
