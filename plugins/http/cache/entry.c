#include "entry.h"

#include "write_all.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weir/arena.h>

/* The file: this, the head, the body. Numbers are little-endian. */
struct layout {
    char magic[8];
    uint32_t status;
    uint32_t head_len;
    uint64_t body_len;
    unsigned char key[HTTP_CACHE_HASH];
    unsigned char body_sum[HTTP_CACHE_HASH];
    unsigned char head_sum[HTTP_CACHE_HASH]; /* of all of this before it, and the head */
};

_Static_assert(sizeof(struct layout) == 120, "a file has no gaps");

static const char magic[8] = {'w', 'e', 'i', 'r', 'a', 'n', 's', '1'};

enum { FIRST_READ = 4096 };

struct http_entry *http_entry_new(struct weir_str head)
{
    struct http_entry *entry = weir_calloc(1, sizeof(*entry) + head.len + 1);

    entry->head_len = head.len;
    if (head.len)
        memcpy(entry->head, head.ptr, head.len);
    return entry;
}

bool http_entry_field(const struct http_entry *entry, const char *name, char *out, size_t size)
{
    size_t n = strlen(name);

    for (const char *line = entry->head; *line;) {
        size_t length = strcspn(line, "\n");

        if (length >= n + 2 && strncasecmp(line, name, n) == 0 && line[n] == ':') {
            size_t value = length - n - 2;

            if (value >= size)
                return false;
            memcpy(out, line + n + 2, value);
            out[value] = '\0';
            return true;
        }
        line += length + (line[length] == '\n');
    }
    return false;
}

static void sum_head(const struct layout *layout, const char *head, size_t head_len,
    unsigned char ret_sum[HTTP_CACHE_HASH])
{
    const struct weir_str parts[] = {
        {(const char *)layout, offsetof(struct layout, head_sum)}, {head, head_len}};
    struct http_cache_key sum = http_cache_key_of(parts, 2);

    memcpy(ret_sum, sum.bytes, HTTP_CACHE_HASH);
}

/* --- reading ------------------------------------------------------------------------------ */

/* As many as there are, up to n. */
static size_t read_at(int fd, void *bytes, size_t n, size_t at)
{
    size_t done = 0;

    while (done < n) {
        ssize_t got = pread(fd, (char *)bytes + done, n - done, (off_t)(at + done));

        if (got == 0 || (got < 0 && errno != EINTR))
            break;
        done += got > 0 ? (size_t)got : 0;
    }
    return done;
}

/* A regular file, our own. */
static int open_own(int folder, const char *name, struct stat *ret_stat)
{
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return -1;
    if (fstat(fd, ret_stat) == 0 && S_ISREG(ret_stat->st_mode) && ret_stat->st_uid == geteuid())
        return fd;
    (void)close(fd);
    return -1;
}

static bool is_of(const struct layout *layout, const struct http_cache_key *key)
{
    return memcmp(layout->magic, magic, sizeof(magic)) == 0 &&
           memcmp(layout->key, key->bytes, sizeof(key->bytes)) == 0 &&
           le32toh(layout->head_len) <= HTTP_ENTRY_HEAD_MAX;
}

/* `bytes` is the beginning of the file. */
static struct http_entry *read_entry(
    int fd, const struct http_cache_key *key, const char *bytes, size_t n, const struct stat *file)
{
    unsigned char sum[HTTP_CACHE_HASH];
    struct http_entry *entry;
    struct layout layout;
    size_t head_len, first;

    if (n < sizeof(layout))
        return NULL;
    memcpy(&layout, bytes, sizeof(layout));
    if (!is_of(&layout, key))
        return NULL;
    head_len = le32toh(layout.head_len);
    entry = weir_calloc(1, sizeof(*entry) + head_len + 1);
    first = n - sizeof(layout) < head_len ? n - sizeof(layout) : head_len;
    memcpy(entry->head, bytes + sizeof(layout), first);
    first += read_at(fd, entry->head + first, head_len - first, sizeof(layout) + first);
    sum_head(&layout, entry->head, first, sum);
    entry->key = *key;
    entry->head_len = head_len;
    entry->body_len = le64toh(layout.body_len);
    entry->status = (int)le32toh(layout.status);
    entry->confirmed_ms = (int64_t)file->st_mtim.tv_sec * 1000 + file->st_mtim.tv_nsec / 1000000;
    memcpy(entry->sum, layout.body_sum, sizeof(entry->sum));
    if (memcmp(sum, layout.head_sum, sizeof(sum)) == 0 &&
        (uint64_t)file->st_size == sizeof(layout) + head_len + entry->body_len)
        return entry;
    free(entry);
    return NULL;
}

struct http_entry *http_entry_open(int folder, const char *name, const struct http_cache_key *key)
{
    struct http_entry *entry;
    char bytes[FIRST_READ];
    struct stat file;
    int fd = open_own(folder, name, &file);

    if (fd < 0)
        return NULL;
    entry = read_entry(fd, key, bytes, read_at(fd, bytes, sizeof(bytes), 0), &file);
    (void)close(fd);
    return entry;
}

bool http_entry_read(int folder, const char *name, const struct http_entry *entry, char *ret_body)
{
    size_t before = sizeof(struct layout) + entry->head_len;
    unsigned char sum[HTTP_CACHE_HASH];
    struct stat file;
    int fd = open_own(folder, name, &file);
    bool is_whole;

    if (fd < 0)
        return false;
    is_whole = read_at(fd, ret_body, entry->body_len, before) == entry->body_len;
    (void)close(fd);
    if (!is_whole)
        return false;
    http_cache_sum((struct weir_str){ret_body, entry->body_len}, sum);
    return memcmp(sum, entry->sum, sizeof(sum)) == 0;
}

/* --- writing ------------------------------------------------------------------------------ */

bool http_entry_write(int folder, const char *name, struct http_entry *entry, struct weir_str body)
{
    struct layout layout = {.status = htole32((uint32_t)entry->status),
        .head_len = htole32((uint32_t)entry->head_len),
        .body_len = htole64(body.len)};
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    int why;
    bool done;

    if (fd < 0)
        return false;
    entry->body_len = body.len;
    http_cache_sum(body, entry->sum);
    memcpy(layout.magic, magic, sizeof(magic));
    memcpy(layout.key, entry->key.bytes, sizeof(layout.key));
    memcpy(layout.body_sum, entry->sum, sizeof(layout.body_sum));
    sum_head(&layout, entry->head, entry->head_len, layout.head_sum);
    done = http_write_all(fd, &layout, sizeof(layout)) &&
           http_write_all(fd, entry->head, entry->head_len) &&
           http_write_all(fd, body.ptr, body.len);
    why = errno;
    done = close(fd) == 0 && done;
    if (!done)
        (void)unlinkat(folder, name, 0);
    errno = why;
    return done;
}
