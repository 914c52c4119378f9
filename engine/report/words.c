#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *words_count(uint64_t n, char *out, size_t size)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, n);
    size_t used = 0;

    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}

const char *words_counted(uint64_t n, const char *what, char *out, size_t size)
{
    char count[WORDS_SIZE];

    snprintf(out, size, "%s %s%s", words_count(n, count, sizeof(count)), what, n == 1 ? "" : "s");
    return out;
}

const char *words_bytes(uint64_t bytes, char *out, size_t size)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        value /= 1024;
        unit++;
    }
    snprintf(out, size, unit && value < 100 ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return out;
}

/* All bytes but those that continue a character. */
size_t words_width(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

const char *words_time(uint64_t us, char *out, size_t size)
{
    uint64_t s = us / 1000000;

    if (us == 0)
        snprintf(out, size, "0 s");
    else if (us < 1000)
        snprintf(out, size, "%" PRIu64 " us", us);
    else if (s < 1)
        snprintf(out, size, "%" PRIu64 " ms", us / 1000);
    else if (s < 60)
        snprintf(out, size, "%.1f s", (double)us / 1e6);
    else if (s < 3600)
        snprintf(out, size, "%" PRIu64 " min %02" PRIu64 " s", s / 60, s % 60);
    else
        snprintf(out, size, "%" PRIu64 " h %02" PRIu64 " min", s / 3600, s / 60 % 60);
    return out;
}
