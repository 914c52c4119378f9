/* Signatures of JSON Web Tokens. */
#include "http_checks.h"

#include "../../plugins/http/auth/base64.h"
#include "../../plugins/http/auth/credential.h"
#include "../../plugins/http/auth/jwt_sign.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

static const char input[] =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ";

static const char *pem_of(struct weir_arena *arena, EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    long length;

    assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
    length = BIO_get_mem_data(bio, &text);
    text = weir_printf(arena, "%.*s", (int)length, text);
    BIO_free(bio);
    return text;
}

/* The bytes of base64url; the number of them. */
static size_t decode(const char *text, unsigned char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    size_t n = 0, have = 0;

    for (; *text; text++) {
        const char *digit = strchr(digits, *text);

        assert_non_null(digit);
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return n;
}

static bool verifies(EVP_PKEY *key, const unsigned char *signature, size_t length)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int done;

    assert_int_equal(EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key), 1);
    done =
        EVP_DigestVerify(context, signature, length, (const unsigned char *)input, strlen(input));
    EVP_MD_CTX_free(context);
    return done == 1;
}

static const char *sign(struct http_fixture *f, int algorithm, const char *key)
{
    const char *signature = NULL;

    assert_int_equal(http_jwt_check_key(algorithm, key, &f->error), WEIR_OK);
    assert_int_equal(
        http_jwt_sign(algorithm, key, weir_str(input), f->arena, &signature, &f->error), WEIR_OK);
    assert_null(strpbrk(signature, "+/="));
    return signature;
}

static void signs_with_a_secret(void **state)
{
    assert_string_equal(sign(*state, HTTP_HS256, "your-256-bit-secret"),
        "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c");
}

static void signs_with_rsa(void **state)
{
    struct http_fixture *f = *state;
    EVP_PKEY *key = EVP_RSA_gen(2048);
    unsigned char signature[512];
    size_t length = decode(sign(f, HTTP_RS256, pem_of(f->arena, key)), signature);

    assert_int_equal(length, 256);
    assert_true(verifies(key, signature, length));
    signature[100] ^= 1;
    assert_false(verifies(key, signature, length));
    EVP_PKEY_free(key);
}

/* Both numbers have 32 bytes, also where they begin with zeros. */
static void signs_with_a_curve(void **state)
{
    struct http_fixture *f = *state;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    const char *pem = pem_of(f->arena, key);

    for (int i = 0; i < 300; i++) {
        unsigned char signature[128], *der = NULL;
        ECDSA_SIG *both = ECDSA_SIG_new();
        int length;

        assert_int_equal(decode(sign(f, HTTP_ES256, pem), signature), 64);
        assert_int_equal(ECDSA_SIG_set0(both, BN_bin2bn(signature, 32, NULL),
                             BN_bin2bn(signature + 32, 32, NULL)),
            1);
        length = i2d_ECDSA_SIG(both, &der);
        assert_true(verifies(key, der, (size_t)length));
        OPENSSL_free(der);
        ECDSA_SIG_free(both);
    }
    EVP_PKEY_free(key);
}

static void check_bad(struct http_fixture *f, int algorithm, const char *key, const char *text)
{
    const char *signature;

    f->error = (struct weir_error){0};
    assert_int_equal(http_jwt_check_key(algorithm, key, &f->error), WEIR_FAIL);
    assert_non_null(strstr(f->error.text, text));
    if (algorithm != HTTP_HS256)
        assert_int_equal(
            http_jwt_sign(algorithm, key, weir_str("x"), f->arena, &signature, &f->error),
            WEIR_FAIL);
}

static void tells_of_keys_that_do_not_fit(void **state)
{
    struct http_fixture *f = *state;
    EVP_PKEY *small = EVP_RSA_gen(1024), *other = EVP_EC_gen("P-384"), *rsa = EVP_RSA_gen(2048);

    check_bad(f, HTTP_HS256, "", "needs a key");
    check_bad(f, HTTP_RS256, "", "private key in PEM form");
    check_bad(f, HTTP_RS256, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        "private key in PEM form");
    check_bad(f, HTTP_RS256, pem_of(f->arena, small), "at least 2048 bits");
    check_bad(f, HTTP_RS256, pem_of(f->arena, other), "RSA key");
    check_bad(f, HTTP_ES256, pem_of(f->arena, other), "P-256");
    check_bad(f, HTTP_ES256, pem_of(f->arena, rsa), "P-256");
    EVP_PKEY_free(small);
    EVP_PKEY_free(other);
    EVP_PKEY_free(rsa);
}

static void check_refused(struct http_fixture *f, const char *more, const char *code)
{
    http_parse(
        f, weir_printf(f->arena,
               "{'url': 'http://h/', 'auth': {'type': 'jwt', 'algorithm': 'HS256'%s}}", more));
    check_none(&f->mistakes);
    http_credential_check(&f->options.auth, NULL, &f->mistakes);
    assert_int_equal(f->mistakes.n, 1);
    assert_string_equal(f->mistakes.items[0].code, code);
}

static void tells_of_what_cannot_be(void **state)
{
    struct http_fixture *f = *state;

    check_refused(f, "", "E-REQUIRED");
    check_refused(f, ", 'key': 'k', 'key_file': 'f'", "E-REQUIRED");
    check_refused(f, ", 'key': 'k', 'claims': {'exp': 1}", "E-VALUE");
    check_refused(f, ", 'key': 'k', 'claims': [1]", "E-VALUE");
    check_refused(f, ", 'key': 'k', 'headers': {'alg': 'none'}", "E-VALUE");
    check_refused(f, ", 'key': 'k', 'exchange': 'ftp://h/'", "E-URL-SCHEME");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(signs_with_a_secret, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(signs_with_rsa, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(signs_with_a_curve, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(tells_of_keys_that_do_not_fit, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(tells_of_what_cannot_be, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
