/* How many requests the process's limit on open files allows at once. */
#ifndef WEIR_HTTP_DESCRIPTORS_H
#define WEIR_HTTP_DESCRIPTORS_H

#include <stddef.h>

/* `limit` descriptors in all, `used` of them open now: at least 1, at most `wanted`. */
size_t http_requests_for(size_t limit, size_t used, size_t wanted);

/* The same of this process, as it is now. */
size_t http_requests_allowed(size_t wanted);

#endif
