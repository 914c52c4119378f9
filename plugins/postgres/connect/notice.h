/* What the server says besides answers: into the log, made printable, and not without end. */
#ifndef CONNECT_NOTICE_H
#define CONNECT_NOTICE_H

#include <libpq-fe.h>

/* For PQsetNoticeReceiver; arg is the connection. */
void notice_receive(void *arg, const PGresult *notice);

#endif
