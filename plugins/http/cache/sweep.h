/*
 * Keeps the folder below its size: counts what is added, and when that is too much looks through
 * all of it, on a thread of libuv, and removes what was not used for the longest time, until a
 * tenth is free. So of each page that is kept only the look at a few files is paid for, however
 * many there are, and memory does not grow with them.
 *
 * Ages are counted by a histogram whose steps are a sixteenth of the age or less. What a killed
 * run has left unfinished goes, too. Of the loop's thread, but for what looks through the folder.
 */
#ifndef WEIR_HTTP_SWEEP_H
#define WEIR_HTTP_SWEEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

/* How names of new files begin; those of entries are in folders of two characters. */
#define HTTP_SWEEP_NEW "new-"

struct http_sweep {
    uv_work_t work;
    uv_loop_t *loop;
    int folder;
    uint64_t most;  /* bytes */
    uint64_t size;  /* as far as it is known */
    uint64_t grown; /* since the sweep that is under way began */
    uint64_t next;  /* the size at which the next one begins */
    uint64_t left;  /* what the last one found, and left */
    bool is_under_way;
    atomic_uint_least64_t ends_at; /* uv_hrtime when it is to be over; 0: whenever it is done */
};

/* Begins with not knowing the size, which is found out when first something is added. */
void http_sweep_init(struct http_sweep *sweep, uv_loop_t *loop, int folder, uint64_t most);
void http_sweep_grown(struct http_sweep *sweep, uint64_t bytes);
/* One that is under way ends in two seconds at the latest; the loop still has to hear of it. */
void http_sweep_stop(struct http_sweep *sweep);

/* Looks through the folder now, and returns how many bytes are left. Any thread. */
uint64_t http_sweep_run(int folder, uint64_t most, const atomic_uint_least64_t *ends_at);

#endif
