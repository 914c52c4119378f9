#include "letters_settle.h"

#include "letters.h"
#include "query/sql.h"

#include <stdlib.h>

enum { PUT_AT_ONCE = 1000 }; /* rows of one statement */

/* `before` the table's name, `behind` it. Its text is to be freed with weir_buf_done. */
static struct weir_buf with_table(const struct state *state, const char *before, const char *behind)
{
    struct weir_buf sql;

    sql_init(&sql);
    sql_add(&sql, before);
    sql_table(&sql, weir_str(state->schema), weir_str(letters_name(state->stage)));
    sql_add(&sql, behind);
    return sql;
}

/* --- letters that are put back -------------------------------------------------------------- */

static size_t list_letters(
    const struct transaction *transaction, int64_t **ret_ids, struct weir_arena *arena)
{
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++)
            n += held->batch->units[i].dead_letter != 0;
    *ret_ids = weir_new_array(arena, n, int64_t);
    n = 0;
    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++)
            if (held->batch->units[i].dead_letter)
                (*ret_ids)[n++] = held->batch->units[i].dead_letter;
    return n;
}

static int compare_integers(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a;
    int64_t right = *(const int64_t *)b;

    return (left > right) - (left < right);
}

/* `there` is sorted. */
static void void_missing(struct transaction *transaction, const int64_t *there, size_t n_there)
{
    for (struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++) {
            struct weir_unit *unit = &held->batch->units[i];

            if (!unit->dead_letter ||
                bsearch(&unit->dead_letter, there, n_there, sizeof(*there), compare_integers))
                continue;
            weir_batch_void_unit(held->batch, i);
            unit->dead_letter = 0;
        }
}

enum weir_status letters_lock(struct connection *connection, const struct state *state,
    struct transaction *transaction, struct weir_arena *arena)
{
    int64_t *ids;
    size_t n = list_letters(transaction, &ids, arena);
    struct weir_buf sql;
    PGresult *result;

    if (!n)
        return WEIR_OK;
    sql = with_table(state, "SELECT id FROM ",
        " WHERE pipeline = $1::text AND id = ANY($2::bigint[]) ORDER BY id FOR UPDATE");
    result = query_get(connection, sql.ptr, bind_text(state->run.pipeline), bind_integers(ids, n));
    weir_buf_done(&sql);
    if (!result)
        return letters_fail(connection, state, "read");
    n = (size_t)PQntuples(result);
    for (size_t i = 0; i < n; i++)
        ids[i] = query_integer(result, (int)i, 0);
    PQclear(result);
    void_missing(transaction, ids, n);
    return WEIR_OK;
}

/* --- rows that are set aside ---------------------------------------------------------------- */

/* Columns of new letters; 0 and NULL become null where the table has it so. */
struct new_letters {
    struct weir_str *resources;
    int64_t *generations;
    struct weir_str *chains;
    int64_t *units;
    int64_t *rows;
    int64_t *stages;
    struct weir_str *columns;
    struct weir_str *codes;
    struct weir_str *reasons;
    struct weir_str *raws;
    size_t n;
};

struct settling {
    struct connection *connection;
    const struct state *state;
    struct new_letters letters;
    int64_t *taken; /* letters whose rows are in the table now */
    size_t n_taken;
};

static void letters_init(struct new_letters *letters, size_t n, struct weir_arena *arena)
{
    *letters = (struct new_letters){
        .resources = weir_new_array(arena, n, struct weir_str),
        .generations = weir_new_array(arena, n, int64_t),
        .chains = weir_new_array(arena, n, struct weir_str),
        .units = weir_new_array(arena, n, int64_t),
        .rows = weir_new_array(arena, n, int64_t),
        .stages = weir_new_array(arena, n, int64_t),
        .columns = weir_new_array(arena, n, struct weir_str),
        .codes = weir_new_array(arena, n, struct weir_str),
        .reasons = weir_new_array(arena, n, struct weir_str),
        .raws = weir_new_array(arena, n, struct weir_str),
    };
}

static const char put_columns[] =
    "(pipeline, resource, generation, chain, unit, \"row\", stage, column_name, code, reason, raw,"
    " set_aside_at)"
    " SELECT $1::text, x.resource, nullif(x.generation, 0), x.chain,"
    " CASE WHEN x.chain IS NOT NULL THEN x.unit END, nullif(x.number, 0), x.stage, x.name, x.code,"
    " x.reason, x.raw, clock_timestamp()"
    " FROM unnest($2::text[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bigint[],"
    " $8::text[], $9::text[], $10::text[], $11::text[]) WITH ORDINALITY"
    " AS x(resource, generation, chain, unit, number, stage, name, code, reason, raw, place)"
    " ORDER BY x.place";

static enum weir_status put(
    struct connection *connection, const struct state *state, const struct new_letters *new)
{
    struct weir_buf sql = with_table(state, "INSERT INTO ", put_columns);
    size_t n = new->n;
    bool done = query_run(connection, NULL, sql.ptr, bind_text(state->run.pipeline),
        bind_texts(new->resources, n), bind_integers(new->generations, n),
        bind_bytes_array(new->chains, n), bind_integers(new->units, n), bind_integers(new->rows, n),
        bind_integers(new->stages, n), bind_texts(new->columns, n), bind_texts(new->codes, n),
        bind_texts(new->reasons, n), bind_texts(new->raws, n));

