#include "credential_kinds.h"

#include <string.h>

static const char *no_header_name(const void *options)
{
    (void)options;
    return NULL;
}

static const struct http_credential_kind none_kind = {.header_name = no_header_name};

enum { NONE, BEARER, API_KEY, HTTP_BASIC };

static const struct http_credential_kind *const kinds[] = {
    [NONE] = &none_kind,
    [BEARER] = &http_bearer_kind,
    [API_KEY] = &http_api_key_kind,
    [HTTP_BASIC] = &http_basic_kind,
};

const struct weir_variant_type http_auth_variants[] = {
    {"none", "No login.", NONE, NULL, 0},
    {"bearer", "A token in the Authorization header.", BEARER, http_bearer_options,
        sizeof(struct http_bearer)},
    {"api_key", "A key in a header or in the query.", API_KEY, http_api_key_options,
        sizeof(struct http_api_key)},
    {"http_basic", "A name and a password.", HTTP_BASIC, http_basic_options,
        sizeof(struct http_basic)},
    {0},
};

static const struct http_credential_kind *kind_of(const struct weir_variant *variant)
{
    return kinds[variant->type ? variant->type->value : NONE];
}

void http_credential_check_secret(const struct weir_secret *secret, const char *key,
    const struct weir_node *node, struct weir_mistakes *mistakes)
{
    const struct weir_node *at = weir_node_get(node, key);

    if (!secret->text)
        return;
    if (*secret->text == '\0')
        weir_mistake(mistakes, at ? at : node, 0, "E-VALUE", "'%s' is empty", key);
    for (const char *c = secret->text; *c; c++) {
        if ((unsigned char)*c >= 0x20 && *c != 0x7f)
            continue;
        weir_mistake(mistakes, at ? at : node, 0, "E-HEADER",
            "'%s' holds a line break or another control byte; is it read from a file that ends "
            "in one?",
            key);
        break;
    }
}

void http_credential_check(const struct weir_variant *variant, struct weir_mistakes *mistakes)
{
    const struct http_credential_kind *kind = kind_of(variant);

    if (kind->check)
        kind->check(variant->options, variant->node, mistakes);
}

const char *http_credential_header_name(const struct weir_variant *variant)
{
    const struct http_credential_kind *kind = kind_of(variant);

    return kind->header_name ? kind->header_name(variant->options) : "Authorization";
}

void http_credential_init(struct http_credential *credential, const struct weir_variant *variant,
    struct weir_arena *arena)
{
    *credential = (struct http_credential){.kind = kind_of(variant), .options = variant->options};
    if (credential->kind->init)
        credential->kind->init(credential, variant->options, arena);
}

enum weir_status http_credential_prepare(
    struct http_credential *credential, struct weir_error *ret_error)
{
    const struct http_credential_kind *kind = credential->kind;

    return kind->prepare ? kind->prepare(credential, ret_error) : WEIR_OK;
}

static void add_header(struct http_request *request, const char *header, struct weir_arena *arena)
{
    const char **lines;
    size_t n = 0;

    while (request->headers && request->headers[n])
        n++;
    lines = weir_new_array(arena, n + 2, const char *);
    if (n)
        memcpy(lines, request->headers, n * sizeof(*lines));
    lines[n] = header;
    request->headers = lines;
}

uint64_t http_credential_apply(const struct http_credential *credential,
    struct http_request *request, struct weir_arena *arena)
{
    if (credential->header)
        add_header(request, credential->header, arena);
    request->url = http_credential_url(credential, arena, request->url);
    return credential->login;
}

bool http_credential_refused(struct http_credential *credential, uint64_t login)
{
    const struct http_credential_kind *kind = credential->kind;

    return kind->refused && kind->refused(credential, login);
}
