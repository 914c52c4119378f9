/* Jobs: what answers say of them, and what is kept of it. Whole ones: tests/integration. */
#include "http_checks.h"

#include "../../plugins/http/job/answer.h"
#include "../../plugins/http/job/job.h"
#include "../../plugins/http/job/place.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const struct weir_path *path(struct http_fixture *f, const char *text)
{
    size_t offset;
    const struct weir_path *made = weir_path_parse(f->arena, weir_str(text), &offset, &f->error);

    assert_non_null(made);
    return made;
}

/* --- how far it is ------------------------------------------------------------------------ */

static enum http_job_state judge(
    struct http_fixture *f, int status, const char *body, const char **ret_word)
{
    const char *completed[] = {"DONE", "true", "7"}, *failed[] = {"FATAL"};
    const struct http_job_status said = {
        .path = path(f, "a.state"), .completed = {completed, 3}, .failed = {failed, 1}};

    f->error = (struct weir_error){0};
    return http_job_judge(&said, status, weir_str(body), f->arena, ret_word, &f->error);
}

static void test_statuses(void **state)
{
    struct http_fixture *f = *state;
    const char *word;

    assert_int_equal(judge(f, 200, "{\"a\":{\"state\":\"DONE\"}}", &word), HTTP_JOB_COMPLETED);
    assert_string_equal(word, "DONE");
    assert_int_equal(judge(f, 200, "{\"a\":{\"state\":true}}", &word), HTTP_JOB_COMPLETED);
    assert_int_equal(judge(f, 200, "{\"a\":{\"state\":7}}", &word), HTTP_JOB_COMPLETED);
    assert_int_equal(judge(f, 200, "{\"a\":{\"state\":\"FATAL\"}}", &word), HTTP_JOB_FAILED);
    assert_int_equal(judge(f, 200, "{\"a\":{\"state\":\"done\"}}", &word), HTTP_JOB_RUNNING);
    assert_int_equal(judge(f, 202, "", &word), HTTP_JOB_RUNNING);
}

static void test_statuses_that_are_none(void **state)
{
    static const char *const bodies[] = {
        "{}", "{\"a\":{\"state\":null}}", "{\"a\":{\"state\":[]}}"};
    struct http_fixture *f = *state;
    const char *word;

    for (size_t i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
        assert_int_equal(judge(f, 200, bodies[i], &word), HTTP_JOB_UNKNOWN);
        assert_string_equal(f->error.code, "E-JOB-STATUS");
    }
    assert_int_equal(judge(f, 200, "", &word), HTTP_JOB_UNKNOWN);
    assert_int_equal(judge(f, 200, "<html>", &word), HTTP_JOB_UNKNOWN);
    assert_string_equal(f->error.code, "E-JSON");
}

static void test_statuses_of_http(void **state)
{
    struct http_fixture *f = *state;
    const struct http_job_status said = {.path = NULL};
    const char *word;

    assert_int_equal(
        http_job_judge(&said, 202, weir_str("x"), f->arena, &word, &f->error), HTTP_JOB_RUNNING);
    assert_int_equal(
        http_job_judge(&said, 200, weir_str("x"), f->arena, &word, &f->error), HTTP_JOB_COMPLETED);
}

/* --- where its result stands -------------------------------------------------------------- */

static size_t urls(struct http_fixture *f, const char *where, const char *body,
    const char *const **ret_urls, const char *code)
{
    struct http_job_urls_place place;
    enum weir_status status;
    size_t n;

    f->error = (struct weir_error){0};
    assert_true(http_job_urls_split(path(f, where), f->arena, &place));
    status = http_job_urls(&place, weir_str(body), f->arena, ret_urls, &n, &f->error);
    assert_int_equal(status, code ? WEIR_FAIL : WEIR_OK);
    assert_string_equal(f->error.code, code ? code : "");
    return n;
}

