#include "readers.h"

#include <stdlib.h>

void http_readers_init(struct http_readers *readers)
{
    readers->n = 0;
    if (uv_mutex_init(&readers->lock) != 0)
        abort();
}

void http_readers_done(struct http_readers *readers)
{
    while (readers->n)
        weir_json_reader_free(readers->idle[--readers->n]);
    uv_mutex_destroy(&readers->lock);
}

struct weir_json_reader *http_readers_borrow(struct http_readers *readers)
{
    struct weir_json_reader *reader = NULL;

    uv_mutex_lock(&readers->lock);
    if (readers->n)
        reader = readers->idle[--readers->n];
    uv_mutex_unlock(&readers->lock);
    return reader ? reader : weir_json_reader_new();
}

void http_readers_return(struct http_readers *readers, struct weir_json_reader *reader)
{
    uv_mutex_lock(&readers->lock);
    if (readers->n < HTTP_READERS) {
        readers->idle[readers->n++] = reader;
        reader = NULL;
    }
    uv_mutex_unlock(&readers->lock);
    weir_json_reader_free(reader);
}
