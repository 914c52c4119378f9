#include "room.h"

static bool reserve(struct http_page *page, size_t want)
{
    if (want <= page->reserved)
        return true;
    if (!weir_reserve(page->chain->resource->source->stage, want - page->reserved))
        return false;
    page->reserved = want;
    return true;
}

/* Nothing is fetched and not loaded, so going beyond the budget is all that helps. */
static bool may_overrun(const struct http_source *source)
{
    return !source->overrun && source->n_finished == 0 && source->n_out == 0;
}

bool http_room_ask(void *arg, size_t size)
{
    struct http_page *page = arg;
    struct http_source *source = page->chain->resource->source;

    page->wanted = size + HTTP_PAGE_OVERHEAD;
    if (page == source->overrun || reserve(page, page->wanted))
        return true;
    if (may_overrun(source) &&
        (page == page->chain->first || source->paused.n + 1 == source->in_flight)) {
        source->overrun = page;
        return true;
    }
    http_page_list_append(&source->paused, page);
    return false;
}

/* Who goes beyond the budget: the first whose turn in its chain has come. If all are ahead of
 * their turn, what they wait for may need a slot, so one of them must end. */
static struct http_page *choose_overrun(const struct http_source *source)
{
    struct http_page *page = source->paused.first;

    if (!may_overrun(source))
        return NULL;
    while (page && page != page->chain->first)
        page = page->behind;
    if (!page && source->paused.n == source->in_flight)
        page = source->paused.first;
    return page;
}

static void resume(struct http_page *page)
{
    http_page_list_remove(page);
    http_transfer_resume(page->transfer);
}

void http_room_resume(struct http_source *source)
{
    /* One that goes on may pause again at once, behind the others. */
    for (size_t n = source->paused.n; n > 0; n--) {
        struct http_page *page = source->paused.first;

        if (!reserve(page, page->wanted))
            break;
        resume(page);
    }
    if (source->paused.n) {
        struct http_page *page = choose_overrun(source);

        if (page) {
            source->overrun = page;
            resume(page);
        }
    }
}

void http_room_leave(struct http_page *page)
{
    struct http_source *source = page->chain->resource->source;

    if (source->overrun == page)
        source->overrun = NULL;
    if (page->list == &source->paused)
        http_page_list_remove(page);
}
