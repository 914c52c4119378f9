#include "conninfo.h"

#include "error_take.h"
#include "password.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CONNINFO_MAX = 64 << 10 };

/* Where no file can ever be: libpq takes an empty name as its own default. */
#define NO_FILE "/dev/null/none"
#define SYSTEM_CERTIFICATES "/etc/ssl/certs/ca-certificates.crt"

static bool add(struct weir_buf *conninfo, const char *key, const char *value)
{
    bool ok = weir_buf_printf(conninfo, "%s='", key);

    for (const char *c = value; ok && *c; c++) {
        if (*c == '\'' || *c == '\\')
            ok = weir_buf_add(conninfo, "\\", 1);
        ok = ok && weir_buf_add(conninfo, c, 1);
    }
    return ok && weir_buf_add_text(conninfo, "' ");
}

static const char *or_else(const char *value, const char *other)
{
    return value ? value : other;
}

static bool verifies(const struct target *target)
{
    return strncmp(target->dsn.values[DSN_SSLMODE], "verify", 6) == 0;
}

static const char *certificates(const struct target *target)
{
    const char *file = target->dsn.values[DSN_SSLROOTCERT];

    /* libpq knows the word from 16 on. */
    if (file && strcmp(file, "system") == 0)
        return SYSTEM_CERTIFICATES;
    return or_else(file, verifies(target) ? SYSTEM_CERTIFICATES : NO_FILE);
}

/* libpq says it less clearly, and only once it has talked to the server. */
static bool check_certificates(struct connection *connection)
{
    const struct target *target = connection->target;
    const char *file = certificates(target);

    if (!verifies(target) || access(file, R_OK) == 0)
        return true;
    error_take_setting(connection, WEIR_FAULT_USAGE, "E-TLS",
        target->dsn.values[DSN_SSLROOTCERT]
            ? "cannot read sslrootcert %s"
            : "there is no %s, which tells what servers to trust; name another file with "
              "sslrootcert, or install the system's certificates",
        file);
    return false;
}

/* One host for each of its addresses: libpq checks the certificate against the name. */
static bool add_hosts(struct weir_buf *conninfo, const char *host, const char *hostaddr)
{
    char hosts[4096];
    size_t n = 0;

    for (const char *c = hostaddr; c && *host; c = strchr(c, ',') ? strchr(c, ',') + 1 : NULL) {
        int more = snprintf(hosts + n, sizeof(hosts) - n, "%s%s", n ? "," : "", host);

        if (more < 0 || (size_t)more >= sizeof(hosts) - n)
            return false;
        n += (size_t)more;
    }
    return add(conninfo, "host", n ? hosts : host) &&
           add(conninfo, "hostaddr", hostaddr ? hostaddr : "");
}

/* libpq would look into the environment for it. */
static bool add_passfile(struct weir_buf *conninfo, const struct settings *settings)
{
    char path[PASSFILE_SIZE];

    if (!settings->passfile || !password_find_passfile(path))
        return add(conninfo, "passfile", NO_FILE);
    return add(conninfo, "passfile", path);
}

/* No tcp_user_timeout: it also ends a connection whose server is alive and takes nothing for so long,
 * in a slow trigger or on a stalled disk, and the same transaction would be sent again for ever. */
static bool add_session(struct weir_buf *conninfo, struct connection *connection)
{
    const char *const *values = connection->target->dsn.values;
    char name[64];

    (void)snprintf(name, sizeof(name), "weir %s", connection->role);
    return add(conninfo, "application_name", or_else(values[DSN_APPLICATION_NAME], name)) &&
           add(conninfo, "client_encoding", "UTF8") &&
           add(conninfo, "options", or_else(values[DSN_OPTIONS], "")) &&
           add(conninfo, "target_session_attrs",
               or_else(values[DSN_TARGET_SESSION_ATTRS], "any")) &&
           add(conninfo, "connect_timeout", "0") && add(conninfo, "keepalives", "1") &&
           add(conninfo, "keepalives_idle", "30") && add(conninfo, "keepalives_interval", "10") &&
           add(conninfo, "keepalives_count", "3") && add(conninfo, "tcp_user_timeout", "0") &&
           add(conninfo, "replication", "");
}

static bool add_safety(struct weir_buf *conninfo, const struct target *target)
{
    const char *const *values = target->dsn.values;

    return add(conninfo, "sslmode", values[DSN_SSLMODE]) &&
           add(conninfo, "sslrootcert", certificates(target)) &&
           add(conninfo, "sslcert", or_else(values[DSN_SSLCERT], NO_FILE)) &&
           add(conninfo, "sslkey", or_else(values[DSN_SSLKEY], NO_FILE)) &&
           add(conninfo, "sslcrl", NO_FILE) && add(conninfo, "sslcrldir", "") &&
           add(conninfo, "sslcompression", "0") && add(conninfo, "sslsni", "1") &&
           add(conninfo, "ssl_min_protocol_version", "TLSv1.2") &&
           add(conninfo, "ssl_max_protocol_version", "") && add(conninfo, "requirepeer", "") &&
           add(conninfo, "gssencmode", "disable") && add(conninfo, "krbsrvname", "postgres") &&
           add(conninfo, "channel_binding", or_else(values[DSN_CHANNEL_BINDING], "prefer"));
}

/* Key words that came with later releases, which their libpq would look for as well. */
static bool add_later(struct weir_buf *conninfo)
{
    int version = PQlibVersion();

    return (version < 160000 ||
               (add(conninfo, "require_auth", "") && add(conninfo, "sslcertmode", "allow") &&
                   add(conninfo, "gssdelegation", "0") &&
                   add(conninfo, "load_balance_hosts", "disable"))) &&
           (version < 170000 || add(conninfo, "sslnegotiation", "postgres"));
}

bool conninfo_init(struct weir_buf *conninfo, struct connection *connection, const char *password,
    const char *hostaddr)
{
    const char *const *values = connection->target->dsn.values;

    weir_buf_init(conninfo, CONNINFO_MAX, 1);
    /* So that growing leaves no copy of the password behind. */
    if (!check_certificates(connection))
        return false;
    if (weir_buf_reserve(conninfo, CONNINFO_MAX / 2) &&
        add_hosts(conninfo, or_else(values[DSN_HOST], ""), hostaddr) &&
        add(conninfo, "port", values[DSN_PORT]) &&
        add(conninfo, "dbname", or_else(values[DSN_DBNAME], "")) &&
        add(conninfo, "user", or_else(values[DSN_USER], "")) &&
        add(conninfo, "password", or_else(password, "")) &&
        add_passfile(conninfo, connection->settings) && add_safety(conninfo, connection->target) &&
        add_session(conninfo, connection) && add_later(conninfo))
        return true;
    error_take_setting(connection, WEIR_FAULT_USAGE, "E-VALUE", "its options are too long");
    return false;
}

void conninfo_done(struct weir_buf *conninfo)
{
    if (conninfo->ptr)
        explicit_bzero(conninfo->ptr, conninfo->capacity);
    weir_buf_done(conninfo);
}
