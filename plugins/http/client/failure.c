#include "failure.h"

#include "failure_tls.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

static curl_off_t time_of(const struct http_failure *f, CURLINFO info)
{
    curl_off_t us = 0;

    (void)curl_easy_getinfo(f->easy, info, &us);
    return us;
}

/* The request was sent, so that what went wrong is the answer. */
static bool was_sent(const struct http_failure *f)
{
    return time_of(f, CURLINFO_PRETRANSFER_TIME_T) > 0;
}

static void tell(struct weir_error *ret_error, const char *code, const char *host, const char *what)
{
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, code, "%s %s", host, what);
}

static const char *connect_problem(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return "refused the connection; is the server running, and is the port right?";
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case EHOSTDOWN:
        return "cannot be reached from here: there is no route to it";
    case ETIMEDOUT:
        return "did not answer when a connection was asked for";
    case ECONNRESET:
        return "reset the connection while it was made";
    case EACCES:
    case EPERM:
        return "cannot be reached: this machine's rules forbid the connection";
    case EMFILE:
    case ENFILE:
        return "was not asked: too many files are open; lower concurrency.max or raise ulimit -n";
    default:
        return NULL;
    }
}

static bool is_private(const struct http_failure *f)
{
    return *f->opening->refused && !f->opening->is_open;
}

static void tell_private(const struct http_failure *f, struct weir_error *ret_error)
{
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-ADDRESS",
        "%s leads to %s, which is no public address, and 'addresses: public' allows no other",
        f->host, f->opening->refused);
}

/* Who was to be connected to: a proxy connects to the host itself. */
static const char *first_hop(const struct http_failure *f)
{
    return f->proxy ? f->proxy : f->host;
}

static void tell_connect(const struct http_failure *f, struct weir_error *ret_error)
{
    long error = 0;
    const char *problem;

    (void)curl_easy_getinfo(f->easy, CURLINFO_OS_ERRNO, &error);
    if (error == 0)
        error = f->opening->error;
    problem = connect_problem((int)error);
    if (problem)
        tell(ret_error, "E-HTTP-CONNECT", first_hop(f), problem);
    else
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-CONNECT",
            "%s cannot be connected to: %s", first_hop(f),
            error ? strerror((int)error) : "no address of it answers");
}

static void tell_timeout(const struct http_failure *f, struct weir_error *ret_error)
{
    double s = (double)f->connect_timeout_ms / 1000;
    long connections = 0;

    /* Counted when the connection stands, before TLS; its time is set only after. */
    (void)curl_easy_getinfo(f->easy, CURLINFO_NUM_CONNECTS, &connections);
    if (time_of(f, CURLINFO_NAMELOOKUP_TIME_T) == 0)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-DNS",
            "%s: its address was not found within %.1f s (timeout.connect)", first_hop(f), s);
    else if (connections == 0)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-CONNECT",
            "%s did not accept a connection within %.1f s (timeout.connect)", first_hop(f), s);
    else
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-CONNECT",
            "%s did not agree on TLS within %.1f s (timeout.connect)", f->host, s);
}

/* Some servers hang up on whom they do not know, and say no word. */
static const char *silence_remedy(const struct http_failure *f)
{
    const char *scheme = NULL;

    if (curl_easy_getinfo(f->easy, CURLINFO_SCHEME, &scheme) != CURLE_OK || !scheme ||
        strcasecmp(scheme, "https") != 0)
        return "";
    return "; if it asks who you are, look at tls.cert_file";
}

static void tell_silence(
    const struct http_failure *f, const char *what, struct weir_error *ret_error)
{
    weir_error_set(
        ret_error, WEIR_FAULT_SOURCE, "E-HTTP-RESET", "%s %s%s", f->host, what, silence_remedy(f));
}

static void tell_broken(const struct http_failure *f, struct weir_error *ret_error)
{
    if (f->head->place == HTTP_HEAD_WHOLE)
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-RESET",
            "%s broke the connection off after %llu bytes of the answer's body", f->host,
            (unsigned long long)f->received);
    else if (f->head->bytes > 0)
        tell(ret_error, "E-HTTP-RESET", f->host,
            "broke the connection off in the middle of the answer's headers");
    else
        tell_silence(f, "broke the connection off before any answer", ret_error);
}

/* What libcurl does not take for HTTP/1.1. */
static void tell_protocol(const struct http_failure *f, struct weir_error *ret_error)
{
    tell(ret_error, "E-HTTP-PROTOCOL", f->host,
        f->head->place == HTTP_HEAD_WHOLE ? "sent a body whose chunks are garbled"
                                          : "sent something that is not HTTP/1.1");
}

static bool is_chunk_trouble(const struct http_failure *f)
{
    return f->head->place == HTTP_HEAD_WHOLE && f->head->framing.end == HTTP_END_CHUNKED &&
           f->detail && strstr(f->detail, "chunked-encoding");
}

