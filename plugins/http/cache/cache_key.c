#include "cache_key.h"

#include <openssl/evp.h>
#include <string.h>
#include <weir/arena.h>

static void add(EVP_MD_CTX *hash, const void *bytes, size_t n)
{
    uint64_t length = n;

    /* The length first: no two lists of texts are the same bytes. */
    (void)EVP_DigestUpdate(hash, &length, sizeof(length));
    (void)EVP_DigestUpdate(hash, bytes, n);
}

static EVP_MD_CTX *begin(void)
{
    EVP_MD_CTX *hash = EVP_MD_CTX_new();

    if (!hash || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1)
        weir_out_of_memory();
    return hash;
}

static struct http_cache_key end(EVP_MD_CTX *hash)
{
    struct http_cache_key key = {{0}};

    (void)EVP_DigestFinal_ex(hash, key.bytes, NULL);
    EVP_MD_CTX_free(hash);
    return key;
}

struct http_cache_key http_cache_key_of(const struct weir_str *parts, size_t n)
{
    EVP_MD_CTX *hash = begin();

    for (size_t i = 0; i < n; i++)
        add(hash, parts[i].ptr, parts[i].len);
    return end(hash);
}

struct http_cache_key http_cache_key_for(
    const struct http_cache_key *common, const char *url, const char *const *headers)
{
    EVP_MD_CTX *hash = begin();

    add(hash, common->bytes, sizeof(common->bytes));
    add(hash, url, strlen(url));
    for (; headers && *headers; headers++)
        add(hash, *headers, strlen(*headers));
    return end(hash);
}

void http_cache_sum(struct weir_str bytes, unsigned char ret_sum[HTTP_CACHE_HASH])
{
    memset(ret_sum, 0, HTTP_CACHE_HASH);
    (void)EVP_Digest(bytes.ptr, bytes.len, ret_sum, NULL, EVP_sha256(), NULL);
}