    weir_buf_done(&sql);
    return done ? WEIR_OK : letters_fail(connection, state, "keep");
}

enum weir_status letters_try(struct connection *connection, const struct state *state)
{
    return put(connection, state, &(struct new_letters){0});
}

static enum weir_status put_new(struct settling *settling)
{
    enum weir_status status = WEIR_OK;

    if (settling->letters.n)
        status = put(settling->connection, settling->state, &settling->letters);
    settling->letters.n = 0;
    return status;
}

static enum weir_status put_one(
    struct settling *settling, const struct held *held, const struct weir_reject *reject)
{
    const struct weir_position *position = held->batch->units[reject->unit].position;
    struct new_letters *new = &settling->letters;
    size_t i = new->n++;

    new->resources[i] = weir_str(held->batch->resource->name);
    new->generations[i] = settling->state->generations[held->resource].id;
    new->chains[i] = (struct weir_str){0};
    new->units[i] = 0;
    if (position) {
        new->chains[i] = (struct weir_str){(const char *)position->chain.bytes, WEIR_ID_SIZE};
        new->units[i] = (int64_t)position->number;
    }
    new->rows[i] = (int64_t)reject->number;
    new->stages[i] = reject->stage;
    new->columns[i] = reject->column ? weir_str(reject->column) : (struct weir_str){0};
    new->codes[i] = weir_str(reject->error.code);
    new->reasons[i] = weir_str(reject->error.text);
    new->raws[i] = reject->row;
    return new->n == PUT_AT_ONCE ? put_new(settling) : WEIR_OK;
}

static enum weir_status renew_one(
    struct settling *settling, int64_t id, const struct weir_reject *reject)
{
    struct weir_buf sql = with_table(settling->state, "UPDATE ",
        " SET stage = $3::bigint, column_name = $4::text, code = $5::text, reason = $6::text,"
        " raw = $7::text, set_aside_at = clock_timestamp()"
        " WHERE id = $1::bigint AND pipeline = $2::text");
    bool renewed = query_run(settling->connection, NULL, sql.ptr, bind_integer(id),
        bind_text(settling->state->run.pipeline), bind_integer(reject->stage),
        bind_text(reject->column), bind_text(reject->error.code), bind_text(reject->error.text),
        bind_str(reject->row));

    weir_buf_done(&sql);
    return renewed ? WEIR_OK : letters_fail(settling->connection, settling->state, "keep");
}

static enum weir_status settle_batch(
    struct settling *settling, const struct held *held, struct weir_arena *arena)
{
    const struct weir_batch *batch = held->batch;
    bool *renewed = weir_new_array(arena, batch->n_units, bool);
    enum weir_status status = WEIR_OK;

    for (const struct weir_reject *reject = batch->rejects; reject && status == WEIR_OK;
         reject = reject->next) {
        int64_t letter = batch->units[reject->unit].dead_letter;

        /* One row may have become several; the first of them keeps the letter. */
        if (letter && !renewed[reject->unit])
            status = renew_one(settling, letter, reject);
        else
            status = put_one(settling, held, reject);
        renewed[reject->unit] = true;
    }
    for (size_t i = 0; i < batch->n_units; i++)
        if (batch->units[i].dead_letter && !renewed[i])
            settling->taken[settling->n_taken++] = batch->units[i].dead_letter;
    return status;
}

static enum weir_status remove_taken(struct settling *settling)
{
    struct weir_buf sql;
    bool removed;

    if (!settling->n_taken)
        return WEIR_OK;
    sql = with_table(
        settling->state, "DELETE FROM ", " WHERE pipeline = $1::text AND id = ANY($2::bigint[])");
    removed =
        query_run(settling->connection, NULL, sql.ptr, bind_text(settling->state->run.pipeline),
            bind_integers(settling->taken, settling->n_taken));
    weir_buf_done(&sql);
    return removed ? WEIR_OK : letters_fail(settling->connection, settling->state, "keep");
}

enum weir_status letters_settle(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct settling settling = {.connection = connection, .state = state};
    enum weir_status status = WEIR_OK;
    size_t n_rejects = 0;
    size_t n_letters = list_letters(transaction, &settling.taken, arena);

    for (const struct held *held = transaction->first; held; held = held->next)
        n_rejects += held->batch->n_rejects;
    if (!n_rejects && !n_letters)
        return WEIR_OK;
    letters_init(&settling.letters, n_rejects < PUT_AT_ONCE ? n_rejects : PUT_AT_ONCE, arena);
    for (const struct held *held = transaction->first; held && status == WEIR_OK; held = held->next)
        status = settle_batch(&settling, held, arena);
    if (status == WEIR_OK)
        status = put_new(&settling);
    return status == WEIR_OK ? remove_taken(&settling) : status;
}
