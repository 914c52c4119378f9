#include "head.h"

#include <string.h>
#include <strings.h>

enum {
    KEPT_SIZE = 4096, /* more memory than that is not kept from answer to answer */
    /* A line brings two NULs, and has a colon and a line break that need not be kept; the last
     * one may lack the latter. */
    FIELDS_MAX = HTTP_HEAD_MAX + 2,
};

void http_head_init(struct http_head *head)
{
    *head = (struct http_head){0};
    weir_buf_init(&head->fields, FIELDS_MAX, 1);
    weir_buf_init(&head->links, HTTP_HEAD_MAX, 1);
}

void http_head_done(struct http_head *head)
{
    weir_buf_done(&head->fields);
    weir_buf_done(&head->links);
}

static void empty(struct weir_buf *buf)
{
    if (buf->capacity > KEPT_SIZE)
        weir_buf_done(buf);
    else
        weir_buf_reset(buf);
}

/* An answer begins, perhaps after others of 1xx, whose headers mean nothing for it. */
static void forget_lines(struct http_head *head)
{
    head->framing = (struct http_framing){0};
    head->was_important = false;
    empty(&head->fields);
    empty(&head->links);
}

void http_head_reset(struct http_head *head)
{
    forget_lines(head);
    head->place = HTTP_HEAD_STATUS_LINE;
    head->status = head->minor = 0;
    head->may_be_two = head->is_two = false;
    head->n_informational = 0;
    head->bytes = 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct weir_str trim(struct weir_str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

static enum weir_status fail(struct weir_error *ret_error, const char *what, struct weir_str line)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-PROTOCOL", "%s: '%.*s'", what,
        line.len < 60 ? (int)line.len : 60, line.ptr);
}

/* Three digits, and perhaps a blank and anything behind them. */
static bool take_status(struct http_head *head, const char *p, size_t n)
{
    if (n < 3 || p[0] == '0' || !is_digit(p[0]) || !is_digit(p[1]) || !is_digit(p[2]) ||
        (n > 3 && p[3] != ' '))
        return false;
    head->status = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
    return true;
}

static bool begins_with(struct weir_str line, const char *text)
{
    return line.len >= strlen(text) && memcmp(line.ptr, text, strlen(text)) == 0;
}

/* "HTTP/1.1 200 OK", or what the client library writes for HTTP/2: "HTTP/2 200 ". */
static enum weir_status take_status_line(
    struct http_head *head, struct weir_str line, struct weir_error *ret_error)
{
    size_t n = strlen("HTTP/2 ");

    head->is_two = head->may_be_two && begins_with(line, "HTTP/2 ");
    if (begins_with(line, "HTTP/1.0 ") || begins_with(line, "HTTP/1.1 "))
        n = strlen("HTTP/1.1 ");
    else if (!head->is_two)
        n = line.len;
    if (!take_status(head, line.ptr + n, line.len - n))
        return fail(ret_error, "the answer does not begin as HTTP/1.1 does", line);
    forget_lines(head);
    head->minor = head->is_two ? 0 : line.ptr[7] - '0';
    if (head->status == 101)
        return fail(ret_error, "the server changes to a protocol that was not asked for", line);
    head->place = HTTP_HEAD_LINES;
    return WEIR_OK;
}

/* The buffers hold as much as a head may have, so that adding to them cannot fail. */
static void keep_field(struct http_head *head, struct weir_str name, struct weir_str value)
{
    struct weir_buf *fields = &head->fields;
    size_t size = name.len + value.len + 2;
    char *at;

    if (!weir_buf_reserve(fields, size))
        return;
    at = fields->ptr + fields->len;
    memcpy(at, name.ptr, name.len);
    at[name.len] = '\0';
    memcpy(at + name.len + 1, value.ptr, value.len);
    at[size - 1] = '\0';
    fields->len += size;
}

/* A value that goes on in the next line: what divides them counts as one blank. */
static void keep_more(struct http_head *head, struct weir_str value)
{
    struct weir_buf *fields = &head->fields;

    if (!fields->len || !weir_buf_reserve(fields, value.len + 1))
        return;
    fields->ptr[fields->len - 1] = ' ';
    memcpy(fields->ptr + fields->len, value.ptr, value.len);
    fields->len += value.len + 1;
    fields->ptr[fields->len - 1] = '\0';
}

