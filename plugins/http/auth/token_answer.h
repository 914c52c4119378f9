/* What an authorization server answers (RFC 6749, section 5). */
#ifndef WEIR_HTTP_TOKEN_ANSWER_H
#define WEIR_HTTP_TOKEN_ANSWER_H

#include "login.h"

/*
 * access_token, as it is sent, a refresh_token if there is one, and how long it is good:
 * expires_in, or else `default_ms`. E-AUTH where there is none, or one that is sent in another way
 * than as Bearer.
 */
enum weir_status http_token_answer(struct weir_str body, uint64_t default_ms,
    struct weir_arena *arena, struct http_grant *ret_grant,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
