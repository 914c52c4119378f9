/* Who holds the lock that was waited for in vain. */
#ifndef SESSION_BLOCKERS_H
#define SESSION_BLOCKERS_H

#include "connect/connection.h"

enum { BLOCKERS_SIZE = 384 };

/* `psql (process 4711) has held a lock`, as far as the role may see. Waits; no transaction is under
 * way. */
void blockers_find(struct connection *connection, char out[BLOCKERS_SIZE]);

#endif
