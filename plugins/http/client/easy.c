#include "easy.h"

#include "encoding.h"
#include "proxy.h"

#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

enum {
    READ_SIZE = 64 * 1024,   /* libcurl's buffer: what it takes from a socket at once */
    KEEP_CONNECTION_S = 600, /* then addresses are looked up anew */
    KEEP_NAME_S = 60,
};

/* What must hold whatever the environment and libcurl's defaults say. */
static CURLcode set_manners(CURL *easy)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_NOSIGNAL, 1},
        {CURLOPT_FOLLOWLOCATION, 0},
        {CURLOPT_NETRC, CURL_NETRC_IGNORED},
        {CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1},
        {CURLOPT_HTTP09_ALLOWED, 0},
        {CURLOPT_HTTP_CONTENT_DECODING, 0},
        {CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC},
        {CURLOPT_PATH_AS_IS, 0},
        {CURLOPT_PIPEWAIT, 0},
        {CURLOPT_QUICK_EXIT, 1},
        {CURLOPT_TCP_KEEPALIVE, 1},
        {CURLOPT_BUFFERSIZE, READ_SIZE},
        {CURLOPT_MAXLIFETIME_CONN, KEEP_CONNECTION_S},
        {CURLOPT_DNS_CACHE_TIMEOUT, KEEP_NAME_S},
        {CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
    };
    CURLcode rc = CURLE_OK;

    for (size_t i = 0; rc == CURLE_OK && i < sizeof(numbers) / sizeof(*numbers); i++)
        rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    return rc;
}

/*
 * Through a proxy nothing changes but the way: what it answers to CONNECT is no
 * answer to us, and what is meant for the server behind it is not shown to it.
 */
static CURLcode set_proxy_manners(CURL *easy, const struct http_client_config *config)
{
    const struct {
        CURLoption option;
        long value;
    } numbers[] = {
        {CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
        {CURLOPT_HEADEROPT, CURLHEADER_SEPARATE},
        {CURLOPT_PROXYAUTH, (long)CURLAUTH_BASIC},
        {CURLOPT_PROXY_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
        {CURLOPT_PROXY_SSL_VERIFYPEER, config->insecure ? 0 : 1},
        {CURLOPT_PROXY_SSL_VERIFYHOST, config->insecure ? 0 : 2},
    };
    CURLcode rc = CURLE_OK;

    for (size_t i = 0; rc == CURLE_OK && i < sizeof(numbers) / sizeof(*numbers); i++)
        rc = curl_easy_setopt(easy, numbers[i].option, numbers[i].value);
    if (rc == CURLE_OK && config->ca_file)
        rc = curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, config->ca_file);
    return rc;
}

/* Only on wish does the environment say which one. */
static CURLcode set_proxy(CURL *easy, const struct http_client_config *config)
{
    CURLcode rc;

    if (config->proxy && http_proxy_is_of_environment(config->proxy))
        return set_proxy_manners(easy, config);
    rc = curl_easy_setopt(easy, CURLOPT_PROXY, config->proxy ? config->proxy : "");
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
    if (rc == CURLE_OK && config->proxy)
        rc = set_proxy_manners(easy, config);
    return rc;
}

/* Only PEM files. Without a password OpenSSL would ask for one at the terminal. */
static CURLcode set_certificate(CURL *easy, const struct http_client_config *config)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_SSLCERT, config->cert_file);

    if (rc == CURLE_OK && config->key_file)
        rc = curl_easy_setopt(easy, CURLOPT_SSLKEY, config->key_file);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(
            easy, CURLOPT_KEYPASSWD, config->key_password ? config->key_password : "");
    return rc;
}

static CURLcode set_config(
    CURL *easy, const struct http_client_config *config, const struct http_request *request)
{
    CURLcode rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, config->insecure ? 0L : 1L);

    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, config->insecure ? 0L : 2L);
    if (rc == CURLE_OK && config->ca_file)
        rc = curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
    if (rc == CURLE_OK && config->cert_file && !request->is_strange)
        rc = set_certificate(easy, config);
    if (rc == CURLE_OK)
        rc = curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)config->connect_timeout_ms);
    return rc;
}

static CURLcode set_method(CURL *easy, const struct http_request *request)
{
    bool is_post = strcmp(request->method, "POST") == 0;
    bool has_body = request->body.ptr != NULL;
    CURLcode rc = CURLE_OK;

    if (has_body || is_post)
        rc = curl_easy_setopt(easy, CURLOPT_POST, 1L);
    /* Without a body of its own libcurl would read one from standard input. */
    if (rc == CURLE_OK && is_post && !has_body)
        rc = curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, "");
    if (rc == CURLE_OK && !is_post && (has_body || strcmp(request->method, "GET") != 0))
        rc = curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
    return rc;
}

static bool append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer)
        *list = longer;
    return longer != NULL;
}

/* libcurl takes "Name:" for a header that is not to be sent, and "Name;" for an empty one. */
static bool append_header(struct curl_slist **list, const char *line)
{
    const char *colon = strchr(line, ':');
    size_t n = strlen(line);
    char *empty;
    bool ok;

    if (!colon || colon[1 + strspn(colon + 1, " \t")] != '\0')
        return append(list, line);
    empty = weir_malloc(n + 1);
    memcpy(empty, line, n + 1);
    empty[colon - line] = ';';
    empty[colon - line + 1] = '\0';
    ok = append(list, empty);
    free(empty);
    return ok;
}

static bool append_user_agent(struct curl_slist **list, const char *user_agent)
{
    static const char name[] = "User-Agent: ";
    size_t n = strlen(user_agent);
    char *line = weir_malloc(sizeof(name) + n);
    bool ok;

    memcpy(line, name, sizeof(name) - 1);
    memcpy(line + sizeof(name) - 1, user_agent, n + 1);
    ok = append(list, line);
    free(line);
    return ok;
}

static CURLcode set_headers(CURL *easy, const struct http_client_config *config,
    const struct http_request *request, struct curl_slist **list)
{
    /* libcurl's own options for these two have it format each line twice, for every request. */
    bool ok = append(list, "Accept-Encoding: " HTTP_ENCODINGS_ACCEPTED) &&
              (!config->user_agent || append_user_agent(list, config->user_agent));

    for (size_t i = 0; ok && request->headers && request->headers[i]; i++)
        ok = append_header(list, request->headers[i]);
    /* Else libcurl asks for leave to send a large body, and waits a second for it. */
    if (ok && request->body.ptr)
        ok = append(list, "Expect:");
    return ok ? curl_easy_setopt(easy, CURLOPT_HTTPHEADER, *list) : CURLE_OUT_OF_MEMORY;
}

CURLcode http_easy_set_up(CURL *easy, const struct http_client_config *config,
    const struct http_request *request, struct curl_slist **ret_headers)
{
    CURLcode rc = easy ? set_manners(easy) : CURLE_OUT_OF_MEMORY;

    if (rc == CURLE_OK)
        rc = set_config(easy, config, request);
    if (rc == CURLE_OK)
        rc = set_proxy(easy, config);
    if (rc == CURLE_OK)
        rc = set_method(easy, request);
    if (rc == CURLE_OK)
        rc = set_headers(easy, config, request, ret_headers);
    return rc;
}
