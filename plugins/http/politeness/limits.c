#include "limits.h"

#include "request/header.h"

#include <string.h>

const struct weir_option http_limit_options[] = {
    WEIR_TEXT(struct http_limit, name, .required = true, .min = 1,
        .help = "What messages call it. Entries of one name share one limit, which the first of "
                "them states; the others say `match` and `weight`."),
    WEIR_INT(struct http_limit, limit, .min = 1, .max = 1000000000,
        .help = "The most requests in any `interval`. One counts until an `interval` after its "
                "answer, since nobody knows when on its way the server counted it."),
    WEIR_DURATION(struct http_limit, interval, .initial = "1s", .min = 100, .max = 2678400000,
        .help = "The time that `limit` is for."),
    WEIR_INT(struct http_limit, burst, .min = 1, .max = 1000000000,
        .help = "How many of them may go at once; those behind them go at an even pace. `limit` "
                "when absent, 1 for an even pace from the beginning."),
    WEIR_TEXT(struct http_limit, match, .min = 1, .example = "\"^/search/\"",
        .help = "A POSIX extended regular expression: requests whose path, without the query, it "
                "is found in. When absent, those that no other entry's `match` is found in."),
    WEIR_INT(struct http_limit, weight, .initial = "1", .min = 1, .max = 1000000,
        .help = "What such a request takes of the limit."),
    WEIR_TEXT(struct http_limit, remaining_header, .min = 1, .example = "X-RateLimit-Remaining",
        .help =
            "A header of answers that says how many requests the server still lets through; with "
            "none left, none is sent. `RateLimit`, as the IETF has it, says both."),
    WEIR_TEXT(struct http_limit, reset_header, .min = 1, .example = "X-RateLimit-Reset",
        .help = "A header that says when it counts anew: in seconds from then, or in seconds or "
                "milliseconds since 1970. Without it an `interval` after the answer."),
    WEIR_DURATION(struct http_limit, max_wait, .initial = "2h", .min = 1, .max = 2678400000,
        .help =
            "The longest that a request waits for its server's limit; where it would be longer, "
            "the request fails (E-RATE-LIMIT)."),
    {0},
};

static size_t first_of(const struct http_limit *list, size_t i)
{
    size_t first = 0;

    while (strcmp(list[first].name, list[i].name) != 0)
        first++;
    return first;
}

/* --- matching ----------------------------------------------------------------------------- */

static int compile(regex_t *ret_path, const char *match)
{
    return regcomp(ret_path, match, REG_EXTENDED | REG_NOSUB);
}

void http_limits_init(struct http_limits *limits, const struct weir_groups *groups)
{
    const struct http_limit *list = groups->items;

    limits->items = list;
    limits->n = 0;
    while (limits->n < groups->n && limits->n < HTTP_LIMITS_MAX) {
        size_t i = limits->n;

        limits->first[i] = first_of(list, i);
        if (list[i].match && compile(&limits->paths[i], list[i].match) != 0)
            break;
        limits->n++;
    }
}

void http_limits_done(struct http_limits *limits)
{
    for (size_t i = 0; i < limits->n; i++)
        if (limits->items[i].match)
            regfree(&limits->paths[i]);
    limits->n = 0;
}

/* The path of a URL; without one it is "/". */
static struct weir_str path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path;

    host = host ? host + 3 : url;
    path = host + strcspn(host, "/?#");
    return *path == '/' ? (struct weir_str){path, strcspn(path, "?#")} : (struct weir_str){"/", 1};
}

static bool fits(const regex_t *expression, struct weir_str path)
{
    regmatch_t whole = {.rm_so = 0, .rm_eo = (regoff_t)path.len};

    return regexec(expression, path.ptr, 1, &whole, REG_STARTEND) == 0;
}

