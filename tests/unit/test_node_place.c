/* Places inside texts, in every way in which a file can write them. */
#include "yaml_checks.h"

/* Every character that stands in the file as it stands in the text is found where it is. */
static void check_places(struct fixture *f, const struct weir_node *node)
{
    size_t characters = 0;

    for (size_t i = 0; i < node->n; i++)
        check_places(f, node->items[i]);
    if (node->kind != WEIR_NODE_SCALAR)
        return;
    for (size_t i = 0; i < node->text.len; characters++) {
        uint32_t line, column;
        struct weir_str shown;
        size_t at = 0, n = 1;

        while (((unsigned char)node->text.ptr[i + n] & 0xc0) == 0x80)
            n++;
        weir_node_place(node, characters, &line, &column);
        shown = yaml_source_line(&f->source, line);
        for (uint32_t c = 1; c < column && at < shown.len; c++) {
            at++;
            while (at < shown.len && ((unsigned char)shown.ptr[at] & 0xc0) == 0x80)
                at++;
        }
        if (node->text.ptr[i] > ' ' || n > 1)
            if (at + n > shown.len || memcmp(shown.ptr + at, node->text.ptr + i, n) != 0)
                fail_msg("'%.*s' of '%s' is not at %u:%u", (int)n, node->text.ptr + i,
                    node->text.ptr, line, column);
        i += n;
    }
}

static void finds_places_in_texts(void **state)
{
    static const char *const texts[] = {
        "a: plain text\nb:   'it is'\nc: \"double quoted\"\n",
        "a: one\n  two\n\n  three\nb: 'one\n  two'\nc: \"one\n\n  two  three\"\n",
        "a: |\n  one\n    two\n\n  three\nb: >-\n   one\n   two\n\n   three\n",
        "a:\n  - |2\n      x y\n    z\n  - >+\n    one\n\n\n    two\n\n",
        "\xe6\xbc\xa2: \"\xc3\xa4\xc3\xb6 \xf0\x9f\x98\x80 x\"\nb: [\xc3\xa4 b, 'c']\n",
        "a: one\r\n  two\r\nb: |\r\n  x\r\n  y\r\n",
        "a: # no text\n  behind a comment\n",
        "a: | # not this\n  but this\n",
        "a: 'x''''y'\n",
        "a: \"x\\\n   y z\"\n",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        check_places(*state, parse_good(*state, texts[i]));
}

static void finds_places_behind_escapes(void **state)
{
    const struct weir_node *root =
        parse_good(*state, "a: \"\\t\\x41\\u20ac\\\\ {b\"\nc: 'it''s {b'\n");
    uint32_t line, column;

    weir_node_place(weir_node_get(root, "a"), 5, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 20);
    weir_node_place(weir_node_get(root, "c"), 5, &line, &column);
    assert_int_equal(line, 2);
    assert_int_equal(column, 11);
}

/* A blank is where it stands; the end of a text is behind its last character. */
static void finds_blanks_and_ends(void **state)
{
    static const struct {
        const char *text;
        size_t offset;
        uint32_t line, column;
    } cases[] = {
        {"a: x  y\n", 1, 1, 5},
        {"a: x  y\n", 2, 1, 6},
        {"a: x  y\n", 4, 1, 8},
        {"a: '  x '\n", 0, 1, 5},
        {"a: '  x '\n", 1, 1, 6},
        {"a: '  x '\n", 4, 1, 9},
        {"a: |\n  x\n  y\n", 3, 3, 4},
        {"a: |\n  x\n  y\n", 4, 3, 4},
        {"a: |\n  x\n  y\n", 99, 3, 4},
        {"a: ''\n", 0, 1, 5},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t line, column;

        weir_node_place(
            weir_node_get(parse_good(*state, cases[i].text), "a"), cases[i].offset, &line, &column);
        if (line != cases[i].line || column != cases[i].column)
            fail_msg("%zu of %s is at %u:%u", cases[i].offset, cases[i].text, line, column);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(finds_places_in_texts, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_places_behind_escapes, setup, teardown),
        cmocka_unit_test_setup_teardown(finds_blanks_and_ends, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
