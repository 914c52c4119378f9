#include "pass.h"

#include "../publish.h"
#include "gaps.h"
#include "marks.h"
#include "notes.h"
#include "places.h"

#include <string.h>

enum {
    PASSES_KEPT = 100,
    KEYS_KEPT = 1000, /* what has a name is remembered for longer, so that it is not done again */
};

/* --- found ---------------------------------------------------------------------------------- */

enum { PASS_ID, PASS_KEY, PASS_STARTED, PASS_STATUS };

static const char find_open[] = "SELECT id, key, started_at, status FROM main._weir_pass"
                                " WHERE pipeline = ?1 AND status = 'open'";
/* Also the one that a run of that key has worked on, and that a run of another key has ended. */
static const char find_key[] =
    "SELECT id, key, started_at, status FROM main._weir_pass"
    " WHERE pipeline = ?1 AND (key = ?2 OR id IN"
    " (SELECT pass FROM main._weir_run WHERE pipeline = ?1 AND key = ?2))"
    " ORDER BY id DESC LIMIT 1";
static const char find_last[] = "SELECT id, key, started_at, status FROM main._weir_pass"
                                " WHERE pipeline = ?1 ORDER BY id DESC LIMIT 100";
static const char read_generations[] =
    "SELECT id, resource, table_name, mode, config, done, rows FROM main._weir_generation"
    " WHERE pass = ?1 ORDER BY id";
static const char count_generations[] =
    "SELECT count(*) FROM main._weir_generation WHERE pass = ?1";
static const char count_gaps[] =
    "SELECT count(*) FROM main._weir_gap"
    " WHERE generation IN (SELECT id FROM main._weir_generation WHERE pass = ?1)";

static char *copy_column(sqlite3_stmt *query, int column, struct weir_arena *arena)
{
    const char *text = query_text(query, column);

    return text ? weir_copy_text(arena, text) : NULL;
}

static enum weir_pass_status status_of(const char *word)
{
    if (strcmp(word, "open") == 0)
        return WEIR_PASS_OPEN;
    return strcmp(word, "done") == 0 ? WEIR_PASS_DONE : WEIR_PASS_ABANDONED;
}

static int ask_number(struct state *state, const char *sql, int64_t pass, uint64_t *ret_number)
{
    sqlite3_stmt *query = query_begin(&state->queries, sql, bind_integer(pass));

    if (query_step(query))
        *ret_number = (uint64_t)sqlite3_column_int64(query, 0);
    return query_end(query);
}

static int read_parts(struct state *state, struct weir_pass *pass, struct weir_arena *arena)
{
    sqlite3_stmt *query = query_begin(&state->queries, read_generations, bind_integer(pass->id));
    size_t n = 0;

    while (n < pass->n_generations && query_step(query))
        pass->generations[n++] = (struct weir_generation){
            .id = sqlite3_column_int64(query, 0),
            .name = copy_column(query, 1, arena),
            .table = copy_column(query, 2, arena),
            .mode = copy_column(query, 3, arena),
            .config = copy_column(query, 4, arena),
            .done = sqlite3_column_int(query, 5) != 0,
            .rows = (uint64_t)sqlite3_column_int64(query, 6),
        };
    pass->n_generations = n;
    return query_end(query);
}

static int read_pass(
    struct state *state, sqlite3_stmt *row, struct weir_arena *arena, struct weir_pass *ret_pass)
{
    uint64_t n = 0;
    int rc;

    *ret_pass = (struct weir_pass){
        .id = sqlite3_column_int64(row, PASS_ID),
        .key = copy_column(row, PASS_KEY, arena),
        .started_at = copy_column(row, PASS_STARTED, arena),
        .status = status_of(query_text(row, PASS_STATUS)),
    };
    rc = ask_number(state, count_gaps, ret_pass->id, &ret_pass->n_gaps);
    if (rc == SQLITE_OK)
        rc = ask_number(state, count_generations, ret_pass->id, &n);
    if (rc != SQLITE_OK)
        return rc;
    ret_pass->n_generations = (size_t)n;
    ret_pass->generations = weir_new_array(arena, (size_t)n + 1, struct weir_generation);
    return read_parts(state, ret_pass, arena);
}

static enum weir_status read_first(
    struct state *state, sqlite3_stmt *query, struct weir_arena *arena, struct weir_pass **ret_pass)
{
    int rc = SQLITE_OK;

    *ret_pass = NULL;
    if (query_step(query)) {
        *ret_pass = weir_new(arena, struct weir_pass);
        rc = read_pass(state, query, arena, *ret_pass);
    }
    if (rc == SQLITE_OK)
        rc = query_end(query);
    return state_judge(state, rc, "cannot read its passes");
}

enum weir_status pass_find_open(struct state *state, const char *pipeline, struct weir_arena *arena,
    struct weir_pass **ret_pass)
{
    return read_first(
        state, query_begin(&state->queries, find_open, bind_text(pipeline)), arena, ret_pass);
}

enum weir_status pass_find_key(struct state *state, const char *pipeline, const char *key,
    struct weir_arena *arena, struct weir_pass **ret_pass)
{
    return read_first(state,
        query_begin(&state->queries, find_key, bind_text(pipeline), bind_text(key)), arena,
        ret_pass);
}

