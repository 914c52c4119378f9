/* A host's addresses, found without blocking the loop, as libpq would do. */
#ifndef CONNECT_RESOLVE_H
#define CONNECT_RESOLVE_H

#include "connection.h"

enum { RESOLVE_ADDRESSES_MAX = 8, RESOLVE_SIZE = RESOLVE_ADDRESSES_MAX * 64 };

/* "192.0.2.1,2001:db8::1", or "" for a socket in a folder. Waits; false: connection->error. */
bool resolve_host(struct connection *connection, char out[RESOLVE_SIZE]) WEIR_MUST_CHECK;

#endif
