/* XML to JSON, the records or what stands around them. */
#include "http_checks.h"

#include "../../plugins/http/format/xml_read.h"

static void check_part(const char *xml, enum xml_part part, const char *expected)
{
    struct weir_error error = {0};
    struct weir_buf out;

    weir_buf_init(&out, 1 << 20, 1);
    if (http_xml_read(weir_str(xml), "r", part, &out, &error) != WEIR_OK)
        fail_msg("%s: %s", error.code, error.text);
    assert_int_equal(out.len, strlen(expected));
    assert_memory_equal(out.len ? out.ptr : "", expected, out.len);
    weir_buf_done(&out);
}

static void check_records(const char *xml, const char *expected)
{
    check_part(xml, XML_RECORDS, expected);
}

static void check_rest(const char *xml, const char *expected)
{
    check_part(xml, XML_REST, expected);
}

static void check_fails(struct weir_str xml, const char *code, const char *says)
{
    struct weir_error error = {0};
    struct weir_buf out;

    weir_buf_init(&out, 4096, 1);
    assert_int_equal(http_xml_read(xml, "r", XML_RECORDS, &out, &error), WEIR_FAIL);
    assert_string_equal(error.code, code);
    if (!strstr(error.text, says))
        fail_msg("'%s' is not in: %s", says, error.text);
    weir_buf_done(&out);
}

static void records_are_objects(void **state)
{
    (void)state;
    check_records("<d><r><a>1</a><b>x</b></r><r><a>2</a></r></d>",
        "{\"a\":\"1\",\"b\":\"x\"}\n{\"a\":\"2\"}\n");
    check_records("<d><x><r i='1'/></x><r i='2'/></d>", "{\"i\":\"1\"}\n{\"i\":\"2\"}\n");
    check_records("<r/>", "{}\n");
    check_records("<d><r>alone</r></d>", "{\"_text\":\"alone\"}\n");
    check_records("<d><x/></d>", "");
}

static void nothing_is_null_and_blanks_are_kept_in_texts(void **state)
{
    (void)state;
    check_records("<r><a/><b></b><c> </c><d i=''/></r>",
        "{\"a\":null,\"b\":null,\"c\":\" \",\"d\":{\"i\":\"\"}}\n");
    check_records("<r>\n <a>1</a>\n</r>", "{\"a\":\"1\"}\n");
}

static void several_of_one_name_are_an_array(void **state)
{
    (void)state;
    check_records("<r t='0'><b>x</b><t>1</t><a>y</a><t i='2'/></r>",
        "{\"t\":[\"0\",\"1\",{\"i\":\"2\"}],\"b\":\"x\",\"a\":\"y\"}\n");
    check_records("<r><r><a>1</a></r><r/></r>", "{\"r\":[{\"a\":\"1\"},null]}\n");
}

static void texts_are_quoted(void **state)
{
    (void)state;
    check_records("<r><a>\"\\\t&#10;&amp;&#233;<![CDATA[<&]]></a></r>",
        "{\"a\":\"\\\"\\\\\\u0009\\u000a&\xc3\xa9<&\"}\n");
    check_records("<r>x<a>1</a>y</r>", "{\"a\":\"1\",\"_text\":\"xy\"}\n");
    check_records(
        "<r><n:a xmlns:n='u'>1</n:a></r>", "{\"n:a\":{\"xmlns:n\":\"u\",\"_text\":\"1\"}}\n");
}

static void what_stands_around_is_one_object(void **state)
{
    (void)state;
    check_rest("<d v='1'><r>1</r><n>x</n><l><r/><m>y</m></l></d>",
        "{\"v\":\"1\",\"n\":\"x\",\"l\":{\"m\":\"y\"}}\n");
    check_rest("<r><n>x</n></r>", "{\"n\":\"x\"}\n");
    check_rest("<d><r><r/></r><n/></d>", "{\"n\":null}\n");
}

#define XML(literal) ((struct weir_str){literal, sizeof(literal) - 1})

static void what_is_wrong_is_told_with_its_place(void **state)
{
    (void)state;
    check_fails(XML("<d>\n<r>"), "E-XML", "no element found, at line 2 column 4 (byte 7)");
    check_fails(XML("<d></e>"), "E-XML", "mismatched tag");
    check_fails(XML("<d><r>\xff</r></d>"), "E-XML", "not well-formed");
    check_fails(XML("<d><r>a\0b</r></d>"), "E-XML", "not well-formed");
    check_fails(XML("<d a='1' a='2'/>"), "E-XML", "duplicate attribute");
    check_fails(XML("<!DOCTYPE d><d/>"), "E-XML", "a document type declaration");
    check_fails(XML("<!DOCTYPE html><d/>"), "E-BODY-SHAPE", "HTML");
    check_fails(XML("<html><p></html>"), "E-BODY-SHAPE", "HTML");
    check_fails(XML(" {\"a\":1}"), "E-BODY-SHAPE", "JSON");
    check_fails(XML(""), "E-BODY-SHAPE", "empty");
    check_fails(XML(" \n"), "E-BODY-SHAPE", "empty");
}

/* n times one text between two others */
static struct weir_str repeat(
    struct weir_arena *arena, const char *before, const char *text, size_t n, const char *behind)
{
    size_t length = strlen(text), begin = strlen(before), all = begin + n * length + strlen(behind);
    char *out = weir_alloc(arena, all);

    memcpy(out, before, begin);
    for (size_t i = 0; i < n; i++)
        memcpy(out + begin + i * length, text, length);
    memcpy(out + begin + n * length, behind, strlen(behind));
    return (struct weir_str){out, all};
}

static void all_is_bounded(void **state)
{
    struct weir_arena *arena = weir_arena_new();

    (void)state;
    check_fails(repeat(arena, "", "<d>", 129, ""), "E-XML-DEPTH", "128 levels");
    check_fails(repeat(arena, "<r>", "<a/>", 1000001, "</r>"), "E-LIMIT-RECORD", "a record of");
    check_fails(repeat(arena, "<r>", "xxxxxxxx", 1 << 22, "</r>"), "E-LIMIT-RECORD", "a record of");
    check_fails(repeat(arena, "<r>", "x", 8192, "</r>"), "E-LIMIT-BODY", "the rows take more");
    weir_arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_objects),
        cmocka_unit_test(nothing_is_null_and_blanks_are_kept_in_texts),
        cmocka_unit_test(several_of_one_name_are_an_array),
        cmocka_unit_test(texts_are_quoted),
        cmocka_unit_test(what_stands_around_is_one_object),
        cmocka_unit_test(what_is_wrong_is_told_with_its_place),
        cmocka_unit_test(all_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
