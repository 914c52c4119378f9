#include "login.h"

#include "client/url.h"
#include "request/excerpt.h"
#include "request/header.h"

#include <string.h>
#include <time.h>
#include <weir/loop.h>

enum {
    MOST_MARGIN_MS = 60 * 1000, /* before it expires */
    MARGIN_SHARE = 10,          /* or that part of its life, if it is less */
    MOST_ANSWER = 1024 * 1024,
    MOST_TOKEN = 32 * 1024,
    USES_UNTOLD = 256, /* until the engine is reminded of what is secret */
    HELD_MS = 50,      /* until it is tried again to get what others hold */
};

/* Slots of credential.secrets; those before are the kind's. */
enum { EARLIER_SECRET = HTTP_CREDENTIAL_SECRETS - 2, SECRET };

static struct http_login *of(struct http_credential *credential)
{
    return (struct http_login *)(void *)credential;
}

static struct weir_stage *stage_of(const struct http_login *login)
{
    return login->credential.context->stage;
}

static uint64_t now(const struct http_login *login)
{
    return uv_now(weir_loop(stage_of(login)));
}

uint64_t http_login_waited(const struct http_login *login)
{
    return now(login) - login->began_ms;
}

void http_login_init(struct http_login *login, const struct http_login_kind *how)
{
    login->how = how;
}

/* --- what was got ------------------------------------------------------------------------- */

/* It is sent no more, but answers may still speak of it. */
static void retire(struct http_login *login)
{
    struct http_credential *credential = &login->credential;

    if (!login->granted)
        return;
    weir_arena_free(login->earlier);
    login->earlier = login->granted;
    login->granted = NULL;
    credential->secrets[EARLIER_SECRET] = credential->secrets[SECRET];
    credential->secrets[SECRET] = NULL;
    credential->header = credential->param = credential->value = NULL;
}

static enum weir_status check_grant(const struct http_grant *grant, struct weir_error *ret_error)
{
    struct weir_str header = weir_str(grant->header ? grant->header : grant->value);

    if (header.len <= MOST_TOKEN && http_header_value_is_valid(header))
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
        "what it gave cannot be sent in a header: it is longer than %d bytes, or holds a line "
        "break "
        "or another control byte",
        MOST_TOKEN);
}

/* When to get another one: a while before it expires, so that no request carries it too late. */
static uint64_t renewal(const struct http_login *login, uint64_t lifetime)
{
    uint64_t margin = lifetime / MARGIN_SHARE;

    if (lifetime == 0 || lifetime > UINT64_MAX / 2)
        return UINT64_MAX;
    return now(login) + lifetime - (margin < MOST_MARGIN_MS ? margin : MOST_MARGIN_MS);
}

static void keep(struct http_login *login, const struct http_grant *grant)
{
    struct http_credential *credential = &login->credential;

    retire(login);
    login->granted = weir_arena_new();
    if (grant->header)
        credential->header = weir_copy_text(login->granted, grant->header);
    if (grant->param) {
        credential->param = weir_copy_text(login->granted, grant->param);
        credential->value = weir_copy_text(login->granted, grant->value);
    }
    credential->secrets[SECRET] = weir_copy_text(login->granted, grant->secret);
    credential->login++;
    login->renew_ms = renewal(login, grant->lifetime);
    login->uses = 0;
}

/* --- the exchange ------------------------------------------------------------------------- */

static void go_on(struct http_login *login);

/* Nobody else has to wait for it any longer. */
static void release(struct http_login *login)
{
    if (login->arena && login->how->release)
        login->how->release(login);
    weir_arena_free(login->arena);
    login->arena = NULL;
}

static void end(struct http_login *login)
{
    const struct http_credential_context *context = login->credential.context;

    release(login);
    context->changed(context->arg);
}

/* For good: no page can be asked for. Whoever fails says what, not where. */
static void set_error(struct http_login *login, const struct weir_error *error)
{
    const char *url = login->exchange.request.url;
    char label[256] = "weir itself";

    if (url)
        http_url_redact(url, label, sizeof(label));
    login->error = (struct weir_error){0};
    if (login->attempts > 1)
        weir_error_set(&login->error, error->fault, error->code,
            "no login from %s: %u attempts, the last: %s", label, login->attempts, error->text);
    else
        weir_error_set(
            &login->error, error->fault, error->code, "no login from %s: %s", label, error->text);
}

static void fail(struct http_login *login, const struct weir_error *error)
{
    set_error(login, error);
    end(login);
}

static void on_timer(uv_timer_t *timer)
{
    go_on(timer->data);
}

static void wait(struct http_login *login, uint64_t ms)
{
    if (!login->has_timer) {
        uv_timer_init(weir_loop(stage_of(login)), &login->timer);
        login->timer.data = login;
        login->has_timer = true;
    }
    uv_timer_start(&login->timer, on_timer, ms, 0);
}

static bool retry(
    struct http_login *login, const struct http_response *response, const struct weir_error *reason)
{
    const struct http_retry_options *options = login->credential.retry;
    uint64_t wait_ms;

    if (!http_retry_wait(options, login->attempts, http_login_waited(login), response->retry_after,
            (int64_t)time(NULL), uv_hrtime(), &wait_ms))
        return false;
    weir_log(stage_of(login), WEIR_LOG_INFO, "login: %s; attempt %u of %lld in %.2f s",
        reason->text, login->attempts + 1, (long long)options->max_attempts,
        (double)wait_ms / 1000);
    wait(login, wait_ms);
    return true;
}

