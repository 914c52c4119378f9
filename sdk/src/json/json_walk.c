/* Whole values: checked, sliced, skipped. Without recursion, as depth is the sender's choice. */
#include "json_doc.h"

#include "number/number.h"

static bool check_literal(struct json_doc *doc, size_t token)
{
    struct weir_str s;

    if (token < doc->n) {
        s = json_token(doc, token);
        if (weir_str_is(s, "null") || weir_str_is(s, "true") || weir_str_is(s, "false"))
            return true;
    }
    return json_unexpected(doc, token, "a value");
}

static bool check_string(struct json_doc *doc, size_t token)
{
    struct weir_str raw;

    return json_string(doc, token, &raw) &&
           (!json_has_escape(doc, raw) || json_check_escapes(doc, raw));
}

static bool check_number(struct json_doc *doc, size_t token)
{
    struct weir_str s = json_token(doc, token);

    return json_check_number(doc, token, s) &&
           (number_is_valid(s) || json_unexpected(doc, token, "a number"));
}

static bool check_scalar(struct json_doc *doc, size_t token)
{
    char c = json_byte(doc, token);

    if (c == '"')
        return check_string(doc, token);
    if (c == '-' || (c >= '0' && c <= '9'))
        return check_number(doc, token);
    return check_literal(doc, token);
}

/* Keys are not compared here: what is twice in a nested object is kept as it came. */
static bool check_key(struct json_doc *doc, size_t *token)
{
    struct weir_str raw;

    return json_key(doc, token, &raw) &&
           (!json_has_escape(doc, raw) || json_check_escapes(doc, raw));
}

bool json_walk(struct json_doc *doc, size_t *token)
{
    char closes[WEIR_JSON_MAX_DEPTH]; /* what ends each container that is open */
    size_t outside = doc->depth;

    for (;;) {
        char c = json_byte(doc, *token);
        bool more = false;

        if (c == '{' || c == '[') {
            if (!json_enter(doc, token, &more))
                return false;
            if (more)
                closes[doc->depth - 1] = c == '{' ? '}' : ']';
        } else {
            if (!check_scalar(doc, *token))
                return false;
            *token += 1;
        }
        while (!more && doc->depth > outside) {
            if (!json_next(doc, token, closes[doc->depth - 1], &more))
                return false;
        }
        if (doc->depth == outside)
            return true;
        if (closes[doc->depth - 1] == '}' && !check_key(doc, token))
            return false;
    }
}

bool json_slice(struct json_doc *doc, size_t *token, struct weir_value *ret_value)
{
    size_t start = doc->at[*token];
    size_t end;

    if (!json_walk(doc, token))
        return false;
    end = doc->at[*token - 1] + 1;
    *ret_value = (struct weir_value){
        .kind = WEIR_JSON,
        .length = (uint32_t)(end - start),
        .text = doc->text + start,
    };
    return true;
}

bool json_skip(struct json_doc *doc, size_t *token)
{
    size_t depth = 0;

    do {
        char c = json_byte(doc, *token);

        if (c == '\0')
            return json_unexpected(doc, *token, "a value");
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        *token += 1;
    } while (depth > 0);
    return true;
}

size_t json_count(const struct json_doc *doc, size_t token)
{
    size_t depth = 0;
    size_t commas = 0;

    if (json_byte(doc, token + 1) == ']')
        return 0;
    do {
        char c = json_byte(doc, token++);

        if (c == '\0')
            break;
        if (c == '{' || c == '[')
            depth++;
        else if (c == '}' || c == ']')
            depth--;
        else if (c == ',' && depth == 1)
            commas++;
    } while (depth > 0);
    return commas + 1;
}
