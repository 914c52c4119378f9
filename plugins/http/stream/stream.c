#include "stream.h"

#include "format/format.h"
#include "source/attempt.h"
#include "source/hand_over.h"
#include "source/room.h"
#include "source/schedule.h"
#include "split.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LEAST_MORE = 256 * 1024 }; /* that room is asked for at once */

struct http_stream {
    const struct http_resource_options *options;
    struct http_cut cut; /* where the last piece ends; no bytes: there is none */
    struct http_split split;
    bool is_taking;                       /* the answer of this try, by the split */
    const struct http_response *response; /* while it is taken */
};

struct http_stream *http_stream_new(const struct http_resource_options *options)
{
    struct http_stream *stream = weir_calloc(1, sizeof(*stream));

    stream->options = options;
    return stream;
}

static void stop_taking(struct http_stream *stream)
{
    if (stream->is_taking)
        http_split_done(&stream->split);
    stream->is_taking = false;
}

void http_stream_free(struct http_stream *stream)
{
    if (!stream)
        return;
    stop_taking(stream);
    free(stream);
}

enum weir_status http_stream_go_on(
    struct http_stream *stream, const char *next, struct weir_error *ret_error)
{
    if (next && http_cut_read(next, &stream->cut))
        return WEIR_OK;
    return weir_error_set(ret_error, WEIR_FAULT_DESTINATION, "E-STATE-DAMAGED",
        "the state names no place in a streamed answer to go on from; let the next run begin anew "
        "with --restart");
}

static enum weir_status changed(const struct http_stream *stream, struct weir_error *ret_error)
{
    return weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-ANSWER-CHANGED",
        "the answer broke off and was asked for again, but is another one now: its records do not "
        "begin with the %" PRIu64 " bytes of which rows are loaded; begin anew with --restart, and "
        "where rows are appended take those out first",
        stream->cut.bytes);
}

/* --- pieces --------------------------------------------------------------------------------- */

/* The body is counted where it is now, as far as the budget allows. */
static void move_reservation(struct http_page *rest, struct http_page *piece)
{
    struct weir_stage *stage = piece->chain->resource->source->stage;
    size_t want = piece->body_size + HTTP_PAGE_OVERHEAD;

    piece->reserved = rest->reserved < want ? rest->reserved : want;
    rest->reserved -= piece->reserved;
    if (piece->reserved < want && weir_reserve(stage, want - piece->reserved))
        piece->reserved = want;
    /* Whoever may go beyond the budget may do so for one piece. */
    http_room_leave(rest);
}

static void cut_off(struct http_page *rest, struct http_stream *stream)
{
    struct http_chain *chain = rest->chain;
    struct http_page *piece = http_chain_split(chain, rest);
    struct weir_arena *arena = http_page_arena(piece);

    piece->state = HTTP_PAGE_DONE;
    piece->body = http_split_piece(&stream->split, &piece->body_len, &piece->body_size);
    piece->format = rest->format;
    piece->cut = http_cut_write(&stream->cut, arena);
    piece->url = weir_copy_text(arena, rest->url);
    piece->as_get = rest->as_get;
    piece->attempts = rest->attempts;
    piece->began_ms = rest->began_ms;
    move_reservation(rest, piece);
    /* What is left has all its tries before it. */
    rest->attempts = 1;
    rest->began_ms = http_source_now(chain->resource->source);
    http_chain_settle(chain);
    http_hand_notify(chain->resource->source);
}

static enum weir_status cut(
    struct http_page *page, struct http_stream *stream, struct weir_error *ret_error)
{
    struct http_cut here = http_prefix_cut(&stream->split.prefix);
    size_t ignored;

    if (!stream->split.skips) {
        stream->cut = here;
        cut_off(page, stream);
        return WEIR_OK;
    }
    if (!http_cut_equal(&here, &stream->cut))
        return changed(stream, ret_error);
    (void)http_split_piece(&stream->split, &ignored, &ignored);
    return WEIR_OK;
}

/* So that who watches sees it arrive. */
static void tell_progress(struct http_page *page, const struct http_response *response)
{
    page->chain->resource->weir->progress->bytes += response->wire_bytes - page->told;
    page->told = response->wire_bytes;
}

/* --- the taker ------------------------------------------------------------------------------ */

