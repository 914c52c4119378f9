/* Moments for those outside of this library. */
#include "moment_whole.h"

#include <weir/moment.h>

static const int64_t FIRST_SECOND = -62167219200; /* 0000-01-01 */
static const int64_t LAST_SECOND = 253402300799;  /* 9999-12-31 */

/* 2024-05-01T10:00:00Z, as most sources have it. */
static inline bool parse_plain(struct weir_str s, struct weir_moment *ret_moment)
{
    struct moment moment = {0};
    int64_t seconds;

    if (s.len != WHOLE_LENGTH + 1 || s.ptr[WHOLE_LENGTH] != 'Z' ||
        !moment_read_whole(s.ptr, &moment) || !moment_seconds(&moment, &seconds) ||
        seconds > LAST_SECOND)
        return false;
    *ret_moment = (struct weir_moment){
        .seconds = seconds,
        .has_time = true,
        .has_offset = true,
        .is_leap = moment.second == 60,
    };
    return true;
}

/* Without nanoseconds of 128 bits, as this is done for each text of a column. */
bool weir_moment_parse(struct weir_str s, struct weir_moment *ret_moment)
{
    struct moment moment;
    int64_t seconds;

    if (parse_plain(s, ret_moment))
        return true;
    if (!moment_read(s, &moment) || !moment_seconds(&moment, &seconds) || seconds < FIRST_SECOND ||
        seconds > LAST_SECOND)
        return false;
    *ret_moment = (struct weir_moment){
        .seconds = seconds,
        .nanos = moment.nanos,
        .offset = moment.offset,
        .has_time = moment.has_time,
        .has_offset = moment.has_offset,
        .is_leap = moment.second == 60,
    };
    return true;
}

struct weir_day weir_day_at(int64_t days)
{
    struct calendar_day day = calendar_from_days(days);

    return (struct weir_day){day.year, day.month, day.day};
}
