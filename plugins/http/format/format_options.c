/* What a pipeline file may say of each format. */
#include "format.h"

#include <weir/mend.h>

static const struct weir_choice nul_choices[] = {
    {"fail", WEIR_NUL_FAIL, "The answer is an error (E-TEXT-NUL)."},
    {"strip", WEIR_NUL_STRIP, "It is left out."},
    {"replace", WEIR_NUL_REPLACE, "U+FFFD stands for it."},
    {0},
};

static const struct weir_choice utf8_choices[] = {
    {"fail", HTTP_UTF8_FAIL, "The answer is an error (E-UTF8)."},
    {"replace", HTTP_UTF8_REPLACE, "U+FFFD stands for each."},
    {0},
};

static const struct weir_choice key_choices[] = {
    {"fail", HTTP_KEYS_FAIL, "The answer is an error (E-JSON-DUPLICATE)."},
    {"last", HTTP_KEYS_LAST, "The last one counts."},
    {0},
};

/* Rows that several formats have. */
#define NUL                                                                                        \
    WEIR_CHOICE(struct http_format_options, nul, nul_choices, .initial = "fail",                   \
        .help = "What to do about a NUL inside a text, which no database takes.")
#define INVALID_UTF8(what)                                                                         \
    WEIR_CHOICE(struct http_format_options, invalid_utf8, utf8_choices, .initial = "fail",         \
        .help = "What to do about " what ".")
#define DUPLICATE_KEYS                                                                             \
    WEIR_CHOICE(struct http_format_options, duplicate_keys, key_choices, .initial = "fail",        \
        .help = "What to do about a key that stands twice in a row.")
#define JSON_BYTES "bytes that are not UTF-8, and escaped halves of surrogate pairs"

static const struct weir_option auto_options[] = {
    NUL,
    INVALID_UTF8(JSON_BYTES),
    DUPLICATE_KEYS,
    {0},
};

static const struct weir_option json_options[] = {
    WEIR_TEXTS(struct http_format_options, columns, .example = "[id, name]",
        .help = "Rows are arrays, and these are the names of their values, in order."),
    WEIR_PATH(struct http_format_options, schema_path, .example = "schema.fields[*].name",
        .help = "Rows are arrays, and the answer names their values there: an array of texts, or "
                "what a path with [*] finds. Where that is one of the rows, it is none."),
    NUL,
    INVALID_UTF8(JSON_BYTES),
    DUPLICATE_KEYS,
    {0},
};

static const struct weir_option ndjson_options[] = {
    NUL,
    INVALID_UTF8(JSON_BYTES),
    DUPLICATE_KEYS,
    {0},
};

static const struct weir_option csv_options[] = {
    WEIR_TEXT(struct http_format_options, delimiter, .initial = ",", .min = 1, .example = ";",
        .help = "The character between two fields; a tab is written as \"\\t\"."),
    WEIR_BOOL(struct http_format_options, quotes, .initial = "true",
        .help = "Fields may stand in double quotes. With `false` a quote is a character as any "
                "other."),
    WEIR_BOOL(struct http_format_options, header, .initial = "true",
        .help = "The first line holds the names of the columns. With `false` it is a row, and "
                "`columns` is needed."),
    WEIR_TEXTS(struct http_format_options, columns, .example = "[id, name]",
        .help = "The names of the columns, in the order of the fields; they take the place of a "
                "header's."),
    NUL,
    INVALID_UTF8("bytes that are not UTF-8"),
    {0},
};

static const struct weir_option xml_options[] = {
    WEIR_TEXT(struct http_format_options, record, .required = true, .min = 1, .example = "item",
        .help = "The name of the elements that are rows, wherever they stand, as the answer writes "
                "it. Their attributes and children are the columns."),
    {0},
};

enum { SIZE = sizeof(struct http_format_options) };

const struct weir_variant_type http_format_variants[] = {
    {"auto", "By the answer's Content-Type; what it does not name is JSON.", HTTP_FORMAT_AUTO,
        auto_options, SIZE},
    {"json", "One JSON document.", HTTP_FORMAT_JSON, json_options, SIZE},
    {"ndjson",
        "JSON Lines: a JSON document on each line, in each of which `data_selector` is looked for.",
        HTTP_FORMAT_NDJSON, ndjson_options, SIZE},
    {"json_seq", "The same, but that each document stands behind a record separator (RFC 7464).",
        HTTP_FORMAT_JSON_SEQ, ndjson_options, SIZE},
    {"csv", "A row on each line, under a line of names (RFC 4180).", HTTP_FORMAT_CSV, csv_options,
        SIZE},
    {"xml", "XML, in which elements of one name are rows.", HTTP_FORMAT_XML, xml_options, SIZE},
    {0},
};
