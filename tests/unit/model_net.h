/*
 * The way to the database: a transaction may be lost on it, or its answer; it may
 * arrive late, when other runs are at work, or twice; and the run that sent it may
 * end in the middle of it.
 */
#ifndef MODEL_NET_H
#define MODEL_NET_H

#include "model_db.h"

enum { MODEL_LATE_MAX = 6 };

enum model_answer {
    ANSWER_OK,
    ANSWER_REFUSED,
    ANSWER_UNKNOWN, /* none came: it took effect, or not, or is going to */
    ANSWER_DIED,    /* nor is there anybody who would wait for one */
};

struct model_net {
    struct model_db *db;
    struct model_random *random;
    bool is_calm; /* nothing goes wrong any more */
    struct model_tx *late[MODEL_LATE_MAX];
    size_t n_late;
    size_t n_sent; /* serial numbers */
    /* Told of each transaction that took effect. */
    void (*applied)(void *arg, const struct model_tx *tx);
    void *arg;
};

enum model_answer model_net_send(struct model_net *net, struct model_tx *tx);
/* One that is late arrives. */
void model_net_deliver(struct model_net *net);

#endif
