#include "seal.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

static bool from_hex(const char *text, struct http_seal_key *key)
{
    for (size_t i = 0; i < HTTP_SEAL_KEY; i++) {
        int high = weir_hex_digit(text[2 * i]), low = weir_hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        key->bytes[i] = (unsigned char)(high * 16 + low);
    }
    return true;
}

bool http_seal_key_parse(const char *text, struct http_seal_key *ret_key)
{
    unsigned char bytes[HTTP_SEAL_KEY + 2];
    size_t length = strlen(text);

    if (length == 2 * (size_t)HTTP_SEAL_KEY)
        return from_hex(text, ret_key);
    /* 32 bytes are 43 digits and one sign that nothing follows. */
    if (length != 44 || text[43] != '=' || text[42] == '=' ||
        EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length) != HTTP_SEAL_KEY + 1)
        return false;
    memcpy(ret_key->bytes, bytes, HTTP_SEAL_KEY);
    return true;
}

bool http_seal(const struct http_seal_key *key, struct weir_str about, struct weir_str text,
    unsigned char *out)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    unsigned char *body = out + HTTP_SEAL_NONCE;
    int n = 0;
    bool done =
        context && RAND_bytes(out, HTTP_SEAL_NONCE) == 1 &&
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, out) == 1 &&
        EVP_EncryptUpdate(context, NULL, &n, (const unsigned char *)about.ptr, (int)about.len) ==
            1 &&
        EVP_EncryptUpdate(context, body, &n, (const unsigned char *)text.ptr, (int)text.len) == 1 &&
        EVP_EncryptFinal_ex(context, body + text.len, &n) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, HTTP_SEAL_TAG, body + text.len) == 1;

    EVP_CIPHER_CTX_free(context);
    return done;
}

struct weir_str http_unseal(const struct http_seal_key *key, struct weir_str about,
    struct weir_str sealed, struct weir_arena *arena)
{
    const unsigned char *nonce = (const unsigned char *)sealed.ptr;
    EVP_CIPHER_CTX *context;
    unsigned char tag[HTTP_SEAL_TAG];
    size_t length;
    char *text;
    int n = 0;
    bool done;

    if (sealed.len < HTTP_SEAL_MORE)
        return (struct weir_str){NULL, 0};
    length = sealed.len - HTTP_SEAL_MORE;
    text = weir_alloc_zero(arena, 1, length + 1);
    memcpy(tag, sealed.ptr + HTTP_SEAL_NONCE + length, HTTP_SEAL_TAG);
    context = EVP_CIPHER_CTX_new();
    done = context &&
           EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes, nonce) == 1 &&
           EVP_DecryptUpdate(context, NULL, &n, (const unsigned char *)about.ptr, (int)about.len) ==
               1 &&
           EVP_DecryptUpdate(
               context, (unsigned char *)text, &n, nonce + HTTP_SEAL_NONCE, (int)length) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, HTTP_SEAL_TAG, tag) == 1 &&
           EVP_DecryptFinal_ex(context, (unsigned char *)text + length, &n) == 1;
    EVP_CIPHER_CTX_free(context);
    return done ? (struct weir_str){text, length} : (struct weir_str){NULL, 0};
}
