/* The configuration of a client: a copy of its own, and files that must be there. */
#ifndef WEIR_HTTP_CONFIG_H
#define WEIR_HTTP_CONFIG_H

#include "client.h"

#include <weir/arena.h>

/* With its texts in the arena. */
struct http_client_config http_config_copy(
    const struct http_client_config *config, struct weir_arena *arena);
/* libcurl would tell of a file that is missing only with the first connection. */
enum weir_status http_config_check_files(
    const struct http_client_config *config, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
