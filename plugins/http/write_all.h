/* Writing to a file until all is written. Any thread. */
#ifndef WEIR_HTTP_WRITE_ALL_H
#define WEIR_HTTP_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* False: errno says why; some of it may be written. */
bool http_write_all(int fd, const void *bytes, size_t n);

#endif
