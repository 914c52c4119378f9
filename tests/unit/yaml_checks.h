/* For tests of what reads pipeline files: a text as a tree, and its mistakes. */
#ifndef YAML_CHECKS_H
#define YAML_CHECKS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file/yaml.h"

struct fixture {
    struct weir_arena *arena;
    struct weir_mistakes mistakes;
    struct yaml_source source;
};

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    f->arena = weir_arena_new();
    weir_mistakes_init(&f->mistakes, f->arena);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    weir_arena_free(f->arena);
    free(f);
    return 0;
}

/* Reads a text as if it stood in a file; forgets what was found before. */
static inline const struct weir_node *parse(struct fixture *f, struct weir_str text)
{
    weir_mistakes_init(&f->mistakes, f->arena);
    f->source = (struct yaml_source){"test.yaml", weir_copy(f->arena, text)};
    if (!yaml_source_check(&f->source, &f->mistakes))
        return NULL;
    return yaml_parse(&f->source, f->arena, &f->mistakes);
}

static inline const struct weir_node *parse_good(struct fixture *f, const char *text)
{
    const struct weir_node *node = parse(f, weir_str(text));

    if (!node)
        fail_msg("%s: %s", text, f->mistakes.items[0].text);
    assert_int_equal(f->mistakes.n, 0);
    return node;
}

/* There is a mistake that says so (or has that in it), at that place. */
static inline void check_has(
    const struct fixture *f, uint32_t line, uint32_t column, const char *code, const char *text)
{
    for (size_t i = 0; i < f->mistakes.n; i++) {
        const struct weir_mistake *m = &f->mistakes.items[i];

        if (m->line == line && m->column == column && strcmp(m->code, code) == 0 &&
            strstr(m->text, text))
            return;
    }
    for (size_t i = 0; i < f->mistakes.n; i++)
        print_message("%u:%u %s %s\n", f->mistakes.items[i].line, f->mistakes.items[i].column,
            f->mistakes.items[i].code, f->mistakes.items[i].text);
    fail_msg("no mistake at %u:%u %s says: %s", line, column, code, text);
}

static inline void check_refused(struct fixture *f, const char *text, uint32_t line,
    uint32_t column, const char *code, const char *message)
{
    assert_null(parse(f, weir_str(text)));
    assert_int_equal(f->mistakes.n_errors, 1);
    check_has(f, line, column, code, message);
}

#endif
