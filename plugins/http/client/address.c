#include "address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct range_v4 {
    uint32_t first;
    unsigned bits;
};

/* What IANA's registry of special addresses does not call globally reachable; groups besides. */
static const struct range_v4 private_v4[] = {
    {0x00000000, 8},  /* 0.0.0.0: this network */
    {0x0a000000, 8},  /* 10.0.0.0 */
    {0x64400000, 10}, /* 100.64.0.0: shared by customers of a provider */
    {0x7f000000, 8},  /* 127.0.0.0: the machine itself */
    {0xa9fe0000, 16}, /* 169.254.0.0: the link, and what clouds tell their machines */
    {0xac100000, 12}, /* 172.16.0.0 */
    {0xc0000000, 24}, /* 192.0.0.0: protocols */
    {0xc0000200, 24}, /* 192.0.2.0: documentation */
    {0xc0586300, 24}, /* 192.88.99.0: relays of 6to4, which are no more */
    {0xc0a80000, 16}, /* 192.168.0.0 */
    {0xc6120000, 15}, /* 198.18.0.0: benchmarks */
    {0xc6336400, 24}, /* 198.51.100.0: documentation */
    {0xcb007100, 24}, /* 203.0.113.0: documentation */
    {0xe0000000, 4},  /* 224.0.0.0: groups */
    {0xf0000000, 4},  /* 240.0.0.0: reserved, and broadcast */
};

struct range_v6 {
    unsigned char first[6];
    unsigned bits;
};

/* Within 2000::/3; all else but what holds an IPv4 address is private. */
static const struct range_v6 private_v6[] = {
    {{0x20, 0x01, 0x00, 0x00, 0x00, 0x00}, 23}, /* 2001::/23: protocols, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8, 0x00, 0x00}, 32}, /* documentation */
    {{0x20, 0x02, 0x00, 0x00, 0x00, 0x00}, 16}, /* 6to4 */
    {{0x3f, 0xff, 0x00, 0x00, 0x00, 0x00}, 20}, /* documentation */
};

static bool is_public_v4(const unsigned char bytes[4])
{
    uint32_t address = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                       (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];

    for (size_t i = 0; i < sizeof(private_v4) / sizeof(*private_v4); i++)
        if ((address ^ private_v4[i].first) >> (32 - private_v4[i].bits) == 0)
            return false;
    return true;
}

static bool begins_with(const unsigned char *bytes, const unsigned char *first, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    return memcmp(bytes, first, whole) == 0 &&
           (rest == 0 || (bytes[whole] ^ first[whole]) >> (8 - rest) == 0);
}

static bool is_public_v6(const unsigned char bytes[16])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};   /* ::ffff:a.b.c.d */
    static const unsigned char translated[12] = {0x00, 0x64, 0xff, 0x9b}; /* 64:ff9b::a.b.c.d */

    if (begins_with(bytes, mapped, 96) || begins_with(bytes, translated, 96))
        return is_public_v4(bytes + 12);
    if (bytes[0] >> 5 != 1)
        return false;
    for (size_t i = 0; i < sizeof(private_v6) / sizeof(*private_v6); i++)
        if (begins_with(bytes, private_v6[i].first, private_v6[i].bits))
            return false;
    return true;
}

/* The bytes of the address, wherever in memory it stands. */
static const unsigned char *bytes_of(const struct sockaddr *address)
{
    const unsigned char *at = (const unsigned char *)address;

    return address->sa_family == AF_INET    ? at + offsetof(struct sockaddr_in, sin_addr)
           : address->sa_family == AF_INET6 ? at + offsetof(struct sockaddr_in6, sin6_addr)
                                            : NULL;
}

bool http_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_public_v4(bytes_of(address));
    return address->sa_family == AF_INET6 && is_public_v6(bytes_of(address));
}

void http_address_text(const struct sockaddr *address, char out[HTTP_ADDRESS_SIZE])
{
    const unsigned char *bytes = bytes_of(address);

    if (!bytes || !inet_ntop(address->sa_family, bytes, out, HTTP_ADDRESS_SIZE))
        *out = '\0';
}
