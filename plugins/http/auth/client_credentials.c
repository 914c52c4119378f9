/* OAuth 2 for programs that ask in their own name (RFC 6749, section 4.4). */
#include "base64.h"
#include "credential_kinds.h"
#include "form.h"
#include "token_answer.h"

#include <string.h>
#include <weir/template.h>

enum { IN_BODY, IN_HEADER };

static const struct weir_choice places[] = {
    {"body", IN_BODY, "As fields of the form."},
    {"basic", IN_HEADER, "As name and password of HTTP Basic, which some servers demand."},
    {0},
};

const struct weir_option http_client_credentials_options[] = {
    WEIR_TEXT(struct http_client_credentials, access_token_url, .required = true, .min = 1,
        .example = "https://login.example.org/oauth/token",
        .help = "Where tokens are got, by POST; redirects are not followed."),
    WEIR_TEXT(struct http_client_credentials, client_id, .required = true, .min = 1,
        .help = "The name of the program that asks."),
    WEIR_SECRET(struct http_client_credentials, client_secret, .required = true,
        .example = "${CLIENT_SECRET}", .help = "Its secret."),
    WEIR_CHOICE(struct http_client_credentials, client_auth, places, .initial = "body",
        .help = "Where client_id and client_secret stand."),
    WEIR_PAIRS(struct http_client_credentials, access_token_request_data, .sensitive = true,
        .example = "{ scope: read }", .help = "More fields of the form."),
    WEIR_DURATION(struct http_client_credentials, default_token_expiration, .initial = "1h",
        .min = 1000, .max = 365LL * 24 * 3600 * 1000,
        .help = "How long a token is good where the answer has no expires_in."),
    {0},
};

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_client_credentials *o = options;

    http_credential_check_url(o->access_token_url, "access_token_url", node, mistakes);
    http_credential_check_secret(&o->client_secret, "client_secret", node, mistakes);
    for (size_t i = 0; i < o->access_token_request_data.n; i++) {
        const struct weir_pair *field = &o->access_token_request_data.items[i];

        if (strcmp(field->name, "grant_type") == 0 || strcmp(field->name, "client_id") == 0 ||
            strcmp(field->name, "client_secret") == 0)
            weir_mistake(
                mistakes, field->node, 0, "E-VALUE", "'%s' is set by weir itself", field->name);
    }
}

/* Encoded before they are joined, so that a colon ends no name. */
static const char *basic_header(
    const struct http_client_credentials *o, struct weir_arena *arena, const char **ret_coded)
{
    const char *both =
        weir_printf(arena, "%s:%s", weir_url_encode(arena, weir_str(o->client_id)).ptr,
            weir_url_encode(arena, weir_str(o->client_secret.text)).ptr);

    *ret_coded = http_base64(arena, both);
    return weir_printf(arena, "Authorization: Basic %s", *ret_coded);
}

/* The form, and what of it no message may show. */
static const char *make_form(
    const struct http_client_credentials *o, struct weir_arena *arena, const char **hidden)
{
    const char *form = http_form_add(arena, "", "grant_type", "client_credentials");

    if (o->client_auth == IN_BODY) {
        form = http_form_add(arena, form, "client_id", o->client_id);
        form = http_form_add(arena, form, "client_secret", o->client_secret.text);
        *hidden++ = weir_url_encode(arena, weir_str(o->client_secret.text)).ptr;
    }
    for (size_t i = 0; i < o->access_token_request_data.n; i++) {
        const struct weir_pair *field = &o->access_token_request_data.items[i];

        form = http_form_add(arena, form, field->name, field->text);
        if (field->node->substituted)
            *hidden++ = field->text;
    }
    return form;
}

static enum weir_status request(struct http_login *login, struct weir_arena *arena,
    struct http_exchange *ret_exchange, struct weir_error *ret_error)
{
    const struct http_client_credentials *o = login->credential.options;
    const char **lines = weir_new_array(arena, 4, const char *);
    const char **hidden = weir_new_array(arena, o->access_token_request_data.n + 3, const char *);

    (void)ret_error;
    *ret_exchange = (struct http_exchange){.hidden = hidden};
    lines[0] = "Content-Type: application/x-www-form-urlencoded";
    lines[1] = "Accept: application/json";
    if (o->client_auth == IN_HEADER)
        lines[2] = basic_header(o, arena, hidden++);
    ret_exchange->request = (struct http_request){.method = "POST",
        .url = o->access_token_url,
        .headers = lines,
        .body = weir_str(make_form(o, arena, hidden))};
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
