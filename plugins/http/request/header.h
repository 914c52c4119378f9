/* Which headers may be sent: names and values that cannot become something else on the way. */
#ifndef WEIR_HTTP_HEADER_H
#define WEIR_HTTP_HEADER_H

#include <stdbool.h>
#include <weir/str.h>

/* A token of RFC 9110. */
bool http_header_name_is_valid(const char *name);
/* No line break, NUL or other control byte but the tab. */
bool http_header_value_is_valid(struct weir_str value);
/* Set by weir itself, for framing and compression; a second one would only break the request. */
bool http_header_is_reserved(const char *name);

#endif
