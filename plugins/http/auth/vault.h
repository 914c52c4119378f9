/*
 * A refresh token on disk, encrypted: what a server gave last, so that the next run can log in
 * with it. Several processes may share the file; one at a time has it.
 *
 * What is written is on disk, file and folder, before the call returns; a file is
 * there whole or as it was before. Calls block, for as long as a small file takes.
 */
#ifndef WEIR_HTTP_VAULT_H
#define WEIR_HTTP_VAULT_H

#include "seal.h"

#include <weir/status.h>

enum { HTTP_VAULT_SEED = 64 };

struct http_vault {
    const char *path;
    struct http_seal_key key;
    struct weir_str about; /* whose token it is: another's cannot be put in its place */
    int lock;              /* of the file beside it; -1: not held */
};

struct http_vault_entry {
    const char *token;
    /* A renewal was begun and its end is not known: the token may be good no more. */
    bool is_renewing;
    /* SHA-256 of the token in the pipeline file that it all began with, in hexadecimal. */
    char seed[HTTP_VAULT_SEED + 1];
};

/* Of a text, in hexadecimal. */
void http_vault_seed(const char *text, char ret_seed[HTTP_VAULT_SEED + 1]);

/* WEIR_AGAIN: another process has it. */
enum weir_status http_vault_lock(
    struct http_vault *vault, struct weir_error *ret_error) WEIR_MUST_CHECK;
void http_vault_unlock(struct http_vault *vault);
/* In the arena. WEIR_END: there is none yet. */
enum weir_status http_vault_read(const struct http_vault *vault, struct weir_arena *arena,
    struct http_vault_entry *ret_entry, struct weir_error *ret_error) WEIR_MUST_CHECK;
enum weir_status http_vault_write(const struct http_vault *vault,
    const struct http_vault_entry *entry, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
