#include "decide.h"

#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DIFFERENCES_SIZE = 512 };

struct weir_generation *pass_find(const struct weir_pass *pass, const char *name)
{
    for (size_t i = 0; i < pass->n_generations; i++)
        if (strcmp(pass->generations[i].name, name) == 0)
            return &pass->generations[i];
    return NULL;
}

static enum decision refuse_change(
    const struct weir_generation *open, const char *what, struct weir_error *ret_error)
{
    (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-STATE-CONFIG",
        "an earlier run was interrupted and is to be finished, but the file has changed since: "
        "resource '%s': %s; undo that to finish it, or begin anew with --restart",
        open->name, what);
    return DECIDE_REFUSE;
}

/* Nothing came of it yet, so beginning anew loses nothing and doubles nothing. */
static bool is_empty(const struct weir_pass *open)
{
    for (size_t i = 0; i < open->n_generations; i++)
        if (open->generations[i].rows || open->generations[i].done)
            return false;
    return open->n_dead_letters == 0;
}

/* Units of its parents may be loaded already, and what they would have opened is not to be had again. */
static enum decision refuse_child(const struct weir_generation *child, struct weir_error *ret_error)
{
    (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-STATE-CONFIG",
        "an earlier run was interrupted and is to be finished, but resource '%s' was no part of it "
        "and is read from rows that it may have loaded; take that out to finish it, or begin anew "
        "with --restart",
        child->name);
    return DECIDE_REFUSE;
}

/* A run without it would load rows of its parents and forget what they open. */
static bool is_left_behind(const struct weir_generation *open, const struct weir_pass *wanted)
{
    for (size_t i = 0; i < wanted->n_generations; i++)
        if (config_has_parent(open->config, wanted->generations[i].name))
            return true;
    return false;
}

static bool is_new_child(const struct weir_pass *open, const struct weir_generation *now,
    const struct wish *wish, size_t i)
{
    return wish->has_parents && wish->has_parents[i] && !pass_find(open, now->name);
}

/* Does the file still say what the open pass was begun with? */
static enum decision compare(const struct weir_pass *open, const struct weir_pass *wanted,
    const struct wish *wish, struct weir_error *ret_error)
{
    char what[DIFFERENCES_SIZE];

    for (size_t i = 0; i < open->n_generations; i++) {
        const struct weir_generation *generation = &open->generations[i];
        const struct weir_generation *now = pass_find(wanted, generation->name);

        if (generation->done)
            continue;
        what[0] = '\0';
        if (now)
            (void)config_differences(generation->config, now->config, what, sizeof(what));
        else if (wish->every_resource || is_left_behind(generation, wanted))
            (void)snprintf(what, sizeof(what), "it is gone from the file");
        if (what[0])
            return is_empty(open) ? DECIDE_NEW : refuse_change(generation, what, ret_error);
    }
    for (size_t i = 0; i < wanted->n_generations; i++)
        if (is_new_child(open, &wanted->generations[i], wish, i))
            return is_empty(open) ? DECIDE_NEW : refuse_child(&wanted->generations[i], ret_error);
    return DECIDE_RESUME;
}

/* Rows that an abandoned pass has added stay, and the new one would add them again. */
static enum decision abandon(
    const struct weir_pass *open, const struct wish *wish, struct weir_error *ret_error)
{
    for (size_t i = 0; i < open->n_generations && !wish->keep_partial; i++) {
        const struct weir_generation *generation = &open->generations[i];

        if (strcmp(generation->mode, "append") != 0 || generation->rows == 0)
            continue;
        (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-STATE-PARTIAL",
            "the interrupted run has added %" PRIu64 " row%s to table '%s', and beginning anew "
            "would add them again; run without --restart to finish it, or take them out yourself "
            "and add --keep-partial",
            generation->rows, generation->rows == 1 ? "" : "s", generation->table);
        return DECIDE_REFUSE;
    }
    return DECIDE_NEW;
}

/* Done is what the pass has read; it says nothing of resources that it did not have. */
static enum decision judge_done(
    const struct weir_pass *done, const struct weir_pass *wanted, struct weir_error *ret_error)
{
    for (size_t i = 0; i < wanted->n_generations; i++) {
        const char *name = wanted->generations[i].name;

        if (pass_find(done, name))
            continue;
        (void)weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-STATE-KEY",
            "the work of this --run-id is done, and resource '%s' was no part of it; choose "
            "another --run-id for it",
            name);
        return DECIDE_REFUSE;
    }
    return DECIDE_NOTHING;
}

enum decision decide(const struct weir_found *found, const struct weir_pass *wanted,
    const struct wish *wish, struct weir_error *ret_error)
{
    if (found->keyed && found->keyed->status == WEIR_PASS_DONE)
        return judge_done(found->keyed, wanted, ret_error);
    if (!found->open || !wish->has_positions)
        return DECIDE_NEW;
    if (wish->restart)
        return abandon(found->open, wish, ret_error);
    return compare(found->open, wanted, wish, ret_error);
}
