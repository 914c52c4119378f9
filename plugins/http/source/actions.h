/*
 * response_actions: what the file says about certain answers, by status, headers
 * and body. The first that fits an answer counts, and comes before everything else
 * that is known of statuses.
 *
 * Heads, and bodies of answers that are errors by their status, are looked at as
 * they arrive. The body of one that is good so far is searched on a worker: which
 * actions its head leaves is remembered until then.
 */
#ifndef WEIR_HTTP_ACTIONS_H
#define WEIR_HTTP_ACTIONS_H

#include "client/client.h"
#include "verdict.h"

#include <weir/option.h>

enum { HTTP_ACTIONS_MAX = 64 }; /* of a resource: bits of a mask */

struct http_action {
    struct weir_strs status_code; /* none: any */
    struct weir_pairs headers;    /* each is there, and holds the text */
    const char *content;          /* in the body; NULL: whatever it is */
    int action;                   /* enum http_verdict */
};

extern const struct weir_option http_action_options[];

/* `renews`: another login can be got. */
void http_actions_check(const struct weir_groups *actions, bool renews,
    const struct weir_node *node, struct weir_mistakes *mistakes);
/*
 * What becomes of an answer, whole and well-formed, of which `verdict` is known by
 * its status. With HTTP_GOOD the mask says which actions its body has to decide
 * between.
 */
enum http_verdict http_actions_judge(const struct weir_groups *actions,
    const struct http_response *response, enum http_verdict verdict, uint64_t *ret_left);
/* Decides between those that are left; HTTP_GOOD: none fits. An error is set where the answer does
 * not count. Reads nothing but its arguments. */
enum http_verdict http_actions_decide(const struct weir_groups *actions, uint64_t left,
    struct weir_str body, struct weir_error *ret_error);

#endif
