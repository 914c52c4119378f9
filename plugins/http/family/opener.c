#include "opener.h"

#include "feed.h"
#include "slice.h"
#include "source/source.h"

#include <string.h>

static void grow(struct http_opener *opener)
{
    struct weir_opening *items;

    opener->capacity = opener->capacity ? 2 * opener->capacity : 64;
    items = weir_new_array(opener->arena, opener->capacity, struct weir_opening);
    if (opener->n)
        memcpy(items, opener->items, opener->n * sizeof(*items));
    opener->items = items;
}

enum weir_status http_opener_add(struct http_opener *opener, const struct weir_opening *opening)
{
    if (opener->n == opener->most)
        return weir_error_set(&opener->error, WEIR_FAULT_DATA, "E-LIMIT",
            "one answer of '%s' leads to more than %zu requests; ask for smaller pages, or leave "
            "rows out with 'where'",
            opener->parent, opener->most);
    if (opener->n == opener->capacity)
        grow(opener);
    opener->items[opener->n++] = *opening;
    return WEIR_OK;
}

static enum weir_status add_slices(struct http_opener *opener, const struct weir_opening *whole)
{
    struct weir_windows *windows =
        http_slices_of(opener->stage, whole->resource, whole, &opener->error);
    enum weir_status status = windows ? WEIR_OK : WEIR_FAIL;
    struct weir_opening opening;

    while (status == WEIR_OK && http_slice_next(windows, whole, opener->arena, &opening))
        status = http_opener_add(opener, &opening);
    weir_windows_free(windows);
    return status;
}

enum weir_status http_opener_ask(struct http_opener *opener, const struct http_resource *child,
    const struct http_question *question)
{
    const struct http_product *product = &child->feed->product;
    enum weir_status status = WEIR_OK;

    for (size_t i = 0; i < product->n && status == WEIR_OK; i++) {
        struct weir_opening opening =
            http_question_open(question, product->items[i], opener->arena);

        opening.resource = child->weir;
        status = http_slices(child->weir) ? add_slices(opener, &opening)
                                          : http_opener_add(opener, &opening);
    }
    return status;
}
