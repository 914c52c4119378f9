/*
 * An answer that is cut into pieces of whole records while it arrives.
 *
 * Bytes go in as they come, and out come bodies which the readers of its format take
 * as they take whole ones: of JSON the records of one array, in an array; of NDJSON lines; of
 * CSV records under their header. What stands around the array of a JSON document is
 * its frame: the part before it opens the first body, and all of it stands around the
 * last one, so that whatever is wrong about the document as a whole is found there as it is
 * in an answer that is read at once. An answer without such an array is one body.
 *
 * Nothing is judged here but where records end: what is no JSON or CSV is found out by
 * who reads the piece. All that is held is bounded, whatever arrives.
 */
#ifndef WEIR_HTTP_SPLIT_H
#define WEIR_HTTP_SPLIT_H

#include "prefix.h"

#include <weir/buf.h>
#include <weir/json.h>
#include <weir/status.h>

enum {
    HTTP_PIECE = 1024 * 1024,     /* bytes of records, and what the last of them has more */
    HTTP_FRAME_MAX = 1024 * 1024, /* what stands before the records, and behind them */
    HTTP_RECORD_MAX = WEIR_JSON_MAX_RECORD, /* a record, with the blanks before it */
    HTTP_RECORDS_DEPTH = 32,                /* keys of the path to them */
};

struct http_split;

/* A format that can be cut. */
struct http_split_kind {
    bool has_frame; /* the records stand in a document */
    /* Is the text that the bytes end in a key? NULL: there are none. */
    bool (*is_key)(const struct http_split *split);
    /* Looks through bytes that stand before, among or behind the records, and says how many of them
     * belong there. What it finds it notes in the split. */
    size_t (*look)(struct http_split *split, const char *bytes, size_t n);
};

extern const struct http_split_kind http_split_json;
extern const struct http_split_kind http_split_lines;

enum http_split_place { HTTP_BEFORE_RECORDS, HTTP_IN_RECORDS, HTTP_BEHIND_RECORDS };

/* How an answer is cut. */
struct http_split_form {
    const struct http_split_kind *kind;
    const struct weir_path *records; /* JSON: keys only; NULL: the document itself */
    bool has_quotes;                 /* lines: line ends in quotes end no record */
    bool has_header;                 /* lines: the first record belongs to every piece */
    size_t piece;                    /* bytes; 0: HTTP_PIECE */
};

/* Where a JSON text stands between two of its bytes. */
struct http_json_state {
    uint64_t depth; /* of arrays and objects that are open */
    bool in_string;
    bool is_escaped; /* the byte before was a backslash that escapes this one */
};

/* The way through the frame to the array. */
struct http_json_way {
    struct weir_str keys[HTTP_RECORDS_DEPTH];
    size_t n_keys;
    size_t n_found;
    uint64_t inside;  /* the depth of the object whose keys are compared; 0: none yet */
    bool wants_value; /* what comes next stands at the keys that were found */
    bool wants_key;
    bool in_key;
    bool is_lost;        /* there is no array */
    struct weir_buf key; /* as it is written */
};

struct http_split {
    struct http_split_form form;
    struct weir_arena *arena;
    const char *opening, *closing; /* the frame of pieces that need no other */
    enum http_split_place place;
    struct weir_buf before; /* the frame, or the header with what stands before it */
    struct weir_buf behind;
    struct weir_buf piece;     /* records since the last cut */
    struct http_prefix prefix; /* records from the first one on */
    uint64_t record;           /* where the record begins that is not whole yet */
    uint64_t text;             /* and the last text in it */
    uint64_t goal;             /* the first end of a record there or behind it is a cut */
    uint64_t last_cut;
    bool is_cut;     /* the last byte was the one before the cut */
    bool skips;      /* records are not kept */
    bool in_quotes;  /* of lines */
    bool has_header; /* of lines: it is known */
    struct http_json_state json;
    struct http_json_way way;
};

/* The path must live as long as the split. */
void http_split_init(struct http_split *split, const struct http_split_form *form);
void http_split_done(struct http_split *split);
/* For an answer from its beginning: records before `skip` are not kept, and the first cut is there; 0:
 * none is skipped. */
void http_split_begin(struct http_split *split, uint64_t skip);
/* Takes bytes, up to a cut (split->is_cut), behind which what is left of them is to be given again. */
enum weir_status http_split_add(
    struct http_split *split, struct weir_str *bytes, struct weir_error *ret_error) WEIR_MUST_CHECK;
/* At a cut: the body of the piece before it, in malloc's memory with padding; or, where records were
 * skipped, nothing but that the next piece begins. */
char *http_split_piece(struct http_split *split, size_t *ret_len, size_t *ret_size);
/* At the end of the answer: the body of what is left. */
char *http_split_rest(struct http_split *split, size_t *ret_len, size_t *ret_size);
/* What it holds. */
size_t http_split_held(const struct http_split *split);
/* Is the document closed where the bytes end? Always where there is none. */
bool http_split_is_closed(const struct http_split *split);

/* Can be gone through by keys alone. */
bool http_split_takes(const struct weir_path *records);

#endif
