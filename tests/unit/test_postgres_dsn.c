#include <connect/dsn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct weir_arena *arena;

static int setup(void **state)
{
    (void)state;
    arena = weir_arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    weir_arena_free(arena);
    return 0;
}

/* What the string says, as "host=... port=..." in the order of the keys; or "!" and the problem. */
static const char *read_dsn(const char *text)
{
    struct dsn dsn;
    const char *said = "";

    if (!dsn_parse(arena, text, &dsn))
        return weir_printf(arena, "!%zu: %s", dsn.at, dsn.problem);
    for (enum dsn_key key = 0; key < DSN_N_KEYS; key++)
        if (dsn.values[key])
            said = weir_printf(
                arena, "%s%s%s=%s", said, *said ? " " : "", dsn_key_name(key), dsn.values[key]);
    return said;
}

static void expect(const char *text, const char *said)
{
    assert_string_equal(read_dsn(text), said);
}

static void expect_problem(const char *text, size_t at, const char *words)
{
    const char *said = read_dsn(text);

    if (said[0] != '!' || !strstr(said, words) || strtoul(said + 1, NULL, 10) != at)
        print_error("%s: '%s', expected %zu: ...%s\n", text, said, at, words);
    assert_true(said[0] == '!' && strstr(said, words));
    assert_int_equal(strtoul(said + 1, NULL, 10), at);
}

static void uris_are_read(void **state)
{
    (void)state;
    expect("postgres://weir:pass@db.example:5433/shop",
        "host=db.example port=5433 user=weir password=pass dbname=shop");
    expect("postgresql://db/shop", "host=db dbname=shop");
    expect("postgres://", "");
    expect("postgres://u@/d", "user=u dbname=d");
    expect("postgres://a%40b:p%2F%3a%25%20x@h/d%2fe", "host=h user=a@b password=p/:% x dbname=d/e");
    expect("postgres://[2001:db8::1]:1/d", "host=2001:db8::1 port=1 dbname=d");
    expect("postgres://[::1]", "host=::1");
    expect("postgres://%2Fvar%2Frun/d", "host=/var/run dbname=d");
    expect("postgres:///d?host=/tmp&port=6&user=u", "host=/tmp port=6 user=u dbname=d");
    expect("postgres://h?sslmode=require&&connect_timeout=5",
        "host=h sslmode=require connect_timeout=5");
    expect("postgres://h/d?ssl=true", "host=h dbname=d sslmode=require");
    expect("postgres://u:a?b:c@h/", "host=h user=u password=a?b:c");
    expect(
        "postgres://\xc3\xa9:\xf0\x9f\x94\x91@h", "host=h user=\xc3\xa9 password=\xf0\x9f\x94\x91");
}

static void key_words_are_read(void **state)
{
    (void)state;
    expect("host=db port=1 dbname=shop", "host=db port=1 dbname=shop");
    expect("  user = weir   password='it\\'s \\\\ x' ", "user=weir password=it's \\ x");
    expect("password=a\\ b\\'c host=''", "host= password=a b'c");
    expect("password='' user=u", "user=u password=");
    expect("password='a=b://c' host=h", "host=h password=a=b://c");
    expect("hostaddr=127.0.0.1 options='-c geqo=off'", "hostaddr=127.0.0.1 options=-c geqo=off");
}

static void mistakes_are_told_with_their_place(void **state)
{
    (void)state;
    expect_problem("", 0, "empty");
    expect_problem("host=a sslmod=x", 7, "did you mean 'sslmode'?");
    expect_problem("postgres://h?usr=x", 13, "did you mean 'user'?");
    expect_problem("postgres://h?service=x", 13, "does not know");
    expect_problem("host=a user", 7, "no = follows");
    expect_problem("host=a password='b c", 16, "does not end");
    expect_problem("host=a host=b", 7, "second time");
    expect_problem("postgres://h/d?host=b", 15, "second time");
    expect_problem("host=a,b", 0, "several hosts");
    expect_problem("postgres://a:1,b:2/d", 13, "several hosts");
    expect_problem("postgres://a,b/d", 11, "several hosts");
    expect_problem("postgres://h:0/d", 13, "1 to 65535");
    expect_problem("postgres://h:65536/d", 13, "1 to 65535");
    expect_problem("postgres://h:+1/d", 13, "1 to 65535");
    expect_problem("port=99999999999999999999", 0, "1 to 65535");
    expect_problem("hostaddr=a", 0, "no IP address");
    expect_problem("postgres://h/d?sslmode=verify", 15, "sslmode is none of");
    expect_problem("sslmode=''", 0, "sslmode is none of");
    expect_problem("sslmode='require verify-ca'", 0, "sslmode is none of");
    expect_problem("channel_binding=x", 0, "channel_binding is none of");
    expect_problem("target_session_attrs=x", 0, "target_session_attrs is none of");
    expect_problem("postgres://u:%zz@h/d", 13, "hexadecimal");
    expect_problem("postgres://u:%4@h/d", 13, "hexadecimal");
    expect_problem("postgres://u:%00@h/d", 13, "NUL");
    expect_problem("postgres://u:%ff@h/d", 13, "UTF-8");
    expect_problem("host=\xff", 0, "UTF-8");
    expect_problem("postgres://u:p@ss@h/d", 17, "%40");
    expect_problem("postgres://u:p@h/d@e", 18, "%40");
    expect_problem("postgres://u:12/x@h/d", 17, "%40");
    expect_problem("postgres://[::1/d", 11, "does not end");
    expect_problem("postgres://[::1]x/d", 11, "does not end");
    expect_problem("postgres://h/d/e", 12, "%2F");
    expect_problem("mysql://h/d", 0, "postgres://");
    expect_problem("host=a\nuser=b", 6, "line break");
}

