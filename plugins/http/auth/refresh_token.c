/*
 * OAuth 2 with a refresh token (RFC 6749, section 6): it gets access tokens, and
 * may be changed for another one each time.
 *
 * The new one is stored before anything is asked for with what came along, and
 * that a renewal is begun before it is: so the next run knows the newest token, or
 * that the answer which held it was lost.
 */
#include "credential_kinds.h"
#include "form.h"
#include "oauth_client.h"
#include "token_answer.h"
#include "vault.h"

#include <string.h>

enum { LONGEST_WAIT_MS = 60 * 1000 };

struct refresh {
    struct http_login login;
    struct http_vault vault;
    struct http_vault_entry entry; /* what is known */
    struct weir_arena *tokens;     /* of entry.token */
    bool was_renewing;             /* when this renewal was begun */
};

/* --- options ------------------------------------------------------------------------------ */

static const struct weir_option store_options[] = {
    WEIR_TEXT(struct http_refresh_store, path, .min = 1, .example = "/var/lib/weir/login",
        .help = "The file. Processes may share it; beside it lies a file of the same name and "
                "`.lock`."),
    WEIR_SECRET(struct http_refresh_store, key, .example = "${WEIR_KEY}",
        .help = "32 random bytes, as base64 or hexadecimal: `openssl rand -base64 32`."),
    {0},
};

const struct weir_option http_refresh_token_options[] = {
    WEIR_TEXT(struct http_refresh_token, access_token_url, .required = true, .min = 1,
        .example = "https://login.example.org/oauth/token",
        .help = "Where tokens are got, by POST; redirects are not followed."),
    WEIR_TEXT(struct http_refresh_token, client_id, .required = true, .min = 1,
        .help = "The name of the program that asks."),
    WEIR_SECRET(struct http_refresh_token, client_secret, .example = "${CLIENT_SECRET}",
        .help = "Its secret; public clients have none."),
    WEIR_CHOICE(struct http_refresh_token, client_auth, http_client_auth_choices, .initial = "body",
        .help = "Where client_id and client_secret stand."),
    WEIR_SECRET(struct http_refresh_token, refresh_token, .required = true,
        .example = "${REFRESH_TOKEN}",
        .help = "The token to begin with. A new one here is preferred to what is stored."),
    WEIR_GROUP(struct http_refresh_token, store, struct http_refresh_store, store_options,
        .help = "Where a new refresh token is kept, encrypted, for servers that change it with "
                "each use."),
    WEIR_PAIRS(struct http_refresh_token, access_token_request_data, .sensitive = true,
        .example = "{ scope: read }", .help = "More fields of the form."),
    WEIR_DURATION(struct http_refresh_token, default_token_expiration, .initial = "1h", .min = 1000,
        .max = 365LL * 24 * 3600 * 1000,
        .help = "How long a token is good where the answer has no expires_in."),
    {0},
};

static struct http_oauth_client client_of(const struct http_refresh_token *o)
{
    return (struct http_oauth_client){.url = o->access_token_url,
        .id = o->client_id,
        .secret = o->client_secret.text,
        .place = o->client_auth,
        .data = &o->access_token_request_data};
}

static void check(const void *options, const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct http_refresh_token *o = options;
    const struct http_oauth_client client = client_of(o);
    const struct weir_node *store = weir_node_get(node, "store");
    struct http_seal_key key;

    http_oauth_client_check(&client, node, mistakes);
    http_credential_check_secret(&o->refresh_token, "refresh_token", node, mistakes);
    if (o->client_auth == HTTP_CLIENT_IN_HEADER && !o->client_secret.text)
        weir_mistake(mistakes, node, 0, "E-REQUIRED", "client_auth: basic needs 'client_secret'");
    if (!o->store.path != !o->store.key.text)
        weir_mistake(
            mistakes, store ? store : node, 0, "E-REQUIRED", "'store' needs both 'path' and 'key'");
    if (o->store.key.text && !http_seal_key_parse(o->store.key.text, &key))
        weir_mistake(mistakes, store ? store : node, 0, "E-VALUE",
            "'key' needs 32 random bytes as base64 or hexadecimal, such as those of openssl rand "
            "-base64 32");
}

/* --- what is kept ------------------------------------------------------------------------- */

static void keep_token(struct refresh *refresh, const char *token)
{
    struct weir_arena *arena = weir_arena_new();

    refresh->entry.token = weir_copy_text(arena, token);
    weir_arena_free(refresh->tokens);
    refresh->tokens = arena;
    weir_secret(refresh->login.credential.context->stage, refresh->entry.token);
}

/* Where the file names another token than the one that the stored one came of, it was put there anew. */
static enum weir_status recall(
    struct refresh *refresh, struct weir_arena *arena, struct weir_error *ret_error)
{
    const struct http_refresh_token *o = refresh->login.credential.options;
    struct http_vault_entry stored = {0};
    char seed[HTTP_VAULT_SEED + 1];
    enum weir_status status = http_vault_read(&refresh->vault, arena, &stored, ret_error);

