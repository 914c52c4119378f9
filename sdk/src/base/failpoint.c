/* Failpoints. See <weir/failpoint.h>; only builds for tests call this. */
#include <weir/failpoint.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST_NAMES = 64, NAME_SIZE = 32 };

enum action { ACTION_NONE, ACTION_KILL, ACTION_EXIT, ACTION_EIO };

/* All of it is guarded by the mutex; the plan is read from the environment once. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct {
    bool is_read;
    char name[NAME_SIZE];
    unsigned long at;
    unsigned long reached;
    enum action action;
} plan;
static char seen[MOST_NAMES][NAME_SIZE];
static size_t n_seen;

static void refuse(const char *what, const char *text)
{
    (void)fprintf(stderr, "weir: failpoint: %s: '%s'\n", what, text);
    _exit(WEIR_FAILPOINT_EXIT - 1);
}

static enum action action_named(const char *word)
{
    return strcmp(word, "kill") == 0   ? ACTION_KILL
           : strcmp(word, "exit") == 0 ? ACTION_EXIT
           : strcmp(word, "eio") == 0  ? ACTION_EIO
                                       : ACTION_NONE;
}

static void read_plan(void)
{
    const char *text = getenv("WEIR_FAIL");
    char action[8];
    int length = 0;

    plan.is_read = true;
    if (!text || !*text)
        return;
    if (sscanf(text, "%31[a-z_]:%lu:%7[a-z]%n", plan.name, &plan.at, action, &length) != 3 ||
        text[length] || plan.at == 0)
        refuse("WEIR_FAIL must be like name:1:kill", text);
    plan.action = action_named(action);
    if (plan.action == ACTION_NONE)
        refuse("WEIR_FAIL knows kill, exit and eio", text);
}

static bool is_new(const char *name)
{
    for (size_t i = 0; i < n_seen; i++)
        if (strcmp(seen[i], name) == 0)
            return false;
    if (n_seen == MOST_NAMES || strlen(name) >= NAME_SIZE)
        refuse("too many names, or one that is too long", name);
    strcpy(seen[n_seen++], name);
    return true;
}

/* In one write, so that lines of several processes do not mix. */
static void log_name(const char *name)
{
    const char *path = getenv("WEIR_FAIL_LOG");
    char line[NAME_SIZE + 1];
    int length = snprintf(line, sizeof(line), "%s\n", name);
    int fd;

    if (!path)
        return;
    fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || write(fd, line, (size_t)length) != length)
        refuse("WEIR_FAIL_LOG cannot be written", path);
    (void)close(fd);
}

static enum action action_now(const char *name)
{
    if (!plan.is_read)
        read_plan();
    if (is_new(name))
        log_name(name);
    if (strcmp(name, plan.name) != 0 || ++plan.reached != plan.at)
        return ACTION_NONE;
    return plan.action;
}

int weir_failpoint_reached(const char *name)
{
    enum action action;

    pthread_mutex_lock(&mutex);
    action = action_now(name);
    pthread_mutex_unlock(&mutex);
    if (action == ACTION_KILL)
        (void)kill(getpid(), SIGKILL);
    if (action == ACTION_EXIT)
        _exit(WEIR_FAILPOINT_EXIT);
    return action == ACTION_EIO ? EIO : 0;
}