/* S08: whatever is wrong, no piece of a password comes out. */
static void no_problem_shows_a_piece_of_it(void **state)
{
    static const char *const texts[] = {
        "postgres://u:SECRET-1/SECRET-2@h/d",
        "postgres://u:SECRET-1@SECRET-2@h/d",
        "postgres://u:SECRET-1%zzSECRET-2@h/d",
        "postgres://u:12/SECRET-1@h/d",
        "postgres://u:12/SECRET-1?SECRET-2=1@h/d",
        "postgres://h/d?password=SECRET-1&SECRET-2",
        "postgres://h/d?password=SECRET-1&SECRET-2=SECRET-3",
        "postgres://h/d?SECRET-1",
        "postgres://SECRET-1:SECRET-2",
        "postgres://[SECRET-1",
        "password=SECRET-1 SECRET-2",
        "password=SECRET-1 SECRET-2 host=h",
        "password=SECRET-1 SECRET-2=SECRET-3",
        "password='SECRET-1",
        "password='SECRET-1'SECRET-2 x",
        "password=SECRET-1 password=SECRET-2",
        "SECRET-1",
        "SECRET-1://SECRET-2",
        "password=SECRET-1 port=SECRET-2",
        "password=SECRET-1 connect_timeout=SECRET-2",
        "password=SECRET-1 sslmode=SECRET-2",
        "password=SECRET-1 hostaddr=SECRET-2",
        "password=SECRET-1 host=SECRET@2",
        "password=SECRET-1\nSECRET-2",
        "password=SECRET-1\xffSECRET-2",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const char *said = read_dsn(texts[i]);

        if (said[0] != '!' || strstr(said, "SECRET"))
            print_error("%s: %s\n", texts[i], said);
        assert_true(said[0] == '!');
        assert_null(strstr(said, "SECRET"));
    }
}

static unsigned random_state = 1;

static unsigned random_below(unsigned n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % n;
}

/* Pieces that mean something, in any order: nothing is read past its end, and a value that was taken
 * is a part of the text. */
static void random_strings_do_no_harm(void **state)
{
    static const char *const pieces[] = {"postgres://", "postgresql://", "SECRET", "@", ":", "/",
        "?", "&", "=", "%", "%41", "%00", "%f", "'", "\\", " ", "[", "]", "::1", "host", "port",
        "password", "user", "12", ",", "\xc3\xa9", "\xc3", "\n", "dbname=", "sslmode", "\\'"};

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[256] = "";
        struct dsn dsn;

        for (unsigned n = 1 + random_below(12); n > 0; n--)
            strcat(text, pieces[random_below(sizeof(pieces) / sizeof(pieces[0]))]);
        if (round % 1000 == 0) {
            weir_arena_free(arena);
            arena = weir_arena_new();
        }
        if (dsn_parse(arena, text, &dsn))
            continue;
        assert_true(dsn.at <= strlen(text));
        if (strstr(dsn.problem, "SECRET"))
            print_error("%s: %s\n", text, dsn.problem);
        assert_null(strstr(dsn.problem, "SECRET"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(uris_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(key_words_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(mistakes_are_told_with_their_place, setup, teardown),
        cmocka_unit_test_setup_teardown(no_problem_shows_a_piece_of_it, setup, teardown),
        cmocka_unit_test_setup_teardown(random_strings_do_no_harm, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