const char *http_head_find(const struct http_head *head, const char *name)
{
    const char *end = head->fields.ptr + head->fields.len;

    for (const char *at = head->fields.ptr; at < end;) {
        const char *value = at + strlen(at) + 1;

        if (strcasecmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

static void keep_link(struct http_head *head, struct weir_str value)
{
    if (head->links.len && !weir_buf_add(&head->links, ", ", 2))
        return;
    if (!weir_buf_add(&head->links, value.ptr, value.len))
        weir_buf_reset(&head->links);
}

static bool is_name(struct weir_str name, const char *word)
{
    return strncasecmp(name.ptr, word, name.len) == 0 && word[name.len] == '\0';
}

/*
 * What says where the body ends, and links. True: it may not go on in a second line.
 * Names are told apart by their length first: most lines are none of these.
 */
static bool take_value(struct http_head *head, struct weir_str name, struct weir_str value)
{
    struct http_framing *framing = &head->framing;

    switch (name.len) {
    case 4:
        if (!is_name(name, "Link"))
            return false;
        keep_link(head, value);
        return true;
    case 8:
        return is_name(name, "Location");
    case 11:
        return is_name(name, "Retry-After");
    case 12:
        if (!is_name(name, "Content-Type"))
            return false;
        http_framing_add_type(framing, value);
        return true;
    case 14:
        if (!is_name(name, "Content-Length"))
            return false;
        http_framing_add_length(framing, value);
        return true;
    case 16:
        if (!is_name(name, "Content-Encoding"))
            return false;
        http_framing_add_encoding(framing, value);
        return true;
    case 17:
        if (!is_name(name, "Transfer-Encoding"))
            return false;
        http_framing_add_coding(framing, value);
        return true;
    default:
        return false;
    }
}

static enum weir_status take_header(
    struct http_head *head, struct weir_str line, struct weir_error *ret_error)
{
    const char *colon = memchr(line.ptr, ':', line.len);
    struct weir_str name, value;

    if (is_blank(line.ptr[0])) {
        if (head->was_important)
            return fail(ret_error, "the answer has a header that goes on in a second line", line);
        keep_more(head, trim(line));
        return WEIR_OK;
    }
    if (!colon || colon == line.ptr || is_blank(colon[-1]))
        return fail(ret_error, "the answer has a line that is no header", line);
    name = (struct weir_str){line.ptr, (size_t)(colon - line.ptr)};
    value = trim((struct weir_str){colon + 1, line.len - name.len - 1});
    keep_field(head, name, value);
    head->was_important = take_value(head, name, value);
    return WEIR_OK;
}

/* The empty line. Behind a 1xx another answer follows. */
static enum weir_status end_lines(struct http_head *head, struct weir_error *ret_error)
{
    if (head->status >= 200) {
        head->place = HTTP_HEAD_WHOLE;
        return WEIR_OK;
    }
    head->place = HTTP_HEAD_STATUS_LINE;
    head->status = 0;
    if (++head->n_informational > HTTP_HEAD_MAX_INFORMATIONAL)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-HEADERS",
            "more than %d informational answers (1xx) and still no real one",
            HTTP_HEAD_MAX_INFORMATIONAL);
    return WEIR_OK;
}

enum weir_status http_head_add(
    struct http_head *head, struct weir_str line, struct weir_error *ret_error)
{
    head->bytes += line.len;
    if (head->bytes > HTTP_HEAD_MAX)
        return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-HEADERS",
            "the answer's headers have more than %d bytes", HTTP_HEAD_MAX);
    if (head->place == HTTP_HEAD_WHOLE)
        return WEIR_OK;
    if (line.len > 0 && line.ptr[line.len - 1] == '\n')
        line.len--;
    if (line.len > 0 && line.ptr[line.len - 1] == '\r')
        line.len--;
    if (memchr(line.ptr, '\0', line.len))
        return fail(ret_error, "the answer has a NUL byte in its head", line);
    if (head->place == HTTP_HEAD_STATUS_LINE)
        return take_status_line(head, line, ret_error);
    if (line.len == 0)
        return end_lines(head, ret_error);
    return take_header(head, line, ret_error);
}
