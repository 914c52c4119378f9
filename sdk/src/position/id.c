/* Ids: the first bytes of a SHA-256, so that no two things that differ have the same. */
#include <weir/position.h>

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct weir_id weir_id_of(struct weir_str bytes)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct weir_id id;

    /* It fails only where the system's libcrypto is broken, and then no id is a good one. */
    if (!EVP_Digest(bytes.ptr, bytes.len, digest, NULL, EVP_sha256(), NULL)) {
        (void)fputs("weir: error[E-BUG]: libcrypto computes no SHA-256\n", stderr);
        abort();
    }
    memcpy(id.bytes, digest, sizeof(id.bytes));
    return id;
}
