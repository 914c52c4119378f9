#include "model_net.h"

static bool apply(struct model_net *net, struct model_tx *tx)
{
    bool applied = model_db_apply(net->db, tx);

    if (applied)
        net->applied(net->arg, tx);
    return applied;
}

static bool put_late(struct model_net *net, struct model_tx *tx)
{
    if (net->n_late == MODEL_LATE_MAX)
        return false;
    net->late[net->n_late++] = tx;
    return true;
}

void model_net_deliver(struct model_net *net)
{
    size_t which;
    struct model_tx *tx;

    if (net->n_late == 0)
        return;
    which = model_below(net->random, net->n_late);
    tx = net->late[which];
    net->late[which] = net->late[--net->n_late];
    (void)apply(net, tx);
}

enum model_answer model_net_send(struct model_net *net, struct model_tx *tx)
{
    size_t fate = net->is_calm ? 100 : model_below(net->random, 100);
    bool applied;

    if (fate < 4)
        return ANSWER_UNKNOWN;
    if (fate < 8)
        return put_late(net, tx) ? ANSWER_UNKNOWN : ANSWER_REFUSED;
    if (fate < 10)
        return put_late(net, tx) ? ANSWER_DIED : ANSWER_REFUSED;
    if (fate < 12)
        return ANSWER_DIED;
    applied = apply(net, tx);
    if (fate < 16)
        return ANSWER_UNKNOWN;
    if (fate < 18)
        return ANSWER_DIED;
    if (fate < 20)
        (void)apply(net, tx);
    else if (fate < 24)
        (void)put_late(net, tx);
    return applied ? ANSWER_OK : ANSWER_REFUSED;
}
