/* No secret of a credential in a text that somebody may read. */
#include "credential.h"

#include <string.h>

/* How many bytes of text are the secret as JSON writes it; 0: text does not begin with it. */
static size_t length_in_json(const char *text, size_t len, const char *secret)
{
    size_t n = 0;

    for (; *secret; secret++, n++) {
        if (strchr("\"\\/", *secret) && n + 1 < len && text[n] == '\\' && text[n + 1] == *secret)
            n++;
        if (n >= len || text[n] != *secret)
            return 0;
    }
    return n;
}

void http_credential_hide(const struct http_credential *credential, char *text, size_t len)
{
    for (size_t i = 0; i < HTTP_CREDENTIAL_SECRETS; i++) {
        const char *secret = credential->secrets[i];
        size_t n = secret ? strlen(secret) : 0;

        for (size_t at = 0; n && at < len;) {
            bool is_raw = len - at >= n && memcmp(text + at, secret, n) == 0;
            size_t found = is_raw ? n : length_in_json(text + at, len - at, secret);

            memset(text + at, '*', found);
            at += found ? found : 1;
        }
    }
}
