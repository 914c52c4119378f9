#include "actions.h"

#include "client/retry.h"
#include "options.h"
#include "paging/paginator.h"
#include "request/header.h"

#include <string.h>

enum { SEARCHED = 1024 * 1024 }; /* bytes of a body that is an error by its status */

static const struct weir_choice action_choices[] = {
    {"retry", HTTP_RETRY, "Ask again, as `retry` says."},
    {"rate_limited", HTTP_RATE_LIMITED, "The same: we ask too fast."},
    {"refresh_auth", HTTP_REFRESH_AUTH, "Ask again with a new login, where `auth` can get one."},
    {"reset_pagination", HTTP_RESET,
        "Begin anew with the first page, ten times a run at most: for cursors that expire. Rows "
        "come twice, so it needs `write_disposition: merge`."},
    {"ignore", HTTP_IGNORE, "Take it for an answer without rows."},
    {"skip_partition", HTTP_SKIP,
        "Leave out the rest of the partition, as `on_error: skip_partition` does."},
    {"stop", HTTP_STOP, "No rows, and no page follows: the regular end of these pages."},
    {"fail", HTTP_BAD, "Do not ask again; `on_error` says what then."},
    {0},
};

const struct weir_option http_action_options[] = {
    WEIR_TEXTS(struct http_action, status_code, .example = "[404, 5xx]",
        .help = "Statuses, or 4xx for all from 400 to 499; any when absent."),
    WEIR_PAIRS(struct http_action, headers, .example = "{ X-Error: quota }",
        .help = "Headers that the answer has, each with this text somewhere in its value."),
    WEIR_TEXT(struct http_action, content, .min = 1, .example = "\"rate limit exceeded\"",
        .help = "A text in the body, byte by byte. Of answers that are errors by their status the "
                "first MiB is searched."),
    WEIR_TEXT(struct http_action, when, .min = 1, .example = "\"body ->> '$.error' = 'busy'\"",
        .help = "A condition in SQL over `status`, `headers` (JSON, names in lower case) and "
                "`body`. One that looks at the body is not true of bodies above 64 KiB, nor is "
                "one that cannot be computed."),
    WEIR_CHOICE(struct http_action, action, action_choices, .required = true,
        .help = "What to do about such an answer."),
    {0},
};

/* --- matching ----------------------------------------------------------------------------- */

static bool status_fits(const struct http_action *action, int status)
{
    for (size_t i = 0; i < action->status_code.n; i++)
        if (http_status_matches(action->status_code.items[i], status))
            return true;
    return action->status_code.n == 0;
}

static bool headers_fit(const struct http_action *action, const struct http_response *response)
{
    for (size_t i = 0; i < action->headers.n; i++) {
        const struct weir_pair *pair = &action->headers.items[i];
        const char *value = http_response_header(response, pair->name);

        if (!value || !strstr(value, pair->text))
            return false;
    }
    return true;
}

static bool holds(struct weir_str body, const char *content)
{
    return body.len && memmem(body.ptr, body.len, content, strlen(content)) != NULL;
}

static bool is_left(uint64_t mask, size_t i)
{
    return mask >> i & 1;
}

/* What its status and headers do not tell. */
static bool body_fits(
    const struct http_actions *actions, size_t i, struct weir_str body, struct http_answer *answer)
{
    const struct http_action *action = &actions->items[i];

    return (!action->content || holds(body, action->content)) &&
           (!action->when || http_when_holds(actions->whens[i], answer));
}

/* Of an answer that is here; its headers are read when the first condition wants them. */
static bool fits_now(const struct http_actions *actions, size_t i, struct weir_str body,
    const struct http_response *response, struct http_answer *answer, struct weir_arena **arena)
{
    if (actions->items[i].when && !*arena) {
        *arena = weir_arena_new();
        *answer = (struct http_answer){response->status, http_answer_headers(response, *arena),
            {response->body.ptr, response->body.len}, false};
    }
    return body_fits(actions, i, body, answer);
}

enum http_verdict http_actions_judge(const struct http_actions *actions,
    const struct http_response *response, enum http_verdict verdict, uint64_t *ret_left)
{
    struct weir_str body = {response->body.ptr, response->body.len};
    bool is_later = verdict == HTTP_GOOD && body.len > 0;
    struct http_answer answer = {0};
    struct weir_arena *arena = NULL;

    *ret_left = 0;
    if (body.len > SEARCHED && verdict != HTTP_GOOD)
        body.len = SEARCHED;
    for (size_t i = 0; i < actions->n; i++) {
        const struct http_action *action = &actions->items[i];
        bool asks_body = action->content || action->when;

        if (!status_fits(action, response->status) || !headers_fit(action, response))
            continue;
        if (!(asks_body && is_later) && !fits_now(actions, i, body, response, &answer, &arena))
            continue;
        if ((asks_body && is_later) || *ret_left) {
            *ret_left |= UINT64_C(1) << i;
            if (asks_body)
                continue;
        } else {
            verdict = (enum http_verdict)action->action;
        }
        break;
    }
    weir_arena_free(arena);
    return verdict;
}

