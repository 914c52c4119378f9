/*
 * The folder of kept answers: which file an answer stands in, and how one gets there.
 *
 * Processes may share it. Whatever is there or not, it is only ever a question of speed: what
 * cannot be read is asked for, and where nothing can be written the run goes on without, with a
 * warning. Opened and changed on the loop's thread; workers read, and write what is not there yet.
 */
#ifndef WEIR_HTTP_FOLDER_H
#define WEIR_HTTP_FOLDER_H

#include "cache_options.h"
#include "entry.h"
#include "sweep.h"

#include <stdatomic.h>
#include <weir/stage.h>

enum { HTTP_CACHE_NAME = 80 };

struct http_folder {
    struct weir_stage *stage;
    const struct http_cache_options *options;
    int fd;
    unsigned long long random; /* tells this run's new files from others' */
    atomic_uint_least64_t n_new;
    atomic_bool has_group[256]; /* made in this run, or found */
    atomic_bool is_broken;      /* nothing can be written, which was told */
    struct http_sweep sweep;
};

/* In the stage's arena, and open until that is freed; NULL where it cannot be used: a warning was
 * given. */
struct http_folder *http_folder_open(
    struct weir_stage *stage, const struct http_cache_options *options);
/* Ends what is under way. */
void http_folder_stop(struct http_folder *folder);

/* malloc, or NULL. */
struct http_entry *http_folder_find(struct http_folder *folder, const struct http_cache_key *key);
/* It was used now; with `is_confirmed` the server said that it has not changed. */
void http_folder_touch(
    struct http_folder *folder, const struct http_cache_key *key, bool is_confirmed);
void http_folder_remove(struct http_folder *folder, const struct http_cache_key *key);

/* On workers. The body, entry->body_len bytes; false: it is not to be had. */
bool http_folder_read(struct http_folder *folder, const struct http_entry *entry, char *ret_body);
/* On workers. Writes a new file; false: there is none. */
bool http_folder_write(struct http_folder *folder, struct http_entry *entry, struct weir_str body,
    char ret_new[HTTP_CACHE_NAME]);
/* The new file becomes the entry, or goes. */
void http_folder_keep(struct http_folder *folder, const struct http_entry *entry, const char *name);
void http_folder_discard(struct http_folder *folder, const char *name);

#endif
