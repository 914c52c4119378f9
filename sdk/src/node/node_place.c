/*
 * Folding, quotes, escapes and indentation all leave the characters that are not
 * blank in their number and order. So the place of the n-th such character of a
 * scalar's text is the place of the n-th one in the file, and nothing needs to be
 * kept for it while the file is read.
 */
#include <weir/node.h>

#include <string.h>

/* A place in the document's text that moves forward. */
struct walk {
    const char *at;
    uint32_t line, column;
    char quote; /* ' or " or 0 */
};

/* --- characters -------------------------------------------------------------------------- */

/* Bytes of the character at a place in valid UTF-8; never goes past a NUL. */
static size_t character_length(const char *at)
{
    size_t n = 1;

    while (*at && ((unsigned char)at[n] & 0xc0) == 0x80)
        n++;
    return n;
}

/* The bytes of a line's end that YAML knows: LF, CR, CRLF, NEL, LS, PS; 0 if it is none. */
static size_t break_length(const char *at)
{
    if (at[0] == '\r' && at[1] == '\n')
        return 2;
    if (at[0] == '\n' || at[0] == '\r')
        return 1;
    if (strncmp(at, "\xc2\x85", 2) == 0)
        return 2;
    if (strncmp(at, "\xe2\x80\xa8", 3) == 0 || strncmp(at, "\xe2\x80\xa9", 3) == 0)
        return 3;
    return 0;
}

static bool is_blank(const char *at)
{
    return *at == ' ' || *at == '\t' || break_length(at) > 0;
}

static size_t count_blanks(const char *at, size_t n)
{
    size_t blanks = 0;

    for (const char *end = at + n; at < end; at += character_length(at))
        blanks += is_blank(at);
    return blanks;
}

/* --- what a character of the text is written as ------------------------------------------- */

/* Reads up to n hexadecimal digits; returns how many there were. */
static size_t read_hex(const char *at, size_t n, unsigned long *ret_value)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    *ret_value = 0;
    for (i = 0; i < n && at[i]; i++) {
        const char *digit = strchr(digits, at[i] | 0x20);

        if (!digit)
            break;
        *ret_value = *ret_value * 16 + (unsigned long)(digit - digits);
    }
    return i;
}

static bool is_blank_code(unsigned long c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 ||
           c == 0x2029;
}

/* A code behind \x, \u or \U; JSON writes large ones as two that belong together. */
static size_t code_length(const char *at, size_t n, bool *ret_blank)
{
    unsigned long value, low;
    size_t length = 2 + read_hex(at + 2, n, &value);

    *ret_blank = is_blank_code(value);
    if (value >= 0xd800 && value < 0xdc00 && at[length] == '\\' && at[length + 1] == 'u')
        length += 2 + read_hex(at + length + 2, 4, &low);
    return length;
}

static size_t escape_length(const char *at, bool *ret_blank)
{
    switch (at[1]) {
    case '\0':
        return 1;
    case 'x':
        return code_length(at, 2, ret_blank);
    case 'u':
        return code_length(at, 4, ret_blank);
    case 'U':
        return code_length(at, 8, ret_blank);
    default:
        /* Behind a backslash, the end of a line is nothing at all: as good as a blank. */
        *ret_blank = is_blank(at + 1) || strchr("tnrNLP", at[1]) != NULL;
        return 1 + (break_length(at + 1) ? break_length(at + 1) : character_length(at + 1));
    }
}

/* Bytes that stand for the next character of the text; 0 at the end of the document. */
static size_t unit_length(const struct walk *walk, bool *ret_blank)
{
    *ret_blank = is_blank(walk->at);
    if (!*walk->at)
        return 0;
    if (walk->quote == '"' && walk->at[0] == '\\')
        return escape_length(walk->at, ret_blank);
    if (walk->quote == '\'' && walk->at[0] == '\'' && walk->at[1] == '\'')
        return 2;
    if (break_length(walk->at))
        return break_length(walk->at);
    return character_length(walk->at);
}

/* --- walking ----------------------------------------------------------------------------- */

static void advance(struct walk *walk, size_t bytes)
{
    const char *end = walk->at + bytes;

    while (walk->at < end) {
        size_t n = break_length(walk->at);

        if (n) {
            walk->line++;
            walk->column = 1;
        } else {
            n = character_length(walk->at);
            walk->column++;
        }
        walk->at += n;
    }
}

static void skip_blanks(struct walk *walk)
{
    bool blank;
    size_t n;

    while ((n = unit_length(walk, &blank)) && blank)
        advance(walk, n);
}

static void skip_characters(struct walk *walk, size_t count)
{
    bool blank;

    for (; count; count--) {
        skip_blanks(walk);
        advance(walk, unit_length(walk, &blank));
    }
}

/* At most count blanks, and not into the next line: the place is where that text ended. */
static void skip_some_blanks(struct walk *walk, size_t count)
{
    bool blank;
    size_t n;

    for (; count && (n = unit_length(walk, &blank)) && blank && !break_length(walk->at); count--)
        advance(walk, n);
}

static void open_scalar(struct walk *walk, const struct weir_node *node)
{
    if (node->block) {
        while (*walk->at && !break_length(walk->at))
            advance(walk, character_length(walk->at));
        advance(walk, break_length(walk->at));
    } else if (node->quoted && *walk->at) {
        walk->quote = *walk->at;
        advance(walk, 1);
    }
}

/* --- substitution ------------------------------------------------------------------------ */

/* Bytes into the text as it was written, for bytes into the text as it became. */
static size_t written_offset(const struct weir_written *written, size_t offset)
{
    size_t ahead = 0, behind = 0; /* of what went before: its length written, and now */

    for (size_t i = 0; i < written->n; i++) {
        const struct weir_splice *splice = &written->splices[i];

        if (offset < splice->at)
            break;
        if (offset < splice->at + splice->len)
            return splice->written_at;
        ahead = splice->written_at + splice->written_len;
        behind = splice->at + splice->len;
    }
    return ahead + (offset - behind);
}

static size_t character_offset(struct weir_str text, size_t characters)
{
    size_t offset = 0;

    for (; characters && offset < text.len; characters--)
        offset += character_length(text.ptr + offset);
    return offset;
}

/* Walks to the place behind the first `offset` bytes of text, as node writes it. */
static void walk_to(
    struct walk *walk, const struct weir_node *node, struct weir_str text, size_t offset)
{
    size_t end = offset, blanks, characters = 0;

    open_scalar(walk, node);
    while (
        end && (text.ptr[end - 1] == ' ' || text.ptr[end - 1] == '\t' || text.ptr[end - 1] == '\n'))
        end--;
    blanks = count_blanks(text.ptr, end);
    for (size_t i = 0; i < end; characters++)
        i += character_length(text.ptr + i);
    skip_characters(walk, characters - blanks);
    if (offset < text.len && !is_blank(text.ptr + offset))
        skip_blanks(walk);
    else
        skip_some_blanks(walk, offset - end);
}

void weir_node_place(
    const struct weir_node *node, size_t offset, uint32_t *ret_line, uint32_t *ret_column)
{
    struct walk walk = {node->source, node->line, node->column, 0};
    struct weir_str text = node->written ? node->written->text : node->text;
    size_t bytes = node->line ? character_offset(node->text, offset) : 0;

    if (node->written)
        bytes = written_offset(node->written, bytes);
    if (node->line && node->source)
        walk_to(&walk, node, text, bytes);
    else if (node->line)
        walk.column += (uint32_t)offset + (node->quoted && !node->block);
    *ret_line = walk.line;
    *ret_column = walk.column;
}
