#include "notes_read.h"

#include "tables.h"

#include <weir/arena.h>

/* --- told ------------------------------------------------------------------------------------ */

static const char find_noted[] =
    "SELECT generation, config FROM weir.noted WHERE pipeline = $1::text AND resource = $2::text";
/* An empty bytea stands before every chain. */
static const char read_notes[] =
    "SELECT chain, number, note FROM weir.note WHERE generation = $1::bigint"
    " AND (chain, number) > ($2::bytea, $3::bigint) ORDER BY chain, number";

struct notes_telling {
    const char *resource;
    struct notes_at *at;
    const struct weir_reading *reading;
    bool unsound;
};

static const char find_any[] =
    "SELECT EXISTS (SELECT FROM weir.noted WHERE pipeline = $1::text) OR EXISTS"
    " (SELECT FROM weir.generation g JOIN weir.note n ON n.generation = g.id"
    " WHERE g.pass = $2::bigint)";

enum weir_status notes_exist(struct connection *control, const struct state *state, bool *ret_exist)
{
    PGresult *result;

    *ret_exist = false;
    if (!state->keeps_notes)
        return WEIR_OK;
    result =
        query_get(control, find_any, bind_text(state->run.pipeline), bind_integer(state->pass));
    if (!result)
        return tables_fail(control, "cannot read its notes");
    *ret_exist = query_bool(result, 0, 0);
    PQclear(result);
    return WEIR_OK;
}

/* Which generation's are in force. */
static enum weir_status find_in_force(struct connection *control, const struct state *state,
    const char *resource, struct notes_at *at)
{
    PGresult *result =
        query_get(control, find_noted, bind_text(state->run.pipeline), bind_text(resource));

    at->generation = 0;
    if (!result)
        return tables_fail(control, "cannot read its notes");
    if (PQntuples(result)) {
        at->generation = query_integer(result, 0, 0);
        at->config = weir_copy_text(control->stage->arena, query_text(result, 0, 1));
    }
    PQclear(result);
    return WEIR_OK;
}

static void tell_note(void *arg, const PGresult *row)
{
    struct notes_telling *telling = arg;
    struct weir_arena *arena = weir_arena_new();
    struct weir_str text = {0};
    struct weir_note note = {
        .resource = telling->resource,
        .config = telling->at->config,
        .number = (uint64_t)query_integer(row, 0, 1),
    };

    if (query_id(row, 0, 0, &note.chain) && query_bytes(row, 0, 2, arena, &text)) {
        note.text = weir_copy(arena, text).ptr;
        telling->reading->note(telling->reading->arg, &note);
        telling->at->is_set = true;
        telling->at->chain = note.chain;
        telling->at->number = note.number;
    } else {
        telling->unsound = true;
    }
    weir_arena_free(arena);
}

enum weir_status notes_read(struct connection *control, const struct state *state,
    const char *resource, struct notes_at *at, const struct weir_reading *reading)
{
    struct notes_telling telling = {.resource = resource, .at = at, .reading = reading};
    const struct notes_at behind = *at;
    enum weir_status status = WEIR_OK;

    if (!at->is_set)
        status = find_in_force(control, state, resource, at);
    if (status != WEIR_OK || !at->generation)
        return status;
    const struct bound values[] = {bind_integer(at->generation),
        behind.is_set ? bind_id(&behind.chain) : bind_bytes(weir_str("")),
        bind_integer((int64_t)behind.number)};

    if (!query_each(control, read_notes, values, 3, tell_note, &telling))
        return tables_fail(control, "cannot read its notes");
    if (telling.unsound)
        return tables_damaged(control, "a row of weir.note has a value of the wrong length");
    return WEIR_OK;
}

static const char count_notes[] =
    "SELECT f.resource, count(*) FROM weir.noted f JOIN weir.note n ON n.generation = f.generation"
    " WHERE f.pipeline = $1::text GROUP BY f.resource ORDER BY f.resource";

enum weir_status notes_count(
    struct connection *control, const char *pipeline, const struct weir_showing *showing)
{
    PGresult *result = query_get(control, count_notes, bind_text(pipeline));

    if (!result)
        return tables_fail(control, "cannot count its notes");
    for (int i = 0; i < PQntuples(result); i++)
        showing->notes(
            showing->arg, query_text(result, i, 0), (uint64_t)query_integer(result, i, 1));
    PQclear(result);
    return WEIR_OK;
}

