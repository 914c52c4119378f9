#include "vault.h"

#include "write_all.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* The file: a line that says what it is, then what is sealed: the seed, a sign, the token. */
static const char magic[] = "weir refresh token, version 1\n";

enum {
    MAGIC = sizeof(magic) - 1,
    HEAD = HTTP_VAULT_SEED + 1, /* seed and sign */
    MOST_TOKEN = 64 * 1024,
    MOST_FILE = MAGIC + HTTP_SEAL_MORE + HEAD + MOST_TOKEN,
};

static enum weir_status fail(const char *what, const char *path, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-AUTH-STORE",
        "the login's store '%s' cannot be %s: %s; check store.path and its folder", path, what,
        strerror(errno));
}

void http_vault_seed(const char *text, char ret_seed[HTTP_VAULT_SEED + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE] = {0};

    (void)EVP_Digest(text, strlen(text), digest, NULL, EVP_sha256(), NULL);
    for (size_t i = 0; i < HTTP_VAULT_SEED / 2; i++)
        (void)snprintf(ret_seed + 2 * i, 3, "%02x", digest[i]);
}

/* --- one at a time ------------------------------------------------------------------------ */

/* A file of its own, since the other one is replaced by each write. It stays. */
enum weir_status http_vault_lock(struct http_vault *vault, struct weir_error *ret_error)
{
    char path[4096];

    if (snprintf(path, sizeof(path), "%s.lock", vault->path) >= (int)sizeof(path)) {
        errno = ENAMETOOLONG;
        return fail("locked", vault->path, ret_error);
    }
    if (vault->lock < 0)
        vault->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (vault->lock < 0)
        return fail("locked", vault->path, ret_error);
    if (flock(vault->lock, LOCK_EX | LOCK_NB) == 0)
        return WEIR_OK;
    return errno == EWOULDBLOCK ? WEIR_AGAIN : fail("locked", vault->path, ret_error);
}

void http_vault_unlock(struct http_vault *vault)
{
    if (vault->lock >= 0)
        (void)close(vault->lock);
    vault->lock = -1;
}

/* --- reading ------------------------------------------------------------------------------ */

static enum weir_status not_ours(const struct http_vault *vault, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_USAGE, "E-AUTH-STORE",
        "the login's store '%s' cannot be opened: store.key, access_token_url or client_id is "
        "another one, or the file was damaged; remove it to begin with refresh_token",
        vault->path);
}

static enum weir_status parse(const struct http_vault *vault, struct weir_str file,
    struct weir_arena *arena, struct http_vault_entry *ret_entry, struct weir_error *ret_error)
{
    struct weir_str sealed, text;

    if (file.len < MAGIC || memcmp(file.ptr, magic, MAGIC) != 0)
        return not_ours(vault, ret_error);
    sealed = (struct weir_str){file.ptr + MAGIC, file.len - MAGIC};
    text = http_unseal(&vault->key, vault->about, sealed, arena);
    if (!text.ptr || text.len < HEAD)
        return not_ours(vault, ret_error);
    memcpy(ret_entry->seed, text.ptr, HTTP_VAULT_SEED);
    ret_entry->seed[HTTP_VAULT_SEED] = '\0';
    ret_entry->is_renewing = text.ptr[HTTP_VAULT_SEED] == '!';
    ret_entry->token = text.ptr + HEAD;
    return WEIR_OK;
}

enum weir_status http_vault_read(const struct http_vault *vault, struct weir_arena *arena,
    struct http_vault_entry *ret_entry, struct weir_error *ret_error)
{
    FILE *file = fopen(vault->path, "rbe");
    char *bytes;
    size_t n;
    bool failed;

    if (!file)
        return errno == ENOENT ? WEIR_END : fail("read", vault->path, ret_error);
    bytes = weir_alloc_zero(arena, 1, MOST_FILE + 1);
    n = fread(bytes, 1, MOST_FILE + 1, file);
    failed = ferror(file);
    (void)fclose(file);
    if (failed)
        return fail("read", vault->path, ret_error);
    return parse(vault, (struct weir_str){bytes, n}, arena, ret_entry, ret_error);
}

/* --- writing ------------------------------------------------------------------------------ */

/* So that the file's new name is there after a loss of power. */
static bool sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[4096] = ".";
    int fd;
    bool done;

    if (slash)
        (void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path) + (slash == path), path);
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    done = fsync(fd) == 0;
    (void)close(fd);
    return done;
}

static bool replace(const char *path, const void *bytes, size_t n)
{
    char other[4096];
    int fd;
    bool done;

    if (snprintf(other, sizeof(other), "%s.new", path) >= (int)sizeof(other)) {
        errno = ENAMETOOLONG;
        return false;
    }
    /* What a process left that was killed: nobody else writes while the lock is held. */
    (void)unlink(other);
    fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return false;
    done = http_write_all(fd, bytes, n) && fsync(fd) == 0;
    done = close(fd) == 0 && done;
    return done && rename(other, path) == 0 && sync_folder(path);
}

enum weir_status http_vault_write(const struct http_vault *vault,
    const struct http_vault_entry *entry, struct weir_error *ret_error)
{
    size_t length = strlen(entry->token) + HEAD;
    size_t size = MAGIC + length + HTTP_SEAL_MORE;
    unsigned char *file;
    char *text;
    bool done;

    if (length > HEAD + MOST_TOKEN)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-AUTH",
            "the refresh_token that it gave has more than %d bytes", MOST_TOKEN);
    file = weir_malloc(size);
    text = weir_malloc(length + 1);
    (void)snprintf(
        text, length + 1, "%s%c%s", entry->seed, entry->is_renewing ? '!' : '.', entry->token);
    memcpy(file, magic, MAGIC);
    errno = EIO;
    done = http_seal(&vault->key, vault->about, (struct weir_str){text, length}, file + MAGIC) &&
           replace(vault->path, file, size);
    free(text);
    free(file);
    return done ? WEIR_OK : fail("written", vault->path, ret_error);
}
