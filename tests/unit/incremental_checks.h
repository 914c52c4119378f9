/* For tests of incremental reading: its options from a document. */
#ifndef INCREMENTAL_CHECKS_H
#define INCREMENTAL_CHECKS_H

#include "node_checks.h"

#include <weir/incremental.h>

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
};

static int setup(void **state)
{
    static struct fixture f;

    f.arena = weir_arena_new();
    weir_mistakes_init(&f.mistakes, f.arena);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    weir_arena_free(f->arena);
    return 0;
}

/* The options of {cursor_path: at, ...}, with their mistakes. */
static inline const struct weir_incremental *parse(struct fixture *f, const char *text)
{
    struct weir_node *node = document(f->arena, text);
    struct weir_incremental *incremental = weir_new(f->arena, struct weir_incremental);
    struct weir_option_target target = {
        weir_incremental_options, sizeof(struct weir_option), incremental};
    const struct weir_constants constants = {
        .vars = document(f->arena, "{'since': '2024-02-28', 'n': 7}"),
        .run_started_at = "2030-01-01T00:00:00Z",
    };
    const struct weir_option_context context = {
        .arena = f->arena, .mistakes = &f->mistakes, .constants = &constants};

    weir_mistakes_init(&f->mistakes, f->arena);
    if (weir_options_parse(&context, node, node, &target, 1))
        weir_incremental_check(incremental, node, &f->mistakes);
    return incremental;
}

/* The same without mistakes: `more` stands behind the path. */
static inline const struct weir_incremental *options(struct fixture *f, const char *more)
{
    const struct weir_incremental *incremental =
        parse(f, weir_printf(f->arena, "{'cursor_path': 'at'%s%s}", *more ? ", " : "", more));

    check_none(&f->mistakes);
    return incremental;
}

/* A random number that is the same in every test run; splitmix64. */
static inline uint64_t next_random(uint64_t *seed)
{
    uint64_t x = *seed += UINT64_C(0x9E3779B97F4A7C15);

    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

#endif
