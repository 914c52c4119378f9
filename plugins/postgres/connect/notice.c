#include "notice.h"

#include "connection.h"
#include "error_take.h"
#include "target.h"

#include <string.h>

enum { NOTICES_MAX = 20 }; /* of one connection; a trigger can send one for each row */

void notice_receive(void *arg, const PGresult *notice)
{
    struct connection *connection = arg;
    const char *severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *sqlstate = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
    bool warns = severity && strcmp(severity, "WARNING") == 0;
    const char *own = error_own_words(notice);
    const char *primary = own ? own : PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
    char text[PG_TEXT_SIZE];

    if (connection->n_notices++ >= NOTICES_MAX)
        return;
    (void)weir_str_printable(weir_str(primary ? primary : ""), text, sizeof(text));
    target_hide(PQpass(connection->libpq), text);
    weir_log(connection->stage, warns ? WEIR_LOG_WARNING : WEIR_LOG_DEBUG,
        "%s: the server says: %s (%.5s)%s", connection_name(connection), text,
        sqlstate ? sqlstate : "?????",
        connection->n_notices == NOTICES_MAX ? "; more of this is not shown" : "");
}
