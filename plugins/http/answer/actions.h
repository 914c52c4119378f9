/*
 * response_actions: what the file says about certain answers, by status, headers,
 * body and conditions in SQL. The first that fits an answer counts, and comes before
 * everything else that is known of statuses.
 *
 * Heads, and bodies of answers that are errors by their status, are looked at as
 * they arrive. The body of one that is good so far is searched on a worker: which
 * actions its head leaves is remembered until then, and so is what their conditions
 * want of the head.
 */
#ifndef WEIR_HTTP_ACTIONS_H
#define WEIR_HTTP_ACTIONS_H

#include "client/client.h"
#include "verdict.h"
#include "when.h"

#include <weir/option.h>

enum { HTTP_ACTIONS_MAX = 64 }; /* of a resource: bits of a mask */

struct http_action {
    struct weir_strs status_code; /* none: any */
    struct weir_pairs headers;    /* each is there, and holds the text */
    const char *content;          /* in the body; NULL: whatever it is */
    const char *when;             /* SQL over all of it; NULL: no condition */
    int action;                   /* enum http_verdict */
};

extern const struct weir_option http_action_options[];

/* Those of a resource at work. Read-only once made, but for what was told. */
struct http_actions {
    const struct http_action *items;
    struct http_when **whens; /* NULL: no item has one; else each that has none is NULL */
    size_t n;
};

/* Of a resource of the http extractor. `renews`: another login can be got. */
void http_actions_check(const struct weir_resource *resource, bool renews,
    const struct weir_node *node, struct weir_mistakes *mistakes);
/* What is compiled lives as long as the stage's arena. */
enum weir_status http_actions_start(struct http_actions *actions, const struct weir_groups *options,
    struct weir_stage *stage, const char *resource, struct weir_error *ret_error) WEIR_MUST_CHECK;
/*
 * What becomes of an answer, whole and well-formed, of which `verdict` is known by
 * its status. With HTTP_GOOD the mask says which actions its body has to decide
 * between.
 */
enum http_verdict http_actions_judge(const struct http_actions *actions,
    const struct http_response *response, enum http_verdict verdict, uint64_t *ret_left);
/* What those that are left want of the head, in the arena; NULL: nothing. */
const struct http_answer *http_actions_head(const struct http_actions *actions, uint64_t left,
    const struct http_response *response, struct weir_arena *arena);
/* Decides between those that are left; HTTP_GOOD: none fits. An error is set where the answer does
 * not count. `head` as above. On workers. */
enum http_verdict http_actions_decide(const struct http_actions *actions, uint64_t left,
    const struct http_answer *head, struct weir_str body, struct weir_error *ret_error);

#endif
