/*
 * Several tokens in turn, each with a quota of its own: the one that has most left
 * is sent, and one that is used up rests until its count begins anew.
 *
 * A token's number in the pool, from 1, is the login that a request was sent with.
 */
#include "credential_kinds.h"
#include "quota.h"
#include "request/header.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <uv.h>
#include <weir/loop.h>

enum {
    MOST_TOKENS = 1000,
    LONGEST_TOKEN = 8 * 1024,
    USES_UNTOLD = 256, /* until the engine is reminded of what is secret */
};

struct pool_token {
    const char *header, *secret;
    struct http_quota quota;
    bool is_refused; /* it never worked */
    bool has_worked;
    uint64_t n_used;
};

struct pool {
    struct http_credential credential;
    struct weir_arena *arena; /* of the stage */
    struct pool_token *tokens;
    size_t n;
    uv_timer_t timer; /* until one of them may be used again */
    bool has_timer;
    bool is_told; /* that all rest */
};

/* --- options ------------------------------------------------------------------------------ */

const struct weir_option http_token_pool_options[] = {
    WEIR_TEXTS(struct http_token_pool, tokens, .sensitive = true,
        .example = "[\"${TOKEN_1}\", \"${TOKEN_2}\"]", .help = "The tokens."),
    WEIR_TEXT(struct http_token_pool, file, .min = 1, .example = "/run/secrets/tokens",
        .help = "A file with a token on each line, instead."),
    WEIR_TEXT(struct http_token_pool, name, .initial = "Authorization", .min = 1,
        .help = "The header that carries the token."),
    WEIR_TEXT(struct http_token_pool, scheme, .initial = "Bearer",
        .help = "What stands before the token; \"\" for nothing."),
    WEIR_TEXT(struct http_token_pool, remaining_header, .min = 1,
        .example = "X-RateLimit-Remaining",
        .help = "The header of answers that says how many requests a token has left."),
    WEIR_TEXT(struct http_token_pool, reset_header, .min = 1, .example = "X-RateLimit-Reset",
        .help = "The header that says when its count begins anew: in seconds from now, or as a "
                "time in seconds or milliseconds since 1970."),
    WEIR_INT(struct http_token_pool, reserve, .initial = "0", .min = 0, .max = 1000000000,
        .help = "Requests of each token that are left to others."),
    WEIR_DURATION(struct http_token_pool, max_wait, .initial = "1h", .min = 1000,
        .max = 7LL * 24 * 3600 * 1000,
        .help = "The longest time to wait while all tokens are used up; beyond it the run fails."),
    {0},
};

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_token_pool *o = options;

    if ((o->tokens.n == 0) == !o->file)
        weir_mistake(mistakes, node, 0, "E-REQUIRED",
            "a token_pool needs either 'tokens' or 'file', with one token at least");
    if (o->tokens.n > MOST_TOKENS)
        weir_mistake(mistakes, node, 0, "E-VALUE", "'tokens' has more than %d", MOST_TOKENS);
    for (size_t i = 0; i < o->tokens.n; i++)
        if (!*o->tokens.items[i] || !http_header_value_is_valid(weir_str(o->tokens.items[i])))
            weir_mistake(mistakes, weir_node_get(node, "tokens"), 0, "E-HEADER",
                "token %zu is empty, or holds a line break or another control byte", i + 1);
    http_credential_check_key_name(o->name, HTTP_KEY_IN_HEADER, node, mistakes);
    if (o->scheme && !http_header_value_is_valid(weir_str(o->scheme)))
        weir_mistake(mistakes, node, 0, "E-HEADER", "'scheme' holds a control byte");
}

static const char *header_name(const void *options)
{
    return ((const struct http_token_pool *)options)->name;
}

/* --- the tokens --------------------------------------------------------------------------- */

static void add(struct pool *pool, const char *text)
{
    const struct http_token_pool *o = pool->credential.options;
    struct pool_token *token = &pool->tokens[pool->n++];

    token->secret = weir_copy_text(pool->arena, text);
    token->header =
        weir_printf(pool->arena, "%s: %s%s%s", o->name, o->scheme, *o->scheme ? " " : "", text);
    http_quota_init(&token->quota);
    weir_secret(pool->credential.context->stage, token->secret);
}

static enum weir_status read_file(struct pool *pool, struct weir_error *ret_error)
{
    const char *path = ((const struct http_token_pool *)pool->credential.options)->file;
    FILE *file = fopen(path, "re");
    char line[LONGEST_TOKEN];

    if (!file)
        return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-FILE", "file '%s' cannot be read: %s",
            path, strerror(errno));
    while (pool->n < MOST_TOKENS && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (*line && http_header_value_is_valid(weir_str(line)))
            add(pool, line);
    }
    (void)fclose(file);
    if (pool->n > 0)
        return WEIR_OK;
    return weir_error_set(
        ret_error, WEIR_FAULT_USAGE, "E-VALUE", "file '%s' has no token on any line", path);
}

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    struct pool *pool = (struct pool *)(void *)credential;

    (void)options;
    pool->arena = arena;
}

static enum weir_status fill(struct pool *pool, struct weir_error *ret_error)
{
    const struct http_token_pool *o = pool->credential.options;

    pool->tokens = weir_new_array(pool->arena, MOST_TOKENS, struct pool_token);
    for (size_t i = 0; i < o->tokens.n; i++)
        add(pool, o->tokens.items[i]);
    return o->file ? read_file(pool, ret_error) : WEIR_OK;
}

