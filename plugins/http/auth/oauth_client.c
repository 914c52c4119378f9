#include "oauth_client.h"

#include "base64.h"
#include "credential_kinds.h"
#include "form.h"

#include <string.h>
#include <weir/template.h>

const struct weir_choice http_client_auth_choices[] = {
    {"body", HTTP_CLIENT_IN_BODY, "As fields of the form."},
    {"basic", HTTP_CLIENT_IN_HEADER,
        "As name and password of HTTP Basic, which some servers demand."},
    {0},
};

void http_oauth_client_check(const struct http_oauth_client *client, const struct weir_node *node,
    struct weir_mistakes *mistakes)
{
    static const char *const own[] = {
        "grant_type", "client_id", "client_secret", "refresh_token", "assertion"};
    const struct weir_secret secret = {client->secret};

    http_credential_check_url(client->url, "access_token_url", node, mistakes);
    http_credential_check_secret(&secret, "client_secret", node, mistakes);
    for (size_t i = 0; i < client->data->n; i++)
        for (size_t k = 0; k < sizeof(own) / sizeof(*own); k++)
            if (strcmp(client->data->items[i].name, own[k]) == 0)
                weir_mistake(mistakes, client->data->items[i].node, 0, "E-VALUE",
                    "'%s' is set by weir itself", own[k]);
}

/* Encoded before they are joined, so that a colon ends no name. */
static const char *basic_header(
    const struct http_oauth_client *client, struct weir_arena *arena, const char **ret_coded)
{
    const char *both = weir_printf(arena, "%s:%s", weir_url_encode(arena, weir_str(client->id)).ptr,
        weir_url_encode(arena, weir_str(client->secret)).ptr);

    *ret_coded = http_base64(arena, both);
    return weir_printf(arena, "Authorization: Basic %s", *ret_coded);
}

/* The rest of the form, and what of it no message may show. */
static const char *fill_form(const struct http_oauth_client *client, const char *form,
    struct weir_arena *arena, const char **hidden)
{
    bool is_in_body = client->place == HTTP_CLIENT_IN_BODY || !client->secret;

    if (is_in_body && client->id)
        form = http_form_add(arena, form, "client_id", client->id);
    if (is_in_body && client->secret) {
        form = http_form_add(arena, form, "client_secret", client->secret);
        *hidden++ = weir_url_encode(arena, weir_str(client->secret)).ptr;
    }
    for (size_t i = 0; i < client->data->n; i++) {
        const struct weir_pair *field = &client->data->items[i];

        form = http_form_add(arena, form, field->name, field->text);
        if (field->node->substituted)
            *hidden++ = field->text;
    }
    return form;
}

void http_oauth_client_request(const struct http_oauth_client *client, const char *form,
    const char *secret, struct weir_arena *arena, struct http_exchange *ret_exchange)
{
    const char **lines = weir_new_array(arena, 4, const char *);
    const char **hidden = weir_new_array(arena, client->data->n + 5, const char *);

    ret_exchange->hidden = hidden;
    lines[0] = "Content-Type: application/x-www-form-urlencoded";
    lines[1] = "Accept: application/json";
    if (client->place == HTTP_CLIENT_IN_HEADER && client->id && client->secret)
        lines[2] = basic_header(client, arena, hidden++);
    if (secret) {
        *hidden++ = secret;
        *hidden++ = weir_url_encode(arena, weir_str(secret)).ptr;
    }
    form = fill_form(client, form, arena, hidden);
    ret_exchange->request = (struct http_request){
        .method = "POST", .url = client->url, .headers = lines, .body = weir_str(form)};
}
