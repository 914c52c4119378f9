#include "model_source.h"

#include <string.h>

enum { NEVER = UINT32_MAX, MOST_CHAINS = 5, MOST_ROWS = 9 };

static const char *const names[MODEL_RESOURCES] = {"first", "second", "third"};

/* An index with something random around it, as a hash would look. */
static struct weir_id make_id(size_t index, uint64_t salt)
{
    uint64_t parts[2] = {model_mix(index ^ salt), index};
    struct weir_id id;

    memcpy(id.bytes, parts, sizeof(id.bytes));
    return id;
}

struct weir_id model_chain_id(size_t index)
{
    return make_id(index, 1);
}

struct weir_id model_series_id(size_t index)
{
    return make_id(index, 2);
}

size_t model_chain_index(const struct weir_id *id)
{
    uint64_t index;

    memcpy(&index, id->bytes + sizeof(index), sizeof(index));
    return (size_t)index;
}

static void add_row(struct weir_arena *arena, struct model_chain *chain, struct model_row row)
{
    if (chain->n_rows == chain->capacity) {
        struct model_row *rows;

        chain->capacity = chain->capacity ? 2 * chain->capacity : 4;
        rows = weir_new_array(arena, chain->capacity, struct model_row);
        if (chain->n_rows)
            memcpy(rows, chain->rows, chain->n_rows * sizeof(*rows));
        chain->rows = rows;
    }
    chain->rows[chain->n_rows++] = row;
}

static void add_new_row(
    struct model_source *source, struct model_resource *resource, size_t chain, int64_t cursor)
{
    add_row(source->arena, &resource->chains[chain],
        (struct model_row){.id = resource->n_ids++,
            .version = 1,
            .cursor = cursor,
            .born = source->version,
            .died = NEVER});
}

static void add_chains(struct model_source *source, struct model_resource *resource,
    size_t n_chains, size_t chains_in_series)
{
    resource->chains = weir_new_array(source->arena, n_chains, struct model_chain);
    resource->n_chains = n_chains;
    resource->n_series = (n_chains + chains_in_series - 1) / chains_in_series;
    for (size_t i = 0; i < n_chains; i++) {
        resource->chains[i].id = model_chain_id(i);
        resource->chains[i].series = i / chains_in_series;
    }
}

static void init_resource(
    struct model_source *source, struct model_resource *resource, struct model_random *random)
{
    resource->mode = (enum weir_disposition)model_below(random, 3);
    resource->paging = (enum model_paging)model_below(random, 3);
    resource->on_error = (enum model_on_error)model_below(random, N_ON_ERROR);
    resource->incremental = resource->mode != WEIR_REPLACE && model_chance(random, 600);
    resource->noted = !resource->incremental && model_chance(random, 600);
    resource->page = 1 + model_below(random, 3);
    add_chains(source, resource, 1 + model_below(random, MOST_CHAINS), 1 + model_below(random, 2));
    for (size_t c = 0; c < resource->n_chains; c++)
        for (size_t n = model_below(random, MOST_ROWS); n > 0; n--)
            add_new_row(source, resource, c, (int64_t)model_below(random, 4));
}

/* A chain that was never opened must not share its mark with one that was. */
static void part_series(struct model_resource *resource)
{
    resource->n_series = resource->n_chains;
    for (size_t c = 0; c < resource->n_chains; c++)
        resource->chains[c].series = c;
}

/* The second is read from rows of the first, and the third from those of the second. */
static void make_family(struct model_source *source, struct model_random *random)
{
    for (size_t i = 1; i < source->n_resources && model_chance(random, 600); i++) {
        source->resources[i].parent = &source->resources[i - 1];
        source->resources[i - 1].incremental = false;
        part_series(&source->resources[i]);
    }
}

void model_source_init(
    struct model_source *source, struct weir_arena *arena, struct model_random *random)
{
    *source = (struct model_source){.arena = arena, .clock = 3};
    source->n_resources = 1 + model_below(random, MODEL_RESOURCES);
    for (size_t i = 0; i < source->n_resources; i++) {
        source->resources[i].name = names[i];
        init_resource(source, &source->resources[i], random);
    }
    make_family(source, random);
}

void model_source_init_large(
    struct model_source *source, struct weir_arena *arena, size_t n_chains, size_t n_units)
{
    struct model_resource *resource = &source->resources[0];

    *source = (struct model_source){.arena = arena, .n_resources = 1};
    *resource = (struct model_resource){.name = names[0],
        .paging = n_units > 1 ? PAGING_NUMBERS : PAGING_SET,
        .on_error = ON_ERROR_CONTINUE,
        .incremental = true,
        .page = 1};
    add_chains(source, resource, n_chains, n_chains);
    for (size_t c = 0; c < n_chains; c++)
        for (size_t u = 0; u < n_units; u++)
            add_new_row(source, resource, c, (int64_t)(c + u));
    source->clock = (int64_t)(n_chains + n_units);
}

/* --- another version ---------------------------------------------------------------------- */

