#include "guarantee.h"

static bool has_positions(const struct plan *plan)
{
    return plan->extract.plugin->flags & WEIR_HAS_POSITIONS;
}

/* The first transform of the resource that knows of other units; NULL: each unit is for itself. */
static const struct plan_stage *find_stateful(const struct plan *plan, size_t resource)
{
    for (size_t i = 0; i < plan->n_transforms; i++)
        if (plan->transforms[i].takes[resource] &&
            plan->transforms[i].plugin->flags & WEIR_STATEFUL)
            return &plan->transforms[i];
    return NULL;
}

static const char *join_keys(const struct weir_strs *keys, struct weir_arena *arena)
{
    const char *text = "";

    for (size_t i = 0; i < keys->n; i++)
        text = weir_printf(arena, "%s%s'%s'", text, *text ? ", " : "", keys->items[i]);
    return text;
}

/* --- the promise -------------------------------------------------------------------------- */

/* Why a run that ended early cannot be gone on with. */
static const char *why_anew(const struct plan *plan, struct weir_arena *arena)
{
    if (!plan->load.plugin->store)
        return weir_printf(arena,
            "the %s loader keeps no state, so a run that ends early begins anew", plan->load.type);
    return weir_printf(arena,
        "the %s extractor cannot go on from where it was, so a run that ends early begins anew",
        plan->extract.type);
}

static void promise_exactly(const struct plan *plan, const char *what, struct weir_arena *arena,
    struct guarantee *ret_guarantee)
{
    ret_guarantee->promise = PROMISE_EXACTLY_ONCE;
    ret_guarantee->text = weir_printf(arena, "exactly once (%s in %s)", what, plan->load.type);
}

static void promise_effectively(const struct plan *plan, const char *why, struct weir_arena *arena,
    struct guarantee *ret_guarantee)
{
    ret_guarantee->promise = PROMISE_EFFECTIVELY_ONCE;
    ret_guarantee->text =
        weir_printf(arena, "effectively once: %s; %s", why_anew(plan, arena), why);
}

static void promise_least(
    const char *why, struct weir_arena *arena, struct guarantee *ret_guarantee)
{
    ret_guarantee->promise = PROMISE_AT_LEAST_ONCE;
    ret_guarantee->text = weir_printf(arena, "at least once: %s", why);
}

static const char *why_stateful(const struct plan_stage *transform, struct weir_arena *arena)
{
    return weir_printf(arena,
        "%s looks at rows of several answers together, and remembers none of them when a run goes "
        "on behind an earlier one",
        transform->stage.name);
}

/* Keys name units by their positions: without any, only what came in the same order is known again. */
static const char *why_not_once(const struct plan *plan, struct weir_arena *arena)
{
    const char *why = why_anew(plan, arena);

    if (!(plan->load.plugin->flags & WEIR_SENDS_KEYS) || !has_positions(plan))
        return why;
    return weir_printf(
        arena, "%s; a server that heeds the keys of requests has each row once", why);
}

/* The order matters: what stands first is stronger, or rules the rest out. */
static void judge(const struct plan *plan, size_t resource, struct weir_arena *arena,
    struct guarantee *ret_guarantee)
{
    const struct weir_plugin *load = plan->load.plugin;
    const struct weir_resource *of = &plan->resources[resource];
    const struct plan_stage *stateful = find_stateful(plan, resource);

    if (load->store && !has_positions(plan) && of->disposition == WEIR_REPLACE)
        promise_exactly(
            plan, "the table is replaced as a whole by one transaction", arena, ret_guarantee);
    else if (stateful)
        promise_least(why_stateful(stateful, arena), arena, ret_guarantee);
    else if (load->store && has_positions(plan))
        promise_exactly(plan, "rows and positions are committed together", arena, ret_guarantee);
    else if (of->disposition == WEIR_MERGE)
        promise_effectively(plan,
            weir_printf(
                arena, "rows that come again are merged by %s", join_keys(&of->primary_key, arena)),
            arena, ret_guarantee);
    else if (load->flags & WEIR_IDEMPOTENT)
        promise_effectively(
            plan, "an answer that comes again takes its own place", arena, ret_guarantee);
    else
        promise_least(why_not_once(plan, arena), arena, ret_guarantee);
}

/* --- the run behind a finished one -------------------------------------------------------- */

/* "; --run-id KEY, merge or replace avoid that", as far as the loader can. */
static const char *what_avoids(const struct weir_plugin *load, struct weir_arena *arena)
{
    const struct {
        const char *word;
        bool able;
    } ways[] = {
        {"--run-id KEY", load->store},
        {"merge", load->flags & WEIR_CAN_MERGE},
        {"replace", load->flags & WEIR_CAN_REPLACE},
    };
    const char *text = "";
    size_t n = 0, left = 0;

    for (size_t i = 0; i < 3; i++)
        left += ways[i].able;
    for (size_t i = 0; i < 3; i++)
        if (ways[i].able) {
            const char *between = n == 0 ? "; " : --left > 1 ? ", " : " or ";

            text = weir_printf(arena, "%s%s%s", text, between, ways[i].word);
            n++;
        }
    return n ? weir_printf(arena, "%s avoid%s that", text, n == 1 ? "s" : "") : "";
}

static const char *repeat(
    const struct plan *plan, const struct weir_resource *of, struct weir_arena *arena)
{
    if (of->incremental && plan->load.plugin->store)
        return "a run after a finished one asks only for what is new";
    switch (of->disposition) {
    case WEIR_MERGE:
        return weir_printf(arena,
            "a run after a finished one asks for everything again, and brings rows up to date by "
            "%s",
            join_keys(&of->primary_key, arena));
    case WEIR_REPLACE:
        return "a run after a finished one asks for everything again, and replaces the table";
    default:
        if (plan->load.plugin->store && of->primary_key.n)
            return weir_printf(arena,
                "a run after a finished one adds all rows again, which %s may refuse%s",
                join_keys(&of->primary_key, arena), what_avoids(plan->load.plugin, arena));
        return weir_printf(arena, "a run after a finished one %s all rows again%s",
            plan->load.plugin->store ? "adds" : "writes", what_avoids(plan->load.plugin, arena));
    }
}

void guarantee_of(const struct plan *plan, size_t resource, struct weir_arena *arena,
    struct guarantee *ret_guarantee)
{
    judge(plan, resource, arena, ret_guarantee);
    ret_guarantee->repeat = repeat(plan, &plan->resources[resource], arena);
}
