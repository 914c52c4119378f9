#include "moves.h"

const char moves_begin[] =
    "INSERT INTO weir.place(generation, chain, number, next, done)"
    " SELECT x.generation, x.chain, x.number, x.next, x.done"
    " FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[])"
    " AS x(generation, chain, was, number, next, done) ORDER BY x.generation, x.chain"
    " ON CONFLICT DO NOTHING RETURNING generation, chain";
const char moves_go_on[] =
    "UPDATE weir.place p SET number = x.number, next = x.next, done = x.done"
    " FROM unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::text[], $6::boolean[])"
    " AS x(generation, chain, was, number, next, done)"
    " WHERE p.generation = x.generation AND p.chain = x.chain AND p.number = x.was AND NOT p.done"
    " RETURNING p.generation, p.chain";

struct moves moves_new(const struct chains *chains, struct weir_arena *arena)
{
    size_t n = chains->n;

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

void moves_foresee(const struct chains *chains, struct moves *beginning, struct moves *going_on)
{
    for (size_t i = 0; i < chains->n; i++) {
        struct chain *chain = &chains->items[i];
        struct place place = {.number = chain_first(chain)};

        chain_foresee(chain, &place);
        if (chain->moves)
            moves_add(place.number ? going_on : beginning, chain);
    }
}
