/* Mistakes: gathering them, and guessing what was meant. */
#include <weir/node.h>

#include <stdlib.h>
#include <string.h>

#include <weir/buf.h>

enum {
    TEXT_SIZE = 1024,
    /* Of a shorter value from outside, only whole words are taken out of a message. */
    SHORT_VALUE = 4,
    /* In shorter words two edits would turn anything into anything. */
    LONG_WORD = 4,
};

void weir_mistakes_init(struct weir_mistakes *mistakes, struct weir_arena *arena)
{
    memset(mistakes, 0, sizeof(*mistakes));
    mistakes->arena = arena;
}

/* --- what came from outside is never shown ------------------------------------------------ */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* Is what stands at `at` the value itself, or by chance a part of another word? */
static bool is_meant(const char *text, const char *at, struct weir_str value)
{
    if (value.len >= SHORT_VALUE)
        return true;
    return (at == text || !is_word(at[-1])) && !is_word(at[value.len]);
}

static const char *find_value(const char *text, const char *from, struct weir_str value)
{
    const char *end = from + strlen(from);

    while ((from = memmem(from, (size_t)(end - from), value.ptr, value.len))) {
        if (is_meant(text, from, value))
            return from;
        from++;
    }
    return NULL;
}

/* Appends; the limit of the buffer is all memory, so it does not fail. */
static void put(struct weir_buf *buf, const char *bytes, size_t n)
{
    if (!weir_buf_add(buf, bytes, n))
        abort();
}

/* The text with each value as it is written in the file. */
static const char *put_back(
    struct weir_arena *scratch, const char *text, struct weir_str value, struct weir_str written)
{
    struct weir_buf buf;
    const char *at, *from = text;
    size_t capacity;
    char *memory;

    if (!value.len || !find_value(text, text, value))
        return text;
    weir_buf_init(&buf, SIZE_MAX / 2, 1);
    while ((at = find_value(text, from, value))) {
        put(&buf, from, (size_t)(at - from));
        put(&buf, written.ptr, written.len);
        from = at + value.len;
    }
    put(&buf, from, strlen(from));
    memory = weir_buf_take(&buf, &capacity);
    weir_adopt(scratch, memory, capacity);
    return memory;
}

/*
 * Whoever makes a message about such a value leaves it out; this is for those who
 * forget. The whole text first, since its pieces may be short.
 */
static const char *without_foreign(
    struct weir_arena *scratch, const struct weir_node *node, const char *text)
{
    const struct weir_written *written = node ? node->written : NULL;

    if (!written || !node->substituted)
        return text;
    text = put_back(scratch, text, node->text, written->text);
    for (size_t i = 0; i < written->n; i++) {
        const struct weir_splice *splice = &written->splices[i];
        struct weir_str value = {node->text.ptr + splice->at, splice->len};
        struct weir_str name = {written->text.ptr + splice->written_at, splice->written_len};

        if (splice->foreign)
            text = put_back(scratch, text, value, name);
    }
    return text;
}

/* --- gathering --------------------------------------------------------------------------- */

/* A place for one more: an error pushes out a warning. NULL when all are errors already. */
static struct weir_mistake *make_room(struct weir_mistakes *mistakes, bool warning)
{
    if (mistakes->n < WEIR_MISTAKES_MAX)
        return &mistakes->items[mistakes->n++];
    for (size_t i = mistakes->n; i > 0 && !warning; i--)
        if (mistakes->items[i - 1].warning)
            return &mistakes->items[i - 1];
    return NULL;
}

/* Keys that serve several resources are read once for each of them; a mistake is told once. */
static bool is_told(const struct weir_mistakes *mistakes, const struct weir_mistake *mistake)
{
    for (size_t i = 0; i < mistakes->n; i++) {
        const struct weir_mistake *other = &mistakes->items[i];

        if (other->line == mistake->line && other->column == mistake->column &&
            other->warning == mistake->warning && strcmp(other->code, mistake->code) == 0 &&
            strcmp(other->text, mistake->text) == 0)
            return true;
    }
    return false;
}

static void find_place(
    const struct weir_node *at, size_t offset, uint32_t *ret_line, uint32_t *ret_column)
{
    if (at && offset && at->kind == WEIR_NODE_SCALAR) {
        weir_node_place(at, offset, ret_line, ret_column);
    } else if (at) {
        *ret_line = at->line;
        *ret_column = at->column;
    }
}

static void add(struct weir_mistakes *mistakes, const struct weir_node *at, size_t offset,
    bool warning, const char *code, const char *format, va_list args)
{
    struct weir_arena *scratch = weir_arena_new();
    char text[TEXT_SIZE];
    struct weir_mistake mistake = {.warning = warning, .code = code, .text = text};
    struct weir_mistake *room;

    (void)weir_str_printable(
        weir_str(without_foreign(scratch, at, weir_vprintf(scratch, format, args))), text,
        sizeof(text));
    weir_arena_free(scratch);
    find_place(at, offset, &mistake.line, &mistake.column);
    if (is_told(mistakes, &mistake))
        return;
    mistakes->n_errors += !warning;
    room = make_room(mistakes, warning);
    if (!room)
        return;
    *room = mistake;
    room->code = weir_copy_text(mistakes->arena, code);
    room->text = weir_copy_text(mistakes->arena, text);
}

void weir_mistake(struct weir_mistakes *mistakes, const struct weir_node *at, size_t offset,
    const char *code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(mistakes, at, offset, false, code, format, args);
    va_end(args);
}

void weir_mistake_warn(struct weir_mistakes *mistakes, const struct weir_node *at, const char *code,
    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add(mistakes, at, 0, true, code, format, args);
    va_end(args);
}

static bool stands_before(const struct weir_mistake *a, const struct weir_mistake *b)
{
    return a->line != b->line ? a->line < b->line : a->column < b->column;
}

void weir_mistakes_sort(struct weir_mistakes *mistakes)
{
    for (size_t i = 1; i < mistakes->n; i++) {
        struct weir_mistake mistake = mistakes->items[i];
        size_t at = i;

        for (; at > 0 && stands_before(&mistake, &mistakes->items[at - 1]); at--)
            mistakes->items[at] = mistakes->items[at - 1];
        mistakes->items[at] = mistake;
    }
}

/* --- did you mean ------------------------------------------------------------------------ */

const char *weir_did_you_mean(struct weir_arena *arena, const char *word,
    const char *(*candidate)(const void *candidates, size_t i), const void *candidates, size_t n)
{
    size_t limit = strlen(word) < LONG_WORD ? 1 : 2;
    size_t least = limit + 1;
    const char *nearest = NULL;

    for (size_t i = 0; i < n && least; i++) {
        const char *name = candidate(candidates, i);
        size_t distance = weir_str_distance(word, name, limit);

        /* As many edits as there are letters: nothing is left of the word. */
        if (distance < least && distance < strlen(word)) {
            least = distance;
            nearest = name;
        }
    }
    return nearest ? weir_printf(arena, "; did you mean '%s'?", nearest) : "";
}
