/* OAuth 2 for programs that ask in their own name (RFC 6749, section 4.4). */
#include "credential_kinds.h"
#include "form.h"
#include "oauth_client.h"
#include "token_answer.h"

const struct weir_option http_client_credentials_options[] = {
    WEIR_TEXT(struct http_client_credentials, access_token_url, .required = true, .min = 1,
        .example = "https://login.example.org/oauth/token",
        .help = "Where tokens are got, by POST; redirects are not followed."),
    WEIR_TEXT(struct http_client_credentials, client_id, .required = true, .min = 1,
        .help = "The name of the program that asks."),
    WEIR_SECRET(struct http_client_credentials, client_secret, .required = true,
        .example = "${CLIENT_SECRET}", .help = "Its secret."),
    WEIR_CHOICE(struct http_client_credentials, client_auth, http_client_auth_choices,
        .initial = "body", .help = "Where client_id and client_secret stand."),
    WEIR_PAIRS(struct http_client_credentials, access_token_request_data, .sensitive = true,
        .example = "{ scope: read }", .help = "More fields of the form."),
    WEIR_DURATION(struct http_client_credentials, default_token_expiration, .initial = "1h",
        .min = 1000, .max = 365LL * 24 * 3600 * 1000,
        .help = "How long a token is good where the answer has no expires_in."),
    {0},
};

static struct http_oauth_client client_of(const struct http_client_credentials *o)
{
    return (struct http_oauth_client){.url = o->access_token_url,
        .id = o->client_id,
        .secret = o->client_secret.text,
        .place = o->client_auth,
        .data = &o->access_token_request_data};
}

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_oauth_client client = client_of(options);

    http_oauth_client_check(&client, node, mistakes);
}

static enum weir_status request(struct http_login *login, struct weir_arena *arena,
    struct http_exchange *ret_exchange, struct weir_error *ret_error)
{
    const struct http_oauth_client client = client_of(login->credential.options);
    const char *form = http_form_add(arena, "", "grant_type", "client_credentials");

    (void)ret_error;
    http_oauth_client_request(&client, form, NULL, arena, ret_exchange);
    return WEIR_OK;
}

static enum weir_status read_answer(struct http_login *login, const struct http_response *response,
    struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error)
{
    const struct http_client_credentials *o = login->credential.options;
    const struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};

    return http_token_answer(body, o->default_token_expiration, arena, ret_grant, ret_error);
}

static const struct http_login_kind how = {.request = request, .read = read_answer};

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    const struct http_client_credentials *o = options;

    (void)arena;
    credential->secrets[0] = o->client_secret.text;
    http_login_init((struct http_login *)(void *)credential, &how);
}

const struct http_credential_kind http_client_credentials_kind = {
    .size = sizeof(struct http_login),
    .check = check,
    .init = init,
    .prepare = http_login_prepare,
    .refused = http_login_refused,
    .stop = http_login_stop,
};
