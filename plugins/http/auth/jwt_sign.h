/* Signatures of JSON Web Tokens (RFC 7518): HS256, RS256 and ES256. */
#ifndef WEIR_HTTP_JWT_SIGN_H
#define WEIR_HTTP_JWT_SIGN_H

#include <weir/arena.h>
#include <weir/status.h>

enum http_jwt_algorithm { HTTP_HS256, HTTP_RS256, HTTP_ES256 };

const char *http_jwt_algorithm_name(int algorithm);
/* Fails with E-VALUE where the text is no private key of the algorithm: PEM without a password, RSA
 * of 2,048 bits at least, or of the curve P-256. For HS256 any text but none will do. */
enum weir_status http_jwt_check_key(
    int algorithm, const char *key, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* The signature of the text, as base64url, in the arena. Fails as the check does. */
enum weir_status http_jwt_sign(int algorithm, const char *key, struct weir_str text,
    struct weir_arena *arena, const char **ret_signature,
    struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
