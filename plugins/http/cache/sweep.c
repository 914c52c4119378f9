#include "sweep.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    BLOCK = 4096,       /* what a small file takes at least */
    ABANDONED_S = 3600, /* nobody is still writing a new file that is so old */
    STEPS = 16,         /* of the histogram, for each doubling of the age */
    SLOTS = 40 * STEPS,
};

struct search {
    int folder;
    const atomic_uint_least64_t *ends_at;
    int64_t now;
    uint64_t size;
    uint64_t sizes[SLOTS]; /* by age */
    size_t cut;            /* ages from this slot on go; SLOTS: none */
    uint64_t excess;       /* bytes that are still to go */
};

static const uint64_t LAST_NS = 2000000000; /* for one that is under way when the run is over */

static bool is_late(const struct search *search)
{
    uint64_t ends_at = atomic_load(search->ends_at);

    return ends_at && uv_hrtime() > ends_at;
}

/* --- one file ----------------------------------------------------------------------------- */

static uint64_t size_of(const struct stat *file)
{
    uint64_t blocks = ((uint64_t)file->st_size + BLOCK - 1) / BLOCK;

    return (blocks ? blocks : 1) * BLOCK;
}

/* Grows with the age; used in the future: now. */
static size_t slot_of(int64_t age)
{
    uint64_t value = age > 0 ? (uint64_t)age : 0;
    unsigned doublings = 0;
    size_t slot;

    while (value >= 2 * STEPS) {
        value /= 2;
        doublings++;
    }
    slot = doublings * STEPS + value;
    return slot < SLOTS ? slot : SLOTS - 1;
}

/* Read or confirmed: whichever is later. */
static int64_t age_of(const struct search *search, const struct stat *file)
{
    int64_t used =
        file->st_atim.tv_sec > file->st_mtim.tv_sec ? file->st_atim.tv_sec : file->st_mtim.tv_sec;

    return search->now - used;
}

static void count(struct search *search, int group, const char *name, const struct stat *file)
{
    (void)group;
    (void)name;
    search->size += size_of(file);
    search->sizes[slot_of(age_of(search, file))] += size_of(file);
}

static void remove_old(struct search *search, int group, const char *name, const struct stat *file)
{
    uint64_t size = size_of(file);

    if (!search->excess || slot_of(age_of(search, file)) < search->cut ||
        unlinkat(group, name, 0) != 0)
        return;
    search->excess -= size < search->excess ? size : search->excess;
    search->size -= size;
}

/* --- all of them -------------------------------------------------------------------------- */

typedef void visit(struct search *search, int group, const char *name, const struct stat *file);

static void visit_group(struct search *search, const char *name, visit *found)
{
    int fd = openat(search->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *group = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    struct stat file;

    if (!group) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while (!is_late(search) && (entry = readdir(group)))
        if (fstatat(fd, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(file.st_mode))
            found(search, fd, entry->d_name, &file);
    (void)closedir(group);
}

static void visit_all(struct search *search, visit *found)
{
    char name[3] = "";

    for (int i = 0; i < 256; i++) {
        name[0] = "0123456789abcdef"[i / 16];
        name[1] = "0123456789abcdef"[i % 16];
        visit_group(search, name, found);
    }
}

static void remove_abandoned(const struct search *search)
{
    int fd = openat(search->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    struct stat file;

    if (!folder) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    while (!is_late(search) && (entry = readdir(folder)))
        if (strncmp(entry->d_name, HTTP_SWEEP_NEW, strlen(HTTP_SWEEP_NEW)) == 0 &&
            fstatat(fd, entry->d_name, &file, AT_SYMLINK_NOFOLLOW) == 0 &&
            search->now - file.st_mtim.tv_sec > ABANDONED_S)
            (void)unlinkat(fd, entry->d_name, 0);
    (void)closedir(folder);
}

/* The ages that have to go for the rest to fit. */
static size_t cut_of(const struct search *search, uint64_t fits)
{
    uint64_t kept = 0;
    size_t slot = 0;

    while (slot < SLOTS && kept + search->sizes[slot] <= fits)
        kept += search->sizes[slot++];
    return slot;
}

uint64_t http_sweep_run(int folder, uint64_t most, const atomic_uint_least64_t *ends_at)
{
    struct search search = {.folder = folder, .ends_at = ends_at, .now = (int64_t)time(NULL)};
    uint64_t fits = most - most / 10;

    remove_abandoned(&search);
    visit_all(&search, count);
    if (search.size <= most || is_late(&search))
        return search.size;
    search.excess = search.size - fits;
    search.cut = cut_of(&search, fits);
    /* What is oldest beyond doubt first: of the age at the edge only as much as has to go. */
    search.cut++;
    visit_all(&search, remove_old);
    search.cut--;
    visit_all(&search, remove_old);
    return search.size;
}

/* --- when --------------------------------------------------------------------------------- */

void http_sweep_init(struct http_sweep *sweep, uv_loop_t *loop, int folder, uint64_t most)
{
    *sweep = (struct http_sweep){.loop = loop, .folder = folder, .most = most};
    atomic_init(&sweep->ends_at, 0);
}

static void on_thread(uv_work_t *work)
{
    struct http_sweep *sweep = work->data;

    sweep->left = http_sweep_run(sweep->folder, sweep->most, &sweep->ends_at);
}

static void on_loop(uv_work_t *work, int status)
{
    struct http_sweep *sweep = work->data;
    uint64_t spare = sweep->most / 10;

    (void)status;
    sweep->is_under_way = false;
    sweep->size = sweep->left + sweep->grown;
    sweep->grown = 0;
    /* Where nothing can be removed, it is not tried again for each page. */
    sweep->next = sweep->left + spare > sweep->most ? sweep->left + spare : sweep->most;
}

void http_sweep_grown(struct http_sweep *sweep, uint64_t bytes)
{
    uint64_t size = (bytes / BLOCK + 1) * BLOCK;

    sweep->size += size;
    if (sweep->is_under_way) {
        sweep->grown += size;
        return;
    }
    if (sweep->size < sweep->next || atomic_load(&sweep->ends_at))
        return;
    sweep->work.data = sweep;
    sweep->grown = 0;
    sweep->is_under_way = uv_queue_work(sweep->loop, &sweep->work, on_thread, on_loop) == 0;
}

void http_sweep_stop(struct http_sweep *sweep)
{
    atomic_store(&sweep->ends_at, uv_hrtime() + LAST_NS);
}
