#include "show_line.h"

#include <stdint.h>

enum { ESCAPE_SIZE = 16 };

struct range {
    uint32_t first, last;
};

/* A character as it is shown. */
struct shown {
    size_t bytes; /* of the line that it takes */
    char text[ESCAPE_SIZE];
    size_t columns;
};

/* East Asian wide and full-width characters, and the pictures that terminals draw as wide. */
static const struct range wide[] = {
    {0x1100, 0x115f},
    {0x2e80, 0x303e},
    {0x3041, 0x4dbf},
    {0x4e00, 0xa4cf},
    {0xa960, 0xa97f},
    {0xac00, 0xd7a3},
    {0xf900, 0xfaff},
    {0xfe30, 0xfe6f},
    {0xff00, 0xff60},
    {0xffe0, 0xffe6},
    {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff},
    {0x1f900, 0x1faff},
    {0x20000, 0x3fffd},
};

/* Marks that are drawn over the character before them, and joiners. */
static const struct range combining[] = {
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x0610, 0x061a},
    {0x064b, 0x065f},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200d},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
    {0xe0100, 0xe01ef},
};

static bool is_in(const struct range *ranges, size_t n, uint32_t c)
{
    for (size_t i = 0; i < n; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

static size_t columns_of(uint32_t c)
{
    if (c < 0x300)
        return 1;
    if (is_in(combining, sizeof(combining) / sizeof(combining[0]), c))
        return 0;
    return is_in(wide, sizeof(wide) / sizeof(wide[0]), c) ? 2 : 1;
}

/* Bytes of the character that opens s, one where that is none. */
static size_t character_length(struct weir_str s)
{
    size_t n = 1;

    while (n < 4 && n < s.len && ((unsigned char)s.ptr[n] & 0xc0) == 0x80)
        n++;
    return weir_str_utf8_error((struct weir_str){s.ptr, n}) == n ? n : 1;
}

static uint32_t character_code(const char *at, size_t n)
{
    uint32_t code = n == 1 ? (unsigned char)at[0] : (unsigned char)at[0] & (0x7fU >> n);

    for (size_t i = 1; i < n; i++)
        code = code << 6 | ((unsigned char)at[i] & 0x3f);
    return code;
}

/* column: where it will stand, for tabs. */
static struct shown show_character(struct weir_str s, size_t column)
{
    struct shown shown = {.bytes = character_length(s)};
    size_t length;

    if (s.ptr[0] == '\t') {
        shown.columns = SHOW_LINE_TAB - column % SHOW_LINE_TAB;
        for (size_t i = 0; i < shown.columns; i++)
            shown.text[i] = ' ';
        return shown;
    }
    length =
        weir_str_printable((struct weir_str){s.ptr, shown.bytes}, shown.text, sizeof(shown.text));
    shown.columns = length == shown.bytes ? columns_of(character_code(s.ptr, shown.bytes))
                                          : length; /* an escape */
    return shown;
}

static struct weir_str rest(struct weir_str line, size_t at)
{
    return (struct weir_str){line.ptr + at, line.len - at};
}

/* Columns that the first n bytes of the line take. */
static size_t measure(struct weir_str line, size_t n)
{
    size_t column = 0;

    for (size_t at = 0; at < n && at < line.len;) {
        struct shown shown = show_character(rest(line, at), column);

        column += shown.columns;
        at += shown.bytes;
    }
    return column;
}

/* Prints what lies in the columns from first to last, and dots where it was cut. */
static void print_part(struct weir_str line, size_t first, size_t last, FILE *out)
{
    size_t column = 0, at = 0;

    if (first)
        fputs("...", out);
    while (at < line.len && column < last) {
        struct shown shown = show_character(rest(line, at), column);

        /* Of what lies half outside only its room is shown, so that the rest stays in line. */
        if (column >= first && column + shown.columns <= last)
            fputs(shown.text, out);
        else if (column + shown.columns > first)
            fprintf(
                out, "%*s", (int)(column + shown.columns - (column > first ? column : first)), "");
        column += shown.columns;
        at += shown.bytes;
    }
    if (at < line.len)
        fputs("...", out);
    fputc('\n', out);
}

void show_line(struct weir_str line, size_t caret, const char *mark, const char *unmark, FILE *out)
{
    size_t total = measure(line, line.len);
    size_t at = measure(line, caret);
    size_t first = 0;

    if (total > SHOW_LINE_WIDTH && at > SHOW_LINE_WIDTH / 2)
        first = at - SHOW_LINE_WIDTH / 2;
    if (first && first + SHOW_LINE_WIDTH > total)
        first = total - SHOW_LINE_WIDTH;
    fprintf(out, "%*s", SHOW_LINE_INDENT, "");
    print_part(line, first, first + SHOW_LINE_WIDTH, out);
    fprintf(out, "%*s%s^%s\n", (int)(SHOW_LINE_INDENT + at - first + (first ? 3 : 0)), "", mark,
        unmark);
}