const struct http_answer *http_actions_head(const struct http_actions *actions, uint64_t left,
    const struct http_response *response, struct weir_arena *arena)
{
    struct http_answer *answer;
    size_t i = 0;

    while (i < actions->n && !(is_left(left, i) && actions->items[i].when))
        i++;
    if (i == actions->n)
        return NULL;
    answer = weir_new(arena, struct http_answer);
    answer->status = response->status;
    answer->headers = http_answer_headers(response, arena);
    return answer;
}

static void tell_failure(const struct http_action *action, struct weir_error *ret_error)
{
    if (action->content)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-ANSWER",
            "a good status, but the answer holds '%s', which response_actions takes for a failure",
            action->content);
    else
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-ANSWER",
            "a good status, but response_actions takes the answer for a failure, when %s",
            action->when ? action->when : "it is none of the others");
}

enum http_verdict http_actions_decide(const struct http_actions *actions, uint64_t left,
    const struct http_answer *head, struct weir_str body, struct weir_error *ret_error)
{
    struct http_answer answer = {.body = body};
    size_t i = 0;

    if (head)
        answer = (struct http_answer){head->status, head->headers, body, false};
    while (i < actions->n && !(is_left(left, i) && body_fits(actions, i, body, &answer)))
        i++;
    if (answer.is_open) {
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-STOPPED",
            "response_actions were not looked through to their end, because the run is being "
            "stopped");
        return HTTP_RETRY;
    }
    if (i == actions->n)
        return HTTP_GOOD;
    if (actions->items[i].action != HTTP_IGNORE && actions->items[i].action != HTTP_STOP)
        tell_failure(&actions->items[i], ret_error);
    return (enum http_verdict)actions->items[i].action;
}

enum weir_status http_actions_start(struct http_actions *actions, const struct weir_groups *options,
    struct weir_stage *stage, const char *resource, struct weir_error *ret_error)
{
    actions->items = options->items;
    actions->n = options->n;
    for (size_t i = 0; i < actions->n; i++) {
        if (!actions->items[i].when)
            continue;
        if (!actions->whens)
            actions->whens = weir_new_array(stage->arena, actions->n, struct http_when *);
        actions->whens[i] = http_when_new(actions->items[i].when, stage, resource, ret_error);
        if (!actions->whens[i])
            return WEIR_FAIL;
    }
    return WEIR_OK;
}

/* --- the check ---------------------------------------------------------------------------- */

static void check_action(
    const struct http_action *action, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    const struct weir_node *statuses = weir_node_get(at, "status_code");

    if (!action->status_code.n && !action->headers.n && !action->content && !action->when)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "this would hold for every answer: give status_code, headers, content or when");
    http_when_check(action->when, weir_node_get(at, "when"), mistakes);
    for (size_t i = 0; i < action->status_code.n; i++)
        if (!http_status_is_pattern(action->status_code.items[i]))
            weir_mistake(mistakes, statuses ? statuses : at, 0, "E-VALUE",
                "'status_code' needs statuses such as 404, or 4xx for all from 400 to 499, got "
                "'%s'",
                action->status_code.items[i]);
    for (size_t i = 0; i < action->headers.n; i++)
        if (!http_header_name_is_valid(action->headers.items[i].name))
            weir_mistake(mistakes, action->headers.items[i].node, 0, "E-HEADER",
                "'%s' cannot be the name of a header", action->headers.items[i].name);
}

/* Can the resource begin anew without harm? */
static void check_reset(const struct weir_resource *resource, const struct weir_node *at,
    struct weir_mistakes *mistakes)
{
    const struct http_resource_options *options = resource->options;
    struct http_paginator paginator;

    http_paginator_init(&paginator, &options->paginator);
    if (paginator.kind->computable)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' is for pages that answers name (cursor, links, keyset); these are "
            "computed, so none of them expires: use retry");
    else if (paginator.max_pages != UINT64_MAX)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' does not go with max_pages, which would count pages of before and "
            "behind it together; give stop_when instead");
    if (resource->disposition != WEIR_MERGE)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "'reset_pagination' reads rows a second time, which only write_disposition: merge with "
            "a primary_key takes without harm");
}

void http_actions_check(const struct weir_resource *resource, bool renews,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_resource_options *options = resource->options;
    const struct weir_groups *actions = &options->response_actions;
    const struct http_action *list = actions->items;

    if (actions->n > HTTP_ACTIONS_MAX)
        weir_mistake(mistakes, node, 0, "E-LIMIT", "no more than %d response_actions are taken",
            HTTP_ACTIONS_MAX);
    for (size_t i = 0; i < actions->n; i++) {
        bool has_node = node && node->kind == WEIR_NODE_LIST && i < node->n;
        const struct weir_node *at = has_node ? node->items[i] : node;

        check_action(&list[i], at, mistakes);
        if (list[i].action == HTTP_REFRESH_AUTH && !renews)
            weir_mistake_warn(mistakes, at, "E-VALUE",
                "'refresh_auth' is 'fail' here, for this auth has no other login to get");
        if (list[i].action == HTTP_RESET)
            check_reset(resource, at, mistakes);
    }
}
