#include "left.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Nobody says "in 30 years", and nobody's clock is in the 1970s. */
static const double LEAST_EPOCH_S = 1e9, LEAST_EPOCH_MS = 1e11;
static const double MOST_MS = 31.0 * 86400 * 1000;

/* Digits, perhaps with a fraction, up to the end of the text or of its field. */
static bool number_of(const char *text, double *ret_number)
{
    size_t digits = strspn(text, "0123456789");
    char *end;

    if (digits == 0 || digits > 18)
        return false;
    *ret_number = strtod(text, &end);
    return end == text + digits +
                      (text[digits] == '.' ? 1 + strspn(text + digits + 1, "0123456789") : 0) &&
           strchr(" \t,;", *end) != NULL;
}

/* The value of a field, as in "remaining=50, reset=30". */
static bool field_of(const char *text, const char *name, double *ret_number)
{
    size_t len = strlen(name);

    for (const char *at = text; *at; at += strcspn(at, ",;")) {
        at += strspn(at, ",; \t");
        if (strncasecmp(at, name, len) == 0 && at[len] == '=')
            return number_of(at + len + 1, ret_number);
    }
    return false;
}

static bool find(const char *value, const char *name, const char *short_name, double *ret_number)
{
    if (!value)
        return false;
    value += strspn(value, " \t");
    return number_of(value, ret_number) || field_of(value, name, ret_number) ||
           field_of(value, short_name, ret_number);
}

static double from_now(double number, int64_t now_ms)
{
    double ms = number * 1000;

    if (number >= LEAST_EPOCH_MS)
        ms = number - (double)now_ms;
    else if (number >= LEAST_EPOCH_S)
        ms = number * 1000 - (double)now_ms;
    return ms < 0 ? 0 : ms > MOST_MS ? MOST_MS : ms;
}

void http_left_read(
    struct http_left *told, const char *remaining, const char *reset, int64_t now_ms)
{
    double number;

    *told = (struct http_left){0};
    told->has_left = find(remaining, "remaining", "r", &number);
    if (told->has_left)
        told->left = (uint64_t)number;
    /* The draft says both in one header. */
    told->has_reset = reset ? find(reset, "reset", "t", &number)
                            : remaining && (field_of(remaining, "reset", &number) ||
                                               field_of(remaining, "t", &number));
    if (told->has_reset)
        told->reset_ms = (uint64_t)ceil(from_now(number, now_ms));
}
