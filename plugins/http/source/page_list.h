/* A queue of pages; a page is in one at most, and knows in which. */
#ifndef WEIR_HTTP_PAGE_LIST_H
#define WEIR_HTTP_PAGE_LIST_H

#include <stddef.h>

struct http_page;

/* A zeroed one is empty. */
struct http_page_list {
    struct http_page *first;
    struct http_page *last;
    size_t n;
};

void http_page_list_append(struct http_page_list *list, struct http_page *page);
void http_page_list_prepend(struct http_page_list *list, struct http_page *page);
/* In front of `behind`, which is in the list; NULL: at its end. */
void http_page_list_insert(
    struct http_page_list *list, struct http_page *page, struct http_page *behind);
/* Out of the list that it is in, if any. */
void http_page_list_remove(struct http_page *page);
/* The first, taken out; NULL when there is none. */
struct http_page *http_page_list_take(struct http_page_list *list);

#endif
