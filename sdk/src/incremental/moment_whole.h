/* A day and a time with its seconds, read at once: how nearly all moments begin. */
#ifndef INCREMENTAL_MOMENT_WHOLE_H
#define INCREMENTAL_MOMENT_WHOLE_H

#include "moment.h"

#include <endian.h>
#include <string.h>

enum { WHOLE_LENGTH = 19 }; /* of 2024-05-01T10:00:00 */

/*
 * Two fields of digits and a sign behind each, eight bytes: "2024-05-" by the pattern "0000-00-", or
 * "10:00:00" by "00:00:00". In byte i of *ret_fields is the number of the digits i and i + 1; false
 * if anything else is there.
 */
static inline bool whole_fields(
    const char *at, uint64_t pattern, uint64_t digits, uint64_t *ret_fields)
{
    const uint64_t ones = 0x0101010101010101;
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    /* Digits become 0 to 9 and signs 0: what is more runs over into the highest bit of its byte. */
    word = le64toh(word) ^ pattern;
    *ret_fields = word * 10 + (word >> 8);
    return ((word | (word + (ones * 0x7f - digits * 9))) & ones << 7) == 0;
}

/* Sets day, hour, minute and second by the first WHOLE_LENGTH bytes, and has_time; or nothing that
 * counts and false, where they have another form. */
static inline bool moment_read_whole(const char *at, struct moment *moment)
{
    unsigned tens = (unsigned)(unsigned char)at[8] - '0';
    unsigned ones = (unsigned)(unsigned char)at[9] - '0';
    uint64_t date;
    uint64_t time;

    if (!whole_fields(at, 0x2d30302d30303030, 0x0001010001010101, &date) ||
        !whole_fields(at + 11, 0x30303a30303a3030, 0x0101000101000101, &time) || tens > 9 ||
        ones > 9 || (at[10] != 'T' && at[10] != ' ' && at[10] != 't'))
        return false;
    moment->day.year = (int64_t)((date & 0xff) * 100 + (date >> 16 & 0xff));
    moment->day.month = (unsigned)(date >> 40 & 0xff);
    moment->day.day = tens * 10 + ones;
    moment->hour = (unsigned)(time & 0xff);
    moment->minute = (unsigned)(time >> 24 & 0xff);
    moment->second = (unsigned)(time >> 48 & 0xff);
    moment->has_time = true;
    return true;
}

#endif
