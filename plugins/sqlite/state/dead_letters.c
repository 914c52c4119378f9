#include "dead_letters.h"

#include "../errors.h"
#include "../names.h"
#include "../transaction.h"

#include <string.h>

/* %w is the table's name, in double quotes; %s behind it the time. */
static const char make[] =
    "CREATE TABLE IF NOT EXISTS main.\"%w\" ("
    " id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, resource TEXT NOT NULL,"
    " generation INTEGER, chain BLOB, unit INTEGER, row INTEGER,"
    " stage INTEGER NOT NULL, column_name TEXT, code TEXT NOT NULL, reason TEXT NOT NULL,"
    " raw TEXT NOT NULL, set_aside_at TEXT NOT NULL) STRICT";
static const char put[] =
    "INSERT INTO main.\"%w\""
    "(pipeline, resource, generation, chain, unit, row, stage, column_name, code, reason, raw,"
    " set_aside_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, %s)";
static const char renew[] =
    "UPDATE main.\"%w\" SET stage = ?3, column_name = ?4, code = ?5, reason = ?6, raw = ?7,"
    " set_aside_at = %s WHERE id = ?1 AND pipeline = ?2";
static const char find[] = "SELECT 1 FROM main.\"%w\" WHERE id = ?1 AND pipeline = ?2";
static const char take[] = "DELETE FROM main.\"%w\" WHERE id = ?1 AND pipeline = ?2";
static const char read[] =
    "SELECT id, resource, raw, stage, column_name, code, reason, set_aside_at FROM main.\"%w\""
    " WHERE pipeline = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
static const char count[] = "SELECT resource, code, count(*) FROM main.\"%w\" WHERE pipeline = ?1"
                            " GROUP BY resource, code ORDER BY resource, code";

static const char count_pass[] = "SELECT count(*) FROM main.\"%w\" WHERE generation IN"
                                 " (SELECT id FROM main._weir_generation WHERE pass = ?1)";

/* The SQL with the table's name in it, in the stage's arena. */
static const char *fill(const struct state *state, const char *format)
{
    char *filled = sqlite3_mprintf(format, state->letters.table, QUERY_NOW);
    const char *copy = filled ? weir_copy_text(state->stage->arena, filled) : "";

    sqlite3_free(filled);
    return copy;
}

void dead_letters_init(struct state *state)
{
    struct letters *letters = &state->letters;

    *letters = (struct letters){.table = "_weir_dead_letter"};
    for (size_t i = 0; i < state->stage->n_resources; i++)
        if (state->stage->resources[i]->dead_letter_table)
            letters->table = state->stage->resources[i]->dead_letter_table;
    letters->make = fill(state, make);
    letters->put = fill(state, put);
    letters->renew = fill(state, renew);
    letters->find = fill(state, find);
    letters->take = fill(state, take);
    letters->read = fill(state, read);
    letters->count = fill(state, count);
    letters->count_pass = fill(state, count_pass);
}

static enum weir_status fail_letters(struct state *state, const char *doing)
{
    return database_fail(state->db, "%s the dead letters in table '%s'", doing,
        name_show(weir_str(state->letters.table)).text);
}

/* A table that rows of a resource go to has other columns. */
static enum weir_status check_name(struct state *state)
{
    struct weir_str name = weir_str(state->letters.table);
    const char *fault = table_name_fault(name);

    if (weir_str_is(name, "_weir_dead_letter"))
        fault = NULL;
    for (size_t i = 0; i < state->stage->n_resources; i++)
        if (name_equal(name, weir_str(state->stage->resources[i]->table)))
            fault = "is the table of a resource";
    if (!fault)
        return WEIR_OK;
    return database_refuse(state->db, WEIR_FAULT_USAGE, "E-VALUE",
        "dead letters cannot go to table '%s': the name %s; choose another one under dead_letter",
        name_show(name).text, fault);
}

enum weir_status dead_letters_make(struct state *state)
{
    enum weir_status status = check_name(state);

    if (status != WEIR_OK || state->letters.is_made)
        return status;
    if (database_run(state->db, state->letters.make) != SQLITE_OK ||
        !query_begin_with(&state->queries, state->letters.put, NULL, 0))
        return fail_letters(state, "cannot keep");
    state->letters.is_made = true;
    return database_read_version(state->db);
}

static struct bound bind_count(size_t n)
{
    return n ? bind_integer((int64_t)n) : bind_text(NULL);
}

static int put_one(struct state *state, int64_t generation, const struct weir_batch *batch,
    const struct weir_reject *reject)
{
    const struct weir_position *position = batch->units[reject->unit].position;

    return query_run(&state->queries, state->letters.put, bind_text(state->run.pipeline),
        bind_text(batch->resource->name), generation ? bind_integer(generation) : bind_text(NULL),
        position ? bind_id(&position->chain) : bind_text(NULL),
        position ? bind_integer((int64_t)position->number) : bind_text(NULL),
        bind_count(reject->number), bind_integer(reject->stage), bind_text(reject->column),
        bind_text(reject->error.code), bind_text(reject->error.text), bind_str(reject->row));
}

