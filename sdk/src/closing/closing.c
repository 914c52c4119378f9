#include <weir/closing.h>

#include <weir/arena.h>

/* What is judged before anything is closed. */
struct judged {
    const struct weir_closing *closing;
    bool *has_gaps; /* in the order of the resources */
    bool published; /* tables whose old rows the pass was to replace */
    bool refused;   /* new rows may not take the place of the old ones */
};

static enum weir_status find_gaps(struct judged *judged)
{
    const struct weir_closing *closing = judged->closing;
    size_t n = closing->stage->n_resources;
    enum weir_status status = WEIR_OK;

    judged->has_gaps = weir_new_array(closing->stage->arena, n, bool);
    /* The source was read to its end, so a gap that is left is of a chain that it has no more: a line
     * that was taken out of a list. */
    for (size_t i = 0; i < n && status == WEIR_OK; i++)
        status = closing->ending->done ? closing->forget_gaps(closing->arg, i)
                                       : closing->gaps_exist(closing->arg, i, &judged->has_gaps[i]);
    return status;
}

static bool replaces(const struct judged *judged, size_t resource)
{
    const struct weir_closing *closing = judged->closing;

    return closing->is_open[resource] &&
           closing->stage->resources[resource]->disposition == WEIR_REPLACE;
}

/* Something of it is missing, or of what would have opened more of it. */
static bool lacks_some(const struct judged *judged, size_t resource)
{
    const struct weir_stage *stage = judged->closing->stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (judged->has_gaps[i] &&
            (i == resource ||
                weir_resource_descends(stage->resources[resource], stage->resources[i])))
            return true;
    return false;
}

/* What is missing below it comes again only if its rows do: its marks stay where they are. */
static bool lacks_below(const struct judged *judged, size_t resource)
{
    const struct weir_stage *stage = judged->closing->stage;

    for (size_t i = 0; i < stage->n_resources; i++)
        if (judged->has_gaps[i] &&
            weir_resource_descends(stage->resources[i], stage->resources[resource]))
            return true;
    return false;
}

/* A table of which a part is missing keeps its old rows, and so do all others then. */
static bool can_publish(const struct judged *judged)
{
    bool some = false;

    for (size_t i = 0; i < judged->closing->stage->n_resources; i++) {
        if (replaces(judged, i) && lacks_some(judged, i))
            return false;
        some = some || replaces(judged, i);
    }
    return some;
}

static enum weir_status publish(struct judged *judged)
{
    enum weir_status status;

    if (!can_publish(judged))
        return WEIR_OK;
    status = judged->closing->publish(judged->closing->arg);
    judged->published = status == WEIR_OK;
    judged->refused = status == WEIR_REJECT;
    return judged->refused ? WEIR_OK : status;
}

/* Of a table that keeps its old rows the old notes hold. */
static enum weir_notes_fate fate_of_notes(const struct judged *judged, size_t resource)
{
    if (replaces(judged, resource) && !judged->published)
        return WEIR_NOTES_DROPPED;
    return lacks_some(judged, resource) ? WEIR_NOTES_PARTLY : WEIR_NOTES_WHOLE;
}

static enum weir_status close_generation(const struct judged *judged, size_t resource)
{
    const struct weir_closing *closing = judged->closing;
    enum weir_status status = WEIR_OK;

    if (judged->refused && replaces(judged, resource))
        return WEIR_OK;
    if (!lacks_below(judged, resource))
        status = closing->move_marks(closing->arg, resource);
    if (status == WEIR_OK)
        status = closing->settle(closing->arg, resource, fate_of_notes(judged, resource));
    if (status == WEIR_OK && !lacks_some(judged, resource))
        status = closing->end_generation(closing->arg, resource);
    return status;
}

enum weir_status weir_close(const struct weir_closing *closing, bool *ret_refused)
{
    struct judged judged = {.closing = closing};
    enum weir_status status = find_gaps(&judged);

    *ret_refused = false;
    if (status == WEIR_OK)
        status = publish(&judged);
    for (size_t i = 0; i < closing->stage->n_resources && status == WEIR_OK; i++)
        if (closing->is_open[i])
            status = close_generation(&judged, i);
    if (status == WEIR_OK)
        status = closing->forget_places(closing->arg);
    if (status != WEIR_OK)
        return status;
    *ret_refused = judged.refused;
    if (closing->ending->abandon || judged.refused)
        return closing->abandon_pass(closing->arg);
    return closing->end_pass(closing->arg);
}
