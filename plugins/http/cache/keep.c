#include "keep.h"

#include "auth/credential.h"

#include <string.h>
#include <weir/json.h>

enum { LEAST_SECRET = 4 }; /* bytes; shorter ones are found anywhere */

struct http_batch_kept {
    struct http_folder *folder;
    struct http_entry *entry;
    char *body; /* where it is read to; NULL: it came from the server */
    const char *secrets[HTTP_CREDENTIAL_SECRETS];
    char file[HTTP_CACHE_NAME]; /* without a name yet, or "" */
};

/* They may change before a worker has looked for them. */
static void copy_secrets(struct http_batch_kept *kept, const struct http_credential *credential,
    struct weir_arena *arena)
{
    for (size_t i = 0; i < HTTP_CREDENTIAL_SECRETS; i++)
        if (credential->secrets[i] && strlen(credential->secrets[i]) >= LEAST_SECRET)
            kept->secrets[i] = weir_copy_text(arena, credential->secrets[i]);
}

struct http_batch_kept *http_keep_new(struct http_folder *folder, struct http_entry *entry,
    bool is_taken, const struct http_credential *credential, struct weir_arena *arena)
{
    struct http_batch_kept *kept = weir_new(arena, struct http_batch_kept);

    kept->folder = folder;
    kept->entry = entry;
    weir_adopt(arena, entry, sizeof(*entry) + entry->head_len + 1);
    if (is_taken) {
        kept->body = weir_alloc(arena, entry->body_len + WEIR_JSON_PADDING);
        memset(kept->body + entry->body_len, 0, WEIR_JSON_PADDING);
    } else {
        copy_secrets(kept, credential, arena);
    }
    return kept;
}

struct weir_str http_keep_room(const struct http_batch_kept *kept)
{
    return (struct weir_str){kept->body, kept->body ? kept->entry->body_len : 0};
}

bool http_keep_is_taken(const struct http_batch_kept *kept)
{
    return kept->body != NULL;
}

bool http_keep_read(struct http_batch_kept *kept)
{
    if (!kept->body || http_folder_read(kept->folder, kept->entry, kept->body))
        return true;
    http_folder_remove(kept->folder, &kept->entry->key);
    return false;
}

/* Servers put keys into the links that they give, and no file may hold them. */
static bool holds_secret(const struct http_batch_kept *kept, struct weir_str text)
{
    for (size_t i = 0; text.len && i < HTTP_CREDENTIAL_SECRETS; i++)
        if (kept->secrets[i] &&
            memmem(text.ptr, text.len, kept->secrets[i], strlen(kept->secrets[i])))
            return true;
    return false;
}

void http_keep_write(struct http_batch_kept *kept, struct weir_str body)
{
    struct weir_str head = {kept->entry->head, kept->entry->head_len};

    if (!kept->body && !holds_secret(kept, body) && !holds_secret(kept, head))
        (void)http_folder_write(kept->folder, kept->entry, body, kept->file);
}

void http_keep_judge(struct http_batch_kept *kept, bool is_good)
{
    if (!kept || !*kept->file)
        return;
    if (is_good)
        http_folder_keep(kept->folder, kept->entry, kept->file);
    else
        http_folder_discard(kept->folder, kept->file);
    *kept->file = '\0';
}
