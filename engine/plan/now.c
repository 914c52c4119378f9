#include "now.h"

#include <time.h>

void now_text(char out[NOW_SIZE])
{
    time_t now = time(NULL);
    struct tm tm;

    gmtime_r(&now, &tm);
    (void)strftime(out, NOW_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
