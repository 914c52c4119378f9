/* URLs for messages: without logins and tokens, and safe on a terminal. */
#include "url.h"

#include <string.h>
#include <strings.h>

enum {
    NAME_MAX_LENGTH = 64, /* of a parameter, as far as it is looked at */
    RAW_SIZE = 2048,      /* of a URL, as far as it is shown */
};

/* A text of fixed size that is cut where it is full. */
struct shown {
    char text[RAW_SIZE];
    size_t n;
};

static void show(struct shown *shown, const char *text, size_t n)
{
    if (n > sizeof(shown->text) - shown->n)
        n = sizeof(shown->text) - shown->n;
    memcpy(shown->text + shown->n, text, n);
    shown->n += n;
}

/* Lower case, percent-decoded: what a server would understand. */
static size_t plain_name(const char *name, size_t n, char out[NAME_MAX_LENGTH + 1])
{
    size_t length = 0;

    for (size_t i = 0; i < n && length < NAME_MAX_LENGTH; i++) {
        char c = name[i];

        if (c == '%' && i + 2 < n && weir_hex_digit(name[i + 1]) >= 0 &&
            weir_hex_digit(name[i + 2]) >= 0) {
            c = (char)(weir_hex_digit(name[i + 1]) * 16 + weir_hex_digit(name[i + 2]));
            i += 2;
        }
        out[length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    out[length] = '\0';
    return length;
}

static bool is_word_of(const char *name, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = name; (at = strstr(at, word)); at++) {
        bool begins = at == name || strchr("_-.[]$:", at[-1]);

        if (begins && (at[n] == '\0' || strchr("_-.[]$:", at[n])))
            return true;
    }
    return false;
}

/* Some words speak of secrets wherever they stand, some only alone: a monkey is no key. */
static bool is_secret(const char *name, size_t n)
{
    static const char *const anywhere[] = {"token", "secret", "passw", "passphrase", "apikey",
        "accesskey", "privatekey", "signature", "credential", "authorization", "sessionid",
        "bearer"};
    static const char *const words[] = {
        "key", "sig", "auth", "pass", "pwd", "pw", "sid", "jwt", "session", "hmac", "otp", "pin"};
    char plain[NAME_MAX_LENGTH + 1];

    plain_name(name, n, plain);
    if (strcmp(plain, "code") == 0)
        return true;
    for (size_t i = 0; i < sizeof(anywhere) / sizeof(*anywhere); i++)
        if (strstr(plain, anywhere[i]))
            return true;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (is_word_of(plain, words[i]))
            return true;
    return false;
}

/* name=value pairs up to the end; also of a fragment, where some logins leave their token. */
static void show_params(struct shown *shown, const char *at)
{
    while (*at && shown->n < sizeof(shown->text)) {
        size_t whole = strcspn(at, "&;#");
        const char *equals = memchr(at, '=', whole);
        size_t name = equals ? (size_t)(equals - at) : whole;

        if (equals && whole > name + 1 && is_secret(at, name)) {
            show(shown, at, name + 1);
            show(shown, "***", 3);
        } else {
            show(shown, at, whole);
        }
        at += whole;
        if (*at)
            show(shown, at++, 1);
    }
}

/*
 * Where the host begins, behind any login. One with a slash in its password is no
 * URL, but it will stand in the message that says so: whatever looks like a login
 * up to the last @ counts as one.
 */
static const char *skip_login(const char *host)
{
    size_t n = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', n);
    const char *colon;

    if (at)
        return at + 1;
    colon = memchr(host, ':', n);
    if (!colon || strspn(colon + 1, "0123456789") == n - (size_t)(colon + 1 - host))
        return host;
    at = memrchr(host, '@', strcspn(host, "?#"));
    return at ? at + 1 : host;
}

size_t http_url_redact(const char *url, char *out, size_t size)
{
    struct shown shown;
    const char *host = strstr(url, "://");
    size_t path;

    shown.n = 0;
    host = host && (size_t)(host - url) < strcspn(url, "/?#") ? host + 3 : url;
    show(&shown, url, (size_t)(host - url));
    host = skip_login(host);
    path = strcspn(host, "?#");
    if (host[path])
        path++;
    show(&shown, host, path);
    show_params(&shown, host + path);
    return weir_str_printable((struct weir_str){shown.text, shown.n}, out, size);
}
