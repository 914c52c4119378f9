/* host=db.example user=weir password='it''s' : as libpq reads key words. */
#include "dsn.h"

#include <string.h>

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " ");
}

/* Behind the value, which goes to `out`; NULL when its quote does not end. */
static const char *read_value(const char *at, char *out)
{
    bool quoted = *at == '\'';

    at += quoted;
    while (*at && *at != (quoted ? '\'' : ' ')) {
        if (*at == '\\' && at[1])
            at++;
        *out++ = *at++;
    }
    *out = '\0';
    if (quoted && !*at)
        return NULL;
    return at + quoted;
}

/* Behind the pair; NULL with a problem. */
static const char *read_pair(struct dsn_reader *reader, const char *at)
{
    size_t len = strcspn(at, " =");
    const char *name = weir_copy(reader->arena, (struct weir_str){at, len}).ptr;
    const char *equals = skip_blanks(at + len), *value, *end;
    enum dsn_key key = dsn_find_key(name, len);
    char *text;

    if (*equals != '=') {
        (void)dsn_refuse(
            reader, at, "here no = follows; a value with a blank in it stands in single quotes");
        return NULL;
    }
    if (key == DSN_NONE) {
        (void)dsn_refuse_key(reader, at, name);
        return NULL;
    }
    value = skip_blanks(equals + 1);
    text = weir_alloc(reader->arena, strlen(value) + 1);
    end = read_value(value, text);
    if (!end) {
        (void)dsn_refuse(reader, value, "the single quote here does not end");
        return NULL;
    }
    return dsn_set(reader, at, key, text) ? end : NULL;
}

bool dsn_read_words(struct dsn_reader *reader)
{
    const char *at = skip_blanks(reader->text);

    if (!*at)
        return dsn_refuse(reader, at, "it is empty");
    while (at && *at) {
        at = read_pair(reader, at);
        if (at)
            at = skip_blanks(at);
    }
    return at != NULL;
}
