/* A number of 128 bits: nanoseconds of ten thousand years, and every integer of 64 bits. */
#ifndef INCREMENTAL_WIDE_H
#define INCREMENTAL_WIDE_H

#include <stdint.h>

__extension__ typedef __int128 wide;

static const int64_t NS_OF_SECOND = 1000000000;
static const int64_t NS_OF_MS = 1000000;
static const int64_t NS_OF_US = 1000;
static const int64_t MS_OF_DAY = 86400000;
static const int64_t SECONDS_OF_DAY = 86400;

/* Division that rounds down, for what lies before 1970 too; by a positive number. */
static inline wide wide_floor(wide value, wide by)
{
    return value / by - (value % by < 0);
}

#endif
