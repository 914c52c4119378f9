#include "descriptors.h"

#include <dirent.h>
#include <stdint.h>
#include <sys/resource.h>

enum {
    /* A connection, and the pair and the query by which a thread finds the address. */
    FILES_OF_A_REQUEST = 3,
    /* What other stages open meanwhile: journals, temporary files, the report. */
    FILES_OF_OTHERS = 8,
    /* Where the system does not tell. */
    USUALLY_OPEN = 16,
};

size_t http_requests_for(size_t limit, size_t used, size_t wanted)
{
    size_t room = limit > used ? limit - used : 0;
    size_t allowed = room > FILES_OF_OTHERS ? (room - FILES_OF_OTHERS) / FILES_OF_A_REQUEST : 0;

    if (allowed >= wanted)
        return wanted;
    return allowed ? allowed : 1;
}

static size_t count_open_files(void)
{
    DIR *folder = opendir("/proc/self/fd");
    size_t n = 0;

    if (!folder)
        return USUALLY_OPEN;
    while (readdir(folder))
        n++;
    (void)closedir(folder);
    /* Among them are ".", ".." and the folder itself. */
    return n > 3 ? n - 3 : 0;
}

size_t http_requests_allowed(size_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > SIZE_MAX / 2)
        return wanted;
    return http_requests_for((size_t)limit.rlim_cur, count_open_files(), wanted);
}
