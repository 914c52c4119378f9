/* Sessions: a request with name and password, and a token or cookies that the answer gives. */
#include "client/url.h"
#include "cookies.h"
#include "credential_kinds.h"
#include "form.h"
#include "login.h"
#include "options.h"
#include "request/header.h"

#include <string.h>
#include <strings.h>
#include <weir/json.h>
#include <weir/template.h>

enum { USE_BEARER, USE_API_KEY };

struct use_api_key {
    const char *name;
    int location; /* enum http_key_location */
};

static const struct weir_option use_api_key_options[] = {
    WEIR_TEXT(struct use_api_key, name, .initial = "Authorization", .min = 1,
        .example = "X-Session", .help = "The header, parameter or cookie that carries the token."),
    WEIR_CHOICE(struct use_api_key, location, http_key_locations, .initial = "header",
        .help = "Where the token travels."),
    {0},
};

static const struct weir_variant_type uses[] = {
    {"bearer", "As `Authorization: Bearer TOKEN`.", USE_BEARER, NULL, 0},
    {"api_key", "As a key.", USE_API_KEY, use_api_key_options, sizeof(struct use_api_key)},
    {0},
};

static const struct weir_choice methods[] = {
    {"GET", HTTP_GET, NULL},
    {"POST", HTTP_POST, NULL},
    {"PUT", HTTP_PUT, NULL},
    {0},
};

static const struct weir_option login_options[] = {
    WEIR_TEXT(struct http_session_login, path, .required = true, .min = 1, .example = "/login",
        .help = "The address behind `base_url`, or a whole one; redirects are not followed."),
    WEIR_CHOICE(
        struct http_session_login, method, methods, .initial = "POST", .help = "How to ask."),
    WEIR_DOCUMENT(struct http_session_login, json, .sensitive = true,
        .example = "{ user: me, password: \"${API_PASSWORD}\" }",
        .help = "The body of the request, sent as JSON."),
    WEIR_PAIRS(struct http_session_login, data, .sensitive = true,
        .example = "{ user: me, password: \"${API_PASSWORD}\" }",
        .help = "The body of the request as a form, instead."),
    WEIR_PAIRS(struct http_session_login, headers, .sensitive = true,
        .example = "{ X-Client: weir }", .help = "Headers of the request."),
    {0},
};

const struct weir_option http_session_options[] = {
    WEIR_GROUP(struct http_session, login, struct http_session_login, login_options,
        .help = "The request that logs in."),
    WEIR_PATH(struct http_session, token_path, .example = "data.token",
        .help = "Where the answer holds the token."),
    WEIR_TEXT(struct http_session, token_header, .min = 1, .example = "X-Session",
        .help = "The header of the answer that holds the token, instead."),
    WEIR_BOOL(struct http_session, cookie, .initial = "false",
        .help = "Send the cookies that the answer sets, instead of a token."),
    WEIR_DURATION(struct http_session, expires_in, .min = 1000, .max = 365LL * 24 * 3600 * 1000,
        .help = "How long a login is good; when absent, until the server answers 401."),
    WEIR_VARIANT(
        struct http_session, use, uses, .initial = "bearer", .help = "How the token is sent."),
    {0},
};

/* --- check -------------------------------------------------------------------------------- */

