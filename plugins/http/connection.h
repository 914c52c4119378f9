/* The client that a pipeline's connection options ask for. */
#ifndef WEIR_HTTP_CONNECTION_H
#define WEIR_HTTP_CONNECTION_H

#include <weir/stage.h>

struct http_client;

/* NULL: the error says why. Tells the stage what is secret in a proxy's login, and warns of what
 * is not safe. */
struct http_client *http_connection_open(
    struct weir_stage *stage, size_t max_connections, struct weir_error *ret_error);

#endif
