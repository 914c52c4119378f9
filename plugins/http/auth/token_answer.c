#include "token_answer.h"

#include <stdlib.h>
#include <strings.h>

/* A text of the answer, or NULL. */
static const char *text_of(const struct weir_node *answer, const char *key)
{
    const struct weir_node *node = weir_node_get(answer, key);

    return node && node->kind == WEIR_NODE_SCALAR && !weir_node_is_null(node) ? node->text.ptr
                                                                              : NULL;
}

/* Seconds, as a number or in quotes. */
static uint64_t lifetime_of(const struct weir_node *answer, uint64_t default_ms)
{
    const char *text = text_of(answer, "expires_in");
    char *end;
    double seconds;

    if (!text)
        return default_ms;
    seconds = strtod(text, &end);
    if (end == text || *end || !(seconds > 0))
        return default_ms;
    return seconds < 1e9 ? (uint64_t)(seconds * 1000) : default_ms;
}

enum weir_status http_token_answer(struct weir_str body, uint64_t default_ms,
    struct weir_arena *arena, struct http_grant *ret_grant, struct weir_error *ret_error)
{
    struct weir_error error = {0};
    const struct weir_node *answer = weir_node_from_json(arena, body, &error);
    const char *token = text_of(answer, "access_token");
    const char *type = text_of(answer, "token_type");

    if (!answer)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the answer is no JSON document (%s); check access_token_url", error.code);
    if (!token || !*token)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the answer has no access_token; check access_token_url");
    if (type && strcasecmp(type, "bearer") != 0)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the answer's token_type is '%.40s', and only Bearer can be sent", type);
    *ret_grant = (struct http_grant){.secret = token,
        .header = weir_printf(arena, "Authorization: Bearer %s", token),
        .refresh_token = text_of(answer, "refresh_token"),
        .lifetime = lifetime_of(answer, default_ms)};
    return WEIR_OK;
}