static void check_headers(const struct weir_pairs *headers, struct weir_mistakes *mistakes)
{
    for (size_t i = 0; i < headers->n; i++) {
        const struct weir_pair *header = &headers->items[i];

        if (!http_header_name_is_valid(header->name) || http_header_is_reserved(header->name))
            weir_mistake(mistakes, header->node, 0, "E-HEADER",
                "'%s' cannot be the name of a header here", header->name);
        if (!http_header_value_is_valid(weir_str(header->text)))
            weir_mistake(mistakes, header->node, 0, "E-HEADER",
                "the value for '%s' holds a line break or another control byte", header->name);
    }
}

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_session *o = options;
    const struct weir_node *login = weir_node_get(node, "login");

    if ((o->token_path != NULL) + (o->token_header != NULL) + o->cookie != 1)
        weir_mistake(mistakes, node, 0, "E-REQUIRED",
            "a session needs one of 'token_path', 'token_header' and 'cookie: true', which say "
            "where the answer holds what is sent afterwards");
    if (o->login.json && o->login.data.n)
        weir_mistake(mistakes, login ? login : node, 0, "E-VALUE",
            "'json' and 'data' exclude each other: a request has one body");
    if ((o->login.json || o->login.data.n) && o->login.method == HTTP_GET)
        weir_mistake(mistakes, login ? login : node, 0, "E-VALUE",
            "a GET carries no body; say method: POST");
    if (o->login.path && strstr(o->login.path, "://"))
        http_credential_check_url(o->login.path, "path", login ? login : node, mistakes);
    check_headers(&o->login.headers, mistakes);
    if (o->use.type && o->use.type->value == USE_API_KEY) {
        const struct use_api_key *key = o->use.options;

        http_credential_check_key_name(key->name, key->location, o->use.node, mistakes);
    }
}

static bool is_relative(const void *options)
{
    const struct http_session *o = options;

    return o->login.path && !strstr(o->login.path, "://");
}

static const char *header_name(const void *options)
{
    const struct http_session *o = options;
    const struct use_api_key *key = o->use.options;

    if (o->cookie)
        return "Cookie";
    if (!o->use.type || o->use.type->value == USE_BEARER)
        return "Authorization";
    if (key->location == HTTP_KEY_IN_COOKIE)
        return "Cookie";
    return key->location == HTTP_KEY_IN_HEADER ? key->name : NULL;
}

/* --- the request -------------------------------------------------------------------------- */

static bool has_header(const struct weir_pairs *headers, const char *name)
{
    for (size_t i = 0; i < headers->n; i++)
        if (strcasecmp(headers->items[i].name, name) == 0)
            return true;
    return false;
}

static const char *const *make_headers(
    const struct http_session_login *login, struct weir_arena *arena)
{
    const char **lines = weir_new_array(arena, login->headers.n + 3, const char *);
    const char *type = login->json     ? "Content-Type: application/json"
                       : login->data.n ? "Content-Type: application/x-www-form-urlencoded"
                                       : NULL;
    size_t n = 0;

    for (size_t i = 0; i < login->headers.n; i++)
        lines[n++] = weir_printf(
            arena, "%s: %s", login->headers.items[i].name, login->headers.items[i].text);
    if (type && !has_header(&login->headers, "Content-Type"))
        lines[n++] = type;
    if (!has_header(&login->headers, "Accept"))
        lines[n++] = "Accept: application/json";
    return lines;
}

/* What a message may not show: every text that is sent, for each may be the password. */
static size_t hide_texts(const struct weir_node *node, const char **hidden, size_t n, size_t most)
{
    enum { SHORTEST = 4 };

    if (!node)
        return n;
    if (node->kind == WEIR_NODE_SCALAR && node->text.len >= SHORTEST && n < most)
        hidden[n++] = node->text.ptr;
    for (size_t i = 0; i < node->n; i++)
        n = hide_texts(node->items[i], hidden, n, most);
    return n;
}

static const char *const *texts_of(
    const struct http_session_login *login, struct weir_str body, struct weir_arena *arena)
{
    enum { MOST_HIDDEN = 256 };
    const char **hidden = weir_new_array(arena, MOST_HIDDEN + 1, const char *);
    struct weir_error ignored = {0};
    size_t n = 0;

    if (login->json)
        n = hide_texts(weir_node_from_json(arena, body, &ignored), hidden, 0, MOST_HIDDEN);
    for (size_t i = 0; i < login->data.n && n < MOST_HIDDEN; i++)
        if (*login->data.items[i].text)
            hidden[n++] = login->data.items[i].text;
    return hidden;
}

