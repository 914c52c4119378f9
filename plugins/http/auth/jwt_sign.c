#include "jwt_sign.h"

#include "base64.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <string.h>

enum {
    LEAST_RSA_BITS = 2048,
    HALF = 32, /* bytes of each of the two numbers of an ES256 signature */
};

const char *http_jwt_algorithm_name(int algorithm)
{
    return algorithm == HTTP_HS256 ? "HS256" : algorithm == HTTP_RS256 ? "RS256" : "ES256";
}

/* A key with a password is none that can be used: nobody is there to type it. */
static int no_password(char *buffer, int size, int is_new, void *arg)
{
    (void)buffer;
    (void)size;
    (void)is_new;
    (void)arg;
    return -1;
}

static bool is_p256(const EVP_PKEY *key)
{
    char group[64] = "";

    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
           strcmp(group, "prime256v1") == 0;
}

/* NULL and an error: not one of the algorithm. */
static EVP_PKEY *load(int algorithm, const char *text, struct weir_error *ret_error)
{
    size_t length = strlen(text);
    BIO *bio = length <= INT_MAX ? BIO_new_mem_buf(text, (int)length) : NULL;
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    bool fits = key && (algorithm == HTTP_RS256 ? EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA &&
                                                      EVP_PKEY_get_bits(key) >= LEAST_RSA_BITS
                                                : is_p256(key));

    BIO_free(bio);
    if (fits)
        return key;
    weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-VALUE", "%s needs %s",
        http_jwt_algorithm_name(algorithm),
        !key                      ? "a private key in PEM form, without a password"
        : algorithm == HTTP_RS256 ? "an RSA key of at least 2048 bits"
                                  : "a key of the curve P-256 (prime256v1)");
    EVP_PKEY_free(key);
    return NULL;
}

enum weir_status http_jwt_check_key(int algorithm, const char *key, struct weir_error *ret_error)
{
    EVP_PKEY *loaded;

    if (algorithm == HTTP_HS256)
        return *key ? WEIR_OK
                    : weir_error_set(
                          ret_error, WEIR_FAULT_USAGE, "E-VALUE", "HS256 needs a key, got none");
    loaded = load(algorithm, key, ret_error);
    EVP_PKEY_free(loaded);
    return loaded ? WEIR_OK : WEIR_FAIL;
}

static enum weir_status failed(struct weir_error *ret_error)
{
    return weir_error_set(
        ret_error, WEIR_FAULT_USAGE, "E-VALUE", "the key of auth cannot sign; is it whole?");
}

/* From the form that the library has, ASN.1, to both numbers one behind the other. */
static bool to_halves(const unsigned char *der, size_t length, unsigned char out[2 * HALF])
{
    ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)length);
    bool done = signature && BN_bn2binpad(ECDSA_SIG_get0_r(signature), out, HALF) == HALF &&
                BN_bn2binpad(ECDSA_SIG_get0_s(signature), out + HALF, HALF) == HALF;

    ECDSA_SIG_free(signature);
    return done;
}

static enum weir_status sign_with(
    EVP_PKEY *key, struct weir_str text, struct weir_arena *arena, struct weir_str *ret_signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = (size_t)EVP_PKEY_get_size(key);
    unsigned char *out = weir_alloc(arena, length);
    bool done =
        context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestSign(context, out, &length, (const unsigned char *)text.ptr, text.len) == 1;

    EVP_MD_CTX_free(context);
    if (done && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
        unsigned char *halves = weir_alloc(arena, (size_t)(2 * HALF));

        done = to_halves(out, length, halves);
        out = halves;
        length = (size_t)(2 * HALF);
    }
    *ret_signature = (struct weir_str){(const char *)out, length};
    return done ? WEIR_OK : WEIR_FAIL;
}

enum weir_status http_jwt_sign(int algorithm, const char *key, struct weir_str text,
    struct weir_arena *arena, const char **ret_signature, struct weir_error *ret_error)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct weir_str signature = {(const char *)digest, 0};
    enum weir_status status = WEIR_FAIL;

    if (algorithm == HTTP_HS256) {
        unsigned length = 0;

        if (HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text.ptr, text.len,
                digest, &length))
            status = WEIR_OK;
        signature.len = length;
    } else {
        EVP_PKEY *loaded = load(algorithm, key, ret_error);

        if (!loaded)
            return WEIR_FAIL;
        status = sign_with(loaded, text, arena, &signature);
        EVP_PKEY_free(loaded);
    }
    if (status != WEIR_OK)
        return failed(ret_error);
    *ret_signature = http_base64url(arena, signature);
    return WEIR_OK;
}
