/* S05: which addresses are everybody's, and which are somebody's own. */
#include "client/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static union address parse(const char *text)
{
    union address address = {0};

    if (strchr(text, ':')) {
        address.v6.sin6_family = AF_INET6;
        assert_int_equal(inet_pton(AF_INET6, text, &address.v6.sin6_addr), 1);
    } else {
        address.v4.sin_family = AF_INET;
        assert_int_equal(inet_pton(AF_INET, text, &address.v4.sin_addr), 1);
    }
    return address;
}

static void is(const char *text, bool is_public)
{
    union address address = parse(text);

    if (http_address_is_public(&address.any) != is_public)
        fail_msg("%s is taken for a %s address", text, is_public ? "private" : "public");
}

static void tells_what_is_ones_own(void **state)
{
    static const char *const own[] = {"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255",
        "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.0", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.0.1",
        "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.9", "203.0.113.255",
        "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
        "::ffff:10.1.2.3", "::ffff:169.254.169.254", "64:ff9b::192.168.0.1", "64:ff9b:1::8.8.8.8",
        "100::1", "2001::1", "2001:1ff:ffff::1", "2001:db8::1", "2002:7f00:1::", "3fff::1",
        "3fff:fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1",
        "fec0::1", "ff02::1", "ffff::1"};

    (void)state;
    for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++)
        is(own[i], false);
}

static void tells_what_is_everybodys(void **state)
{
    static const char *const everybodys[] = {"1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0",
        "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
        "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.101.0", "203.0.112.255",
        "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2000::1",
        "2001:200::1", "2001:4860:4860::8888", "2001:db7::1", "2001:db9::1", "2003::1",
        "2606:4700::1111", "3ffe::1", "3fff:1000::1"};

    (void)state;
    for (size_t i = 0; i < sizeof(everybodys) / sizeof(*everybodys); i++)
        is(everybodys[i], true);
}

static void knows_no_other_family(void **state)
{
    struct sockaddr other = {.sa_family = AF_UNIX};
    char text[HTTP_ADDRESS_SIZE] = "before";

    (void)state;
    assert_false(http_address_is_public(&other));
    http_address_text(&other, text);
    assert_string_equal(text, "");
}

static void writes_them_down(void **state)
{
    static const char *const texts[] = {
        "10.1.2.3", "255.255.255.255", "fe80::1", "2001:db8:1111:2222:3333:4444:5555:6666"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        union address address = parse(texts[i]);
        char text[HTTP_ADDRESS_SIZE];

        http_address_text(&address.any, text);
        assert_string_equal(text, texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_ones_own),
        cmocka_unit_test(tells_what_is_everybodys),
        cmocka_unit_test(knows_no_other_family),
        cmocka_unit_test(writes_them_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