    if (status == WEIR_FAIL)
        return WEIR_FAIL;
    http_vault_seed(o->refresh_token.text, seed);
    if (status == WEIR_OK && strcmp(stored.seed, seed) == 0) {
        keep_token(refresh, stored.token);
        refresh->was_renewing = stored.is_renewing;
    } else {
        keep_token(refresh, o->refresh_token.text);
        refresh->was_renewing = false;
    }
    memcpy(refresh->entry.seed, seed, sizeof(seed));
    refresh->entry.is_renewing = true;
    return http_vault_write(&refresh->vault, &refresh->entry, ret_error);
}

/* --- the exchange ------------------------------------------------------------------------- */

static enum weir_status request(struct http_login *login, struct weir_arena *arena,
    struct http_exchange *ret_exchange, struct weir_error *ret_error)
{
    struct refresh *refresh = (struct refresh *)(void *)login;
    const struct http_refresh_token *o = login->credential.options;
    const struct http_oauth_client client = client_of(o);
    const char *form;

    if (o->store.path) {
        enum weir_status status = http_vault_lock(&refresh->vault, ret_error);

        if (status == WEIR_AGAIN && http_login_waited(login) > LONGEST_WAIT_MS)
            return weir_error_set(ret_error, WEIR_FAULT_LOCKED, "E-AUTH-STORE",
                "another process has held the login's store '%s' for %d s", o->store.path,
                LONGEST_WAIT_MS / 1000);
        if (status != WEIR_OK)
            return status;
        if (recall(refresh, arena, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    } else if (!refresh->entry.token) {
        keep_token(refresh, o->refresh_token.text);
    }
    form = http_form_add(arena, "", "grant_type", "refresh_token");
    form = http_form_add(arena, form, "refresh_token", refresh->entry.token);
    http_oauth_client_request(&client, form, refresh->entry.token, arena, ret_exchange);
    return WEIR_OK;
}

static enum weir_status read_answer(struct http_login *login, const struct http_response *response,
    struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error)
{
    struct refresh *refresh = (struct refresh *)(void *)login;
    const struct http_refresh_token *o = login->credential.options;
    const struct weir_str body = {response->body.ptr ? response->body.ptr : "", response->body.len};

    if (http_token_answer(body, o->default_token_expiration, arena, ret_grant, ret_error) !=
        WEIR_OK)
        return WEIR_FAIL;
    if (ret_grant->refresh_token && strcmp(ret_grant->refresh_token, refresh->entry.token) != 0) {
        keep_token(refresh, ret_grant->refresh_token);
        if (!o->store.path)
            weir_log(login->credential.context->stage, WEIR_LOG_WARNING,
                "the server has changed the refresh_token, and there is no store for the new one: "
                "the next run may not be able to log in; say store under auth");
    }
    refresh->entry.is_renewing = false;
    return o->store.path ? http_vault_write(&refresh->vault, &refresh->entry, ret_error) : WEIR_OK;
}

/* Refused, and no wonder: an answer that held the next token never came. */
static bool explain(struct http_login *login, int status, struct weir_error *ret_error)
{
    struct refresh *refresh = (struct refresh *)(void *)login;

    if (status != 400 && status != 401)
        return false;
    if (!refresh->was_renewing && login->attempts == 1) {
        /* Nothing was lost, so the next run shall not say so. */
        refresh->entry.is_renewing = false;
        return refresh->vault.path &&
               http_vault_write(&refresh->vault, &refresh->entry, ret_error) != WEIR_OK;
    }
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH-LOST",
        "status %d: the refresh_token is good no more, since an answer with the next one was lost; "
        "log in anew, and put the new refresh_token in the place of the old one",
        status);
    return true;
}

static void release(struct http_login *login)
{
    http_vault_unlock(&((struct refresh *)(void *)login)->vault);
}

static const struct http_login_kind how = {
    .request = request, .read = read_answer, .release = release, .explain = explain};

/* --- the credential ----------------------------------------------------------------------- */

static void init(struct http_credential *credential, const void *options, struct weir_arena *arena)
{
    struct refresh *refresh = (struct refresh *)(void *)credential;
    const struct http_refresh_token *o = options;

    credential->secrets[0] = o->client_secret.text;
    refresh->vault.lock = -1;
    if (o->store.path) {
        refresh->vault.path = o->store.path;
        refresh->vault.about =
            weir_str(weir_printf(arena, "%s %s", o->access_token_url, o->client_id));
        (void)http_seal_key_parse(o->store.key.text, &refresh->vault.key);
    }
    http_login_init(&refresh->login, &how);
}

static void stop(struct http_credential *credential)
{
    struct refresh *refresh = (struct refresh *)(void *)credential;

    http_login_stop(credential);
    weir_arena_free(refresh->tokens);
    refresh->tokens = NULL;
}

const struct http_credential_kind http_refresh_token_kind = {
    .size = sizeof(struct refresh),
    .check = check,
    .init = init,
    .prepare = http_login_prepare,
    .refused = http_login_refused,
    .stop = stop,
};