static void hide(const struct http_login *login, const struct weir_buf *body)
{
    for (const char *const *text = login->exchange.hidden; body->ptr && text && *text; text++)
        http_credential_hide(&(struct http_credential){.secrets = {*text}}, body->ptr, body->len);
}

/* Why there is no login in the answer, and whether another try may go better. */
static bool describe(
    struct http_login *login, const struct http_response *response, struct weir_error *ret_error)
{
    char excerpt[HTTP_EXCERPT];

    if (weir_error_is_set(&response->error)) {
        *ret_error = response->error;
        return response->retryable;
    }
    hide(login, &response->body);
    if (login->how->explain && login->how->explain(login, response->status, ret_error))
        return false;
    http_excerpt(response, &login->credential, &login->exchange.request, excerpt);
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH", "status %d%s; check auth, %s",
        response->status, excerpt,
        response->status >= 300 && response->status <= 399
            ? "for a login is sent to the address in the file and nowhere else"
            : "and that the login is still valid");
    return http_retry_status(login->credential.retry, response->status);
}

static void answered(void *arg, struct http_response *response)
{
    struct http_login *login = arg;
    struct http_grant grant = {0};
    struct weir_error error = {0};

    login->transfer = NULL;
    if (weir_error_is_set(&response->error) || response->status < 200 || response->status > 299) {
        if (!describe(login, response, &error) || !retry(login, response, &error))
            fail(login, &error);
        return;
    }
    if (response->body.len > MOST_ANSWER)
        weir_error_set(&error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the answer has %zu bytes, too much for a login; check the address",
            response->body.len);
    else if (login->how->read(login, response, login->arena, &grant, &error) == WEIR_OK) {
        /* Before anything may tell of it. */
        weir_secret(stage_of(login), grant.secret);
        (void)check_grant(&grant, &error);
    }
    if (weir_error_is_set(&error)) {
        fail(login, &error);
        return;
    }
    keep(login, &grant);
    weir_log(stage_of(login), WEIR_LOG_INFO, "logged in, for the %llu. time",
        (unsigned long long)login->credential.login);
    end(login);
}

static void send_request(struct http_login *login)
{
    login->attempts++;
    login->transfer = http_client_send(
        login->credential.context->client, &login->exchange.request, answered, login);
}

/* Makes the request, and sends it unless something is held by others. */
static enum weir_status make_request(struct http_login *login)
{
    struct weir_error error = {0};
    enum weir_status status = login->how->request(login, login->arena, &login->exchange, &error);

    if (status == WEIR_OK)
        send_request(login);
    else if (status == WEIR_AGAIN)
        wait(login, HELD_MS);
    else
        set_error(login, &error);
    return status == WEIR_FAIL ? WEIR_FAIL : WEIR_AGAIN;
}

static void go_on(struct http_login *login)
{
    if (login->attempts > 0)
        send_request(login);
    else if (make_request(login) == WEIR_FAIL)
        end(login);
}

/* What needs nobody else. */
static enum weir_status make(struct http_login *login)
{
    struct http_grant grant = {0};
    struct weir_error error = {0};

    if (login->how->make(login, login->arena, &grant, &error) == WEIR_OK) {
        weir_secret(stage_of(login), grant.secret);
        if (check_grant(&grant, &error) == WEIR_OK) {
            keep(login, &grant);
            return WEIR_OK;
        }
    }
    set_error(login, &error);
    return WEIR_FAIL;
}

static enum weir_status begin(struct http_login *login)
{
    enum weir_status status;

    login->arena = weir_arena_new();
    login->exchange = (struct http_exchange){0};
    login->attempts = 0;
    login->began_ms = now(login);
    status = login->how->make ? make(login) : make_request(login);
    if (status != WEIR_AGAIN)
        release(login);
    return status;
}

/* --- callbacks of credentials ------------------------------------------------------------- */

enum weir_status http_login_prepare(
    struct http_credential *credential, struct weir_error *ret_error)
{
    struct http_login *login = of(credential);
    enum weir_status status = WEIR_AGAIN;

    if (weir_error_is_set(&login->error))
        status = WEIR_FAIL;
    else if (!login->arena && login->granted && now(login) < login->renew_ms)
        status = WEIR_OK;
    else if (!login->arena)
        status = begin(login);
    if (status == WEIR_FAIL)
        *ret_error = login->error;
    if (status == WEIR_OK && login->uses++ % USES_UNTOLD == 0)
        weir_secret(stage_of(login), credential->secrets[SECRET]);
    return status;
}

bool http_login_refused(struct http_credential *credential, uint64_t number, unsigned n,
    const struct http_response *response)
{
    (void)n;
    (void)response;
    /* A later one may be there already, or be under way. */
    if (number == credential->login)
        retire(of(credential));
    return true;
}

void http_login_stop(struct http_credential *credential)
{
    struct http_login *login = of(credential);

    if (login->transfer)
        http_transfer_cancel(login->transfer);
    login->transfer = NULL;
    if (login->has_timer)
        uv_close((uv_handle_t *)&login->timer, NULL);
    login->has_timer = false;
    release(login);
    weir_arena_free(login->granted);
    weir_arena_free(login->earlier);
    login->granted = login->earlier = NULL;
}
