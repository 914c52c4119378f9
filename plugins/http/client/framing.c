#include "framing.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { GROUPED_SIZE = 32 };

static bool is_word(struct weir_str value, const char *word)
{
    return value.len == strlen(word) && strncasecmp(value.ptr, word, value.len) == 0;
}

static bool holds_word(struct weir_str value, const char *word)
{
    size_t n = strlen(word);

    for (size_t i = 0; i + n <= value.len; i++)
        if (strncasecmp(value.ptr + i, word, n) == 0)
            return true;
    return false;
}

/* Digits and nothing else, below 2^63. */
static bool parse_length(struct weir_str value, uint64_t *ret_length)
{
    uint64_t length = 0;

    if (value.len == 0)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        unsigned digit = (unsigned)((unsigned char)value.ptr[i] - '0');

        if (digit > 9 || length > ((uint64_t)INT64_MAX - digit) / 10)
            return false;
        length = length * 10 + digit;
    }
    *ret_length = length;
    return true;
}

void http_framing_add_length(struct http_framing *framing, struct weir_str value)
{
    uint64_t length = 0;

    if (!parse_length(value, &length) || (framing->n_lengths && length != framing->length))
        framing->is_length_bad = true;
    framing->length = length;
    framing->n_lengths++;
}

void http_framing_add_coding(struct http_framing *framing, struct weir_str value)
{
    if (framing->n_codings++ || !is_word(value, "chunked"))
        framing->is_coding_bad = true;
}

void http_framing_add_encoding(struct http_framing *framing, struct weir_str value)
{
    if (is_word(value, "identity") || value.len == 0)
        return;
    if (framing->encoding)
        framing->is_encoding_bad = true;
    framing->encoding = http_encoding_find(value);
    if (!framing->encoding)
        framing->is_encoding_bad = true;
}

void http_framing_add_type(struct http_framing *framing, struct weir_str value)
{
    static const char *const words[] = {
        "ndjson", "jsonl", "json-l", "json-seq", "stream+json", "csv"};

    if (is_word(value, "application/json"))
        return;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (holds_word(value, words[i]))
            framing->may_be_lines = true;
}

static enum weir_status fail(struct weir_error *ret_error, const char *text)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROTOCOL", "%s", text);
}

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

static enum weir_status check_claims(
    const struct http_framing *framing, int status, int minor, struct weir_error *ret_error)
{
    if (framing->is_length_bad)
        return fail(
            ret_error, framing->n_lengths > 1
                           ? "the answer has several Content-Length headers that differ"
                           : "the answer's Content-Length is no number that a body can have");
    if (framing->n_codings && framing->n_lengths)
        return fail(ret_error, "the answer has both Content-Length and Transfer-Encoding, so its "
                               "end is ambiguous");
    if (framing->is_coding_bad || (framing->n_codings && minor < 1))
        return fail(ret_error, "the answer has a Transfer-Encoding that was not asked for");
    /* The body of a failure is only shown, or not. */
    if (framing->is_encoding_bad && is_success(status))
        return fail(ret_error, "the answer has a Content-Encoding that was not asked for");
    return WEIR_OK;
}

static bool has_no_body(int status)
{
    return status < 200 || status == 204 || status == 304;
}

enum weir_status http_framing_begin(struct http_framing *framing, int status, int minor,
    uint64_t max_body, struct weir_error *ret_error)
{
    if (has_no_body(status)) {
        framing->end = HTTP_END_NO_BODY;
        framing->has_surplus = framing->n_codings || framing->is_length_bad || framing->length;
        return WEIR_OK;
    }
    if (check_claims(framing, status, minor, ret_error) != WEIR_OK)
        return WEIR_FAIL;
    framing->end = framing->n_codings   ? HTTP_END_CHUNKED
                   : framing->n_lengths ? HTTP_END_LENGTH
                                        : HTTP_END_OF_STREAM;
    if (framing->length > max_body)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-LIMIT-BODY",
            "the answer's body has %llu bytes, more than max_response_size allows (%llu)",
            (unsigned long long)framing->length, (unsigned long long)max_body);
    return WEIR_OK;
}

/* 8421 as "8,421". */
static const char *grouped(uint64_t number, char out[GROUPED_SIZE])
{
    char digits[GROUPED_SIZE];
    int n = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    size_t length = 0;

    for (int i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            out[length++] = ',';
        out[length++] = digits[i];
    }
    out[length] = '\0';
    return out;
}

enum weir_status http_truncated(uint64_t received, uint64_t expected, struct weir_error *ret_error)
{
    char got[GROUPED_SIZE], whole[GROUPED_SIZE];

    grouped(received, got);
    if (!expected)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
            "the connection ended in the middle of the answer, after %s bytes of its body", got);
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
        "the connection ended in the middle of the answer: got %s of %s bytes", got,
        grouped(expected, whole));
}

static enum weir_status check_own_end(const struct http_framing *framing, int status,
    uint64_t received, bool is_json, struct weir_error *ret_error)
{
    char got[GROUPED_SIZE];

    if (!is_success(status))
        return WEIR_OK;
    if (!framing->may_be_lines && is_json)
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
        "got %s bytes and the end of the connection, but the answer has neither Content-Length nor "
        "chunks and is no whole JSON document: it may be cut",
        grouped(received, got));
}

enum weir_status http_framing_end(const struct http_framing *framing, int status, uint64_t received,
    bool is_json, struct weir_error *ret_error)
{
    switch (framing->end) {
    case HTTP_END_LENGTH:
        if (received != framing->length)
            return http_truncated(received, framing->length, ret_error);
        return WEIR_OK;
    case HTTP_END_OF_STREAM:
        return check_own_end(framing, status, received, is_json, ret_error);
    case HTTP_END_NO_BODY:
    case HTTP_END_CHUNKED: /* the client library has seen the last chunk, or failed */
        break;
    }
    return WEIR_OK;
}
