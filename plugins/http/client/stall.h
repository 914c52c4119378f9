/* The stall clock of a transfer: a server that drips is as good as silent. */
#ifndef WEIR_HTTP_STALL_H
#define WEIR_HTTP_STALL_H

#include "transfer.h"

enum { HTTP_STALL_SPEED = 16 }; /* bytes a second that count as moving */

/*
 * Asked now and then: has too little moved for stall_timeout_ms? Sets the error
 * if so. The clock begins once the connection stands, and anew with a whole head
 * and with each HTTP_STALL_SPEED bytes a second.
 */
bool http_stall_is_over(
    struct http_transfer *transfer, const struct http_client_config *config, uint64_t now_ms);

#endif
