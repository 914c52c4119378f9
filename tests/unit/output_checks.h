/* For tests of what is said on stderr and stdout: begin, let the code speak, end, look. Between
 * the two nothing may be asserted, since a message of the test would be caught too. */
#ifndef OUTPUT_CHECKS_H
#define OUTPUT_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { CAPTURED_MAX = 1 << 17 };

struct capture {
    FILE *stream; /* stderr or stdout */
    FILE *file;   /* what stands in for it */
    int original;
    char text[CAPTURED_MAX];
};

static inline void capture_begin(struct capture *capture, FILE *stream)
{
    fflush(stream);
    capture->stream = stream;
    capture->file = tmpfile();
    assert_non_null(capture->file);
    capture->original = dup(fileno(stream));
    assert_int_not_equal(dup2(fileno(capture->file), fileno(stream)), -1);
}

/* What was written since, in full. */
static inline const char *capture_end(struct capture *capture)
{
    size_t n;

    fflush(capture->stream);
    (void)dup2(capture->original, fileno(capture->stream));
    close(capture->original);
    rewind(capture->file);
    n = fread(capture->text, 1, sizeof(capture->text) - 1, capture->file);
    capture->text[n] = '\0';
    fclose(capture->file);
    assert_true(n < sizeof(capture->text) - 1);
    return capture->text;
}

static inline void check_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in: %s", part, text);
}

static inline void check_lacks(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("'%s' is in: %s", part, text);
}

static inline size_t count_of(const char *text, const char *part)
{
    size_t n = 0;

    while ((text = strstr(text, part))) {
        text += strlen(part);
        n++;
    }
    return n;
}

#endif
