/*
 * Columns with a default that some rows of a batch lack.
 *
 * As in SQL, a row gets the default of a column that it does not name, and a null is a
 * null. What becomes of a row so depends on nothing but the row. A COPY has one list of
 * columns, so rows that lack others go into another one.
 */
#include "inside.h"

#include <stdlib.h>
#include <string.h>

/* Rows that lack the same columns: those of `parent`, and one more. The first lack none. */
struct variant {
    uint32_t parent;
    const struct column *lacked;
};

struct variants {
    struct variant *items;
    uint32_t *children; /* of each, for the column at hand; 0: none yet */
    size_t n;
    size_t capacity;
};

static uint32_t add(struct variants *variants, struct variant variant)
{
    if (variants->n == variants->capacity) {
        variants->capacity = variants->capacity ? 2 * variants->capacity : 8;
        variants->items =
            weir_realloc(variants->items, variants->capacity * sizeof(*variants->items));
        variants->children =
            weir_realloc(variants->children, variants->capacity * sizeof(*variants->children));
    }
    variants->children[variants->n] = 0;
    variants->items[variants->n] = variant;
    return (uint32_t)variants->n++;
}

static size_t find_absent(const struct weir_value *values, size_t n_rows)
{
    size_t row = 0;

    while (row < n_rows && !weir_is_absent(&values[row]))
        row++;
    return row;
}

static void split(struct variants *variants, uint32_t *forms, const struct column *column,
    const struct weir_value *values, size_t n_rows)
{
    if (!variants->n)
        (void)add(variants, (struct variant){0});
    memset(variants->children, 0, variants->n * sizeof(*variants->children));
    for (size_t row = 0; row < n_rows; row++) {
        uint32_t child;

        if (!weir_is_absent(&values[row]))
            continue;
        child = variants->children[forms[row]];
        if (!child) {
            child = add(variants, (struct variant){forms[row], column});
            variants->children[forms[row]] = child;
        }
        forms[row] = child;
    }
}

static struct mapping without(
    const struct mapping *mapping, const struct column *lacked, struct weir_arena *arena)
{
    struct mapping left = {
        .columns = weir_new_array(arena, mapping->n, const struct column *),
        .types = weir_new_array(arena, mapping->n, const struct type *),
        .values = weir_new_array(arena, mapping->n, const struct weir_value *),
        .is_binary = true,
    };

    for (size_t i = 0; i < mapping->n; i++) {
        if (mapping->columns[i] == lacked)
            continue;
        left.columns[left.n] = mapping->columns[i];
        left.types[left.n] = mapping->types[i];
        left.values[left.n++] = mapping->values[i];
        left.is_binary = left.is_binary && type_is_binary(mapping->types[i]);
    }
    return left;
}

/* All of them are no larger than the values of the batch: there is one for a row at most. */
static void make_mappings(
    struct mapping *mapping, const struct variants *variants, struct weir_arena *arena)
{
    mapping->n_variants = variants->n;
    mapping->variants = weir_new_array(arena, variants->n, struct mapping);
    mapping->variants[0] = *mapping;
    mapping->variants[0].forms = NULL;
    for (size_t i = 1; i < variants->n; i++)
        mapping->variants[i] = without(
            &mapping->variants[variants->items[i].parent], variants->items[i].lacked, arena);
}

void mapping_split(struct loading *loading, size_t batch)
{
    struct mapping *mapping = &loading->mappings[batch];
    size_t n_rows = loading->batches[batch]->n_rows;
    struct variants variants = {0};

    for (size_t i = 0; i < mapping->n; i++) {
        if (!mapping->columns[i]->has_default || find_absent(mapping->values[i], n_rows) == n_rows)
            continue;
        if (!mapping->forms)
            mapping->forms = weir_alloc_zero(loading->arena, n_rows, sizeof(*mapping->forms));
        split(&variants, mapping->forms, mapping->columns[i], mapping->values[i], n_rows);
    }
    if (mapping->forms)
        make_mappings(mapping, &variants, loading->arena);
    free(variants.items);
    free(variants.children);
}

/* --- rows that bring the same, together --------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const struct mapping *left = *(const struct mapping *const *)a;
    const struct mapping *right = *(const struct mapping *const *)b;

    if (left->n != right->n)
        return left->n < right->n ? 1 : -1;
    return left->n ? memcmp((const void *)left->columns, (const void *)right->columns,
                         left->n * sizeof(*left->columns))
                   : 0;
}

static size_t list(const struct loading *loading, size_t n_batches, struct mapping **ret_mappings)
{
    size_t n = 0;

    for (size_t b = 0; b < n_batches; b++) {
        struct mapping *mapping = &loading->mappings[b];
        size_t n_own = mapping->forms ? mapping->n_variants : 1;

        for (size_t i = 0; i < n_own; i++, n++)
            if (ret_mappings)
                ret_mappings[n] = mapping->forms ? &mapping->variants[i] : mapping;
    }
    return n;
}

void mapping_rank(struct loading *loading, size_t n_batches)
{
    size_t n = list(loading, n_batches, NULL);
    struct mapping **mappings = weir_calloc(n + 1, sizeof(*mappings));

    (void)list(loading, n_batches, mappings);
    qsort((void *)mappings, n, sizeof(*mappings), compare);
    for (size_t i = 0; i < n; i++) {
        if (i && compare(&mappings[i - 1], &mappings[i]) != 0)
            loading->n_ranks++;
        mappings[i]->rank = (uint32_t)loading->n_ranks;
    }
    loading->n_ranks++;
    free((void *)mappings);
}

struct row_ref *refs_by_rank(const struct loading *loading, const struct row_ref *refs, size_t n)
{
    struct row_ref *sorted = weir_malloc((n + 1) * sizeof(*sorted));
    size_t *at = weir_calloc(loading->n_ranks + 1, sizeof(*at));

    for (size_t i = 0; i < n; i++)
        at[mapping_of(loading, &refs[i])->rank + 1]++;
    for (size_t rank = 1; rank <= loading->n_ranks; rank++)
        at[rank] += at[rank - 1];
    for (size_t i = 0; i < n; i++)
        sorted[at[mapping_of(loading, &refs[i])->rank]++] = refs[i];
    free(at);
    return sorted;
}