/* --- which one ---------------------------------------------------------------------------- */

static uint64_t now(const struct pool *pool)
{
    return uv_now(weir_loop(pool->credential.context->stage));
}

/* The one with most left; NULL: none may be used now. `ret_until`: when the first may. */
static struct pool_token *choose(struct pool *pool, uint64_t *ret_until)
{
    const struct http_token_pool *o = pool->credential.options;
    struct pool_token *best = NULL;
    uint64_t at = now(pool);

    *ret_until = UINT64_MAX;
    for (size_t i = 0; i < pool->n; i++) {
        struct pool_token *token = &pool->tokens[i];
        uint64_t until =
            token->is_refused ? UINT64_MAX : http_quota_until(&token->quota, o->reserve, at);

        if (until > at) {
            if (until < *ret_until)
                *ret_until = until;
            continue;
        }
        if (!best || token->quota.left > best->quota.left ||
            (token->quota.left == best->quota.left && token->n_used < best->n_used))
            best = token;
    }
    return best;
}

static void on_timer(uv_timer_t *timer)
{
    const struct pool *pool = timer->data;
    const struct http_credential_context *context = pool->credential.context;

    context->changed(context->arg);
}

static enum weir_status wait(struct pool *pool, uint64_t until, struct weir_error *ret_error)
{
    const struct http_token_pool *o = pool->credential.options;
    struct weir_stage *stage = pool->credential.context->stage;
    uint64_t ms = until - now(pool);

    if (until == UINT64_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "all %zu tokens of the pool were refused; check auth", pool->n);
    if (ms > o->max_wait)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH-QUOTA",
            "all %zu tokens of the pool are used up for another %" PRIu64
            " s, longer than max_wait",
            pool->n, ms / 1000);
    if (!pool->is_told)
        weir_log(stage, WEIR_LOG_INFO, "all %zu tokens of the pool are used up; on in %.1f s",
            pool->n, (double)ms / 1000);
    pool->is_told = true;
    if (!pool->has_timer) {
        uv_timer_init(weir_loop(stage), &pool->timer);
        pool->timer.data = pool;
        pool->has_timer = true;
    }
    uv_timer_start(&pool->timer, on_timer, ms, 0);
    return WEIR_AGAIN;
}

static enum weir_status prepare(struct http_credential *credential, struct weir_error *ret_error)
{
    struct pool *pool = (struct pool *)(void *)credential;
    uint64_t until;

    if (!pool->tokens && fill(pool, ret_error) != WEIR_OK) {
        pool->tokens = NULL;
        pool->n = 0;
        return WEIR_FAIL;
    }
    if (!choose(pool, &until))
        return wait(pool, until, ret_error);
    pool->is_told = false;
    return WEIR_OK;
}

/* --- requests and answers ----------------------------------------------------------------- */

static const char *header_for(struct http_credential *credential,
    const struct http_request *request, struct weir_arena *arena)
{
    struct pool *pool = (struct pool *)(void *)credential;
    uint64_t until;
    struct pool_token *token = choose(pool, &until);

    (void)request;
    (void)arena;
    /* A redirect comes without having asked, and goes on with the token that it began with. */
    if (!token)
        token = &pool->tokens[credential->login ? credential->login - 1 : 0];
    if (token->n_used++ % USES_UNTOLD == USES_UNTOLD - 1)
        weir_secret(credential->context->stage, token->secret);
    http_quota_use(&token->quota);
    credential->login = (uint64_t)(token - pool->tokens) + 1;
    return token->header;
}

static bool answered(
    struct http_credential *credential, uint64_t login, const struct http_response *response)
{
    struct pool *pool = (struct pool *)(void *)credential;
    const struct http_token_pool *o = credential->options;
    struct pool_token *token = &pool->tokens[login - 1];
    const char *left =
        o->remaining_header ? http_response_header(response, o->remaining_header) : NULL;
    const char *reset = o->reset_header ? http_response_header(response, o->reset_header) : NULL;

    token->has_worked |= response->status >= 200 && response->status <= 299;
    return http_quota_hear(&token->quota, response->status, left, reset, response->retry_after,
        now(pool), (int64_t)time(NULL));
}

static bool refused(struct http_credential *credential, uint64_t login, unsigned n,
    const struct http_response *response)
{
    struct pool *pool = (struct pool *)(void *)credential;
    struct pool_token *token = &pool->tokens[login - 1];

    /* Used up, which `answered` has seen: another one goes on. */
    if (response && response->status != 401)
        return true;
    /* It serves other pages: this one is what may not be seen. */
    if (token->has_worked)
        return n == 1;
    if (!token->is_refused)
        weir_log(credential->context->stage, WEIR_LOG_WARNING,
            "token %" PRIu64 " of the pool is refused, and not used any more", login);
    token->is_refused = true;
    for (size_t i = 0; i < pool->n; i++)
        if (!pool->tokens[i].is_refused)
            return true;
    return false;
}

static void stop(struct http_credential *credential)
{
    struct pool *pool = (struct pool *)(void *)credential;

    if (pool->has_timer)
        uv_close((uv_handle_t *)&pool->timer, NULL);
    pool->has_timer = false;
}

const struct http_credential_kind http_token_pool_kind = {
    .size = sizeof(struct pool),
    .check = check,
    .header_name = header_name,
    .init = init,
    .prepare = prepare,
    .header_for = header_for,
    .answered = answered,
    .refused = refused,
    .is_many = true,
    .stop = stop,
};
