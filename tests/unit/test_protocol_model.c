/*
 * The commit protocol over a database that is hard to reach: thousands of schedules,
 * each from a seed, and databases that are wrong on purpose, which have to be found
 * out.
 *
 * WEIR_SEED repeats one schedule, WEIR_SCHEDULES sets how many there are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model_world.h"

/* Sanitizers make each schedule several times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SCHEDULES = 500 };
#else
enum { SCHEDULES = 10 * 1000 };
#endif

enum {
    SCHEDULES_TO_FIND = 1000, /* that a mutation may take */
    MANY = 100 * 1000,        /* more than 16 bits can count */
};

static uint64_t number_from(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void run(const struct model_schedule *schedule, struct model_met *met)
{
    char why[1536];

    if (!model_world_run(schedule, met, why, sizeof(why)))
        fail_msg("WEIR_SEED=%llu: %s", (unsigned long long)schedule->seed, why);
}

static void the_protocol_holds(void **state)
{
    struct model_met met = {0};
    uint64_t only = number_from("WEIR_SEED", 0);
    uint64_t n = number_from("WEIR_SCHEDULES", SCHEDULES);

    (void)state;
    for (uint64_t seed = 1; seed <= n && !only; seed++)
        run(&(struct model_schedule){.seed = seed}, &met);
    if (only)
        run(&(struct model_schedule){.seed = only}, &met);
    print_message("%zu runs: %zu died, %zu locked, %zu fenced, %zu done, %zu with gaps, "
                  "%zu abandoned, %zu with nothing to do\n",
        met.runs, met.died, met.locked, met.fenced, met.done, met.gaps, met.abandoned, met.nothing);
}

static void every_mutation_is_found(void **state)
{
    struct model_met met = {0};
    char why[1536];

    (void)state;
    for (int m = MUTATION_NONE + 1; m < N_MUTATIONS; m++) {
        struct model_schedule schedule = {.seed = 0, .mutation = (enum model_mutation)m};

        do
            schedule.seed++;
        while (schedule.seed <= SCHEDULES_TO_FIND &&
               model_world_run(&schedule, &met, why, sizeof(why)));
        if (schedule.seed > SCHEDULES_TO_FIND)
            fail_msg("nobody has noticed: %s", model_mutation_name(schedule.mutation));
        print_message("%s: seed %llu: %s\n", model_mutation_name(schedule.mutation),
            (unsigned long long)schedule.seed, why);
    }
}

static void a_set_has_as_many_units_as_it_has(void **state)
{
    struct model_met met = {0};

    (void)state;
    run(&(struct model_schedule){.seed = 1, .n_chains = MANY, .n_units = 1}, &met);
    assert_true(met.died > 0);
}

static void a_chain_is_as_long_as_it_is(void **state)
{
    struct model_met met = {0};

    (void)state;
    run(&(struct model_schedule){.seed = 1, .n_chains = 1, .n_units = MANY}, &met);
    assert_true(met.died > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_protocol_holds),
        cmocka_unit_test(every_mutation_is_found),
        cmocka_unit_test(a_set_has_as_many_units_as_it_has),
        cmocka_unit_test(a_chain_is_as_long_as_it_is),
    };

    return cmocka_run_group_tests_name("protocol model", tests, NULL, NULL);
}
