/* Days of the Gregorian calendar, which is reckoned backwards as well. */
#ifndef WEIR_SRC_CALENDAR_H
#define WEIR_SRC_CALENDAR_H

#include <stdint.h>

struct calendar_day {
    int64_t year;
    unsigned month; /* from 1 */
    unsigned day;   /* from 1 */
};

/* Days since 1970-01-01, and back. */
int64_t calendar_to_days(struct calendar_day day);
struct calendar_day calendar_from_days(int64_t days);
/* How many days the month has; 0 where there is no such month. */
unsigned calendar_month_length(int64_t year, unsigned month);

#endif