struct weir_generation *pass_part(const struct weir_pass *pass, const char *resource)
{
    for (size_t i = 0; i < pass->n_generations; i++)
        if (strcmp(pass->generations[i].name, resource) == 0)
            return &pass->generations[i];
    return NULL;
}

enum weir_status pass_show(struct state *state, const char *pipeline,
    void (*tell)(void *arg, const struct weir_pass *pass), void *arg)
{
    sqlite3_stmt *query = query_begin(&state->queries, find_last, bind_text(pipeline));
    int rc = SQLITE_OK;

    while (rc == SQLITE_OK && query_step(query)) {
        struct weir_arena *arena = weir_arena_new();
        struct weir_pass pass;

        rc = read_pass(state, query, arena, &pass);
        if (rc == SQLITE_OK)
            tell(arg, &pass);
        weir_arena_free(arena);
    }
    if (rc == SQLITE_OK)
        rc = query_end(query);
    return state_judge(state, rc, "cannot read its passes");
}

/* --- begun ---------------------------------------------------------------------------------- */

static const char add_pass[] =
    "INSERT INTO main._weir_pass(pipeline, key, status, started_at) VALUES (?1, ?2, 'open', ?3)";
/* The run that ends the pass is the one that is asked for again. */
static const char set_key[] = "UPDATE main._weir_pass SET key = ?2 WHERE id = ?1";
static const char add_generation[] =
    "INSERT INTO main._weir_generation(pass, resource, table_name, mode, config)"
    " VALUES (?1, ?2, ?3, ?4, ?5)";
static const char forget_passes[] =
    "DELETE FROM main._weir_pass WHERE pipeline = ?1 AND status <> 'open' AND id NOT IN"
    " (SELECT id FROM main._weir_pass WHERE pipeline = ?1 ORDER BY id DESC LIMIT ?2)"
    " AND id NOT IN (SELECT id FROM main._weir_pass WHERE pipeline = ?1 AND key IS NOT NULL"
    " AND status = 'done' ORDER BY id DESC LIMIT ?3)";
static const char forget_generations[] =
    "DELETE FROM main._weir_generation WHERE pass NOT IN (SELECT id FROM main._weir_pass)";

static int add_or_join(struct state *state, struct weir_pass *pass)
{
    int rc = SQLITE_OK;

    if (!pass->id) {
        rc = query_run(&state->queries, add_pass, bind_text(state->run.pipeline),
            bind_text(pass->key), bind_text(pass->started_at));
        pass->id = sqlite3_last_insert_rowid(state->db->connection);
    } else if (pass->key) {
        rc = query_run(&state->queries, set_key, bind_integer(pass->id), bind_text(pass->key));
    }
    return rc;
}

static int add_generations(struct state *state, struct weir_pass *pass)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < pass->n_generations && rc == SQLITE_OK; i++) {
        struct weir_generation *generation = &pass->generations[i];

        if (generation->id)
            continue;
        rc = query_run(&state->queries, add_generation, bind_integer(pass->id),
            bind_text(generation->name), bind_text(generation->table), bind_text(generation->mode),
            bind_text(generation->config));
        generation->id = sqlite3_last_insert_rowid(state->db->connection);
    }
    return rc;
}

enum weir_status pass_begin(struct state *state, struct weir_pass *pass)
{
    int rc = add_or_join(state, pass);

    if (rc == SQLITE_OK)
        rc = add_generations(state, pass);
    if (rc == SQLITE_OK)
        rc = query_run(&state->queries, forget_passes, bind_text(state->run.pipeline),
            bind_integer(PASSES_KEPT), bind_integer(KEYS_KEPT));
    if (rc == SQLITE_OK)
        rc = query_run_with(&state->queries, forget_generations, NULL, 0);
    return state_judge(state, rc, "cannot begin a pass");
}

/* --- closed --------------------------------------------------------------------------------- */

static const char abandon_pass[] = "UPDATE main._weir_pass SET status = 'abandoned',"
                                   " finished_at = " QUERY_NOW " WHERE id = ?1 AND status = 'open'";
static const char end_generation[] = "UPDATE main._weir_generation SET done = 1 WHERE id = ?1";
static const char end_pass[] =
    "UPDATE main._weir_pass SET status = 'done',"
    " finished_at = " QUERY_NOW " WHERE id = ?1 AND NOT EXISTS"
    " (SELECT 1 FROM main._weir_generation WHERE pass = ?1 AND done = 0)";

enum weir_status pass_abandon(struct state *state, int64_t pass)
{
    int rc = query_run(&state->queries, abandon_pass, bind_integer(pass));
    enum weir_status status = state_judge(state, rc, "cannot close a pass");

    if (status == WEIR_OK)
        status = notes_forget_pass(state, pass);
    if (status == WEIR_OK)
        status = places_forget_pass(state, pass);
    if (status == WEIR_OK)
        status = gaps_forget_pass(state, pass);
    if (status == WEIR_OK)
        status = marks_forget_pass(state, pass);
    if (status == WEIR_OK)
        status = publish_drop_all(state->db, pass);
    return status;
}

enum weir_status pass_end_generation(struct state *state, int64_t generation)
{
    int rc = query_run(&state->queries, end_generation, bind_integer(generation));

    return state_judge(state, rc, "cannot close a generation");
}

enum weir_status pass_end(struct state *state)
{
    int rc = query_run(&state->queries, end_pass, bind_integer(state->pass));

    return state_judge(state, rc, "cannot close a pass");
}
