#include "notes.h"

#include "../errors.h"

/* --- of one unit ---------------------------------------------------------------------------- */

static const char put_note[] =
    "INSERT INTO main._weir_note(generation, chain, number, note) VALUES (?1, ?2, ?3, ?4)"
    " ON CONFLICT DO UPDATE SET note = excluded.note";
static const char remove_note[] =
    "DELETE FROM main._weir_note WHERE generation = ?1 AND chain = ?2 AND number = ?3";

int notes_put(
    struct state *state, int64_t generation, const struct weir_position *position, const char *note)
{
    return query_run(&state->queries, put_note, bind_integer(generation), bind_id(&position->chain),
        bind_integer((int64_t)position->number), bind_text(note));
}

int notes_remove(struct state *state, int64_t generation, const struct weir_position *position)
{
    return query_run(&state->queries, remove_note, bind_integer(generation),
        bind_id(&position->chain), bind_integer((int64_t)position->number));
}

/* --- told ----------------------------------------------------------------------------------- */

static const char read_notes[] =
    "SELECT n.chain, n.number, n.note, f.config FROM main._weir_noted f"
    " JOIN main._weir_note n ON n.generation = f.generation WHERE f.pipeline = ?1 AND f.resource = "
    "?2";

enum weir_status notes_read(struct state *state, const char *pipeline, const char *resource,
    const struct weir_reading *reading)
{
    sqlite3_stmt *query =
        query_begin(&state->queries, read_notes, bind_text(pipeline), bind_text(resource));
    bool sound = true;
    int rc;

    while (sound && query_step(query)) {
        struct weir_note note = {
            .resource = resource,
            .config = query_text(query, 3),
            .number = (uint64_t)sqlite3_column_int64(query, 1),
            .text = query_text(query, 2),
        };

        sound = query_id(query, 0, &note.chain);
        if (sound)
            reading->note(reading->arg, &note);
    }
    rc = query_end(query);
    if (!sound)
        return state_damaged(state, "a chain in _weir_note has a name of the wrong length");
    return state_judge(state, rc, "cannot read its notes");
}

static const char is_made[] = "SELECT 1 FROM main.sqlite_schema WHERE name = '_weir_noted'";
static const char count_notes[] =
    "SELECT f.resource, count(*) FROM main._weir_noted f"
    " JOIN main._weir_note n ON n.generation = f.generation WHERE f.pipeline = ?1 GROUP BY 1";

enum weir_status notes_count(
    struct state *state, const char *pipeline, const struct weir_showing *showing)
{
    sqlite3_stmt *query;
    int64_t one;
    int rc = database_ask(state->db, is_made, &one);

    if (rc == SQLITE_NOTFOUND)
        return WEIR_OK;
    if (rc != SQLITE_OK)
        return database_fail(state->db, "cannot read the database");
    query = query_begin(&state->queries, count_notes, bind_text(pipeline));
    while (query_step(query))
        showing->notes(
            showing->arg, query_text(query, 0), (uint64_t)sqlite3_column_int64(query, 1));
    return state_judge(state, query_end(query), "cannot count its notes");
}

/* --- in force ------------------------------------------------------------------------------- */

static const char find_noted[] =
    "SELECT generation FROM main._weir_noted WHERE pipeline = ?1 AND resource = ?2";
static const char find_note[] = "SELECT 1 FROM main._weir_note WHERE generation = ?1 LIMIT 1";

/* Has the generation ?1 read the unit that the row of _weir_note is of? */
#define IS_READ                                                                                    \
    "(EXISTS (SELECT 1 FROM main._weir_place p WHERE p.generation = ?1"                            \
    " AND p.chain = _weir_note.chain AND (p.done OR p.number > _weir_note.number))"                \
    " AND NOT EXISTS (SELECT 1 FROM main._weir_gap g WHERE g.generation = ?1"                      \
    " AND g.chain = _weir_note.chain AND g.number = _weir_note.number))"

static const char keep_unread[] =
    "UPDATE OR IGNORE main._weir_note SET generation = ?1 WHERE generation = ?2 AND NOT " IS_READ
    " AND EXISTS (SELECT 1 FROM main._weir_noted f JOIN main._weir_generation g ON g.id = ?1"
    " WHERE f.generation = ?2 AND f.config = g.config)";
