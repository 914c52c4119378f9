#include "password.h"

#include "error_take.h"
#include "target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_MAY_READ "other users may read it; run chmod 600 on it"

static bool refuse(struct connection *connection, const char *problem)
{
    error_take_setting(connection, WEIR_FAULT_USAGE, "E-DB-PASSWORD", "password_file %s: %s",
        connection->settings->password_file, problem);
    return false;
}

static bool check_file(struct connection *connection, int fd)
{
    struct stat file;

    if (fstat(fd, &file) != 0)
        return refuse(connection, strerror(errno));
    if (!S_ISREG(file.st_mode))
        return refuse(connection, "it is no regular file");
    if (file.st_mode & (S_IRWXG | S_IRWXO))
        return refuse(connection, OTHERS_MAY_READ);
    return true;
}

/* Without the line break at its end. */
static bool read_line(struct connection *connection, int fd, char out[PASSWORD_SIZE])
{
    ssize_t n = read(fd, out, PASSWORD_SIZE - 1);

    if (n < 0)
        return refuse(connection, strerror(errno));
    if (n == PASSWORD_SIZE - 1)
        return refuse(connection, "it is longer than a password can be");
    if (n > 0 && out[n - 1] == '\n')
        n--;
    if (n > 0 && out[n - 1] == '\r')
        n--;
    out[n] = '\0';
    if (n == 0)
        return refuse(connection, "it is empty");
    if (strlen(out) != (size_t)n || strchr(out, '\n'))
        return refuse(connection, "it holds more than one line, or a NUL");
    return true;
}

static bool read_file(struct connection *connection, const char *path, char out[PASSWORD_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool ok;

    if (fd < 0)
        return refuse(connection, strerror(errno));
    ok = check_file(connection, fd) && read_line(connection, fd, out);
    (void)close(fd);
    return ok;
}

bool password_find_passfile(char path[PASSFILE_SIZE])
{
    size_t size = PASSFILE_SIZE - sizeof("/.pgpass");

    if (uv_os_homedir(path, &size) != 0)
        return false;
    (void)snprintf(path + size, sizeof("/.pgpass"), "/.pgpass");
    return true;
}

/* libpq leaves such a file alone, and says so on stderr, whatever form the log has. */
static bool check_passfile(struct connection *connection)
{
    char path[PASSFILE_SIZE];
    struct stat file;

    if (!password_find_passfile(path) || stat(path, &file) != 0 || !S_ISREG(file.st_mode) ||
        !(file.st_mode & (S_IRWXG | S_IRWXO)))
        return true;
    error_take_setting(
        connection, WEIR_FAULT_USAGE, "E-DB-PASSWORD", "passfile %s: " OTHERS_MAY_READ, path);
    return false;
}

bool password_read(struct connection *connection, char out[PASSWORD_SIZE])
{
    const char *password = connection->target->dsn.values[DSN_PASSWORD];

    out[0] = '\0';
    if (!password && connection->settings->password_file)
        return read_file(connection, connection->settings->password_file, out);
    if (!password && connection->settings->passfile)
        return check_passfile(connection);
    if (password && strlen(password) >= PASSWORD_SIZE) {
        error_take_setting(
            connection, WEIR_FAULT_USAGE, "E-DB-PASSWORD", "the password is longer than 4 KiB");
        return false;
    }
    if (password)
        (void)snprintf(out, PASSWORD_SIZE, "%s", password);
    return true;
}
