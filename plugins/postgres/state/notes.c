#include "notes.h"

#include "tables.h"

#include <stdlib.h>
#include <string.h>

/* The note of one unit. */
struct noted {
    int64_t generation;
    const struct weir_position *position;
    const char *note;
};

bool notes_are_there(const struct transaction *transaction)
{
    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++)
            if (weir_position_note(held->batch->units[i].position))
                return true;
    return false;
}

static size_t count(const struct transaction *transaction)
{
    size_t n = 0;

    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++)
            n += weir_position_note(held->batch->units[i].position) != NULL;
    return n;
}

static int compare(const void *a, const void *b)
{
    const struct noted *left = a;
    const struct noted *right = b;
    uint64_t number = left->position->number;
    uint64_t other = right->position->number;
    int order;

    if (left->generation != right->generation)
        return left->generation < right->generation ? -1 : 1;
    order = memcmp(&left->position->chain, &right->position->chain, WEIR_ID_SIZE);
    return order ? order : (number > other) - (number < other);
}

/* In one order, as all that lanes write. */
static size_t gather(const struct state *state, const struct transaction *transaction,
    struct noted **ret_noted, struct weir_arena *arena)
{
    size_t n = count(transaction);

    if (!n)
        return 0;
    *ret_noted = weir_new_array(arena, n, struct noted);
    n = 0;
    for (const struct held *held = transaction->first; held; held = held->next)
        for (size_t i = 0; i < held->batch->n_units; i++) {
            const struct weir_position *position = held->batch->units[i].position;
            const char *note = weir_position_note(position);

            if (note)
                (*ret_noted)[n++] =
                    (struct noted){state->generations[held->resource].id, position, note};
        }
    qsort(*ret_noted, n, sizeof(**ret_noted), compare);
    return n;
}

/* What the statement takes. */
struct writing {
    int64_t *generations;
    struct weir_str *chains;
    int64_t *numbers;
    struct weir_str *notes;
    size_t n;
};

#define WRITING_BOUND(writing)                                                                     \
    bind_integers((writing)->generations, (writing)->n),                                           \
        bind_bytes_array((writing)->chains, (writing)->n),                                         \
        bind_integers((writing)->numbers, (writing)->n),                                           \
        bind_bytes_array((writing)->notes, (writing)->n)

static const char put_notes[] =
    "INSERT INTO weir.note AS n (generation, chain, number, note)"
    " SELECT x.generation, x.chain, x.number, x.note"
    " FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bytea[])"
    " AS x(generation, chain, number, note)"
    " ON CONFLICT (generation, chain, number) DO UPDATE SET note = excluded.note";

static struct writing gather_writing(
    const struct state *state, const struct transaction *transaction, struct weir_arena *arena)
{
    struct noted *noted = NULL;
    size_t n = gather(state, transaction, &noted, arena);
    struct writing writing = {
        .generations = weir_new_array(arena, n, int64_t),
        .chains = weir_new_array(arena, n, struct weir_str),
        .numbers = weir_new_array(arena, n, int64_t),
        .notes = weir_new_array(arena, n, struct weir_str),
        .n = n,
    };

    for (size_t i = 0; i < n; i++) {
        const struct weir_position *position = noted[i].position;

        writing.generations[i] = noted[i].generation;
        writing.chains[i] = (struct weir_str){(const char *)position->chain.bytes, WEIR_ID_SIZE};
        writing.numbers[i] = (int64_t)position->number;
        writing.notes[i] = weir_str(noted[i].note);
    }
    return writing;
}

static enum weir_status refuse(struct connection *connection)
{
    return connection_refuse(connection, WEIR_FAULT_DESTINATION, "E-DB-RIGHTS",
        "this role may not use the tables weir.note and weir.noted, where it is kept what the "
        "source has not changed; GRANT SELECT, INSERT, UPDATE, DELETE on them to it or, where an "
        "earlier version of weir has not made them, CREATE ON SCHEMA weir");
}

enum weir_status notes_write(struct connection *connection, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct writing writing = gather_writing(state, transaction, arena);

    if (!writing.n)
        return WEIR_OK;
    if (!state->keeps_notes)
        return refuse(connection);
    return tables_judge(connection, query_run(connection, NULL, put_notes, WRITING_BOUND(&writing)),
        "cannot write a note");
}

void notes_script(struct script *script, const struct state *state,
    const struct transaction *transaction, struct weir_arena *arena)
{
    struct writing writing = gather_writing(state, transaction, arena);

    if (writing.n)
        script_add(script, put_notes, WRITING_BOUND(&writing));
}