/* Another version of a row, perhaps in another chain; the old one may stay where it is. */
static void renew_row(struct model_source *source, struct model_resource *resource, size_t chain,
    size_t row, struct model_random *random)
{
    struct model_row *old = &resource->chains[chain].rows[row];
    struct model_row renewed = *old;

    if (old->died != NEVER)
        return;
    if (resource->mode != WEIR_MERGE || model_chance(random, 700))
        old->died = source->version;
    renewed.version += 1 + (int64_t)model_below(random, 2);
    renewed.cursor = source->clock;
    renewed.born = source->version;
    if (!model_chance(random, 200))
        add_row(source->arena, &resource->chains[model_below(random, resource->n_chains)], renewed);
}

static void change_chain(struct model_source *source, struct model_resource *resource, size_t chain,
    struct model_random *random)
{
    size_t n_rows = resource->chains[chain].n_rows;

    if (n_rows && model_chance(random, 500))
        renew_row(source, resource, chain, model_below(random, n_rows), random);
    for (size_t n = model_below(random, 3); n > 0; n--)
        add_new_row(source, resource, chain, source->clock);
}

/* Rows that are new stand at the highest cursor or behind it, as they do where time goes on. */
void model_source_change(struct model_source *source, struct model_random *random)
{
    source->version++;
    source->clock += (int64_t)model_below(random, 2);
    for (size_t r = 0; r < source->n_resources; r++)
        for (size_t c = 0; c < source->resources[r].n_chains; c++)
            change_chain(source, &source->resources[r], c, random);
}

/* --- views -------------------------------------------------------------------------------- */

static bool is_asked_for(
    const struct model_row *row, uint32_t version, const struct model_mark *mark)
{
    return row->born <= version && version < row->died &&
           !(mark->there && row->cursor < mark->cursor);
}

void model_view_init(struct model_view *view, const struct model_source *source, size_t resource,
    size_t chain, uint32_t version, const struct model_mark *mark, struct weir_arena *arena)
{
    const struct model_resource *of = &source->resources[resource];
    const struct model_chain *from = &of->chains[chain];
    bool *known = weir_new_array(arena, from->n_rows, bool);

    *view = (struct model_view){.known = known};
    view->rows = weir_new_array(arena, from->n_rows, const struct model_row *);
    for (size_t i = 0; i < from->n_rows; i++)
        if (is_asked_for(&from->rows[i], version, mark)) {
            known[view->n_rows] = of->mode == WEIR_APPEND && model_mark_knows(mark, &from->rows[i]);
            view->rows[view->n_rows++] = &from->rows[i];
        }
    view->page = of->paging == PAGING_SET ? view->n_rows + 1 : of->page;
    view->n_units = view->n_rows ? (view->n_rows + view->page - 1) / view->page : 1;
}

void model_view_unit(
    const struct model_view *view, uint64_t unit, size_t *ret_first, size_t *ret_end)
{
    size_t first = (size_t)unit * view->page;

    *ret_first = first < view->n_rows ? first : view->n_rows;
    *ret_end = first + view->page < view->n_rows ? first + view->page : view->n_rows;
}

bool model_opens(
    const struct model_resource *parent, size_t chain, size_t n_units, uint64_t unit, size_t child)
{
    bool first = child % parent->n_chains == chain && model_mix(child) % n_units == unit;
    bool second =
        (child + 1) % parent->n_chains == chain && model_mix(child + 99) % n_units == unit;

    return first || (second && child % 2);
}

/* --- marks -------------------------------------------------------------------------------- */

struct weir_id model_tie(const struct model_row *row)
{
    return make_id((size_t)row->id, (uint64_t)row->version);
}

bool model_mark_knows(const struct model_mark *mark, const struct model_row *row)
{
    struct weir_id tie = model_tie(row);

    if (!mark->there || mark->cursor != row->cursor)
        return false;
    for (size_t i = 0; i < mark->n_ties; i++)
        if (memcmp(&mark->ties[i], &tie, sizeof(tie)) == 0)
            return true;
    return false;
}

void model_mark_raise(
    struct model_mark *mark, const struct model_mark *other, struct weir_arena *arena)
{
    size_t n_old = mark->there && mark->cursor == other->cursor ? mark->n_ties : 0;
    struct weir_id *ties;

    if (!other->there || (mark->there && mark->cursor > other->cursor))
        return;
    ties = weir_new_array(arena, n_old + other->n_ties + 1, struct weir_id);
    if (n_old)
        memcpy(ties, mark->ties, n_old * sizeof(*ties));
    if (other->n_ties)
        memcpy(ties + n_old, other->ties, other->n_ties * sizeof(*ties));
    n_old += other->n_ties;
    *mark = *other;
    mark->ties = ties;
    mark->n_ties = n_old;
}

void model_mark_see(
    struct model_mark *mark, const struct model_row *row, bool ties, struct weir_arena *arena)
{
    struct weir_id tie = model_tie(row);

    model_mark_raise(mark,
        &(struct model_mark){
            .there = true, .cursor = row->cursor, .ties = &tie, .n_ties = ties ? 1 : 0},
        arena);
}
