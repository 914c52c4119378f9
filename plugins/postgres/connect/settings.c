#include "settings.h"

#include "target.h"

#include <string.h>

/* The option's node, or the stage's where it is not written. */
static const struct weir_node *at(const struct weir_stage *stage, const char *key)
{
    const struct weir_node *node = weir_node_get(stage->config, key);

    return node ? node : stage->config;
}

/* Characters before that byte. */
static size_t characters(const char *text, size_t n)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += ((unsigned char)text[i] & 0xc0) != 0x80;
    return count;
}

static void check_twice(const struct weir_stage *stage, const struct settings *settings,
    const struct dsn *dsn, struct weir_mistakes *mistakes)
{
    for (enum dsn_key key = 0; key < DSN_N_KEYS; key++) {
        const char *name = dsn_key_name(key);

        if (dsn->values[key] && settings_value(settings, key, mistakes->arena))
            weir_mistake(mistakes, at(stage, name), 0, "E-VALUE",
                "'%s' is given here and in dsn; say it once", name);
    }
}

static void check_password(const struct weir_stage *stage, const struct settings *settings,
    const struct dsn *dsn, struct weir_mistakes *mistakes)
{
    bool has_password = settings->password.text || dsn->values[DSN_PASSWORD];

    if (settings->password.text && !*settings->password.text)
        weir_mistake(mistakes, at(stage, "password"), 0, "E-VALUE", "'password' is empty");
    if (has_password && settings->password_file)
        weir_mistake(mistakes, at(stage, "password_file"), 0, "E-VALUE",
            "a password is given besides password_file; say it once");
    if ((has_password || settings->password_file) && settings->passfile)
        weir_mistake(mistakes, at(stage, "passfile"), 0, "E-VALUE",
            "a password is given, so that nothing is looked up; leave 'passfile' out");
}

static void check_target(
    const struct weir_stage *stage, const struct settings *settings, struct weir_mistakes *mistakes)
{
    const struct target *target = target_make(mistakes->arena, settings);
    const char *const *values = target->dsn.values;
    const char *key = settings->dsn.text ? "dsn" : "dbname";
    bool verifies = strncmp(values[DSN_SSLMODE], "verify", 6) == 0;

    if (!values[DSN_USER])
        weir_mistake(mistakes, at(stage, key), 0, "E-OPTION",
            "nothing says as whom to connect; name a 'user'");
    if (!values[DSN_DBNAME])
        weir_mistake(mistakes, at(stage, key), 0, "E-OPTION",
            "nothing says to which database; name a 'dbname'");
    if (!target->is_local && !verifies)
        weir_mistake_warn(mistakes, at(stage, settings->sslmode ? "sslmode" : key), "E-TLS",
            "sslmode %s lets others between here and the server read or change what is sent; "
            "verify-full does not",
            values[DSN_SSLMODE]);
}

/* What libpq would refuse, or read in another way than it is meant. */
static void check_value(const struct weir_stage *stage, enum dsn_key key, const char *value,
    struct weir_mistakes *mistakes)
{
    const char *problem = value ? dsn_problem_of(key, value) : NULL;

    if (problem)
        weir_mistake(mistakes, at(stage, dsn_key_name(key)), 0, "E-VALUE", "%s", problem);
}

void settings_check(
    const struct weir_stage *stage, const struct settings *settings, struct weir_mistakes *mistakes)
{
    struct dsn dsn = {0};
    size_t n_errors = mistakes->n_errors;

    if (settings->dsn.text && !dsn_parse(mistakes->arena, settings->dsn.text, &dsn)) {
        weir_mistake(mistakes, at(stage, "dsn"), characters(settings->dsn.text, dsn.at), "E-VALUE",
            "dsn: %s", dsn.problem);
        return;
    }
    check_value(stage, DSN_HOST, settings->host, mistakes);
    check_value(stage, DSN_SSLMODE, settings->sslmode, mistakes);
    check_twice(stage, settings, &dsn, mistakes);
    check_password(stage, settings, &dsn, mistakes);
    if (mistakes->n_errors == n_errors)
        check_target(stage, settings, mistakes);
}

/* What cannot be read may be a password in which something was not escaped. */
bool settings_is_public(const char *text)
{
    struct weir_arena *arena = weir_arena_new();
    struct dsn dsn = {0};
    bool is_public = dsn_parse(arena, text, &dsn) && !dsn.values[DSN_PASSWORD];

    weir_arena_free(arena);
    return is_public;
}
