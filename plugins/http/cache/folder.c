#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <weir/loop.h>

/* --- the folder itself -------------------------------------------------------------------- */

static void warn(struct http_folder *folder, const char *what, const char *why)
{
    weir_log(folder->stage, WEIR_LOG_WARNING,
        "cache: the folder '%s' cannot be %s: %s; the run goes on without it",
        folder->options->path, what, why);
}

/* With the folders above it. */
static bool make(const char *path)
{
    char part[4096];
    size_t length = strlen(path);

    if (length >= sizeof(part)) {
        errno = ENAMETOOLONG;
        return false;
    }
    for (size_t i = 1; i <= length; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST && errno != EISDIR)
            return false;
    }
    return true;
}

/* Into a folder that others may write to, they could put answers of their own. */
static const char *not_ours(int fd)
{
    struct stat stat;

    if (fstat(fd, &stat) != 0)
        return strerror(errno);
    if (stat.st_uid != geteuid())
        return "it is somebody else's";
    if (stat.st_mode & (S_IWGRP | S_IWOTH))
        return "others may write to it";
    return NULL;
}

static void close_folder(void *arg)
{
    struct http_folder *folder = arg;

    if (folder->fd >= 0)
        (void)close(folder->fd);
}

struct http_folder *http_folder_open(
    struct weir_stage *stage, const struct http_cache_options *options)
{
    struct http_folder *folder = weir_new(stage->arena, struct http_folder);
    const char *why = NULL;

    folder->stage = stage;
    folder->options = options;
    folder->fd = -1;
    if (make(options->path))
        folder->fd = open(options->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    weir_defer(stage->arena, close_folder, folder);
    if (folder->fd < 0)
        why = strerror(errno);
    else
        why = not_ours(folder->fd);
    if (why) {
        warn(folder, "used", why);
        return NULL;
    }
    folder->random = uv_hrtime();
    (void)uv_random(NULL, NULL, &folder->random, sizeof(folder->random), 0, NULL);
    http_sweep_init(&folder->sweep, weir_loop(stage), folder->fd, options->max_size);
    return folder;
}

void http_folder_stop(struct http_folder *folder)
{
    if (folder)
        http_sweep_stop(&folder->sweep);
}

/* --- files -------------------------------------------------------------------------------- */

/* "ab/cdef...": a folder for each first byte. */
static void name_of(const struct http_cache_key *key, char ret_name[HTTP_CACHE_NAME])
{
    size_t at = 0;

    for (size_t i = 0; i < sizeof(key->bytes); i++) {
        at += (size_t)snprintf(ret_name + at, HTTP_CACHE_NAME - at, "%02x", key->bytes[i]);
        if (i == 0)
            ret_name[at++] = '/';
    }
}

struct http_entry *http_folder_find(struct http_folder *folder, const struct http_cache_key *key)
{
    char name[HTTP_CACHE_NAME];

    name_of(key, name);
    return http_entry_open(folder->fd, name, key);
}

void http_folder_touch(
    struct http_folder *folder, const struct http_cache_key *key, bool is_confirmed)
{
    const struct timespec times[] = {
        {.tv_nsec = UTIME_NOW}, {.tv_nsec = is_confirmed ? UTIME_NOW : UTIME_OMIT}};
    char name[HTTP_CACHE_NAME];

    name_of(key, name);
    (void)utimensat(folder->fd, name, times, AT_SYMLINK_NOFOLLOW);
}

void http_folder_remove(struct http_folder *folder, const struct http_cache_key *key)
{
    char name[HTTP_CACHE_NAME];

    name_of(key, name);
    (void)unlinkat(folder->fd, name, 0);
}

bool http_folder_read(struct http_folder *folder, const struct http_entry *entry, char *ret_body)
{
    char name[HTTP_CACHE_NAME];

    name_of(&entry->key, name);
    return http_entry_read(folder->fd, name, entry, ret_body);
}

/* By workers, so that nothing but the rename is left to the loop. */
static void make_group(struct http_folder *folder, const struct http_cache_key *key)
{
    char name[HTTP_CACHE_NAME];

    if (atomic_load(&folder->has_group[key->bytes[0]]))
        return;
    name_of(key, name);
    name[2] = '\0';
    if (mkdirat(folder->fd, name, 0700) == 0 || errno == EEXIST)
        atomic_store(&folder->has_group[key->bytes[0]], true);
}

/* Told once: what could not be written now will hardly be later. */
static void give_up_writing(struct http_folder *folder)
{
    const char *why = strerror(errno);

    if (!atomic_exchange(&folder->is_broken, true))
        warn(folder, "written", why);
}

bool http_folder_write(struct http_folder *folder, struct http_entry *entry, struct weir_str body,
    char ret_new[HTTP_CACHE_NAME])
{
    *ret_new = '\0';
    if (atomic_load(&folder->is_broken) || body.len > folder->options->max_size)
        return false;
    (void)snprintf(ret_new, HTTP_CACHE_NAME, HTTP_SWEEP_NEW "%016llx-%llu", folder->random,
        (unsigned long long)atomic_fetch_add(&folder->n_new, 1));
    make_group(folder, &entry->key);
    if (http_entry_write(folder->fd, ret_new, entry, body))
        return true;
    *ret_new = '\0';
    give_up_writing(folder);
    return false;
}

void http_folder_keep(struct http_folder *folder, const struct http_entry *entry, const char *name)
{
    char to[HTTP_CACHE_NAME];

    name_of(&entry->key, to);
    if (renameat(folder->fd, name, folder->fd, to) == 0) {
        http_sweep_grown(&folder->sweep, entry->head_len + entry->body_len);
        return;
    }
    /* Somebody may have swept it, or cleared the folder. */
    if (errno != ENOENT)
        give_up_writing(folder);
    http_folder_discard(folder, name);
}

void http_folder_discard(struct http_folder *folder, const char *name)
{
    (void)unlinkat(folder->fd, name, 0);
}
