/* The password: an option, or a file that is read each time, so that it may change. */
#ifndef CONNECT_PASSWORD_H
#define CONNECT_PASSWORD_H

#include "connection.h"

enum { PASSWORD_SIZE = 4096, PASSFILE_SIZE = 4096 };

/* "" when there is none; false: connection->error. */
bool password_read(struct connection *connection, char out[PASSWORD_SIZE]) WEIR_MUST_CHECK;
/* ~/.pgpass, where libpq looks itself if it is told to; false: there is no home. */
bool password_find_passfile(char path[PASSFILE_SIZE]);

#endif
