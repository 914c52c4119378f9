#include "prefix.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

/* libcrypto fails at hashing only when it has no memory, as whatever else needs some. */
static void must(int ok)
{
    if (ok != 1)
        abort();
}

static EVP_MD_CTX *context_new(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(context != NULL);
    return context;
}

void http_prefix_init(struct http_prefix *prefix)
{
    prefix->context = context_new();
    http_prefix_reset(prefix);
}

void http_prefix_done(struct http_prefix *prefix)
{
    EVP_MD_CTX_free(prefix->context);
    prefix->context = NULL;
}

void http_prefix_reset(struct http_prefix *prefix)
{
    must(EVP_DigestInit_ex(prefix->context, EVP_sha256(), NULL));
    prefix->bytes = 0;
}

void http_prefix_add(struct http_prefix *prefix, const char *bytes, size_t n)
{
    must(EVP_DigestUpdate(prefix->context, bytes, n));
    prefix->bytes += n;
}

struct http_cut http_prefix_cut(const struct http_prefix *prefix)
{
    struct http_cut cut = {.bytes = prefix->bytes};
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *copy = context_new();

    must(EVP_MD_CTX_copy_ex(copy, prefix->context));
    must(EVP_DigestFinal_ex(copy, digest, NULL));
    EVP_MD_CTX_free(copy);
    memcpy(cut.digest, digest, sizeof(cut.digest));
    return cut;
}

bool http_cut_equal(const struct http_cut *a, const struct http_cut *b)
{
    return a->bytes == b->bytes && memcmp(a->digest, b->digest, sizeof(a->digest)) == 0;
}

/* --- as a text ------------------------------------------------------------------------------ */

static const char digits[] = "0123456789abcdef";

const char *http_cut_write(const struct http_cut *cut, struct weir_arena *arena)
{
    char hex[2 * HTTP_DIGEST_SIZE + 1] = "";

    for (size_t i = 0; i < HTTP_DIGEST_SIZE; i++) {
        hex[2 * i] = digits[cut->digest[i] >> 4];
        hex[2 * i + 1] = digits[cut->digest[i] & 15];
    }
    return weir_printf(arena, "cut %" PRIu64 " %s", cut->bytes, hex);
}

static bool read_hex(const char *text, unsigned char *out)
{
    for (size_t i = 0; i < HTTP_DIGEST_SIZE; i++) {
        const char *high = text[2 * i] ? strchr(digits, text[2 * i]) : NULL;
        const char *low = high && text[2 * i + 1] ? strchr(digits, text[2 * i + 1]) : NULL;

        if (!low)
            return false;
        out[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
    return text[2 * HTTP_DIGEST_SIZE] == '\0';
}

bool http_cut_read(const char *text, struct http_cut *ret_cut)
{
    char *end;

    if (strncmp(text, "cut ", 4) != 0 || text[4] < '1' || text[4] > '9')
        return false;
    errno = 0;
    ret_cut->bytes = strtoull(text + 4, &end, 10);
    return errno == 0 && *end == ' ' && read_hex(end + 1, ret_cut->digest);
}
