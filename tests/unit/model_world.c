#include "model_world.h"

#include <stdio.h>
#include <string.h>

enum {
    RUNS_AT_ONCE = 3,
    ROUNDS = 3,    /* of trouble, each with calm behind it */
    STEPS = 100,   /* in a round */
    CALM_RUNS = 4, /* enough to end a pass, and the one that may be open */
    LARGE_DEATHS = 8,
};

struct world {
    struct weir_arena *arena;
    struct model_random random;
    struct model_source source;
    struct model_db db;
    struct model_net net;
    struct model_checks checks;
    struct model_trouble trouble;
    struct model_run *runs[RUNS_AT_ONCE];
    size_t n_runs; /* so far */
    size_t n_keys; /* that were done with */
    struct model_met *met;
};

static void applied(void *arg, const struct model_tx *tx)
{
    struct world *world = arg;

    model_checks_applied(&world->checks, tx);
}

static bool is_broken(const struct world *world)
{
    return world->checks.why[0] != '\0';
}

/* --- runs --------------------------------------------------------------------------------- */

static struct model_plan calm_plan(const struct world *world)
{
    return (struct model_plan){.takes = {true, true, true},
        .takeover = true,
        .units = 3,
        .batches = 3,
        .number = world->n_runs + 1};
}

/* A family is run as a whole. */
static void keep_families(const struct world *world, struct model_plan *plan)
{
    const struct model_source *source = &world->source;

    for (size_t i = 1; i < source->n_resources; i++)
        if (source->resources[i].parent && plan->takes[i] != plan->takes[i - 1])
            memcpy(plan->takes, (bool[MODEL_RESOURCES]){true, true, true}, sizeof(plan->takes));
}

static struct model_plan any_plan(struct world *world)
{
    struct model_random *random = &world->random;
    struct model_plan plan = calm_plan(world);

    if (model_chance(random, 400))
        plan.key = weir_printf(world->arena, "key %zu", world->n_keys);
    if (model_chance(random, 200) && world->source.n_resources > 1)
        plan.takes[model_below(random, world->source.n_resources)] = false;
    keep_families(world, &plan);
    plan.restart = model_chance(random, 30);
    plan.takeover = model_chance(random, 400);
    plan.resends = model_chance(random, 500);
    plan.units = 1 + model_below(random, 5);
    plan.batches = 1 + model_below(random, 5);
    return plan;
}

static struct model_run *start(struct world *world, const struct model_plan *plan)
{
    world->n_runs++;
    world->met->runs++;
    return model_run_new(&world->net, &world->source, &world->trouble, plan);
}

static void count_end(struct world *world, const struct model_run *run)
{
    const char *code = model_run_error(run)->code;
    enum session_outcome outcome = model_run_outcome(run);
    struct model_met *met = world->met;

    met->died += model_run_exit(run) < 0;
    met->locked += strcmp(code, "E-LOCKED") == 0;
    met->fenced += strcmp(code, "E-FENCED") == 0;
    met->gaps += model_run_exit(run) == 9 && outcome == SESSION_OPEN;
    met->done += model_run_exit(run) == 0 && outcome == SESSION_DONE;
    met->abandoned += model_run_exit(run) == 9 && outcome == SESSION_ABANDONED;
    met->nothing += outcome == SESSION_NOTHING;
}

static void end(struct world *world, struct model_run *run)
{
    model_checks_ended(&world->checks, run);
    count_end(world, run);
    if (model_run_exit(run) == 0 && model_run_plan(run)->key)
        world->n_keys++;
    model_run_free(run);
}

/* --- trouble ------------------------------------------------------------------------------ */

static void start_somewhere(struct world *world, size_t slot)
{
    struct model_plan plan;

    if (!model_db_open_pass(&world->db) && model_chance(&world->random, 500))
        model_source_change(&world->source, &world->random);
    plan = any_plan(world);
    world->runs[slot] = start(world, &plan);
}

static void step(struct world *world, size_t slot)
{
    struct model_run *run = world->runs[slot];

    model_run_step(run);
    if (model_run_state(run) != RUN_IS_OVER)
        return;
    world->runs[slot] = NULL;
    end(world, run);
}

static void kill(struct world *world, size_t slot)
{
    world->met->died++;
    model_run_free(world->runs[slot]);
    world->runs[slot] = NULL;
}

