#include "page_list.h"

#include "page.h"

void http_page_list_append(struct http_page_list *list, struct http_page *page)
{
    page->list = list;
    page->before = list->last;
    page->behind = NULL;
    *(list->last ? &list->last->behind : &list->first) = page;
    list->last = page;
    list->n++;
}

void http_page_list_prepend(struct http_page_list *list, struct http_page *page)
{
    page->list = list;
    page->before = NULL;
    page->behind = list->first;
    *(list->first ? &list->first->before : &list->last) = page;
    list->first = page;
    list->n++;
}

void http_page_list_insert(
    struct http_page_list *list, struct http_page *page, struct http_page *behind)
{
    if (!behind || behind == list->first) {
        if (behind)
            http_page_list_prepend(list, page);
        else
            http_page_list_append(list, page);
        return;
    }
    page->list = list;
    page->before = behind->before;
    page->behind = behind;
    behind->before->behind = page;
    behind->before = page;
    list->n++;
}

void http_page_list_remove(struct http_page *page)
{
    struct http_page_list *list = page->list;

    if (!list)
        return;
    *(page->before ? &page->before->behind : &list->first) = page->behind;
    *(page->behind ? &page->behind->before : &list->last) = page->before;
    list->n--;
    page->list = NULL;
}

struct http_page *http_page_list_take(struct http_page_list *list)
{
    struct http_page *page = list->first;

    if (page)
        http_page_list_remove(page);
    return page;
}