static void test_urls(void **state)
{
    struct http_fixture *f = *state;
    const char *const *found;

    assert_int_equal(urls(f, "u", "{\"u\":\"a\\/b\"}", &found, NULL), 1);
    assert_string_equal(found[0], "a/b");
    assert_int_equal(urls(f, "u", "{\"u\":[\"a\",\"b\"]}", &found, NULL), 2);
    assert_string_equal(found[1], "b");
    assert_int_equal(urls(f, "u[*]", "{\"u\":[\"a\",\"b\"]}", &found, NULL), 2);
    assert_int_equal(urls(f, "u[*].x.y", "{\"u\":[{\"x\":{\"y\":\"a\"}}]}", &found, NULL), 1);
    assert_string_equal(found[0], "a");
    assert_int_equal(urls(f, "[*].x", "[{\"x\":\"a\"},{\"x\":\"b\"}]", &found, NULL), 2);
    assert_int_equal(urls(f, "u", "{\"u\":null}", &found, NULL), 0);
    assert_int_equal(urls(f, "u", "{\"u\":[]}", &found, NULL), 0);
    assert_int_equal(urls(f, "u", "{\"u\":\"\"}", &found, NULL), 0);
}

static void test_urls_that_are_none(void **state)
{
    struct http_fixture *f = *state;
    const char *const *found;

    (void)urls(f, "u", "{}", &found, "E-JOB-RESULT");
    (void)urls(f, "u", "{\"u\":1}", &found, "E-JOB-RESULT");
    (void)urls(f, "u", "{\"u\":{\"x\":\"a\"}}", &found, "E-JOB-RESULT");
    (void)urls(f, "u", "{\"u\":[\"a\",null]}", &found, "E-JOB-RESULT");
    (void)urls(f, "u", "{\"u\":[\"a\",1]}", &found, "E-JOB-RESULT");
    (void)urls(f, "u[*].x", "{\"u\":[{\"y\":\"a\"}]}", &found, "E-JOB-RESULT");
    (void)urls(f, "u[*].x", "{\"u\":\"a\"}", &found, "E-JOB-RESULT");
    (void)urls(f, "u", "not json", &found, "E-JSON");
}

static void test_paths_of_urls(void **state)
{
    struct http_fixture *f = *state;
    struct http_job_urls_place place;

    assert_false(http_job_urls_split(path(f, "u[*][0]"), f->arena, &place));
    assert_false(http_job_urls_split(path(f, "u[*].x[*]"), f->arena, &place));
    assert_false(http_job_urls_split(path(f, "u[*]['x']"), f->arena, &place));
}

/* --- what is kept ------------------------------------------------------------------------- */

static void names_of(struct http_fixture *f, struct http_job_names *names)
{
    http_parse(f,
        "{ 'base_url': 'http://h', 'path': '/j', 'method': 'POST', 'job': { 'poll': { 'path': "
        "'/{job.id}/{job.a.b}', 'method': 'POST', 'json': { 'x': '{job.id}' } }, 'download': { "
        "'path': '/{job.c[0]}', 'headers': { 'X': '{job.id}' } } } }");
    assert_int_equal(f->mistakes.n, 0);
    http_job_names_find(names, &f->options.job, NULL, f->arena, &f->mistakes);
    assert_int_equal(f->mistakes.n, 0);
}

static void test_places(void **state)
{
    struct http_fixture *f = *state;
    struct http_job_names names;
    struct http_job_place place, again;
    struct weir_value value;

    names_of(f, &names);
    assert_int_equal(names.n, 3);
    place = (struct http_job_place){.values.names = &names,
        .poll_url = "http://h/\"1\"",
        .created_ms = 1700000000123,
        .part = 3,
        .n_parts = 9,
        .page = 2,
        .at = "next\n"};
    assert_int_equal(http_job_values_add(&place.values,
                         weir_str("{\"id\":12,\"a\":{\"b\":\"x \\\"y\\\"\"},\"c\":[null]}"),
                         f->arena, &f->error),
        WEIR_OK);
    assert_int_equal(http_job_place_read(http_job_place_write(&place, f->arena), &names, f->arena,
                         &again, &f->error),
        WEIR_OK);
    assert_string_equal(again.poll_url, place.poll_url);
    assert_string_equal(again.at, place.at);
    assert_int_equal(again.created_ms, place.created_ms);
    assert_int_equal(again.part, 3);
    assert_int_equal(again.n_parts, 9);
    assert_int_equal(again.page, 2);
    assert_true(http_job_lookup(&again.values, weir_str("id"), &value));
    assert_int_equal(value.kind, WEIR_INT);
    assert_int_equal(value.integer, 12);
    assert_true(http_job_lookup(&again.values, weir_str("a.b"), &value));
    assert_true(weir_str_is(weir_value_str(&value), "x \"y\""));
    assert_false(http_job_lookup(&again.values, weir_str("c[0]"), &value));
    assert_false(http_job_lookup(&again.values, weir_str("other"), &value));
}

