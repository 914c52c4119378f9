/*
 * Calls of the system that fail as the environment says: names that are looked up
 * slowly or mean something else each time, and sockets that cannot be had.
 *
 * TEST_NAMES="a.test=127.0.0.1,10.0.0.1 b.test=slow": what names mean, one address
 * after the other and the last for ever; none: there is no such name; slow: the
 * answer never comes.
 * TEST_NO_SOCKETS="20:30": no socket for an address from the 20th on, 30 times.
 */
#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Longer than any test waits. */
enum { SLOW_MS = 600 * 1000, ROOM = 64 };

#define PUBLIC __attribute__((visibility("default")))

/* What stands behind "name=" in TEST_NAMES, or NULL. */
static const char *meaning_of(const char *name)
{
    const char *all = getenv("TEST_NAMES");
    size_t length = strlen(name);

    for (const char *at = all; at && *at; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    }
    return NULL;
}

/* The n-th of the addresses, or the last. */
static void address_of(char out[ROOM], const char *meaning, unsigned n)
{
    size_t length;

    while (n > 0 && meaning[strcspn(meaning, ", ")] == ',') {
        meaning += strcspn(meaning, ", ") + 1;
        n--;
    }
    length = strcspn(meaning, ", ");
    if (length >= ROOM)
        abort();
    memcpy(out, meaning, length);
    out[length] = '\0';
}

PUBLIC int getaddrinfo(const char *restrict name, const char *restrict service,
    const struct addrinfo *restrict hints, struct addrinfo **restrict ret_list)
{
    static atomic_uint n_asked;
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    const char *meaning = name ? meaning_of(name) : NULL;
    char address[ROOM];

    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!meaning)
        return real(name, service, hints, ret_list);
    address_of(address, meaning, atomic_fetch_add(&n_asked, 1));
    if (strcmp(address, "none") == 0)
        return EAI_NONAME;
    if (strcmp(address, "slow") != 0)
        return real(address, service, hints, ret_list);
    poll(NULL, 0, SLOW_MS);
    return EAI_AGAIN;
}

PUBLIC int socket(int domain, int type, int protocol)
{
    static atomic_ulong n_asked;
    const char *failing = getenv("TEST_NO_SOCKETS");
    int (*real)(int, int, int);

    if (failing && (domain == AF_INET || domain == AF_INET6)) {
        char *count;
        unsigned long first = strtoul(failing, &count, 10);
        unsigned long n = atomic_fetch_add(&n_asked, 1) + 1;

        if (n >= first && n - first < strtoul(count + 1, NULL, 10)) {
            errno = EMFILE;
            return -1;
        }
    }
    *(void **)&real = dlsym(RTLD_NEXT, "socket");
    return real(domain, type, protocol);
}