static void tell_memory(const struct http_failure *f, struct weir_error *ret_error)
{
    /* libcurl says so, too, of a single header line beyond 100 KB. */
    if (was_sent(f) && f->head->place != HTTP_HEAD_WHOLE)
        tell(ret_error, "E-HTTP-HEADERS", f->host, "sent a header that is far too long");
    else
        weir_error_set(ret_error, WEIR_FAULT_MEMORY, "E-MEMORY", "out of memory");
}

/* By HTTP/2: a stream, or all of a connection. */
static void tell_two(const struct http_failure *f, struct weir_error *ret_error)
{
    const char *where = f->head->place == HTTP_HEAD_WHOLE ? "the body of its answer"
                        : f->head->bytes > 0              ? "the headers of its answer"
                                                          : "any answer";

    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-RESET",
        "%s broke HTTP/2 off %s %s (%s); 'http_version: 1.1' does without", f->host,
        f->head->bytes > 0 ? "in" : "before", where,
        f->detail && *f->detail ? f->detail : curl_easy_strerror(f->code));
}

/* What the proxy answered to CONNECT where that was no success; 0: nothing. */
static long refusal_by_proxy(const struct http_failure *f)
{
    long status = 0;

    (void)curl_easy_getinfo(f->easy, CURLINFO_HTTP_CONNECTCODE, &status);
    return status < 300 || f->head->bytes > 0 ? 0 : status;
}

/* Returns whether another try may go better. */
static bool tell_proxy(const struct http_failure *f, long status, struct weir_error *ret_error)
{
    weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROXY",
        "the proxy %s%sdoes not lead to %s: status %ld%s", f->proxy ? f->proxy : "",
        f->proxy ? " " : "", f->host, status, status == 407 ? "; check the login in 'proxy'" : "");
    return status >= 500 || status == 429;
}

/* What comes before there is a connection. Returns whether another try may go better. */
static bool tell_unreached(const struct http_failure *f, struct weir_error *ret_error)
{
    switch (f->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
        tell(ret_error, "E-DNS", f->proxy ? f->proxy : "the proxy",
            "has no known address; is the name under 'proxy' right?");
        return true;
    case CURLE_COULDNT_RESOLVE_HOST:
        tell(ret_error, "E-DNS", f->host, "has no known address; is the name right?");
        return true;
    default:
        if (is_private(f)) {
            tell_private(f, ret_error);
            return false;
        }
        tell_connect(f, ret_error);
        return true;
    }
}

/* The connection broke while it was written to or read from. Returns the same. */
static bool tell_cut(const struct http_failure *f, struct weir_error *ret_error)
{
    if (is_chunk_trouble(f)) {
        tell_protocol(f, ret_error);
        return false;
    }
    if (http_failure_is_refused_by_tls(f)) {
        http_failure_tell_tls(f, ret_error);
        return false;
    }
    tell_broken(f, ret_error);
    return true;
}

/* Of everything but a proxy that says no. Returns the same. */
static bool tell_any(const struct http_failure *f, struct weir_error *ret_error)
{
    switch (f->code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return tell_unreached(f, ret_error);
    case CURLE_OPERATION_TIMEDOUT:
        tell_timeout(f, ret_error);
        return true;
    case CURLE_GOT_NOTHING:
        tell_silence(f, "closed the connection without an answer", ret_error);
        return true;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        tell_two(f, ret_error);
        return true;
    case CURLE_PARTIAL_FILE:
        if (f->head->place != HTTP_HEAD_WHOLE) {
            tell_broken(f, ret_error);
            return true;
        }
        (void)http_truncated(f->received, f->head->framing.length, ret_error);
        return true;
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return tell_cut(f, ret_error);
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (was_sent(f))
            break;
        tell(ret_error, "E-URL-SCHEME", f->host, "is asked for with neither http nor https");
        return false;
    case CURLE_WEIRD_SERVER_REPLY:
        break;
    case CURLE_URL_MALFORMAT:
        tell(ret_error, "E-URL", f->host, "stands in an address that is no URL");
        return false;
    case CURLE_OUT_OF_MEMORY:
        tell_memory(f, ret_error);
        return false;
    default:
        if (http_failure_is_of_tls(f->code)) {
            http_failure_tell_tls(f, ret_error);
            return f->code == CURLE_SSL_CONNECT_ERROR && !http_failure_is_refused_by_tls(f);
        }
        weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROTOCOL", "%s: %s", f->host,
            curl_easy_strerror(f->code));
        return true;
    }
    tell_protocol(f, ret_error);
    return false;
}

void http_failure_tell(
    const struct http_failure *failure, struct weir_error *ret_error, bool *ret_retryable)
{
    long status = refusal_by_proxy(failure);

    *ret_retryable = status ? tell_proxy(failure, status, ret_error) : tell_any(failure, ret_error);
}