static enum weir_status request(struct http_login *login, struct weir_arena *arena,
    struct http_exchange *ret_exchange, struct weir_error *ret_error)
{
    const struct http_session_login *o =
        &((const struct http_session *)login->credential.options)->login;
    const char *base_url = login->credential.context->base_url;
    struct http_request *request = &ret_exchange->request;
    const char *form = "";

    *request = (struct http_request){
        .method = http_method_name(o->method), .headers = make_headers(o, arena)};
    request->url = http_url_join(arena, base_url ? base_url : "", o->path);
    if (o->json &&
        weir_document_fill(o->json, arena, NULL, NULL, &request->body, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    for (size_t i = 0; i < o->data.n; i++)
        form = http_form_add(arena, form, o->data.items[i].name, o->data.items[i].text);
    if (o->data.n)
        request->body = weir_str(form);
    ret_exchange->hidden = texts_of(o, request->body, arena);
    return http_url_check(request->url, ret_error);
}

/* --- the answer --------------------------------------------------------------------------- */

static const char *pick(const struct weir_path *path, const struct weir_buf *body,
    struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct weir_str text = {body->ptr ? body->ptr : "", body->len};
    struct weir_json_reader *reader;
    struct weir_value value;
    enum weir_status status;

    if (!weir_node_from_json(arena, text, ret_error))
        return NULL;
    reader = weir_json_reader_new();
    status = weir_json_pick(reader, text, path, arena, &value, ret_error);
    weir_json_reader_free(reader);
    if (status != WEIR_OK || value.kind == WEIR_NULL || value.kind == WEIR_JSON ||
        value.kind == WEIR_BOOL)
        return NULL;
    return weir_copy(arena, weir_value_format(&value, arena, false)).ptr;
}

static enum weir_status place(const struct http_session *o, const char *token,
    struct weir_arena *arena, struct http_grant *grant, struct weir_error *ret_error)
{
    const struct use_api_key *key = o->use.options;

    grant->secret = token;
    if (!o->use.type || o->use.type->value == USE_BEARER) {
        grant->header = weir_printf(arena, "Authorization: Bearer %s", token);
    } else if (key->location == HTTP_KEY_IN_HEADER) {
        grant->header = weir_printf(arena, "%s: %s", key->name, token);
    } else if (key->location == HTTP_KEY_IN_QUERY) {
        grant->param = key->name;
        grant->value = token;
    } else if (http_cookie_value_is_valid(token)) {
        grant->header = weir_printf(arena, "Cookie: %s=%s", key->name, token);
    } else {
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the token that it gave cannot be the value of a cookie");
    }
    return WEIR_OK;
}

static enum weir_status read_answer(struct http_login *login, const struct http_response *response,
    struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error)
{
    const struct http_session *o = login->credential.options;
    struct weir_error why = {0};
    const char *token;

    ret_grant->lifetime = o->expires_in;
    if (o->cookie) {
        const char *cookies = http_cookies(response, arena, &ret_grant->secret);

        if (!cookies)
            return weir_error_set(
                ret_error, WEIR_FAULT_SOURCE, "E-AUTH", "the answer sets no cookie; check login");
        ret_grant->header = weir_printf(arena, "Cookie: %s", cookies);
        return WEIR_OK;
    }
    token = o->token_header ? http_response_header(response, o->token_header)
                            : pick(o->token_path, &response->body, arena, &why);
    if (!token || !*token)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the answer holds no token at '%s'%s%s; check login, and where the token stands",
            o->token_header ? o->token_header : weir_path_text(o->token_path),
            weir_error_is_set(&why) ? ": " : "", why.code);
    return place(o, weir_copy_text(arena, token), arena, ret_grant, ret_error);
}

static const struct http_login_kind how = {.request = request, .read = read_answer};

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    (void)options;
    (void)arena;
    http_login_init((struct http_login *)(void *)credential, &how);
}

const struct http_credential_kind http_session_kind = {
    .size = sizeof(struct http_login),
    .check = check,
    .is_relative = is_relative,
    .header_name = header_name,
    .init = init,
    .prepare = http_login_prepare,
    .refused = http_login_refused,
    .stop = http_login_stop,
};