static const char forget_notes[] = "DELETE FROM main._weir_note WHERE generation = ?1";
static const char put_noted[] =
    "INSERT INTO main._weir_noted(pipeline, resource, generation, config)"
    " SELECT ?1, ?2, id, config FROM main._weir_generation WHERE id = ?3"
    " ON CONFLICT DO UPDATE SET generation = excluded.generation, config = excluded.config";
static const char remove_noted[] =
    "DELETE FROM main._weir_noted WHERE pipeline = ?1 AND (?2 IS NULL OR resource = ?2)";

/* 0: none is. */
static int find_in_force(struct state *state, const char *resource, int64_t *ret_generation)
{
    sqlite3_stmt *query = query_begin(
        &state->queries, find_noted, bind_text(state->run.pipeline), bind_text(resource));

    *ret_generation = query_step(query) ? sqlite3_column_int64(query, 0) : 0;
    return query_end(query);
}

static int has_notes(struct state *state, int64_t generation, bool *ret_has)
{
    sqlite3_stmt *query = query_begin(&state->queries, find_note, bind_integer(generation));

    *ret_has = query_step(query);
    return query_end(query);
}

static int put_in_force(struct state *state, int64_t generation, const char *resource)
{
    const char *pipeline = state->run.pipeline;
    bool has = false;
    int rc = has_notes(state, generation, &has);

    if (rc == SQLITE_OK && has)
        rc = query_run(&state->queries, put_noted, bind_text(pipeline), bind_text(resource),
            bind_integer(generation));
    else if (rc == SQLITE_OK)
        rc = query_run(&state->queries, remove_noted, bind_text(pipeline), bind_text(resource));
    return rc;
}

enum weir_status notes_take(
    struct state *state, int64_t generation, const char *resource, bool is_whole)
{
    int64_t old = 0;
    int rc = find_in_force(state, resource, &old);

    if (rc == SQLITE_OK && old && !is_whole)
        rc = query_run(&state->queries, keep_unread, bind_integer(generation), bind_integer(old));
    if (rc == SQLITE_OK && old)
        rc = query_run(&state->queries, forget_notes, bind_integer(old));
    if (rc == SQLITE_OK)
        rc = put_in_force(state, generation, resource);
    return state_judge(state, rc, "cannot put its notes in force");
}

/* --- forgotten ------------------------------------------------------------------------------ */

static const char list_merging[] =
    "SELECT g.id, f.generation FROM main._weir_generation g JOIN main._weir_pass p ON p.id = g.pass"
    " JOIN main._weir_noted f ON f.pipeline = p.pipeline AND f.resource = g.resource"
    " WHERE g.pass = ?1 AND g.done = 0 AND g.mode = 'merge' AND f.generation <> g.id";
static const char forget_read[] = "DELETE FROM main._weir_note WHERE generation = ?2 AND " IS_READ;
static const char forget_pass[] = "DELETE FROM main._weir_note WHERE generation IN"
                                  " (SELECT id FROM main._weir_generation WHERE pass = ?1"
                                  " EXCEPT SELECT generation FROM main._weir_noted)";
static const char forget_in_force[] =
    "DELETE FROM main._weir_note WHERE generation IN (SELECT generation FROM main._weir_noted"
    " WHERE pipeline = ?1 AND (?2 IS NULL OR resource = ?2))";

enum weir_status notes_forget_generation(struct state *state, int64_t generation)
{
    int rc = query_run(&state->queries, forget_notes, bind_integer(generation));

    return state_judge(state, rc, "cannot forget its notes");
}

enum weir_status notes_forget_pass(struct state *state, int64_t pass)
{
    sqlite3_stmt *query = query_begin(&state->queries, list_merging, bind_integer(pass));
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && query_step(query))
        rc = query_run(&state->queries, forget_read, bind_integer(sqlite3_column_int64(query, 0)),
            bind_integer(sqlite3_column_int64(query, 1)));
    if (query_end(query) != SQLITE_OK || rc != SQLITE_OK)
        return state_fail(state, "cannot forget its notes");
    rc = query_run(&state->queries, forget_pass, bind_integer(pass));
    return state_judge(state, rc, "cannot forget its notes");
}

enum weir_status notes_forget(struct state *state, const char *pipeline, const char *resource)
{
    int rc = query_run(&state->queries, forget_in_force, bind_text(pipeline), bind_text(resource));

    if (rc == SQLITE_OK)
        rc = query_run(&state->queries, remove_noted, bind_text(pipeline), bind_text(resource));
    return state_judge(state, rc, "cannot forget its notes");
}
