/* Addresses that lead into somebody's own network, or to the machine itself. */
#ifndef WEIR_HTTP_ADDRESS_H
#define WEIR_HTTP_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

enum { HTTP_ADDRESS_SIZE = 64 };

/* Can everybody in the internet mean this address, and the same host by it? Of a family other than
 * IPv4 and IPv6 none is public. */
bool http_address_is_public(const struct sockaddr *address);
/* "10.1.2.3", without the port; "" for another family. */
void http_address_text(const struct sockaddr *address, char out[HTTP_ADDRESS_SIZE]);

#endif