static int renew_one(struct state *state, int64_t id, const struct weir_reject *reject)
{
    return query_run(&state->queries, state->letters.renew, bind_integer(id),
        bind_text(state->run.pipeline), bind_integer(reject->stage), bind_text(reject->column),
        bind_text(reject->error.code), bind_text(reject->error.text), bind_str(reject->row));
}

static int write_rejects(
    struct state *state, int64_t generation, const struct weir_batch *batch, bool *renewed)
{
    int rc = SQLITE_OK;

    for (const struct weir_reject *reject = batch->rejects; reject && rc == SQLITE_OK;
         reject = reject->next) {
        int64_t letter = batch->units[reject->unit].dead_letter;

        /* One row may have become several; the first of them keeps the letter. */
        if (letter && !renewed[reject->unit])
            rc = renew_one(state, letter, reject);
        else
            rc = put_one(state, generation, batch, reject);
        renewed[reject->unit] = true;
    }
    return rc;
}

static int remove_letters(struct state *state, const struct weir_batch *batch, const bool *renewed)
{
    int rc = SQLITE_OK;

    for (size_t i = 0; i < batch->n_units && rc == SQLITE_OK; i++)
        if (batch->units[i].dead_letter && !renewed[i])
            rc = query_run(&state->queries, state->letters.take,
                bind_integer(batch->units[i].dead_letter), bind_text(state->run.pipeline));
    return rc;
}

static bool is_concerned(const struct weir_batch *batch)
{
    for (size_t i = 0; i < batch->n_units; i++)
        if (batch->units[i].dead_letter)
            return true;
    return batch->rejects != NULL;
}

enum weir_status dead_letters_settle(
    struct state *state, int64_t generation, const struct weir_batch *batch)
{
    enum weir_status status;
    bool *renewed;

    if (!is_concerned(batch))
        return WEIR_OK;
    status = dead_letters_make(state);
    if (status != WEIR_OK)
        return status;
    renewed = weir_new_array(batch->arena, batch->n_units, bool);
    if (write_rejects(state, generation, batch, renewed) != SQLITE_OK ||
        remove_letters(state, batch, renewed) != SQLITE_OK)
        return fail_letters(state, "cannot keep");
    return WEIR_OK;
}

enum weir_status dead_letters_find(struct state *state, int64_t id, bool *ret_there)
{
    sqlite3_stmt *query = query_begin(
        &state->queries, state->letters.find, bind_integer(id), bind_text(state->run.pipeline));

    *ret_there = query_step(query);
    return query_end(query) == SQLITE_OK ? WEIR_OK : fail_letters(state, "cannot read");
}

/* --- told ----------------------------------------------------------------------------------- */

static const char is_made[] =
    "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ?1 COLLATE NOCASE";

static enum weir_status are_there(struct state *state, bool *ret_there)
{
    sqlite3_stmt *query = query_begin(&state->queries, is_made, bind_text(state->letters.table));

    *ret_there = query_step(query);
    return query_end(query) == SQLITE_OK ? WEIR_OK : fail_letters(state, "cannot read");
}

enum weir_status dead_letters_read(struct state *state, const char *pipeline, int64_t after,
    size_t limit, void (*tell)(void *arg, const struct weir_dead_letter *letter), void *arg)
{
    sqlite3_stmt *query;
    bool there;
    enum weir_status status = are_there(state, &there);

    if (status != WEIR_OK || !there)
        return status;
    query = query_begin(&state->queries, state->letters.read, bind_text(pipeline),
        bind_integer(after), bind_integer((int64_t)limit));
    while (query_step(query)) {
        struct weir_dead_letter letter = {
            .id = sqlite3_column_int64(query, 0),
            .resource = query_text(query, 1),
            .row = query_bytes(query, 2),
            .stage = (uint32_t)sqlite3_column_int64(query, 3),
            .column = query_text(query, 4),
            .code = query_text(query, 5),
            .reason = query_text(query, 6),
            .at = query_text(query, 7),
        };

        tell(arg, &letter);
    }
    return query_end(query) == SQLITE_OK ? WEIR_OK : fail_letters(state, "cannot read");
}

enum weir_status dead_letters_count(struct state *state, const char *pipeline,
    void (*tell)(void *arg, const char *resource, const char *code, uint64_t n), void *arg)
{
    sqlite3_stmt *query;
    bool there;
    enum weir_status status = are_there(state, &there);

    if (status != WEIR_OK || !there)
        return status;
    query = query_begin(&state->queries, state->letters.count, bind_text(pipeline));
    while (query_step(query))
        tell(arg, query_text(query, 0), query_text(query, 1),
            (uint64_t)sqlite3_column_int64(query, 2));
    return query_end(query) == SQLITE_OK ? WEIR_OK : fail_letters(state, "cannot read");
}

enum weir_status dead_letters_of_pass(struct state *state, int64_t pass, uint64_t *ret_n)
{
    sqlite3_stmt *query;
    bool there;
    enum weir_status status = are_there(state, &there);

    *ret_n = 0;
    if (status != WEIR_OK || !there)
        return status;
    query = query_begin(&state->queries, state->letters.count_pass, bind_integer(pass));
    if (query_step(query))
        *ret_n = (uint64_t)sqlite3_column_int64(query, 0);
    return query_end(query) == SQLITE_OK ? WEIR_OK : fail_letters(state, "cannot read");
}