/* --- in force -------------------------------------------------------------------------------- */

/* Has that generation read the unit that the row n of weir.note is of? */
#define IS_READ(generation)                                                                        \
    "(EXISTS (SELECT FROM weir.place p WHERE p.generation = " generation                           \
    " AND p.chain = n.chain AND (p.done OR p.number > n.number))"                                  \
    " AND NOT EXISTS (SELECT FROM weir.gap g WHERE g.generation = " generation                     \
    " AND g.chain = n.chain AND g.number = n.number))"

#define IN_FORCE                                                                                   \
    "(SELECT f.generation FROM weir.noted f"                                                       \
    " WHERE f.pipeline = $1::text AND f.resource = $2::text)"

static const char keep_unread[] =
    "UPDATE weir.note n SET generation = $3::bigint WHERE n.generation = "
    "(SELECT f.generation FROM weir.noted f JOIN weir.generation c ON c.id = $3::bigint"
    " WHERE f.pipeline = $1::text AND f.resource = $2::text AND f.config = c.config)"
    " AND NOT " IS_READ("$3::bigint");
static const char forget_in_force[] = "DELETE FROM weir.note WHERE generation = " IN_FORCE;
static const char remove_noted[] =
    "DELETE FROM weir.noted WHERE pipeline = $1::text AND resource = $2::text";
static const char put_noted[] =
    "INSERT INTO weir.noted(pipeline, resource, generation, config)"
    " SELECT $1::text, $2::text, c.id, c.config FROM weir.generation c WHERE c.id = $3::bigint"
    " AND EXISTS (SELECT FROM weir.note n WHERE n.generation = $3::bigint)";

enum weir_status notes_take(struct connection *control, const struct state *state,
    int64_t generation, const char *resource, bool is_whole)
{
    const char *pipeline = state->run.pipeline;
    bool done = true;

    if (!is_whole)
        done = query_run(control, NULL, keep_unread, bind_text(pipeline), bind_text(resource),
            bind_integer(generation));
    done =
        done && query_run(control, NULL, forget_in_force, bind_text(pipeline), bind_text(resource));
    done = done && query_run(control, NULL, remove_noted, bind_text(pipeline), bind_text(resource));
    done = done && query_run(control, NULL, put_noted, bind_text(pipeline), bind_text(resource),
                       bind_integer(generation));
    return tables_judge(control, done, "cannot put its notes in force");
}

/* --- forgotten ------------------------------------------------------------------------------- */

static const char forget_generation[] = "DELETE FROM weir.note WHERE generation = $1::bigint";
static const char forget_read[] =
    "DELETE FROM weir.note n USING weir.generation c, weir.pass s, weir.noted f"
    " WHERE c.pass = $1::bigint AND NOT c.done AND c.mode = 'merge' AND s.id = c.pass"
    " AND f.pipeline = s.pipeline AND f.resource = c.resource AND f.generation <> c.id"
    " AND n.generation = f.generation AND " IS_READ("c.id");
static const char forget_pass[] = "DELETE FROM weir.note WHERE generation IN"
                                  " (SELECT id FROM weir.generation WHERE pass = $1::bigint EXCEPT"
                                  " SELECT generation FROM weir.noted)";
static const char forget_notes[] =
    "WITH f AS (DELETE FROM weir.noted WHERE pipeline = $1::text"
    " AND ($2::text IS NULL OR resource = $2::text) RETURNING generation)"
    " DELETE FROM weir.note n USING f WHERE n.generation = f.generation";

enum weir_status notes_forget_generation(
    struct connection *control, const struct state *state, int64_t generation)
{
    bool done = !state->keeps_notes ||
                query_run(control, NULL, forget_generation, bind_integer(generation));

    return tables_judge(control, done, "cannot forget its notes");
}

enum weir_status notes_forget_pass(
    struct connection *control, const struct state *state, int64_t pass)
{
    bool done =
        !state->keeps_notes || (query_run(control, NULL, forget_read, bind_integer(pass)) &&
                                   query_run(control, NULL, forget_pass, bind_integer(pass)));

    return tables_judge(control, done, "cannot forget its notes");
}

enum weir_status notes_forget(struct connection *control, const struct state *state,
    const char *pipeline, const char *resource)
{
    bool done = !state->keeps_notes ||
                query_run(control, NULL, forget_notes, bind_text(pipeline), bind_text(resource));

    return tables_judge(control, done, "cannot forget its notes");
}
