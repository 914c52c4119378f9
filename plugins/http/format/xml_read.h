/* XML to JSON: the records, a line for each, or what stands around them. */
#ifndef WEIR_HTTP_XML_READ_H
#define WEIR_HTTP_XML_READ_H

#include <weir/buf.h>
#include <weir/status.h>

enum xml_part {
    XML_RECORDS, /* elements of the record's name, each as an object on a line of its own */
    XML_REST,    /* the root as an object, without records */
};

/*
 * Appends the part of the body to a buffer. Entities are not declared and nothing
 * is looked for outside: a body with a document type declaration is refused.
 * E-XML with line, column and offset; E-XML-DEPTH; E-BODY-SHAPE where it is no
 * XML at all; E-LIMIT-RECORD; E-LIMIT-BODY where the buffer is full.
 */
enum weir_status http_xml_read(struct weir_str body, const char *record, enum xml_part part,
    struct weir_buf *out, struct weir_error *ret_error) WEIR_MUST_CHECK;

#endif
