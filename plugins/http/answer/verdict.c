#include "verdict.h"

#include "request/excerpt.h"

#include <string.h>

static bool is_redirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

enum http_verdict http_judge(
    const struct http_retry_options *retry, const struct http_response *response)
{
    if (weir_error_is_set(&response->error))
        return response->retryable ? HTTP_RETRY : HTTP_BAD;
    if (http_retry_status(retry, response->status))
        return response->status == 429 ? HTTP_RATE_LIMITED : HTTP_RETRY;
    if (is_redirect(response->status) && response->location)
        return HTTP_REDIRECTED;
    /* A part of an answer was never asked for, so 206 is no success. */
    if (response->status >= 200 && response->status <= 299 && response->status != 206)
        return HTTP_GOOD;
    return response->status == 401 ? HTTP_REFRESH_AUTH : HTTP_BAD;
}

static const char *remedy(int status, bool is_later_page)
{
    switch (status) {
    case 206:
    case 304:
        return "; nothing asked for that: a cache on the way may be broken";
    case 401:
        return "; check the login under auth";
    case 403:
        return "; the login may not see this, or the server refuses this client: check auth and "
               "headers";
    case 404:
        return is_later_page ? "; if the server ends its pages so, give the paginator total_path "
                               "or a maximum, or say response_actions: [{ status_code: 404, "
                               "action: stop }]"
                             : "; check base_url, path and url";
    case 407:
        return "; check the login in 'proxy'";
    case 429:
        return "; ask more slowly: give rate_limits or concurrency.adaptive, or raise "
               "retry.max_interval and retry.max_attempts";
    default:
        return "";
    }
}

void http_status_error(const struct http_response *response,
    const struct http_credential *credential, const struct http_request *request,
    bool is_later_page, struct weir_error *ret_error)
{
    char excerpt[HTTP_EXCERPT];

    http_excerpt(response, credential, request, excerpt);
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-STATUS", "status %d%s%s", response->status,
        excerpt, remedy(response->status, is_later_page));
}
