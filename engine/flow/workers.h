/*
 * A pool of threads for work that may take its time: decoding, transforms.
 *
 * Our own and not libuv's, because that one is shared with name resolution and
 * files, and a slow name server must not hold up decoding.
 */
#ifndef FLOW_WORKERS_H
#define FLOW_WORKERS_H

struct workers;

/* One piece of work; embedded in what it works on, so that submitting allocates nothing. */
struct work {
    struct work *next; /* private */
    void (*run)(struct work *work);
};

struct workers *workers_new(unsigned n_threads);
/* From any thread. run is called once, on one of the pool's threads. */
void workers_submit(struct workers *workers, struct work *work);
/* Finishes what was submitted, joins the threads. Accepts NULL. */
void workers_free(struct workers *workers);

#endif
