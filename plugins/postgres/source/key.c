/* The key of a row as text: each value with its length before it, "2:12,3:abc,". */
#include "source.h"

#include <stdlib.h>
#include <string.h>
#include <weir/buf.h>

enum { KEY_TEXT_MAX = 1 << 16 };

char *source_key_text(const struct weir_str *items, size_t n)
{
    struct weir_buf buf;
    size_t capacity;
    bool ok = true;

    weir_buf_init(&buf, KEY_TEXT_MAX, 1);
    for (size_t i = 0; i < n && ok; i++)
        ok = items[i].ptr && weir_buf_printf(&buf, "%zu:", items[i].len) &&
             weir_buf_add(&buf, items[i].ptr, items[i].len) && weir_buf_add(&buf, ",", 1);
    if (ok)
        return weir_buf_take(&buf, &capacity);
    weir_buf_done(&buf);
    return NULL;
}

bool source_key_read(const char *text, struct weir_str *items, size_t n, struct weir_arena *arena)
{
    for (size_t i = 0; i < n; i++) {
        char *colon;
        unsigned long length = strtoul(text, &colon, 10);

        if (text[0] < '0' || text[0] > '9' || *colon != ':' || length > KEY_TEXT_MAX ||
            strlen(colon + 1) <= length || colon[1 + length] != ',')
            return false;
        items[i] = weir_copy(arena, (struct weir_str){colon + 1, length});
        text = colon + 1 + length + 1;
    }
    return *text == '\0';
}
