/*
 * Years are counted from March, so that the leap day is the last day of a year
 * and every four hundred years have the same 146,097 days.
 */
#include "calendar.h"

static const int64_t DAYS_OF_ERA = 146097;
static const int64_t FROM_MARCH_OF_YEAR_0 = 719468;

int64_t calendar_to_days(struct calendar_day day)
{
    int64_t year = day.month > 2 ? day.year : day.year - 1;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year =
        (153 * (int64_t)(day.month > 2 ? day.month - 3 : day.month + 9) + 2) / 5 + day.day - 1;

    return era * DAYS_OF_ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           FROM_MARCH_OF_YEAR_0;
}

struct calendar_day calendar_from_days(int64_t days)
{
    int64_t era;
    int64_t of_era;
    int64_t year;
    int64_t of_year;
    unsigned month;
    unsigned day;

    days += FROM_MARCH_OF_YEAR_0;
    era = (days >= 0 ? days : days - DAYS_OF_ERA + 1) / DAYS_OF_ERA;
    of_era = days - era * DAYS_OF_ERA;
    year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    of_year = of_era - (365 * year + year / 4 - year / 100);
    month = (unsigned)((5 * of_year + 2) / 153);
    day = (unsigned)(of_year - (153 * month + 2) / 5 + 1);
    return (struct calendar_day){
        .year = year + era * 400 + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = day,
    };
}

unsigned calendar_month_length(int64_t year, unsigned month)
{
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month < 1 || month > 12)
        return 0;
    if (month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0))
        return 29;
    return lengths[month - 1];
}
