/* The Link header of RFC 8288: <https://api.example.org/items?page=2>; rel="next", ... */
#ifndef WEIR_HTTP_LINK_HEADER_H
#define WEIR_HTTP_LINK_HEADER_H

#include <weir/str.h>

/* The target of the first link that has the relation `rel`; ptr NULL when there is none. It
 * points into the header. */
struct weir_str http_link_find(const char *header, const char *rel);

#endif