static void do_something(struct world *world)
{
    struct model_random *random = &world->random;
    size_t slot = model_chance(random, 700) ? 0 : model_below(random, RUNS_AT_ONCE);

    if (world->net.n_late && model_chance(random, 100)) {
        world->met->late++;
        model_net_deliver(&world->net);
    } else if (!world->runs[slot]) {
        start_somewhere(world, slot);
    } else if (model_chance(random, 30)) {
        kill(world, slot);
    } else {
        step(world, slot);
    }
}

static void make_trouble(struct world *world)
{
    static const unsigned flaky[] = {0, 20, 200};
    struct model_random *random = &world->random;

    world->net.is_calm = false;
    world->trouble = (struct model_trouble){
        .flaky = flaky[model_below(random, 3)],
        .broken = model_chance(random, 400) ? 100 : 0,
        .salt = model_next(random),
        .lost = model_chance(random, 500) ? 10 : 0,
        .forgets = model_chance(random, 300) ? 200 : 0,
    };
    for (size_t n = model_below(random, STEPS); n > 0 && !is_broken(world); n--)
        do_something(world);
}

/* --- calm --------------------------------------------------------------------------------- */

/* What is still on its way arrives, or never does. */
static void settle(struct world *world)
{
    for (size_t i = 0; i < RUNS_AT_ONCE; i++)
        if (world->runs[i])
            kill(world, i);
    while (world->net.n_late && !is_broken(world)) {
        if (model_chance(&world->random, 500))
            world->net.n_late--;
        else
            model_net_deliver(&world->net);
    }
    world->net.is_calm = true;
}

static int run_alone(struct world *world, const struct model_plan *plan)
{
    struct model_run *run = start(world, plan);
    int exit_code;

    while (model_run_state(run) != RUN_IS_OVER && !is_broken(world))
        model_run_step(run);
    exit_code = model_run_exit(run);
    if (exit_code)
        model_checks_break(&world->checks, "a run that nothing disturbed ends with %d: %s",
            exit_code, model_run_error(run)->text);
    end(world, run);
    return exit_code;
}

/* One run ends what is open, and one reads what is new; then nothing may be missing. */
static void calm_down(struct world *world)
{
    struct model_plan plan;

    settle(world);
    plan = calm_plan(world);
    if (!is_broken(world) && run_alone(world, &plan) != 0)
        return;
    if (model_db_open_pass(&world->db))
        model_checks_break(&world->checks, "a pass is open behind a run of everything");
    plan = calm_plan(world);
    if (!is_broken(world) && run_alone(world, &plan) == 0)
        model_checks_done(&world->checks);
}

static void run_small(struct world *world)
{
    for (size_t i = 1 + model_below(&world->random, ROUNDS); i > 0 && !is_broken(world); i--) {
        make_trouble(world);
        if (!is_broken(world))
            calm_down(world);
    }
}

/* --- real limits -------------------------------------------------------------------------- */

/* As many units as there are; runs die, or lose their connection, here and there. */
static void run_large(struct world *world, size_t n_units)
{
    struct model_plan plan = calm_plan(world);

    plan.units = 20;
    plan.batches = 5;
    for (size_t i = 0; i < LARGE_DEATHS && !is_broken(world); i++) {
        size_t n = n_units / LARGE_DEATHS / 10 * 2;

        plan.number = world->n_runs + 1;
        world->net.is_calm = true;
        world->trouble.flaky = 1;
        world->runs[0] = start(world, &plan);
        while (world->runs[0] && n-- > 0) {
            world->net.is_calm = n > 5;
            step(world, 0);
        }
        if (world->runs[0])
            kill(world, 0);
    }
    if (!is_broken(world))
        calm_down(world);
}

bool model_world_run(
    const struct model_schedule *schedule, struct model_met *met, char *why, size_t size)
{
    struct world world = {.arena = weir_arena_new(), .random = {schedule->seed}, .met = met};
    bool is_large = schedule->n_chains > 0;

    if (is_large)
        model_source_init_large(&world.source, world.arena, schedule->n_chains, schedule->n_units);
    else
        model_source_init(&world.source, world.arena, &world.random);
    model_db_init(&world.db, &world.source, world.arena, schedule->mutation);
    model_checks_init(&world.checks, &world.db, is_large ? 200 : 1);
    world.net = (struct model_net){
        .db = &world.db, .random = &world.random, .applied = applied, .arg = &world};
    if (is_large)
        run_large(&world, schedule->n_chains * schedule->n_units);
    else
        run_small(&world);
    for (size_t i = 0; i < RUNS_AT_ONCE; i++)
        model_run_free(world.runs[i]);
    (void)snprintf(why, size, "%s", world.checks.why);
    weir_arena_free(world.arena);
    return !*why;
}