void http_limits_weigh(
    const struct http_limits *limits, const char *url, uint64_t weights[HTTP_LIMITS_MAX])
{
    struct weir_str path = path_of(url);
    bool any = false;

    memset(weights, 0, HTTP_LIMITS_MAX * sizeof(*weights));
    for (size_t i = 0; i < limits->n; i++) {
        uint64_t *weight = &weights[limits->first[i]];

        if (!limits->items[i].match || !fits(&limits->paths[i], path))
            continue;
        any = true;
        if (*weight == 0)
            *weight = (uint64_t)limits->items[i].weight;
    }
    for (size_t i = 0; i < limits->n && !any; i++)
        if (!limits->items[i].match && weights[limits->first[i]] == 0)
            weights[limits->first[i]] = (uint64_t)limits->items[i].weight;
}

/* --- the check ---------------------------------------------------------------------------- */

/* Where an entry says `key`, or the entry. */
static const struct weir_node *place(const struct weir_node *entry, const char *key)
{
    const struct weir_node *node = weir_node_get(entry, key);

    return node ? node : entry;
}

static void check_match(
    const struct http_limit *entry, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    regex_t path;
    char why[128];
    int code = compile(&path, entry->match);

    if (code == 0) {
        regfree(&path);
        return;
    }
    (void)regerror(code, &path, why, sizeof(why));
    weir_mistake(
        mistakes, place(at, "match"), 0, "E-VALUE", "'match' is no regular expression: %s", why);
}

/* One that shares the limit of an entry before it. */
static void check_another(
    const struct http_limit *entry, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    static const char *const stated[] = {
        "limit", "interval", "burst", "remaining_header", "reset_header", "max_wait"};

    for (size_t i = 0; i < sizeof(stated) / sizeof(*stated); i++)
        if (weir_node_get(at, stated[i]))
            weir_mistake(mistakes, place(at, stated[i]), 0, "E-VALUE",
                "'%s' of '%s' is stated by the first entry of that name; give this one another "
                "name, or leave it out",
                stated[i], entry->name);
}

static void check_first(
    const struct http_limit *entry, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    if (entry->limit == 0)
        weir_mistake(mistakes, at, 0, "E-REQUIRED", "'limit' is required");
    else if (entry->burst > entry->limit)
        weir_mistake(mistakes, place(at, "burst"), 0, "E-VALUE",
            "'burst' is more than 'limit', so it would never be there");
}

static void check_weight(const struct http_limit *entry, const struct http_limit *first,
    const struct weir_node *at, struct weir_mistakes *mistakes)
{
    int64_t most = first->burst ? first->burst : first->limit;

    if (most && entry->weight > most)
        weir_mistake(mistakes, place(at, "weight"), 0, "E-VALUE",
            "'weight' is more than may be taken at once, so such a request would never be sent");
}

static void check_header(
    const char *name, const char *key, const struct weir_node *at, struct weir_mistakes *mistakes)
{
    if (name && !http_header_name_is_valid(name))
        weir_mistake(
            mistakes, place(at, key), 0, "E-HEADER", "'%s' cannot be the name of a header", name);
}

void http_limits_check(
    const struct weir_groups *limits, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_limit *list = limits->items;

    if (limits->n > HTTP_LIMITS_MAX)
        weir_mistake(
            mistakes, node, 0, "E-LIMIT", "no more than %d rate_limits are taken", HTTP_LIMITS_MAX);
    for (size_t i = 0; i < limits->n && i < HTTP_LIMITS_MAX; i++) {
        bool has_node = node && node->kind == WEIR_NODE_LIST && i < node->n;
        const struct weir_node *at = has_node ? node->items[i] : node;
        size_t first = list[i].name ? first_of(list, i) : i;

        if (list[i].match)
            check_match(&list[i], at, mistakes);
        if (first == i)
            check_first(&list[i], at, mistakes);
        else
            check_another(&list[i], at, mistakes);
        check_weight(&list[i], &list[first], at, mistakes);
        check_header(list[i].remaining_header, "remaining_header", at, mistakes);
        check_header(list[i].reset_header, "reset_header", at, mistakes);
    }
}