static void test_what_is_known_first_stays(void **state)
{
    struct http_fixture *f = *state;
    struct http_job_names names;
    struct http_job_values values = {.names = &names};
    struct weir_value value;

    names_of(f, &names);
    assert_int_equal(
        http_job_values_add(&values, weir_str("{\"id\":1}"), f->arena, &f->error), WEIR_OK);
    assert_int_equal(
        http_job_values_add(&values, weir_str("{\"id\":2,\"c\":[\"r\"]}"), f->arena, &f->error),
        WEIR_OK);
    assert_true(http_job_lookup(&values, weir_str("id"), &value));
    assert_int_equal(value.integer, 1);
    assert_true(http_job_lookup(&values, weir_str("c[0]"), &value));
    assert_true(weir_str_is(weir_value_str(&value), "r"));
}

static void test_places_that_are_none(void **state)
{
    static const char *const texts[] = {"", "x", "[]", "{}", "{\"job\":[1]}",
        "{\"job\":[1,2,3],\"created\":-1,\"part\":0,\"parts\":0,\"page\":0}",
        "{\"job\":[1,2,3],\"created\":1,\"part\":\"x\",\"parts\":0,\"page\":0}"};
    struct http_fixture *f = *state;
    struct http_job_names names;
    struct http_job_place place;

    names_of(f, &names);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        f->error = (struct weir_error){0};
        assert_int_equal(
            http_job_place_read(texts[i], &names, f->arena, &place, &f->error), WEIR_FAIL);
        assert_string_equal(f->error.code, "E-STATE");
    }
}

static void test_values_are_bounded(void **state)
{
    struct http_fixture *f = *state;
    struct http_job_names names;
    struct http_job_values values = {.names = &names};
    char *large = weir_alloc(f->arena, HTTP_JOB_ANSWER_MAX + 2);

    names_of(f, &names);
    assert_int_equal(
        http_job_values_add(&values, weir_str(weir_printf(f->arena, "{\"id\":\"%0*d\"}", 2049, 0)),
            f->arena, &f->error),
        WEIR_FAIL);
    assert_string_equal(f->error.code, "E-LIMIT");
    f->error = (struct weir_error){0};
    memset(large, ' ', HTTP_JOB_ANSWER_MAX + 1);
    assert_int_equal(http_job_values_add(&values, (struct weir_str){large, HTTP_JOB_ANSWER_MAX + 1},
                         f->arena, &f->error),
        WEIR_FAIL);
    assert_string_equal(f->error.code, "E-LIMIT-BODY");
}

/* --- files of gzip ------------------------------------------------------------------------ */

static void test_unpacking(void **state)
{
    struct http_fixture *f = *state;
    static const char text[] = "id,name\n1,a\n";
    unsigned char packed[128];
    z_stream stream = {0};
    struct weir_str body, out;

    assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)text;
    stream.avail_in = sizeof(text) - 1;
    stream.next_out = packed;
    stream.avail_out = sizeof(packed);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    body = (struct weir_str){(char *)packed, stream.total_out};
    assert_int_equal(http_job_unpack(body, 1000, f->arena, &out, &f->error), WEIR_OK);
    assert_true(weir_str_is(out, text));
    body.len -= 3;
    assert_int_equal(http_job_unpack(body, 1000, f->arena, &out, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-HTTP-TRUNCATED");
    f->error = (struct weir_error){0};
    body.len += 3;
    assert_int_equal(http_job_unpack(body, 5, f->arena, &out, &f->error), WEIR_FAIL);
    assert_string_equal(f->error.code, "E-LIMIT-BODY");
    assert_int_equal(http_job_unpack(weir_str(text), 5, f->arena, &out, &f->error), WEIR_OK);
    assert_true(weir_str_is(out, text));
    deflateEnd(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_statuses, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_statuses_that_are_none, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_statuses_of_http, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_urls, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_urls_that_are_none, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_paths_of_urls, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_places, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_known_first_stays, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_places_that_are_none, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_values_are_bounded, http_setup, http_teardown),
        cmocka_unit_test_setup_teardown(test_unpacking, http_setup, http_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
