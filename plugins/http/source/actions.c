#include "actions.h"

#include "client/retry.h"
#include "request/header.h"

#include <string.h>

enum { SEARCHED = 1024 * 1024 }; /* bytes of a body that is an error by its status */

static const struct weir_choice action_choices[] = {
    {"retry", HTTP_RETRY, "Ask again, as `retry` says."},
    {"rate_limited", HTTP_RATE_LIMITED, "The same: we ask too fast."},
    {"refresh_auth", HTTP_REFRESH_AUTH, "Ask again with a new login, where `auth` can get one."},
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

enum http_verdict http_actions_judge(const struct weir_groups *actions,
    const struct http_response *response, enum http_verdict verdict, uint64_t *ret_left)
{
    const struct http_action *list = actions->items;
    struct weir_str body = {response->body.ptr, response->body.len};

    *ret_left = 0;
    if (body.len > SEARCHED && verdict != HTTP_GOOD)
        body.len = SEARCHED;
    for (size_t i = 0; i < actions->n; i++) {
        if (!status_fits(&list[i], response->status) || !headers_fit(&list[i], response))
            continue;
        if (list[i].content && verdict == HTTP_GOOD && body.len)
            *ret_left |= UINT64_C(1) << i;
        else if (list[i].content && !holds(body, list[i].content))
            continue;
        else if (*ret_left)
            *ret_left |= UINT64_C(1) << i;
        else
            return (enum http_verdict)list[i].action;
        if (!list[i].content)
            break;
    }
    return verdict;
}

enum http_verdict http_actions_decide(const struct weir_groups *actions, uint64_t left,
    struct weir_str body, struct weir_error *ret_error)
{
    const struct http_action *list = actions->items;
    size_t i = 0;

    while (
        i < actions->n && !(is_left(left, i) && (!list[i].content || holds(body, list[i].content))))
        i++;
    if (i == actions->n)
        return HTTP_GOOD;
    if (list[i].action != HTTP_IGNORE && list[i].action != HTTP_STOP)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-ANSWER",
            "a good status, but the answer holds '%s', which response_actions takes for a failure",
            list[i].content ? list[i].content : "");
    return (enum http_verdict)list[i].action;
}

/* --- the check ---------------------------------------------------------------------------- */

static void check_action(
    const struct http_action *action, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    const struct weir_node *statuses = weir_node_get(at, "status_code");

    if (!action->status_code.n && !action->headers.n && !action->content)
        weir_mistake(mistakes, at, 0, "E-VALUE",
            "this would hold for every answer: give status_code, headers or content");
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

void http_actions_check(const struct weir_groups *actions, bool renews,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
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
    }
}
