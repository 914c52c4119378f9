#include "csv_scan.h"

#include <string.h>

void csv_scan_init(struct csv_scan *scan, char delimiter, bool has_quotes)
{
    *scan = (struct csv_scan){.delimiter = delimiter, .has_quotes = has_quotes};
    scan->ends_plain[(unsigned char)delimiter] = true;
    scan->ends_plain['\n'] = true;
    scan->ends_plain['\r'] = true;
    scan->ends_plain['\0'] = true;
    scan->ends_plain['"'] = has_quotes;
}

static bool is_at(const struct csv_scan *scan, size_t at, char c)
{
    return at < scan->text.len && scan->text.ptr[at] == c;
}

bool csv_scan_record(struct csv_scan *scan)
{
    for (;;) {
        if (is_at(scan, scan->at, '\n'))
            scan->at++;
        else if (is_at(scan, scan->at, '\r') && is_at(scan, scan->at + 1, '\n'))
            scan->at += 2;
        else
            return scan->at < scan->text.len;
    }
}

static enum csv_end fail(struct csv_scan *scan, size_t at, const char *fault)
{
    scan->at = at;
    scan->fault = fault;
    return CSV_FAULT;
}

/* What stands behind a field ends it, or may not stand there. */
static enum csv_end end_field(struct csv_scan *scan, size_t at, const char *fault)
{
    scan->at = at + 1;
    if (at == scan->text.len) {
        scan->at = at;
        return CSV_RECORD;
    }
    if (is_at(scan, at, scan->delimiter))
        return CSV_MORE;
    if (is_at(scan, at, '\n'))
        return CSV_RECORD;
    if (!is_at(scan, at, '\r'))
        return fail(scan, at, fault);
    if (!is_at(scan, at + 1, '\n'))
        return fail(scan, at, "a carriage return that no line feed follows");
    scan->at = at + 2;
    return CSV_RECORD;
}

static enum csv_end scan_plain(struct csv_scan *scan, struct csv_field *ret_field)
{
    const unsigned char *text = (const unsigned char *)scan->text.ptr;
    size_t at = scan->at;

    while (at < scan->text.len && !scan->ends_plain[text[at]])
        at++;
    ret_field->raw = (struct weir_str){scan->text.ptr + scan->at, at - scan->at};
    return end_field(
        scan, at, "a quote inside a field that has none around it (to be written as \"\"\"\")");
}

static enum csv_end scan_quoted(struct csv_scan *scan, struct csv_field *ret_field)
{
    size_t start = scan->at + 1;
    size_t at = start;

    ret_field->is_quoted = true;
    for (;;) {
        const char *quote = memchr(scan->text.ptr + at, '"', scan->text.len - at);

        if (!quote)
            return fail(scan, start - 1,
                "the text ends inside the quoted field (was it cut off?) that begins");
        at = (size_t)(quote - scan->text.ptr) + 1;
        if (!is_at(scan, at, '"'))
            break;
        ret_field->has_doubled = true;
        at++;
    }
    ret_field->raw = (struct weir_str){scan->text.ptr + start, at - 1 - start};
    return end_field(scan, at, "something behind the quote that ends a field");
}

enum csv_end csv_scan_field(struct csv_scan *scan, struct csv_field *ret_field)
{
    *ret_field = (struct csv_field){.raw = {NULL, 0}};
    if (scan->has_quotes && is_at(scan, scan->at, '"'))
        return scan_quoted(scan, ret_field);
    return scan_plain(scan, ret_field);
}
