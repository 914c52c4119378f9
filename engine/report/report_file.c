/* Where the report for programs is written, and what may not be overwritten by it. */
#include "report_json.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_standard_output(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* The folder that a new file would stand in. */
static bool folder_is_writable(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    bool writable = folder && *path && access(folder, W_OK | X_OK) == 0;

    if (!*path)
        errno = ENOENT;
    free(folder);
    return writable;
}

/* An older report may be replaced, and an empty file. */
static bool holds_no_more_than_a_report(const char *path)
{
    static const char begin[] = "{\n  \"pipeline\": ";
    char found[sizeof(begin) - 1];
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return true; /* whoever may write and not read knows what is there */
    n = fread(found, 1, sizeof(found), file);
    (void)fclose(file);
    return n == 0 || (n == sizeof(found) && memcmp(found, begin, n) == 0);
}

static bool fail_to_write(const char *path, const char *why, struct weir_error *ret_error)
{
    weir_error_set(
        ret_error, WEIR_FAULT_USAGE, "E-REPORT", "cannot write the report to '%s': %s", path, why);
    return false;
}

bool report_may_write(const char *path, struct weir_error *ret_error)
{
    struct stat file;

    if (is_standard_output(path))
        return true;
    if (stat(path, &file) != 0)
        return (errno == ENOENT && folder_is_writable(path)) ||
               fail_to_write(path, strerror(errno), ret_error);
    if (S_ISDIR(file.st_mode))
        return fail_to_write(path, "it is a folder; name a file in it", ret_error);
    if (access(path, W_OK) != 0)
        return fail_to_write(path, strerror(errno), ret_error);
    if (S_ISREG(file.st_mode) && !holds_no_more_than_a_report(path))
        return fail_to_write(path,
            "there is a file that is no report, and it would be lost; choose another name",
            ret_error);
    return true;
}

static bool write_text(const char *text, const char *path)
{
    FILE *file = is_standard_output(path) ? stdout : fopen(path, "w");
    bool written;

    if (!file)
        return false;
    written = fputs(text, file) >= 0 && fputc('\n', file) != EOF && fflush(file) == 0;
    if (file != stdout && fclose(file) != 0)
        written = false;
    return written;
}

bool report_write_json(const struct report *report, const char *path, struct weir_error *ret_error)
{
    json_t *object;
    char *text;
    bool written;

    if (!report_may_write(path, ret_error))
        return false;
    object = report_json(report);
    text = object ? json_dumps(object, JSON_INDENT(2)) : NULL;
    written = text && write_text(text, path);
    if (!written)
        (void)fail_to_write(path, strerror(errno), ret_error);
    free(text);
    json_decref(object);
    return written;
}
