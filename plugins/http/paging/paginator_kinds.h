/* The kinds of paginators and their options; private to paginator.c and the files of the kinds. */
#ifndef WEIR_HTTP_PAGINATOR_KINDS_H
#define WEIR_HTTP_PAGINATOR_KINDS_H

#include "paginator.h"
#include "place.h"

struct http_page_number {
    int64_t base_page;
    int64_t page; /* 0: base_page */
    const char *page_param;
    const char *page_header;
    const struct weir_path *page_body_path;
    const char *path_param;
    const struct weir_path *total_path;
    int64_t maximum_page; /* 0: no limit */
    bool stop_after_empty_page;
    const struct weir_path *has_more_path;
    int64_t prefetch;
    const char *stop_when;
    int64_t max_pages; /* 0: no limit */
};

struct http_offset {
    int64_t limit;
    int64_t offset;
    const char *offset_param;
    const char *offset_header;
    const struct weir_path *offset_body_path;
    const char *limit_param;
    const char *limit_header;
    const struct weir_path *limit_body_path;
    const char *path_param;
    const struct weir_path *total_path;
    int64_t maximum_offset; /* 0: no limit */
    bool stop_after_empty_page;
    const struct weir_path *has_more_path;
    int64_t prefetch;
    const char *stop_when;
    int64_t max_pages;
};

struct http_json_link {
    const struct weir_path *next_url_path;
    struct weir_strs allow_hosts;
    const char *stop_when;
    int64_t max_pages;
};

struct http_header_link {
    const char *links_next_key;
    struct weir_strs allow_hosts;
    const char *stop_when;
    int64_t max_pages;
};

struct http_cursor {
    const struct weir_path *cursor_path;
    const char *cursor_param;
    const char *cursor_header;
    const struct weir_path *cursor_body_path;
    const char *path_param;
    bool stop_after_empty_page;
    const struct weir_path *has_more_path;
    const char *stop_when;
    int64_t max_pages;
};

struct http_header_cursor {
    const char *cursor_key;
    const char *cursor_param;
    const char *cursor_header;
    const struct weir_path *cursor_body_path;
    const char *path_param;
    bool stop_after_empty_page;
    const struct weir_path *has_more_path;
    const char *stop_when;
    int64_t max_pages;
};

enum http_keyset_order { HTTP_KEYSET_ASC, HTTP_KEYSET_DESC };

struct http_keyset {
    const struct weir_path *last_record_path;
    const char *param;
    const char *header;
    const struct weir_path *body_path;
    const char *path_param;
    int order; /* enum http_keyset_order */
    const struct weir_path *has_more_path;
    const char *stop_when;
    int64_t max_pages;
};

struct http_auto {
    struct weir_strs allow_hosts;
    const char *stop_when;
    int64_t max_pages;
};

extern const struct http_paginator_kind http_auto_kind;
extern const struct http_paginator_kind http_page_number_kind;
extern const struct http_paginator_kind http_offset_kind;
extern const struct http_paginator_kind http_json_link_kind;
extern const struct http_paginator_kind http_header_link_kind;
extern const struct http_paginator_kind http_cursor_kind;
extern const struct http_paginator_kind http_header_cursor_kind;
extern const struct http_paginator_kind http_keyset_kind;

extern const struct weir_option http_auto_options[];
extern const struct weir_option http_page_number_options[];
extern const struct weir_option http_offset_options[];
extern const struct weir_option http_json_link_options[];
extern const struct weir_option http_header_link_options[];
extern const struct weir_option http_cursor_options[];
extern const struct weir_option http_header_cursor_options[];
extern const struct weir_option http_keyset_options[];

/* Rows that several kinds have. */
#define HTTP_MAX_PAGES(T)                                                                          \
    WEIR_INT(T, max_pages, .min = 1, .max = INT64_MAX,                                             \
        .help = "Stop after so many pages of a partition, whatever the answers say.")
#define HTTP_HAS_MORE_PATH(T)                                                                      \
    WEIR_PATH(T, has_more_path, .example = "has_more",                                             \
        .help = "Where the answer says whether there is another page; false, 0, null or nothing "  \
                "there ends.")
#define HTTP_STOP_WHEN(T)                                                                          \
    WEIR_TEXT(T, stop_when, .min = 1, .example = "\"year < 2020\"",                                \
        .help = "A condition in SQL. A page with a row for which it is true is the last one; it "  \
                "is loaded whole.")
#define HTTP_ALLOW_HOSTS(T)                                                                        \
    WEIR_TEXTS(T, allow_hosts, .tuning = true, .example = "[api2.example.org]",                    \
        .help = "Hosts, as `host` or `host:port`, that a next link may lead to besides the one "   \
                "it came from. They get the same headers and login.")
/* Places besides the query; `what` is the value, `key` its placeholder. */
#define HTTP_PLACE_HEADER(T, field, what)                                                          \
    WEIR_TEXT(T, field, .min = 1, .help = "A header that carries the " what " instead.")
#define HTTP_PLACE_BODY(T, field, what)                                                            \
    WEIR_PATH(T, field,                                                                            \
        .help = "Where in `json` the " what                                                        \
                " goes instead: names with dots between them. It takes the place "                 \
                "of what stands there. With a form in `data`: the field's name.")
#define HTTP_PLACE_PATH(T, example_path, keys)                                                     \
    WEIR_TEXT(T, path_param, .min = 1, .example = example_path,                                    \
        .help = "What goes behind the path of the address, with " keys " filled in.")
#define HTTP_PREFETCH(T)                                                                           \
    WEIR_INT(T, prefetch, .tuning = true, .initial = "1", .min = 1, .max = 1024,                   \
        .help = "Pages of one partition asked for at the same time. They are loaded in order; "    \
                "pages asked for beyond the end are dropped.")

/* No pages beyond so many; 0: the file names no such limit. The smallest of several counts. */
void http_paginator_limit(struct http_paginator *paginator, uint64_t pages);
/* The number as text. */
struct weir_str http_paginator_number(struct weir_arena *arena, uint64_t number);
/* The place of kinds that follow links. */
void http_paginator_place_link(const struct http_paginator *paginator, struct weir_arena *arena,
    uint64_t number, const char *at, struct http_request *request);

#endif
