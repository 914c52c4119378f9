/* CSV, field by field: where each begins and ends, and whether that is allowed. */
#ifndef WEIR_SRC_CSV_SCAN_H
#define WEIR_SRC_CSV_SCAN_H

#include <stdint.h>

#include <weir/str.h>

enum csv_end {
    CSV_MORE,   /* another field of the record follows */
    CSV_RECORD, /* it was the last of its record */
    CSV_FAULT,  /* fault says why, at says where */
};

struct csv_field {
    struct weir_str raw; /* what stands between the quotes, if there are any */
    bool is_quoted;
    bool has_doubled; /* quotes that stand for one */
};

struct csv_scan {
    struct weir_str text;
    size_t at;
    const char *fault;
    char delimiter;
    bool has_quotes;
    bool ends_plain[256]; /* bytes that a field without quotes cannot go over */
};

void csv_scan_init(struct csv_scan *scan, char delimiter, bool has_quotes);
/* Moves behind empty lines; false at the end of the text. */
bool csv_scan_record(struct csv_scan *scan);
/* The field that begins here; moves behind what ends it. */
enum csv_end csv_scan_field(struct csv_scan *scan, struct csv_field *ret_field);

#endif
