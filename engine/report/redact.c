/* Secrets, and the ways in which they may turn up in a text. */
#include "log.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    MAX_SECRETS = 4096,
    /* A shorter one would black out ordinary words; it protects nothing anyway. */
    LEAST_LENGTH = 4,
};

static char *secrets[MAX_SECRETS];
static size_t n_secrets;
static uv_mutex_t mutex;
static uv_once_t once = UV_ONCE_INIT;

static void init_mutex(void)
{
    uv_mutex_init(&mutex);
}

static char *copy_of(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(weir_malloc(size), text, size);
}

/* The longest first: one that begins another must not leave the other's end behind. */
static void remember(const char *text)
{
    size_t length = strlen(text), at = 0;

    if (length < LEAST_LENGTH || n_secrets == MAX_SECRETS)
        return;
    for (size_t i = 0; i < n_secrets; i++)
        if (strcmp(secrets[i], text) == 0)
            return;
    while (at < n_secrets && strlen(secrets[at]) >= length)
        at++;
    memmove(&secrets[at + 1], &secrets[at], (n_secrets - at) * sizeof(secrets[0]));
    secrets[at] = copy_of(text);
    n_secrets++;
}

static char *percent_encoded(const char *text)
{
    struct weir_arena *arena = weir_arena_new();
    char *encoded = copy_of(weir_url_encode(arena, weir_str(text)).ptr);

    weir_arena_free(arena);
    return encoded;
}

/* The same with the digits of %2f as other programs write them. */
static char *with_small_digits(const char *encoded)
{
    char *small = copy_of(encoded);

    for (char *at = small; (at = strchr(at, '%')); at += 3)
        for (int i = 1; i <= 2; i++)
            if (at[i] >= 'A' && at[i] <= 'F')
                at[i] = (char)(at[i] - 'A' + 'a');
    return small;
}

/* Without padding and last character, which depend on what follows it. */
static char *base64_encoded(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = strlen(text), n = 0;
    char *encoded = weir_malloc(length / 3 * 4 + 5);

    for (size_t i = 0; i + 2 < length; i += 3) {
        unsigned bits = (unsigned)(unsigned char)text[i] << 16 |
                        (unsigned)(unsigned char)text[i + 1] << 8 | (unsigned char)text[i + 2];

        for (int shift = 18; shift >= 0; shift -= 6)
            encoded[n++] = digits[bits >> shift & 63];
    }
    encoded[n] = '\0';
    return encoded;
}

/* As it stands in the JSON of a server that repeats it. */
static char *json_escaped(const char *text)
{
    char *escaped = weir_malloc(2 * strlen(text) + 1), *out = escaped;

    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *out++ = '\\';
        *out++ = *text;
    }
    *out = '\0';
    return escaped;
}

void log_add_secret(const char *text)
{
    char *encoded = percent_encoded(text), *base64 = base64_encoded(text);
    char *escaped = json_escaped(text), *small = with_small_digits(encoded);

    uv_once(&once, init_mutex);
    uv_mutex_lock(&mutex);
    remember(text);
    remember(encoded);
    remember(escaped);
    remember(small);
    if (strlen(base64) >= 2 * LEAST_LENGTH)
        remember(base64);
    uv_mutex_unlock(&mutex);
    free(encoded);
    free(base64);
    free(escaped);
    free(small);
}

/* *** is never longer than what it stands for, so the text only shrinks. */
static void black_out(char *text, const char *secret)
{
    size_t length = strlen(secret);

    for (char *at = text; (at = strstr(at, secret)); at += 3) {
        memcpy(at, "***", 3);
        memmove(at + 3, at + length, strlen(at + length) + 1);
    }
}

void log_redact(char *text)
{
    uv_once(&once, init_mutex);
    uv_mutex_lock(&mutex);
    for (size_t i = 0; i < n_secrets; i++)
        black_out(text, secrets[i]);
    uv_mutex_unlock(&mutex);
}
