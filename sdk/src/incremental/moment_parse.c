/* Moments for those outside of this library. */
#include "moment.h"

#include <weir/moment.h>

bool weir_moment_parse(struct weir_str s, struct weir_moment *ret_moment)
{
    struct moment moment;
    wide value;

    if (!moment_read(s, &moment) || !moment_value(&moment, &value))
        return false;
    *ret_moment = (struct weir_moment){
        .seconds = (int64_t)wide_floor(value, NS_OF_SECOND),
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