static struct http_split_form form_of(
    const struct http_resource_options *options, const struct http_format *format)
{
    struct weir_csv dialect = http_csv_dialect(options);

    if (format == &http_format_json)
        return (struct http_split_form){
            .kind = &http_split_json, .records = options->data_selector};
    if (format == &http_format_ndjson)
        return (struct http_split_form){.kind = &http_split_lines};
    return (struct http_split_form){.kind = &http_split_lines,
        .has_quotes = !dialect.no_quotes,
        .has_header = !dialect.no_header};
}

static enum weir_status begin(
    void *arg, const struct http_response *response, bool *ret_takes, struct weir_error *ret_error)
{
    struct http_page *page = arg;
    struct http_stream *stream = page->chain->stream;
    struct http_split_form form;

    stop_taking(stream);
    *ret_takes = response->status != 204 && http_attempt_judge(page, response) == HTTP_GOOD;
    if (!*ret_takes)
        return WEIR_OK;
    page->format = http_format_find(stream->options, response->content_type);
    if (page->format == &http_format_xml || page->format == &http_format_json_seq)
        return weir_error_set(ret_error, WEIR_FAULT_DATA, "E-BODY-SHAPE",
            "the answer is %s, by its Content-Type, which 'stream' cannot cut into pieces; leave "
            "'stream' out, or name its format if it is another",
            page->format->shown);
    form = form_of(stream->options, page->format);
    http_split_init(&stream->split, &form);
    http_split_begin(&stream->split, stream->cut.bytes);
    stream->is_taking = true;
    stream->response = response;
    return WEIR_OK;
}

static enum weir_status take(void *arg, struct weir_str bytes, struct weir_error *ret_error)
{
    struct http_page *page = arg;
    struct http_stream *stream = page->chain->stream;

    tell_progress(page, stream->response);
    while (bytes.len) {
        if (http_split_add(&stream->split, &bytes, ret_error) != WEIR_OK)
            return WEIR_FAIL;
        if (stream->split.is_cut && cut(page, stream, ret_error) != WEIR_OK)
            return WEIR_FAIL;
    }
    return WEIR_OK;
}

static bool is_whole(void *arg)
{
    const struct http_page *page = arg;

    return http_split_is_closed(&page->chain->stream->split);
}

/* Pieces that wait to be handed over hold it up, too: nobody else would be asked for until it ends. */
static bool room(void *arg, size_t more)
{
    struct http_page *page = arg;
    struct http_source *source = page->chain->resource->source;
    size_t wanted = http_split_held(&page->chain->stream->split) + more;

    if (source->finished_bytes < HTTP_MOST_FINISHED_BYTES)
        return http_room_ask(page, (wanted / LEAST_MORE + 1) * LEAST_MORE);
    page->wanted = page->reserved;
    http_page_list_append(&source->paused, page);
    return false;
}

static const struct http_taker taker = {
    .begin = begin,
    .take = take,
    .is_whole = is_whole,
    .room = room,
};

const struct http_taker *http_stream_taker(struct http_page *page)
{
    stop_taking(page->chain->stream);
    return &taker;
}

/* --- the end -------------------------------------------------------------------------------- */

enum weir_status http_stream_leave(const struct http_page *page, struct weir_error *ret_error)
{
    const struct http_stream *stream = page->chain->stream;

    return stream && stream->cut.bytes ? changed(stream, ret_error) : WEIR_OK;
}

enum http_verdict http_stream_end(struct http_page *page, struct weir_error *ret_error)
{
    struct http_stream *stream = page->chain->stream;

    if (!stream || !stream->is_taking)
        return http_stream_leave(page, ret_error) == WEIR_OK ? HTTP_GOOD : HTTP_BAD;
    if (!http_split_is_closed(&stream->split)) {
        (void)weir_error_set(ret_error, WEIR_FAULT_SOURCE, "E-HTTP-TRUNCATED",
            "the answer ends in the middle of its JSON document, behind %" PRIu64
            " bytes of records",
            stream->split.prefix.bytes);
        return HTTP_RETRY;
    }
    if (stream->split.skips) {
        (void)changed(stream, ret_error);
        return HTTP_BAD;
    }
    page->body = http_split_rest(&stream->split, &page->body_len, &page->body_size);
    stop_taking(stream);
    return HTTP_GOOD;
}
