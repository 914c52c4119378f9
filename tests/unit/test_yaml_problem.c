/* What is no YAML: each mistake says what to do, at the place where it is to be done. */
#include "yaml_checks.h"

static void refuses_bad_yaml(void **state)
{
    static const struct {
        const char *text;
        uint32_t line, column;
        const char *message;
    } cases[] = {
        {"a:\n\tb: 1\n", 2, 1, "a tab cannot indent; use spaces"},
        {"a: |\n\tx\n", 2, 1, "a tab cannot indent; use spaces"},
        {"a: 1\n\t# c\nb: 2\n", 2, 1, "a tab cannot indent; use spaces"},
        {"a: \"x\nb: 2\n", 1, 4, "this quote is not closed"},
        {"a: 'x\nb: 2\n", 1, 4, "this quote is not closed"},
        {"a: \"x\n---\n\"\n", 1, 4, "this quote is not closed"},
        {"a: [1, 2\nb: 3\n", 2, 2, "expected ',' or ']'; is the list closed that begins at 1:4"},
        {"a: {x: 1\nb: 3\n", 2, 2, "expected ',' or '}'; is the map closed that begins at 1:4"},
        {"a: [1, 2", 1, 4, "expected ',' or ']'"},
        {"b: 1\na: [\n", 2, 4, "this list is not closed; add the closing ']'"},
        {"a: {\n", 1, 4, "this map is not closed; add the closing '}'"},
        {"a: {b: [1,{c: \n", 1, 11, "this map is not closed; add the closing '}'"},
        {"a: @x\n", 1, 4, "a value cannot begin with '@'; put it in quotes"},
        {"a: `x`\n", 1, 4, "a value cannot begin with '`'; put it in quotes"},
        {"a: %x\n", 1, 4, "a value cannot begin with '%'; put it in quotes"},
        {"a: b: c\n", 1, 5, "needs quotes"},
        {"a: 1\n b: 2\n", 2, 3, "indentation"},
        {"a:\n  b: 1\n c: 2\n", 3, 2, "check indentation and quotes in the map that begins at 1:1"},
        {"a:\n  - x\n - y\n", 3, 2, "indentation"},
        {"- a\nb: 1\n", 2, 1, "expected '- '"},
        {"a: 1\nb\n", 2, 1, "a key needs ': ' behind it"},
        {"a: \"\\q\"\n", 1, 5, "unknown escape"},
        {"a: \"\\u12\"\n", 1, 7, "hexadecimal"},
        {"a: \"\\ud83d\"\n", 1, 7, "no Unicode character"},
        {"a: }\n", 1, 4, "needs quotes"},
        {"a: - b\n", 1, 4, "a list cannot begin here"},
        {"a: \"x\" y\n", 1, 8, "quotes"},
        {"[a]]\n", 1, 4, "the pipeline ends before this"},
        {"a: |x\n  b", 1, 5, "begins on the line below"},
        {"%FOO\n---\na: 1\n", 1, 1, "'%'"},
        {"a: {b: ${X}}\n", 1, 9, "needs quotes: \"${NAME}\""},
        {"a: [${X}]\n", 1, 6, "needs quotes: \"${NAME}\""},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        check_refused(
            *state, cases[i].text, cases[i].line, cases[i].column, "E-YAML", cases[i].message);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_bad_yaml, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
