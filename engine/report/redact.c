/* Secrets, and the ways in which they may turn up in a text. */
#include "log.h"

#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
    MAX_SECRETS = 4096,
    /* Of those that stages told, with all their forms; the one told longest ago is forgotten. */
    MAX_TOKENS = 1024,
    MAX_TOKEN_BYTES = 1 << 20,
    /* Of one; what is longer is known by its beginning. */
    MAX_TOKEN_LENGTH = 1 << 16,
    /* A shorter one would black out ordinary words; it protects nothing anyway. */
    LEAST_LENGTH = 4,
    /* So much of a token's beginning tells it: texts are often cut before they come here. */
    TELLING_LENGTH = 20,
};

struct secret {
    char *text;
    size_t length;
    uint64_t told; /* when, counted; 0: it is of the file, and never forgotten */
};

static struct secret secrets[MAX_SECRETS + MAX_TOKENS];
static size_t n_secrets, n_tokens, token_bytes;
static uint64_t n_told;
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

static void forget(size_t i)
{
    n_tokens--;
    token_bytes -= secrets[i].length;
    free(secrets[i].text);
    n_secrets--;
    memmove(&secrets[i], &secrets[i + 1], (n_secrets - i) * sizeof(secrets[0]));
}

/* Whether there is room for another one. */
static bool make_room(size_t length, uint64_t told)
{
    if (told == 0)
        return n_secrets - n_tokens < MAX_SECRETS;
    while (n_tokens == MAX_TOKENS || token_bytes + length > MAX_TOKEN_BYTES) {
        size_t oldest = n_secrets;

        for (size_t i = 0; i < n_secrets; i++)
            if (secrets[i].told && (oldest == n_secrets || secrets[i].told < secrets[oldest].told))
                oldest = i;
        forget(oldest);
    }
    return true;
}

static bool is_known(const char *text, uint64_t told)
{
    for (size_t i = 0; i < n_secrets; i++) {
        if (strcmp(secrets[i].text, text) != 0)
            continue;
        if (secrets[i].told && told)
            secrets[i].told = told;
        if (secrets[i].told == 0 || told)
            return true;
        forget(i); /* It is of the file too, so it comes again to stay. */
        return false;
    }
    return false;
}

/* The longest first: one that begins another must not leave the other's end behind. */
static void remember(const char *text, uint64_t told)
{
    size_t length = strlen(text), at = 0;

    if (length < LEAST_LENGTH || is_known(text, told) || !make_room(length, told))
        return;
    while (at < n_secrets && secrets[at].length >= length)
        at++;
    memmove(&secrets[at + 1], &secrets[at], (n_secrets - at) * sizeof(secrets[0]));
    secrets[at] = (struct secret){copy_of(text), length, told};
    n_secrets++;
    if (told) {
        n_tokens++;
        token_bytes += length;
    }
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

static void add(const char *text, bool is_token)
{
    char *encoded = percent_encoded(text), *base64 = base64_encoded(text);
    char *escaped = json_escaped(text), *small = with_small_digits(encoded);
    uint64_t told;

    uv_once(&once, init_mutex);
    uv_mutex_lock(&mutex);
    told = is_token ? ++n_told : 0;
    remember(text, told);
    remember(encoded, told);
    remember(escaped, told);
    remember(small, told);
    if (strlen(base64) >= 2 * LEAST_LENGTH)
        remember(base64, told);
    uv_mutex_unlock(&mutex);
    free(encoded);
    free(base64);
    free(escaped);
    free(small);
}

void log_add_secret(const char *text)
{
    add(text, false);
}

void log_add_token(const char *text)
{
    size_t length = strlen(text);
    char *beginning;

    if (length <= MAX_TOKEN_LENGTH) {
        add(text, true);
        return;
    }
    beginning = weir_malloc(MAX_TOKEN_LENGTH + 1);
    memcpy(beginning, text, MAX_TOKEN_LENGTH);
    beginning[MAX_TOKEN_LENGTH] = '\0';
    add(beginning, true);
    free(beginning);
}

/* *** is never longer than what it stands for, so the text only shrinks. */
static char *put_stars(char *at, size_t length)
{
    memcpy(at, "***", 3);
    memmove(at + 3, at + length, strlen(at + length) + 1);
    return at + 3;
}

static void black_out(char *text, const struct secret *secret)
{
    for (char *at = text; (at = strstr(at, secret->text));)
        at = put_stars(at, secret->length);
}

/* Of a token that was cut off, as much as there is. */
static void black_out_beginnings(char *text, const struct secret *token)
{
    char telling[TELLING_LENGTH + 1];

    memcpy(telling, token->text, TELLING_LENGTH);
    telling[TELLING_LENGTH] = '\0';
    for (char *at = text; (at = strstr(at, telling));) {
        size_t length = TELLING_LENGTH;

        while (token->text[length] && at[length] == token->text[length])
            length++;
        at = put_stars(at, length);
    }
}

void log_redact(char *text)
{
    uv_once(&once, init_mutex);
    uv_mutex_lock(&mutex);
    for (size_t i = 0; i < n_secrets; i++) {
        if (secrets[i].told && secrets[i].length > TELLING_LENGTH)
            black_out_beginnings(text, &secrets[i]);
        else
            black_out(text, &secrets[i]);
    }
    uv_mutex_unlock(&mutex);
}
