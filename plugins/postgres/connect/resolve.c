#include "resolve.h"

#include "error_take.h"
#include "target.h"
#include "wait.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <weir/arena.h>

/* Of its own, since nothing ends a request that is under way: it may outlive who asked. */
struct lookup {
    uv_getaddrinfo_t request;
    struct wait *wait; /* NULL: nobody waits any more */
    struct addrinfo *found;
    int status;
};

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    struct lookup *lookup = request->data;

    if (!lookup->wait) {
        uv_freeaddrinfo(found);
        free(lookup);
        return;
    }
    lookup->status = status;
    lookup->found = found;
    wait_resume(lookup->wait, WAIT_MOVED);
}

static void list(const struct addrinfo *found, char out[RESOLVE_SIZE])
{
    size_t n = 0;

    for (int i = 0; found && i < RESOLVE_ADDRESSES_MAX; found = found->ai_next) {
        char address[INET6_ADDRSTRLEN];

        if (uv_ip_name(found->ai_addr, address, sizeof(address)) != 0)
            continue;
        n += (size_t)snprintf(out + n, RESOLVE_SIZE - n, "%s%s", n ? "," : "", address);
        i++;
    }
}

/* A name that was known before may be known again; one that never was is a slip of the pen. */
static bool fail(struct connection *connection, const char *host, int status)
{
    if (status == UV_EAI_AGAIN || connection->n_opened)
        error_take_own(connection, "08001", "its host's name cannot be resolved for now");
    else
        error_take_setting(connection, connection->fault, "E-DNS",
            "%s has no known address (%s); is the name right?", host, uv_strerror(status));
    return false;
}

static bool look_up(struct connection *connection, const char *host, char out[RESOLVE_SIZE])
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct lookup *lookup = weir_calloc(1, sizeof(*lookup));
    enum wait_end end;
    int status;

    lookup->request.data = lookup;
    lookup->wait = connection->wait;
    status = uv_getaddrinfo(connection->loop, &lookup->request, on_found, host, NULL, &hints);
    if (status != 0) {
        free(lookup);
        return fail(connection, host, status);
    }
    end = wait_resumed(connection);
    if (end != WAIT_MOVED) {
        lookup->wait = NULL;
        (void)uv_cancel((uv_req_t *)&lookup->request);
        error_take_ended(connection, end);
        return false;
    }
    status = lookup->status;
    if (status == 0)
        list(lookup->found, out);
    uv_freeaddrinfo(lookup->found);
    free(lookup);
    return status == 0 ? true : fail(connection, host, status);
}

bool resolve_host(struct connection *connection, char out[RESOLVE_SIZE])
{
    const char *host = connection->target->dsn.values[DSN_HOST];
    const char *address = connection->target->dsn.values[DSN_HOSTADDR];
    unsigned char bytes[sizeof(struct in6_addr)];

    out[0] = '\0';
    if (target_is_socket(connection->target))
        return true;
    if (!address && (inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1))
        address = host;
    if (!address)
        return look_up(connection, host, out);
    (void)snprintf(out, RESOLVE_SIZE, "%s", address);
    return true;
}
