/* JSON readers, lent to the workers that decode: each keeps its memory from body to body. */
#ifndef WEIR_HTTP_READERS_H
#define WEIR_HTTP_READERS_H

#include <uv.h>
#include <weir/json.h>

enum { HTTP_READERS = 16 };

struct http_readers {
    uv_mutex_t lock;
    struct weir_json_reader *idle[HTTP_READERS];
    size_t n;
};

void http_readers_init(struct http_readers *readers);
void http_readers_done(struct http_readers *readers);
/* From any thread. */
struct weir_json_reader *http_readers_borrow(struct http_readers *readers);
void http_readers_return(struct http_readers *readers, struct weir_json_reader *reader);

#endif
