/* Braces that are ordinary characters, but look like a placeholder whose name is misspelt. */
#include "option/option_reading.h"
#include "template_parts.h"

#include <string.h>

enum { LONGEST_ROOT = 16, SHORTEST_ROOT = 3 };

static const enum weir_root roots[] = {WEIR_ROOT_VARS, WEIR_ROOT_RUN, WEIR_ROOT_PARTITION,
    WEIR_ROOT_RESOURCES, WEIR_ROOT_INCREMENTAL, WEIR_ROOT_JOB};

enum { N_ROOTS = sizeof(roots) / sizeof(roots[0]) };

static const char *root_name(const void *candidates, size_t i)
{
    return template_root_name(((const enum weir_root *)candidates)[i]);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t letters(struct weir_str text, size_t from)
{
    size_t n = from;

    while (n < text.len && is_letter(text.ptr[n]))
        n++;
    return n - from;
}

/* "word" of "{word.name}" at `open`; nothing where there is something else. */
static struct weir_str word_at(struct weir_str text, size_t open)
{
    struct weir_str word = {text.ptr + open + 1, letters(text, open + 1)};
    size_t end = open + 1 + word.len;

    if (word.len < SHORTEST_ROOT || word.len > LONGEST_ROOT || end >= text.len ||
        text.ptr[end] != '.' || letters(text, end + 1) == 0)
        return (struct weir_str){0};
    while (end < text.len && (is_letter(text.ptr[end]) || text.ptr[end] == '.' ||
                                 (text.ptr[end] >= '0' && text.ptr[end] <= '9')))
        end++;
    return end < text.len && text.ptr[end] == '}' ? word : (struct weir_str){0};
}

static bool is_root(const char *word)
{
    for (size_t i = 0; i < N_ROOTS; i++)
        if (strcmp(word, template_root_name(roots[i])) == 0)
            return true;
    return false;
}

void template_warn_of_near(struct weir_mistakes *mistakes, const struct weir_node *node)
{
    struct weir_str text = node->text;

    /* What comes from outside the file is not shown, and is seldom misspelt. */
    if (node->substituted || option_is_warned(mistakes, node))
        return;
    for (size_t at = 0; at < text.len; at++) {
        struct weir_str word = text.ptr[at] == '{' ? word_at(text, at) : (struct weir_str){0};
        const char *name = word.len ? weir_copy(mistakes->arena, word).ptr : "";
        const char *hint = word.len && !is_root(name)
                               ? weir_did_you_mean(mistakes->arena, name, root_name, roots, N_ROOTS)
                               : "";

        if (!*hint)
            continue;
        weir_mistake_warn(mistakes, node, "E-TEMPLATE",
            "'{%s.' begins no placeholder, so it is sent as it stands%s", name, hint);
        return;
    }
}
