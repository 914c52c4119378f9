#include "validators.h"

#include "request/header.h"

#include <curl/curl.h>
#include <string.h>
#include <time.h>

enum { LEAST_AGE_S = 1, LEAST_AGE_HERE_S = 60, MOST_VALIDATOR = 900 };

static bool is_usable(const char *value)
{
    return value && *value && strlen(value) <= MOST_VALIDATOR &&
           http_header_value_is_valid(weir_str(value));
}

/* Could no second change hide behind the same time? */
static bool is_settled(const struct http_response *response, const char *changed)
{
    const char *date = http_response_header(response, "Date");
    time_t at = curl_getdate(changed, NULL), given = date ? curl_getdate(date, NULL) : -1;

    if (at == -1)
        return false;
    return given != -1 ? given - at >= LEAST_AGE_S : time(NULL) - at >= LEAST_AGE_HERE_S;
}

struct http_validators http_validators_of(
    const struct http_response *response, struct weir_arena *arena)
{
    const char *tag = http_response_header(response, "ETag");
    const char *time = http_response_header(response, "Last-Modified");
    struct http_validators validators = {0};

    if (is_usable(tag))
        validators.tag = arena ? weir_copy_text(arena, tag) : tag;
    if (is_usable(time) && is_settled(response, time))
        validators.time = arena ? weir_copy_text(arena, time) : time;
    return validators;
}

bool http_validators_ask(const struct http_validators *validators, struct http_request *request,
    struct weir_arena *arena)
{
    const char **lines;
    size_t n = 0;

    if (!validators->tag && !validators->time)
        return false;
    while (request->headers && request->headers[n])
        n++;
    lines = weir_new_array(arena, n + 3, const char *);
    if (n)
        memcpy(lines, request->headers, n * sizeof(*lines));
    if (validators->tag)
        lines[n++] = weir_printf(arena, "If-None-Match: %s", validators->tag);
    if (validators->time)
        lines[n++] = weir_printf(arena, "If-Modified-Since: %s", validators->time);
    request->headers = lines;
    return true;
}
