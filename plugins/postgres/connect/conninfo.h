/*
 * The string that libpq is given. It says something about every key word for which
 * libpq would else look into the environment or the home folder of whoever runs it.
 */
#ifndef CONNECT_CONNINFO_H
#define CONNECT_CONNINFO_H

#include "connection.h"
#include "target.h"

#include <weir/buf.h>

/* `hostaddr`: what the host's name stands for, with commas between; NULL: libpq need not know.
 * False: connection->error. It holds the password: conninfo_done wipes it, in any case. */
bool conninfo_init(struct weir_buf *conninfo, struct connection *connection, const char *password,
    const char *hostaddr) WEIR_MUST_CHECK;
void conninfo_done(struct weir_buf *conninfo);

#endif
