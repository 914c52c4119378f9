#include "failure_tls.h"

#include <string.h>

bool http_failure_is_of_tls(CURLcode code)
{
    switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_SSL_ENGINE_SETFAILED:
    case CURLE_SSL_ENGINE_INITFAILED:
    case CURLE_SSL_SHUTDOWN_FAILED:
    case CURLE_SSL_CLIENTCERT:
        return true;
    default:
        return false;
    }
}

static bool says(const struct http_failure *f, const char *words)
{
    return f->detail && strstr(f->detail, words);
}

/*
 * A handshake that merely fails may be that, too. With TLS 1.3 the server says so where
 * its answer should begin, when for libcurl all is well.
 */
bool http_failure_is_refused_by_tls(const struct http_failure *f)
{
    static const char *const alerts[] = {
        "certificate", "unknown ca", "access denied", "handshake failure"};

    if (!says(f, "SSL") || !says(f, " alert ") || f->head->bytes > 0)
        return false;
    for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++)
        if (says(f, alerts[i]))
            return true;
    return false;
}

static const char *tls_remedy(const struct http_failure *f)
{
    if (f->code == CURLE_PEER_FAILED_VERIFICATION)
        return "; name its authority in tls.ca_file if you trust it";
    if (f->code == CURLE_SSL_CERTPROBLEM)
        return "; look at tls.cert_file, key_file and key_password";
    if (http_failure_is_refused_by_tls(f))
        return "; if the server asks who you are, look at tls.cert_file and key_file";
    return "";
}

void http_failure_tell_tls(const struct http_failure *f, struct weir_error *ret_error)
{
    const char *detail = f->detail && *f->detail ? f->detail : curl_easy_strerror(f->code);

    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-TLS",
        "%s: no secure connection could be made: %s%s", f->host, detail, tls_remedy(f));
}
