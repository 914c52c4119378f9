/* Arrays taken apart where their text is known to be valid. */
#include <weir/json.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void advance(struct weir_str *s, size_t n)
{
    s->ptr += n;
    s->len -= n;
}

static void skip_blanks(struct weir_str *s)
{
    while (s->len && is_blank(*s->ptr))
        advance(s, 1);
}

/* Of the text that begins here, both quotes included. */
static size_t quoted_length(struct weir_str s)
{
    size_t i = 1;

    while (i < s.len && s.ptr[i] != '"')
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i < s.len ? i + 1 : s.len;
}

/* Up to the comma or bracket that ends the element. */
static size_t element_length(struct weir_str s)
{
    size_t depth = 0, i = 0;

    while (i < s.len) {
        char c = s.ptr[i];

        if (depth == 0 && (c == ',' || c == ']'))
            break;
        if (c == '[' || c == '{')
            depth++;
        else if ((c == ']' || c == '}') && depth)
            depth--;
        i += c == '"' ? quoted_length((struct weir_str){s.ptr + i, s.len - i}) : 1;
    }
    return i;
}

bool weir_json_next(struct weir_str *rest, struct weir_str *ret_element)
{
    skip_blanks(rest);
    if (rest->len == 0 || (*rest->ptr != '[' && *rest->ptr != ','))
        return false;
    advance(rest, 1);
    skip_blanks(rest);
    *ret_element = (struct weir_str){rest->ptr, element_length(*rest)};
    advance(rest, ret_element->len);
    while (ret_element->len && is_blank(ret_element->ptr[ret_element->len - 1]))
        ret_element->len--;
    return ret_element->len > 0;
}
