#include "moves.h"

#include <stdlib.h>
#include <string.h>

const char moves_begin[] =
    "INSERT INTO weir.place(generation, chain, number, next, done)"
    " SELECT x.generation, x.chain, x.number, x.next, x.done"
    " FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[])"
    " AS x(generation, chain, was, number, next, done) ORDER BY x.generation, x.chain"
    " ON CONFLICT DO NOTHING RETURNING generation, chain, number";
const char moves_go_on[] =
    "UPDATE weir.place p SET number = x.number, next = x.next, done = x.done"
    " FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[])"
    " AS x(generation, chain, was, number, next, done)"
    " WHERE p.generation = x.generation AND p.chain = x.chain AND p.number = x.was AND NOT p.done"
    " RETURNING p.generation, p.chain, p.number";

struct moves moves_new(size_t n, struct weir_arena *arena)
{
    return (struct moves){
        .chains = weir_new_array(arena, n, struct chain *),
        .generations = weir_new_array(arena, n, int64_t),
        .ids = weir_new_array(arena, n, struct weir_str),
        .firsts = weir_new_array(arena, n, int64_t),
        .numbers = weir_new_array(arena, n, int64_t),
        .nexts = weir_new_array(arena, n, struct weir_str),
        .dones = weir_new_array(arena, n, bool),
    };
}

void moves_add(struct moves *moves, struct chain *chain)
{
    const struct place *behind = &chain->behind;
    size_t i = moves->n++;

    moves->chains[i] = chain;
    moves->generations[i] = chain->generation;
    moves->ids[i] = (struct weir_str){(const char *)chain->id.bytes, WEIR_ID_SIZE};
    moves->firsts[i] = (int64_t)(chain->n_steps ? chain_first(chain) : 0);
    moves->numbers[i] = (int64_t)behind->number;
    moves->nexts[i] = behind->next ? weir_str(behind->next) : (struct weir_str){0};
    moves->dones[i] = behind->done;
}

/* Where a chain is to have a place before it is moved. */
static struct chain *beginning_of(const struct chain *chain, struct weir_arena *arena)
{
    struct chain *beginning = weir_new(arena, struct chain);

    *beginning = *chain;
    beginning->n_steps = 0;
    beginning->behind = (struct place){0};
    return beginning;
}

static int compare(const void *a, const void *b)
{
    return chains_compare(*(struct chain *const *)a, *(struct chain *const *)b);
}

/* What is opened and begins in one transaction is there once. */
static void add_sorted(struct moves *moves, struct chain **chains, size_t n)
{
    if (n)
        qsort(chains, n, sizeof(*chains), compare);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && chains[i]->generation == chains[i - 1]->generation &&
                     memcmp(&chains[i]->id, &chains[i - 1]->id, sizeof(chains[i]->id)) == 0;

        if (!again)
            moves_add(moves, chains[i]);
    }
}

void moves_foresee(const struct chains *chains, const struct chains *openings,
    struct moves *beginning, struct moves *going_on, struct weir_arena *arena)
{
    struct chain **begin = weir_new_array(arena, chains->n + openings->n, struct chain *);
    size_t n = 0;

    *beginning = moves_new(chains->n + openings->n, arena);
    *going_on = moves_new(chains->n, arena);
    for (size_t i = 0; i < chains->n; i++) {
        struct chain *chain = &chains->items[i];
        struct place place = {.number = chain_first(chain)};

        chain_foresee(chain, &place);
        if (!chain->moves)
            continue;
        if (place.number || chain->is_opened)
            moves_add(going_on, chain);
        if (place.number == 0)
            begin[n++] = chain->is_opened ? beginning_of(chain, arena) : chain;
    }
    for (size_t i = 0; i < openings->n; i++)
        begin[n++] = &openings->items[i];
    add_sorted(beginning, begin, n);
}

size_t moves_count(const struct moves *moves)
{
    size_t n = 0;

    for (size_t i = 0; i < moves->n; i++)
        n += moves->numbers[i] > 0;
    return n;
}
