/*
 * S05: with `addresses: public` no connection leads into a private network, however
 * its address is written and whatever its name says when it is asked for.
 *
 * The addresses of names, and where connections to a public address end, are this
 * program's own: libcurl calls the getaddrinfo and the connect that stand here.
 */
#include "http_rig.h"

#include <dlfcn.h>
#include <netdb.h>

#define SOME_PUBLIC "198.41.0.4"

/* What the name is next; the last stays. */
static const char *const *name_is;
static in_port_t public_port; /* on which port here the public address is */

__attribute__((visibility("default"))) int getaddrinfo(
    const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **ret_list)
{
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

    if (name && strcmp(name, "name.test") == 0) {
        name = name_is[0];
        if (name_is[1])
            name_is++;
    }
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, ret_list);
}

/* The header's own declaration of it is of a type that no definition can have. */
__attribute__((visibility("default"))) int connect_here(
    int fd, const struct sockaddr *address, socklen_t size) __asm__("connect");

int connect_here(int fd, const struct sockaddr *address, socklen_t size)
{
    int (*real)(int, const struct sockaddr *, socklen_t);
    struct sockaddr_in v4 = {0};

    memcpy(&v4, address, size < sizeof(v4) ? size : sizeof(v4));
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    if (v4.sin_family != AF_INET || v4.sin_addr.s_addr != inet_addr(SOME_PUBLIC))
        return real(fd, address, size);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = public_port;
    return real(fd, (const struct sockaddr *)&v4, sizeof(v4));
}

static const struct rig_says says = {
    .steps = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]", 0, 0, false}}};

static void url_of(char out[128], const char *host, const struct rig_echo *echo)
{
    (void)snprintf(out, 128, "http://%s%s", host, strrchr(echo->url, ':'));
}

/* However it is written. */
static void refuses_private_addresses(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1",
        "0", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::]", "10.0.0.1", "169.254.169.254",
        "192.168.1.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"};
    struct rig_echo echo;
    struct rig rig;

    (void)state;
    rig_echo_start(&echo, &says, 1);
    rig_start(&rig, (struct http_client_config){.public_only = true});
    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        char url[128];

        url_of(url, hosts[i], &echo);
        rig_fails(&rig, url, "/", "E-HTTP-ADDRESS", "addresses: public", false);
    }
    rig_stop(&rig);
    assert_int_equal(echo.n_connections, 0);
    rig_echo_stop(&echo);
}

static void lets_public_ones_pass(void **state)
{
    struct rig_echo echo;
    struct rig rig;
    char url[128];

    (void)state;
    rig_echo_start(&echo, &says, 1);
    public_port = htons((in_port_t)atoi(strrchr(echo.url, ':') + 1));
    rig_start(&rig, (struct http_client_config){.public_only = true});
    url_of(url, SOME_PUBLIC, &echo);
    rig_gets(&rig, url, "/", "[]");
    rig_stop(&rig);
    assert_int_equal(echo.n_connections, 1);
    rig_echo_stop(&echo);
}

/* A name that was looked at is not the one that is connected to: what counts is the latter. */
static void follows_no_name_that_changes(void **state)
{
    static const char *const answers[] = {SOME_PUBLIC, "127.0.0.1", NULL};
    struct rig_echo echo;
    char url[128];

    (void)state;
    rig_echo_start(&echo, &says, 1);
    public_port = htons((in_port_t)atoi(strrchr(echo.url, ':') + 1));
    url_of(url, "name.test", &echo);
    name_is = answers;
    for (int i = 0; i < 3; i++) {
        struct rig rig;

        /* A client of its own, or it would remember the first answer. */
        rig_start(&rig, (struct http_client_config){.public_only = true});
        if (i == 0)
            rig_gets(&rig, url, "/", "[]");
        else
            rig_fails(&rig, url, "/", "E-HTTP-ADDRESS", "name.test", false);
        rig_stop(&rig);
    }
    assert_int_equal(echo.n_connections, 1);
    rig_echo_stop(&echo);
}

/* A refusal is of one request, and marks no other. */
static void tells_refusals_from_failures(void **state)
{
    struct rig_echo echo;
    struct rig rig;
    char own[128], closed[128];

    (void)state;
    rig_echo_start(&echo, &says, 1);
    url_of(own, "127.0.0.1", &echo);
    url_of(closed, SOME_PUBLIC, &echo);
    rig_echo_stop(&echo);
    public_port = htons(1);
    rig_start(&rig, (struct http_client_config){.public_only = true});
    for (int i = 0; i < 2; i++) {
        rig_fails(&rig, own, "/", "E-HTTP-ADDRESS", "127.0.0.1", false);
        rig_fails(&rig, closed, "/", "E-HTTP-CONNECT", "refused", true);
    }
    rig_stop(&rig);
    rig_start(&rig, (struct http_client_config){0});
    rig_fails(&rig, own, "/", "E-HTTP-CONNECT", "refused", true);
    rig_stop(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_private_addresses),
        cmocka_unit_test(lets_public_ones_pass),
        cmocka_unit_test(follows_no_name_that_changes),
        cmocka_unit_test(tells_refusals_from_failures),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
