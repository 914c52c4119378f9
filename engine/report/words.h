/* Numbers as people read them. Each writes to out and returns it. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include <stddef.h>
#include <stdint.h>

/* "12,345" */
const char *words_count(uint64_t n, char *out, size_t size);
/* "12,345 rows", "1 row"; `what` takes an s. */
const char *words_counted(uint64_t n, const char *what, char *out, size_t size);
/* "1.2 MiB" */
const char *words_bytes(uint64_t bytes, char *out, size_t size);
/* "850 ms", "12.3 s", "4 min 05 s", "2 h 07 min" */
const char *words_time(uint64_t us, char *out, size_t size);
/* How many characters a text in UTF-8 has. */
size_t words_width(const char *text);

enum { WORDS_SIZE = 32, WORDS_COUNTED_SIZE = 64 };

#endif
